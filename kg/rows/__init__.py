"""The answer of a SELECT query as typed Python rows, and its written forms."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import overload

from kg.rows.row import Row, references
from kg.rows.solutions import Solutions, Terms
from kg.rows.values import Values
from kg.rows.written import Written
from kg.terms import Citation

__all__ = ["Row", "Rows", "Solutions", "Values", "references"]

Cite = Callable[["Rows"], Sequence[tuple[Citation, ...]]]


class Rows(Written):
    """The rows of an answer, in its order. Converted when first looked at.

    `columns` are the names; `types` the columns' types where the stored query declares them. Rows of `cited()` carry their citations.
    `dated`: they are as of a day, and written with a mark where a fact has no date. `values` makes typed values of the solutions.
    """

    def __init__(
        self,
        solutions: Solutions,
        values: Values,
        *,
        types: Mapping[str, str] | None = None,
        cite: Cite | None = None,
        dated: bool = False,
    ) -> None:
        self.columns = solutions.columns
        self.types = dict(types or {})
        self.prefixes = values.prefixes
        self.dated = dated
        self.has_citations = False
        self.solutions = solutions
        self._values = values
        self._cite = cite

    def __len__(self) -> int:
        return len(self.solutions)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        return self._rows[index]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def __repr__(self) -> str:
        return f"<Rows {len(self)} × {', '.join(self.columns)}>"

    @property
    def terms(self) -> Sequence[Terms]:
        """The RDF terms of each row, as the engine gave them."""
        return self.solutions.terms

    @cached_property
    def _rows(self) -> list[Row]:
        rows = self._values.rows(self.solutions)
        if (self.has_citations or self.dated) and self._cite is not None:
            for row, citations in zip(rows, self._cite(self), strict=True):
                row.citations = citations
        return rows

    def cited(self) -> "Rows":
        """The same rows, each with the citations that it rests on in `row.citations`."""
        rows = Rows(self.solutions, self._values, types=self.types, cite=self._cite, dated=self.dated)
        rows.has_citations = True
        return rows
