"""OWL 2 RL as SPARQL: each axiom becomes one update.

The rule names in the comments are those of https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules.
A rule writes what is new into the default graph, where the next rule finds it, and into the graph NEW, which is the result.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pyoxigraph as ox

from kg.errors import Inconsistent
from kg.namespaces import CLOSURE_GRAPH
from kg.reason.axioms import SAME, Axioms
from kg.reason.clashes import clashes

NEW = ox.NamedNode(CLOSURE_GRAPH)


def infer(data: list[ox.Triple], axioms: Axioms) -> list[ox.Triple]:
    """All triples that the rules add to `data` and `axioms.triples`. Raises `Inconsistent`."""
    store = reasoned(data, axioms)
    found = clashes(store, axioms, data)
    if found:
        raise Inconsistent(found)
    return [quad.triple for quad in store.quads_for_pattern(None, None, None, NEW)]


def reasoned(data: Iterable[ox.Triple], axioms: Axioms) -> ox.Store:
    """A store with `data`, the axioms and all that follows in its default graph, and what follows in the graph NEW."""
    store = ox.Store()
    store.extend(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in (*axioms.triples, *data))
    run(store, axioms)
    return store


def run(store: ox.Store, axioms: Axioms) -> int:
    """Run all rules over the default graph of `store` until nothing new comes, and return how many rounds that took."""
    updates = ";\n".join(_update(rule) for rule in rules_of(axioms))
    equality = ";\n".join(_update(rule) for rule in EQUALITY)
    rounds, before = 0, -1
    while updates and len(store) != before:
        before = len(store)
        rounds += 1
        store.update(updates)
        if next(store.quads_for_pattern(None, SAME, None), None) is not None:
            store.update(equality)
    return rounds


class Rule(NamedTuple):
    """An axiom as SPARQL patterns: `head` holds wherever `body` does."""

    head: str
    body: str


def _update(rule: Rule) -> str:
    """An update that adds the head of `rule` wherever its body holds and its head does not yet."""
    head, body = rule
    return f"INSERT {{ {head} . GRAPH {NEW} {{ {head} }} }} WHERE {{ {body} FILTER NOT EXISTS {{ {head} }} }}"


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
    ("range", "?y a <{1}>", "?x <{0}> ?y . " + _NOT_LITERAL),  # prp-rng
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


def _both_ways(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for one, other in pairs:
        yield one, other
        if one != other:
            yield other, one
