"""Triples with their sources, as RDF: each an rdf:Statement that names its facts and segments."""

from collections.abc import Iterator, Sequence

import pyoxigraph as ox

from kg.citation import Citation
from kg.namespaces import PROV, RDF


def statement(node: ox.BlankNode, triple: ox.Triple, citations: Sequence[Citation] = ()) -> Iterator[ox.Triple]:
    """`node` as the statement `triple`, derived from the facts of its `citations`, with all segments that say them as sources."""
    terms: list[tuple[str, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]]
    terms = [(RDF + "type", ox.NamedNode(RDF + "Statement")), (RDF + "subject", triple.subject)]
    terms += [(RDF + "predicate", triple.predicate), (RDF + "object", triple.object)]
    for citation in citations:
        terms += [(PROV + "wasDerivedFrom", ox.NamedNode(citation.fact))] if citation.fact else []
        segments = (citation.segment, *(place.segment for place in citation.also))
        terms += [(PROV + "hadPrimarySource", ox.NamedNode(segment)) for segment in segments]
    yield from (ox.Triple(node, ox.NamedNode(predicate), term) for predicate, term in terms)
