"""What a shape asks of a node, as a SPARQL test that is true or false, never an error.

Each test walks from the node that is known, one step at a time: every step is an EXISTS of its own, within that of the step before.
A group of several patterns would be walked in an order that the engine chooses without knowing which variables have values already,
and from the wrong end a node with 100,000 links makes each test as long.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import count

import pyoxigraph as ox

from kg.errors import ShapeError
from kg.namespaces import RDF, SH, XSD
from kg.shapes.reading import Chain, Shape, ShapesGraph, shown
from kg.shapes.values import RANGES, flags_of, matches, of_datatype, sure
from kg.terms import RdfTerm

Inner = Callable[[str], str]
Value = Callable[["Conditions", Shape, RdfTerm, str, str], str]

TRUE, FALSE = "true", "false"
_MOST_COUNTED = 4
"""A count of n is a walk to n + 1 values that differ, which is fast for few."""
_TYPE = f"<{RDF}type>"


def step(start: str, walked: str, end: str) -> str:
    """One step of a path as a triple pattern."""
    return f"{end} {walked[1:]} {start} ." if walked.startswith("^") else f"{start} {walked} {end} ."


def no(test: str) -> str:
    """The negation of a test."""
    return {TRUE: FALSE, FALSE: TRUE}.get(test, f"!({test})")


def all_of(tests: Iterable[str]) -> str:
    """Whether all tests hold."""
    found = [test for test in dict.fromkeys(tests) if test != TRUE]
    return FALSE if FALSE in found else " && ".join(f"({test})" for test in found) or TRUE


def any_of(tests: Iterable[str]) -> str:
    """Whether one of the tests holds."""
    found = [test for test in dict.fromkeys(tests) if test != FALSE]
    return TRUE if TRUE in found else " || ".join(f"({test})" for test in found) or FALSE


class Conditions:
    """Tests on nodes by the shapes of a graph; `classes` has all classes below a class, itself among them."""

    def __init__(self, shapes: ShapesGraph, classes: Callable[[RdfTerm], list[RdfTerm]]) -> None:
        self.shapes = shapes
        self.classes = classes
        self._numbers = count(1)

    def fresh(self) -> str:
        """A variable that occurs nowhere else."""
        return f"?v{next(self._numbers)}"

    # ---- walking

    def some(self, chains: Iterable[Chain], start: str, inner: Inner) -> str:
        """Whether a value at the end of one of the ways from `start` satisfies `inner`."""
        return any_of(self._walk(chain, start, inner) for chain in chains)

    def _walk(self, chain: Chain, start: str, inner: Inner) -> str:
        if not chain:
            return inner(start)
        end = self.fresh()
        return _exists(step(start, chain[0], end), self._walk(chain[1:], end, inner))

    def reaches(self, chains: Iterable[Chain], start: str, end: str) -> str:
        """Whether one of the ways leads from `start` to `end`, both known."""
        return any_of(self._reach(chain, start, end) for chain in chains)

    def _reach(self, chain: Chain, start: str, end: str) -> str:
        if not chain:
            return f"sameTerm({start}, {end})"
        if len(chain) == 1:
            return _exists(step(start, chain[0], end), TRUE)
        between = self.fresh()
        return _exists(step(start, chain[0], between), self._reach(chain[1:], between, end))

    def more_than(self, number: int, chains: tuple[Chain, ...], start: str, inner: Inner, *seen: str) -> str:
        """Whether more than `number` values, each another, satisfy `inner`. Raises `ShapeError` for a large number."""
        if number > _MOST_COUNTED:
            raise ShapeError(f"A count of {number}: at most {_MOST_COUNTED} are compiled to SPARQL.")

        def another(var: str) -> str:
            tests = [*(f"!sameTerm({var}, {one})" for one in seen), inner(var)]
            return all_of([*tests, *([self.more_than(number - 1, chains, start, inner, *seen, var)] if number else [])])

        return self.some(chains, start, another)

    # ---- shapes

    def conforms(self, shape: Shape, node: str) -> str:
        """Whether `node` conforms to `shape`. Raises `ShapeError`."""
        if self.shapes.deactivated(shape.node):
            return TRUE
        tests = [no(test) for _, test in self.wrong(shape, node)]
        for name, parameter in shape.parameters:
            if name in VALUES:
                tests.append(no(self.some(shape.chains, node, lambda var, n=name, p=parameter: no(self.value(shape, n, p, node, var)))))  # type: ignore[misc]
            elif name == "equals":
                tests += [no(test) for test in self._unequal(shape, parameter, node)]
            elif name == "sparql":
                raise ShapeError(f"{shown(shape.node)}: sh:sparql in a shape within a shape is not compiled to SPARQL.")
        return all_of(tests)

    def value(self, shape: Shape, name: str, parameter: RdfTerm, node: str, var: str) -> str:
        """Whether a value `var` of `node` satisfies one constraint. Raises `ShapeError`."""
        return VALUES[name](self, shape, parameter, node, var)

    def _unequal(self, shape: Shape, parameter: RdfTerm, node: str) -> list[str]:
        other = ((str(parameter),),)
        return [
            self.some(shape.chains, node, lambda var: no(self.reaches(other, node, var))),
            self.some(other, node, lambda var: no(self.reaches(shape.chains, node, var))),
        ]

    def wrong(self, shape: Shape, node: str) -> list[tuple[str, str]]:
        """Tests that `node` as a whole fails `shape`, each after the name of its component. Raises `ShapeError`."""
        found = []
        for name, parameter in shape.parameters:
            if name not in VALUES and name not in _COUNTS and name not in _ELSEWHERE:
                raise ShapeError(f"{shown(shape.node)}: sh:{name} is not compiled to SPARQL; validate with pySHACL.")
            if name in _COUNTS:
                if not shape.is_property:
                    raise ShapeError(f"{shown(shape.node)}: sh:{name} stands at a node shape.")
                component, test = _COUNTS[name]
                found.append((component, test(self, shape, parameter, node)))
        return found

    def instance(self, var: str, of: RdfTerm) -> str:
        """Whether a node is an instance of a class."""
        below = self.classes(of)
        if len(below) == 1:
            return _exists(f"{var} {_TYPE} {below[0]} .", TRUE)
        kind = self.fresh()
        return _exists(f"VALUES {kind} {{ {' '.join(map(str, below))} }} {var} {_TYPE} {kind} .", TRUE)


def _exists(pattern: str, inner: str) -> str:
    if inner == FALSE:
        return FALSE
    return f"EXISTS {{ {pattern} }}" if inner == TRUE else f"EXISTS {{ {pattern} FILTER({inner}) }}"


# ---- constraints on a node as a whole


def _at_least(number: int, conditions: Conditions, shape: Shape, node: str, inner: Inner) -> str:
    return no(conditions.more_than(number - 1, shape.chains, node, inner)) if number else FALSE


def _qualified(conditions: Conditions, shape: Shape) -> Inner:
    if shape.values("qualifiedValueShapesDisjoint"):
        raise ShapeError(f"{shown(shape.node)}: sh:qualifiedValueShapesDisjoint is not compiled to SPARQL; validate with pySHACL.")
    (inner,) = shape.values("qualifiedValueShape")
    return lambda var: conditions.conforms(conditions.shapes.shape(inner), var)


def _shared_language(conditions: Conditions, shape: Shape, parameter: RdfTerm, node: str) -> str:
    if parameter.value != "true":
        return FALSE

    def twin(one: str) -> Inner:
        return lambda other: sure(f"!sameTerm({one}, {other}) && LCASE(LANG({one})) = LCASE(LANG({other}))")

    return conditions.some(
        shape.chains, node, lambda one: all_of([sure(f'LANG({one}) != ""'), conditions.some(shape.chains, node, twin(one))])
    )


_COUNTS: Mapping[str, tuple[str, Callable[[Conditions, Shape, RdfTerm, str], str]]] = {
    "minCount": ("MinCount", lambda c, shape, _, node: _at_least(shape.number("minCount"), c, shape, node, lambda var: TRUE)),
    "maxCount": ("MaxCount", lambda c, shape, _, node: c.more_than(shape.number("maxCount"), shape.chains, node, lambda var: TRUE)),
    "qualifiedMinCount": (
        "QualifiedMinCount",
        lambda c, shape, _, node: _at_least(shape.number("qualifiedMinCount"), c, shape, node, _qualified(c, shape)),
    ),
    "qualifiedMaxCount": (
        "QualifiedMaxCount",
        lambda c, shape, _, node: c.more_than(shape.number("qualifiedMaxCount"), shape.chains, node, _qualified(c, shape)),
    ),
    "uniqueLang": ("UniqueLang", _shared_language),
}
_ELSEWHERE = frozenset({"equals", "flags", "qualifiedValueShape", "qualifiedValueShapesDisjoint", "sparql"})


# ---- constraints on one value


def _in(c: Conditions, shape: Shape, head: RdfTerm, node: str, var: str) -> str:
    members = c.shapes.items(head)
    if not all(isinstance(member, ox.NamedNode) for member in members):
        return any_of(f"sameTerm({var}, {member})" for member in members)
    return sure(f"{var} IN ({', '.join(map(str, members))})")


def _in_language(c: Conditions, shape: Shape, head: RdfTerm, node: str, var: str) -> str:
    return any_of(sure(f"LANGMATCHES(LANG({var}), {member})") for member in c.shapes.items(head))


def _compared(sign: str) -> Value:
    """A test that no value of another property stands in the way; values that cannot be compared do."""
    return lambda c, shape, other, node, var: no(c.some(((str(other),),), node, lambda limit: no(sure(f"{var} {sign} {limit}"))))


_NUMBERS = frozenset(f"{XSD}{name}" for name in ("integer", "decimal", "double", "float"))
_KINDS = {
    "IRI": "isIRI({0})",
    "Literal": "isLiteral({0})",
    "BlankNode": "isBlank({0})",
    "BlankNodeOrIRI": "!isLiteral({0})",
    "BlankNodeOrLiteral": "!isIRI({0})",
    "IRIOrLiteral": "!isBlank({0})",
}


def _length(sign: str) -> Value:
    return lambda c, shape, limit, node, var: sure(f"!isBlank({var}) && STRLEN(STR({var})) {sign} {limit.value}")


def _bounded(sign: str) -> Value:
    """A test against a bound, of values of its kind alone: Virtuoso compares a text with a number, too."""

    def test(c: Conditions, shape: Shape, limit: RdfTerm, node: str, var: str) -> str:
        number = isinstance(limit, ox.Literal) and limit.datatype.value in _NUMBERS
        kind = f"isNumeric({var})" if number else f"DATATYPE({var}) = DATATYPE({limit})"
        return sure(f"{kind} && {var} {sign} {limit}")

    return test


VALUES: Mapping[str, Value] = {
    "class": lambda c, shape, of, node, var: c.instance(var, of),
    "datatype": lambda c, shape, datatype, node, var: of_datatype(var, datatype),
    "nodeKind": lambda c, shape, kind, node, var: _KINDS[kind.value.removeprefix(SH)].format(var),
    "pattern": lambda c, shape, pattern, node, var: sure(f"!isBlank({var}) && {matches(var, pattern.value, flags_of(shape))}"),
    "in": _in,
    "languageIn": _in_language,
    "minLength": _length(">="),
    "maxLength": _length("<="),
    **{name: _bounded(sign) for name, sign in RANGES.items()},
    "disjoint": lambda c, shape, other, node, var: no(c.reaches(((str(other),),), node, var)),
    "lessThan": _compared("<"),
    "lessThanOrEquals": _compared("<="),
    "or": lambda c, shape, head, node, var: any_of(c.conforms(c.shapes.shape(item), var) for item in c.shapes.items(head)),
    "and": lambda c, shape, head, node, var: all_of(c.conforms(c.shapes.shape(item), var) for item in c.shapes.items(head)),
    "not": lambda c, shape, inner, node, var: no(c.conforms(c.shapes.shape(inner), var)),
    "node": lambda c, shape, inner, node, var: c.conforms(c.shapes.shape(inner), var),
    "property": lambda c, shape, inner, node, var: c.conforms(c.shapes.shape(inner), var),
}
"""Tests that a value satisfies a constraint, by the constraint's parameter; given the conditions, shape, parameter, node and value."""
