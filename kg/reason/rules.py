"""OWL 2 RL as SPARQL: each axiom becomes one update, each contradiction one query.

The rule names in the comments are those of https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules.
A rule writes what is new into the default graph, where the next rule finds it, and into the graph NEW, which is the result.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

import pyoxigraph as ox

from kg.errors import Clash, Inconsistent
from kg.namespaces import CLOSURE_GRAPH, OWL, shrink
from kg.reason.axioms import SAME, TYPE, Axioms, read_list

NEW = ox.NamedNode(CLOSURE_GRAPH)

_MOST_CULPRITS = 5


def infer(data: list[ox.Triple], axioms: Axioms) -> list[ox.Triple]:
    """All triples that the rules add to `data` and `axioms.triples`. Raises `Inconsistent`."""
    store = ox.Store()
    store.extend(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in (*axioms.triples, *data))
    run(store, axioms)
    clashes = sorted(set(contradictions(store, axioms, data)))
    if clashes:  # where two things follow to be one, all else that clashes may follow from that
        raise Inconsistent(list(doubled_values(axioms, data)) or clashes)
    return [quad.triple for quad in store.quads_for_pattern(None, None, None, NEW)]


def run(store: ox.Store, axioms: Axioms) -> int:
    """Run all rules over the default graph of `store` until nothing new comes, and return how many rounds that took."""
    updates = ";\n".join(updates_of(axioms))
    equality = ";\n".join(_EQUALITY)
    rounds, before = 0, -1
    while updates and len(store) != before:
        before = len(store)
        rounds += 1
        store.update(updates)
        if next(store.quads_for_pattern(None, SAME, None), None) is not None:
            store.update(equality)
    return rounds


def _rule(head: str, body: str) -> str:
    """An update that adds `head` wherever `body` holds and `head` does not yet."""
    return f"INSERT {{ {head} . GRAPH {NEW} {{ {head} }} }} WHERE {{ {body} FILTER NOT EXISTS {{ {head} }} }}"


_EQUALITY = (
    _rule(f"?y {SAME} ?x", f"?x {SAME} ?y ."),  # eq-sym
    _rule(f"?x {SAME} ?z", f"?x {SAME} ?y . ?y {SAME} ?z ."),  # eq-trans
    _rule("?y ?p ?o", f"?x {SAME} ?y . ?x ?p ?o ."),  # eq-rep-s
    _rule("?s ?p ?y", f"?x {SAME} ?y . ?s ?p ?x ."),  # eq-rep-o
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


def updates_of(axioms: Axioms) -> Iterator[str]:
    """One SPARQL update for each axiom that infers."""
    for kind, head, body in _PAIR_RULES:
        yield from (_rule(head.format(*pair), body.format(*pair)) for pair in axioms.pairs[kind])
    for kind, head, body in _MUTUAL_RULES:
        yield from (_rule(head.format(*pair), body.format(*pair)) for pair in _both_ways(axioms.pairs[kind]))
    for kind, head, body in _PROPERTY_RULES:
        yield from (_rule(head.format(iri), body.format(iri)) for iri in axioms.characteristics[kind])
    for property_, links in axioms.chains:  # prp-spo2
        steps = " ".join(f"?n{i} <{link}> ?n{i + 1} ." for i, link in enumerate(links))
        yield _rule(f"?n0 <{property_}> ?n{len(links)}", steps)


def _both_ways(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for one, other in pairs:
        yield one, other
        if one != other:
            yield other, one


# ---- contradictions


class _Check(NamedTuple):
    """A pattern that no consistent graph matches, how to say that it did, and the statements that clash then."""

    pattern: str
    sentence: str
    statements: tuple[tuple[str, ...], ...]


def _checks(axioms: Axioms, distinct_groups: Iterable[tuple[str, ...]]) -> Iterator[_Check]:
    pairs, kinds, type_ = axioms.pairs, axioms.characteristics, TYPE.value
    groups = [*pairs["disjointWith"], *axioms.disjoint_groups]
    for one, other in dict.fromkeys(pair for group in groups for pair in combinations(group, 2)):  # cax-dw, cax-adc
        sentence = f"{{x}} is both {shrink(one)} and {shrink(other)}, which are disjoint"
        yield _Check(f"?x a <{one}> , <{other}> .", sentence, (("x", type_, one), ("x", type_, other)))
    for p in kinds["IrreflexiveProperty"]:  # prp-irp
        yield _Check(f"?x <{p}> ?x .", f"{{x}} {shrink(p)} itself, which is irreflexive", (("x", p, "x"),))
    for p in kinds["AsymmetricProperty"]:  # prp-asyp
        sentence = f"{{x}} and {{y}} are {shrink(p)} both ways, which is asymmetric"
        yield _Check(f"?x <{p}> ?y . ?y <{p}> ?x .", sentence, (("x", p, "y"), ("y", p, "x")))
    for one, other in pairs["propertyDisjointWith"]:  # prp-pdw
        sentence = f"{{x}} has {{y}} as {shrink(one)} and {shrink(other)}, which are disjoint"
        yield _Check(f"?x <{one}> ?y ; <{other}> ?y .", sentence, (("x", one, "y"), ("x", other, "y")))
    for one, other in dict.fromkeys(pair for group in distinct_groups for pair in combinations(group, 2)):  # eq-diff1 to eq-diff3
        pattern = f"BIND(<{one}> AS ?x) BIND(<{other}> AS ?y)" + ("" if one == other else f" <{one}> {SAME} <{other}> .")
        yield _Check(pattern, "{x} and {y} are told apart and are, or follow to be, the same", (("x",), ("y",)))


def contradictions(store: ox.Store, axioms: Axioms, data: Iterable[ox.Triple]) -> Iterator[Clash]:
    """Each contradiction in the default graph of `store`, at most five for each axiom."""
    triples = (*axioms.triples, *data)
    heads = [triple.object for triple in triples if triple.predicate.value == OWL + "distinctMembers"]
    groups = [read_list(triples, head) for head in heads if not isinstance(head, ox.Literal | ox.Triple)]
    apart = ((triple.subject, triple.object) for triple in triples if triple.predicate.value == OWL + "differentFrom")
    groups += [(one.value, other.value) for one, other in apart if isinstance(one, ox.NamedNode) and isinstance(other, ox.NamedNode)]
    for check in _checks(axioms, groups):
        solutions = store.query(f"SELECT DISTINCT ?x ?y WHERE {{ {check.pattern} }} ORDER BY ?x ?y LIMIT {_MOST_CULPRITS}")
        if not isinstance(solutions, ox.QuerySolutions):
            raise TypeError(type(solutions))
        for x, y in solutions:
            iris = {"x": getattr(x, "value", ""), "y": getattr(y, "value", "")}
            statements = tuple(tuple(iris.get(word, word) for word in words) for words in check.statements)
            yield Clash(check.sentence.format(x=_written(x), y=_written(y)) + ".", statements)


def doubled_values(axioms: Axioms, data: Iterable[ox.Triple]) -> Iterator[Clash]:
    """Where things have several values of a functional property: what makes things the same that are told apart."""
    found: dict[tuple[str, str], list[str]] = {}
    for triple in data:
        if triple.predicate.value in axioms.characteristics["FunctionalProperty"] and isinstance(triple.object, ox.NamedNode):
            found.setdefault((getattr(triple.subject, "value", ""), triple.predicate.value), []).append(triple.object.value)
    for (subject, property_), values in sorted(found.items()):
        if len(set(values)) > 1:
            named = " and ".join(shrink(value) for value in sorted(set(values)))
            sentence = f"{shrink(subject)} has {named} as {shrink(property_)}, which has one value only."
            yield Clash(sentence, tuple((subject, property_, value) for value in sorted(set(values))))


def _written(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> str:
    return shrink(term.value) if isinstance(term, ox.NamedNode) else str(term)
