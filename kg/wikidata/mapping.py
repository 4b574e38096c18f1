"""How facts of the graph stand in Wikidata: the mappings of ontology/wikidata.ttl, read."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pyoxigraph as ox

from kg.errors import DataError
from kg.load import Document
from kg.namespaces import MAP, PREFIXES, RDF, RDFS, SH, SKOS, shrink
from kg.sparql import declared

_SELECT, _LABEL, _NOTE, _TYPE = SH + "select", RDFS + "label", SKOS + "note", RDF + "type"


class StatementMapping(NamedTuple):
    """Facts of one kind, selected by a query with the columns subject, value and fact, and the property that Wikidata has for them.

    `dated_by` is the qualifier with the date of the fact, `single` whether another value speaks against it. IRIs as text.
    """

    iri: str
    label: str
    property: str
    dated_by: str | None
    single: bool
    note: str
    select: str


class Mappings(NamedTuple):
    """All mappings: of statements in the order of the file, of classes by the IRI of ours, and the labels of Wikidata's terms."""

    statements: tuple[StatementMapping, ...]
    classes: Mapping[str, frozenset[str]]
    labels: Mapping[str, str]

    def label(self, iri: str) -> str:
        """The label of a property or class of Wikidata with its number: `member of (P463)`."""
        number = iri.rsplit("/", 1)[-1]
        return f"{self.labels[iri]} ({number})" if iri in self.labels else number


def read_mappings(document: Document) -> Mappings:
    """The mappings in `document`. Raises `DataError` for one that lacks a part."""
    said: dict[str, dict[str, list[str]]] = {}
    for triple in document.triples:
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode | ox.Literal):
            said.setdefault(triple.subject.value, {}).setdefault(triple.predicate.value, []).append(triple.object.value)
    kinds = {iri: parts.get(_TYPE, []) for iri, parts in said.items()}
    classes = (said[iri] for iri, types in kinds.items() if MAP + "ClassMapping" in types)
    return Mappings(
        tuple(_statement_mapping(document, iri, said[iri]) for iri, types in kinds.items() if MAP + "StatementMapping" in types),
        {class_iri: frozenset(parts.get(MAP + "item", ())) for parts in classes for class_iri in parts.get(MAP + "class", ())},
        {iri: parts[_LABEL][0] for iri, parts in said.items() if _LABEL in parts},
    )


def _statement_mapping(document: Document, iri: str, parts: Mapping[str, list[str]]) -> StatementMapping:
    for needed in (_LABEL, MAP + "property", _SELECT):
        if len(parts.get(needed, ())) != 1:
            raise DataError(f"{document.path}: the mapping {shrink(iri)} must have exactly one {shrink(needed)}.")
    return StatementMapping(
        iri,
        parts[_LABEL][0],
        parts[MAP + "property"][0],
        _first(parts.get(MAP + "datedBy", ())),
        "true" in parts.get(MAP + "singleValued", ()),
        _first(parts.get(_NOTE, ())) or "",
        declared(parts[_SELECT][0], {**document.prefixes, **PREFIXES}),
    )


def _first(values: Iterable[str]) -> str | None:
    return next(iter(values), None)
