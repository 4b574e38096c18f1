"""OWL 2 RL as SPARQL: each axiom becomes one rule, a CONSTRUCT that is run again only when something came that it needs.

The rule names in the comments are those of https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import pyoxigraph as ox

from kg.engine import construct
from kg.errors import Inconsistent
from kg.namespaces import CLOSURE_GRAPH
from kg.reason.axioms import SAME, TYPE, Axioms
from kg.reason.clashes import clashes

NEW = ox.NamedNode(CLOSURE_GRAPH)


class Rule(NamedTuple):
    """What follows, a triple pattern, from a body, a graph pattern."""

    head: str
    body: str

    @property
    def needs(self) -> frozenset[str]:
        """The predicates and classes in its body."""
        return frozenset(re.findall(r"<([^>]+)>", self.body))

    @property
    def gives(self) -> frozenset[str]:
        """The predicates and classes in its head."""
        return frozenset(re.findall(r"<([^>]+)>", self.head))


Apply = Callable[[Rule], int]
"""What adds all that a rule says to where the data are, and returns how many triples were new."""


def infer(data: list[ox.Triple], axioms: Axioms) -> list[ox.Triple]:
    """All triples that the rules add to `data` and `axioms.triples`. Raises `Inconsistent`."""
    store, new = _saturated(data, axioms)
    found = clashes(store, axioms, data)
    if found:
        raise Inconsistent(found)
    return new


def reasoned(data: Iterable[ox.Triple], axioms: Axioms) -> ox.Store:
    """A store with `data`, the axioms and all that follows in its default graph, and what follows in the graph NEW."""
    store, new = _saturated(data, axioms)
    store.extend(ox.Quad(triple.subject, triple.predicate, triple.object, NEW) for triple in new)
    return store


def _saturated(data: Iterable[ox.Triple], axioms: Axioms) -> tuple[ox.Store, list[ox.Triple]]:
    """A store with `data`, the axioms and all that follows, and the list of what follows.

    What is known already is told by a set: the store in memory finds a triple by following the shortest of its terms' lists, which is
    long where both ends are hubs.
    """
    known = dict.fromkeys((*axioms.triples, *data))  # in the order of the data: things that belong together are near each other
    store = ox.Store()
    store.extend(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in known)
    new: list[ox.Triple] = []

    def apply(rule: Rule) -> int:
        found = [triple for triple in construct(store, f"CONSTRUCT {{ {rule.head} }} WHERE {{ {rule.body} }}") if triple not in known]
        known.update(dict.fromkeys(found))
        store.extend(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in found)
        new.extend(found)
        return len(found)

    saturate(grouped(rules_of(axioms)), apply, any(triple.predicate == SAME for triple in known))
    return store, new


def saturate(rules: Iterable[Rule], apply: Apply, equality: bool) -> int:
    """Apply `rules` until nothing new comes, and return how many applications that took; `equality`: the data have owl:sameAs.

    A rule comes after those that give what it needs, so that most are applied once.
    """
    ordered = _in_order(tuple(rules))
    waiting = set(ordered)
    applied = 0
    while waiting:
        rule = next(rule for rule in ordered if rule in waiting)
        waiting.remove(rule)
        applied += 1
        if apply(rule):
            equality = equality or SAME.value in rule.gives
            waiting.update(other for other in ordered if _may_follow(other, rule))
        if not waiting and equality and sum([apply(rule) for rule in EQUALITY]) > 0:
            waiting.update(ordered)
    return applied


def _may_follow(rule: Rule, given: Rule) -> bool:
    """Whether what `given` says may lead to more by `rule`."""
    return TYPE.value in given.gives or not rule.needs.isdisjoint(given.gives)


def _in_order(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """`rules`, each after those that give what it needs, as far as they do not need each other."""
    ordered: dict[Rule, None] = {}
    givers: dict[str, list[Rule]] = {}
    for rule in rules:
        for name in rule.gives:
            givers.setdefault(name, []).append(rule)
    entered: set[Rule] = set()

    def enter(rule: Rule) -> None:
        if rule not in entered:
            entered.add(rule)
            for name in sorted(rule.needs):
                for giver in givers.get(name, ()):
                    enter(giver)
            ordered[rule] = None

    for rule in rules:
        enter(rule)
    return tuple(ordered)


EQUALITY = (
    Rule(f"?y {SAME} ?x", f"?x {SAME} ?y ."),  # eq-sym
    Rule(f"?x {SAME} ?z", f"?x {SAME} ?y . ?y {SAME} ?z ."),  # eq-trans
    Rule("?y ?p ?o", f"?x {SAME} ?y . ?x ?p ?o ."),  # eq-rep-s
    Rule("?s ?p ?y", f"?x {SAME} ?y . ?s ?p ?x ."),  # eq-rep-o
)


_NOT_LITERAL = "FILTER(!isLiteral(?y))"

_PAIR_RULES = (
    ("subClassOf", "?x a <{1}>", "?x a <{0}> ."),  # cax-sco
    ("subPropertyOf", "?x <{1}> ?y", "?x <{0}> ?y ."),  # prp-spo1
    ("domain", "?x a <{1}>", "?x <{0}> ?y ."),  # prp-dom
    ("range", "?x a <{1}>", "?y <{0}> ?x . FILTER(!isLiteral(?x))"),  # prp-rng
)
_MUTUAL_RULES = (
    ("equivalentClass", "?x a <{1}>", "?x a <{0}> ."),  # cax-eqc1, cax-eqc2
    ("equivalentProperty", "?x <{1}> ?y", "?x <{0}> ?y ."),  # prp-eqp1, prp-eqp2
    ("inverseOf", "?y <{1}> ?x", "?x <{0}> ?y . " + _NOT_LITERAL),  # prp-inv1, prp-inv2
)
_PROPERTY_RULES = (
    ("SymmetricProperty", "?y <{0}> ?x", "?x <{0}> ?y . " + _NOT_LITERAL),  # prp-symp
    ("TransitiveProperty", "?x <{0}> ?z", "?x <{0}> ?y . ?y <{0}> ?z ."),  # prp-trp
    ("FunctionalProperty", f"?y {SAME} ?z", "?x <{0}> ?y , ?z . FILTER(?y != ?z && !isLiteral(?y) && !isLiteral(?z))"),  # prp-fp
    ("InverseFunctionalProperty", f"?x {SAME} ?z", "?x <{0}> ?y . ?z <{0}> ?y . FILTER(?x != ?z)"),  # prp-ifp
)


def rules_of(axioms: Axioms) -> Iterator[Rule]:
    """One rule for each axiom that infers."""
    for kind, head, body in _PAIR_RULES:
        yield from (Rule(head.format(*pair), body.format(*pair)) for pair in axioms.pairs[kind])
    for kind, head, body in _MUTUAL_RULES:
        yield from (Rule(head.format(*pair), body.format(*pair)) for pair in _both_ways(axioms.pairs[kind]))
    for kind, head, body in _PROPERTY_RULES:
        yield from (Rule(head.format(iri), body.format(iri)) for iri in axioms.characteristics[kind])
    for property_, links in axioms.chains:  # prp-spo2
        steps = " ".join(f"?n{i} <{link}> ?n{i + 1} ." for i, link in enumerate(links))
        yield Rule(f"?n0 <{property_}> ?n{len(links)}", steps)


def grouped(rules: Iterable[Rule]) -> list[Rule]:
    """`rules` with one for each head, whose body is the union of theirs: what several of them say comes once."""
    bodies: dict[str, list[str]] = {}
    for rule in rules:
        bodies.setdefault(rule.head, []).append(rule.body)
    return [Rule(head, " UNION ".join(f"{{ {one} }}" for one in several)) for head, several in bodies.items()]


def _both_ways(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for one, other in pairs:
        yield one, other
        if one != other:
            yield other, one
