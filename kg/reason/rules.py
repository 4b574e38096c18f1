"""OWL 2 RL as SPARQL: each axiom becomes one rule, a CONSTRUCT that is run again only when something came that it needs.

The rule names in the comments are those of https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import NamedTuple

import pyoxigraph as ox

from kg.engine import Asked
from kg.errors import Inconsistent
from kg.reason.axioms import SAME, TYPE, Axioms, iris_in
from kg.reason.clashes import checked, clashes


class Rule(NamedTuple):
    """What follows, a triple pattern, from a body, a graph pattern."""

    head: str
    body: str

    @property
    def needs(self) -> frozenset[str]:
        """The predicates and classes in its body."""
        return iris_in(self.body)

    @property
    def gives(self) -> frozenset[str]:
        """The predicates and classes in its head."""
        return iris_in(self.head)


Apply = Callable[[Rule], int]
"""What adds all that a rule says to where the data are, and returns how many triples were new."""


class Saturated(NamedTuple):
    """What follows from data, and a store with that and with what the rules and `clashes` look at, but not with what they pass over."""

    store: ox.Store
    new: list[ox.Triple]


def infer(data: list[ox.Triple], axioms: Axioms) -> list[ox.Triple]:
    """All triples that the rules add to `data` and `axioms.triples`, but for those that nobody keeps or looks at. Raises `Inconsistent`."""
    store, new = saturated(data, axioms, rules_for(axioms))
    found = clashes(store, axioms, data)
    if found:
        raise Inconsistent(found)
    return new


def saturated(data: Iterable[ox.Triple], axioms: Axioms, rules: Sequence[Rule]) -> Saturated:
    """What follows from `data` and the axioms by `rules`, and the store in which it was worked out."""
    saturation = _Saturation((*axioms.triples, *data), rules, axioms)
    saturate(rules, saturation.apply, saturation.equality)
    return Saturated(saturation.store, saturation.new)


class _Saturation:
    """A store that holds what the rules and the checks look at: most triples are about other things, and filling it costs most.

    Where things turn out to be the same it holds all. What is known already is told by a set: the store in memory finds a triple by
    following the shortest of its terms' lists, which is long where both ends are hubs.
    """

    def __init__(self, triples: Sequence[ox.Triple], rules: Iterable[Rule], axioms: Axioms) -> None:
        self.store = ox.Store()
        self.new: list[ox.Triple] = []
        self.equality = any(triple.predicate == SAME for triple in triples)
        self._looked_at: frozenset[str] | None = looked_at(rules, axioms)
        self._triples = triples
        self._known = dict.fromkeys(_about(triples, self._looked_at.union(*(rule.gives for rule in rules))))
        self._hold(_about(self._known, self._looked_at))

    def apply(self, rule: Rule) -> int:
        """Add what `rule` says to what is new, and to the store if it is looked at."""
        if rule in EQUALITY and self._looked_at is not None:
            self._hold_all()
        found = [triple for triple in concluded(self.store, rule) if triple not in self._known]
        self._known.update(dict.fromkeys(found))
        self.new += found
        if self._looked_at is None or _gives_any(rule, self._looked_at):
            self._hold(found)
        return len(found)

    def _hold_all(self) -> None:
        self._looked_at = None
        self._known.update(dict.fromkeys(self._triples))
        self._hold(self._known)

    def _hold(self, triples: Iterable[ox.Triple]) -> None:
        self.store.extend(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)


def _about(triples: Iterable[ox.Triple], words: Container[str]) -> Iterator[ox.Triple]:
    """Those of `triples` whose predicate or class is among `words`: in their order, as what belongs together is near each other."""
    type_ = TYPE.value
    for triple in triples:
        predicate = triple.predicate.value
        if predicate in words or (predicate == type_ and getattr(triple.object, "value", "") in words):
            yield triple


def concluded(asked: Asked, rule: Rule, but: str = "") -> Iterator[ox.Triple]:
    """What `rule` concludes from what is `asked`, each triple once, nothing about literals; `but` follows the body, to leave some out.

    Asked for are the distinct values of the head's variables: looking up the texts of terms is what costs most, and a CONSTRUCT does so
    for all three terms of each triple, however often it comes.
    """
    words = rule.head.split()
    variables = list(dict.fromkeys(word for word in words if word.startswith("?")))
    constants = {word: TYPE if word == "a" else ox.NamedNode(word.strip("<>")) for word in words if word not in variables}
    s, p, o = ([*variables, *constants].index(word) for word in words)
    solutions = asked.query(f"SELECT DISTINCT {' '.join(variables)} WHERE {{ {rule.body} {but} }}")
    if not isinstance(solutions, ox.QuerySolutions):
        raise TypeError(type(solutions))
    for solution in solutions:
        terms = (*solution, *constants.values())
        if not isinstance(terms[s], ox.Literal):
            yield ox.Triple(terms[s], terms[p], terms[o])


def looked_at(rules: Iterable[Rule], axioms: Axioms) -> frozenset[str]:
    """The predicates and classes of the triples that `rules` and `clashes` look at."""
    return checked(axioms).union(*(rule.needs for rule in rules))


def _gives_any(rule: Rule, words: frozenset[str]) -> bool:
    """Whether `rule` concludes triples whose predicate or class is among `words`, or may do so."""
    return TYPE.value in rule.gives or not rule.gives.isdisjoint(words)


def saturate(rules: Iterable[Rule], apply: Apply, equality: bool) -> None:
    """Apply `rules` until nothing new comes; `equality`: the data have owl:sameAs.

    A rule comes after those that give what it needs, so that most are applied once.
    """
    ordered = _in_order(tuple(rules))
    waiting = set(ordered)
    while waiting:
        rule = next(rule for rule in ordered if rule in waiting)
        waiting.remove(rule)
        if apply(rule):
            equality = equality or SAME.value in rule.gives
            waiting.update(other for other in ordered if _may_follow(other, rule))
        # summed up, where any() would leave out the rest once one has given something
        if not waiting and equality and sum([apply(rule) for rule in EQUALITY]) > 0:
            waiting.update(ordered)


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


def rules_for(axioms: Axioms, kept: Iterable[str] | None = None) -> tuple[Rule, ...]:
    """The rules of `axioms`, one for each head, without those that conclude what is neither kept nor looked at.

    The predicates and classes that are `kept` are those that the ontology declares, unless others are given.
    """
    worth = axioms.classes | axioms.properties if kept is None else frozenset(kept)
    rules = grouped(rules_of(axioms))
    useful: list[Rule] = []
    while True:
        wanted = worth | looked_at(useful, axioms)
        found = [rule for rule in rules if _gives_any(rule, wanted)]
        if len(found) == len(useful):
            return tuple(found)
        useful = found


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
