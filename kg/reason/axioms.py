"""The axioms of an ontology, read from its triples. An OWL construct that is not known here is an error, never ignored."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Self

import pyoxigraph as ox

from kg.errors import DataError
from kg.namespaces import OWL, RDF, RDFS, shrink

TYPE = ox.NamedNode(RDF + "type")
_TYPE_IRI = TYPE.value
SAME = ox.NamedNode(OWL + "sameAs")
_NIL = ox.NamedNode(RDF + "nil")
_FIRST, _REST = RDF + "first", RDF + "rest"

_BINARY = ("subClassOf", "subPropertyOf", "domain", "range")
_OWL_BINARY = ("inverseOf", "disjointWith", "equivalentClass", "equivalentProperty", "propertyDisjointWith")
_CHARACTERISTICS = (
    "SymmetricProperty",
    "AsymmetricProperty",
    "IrreflexiveProperty",
    "TransitiveProperty",
    "FunctionalProperty",
    "InverseFunctionalProperty",
)
_WITHOUT_RULES = (
    "Ontology Class ObjectProperty DatatypeProperty AnnotationProperty NamedIndividual AllDisjointClasses AllDifferent "
    "versionIRI versionInfo imports members distinctMembers propertyChainAxiom sameAs differentFrom deprecated Thing Nothing"
).split()
_KNOWN = frozenset(OWL + name for name in (*_OWL_BINARY, *_CHARACTERISTICS, *_WITHOUT_RULES))

_AXIOMATIC = frozenset(RDFS + name for name in _BINARY)
_OF_THINGS = frozenset(
    OWL + name
    for name in "sameAs differentFrom AllDifferent distinctMembers members Thing Nothing NamedIndividual deprecated versionInfo "
    "versionIRI priorVersion imports Ontology Class ObjectProperty DatatypeProperty AnnotationProperty".split()
)
"""What OWL has to say of things, of files, and of what is a class or property; all else of it is axioms."""


def is_axiom(triple: ox.Triple) -> bool:
    """Whether `triple` is an axiom, or a part of one, and no statement about things.

    >>> is_axiom(ox.Triple(ox.NamedNode("x:town"), ox.NamedNode(RDFS + "subClassOf"), ox.NamedNode("x:city")))
    True
    """
    predicate = triple.predicate.value
    if predicate == _TYPE_IRI:
        return isinstance(triple.object, ox.NamedNode) and _is_axiomatic(triple.object.value)
    return _is_axiomatic(predicate)


@lru_cache(maxsize=1024)
def _is_axiomatic(iri: str) -> bool:
    """Whether a predicate or a class makes axioms."""
    return iri in _AXIOMATIC or (iri.startswith(OWL) and iri not in _OF_THINGS)


def axiomatic_terms() -> list[str]:
    """The IRIs of which `is_axiom` takes one, as predicate or as class: those of RDFS and of the whole OWL 2 vocabulary."""
    import rdflib

    return sorted(_AXIOMATIC | ({OWL + name for name in rdflib.OWL.__annotations__} - _OF_THINGS))


def iris_in(pattern: str) -> frozenset[str]:
    """The predicates and classes that a graph pattern names, each in angle brackets."""
    return frozenset(re.findall(r"<([^>]+)>", pattern))


@dataclass(frozen=True)
class Axioms:
    """What an ontology says, by kind of axiom; IRIs as text."""

    triples: tuple[ox.Triple, ...]
    pairs: Mapping[str, tuple[tuple[str, str], ...]]
    characteristics: Mapping[str, tuple[str, ...]]
    chains: tuple[tuple[str, tuple[str, ...]], ...]
    disjoint_groups: tuple[tuple[str, ...], ...]

    @classmethod
    def read(cls, ontology: Iterable[ox.Triple]) -> Self:
        """The axioms among the triples of `ontology`. Raises `DataError` if one is of a kind that the rules do not know."""
        triples = tuple(ontology)
        for triple in triples:
            for term in (triple.predicate, triple.object):
                if isinstance(term, ox.NamedNode) and term.value.startswith(OWL) and term.value not in _KNOWN:
                    raise DataError(f"The ontology uses {shrink(term.value)} ({triple.subject}), which the reasoning rules do not know.")
        lists = Lists(triples)
        spaces = dict.fromkeys(_BINARY, RDFS) | dict.fromkeys(_OWL_BINARY, OWL)
        return cls(
            triples,
            {name: tuple(_named_pairs(triples, space + name)) for name, space in spaces.items()},
            {name: tuple(_instances(triples, OWL + name)) for name in _CHARACTERISTICS},
            tuple((subject, lists.members(head)) for subject, head in _objects(triples, OWL + "propertyChainAxiom")),
            tuple(lists.members(head) for _, head in _objects(triples, OWL + "members")),
        )

    @cached_property
    def properties(self) -> frozenset[str]:
        """The IRIs of all declared object and datatype properties."""
        return frozenset(
            iri for kind in ("ObjectProperty", "DatatypeProperty", *_CHARACTERISTICS) for iri in _instances(self.triples, OWL + kind)
        )

    @cached_property
    def classes(self) -> frozenset[str]:
        """The IRIs of all declared classes."""
        return frozenset(_instances(self.triples, OWL + "Class"))

    @cached_property
    def single_valued(self) -> Mapping[str, tuple[tuple[str, bool], ...]]:
        """By property, of which functional ones its statements give a value, and whether to the thing that is their object: the
        functional properties themselves, what is below them, and what is the other way round.
        """
        stating: dict[str, tuple[tuple[str, bool], ...]] = {}
        for functional in self.characteristics["FunctionalProperty"]:
            for property_, turned in self._ways_to_state(functional):
                stating[property_] = (*stating.get(property_, ()), (functional, turned))
        return stating

    def _ways_to_state(self, property_: str) -> list[tuple[str, bool]]:
        """The properties whose statements state `property_`, and whether they do so the other way round."""
        below = [*self.pairs["subPropertyOf"], *mutual(self.pairs["equivalentProperty"])]
        inverse, symmetric = [*mutual(self.pairs["inverseOf"])], self.characteristics["SymmetricProperty"]
        found: dict[tuple[str, bool], None] = {(property_, False): None}
        waiting = [*found]
        while waiting:
            iri, turned = waiting.pop()
            ways = [(one, turned) for one, other in below if other == iri]
            ways += [(one, not turned) for one, other in inverse if other == iri]
            ways += [(iri, not turned)] if iri in symmetric else []
            waiting += [way for way in ways if way not in found]
            found |= dict.fromkeys(ways)
        return [*found]

    @cached_property
    def _chained(self) -> frozenset[str]:
        return frozenset(subject for subject, _ in self.chains)

    def keeps(self, triple: ox.Triple) -> bool:
        """Whether `triple` is worth keeping if it is inferred: see `kg.reason.closure`."""
        if triple.predicate == TYPE:
            return isinstance(triple.object, ox.NamedNode) and triple.object.value in self.classes
        predicate = triple.predicate.value
        return predicate in self.properties and not (predicate in self._chained and triple.subject == triple.object)


class Lists:
    """The RDF lists among some triples, which are gone through once."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._first: dict[object, object] = {}
        self._rest: dict[object, object] = {}
        for triple in triples:
            predicate = triple.predicate.value
            if predicate == _FIRST:
                self._first[triple.subject] = triple.object
            elif predicate == _REST:
                self._rest[triple.subject] = triple.object

    def members(self, head: ox.NamedNode | ox.BlankNode) -> tuple[str, ...]:
        """The IRIs in the list that starts at `head`. Raises `DataError` for one that is broken, goes round, or has another member."""
        members: list[str] = []
        node: object = head
        seen: set[object] = set()
        while node in self._first:
            if node in seen:
                raise DataError("The list goes round in a circle.")
            seen.add(node)
            member, node = self._first[node], self._rest.get(node)
            if not isinstance(member, ox.NamedNode) or not isinstance(node, ox.NamedNode | ox.BlankNode):
                raise DataError("The list is broken, or has a member without a name.")
            members.append(member.value)
        if node != _NIL:
            raise DataError("The list is broken: it does not end in rdf:nil.")
        return tuple(members)


def mutual(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Each of `pairs`, and then turned round."""
    for one, other in pairs:
        yield one, other
        yield other, one


def _named_pairs(triples: Iterable[ox.Triple], predicate: str) -> Iterable[tuple[str, str]]:
    """Subject and object of each triple with `predicate`, both named."""
    for subject, object_ in _objects(triples, predicate):
        if not isinstance(object_, ox.NamedNode):
            raise DataError(
                f"The ontology has an anonymous class or property under {shrink(subject)}, which the reasoning rules do not know."
            )
        yield subject, object_.value


def _objects(triples: Iterable[ox.Triple], predicate: str) -> Iterable[tuple[str, ox.NamedNode | ox.BlankNode]]:
    for triple in triples:
        if triple.predicate.value == predicate and not isinstance(triple.object, ox.Literal | ox.Triple):
            yield _named(triple.subject), triple.object


def _instances(triples: Iterable[ox.Triple], class_iri: str) -> Iterable[str]:
    for triple in triples:
        if triple.predicate == TYPE and isinstance(triple.object, ox.NamedNode) and triple.object.value == class_iri:
            yield _named(triple.subject)


def _named(term: ox.NamedNode | ox.BlankNode | ox.Triple) -> str:
    """The IRI of a term that has one, or the text of one that has not."""
    return term.value if isinstance(term, ox.NamedNode) else str(term)
