"""One row of an answer: its values by name, and the citations that they rest on."""

import functools
from collections.abc import Iterable
from operator import itemgetter
from typing import SupportsIndex, overload

from kg.citation import Citation, Reference, references_of
from kg.terms import Value


class Row(tuple[Value, ...]):
    """The values of one row, by position, by column name (`row["date"]`) or as attributes (`row.date`).

    A column called like a method of tuples, `count` or `index`, is the attribute in its place. What a row has of its own (`citations`,
    `undated`, `as_dict`, `_columns` and Python's `__names__`) keeps its meaning: a column called so is found by its name.
    """

    _columns: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()

    def __new__(cls, values: Iterable[Value], columns: tuple[str, ...], citations: tuple[Citation, ...] = ()) -> "Row":
        row = tuple.__new__(row_with(columns), values)
        if citations:
            row.citations = citations
        return row

    @overload
    def __getitem__(self, key: SupportsIndex) -> Value: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Value, ...]: ...
    @overload
    def __getitem__(self, key: str) -> Value: ...
    def __getitem__(self, key: SupportsIndex | slice | str) -> Value | tuple[Value, ...]:
        if isinstance(key, str):
            if key not in self._columns:
                raise KeyError(f"no column {key!r}; the columns are {', '.join(self._columns)}")
            return super().__getitem__(self._columns.index(key))
        return super().__getitem__(key)

    def __getattr__(self, name: str) -> Value:
        if name not in self._columns:
            raise AttributeError(f"no column {name!r}; the columns are {', '.join(self._columns)}")
        return self[self._columns.index(name)]

    def __repr__(self) -> str:
        return f"Row({', '.join(f'{name}={value!r}' for name, value in zip(self._columns, self, strict=True))})"

    def __reduce__(self) -> tuple[object, ...]:
        return Row, (tuple(self), self._columns, self.citations)

    @property
    def undated(self) -> bool:
        """Whether a fact that the row rests on has no date, as far as its citations are known."""
        return any(citation.undated for citation in self.citations)

    def as_dict(self) -> dict[str, Value]:
        """The values by column name."""
        return dict(zip(self._columns, self, strict=True))


_OF_TUPLES = frozenset(name for name in dir(tuple) if not name.startswith("_"))


@functools.lru_cache(maxsize=256)
def row_with(columns: tuple[str, ...]) -> type[Row]:
    """The class of rows with `columns`: what all rows of an answer share is no part of each, and a row takes a fifth of the time."""
    own = {name: property(itemgetter(place)) for place, name in enumerate(columns) if name in _OF_TUPLES}
    return type("Row", (Row,), {**own, "_columns": columns, "__module__": Row.__module__, "__doc__": Row.__doc__})


def references(rows: Iterable[Row]) -> list[Reference]:
    """The references that `rows` cite, each once, by number."""
    return references_of(citation for row in rows for citation in row.citations)
