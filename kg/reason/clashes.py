"""Contradictions: what no consistent graph says, one query for each axiom that forbids something.

The rule names are those of https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import pyoxigraph as ox

from kg.engine import Asked
from kg.errors import Clash
from kg.namespaces import OWL, RDF, shrink
from kg.reason.axioms import SAME, TYPE, Axioms, Lists, iris_in

_MOST_CULPRITS = 5
_DIFFERENT = OWL + "differentFrom"
_ITSELF = "{x} is told apart from itself"
ALL_DIFFERENT = ox.NamedNode(OWL + "AllDifferent")
TELLING = frozenset((OWL + "distinctMembers", OWL + "members", OWL + "differentFrom", RDF + "first", RDF + "rest"))


def clashes(store: Asked, axioms: Axioms, data: Iterable[ox.Triple], write: Callable[[str], str] = shrink) -> list[Clash]:
    """The contradictions in `store`, which has `data` and all that follows from it; each with what clashes, sorted, IRIs as `write` does.

    Where a thing has two values of a property that has one, only that is told: all else that clashes may follow from it. Of `data`
    those triples are read that `telling` gives.
    """
    data = [triple for triple in data if _tells(triple, axioms)]
    found = sorted(set(_found(store, axioms, data, write)))
    return found and (list(_doubled_values(axioms, data, write)) or found)


def checked(axioms: Axioms) -> frozenset[str]:
    """The predicates and classes of the triples that `clashes` looks at in a store."""
    return frozenset({SAME.value}).union(*(iris_in(check.pattern) for check in _checks(axioms)))


def telling(store: ox.Store, axioms: Axioms, graph: ox.NamedNode) -> Iterator[ox.Triple]:
    """The triples in `graph` that tell things apart, or that a thing has a value of a property that has one only."""
    yield from (quad.triple for quad in store.quads_for_pattern(None, TYPE, ALL_DIFFERENT, graph))
    for predicate in telling_predicates(axioms):
        yield from (quad.triple for quad in store.quads_for_pattern(None, ox.NamedNode(predicate), None, graph))


def telling_predicates(axioms: Axioms) -> list[str]:
    """The predicates of what `telling` gives, beside the groups that are told apart."""
    return [*sorted(TELLING), *axioms.single_valued]


def _tells(triple: ox.Triple, axioms: Axioms) -> bool:
    predicate = triple.predicate.value
    if predicate == TYPE.value:
        return bool(triple.object == ALL_DIFFERENT)
    return predicate in TELLING or predicate in axioms.single_valued


class _Check(NamedTuple):
    """A pattern that no consistent graph matches, how to say that it did, by which rule, and the statements that clash then."""

    pattern: str
    sentence: str
    rule: str
    statements: tuple[tuple[str, str, str], ...]


def _checks(axioms: Axioms) -> Iterator[_Check]:
    pairs, kinds, type_ = axioms.pairs, axioms.characteristics, TYPE.value
    groups = [*((pair, "cax-dw") for pair in pairs["disjointWith"]), *((group, "cax-adc") for group in axioms.disjoint_groups)]
    for (one, other), rule in {pair: rule for group, rule in groups for pair in combinations(group, 2)}.items():
        sentence = f"{{x}} is both {shrink(one)} and {shrink(other)}, which are disjoint"
        yield _Check(f"?x a <{one}> , <{other}> .", sentence, rule, (("x", type_, one), ("x", type_, other)))
    nothing = OWL + "Nothing"
    yield _Check(f"?x a <{nothing}> .", "{x} is of owl:Nothing, which nothing is", "cls-nothing2", (("x", type_, nothing),))
    for p in kinds["IrreflexiveProperty"]:
        yield _Check(f"?x <{p}> ?x .", f"{{x}} {shrink(p)} itself, which is irreflexive", "prp-irp", (("x", p, "x"),))
    for p in kinds["AsymmetricProperty"]:
        sentence = f"{{x}} and {{y}} are {shrink(p)} both ways, which is asymmetric"
        yield _Check(f"?x <{p}> ?y . ?y <{p}> ?x . FILTER(STR(?x) <= STR(?y))", sentence, "prp-asyp", (("x", p, "y"), ("y", p, "x")))
    for one, other in pairs["propertyDisjointWith"]:
        sentence = f"{{x}} has {{y}} as {shrink(one)} and {shrink(other)}, which are disjoint"
        yield _Check(f"?x <{one}> ?y ; <{other}> ?y .", sentence, "prp-pdw", (("x", one, "y"), ("x", other, "y")))
    yield _Check(f"?x <{_DIFFERENT}> ?x .", _ITSELF, "eq-diff1", (("x", _DIFFERENT, "x"),))


def _found(store: Asked, axioms: Axioms, data: list[ox.Triple], write: Callable[[str], str]) -> Iterator[Clash]:
    """Each contradiction that `store` has, at most five for each axiom."""
    yield from _same_and_apart(store, [group for _, group in told_apart((*axioms.triples, *data))], write)
    for check in _checks(axioms):
        for x, y in _pairs(store, f"{check.pattern} }} ORDER BY ?x ?y LIMIT {_MOST_CULPRITS}"):
            terms = {"x": x, "y": y}
            iris = {name: getattr(term, "value", "") for name, term in terms.items()}
            statements = tuple((iris.get(s, s), p, iris.get(o, o)) for s, p, o in check.statements)
            written = {name: _written(term, write) for name, term in terms.items()}
            yield Clash(check.sentence.format(**written) + ".", check.rule, statements)


def _pairs(store: Asked, pattern: str) -> Iterator[ox.QuerySolution]:
    """The distinct solutions for ?x and ?y of a group pattern that is left open, with what comes behind it."""
    solutions = store.query(f"SELECT DISTINCT ?x ?y WHERE {{ {pattern}")
    if not isinstance(solutions, ox.QuerySolutions):
        raise TypeError(type(solutions))
    return solutions


def _same_and_apart(store: Asked, groups: Sequence[tuple[str, ...]], write: Callable[[str], str]) -> Iterator[Clash]:
    """The contradictions of `groups`, whose members are told apart: one that is there twice, two that are the same. One query tells all."""
    places: dict[str, dict[int, list[int]]] = {}
    for number, group in enumerate(groups):
        for place, iri in enumerate(group):
            places.setdefault(iri, {}).setdefault(number, []).append(place)
    for iri, found in places.items():
        if any(len(several) > 1 for several in found.values()):
            yield Clash(_ITSELF.format(x=write(iri)) + ".", "eq-diff1", ((iri, _DIFFERENT, iri),))
    for x, y in _pairs(store, f"?x {SAME} ?y . FILTER(?x != ?y) }}") if places else ():
        one, other = getattr(x, "value", ""), getattr(y, "value", "")
        before, after = places.get(one, {}), places.get(other, {})
        if any(before[number][0] < after[number][-1] for number in before.keys() & after.keys()):
            sentence = f"{_written(x, write)} and {_written(y, write)} are told apart and are, or follow to be, the same."
            yield Clash(sentence, "eq-diff1", ((one, SAME.value, other),))


def _written(term: object, write: Callable[[str], str]) -> str:
    """A term in words: `write` is given the IRI, or `_:` with the label of a blank node."""
    if isinstance(term, ox.NamedNode | ox.BlankNode):
        return write(term.value if isinstance(term, ox.NamedNode) else f"_:{term.value}")
    return str(term)


def told_apart(triples: Iterable[ox.Triple]) -> Iterator[tuple[ox.Triple, tuple[str, ...]]]:
    """Each statement that tells things apart, and the IRIs of those things."""
    triples = [triple for triple in triples if triple.predicate.value in TELLING or triple.object == ALL_DIFFERENT]
    lists = Lists(triples)
    groups = {triple.subject for triple in triples if triple.predicate == TYPE and triple.object == ALL_DIFFERENT}
    for triple in triples:
        listing = triple.predicate.value == OWL + "distinctMembers" or (
            triple.predicate.value == OWL + "members" and triple.subject in groups
        )
        if listing and isinstance(triple.object, ox.NamedNode | ox.BlankNode):
            yield triple, lists.members(triple.object)
        elif triple.predicate.value == OWL + "differentFrom" and isinstance(triple.object, ox.NamedNode):
            yield triple, (getattr(triple.subject, "value", ""), triple.object.value)


def _doubled_values(axioms: Axioms, data: Iterable[ox.Triple], write: Callable[[str], str]) -> Iterator[Clash]:
    """Where things have several values of a functional property: what makes things the same that are told apart."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for triple in data:
        for property_, turned in axioms.single_valued.get(triple.predicate.value, ()):
            thing, value = (triple.object, triple.subject) if turned else (triple.subject, triple.object)
            if isinstance(value, ox.NamedNode) and isinstance(thing, ox.NamedNode | ox.BlankNode):
                found.setdefault((thing.value, property_, _written(thing, write)), []).append(value.value)
    for (subject, property_, name), values in sorted(found.items()):
        if len(set(values)) > 1:
            named = " and ".join(write(value) for value in sorted(set(values)))
            sentence = f"{name} has {named} as {write(property_)}, which has one value only."
            yield Clash(sentence, "prp-fp", tuple((subject, property_, value) for value in sorted(set(values))))
