"""The answer of a CONSTRUCT or DESCRIBE, and its written forms."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import pyoxigraph as ox

from kg.namespaces import PREFIXES
from kg.terms import Citation

Cite = Callable[[Sequence[ox.Triple]], Sequence[tuple[Citation, ...]]]


class Triples(tuple[ox.Triple, ...]):
    """The triples of a CONSTRUCT or DESCRIBE, sorted by their text, with the prefixes to write them with."""

    prefixes: Mapping[str, str] = PREFIXES
    cite: Cite | None = None

    @classmethod
    def of(cls, result: Iterable[ox.Triple]) -> "Triples":
        """The triples of a result, each once, in the order of their text: pyoxigraph writes them all in a fraction of the time of each."""
        triples = list(result)
        written = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
        by_text = dict(zip(written.splitlines(), triples, strict=True))
        return cls(by_text[text] for text in sorted(by_text))

    def citations(self) -> list[tuple[Citation, ...]]:
        """For each triple the citations that it rests on; none of what the graph does not say, or says of things without a name."""
        named = [triple for triple in self if not any(isinstance(term, ox.BlankNode) for term in triple)]
        found = dict(zip(named, self.cite(named), strict=True)) if self.cite else {}
        return [found.get(triple, ()) for triple in self]

    def cited(self) -> "Triples":
        """The same triples, and for each that has citations an rdf:Statement with its facts (prov:wasDerivedFrom) and segments."""
        from kg.cite.statements import statement

        sources = [
            one
            for triple, citations in zip(self, self.citations(), strict=True)
            if citations
            for one in statement(ox.BlankNode(), triple, citations)
        ]
        cited = Triples((*self, *sources))
        cited.prefixes = self.prefixes
        return cited

    def write(self, format: str = "turtle") -> str:
        """The triples in an RDF format. Raises `FormatError`."""
        from kg.export import write_triples

        return write_triples(self, format, self.prefixes).decode()
