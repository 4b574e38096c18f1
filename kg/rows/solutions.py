"""The solutions of a SELECT, kept as pyoxigraph writes them, and the terms that they stand for.

A term as an object of Python costs more to make, and to look up, than the few bytes it is written with. So an answer stays the text that
pyoxigraph writes in one go (SPARQL 1.1 Query Results TSV), whose cells say exactly which term is meant, and terms are made when asked for.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import repeat
from typing import TypeVar

import pyoxigraph as ox

from kg.terms import OxTerm

Terms = tuple[OxTerm | None, ...]

Meant = TypeVar("Meant")

_TSV = ox.QueryResultsFormat.TSV
"""Named once: pyoxigraph makes a new object each time, which takes longer than to write a row."""


class Solutions:
    """The solutions of a SELECT in their order, each as the cells of its variables: a term as TSV has it, nothing where unbound."""

    def __init__(self, written: bytes) -> None:
        self._written = written
        header = written[: written.index(b"\n")].decode()
        self.columns = tuple(header[1:].split("\t?")) if header else ()

    @classmethod
    def of(cls, result: ox.QuerySolutions) -> "Solutions":
        """The solutions of `result`, which is read to its end."""
        return cls(result.serialize(format=_TSV) or b"\n")

    @classmethod
    def from_terms(cls, columns: Sequence[str], rows: Iterable[Iterable[OxTerm | None]]) -> "Solutions":
        """The solutions with these terms."""
        header = "\t".join(f"?{column}" for column in columns)
        return cls("".join(f"{line}\n" for line in (header, *("\t".join(map(_cell, row)) for row in rows))).encode())

    def __len__(self) -> int:
        return self._written.count(b"\n") - 1  # those in a literal are escaped

    def __getitem__(self, index: slice) -> "Solutions":
        """Those of a slice."""
        header, *lines = self._written.removesuffix(b"\n").split(b"\n")
        return Solutions(b"".join(line + b"\n" for line in (header, *lines[index])))

    def __reduce__(self) -> tuple[object, ...]:
        return Solutions, (self._written,)

    @property
    def cells(self) -> Sequence[bytes]:
        """All cells, solution after solution."""
        return self._written.replace(b"\n", b"\t").split(b"\t")[len(self.columns) : -1] if self.columns else ()

    def __iter__(self) -> Iterator[tuple[bytes, ...]]:
        return iter(self._in_rows(iter(self.cells)))

    def meaning(self, known: Mapping[bytes, Meant]) -> Iterable[tuple[Meant, ...]]:
        """For each solution what its cells mean. Raises `KeyError` for one that is not `known`."""
        return self._in_rows(map(known.__getitem__, self.cells))

    def _in_rows(self, values: Iterator[Meant]) -> Iterable[tuple[Meant, ...]]:
        return zip(*[values] * len(self.columns), strict=True) if self.columns else repeat((), len(self))

    @cached_property
    def terms(self) -> Sequence[Terms]:
        """The terms of each solution."""
        return list(self.meaning(terms_of(set(self.cells))))


def terms_of(cells: Collection[bytes]) -> Mapping[bytes, OxTerm | None]:
    """The term that each of `cells` stands for, None for an empty one.

    They are read as Turtle, which has all that TSV has: pyoxigraph's reader of TSV refuses a blank node like `_:a..b`.
    """
    triples = ox.parse(b"".join(b"<urn:s> <urn:p> " + cell + b" .\n" for cell in cells if cell), ox.RdfFormat.TURTLE, lenient=True)
    return {cell: next(triples).object if cell else None for cell in cells}


def _cell(term: OxTerm | None) -> str:
    """`term` as a cell of TSV: its escapes are those of N-Triples."""
    if term is None:
        return ""
    return f"<<( {term} )>>" if isinstance(term, ox.Triple) else str(term)
