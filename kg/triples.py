"""The answer of a CONSTRUCT or DESCRIBE, and its written forms."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import SupportsIndex, overload

import pyoxigraph as ox

from kg.citation import Citation, left_behind
from kg.namespaces import PREFIXES

Cite = Callable[[Sequence[ox.Triple]], Sequence[tuple[Citation, ...]]]


class Triples(tuple[ox.Triple, ...]):
    """The triples of a CONSTRUCT or DESCRIBE, sorted by their text, with the prefixes to write them with.

    They do not change, so that a copy is the answer itself; a slice is triples, too, and what is pickled leaves the graph behind.
    """

    prefixes: Mapping[str, str] = PREFIXES
    cite: Cite | None = None

    @classmethod
    def of(cls, result: Iterable[ox.Triple]) -> "Triples":
        """The triples of a result, each once, in the order of their text: pyoxigraph writes them all in a fraction of the time of each."""
        triples = list(result)
        written = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
        by_text = dict(zip(written.splitlines(), triples, strict=True))
        return cls(by_text[text] for text in sorted(by_text))

    @overload
    def __getitem__(self, key: SupportsIndex) -> ox.Triple: ...
    @overload
    def __getitem__(self, key: slice) -> "Triples": ...
    def __getitem__(self, key: SupportsIndex | slice) -> "ox.Triple | Triples":
        if isinstance(key, slice):
            return _with(super().__getitem__(key), self.prefixes, self.cite)
        return super().__getitem__(key)

    def __repr__(self) -> str:
        return f"<Triples {len(self)}>"

    def __str__(self) -> str:
        return self.write()

    def __copy__(self) -> "Triples":
        return self

    def __deepcopy__(self, memo: object) -> "Triples":
        return self

    def __reduce__(self) -> tuple[object, ...]:
        return _with, (tuple(self), dict(self.prefixes), self.cite and left_behind)

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
        return _with((*self, *sources), self.prefixes, None)

    def write(self, format: str = "turtle") -> str:
        """The triples in an RDF format. Raises `FormatError`."""
        from kg.export import write_triples

        return write_triples(self, format, self.prefixes).decode()


def _with(triples: Iterable[ox.Triple], prefixes: Mapping[str, str], cite: Cite | None) -> Triples:
    """`triples` with what they are written and cited with."""
    answer = Triples(triples)
    answer.prefixes, answer.cite = prefixes, cite
    return answer
