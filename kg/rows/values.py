"""The typed values of the cells of answers: each is made once, and remembered for the answers to come."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import pyoxigraph as ox

from kg.namespaces import PREFIXES, shrink
from kg.rows.row import Row, row_with
from kg.rows.solutions import Solutions, terms_of
from kg.terms import OxTerm, Term, Value, typed

Labels = Callable[[Iterable[str]], Mapping[str, str]]

_MOST_KNOWN = 200_000
"""How many values are remembered, some hundred bytes each."""


class Values:
    """The values that cells stand for: a thing with its label, a literal by its datatype. `labels` gives those of IRIs, as far as known."""

    def __init__(self, labels: Labels, prefixes: Mapping[str, str] = PREFIXES) -> None:
        self._labels = labels
        self.prefixes = prefixes
        self._known: dict[bytes, Value] = {}

    def rows(self, solutions: Solutions) -> list[Row]:
        """The rows with the values of `solutions`."""
        if not solutions:
            return []
        try:
            return _rows(solutions, self._known)
        except KeyError:
            return _rows(solutions, self._met(set(solutions.cells)))

    def _met(self, cells: set[bytes]) -> Mapping[bytes, Value]:
        """The values of `cells`. They are known from now on; where that would be too many, instead of those that were, or not at all."""
        known = self._known
        new = cells - known.keys()
        terms = terms_of(new)
        labels = self._labels([term.value for term in terms.values() if isinstance(term, ox.NamedNode)])
        values = {cell: self._value(term, labels) for cell, term in terms.items()}
        if len(known) + len(values) <= _MOST_KNOWN:
            known.update(values)
            return known
        values.update((cell, known[cell]) for cell in cells - new)
        if len(values) <= _MOST_KNOWN:
            self._known = values
        return values

    def _value(self, term: OxTerm | None, labels: Mapping[str, str]) -> Value:
        if isinstance(term, ox.NamedNode):
            return Term(term.value, labels.get(term.value) or shrink(term.value, self.prefixes))
        if isinstance(term, ox.Literal):
            return typed(term)
        return None if term is None else str(term)


def _rows(solutions: Solutions, values: Mapping[bytes, Value]) -> list[Row]:
    return list(map(partial(tuple.__new__, row_with(solutions.columns)), solutions.meaning(values)))
