"""The answer of a SELECT query as typed Python rows, and its written forms."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import overload

from kg.citation import Citation, left_behind
from kg.rows.plain import drawn
from kg.rows.row import Row, references
from kg.rows.solutions import Solutions, Terms
from kg.rows.values import Values
from kg.rows.written import Written
from kg.terms import Term

__all__ = ["Row", "Rows", "Solutions", "Values", "references"]

Cite = Callable[["Rows"], Sequence[tuple[Citation, ...]]]

_MOST_PRINTED = 20


class Rows(Written):
    """The rows of an answer, in its order. Converted when first looked at.

    `columns` are the names; `types` the columns' types where the stored query declares them. Rows of `cited()` carry their citations.
    `dated`: they are as of a day, and written with a mark where a fact has no date. `values` makes typed values of the solutions.
    They do not change, so that a copy is the answer itself; a slice is rows, too, and what is pickled leaves the graph behind.
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
        self._made: list[Row] | None = None

    def __len__(self) -> int:
        return len(self.solutions)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> "Rows": ...
    def __getitem__(self, index: int | slice) -> "Row | Rows":
        return self._part(index) if isinstance(index, slice) else self._rows[index]

    def _part(self, index: slice) -> "Rows":
        """Some of the rows."""
        part = self._with(self.solutions[index], self._cite)
        part.has_citations = self.has_citations
        if self._made is not None:
            part._made = self._made[index]
        return part

    def _with(self, solutions: Solutions, cite: Cite | None) -> "Rows":
        return Rows(solutions, self._values, types=self.types, cite=cite, dated=self.dated)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def __repr__(self) -> str:
        return f"<Rows {len(self)} × {', '.join(self.columns)}>"

    def __str__(self) -> str:
        """The first rows as a table of plain text."""
        shown = self[:_MOST_PRINTED]
        more = [f"… the first {_MOST_PRINTED} of {len(self)} rows"] if len(self) > _MOST_PRINTED else []
        return "\n".join([*drawn(*shown.shown()), *(more if len(self) else ["no rows"])])

    def __copy__(self) -> "Rows":
        return self

    def __deepcopy__(self, memo: object) -> "Rows":
        return self

    def __reduce__(self) -> tuple[object, ...]:
        labels = {value.iri: value.label for row in self for value in row if isinstance(value, Term)}
        known = [row.citations for row in self] if self.has_citations or self.dated else None
        told = (self.types, dict(self.prefixes), labels, self.dated, self.has_citations)
        return _restored, (self.solutions, *told, known, self._cite is not None)

    @property
    def terms(self) -> Sequence[Terms]:
        """The RDF terms of each row, as the engine gave them."""
        return self.solutions.terms

    @property
    def _rows(self) -> list[Row]:
        """All rows, made when they are first looked at; cached_property would take a lock for it, which costs as much as a row."""
        if self._made is None:
            self._made = self._values.rows(self.solutions)
            if (self.has_citations or self.dated) and self._cite is not None:
                for row, citations in zip(self._made, self._cite(self), strict=True):
                    row.citations = citations
        return self._made

    def cited(self) -> "Rows":
        """The same rows, each with the citations that it rests on in `row.citations`."""
        rows = self._with(self.solutions, self._cite)
        rows.has_citations = True
        return rows


def _restored(
    solutions: Solutions,
    types: Mapping[str, str],
    prefixes: Mapping[str, str],
    labels: Mapping[str, str],
    dated: bool,
    has_citations: bool,
    known: Sequence[tuple[Citation, ...]] | None,
    citable: bool,
) -> Rows:
    """The rows that were pickled, with the citations that were `known`."""
    cite: Cite | None = left_behind if citable else None
    if known is not None:
        citations = dict(zip(solutions, known, strict=True))

        def cite(rows: Rows) -> list[tuple[Citation, ...]]:
            return [citations[cells] for cells in rows.solutions]

    rows = Rows(solutions, Values(lambda _: labels, prefixes), types=types, cite=cite, dated=dated)
    rows.has_citations = has_citations
    return rows
