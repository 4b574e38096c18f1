"""The values of an answer: typed Python values, and things with their names."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

import pyoxigraph as ox

from kg.namespaces import XSD

RdfTerm = ox.NamedNode | ox.BlankNode | ox.Literal
"""A term of RDF 1.1."""
OxTerm = RdfTerm | ox.Triple
"""What pyoxigraph may answer with beside: a triple as a term."""


class Term(NamedTuple):
    """A thing in a row: its IRI, and its English label (a CURIE where it has none)."""

    iri: str
    label: str

    def __str__(self) -> str:
        return self.label

    def __format__(self, spec: str) -> str:
        return format(self.label, spec)


Value = str | int | float | bool | Decimal | date | Term | None

_INTEGERS = (
    *"integer long int short byte nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger".split(),
    *"unsignedLong unsignedInt unsignedShort unsignedByte".split(),
)
"""xsd:integer and all types derived from it: https://www.w3.org/TR/xmlschema11-2/#built-in-datatypes"""
_CONVERTERS: Mapping[str, Callable[[str], Value]] = {
    **dict.fromkeys((XSD + name for name in _INTEGERS), int),
    XSD + "decimal": Decimal,
    XSD + "double": float,
    XSD + "float": float,
    XSD + "boolean": {"true": True, "1": True, "false": False, "0": False}.__getitem__,
    XSD + "date": date.fromisoformat,
}


_INTEGER = re.compile(r"[+-]?[0-9]+")
_FORMS: Mapping[object, re.Pattern[str]] = {
    int: _INTEGER,
    Decimal: re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)"),
    float: re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?INF|NaN"),
    date.fromisoformat: re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
}
"""The lexical forms that Python's converters are too lenient about."""


def typed(literal: ox.Literal) -> Value:
    """The Python value of `literal`; its text if the datatype has none here, or the text does not fit it.

    >>> typed(ox.Literal("2001-11-29", datatype=ox.NamedNode(XSD + "date")))
    datetime.date(2001, 11, 29)
    >>> typed(ox.Literal("2004-03", datatype=ox.NamedNode(XSD + "gYearMonth")))
    '2004-03'
    """
    converter = _CONVERTERS.get(literal.datatype.value)
    form = _FORMS.get(converter) if converter else None
    if converter is None or (form and not form.fullmatch(literal.value)):
        return literal.value
    try:
        return converter(literal.value)
    except (ValueError, ArithmeticError, KeyError):
        return literal.value


def _integer(text: str) -> str:
    if not _INTEGER.fullmatch(text):
        raise ValueError(text)
    return str(int(text))


def _decimal(text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not number.is_finite():
        raise ValueError(text)
    return format(number, "f")


def _boolean(text: str) -> str:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower()


def _date(text: str) -> str:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(text)
    return date.fromisoformat(text).isoformat()


_LEXICAL: Mapping[str, Callable[[str], str]] = {
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "date": _date,
}
"""For each datatype of a parameter, the lexical form for a value's text; `ValueError` if it has none."""


def literal_of(type: str, value: object) -> ox.Literal:
    """`value`, or the text of it, as a literal of a parameter's type; a type that is no datatype is a language. Raises `ValueError`.

    >>> literal_of("integer", " 07 ").value
    '7'
    """
    if type == "string":
        return ox.Literal(str(value))
    if type in _LEXICAL:
        return ox.Literal(_LEXICAL[type](str(value).strip()), datatype=ox.NamedNode(XSD + type))
    return ox.Literal(str(value), language=type)
