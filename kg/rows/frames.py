"""The rows of an answer as data frames: each column of one type, that which the stored query declares.

So the type of a column does not hang on the rows that happen to be there. A date is text, as a date may be a year, a month or an interval:
its form (ISO 8601, EDTF) sorts.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import isfinite, isnan
from typing import TYPE_CHECKING, NamedTuple

from kg.terms import Term, Value

if TYPE_CHECKING:
    import pandas
    import polars

_INTEGERS = range(-(2**63), 2**63)
_INTEGERS_OF_FLOATS = range(-(2**53), 2**53 + 1)
"""Those that a float has exactly, one after the other."""
_MOST = Decimal(sys.float_info.max)


class Column(NamedTuple):
    """A column of records: its name, the type that is declared for it (none in the answer of any other query), and its values."""

    name: str
    declared: str | None
    values: Sequence[Value]


class _Kind(NamedTuple):
    """A type of columns: what pandas and polars call it, whether a value is of it, and the value there."""

    pandas: str
    polars: str
    has: Callable[[Value], bool]
    value: Callable[[Value], object]


def text_of_value(value: Value) -> str:
    """A value as people read it; numbers as XSD spells them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float) and not isfinite(value):
        return "NaN" if isnan(value) else "INF" if value > 0 else "-INF"
    return str(value)


def json_of_value(value: Value) -> object:
    """A value as JSON has it; a number that JSON does not have is text, as XSD spells it."""
    if isinstance(value, Term):
        return {"iri": value.iri, "label": value.label}
    if isinstance(value, Decimal) and fits_a_float(value):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Decimal) or (isinstance(value, float) and not isfinite(value)):
        return text_of_value(value)
    return value.isoformat() if isinstance(value, date) else value


def _is_integer(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value in _INTEGERS


def fits_a_float(value: Decimal) -> bool:
    """Whether a float comes near `value`, which is finite."""
    return abs(value) <= _MOST


def _is_number(value: Value) -> bool:
    if isinstance(value, Decimal):
        return fits_a_float(value)
    return isinstance(value, float) or (_is_integer(value) and value in _INTEGERS_OF_FLOATS)


_TEXT = _Kind("string", "String", lambda value: True, text_of_value)
_INTEGER = _Kind("Int64", "Int64", _is_integer, lambda value: value)
_NUMBER = _Kind("Float64", "Float64", _is_number, lambda value: float(value))  # type: ignore[arg-type]
_TRUTH = _Kind("boolean", "Boolean", lambda value: isinstance(value, bool), lambda value: value)
_DAY = _Kind("datetime64[s]", "Date", lambda value: isinstance(value, date), lambda value: value)

_DECLARED: Mapping[str, _Kind] = {"iri": _TEXT, "string": _TEXT, "date": _TEXT, "integer": _INTEGER, "decimal": _NUMBER, "boolean": _TRUTH}


def _kind(column: Column) -> _Kind:
    """The type of a column: the declared one, else the first that all values have; text if a value has not the type that it should."""
    if column.declared is not None:
        kinds: Sequence[_Kind] = [_DECLARED[column.declared]]
    else:
        kinds = [_INTEGER, _NUMBER, _TRUTH, _DAY] if any(value is not None for value in column.values) else []
    fitting = (kind for kind in kinds if all(value is None or kind.has(value) for value in column.values))
    return next(fitting, _TEXT)


def _typed(column: Column) -> tuple[_Kind, list[object]]:
    kind = _kind(column)
    return kind, [None if value is None else kind.value(value) for value in column.values]


def to_pandas(columns: Sequence[Column], length: int) -> "pandas.DataFrame":
    """A pandas DataFrame of `length` rows. Raises `ImportError` if pandas is not installed."""
    import pandas

    typed = {column.name: _typed(column) for column in columns}
    arrays = {name: pandas.array(values, dtype=kind.pandas) for name, (kind, values) in typed.items()}
    return pandas.DataFrame(arrays, index=pandas.RangeIndex(length))


def to_polars(columns: Sequence[Column]) -> "polars.DataFrame":
    """A polars DataFrame. Raises `ImportError` if polars is not installed."""
    import polars

    typed = {column.name: _typed(column) for column in columns}
    return polars.DataFrame([polars.Series(name, values, dtype=getattr(polars, kind.polars)) for name, (kind, values) in typed.items()])
