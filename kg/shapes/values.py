"""Constraints on a literal by itself: what the engine lets pass, and how what it does not is judged here, as pySHACL judges it.

Engines differ in the lexical forms that they know, and in their regular expressions. So an engine only screens: what is clearly right
by the letter of XML Schema passes, and the few values left are judged by rdflib, on which pySHACL rests.
"""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.errors import ShapeError
from kg.load import to_rdflib_term
from kg.namespaces import RDF, XSD, shrink
from kg.shapes.reading import Shape, ShapesGraph, shown
from kg.terms import RdfTerm

if TYPE_CHECKING:
    import rdflib

_YEAR = "([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
_DAYS_28 = "(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
_DAYS_31 = "(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31"
_LEAP = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29"
LEXICAL: Mapping[str, tuple[str, ...]] = {
    XSD + "string": (),
    RDF + "langString": (),
    "http://id.loc.gov/datatypes/edtf/EDTF": (),
    XSD + "anyURI": (),
    XSD + "integer": ("^[+-]?[0-9]+$",),
    XSD + "decimal": ("^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)$",),
    XSD + "gYear": (f"^{_YEAR}$",),
    XSD + "gYearMonth": (f"^{_YEAR}-(0[1-9]|1[0-2])$",),
    XSD + "date": (f"^({_YEAR}-({_DAYS_28}|{_DAYS_31})|{_LEAP})$", f"^{_YEAR}"),
    XSD + "duration": ("^-?P([0-9]+Y)?([0-9]+M)?([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+([.][0-9]+)?S)?)?$", "[0-9][YMDHS]$"),
}
"""Expressions that a literal's text must match to be sure to fit its datatype; none where pySHACL takes any text."""

RANGES: Mapping[str, str] = {"minInclusive": ">=", "minExclusive": ">", "maxInclusive": "<=", "maxExclusive": "<"}


def sure(test: str) -> str:
    """A SPARQL test that is false where it would be an error: an error within a negation would hide a result.

    >>> sure("?a < ?b")
    'COALESCE(?a < ?b, false)'
    """
    return f"COALESCE({test}, false)"


def matches(var: str, pattern: str, flags: str = "") -> str:
    """A SPARQL test that the text of a value matches a regular expression."""
    more = f', "{flags}"' if flags else ""
    return f"REGEX(STR({var}), {ox.Literal(pattern)}{more})"


def of_datatype(var: str, datatype: RdfTerm) -> str:
    """A SPARQL test that a value is surely a literal that fits `datatype`. Raises `ShapeError` for one that is not in `LEXICAL`."""
    if datatype.value not in LEXICAL:
        raise ShapeError(f"sh:datatype {shown(datatype)}: how its literals are written is not known here.")
    if datatype.value == RDF + "langString":
        return sure(f'isLiteral({var}) && LANG({var}) != ""')
    forms = [matches(var, pattern) for pattern in LEXICAL[datatype.value]]
    return sure(" && ".join([f"isLiteral({var})", f"DATATYPE({var}) = {datatype}", *forms]))


def flags_of(shape: Shape) -> str:
    """The flags of a pattern. Raises `ShapeError` for those that pySHACL does not heed."""
    flags = "".join(value.value for value in shape.values("flags"))
    if set(flags) - {"i", "m"}:
        raise ShapeError(f"{shown(shape.node)}: sh:flags {flags!r}; only i and m are known.")
    return flags


# ---- judging here


def judged(shapes: ShapesGraph, shape: Shape, name: str, parameter: RdfTerm) -> Callable[[RdfTerm], bool] | None:
    """What tells whether a value conforms to a constraint, if a value alone is enough to tell; else None."""
    match name:
        case "datatype":
            return lambda term: _fits(term, parameter.value)
        case "pattern":
            flags = re.I * ("i" in flags_of(shape)) | re.M * ("m" in flags_of(shape))
            expression = re.compile(parameter.value, flags)
            return lambda term: not isinstance(term, ox.BlankNode) and bool(expression.search(term.value))
        case "or":
            members = [_all_judged(shapes, shapes.shape(item)) for item in shapes.items(parameter)]
            known = [member for member in members if member]
            return (lambda term: any(member(term) for member in known)) if len(known) == len(members) else None
        case "not":
            inner = _all_judged(shapes, shapes.shape(parameter))
            return (lambda term: not inner(term)) if inner else None
    return (lambda term: _in_range(term, parameter, RANGES[name])) if name in RANGES else None


def _all_judged(shapes: ShapesGraph, shape: Shape) -> Callable[[RdfTerm], bool] | None:
    """What tells whether a value conforms to a whole shape, if a value alone is enough."""
    if shape.is_property or shapes.deactivated(shape.node):
        return None
    tests = [judged(shapes, shape, name, value) for name, value in shape.parameters if name != "flags"]
    known = [test for test in tests if test]
    return (lambda term: all(test(term) for test in known)) if len(known) == len(tests) else None


def _fits(term: RdfTerm, datatype: str) -> bool:
    """Whether a value is a literal of `datatype`, and rdflib can read its text as one."""
    if not isinstance(term, ox.Literal):
        return False
    literal = _literal(term)
    fits = {
        XSD + "integer": "int",
        XSD + "decimal": "Decimal",
        XSD + "date": "date",
    }
    if term.datatype.value != datatype or literal.ill_typed:
        return False
    return datatype not in fits or type(literal.value).__name__ == fits[datatype]


def _in_range(term: RdfTerm, bound: RdfTerm, sign: str) -> bool:
    """Whether a value can be compared with a bound, and is on its right side."""
    if not isinstance(term, ox.Literal) or not isinstance(bound, ox.Literal):
        return False
    value, limit = _literal(term), _literal(bound)
    if isinstance(value.value, str) != isinstance(limit.value, str):
        return False
    try:
        equal = bool(value.eq(limit))
    except (TypeError, NotImplementedError):
        return False
    return "=" in sign if equal else (value > limit) == (">" in sign)


def _literal(term: ox.Literal) -> "rdflib.Literal":
    import logging

    import rdflib

    logging.getLogger("rdflib.term").setLevel(logging.ERROR)  # an ill-typed literal is for the report, not for a log
    found = to_rdflib_term(term)
    if not isinstance(found, rdflib.Literal):
        raise TypeError(shrink(term.value))
    return found
