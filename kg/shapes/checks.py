"""The queries that shapes become: one for each constraint of each shape with targets, and what its rows mean."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import pyoxigraph as ox

from kg.engine import Engine, select
from kg.errors import ShapeError
from kg.namespaces import OWL, RDF, RDFS, SH
from kg.shapes.conditions import VALUES, Conditions, no, step
from kg.shapes.reading import Chain, Shape, ShapesGraph, shown
from kg.shapes.values import judged
from kg.sparql import Token, tokens
from kg.terms import RdfTerm

_APART = frozenset("UNION MINUS VALUES SERVICE GRAPH SELECT".split())


class Finding(NamedTuple):
    """One result of a validation, in RDF terms; `component` and `severity` are IRIs, a path of several steps is its node in the shapes."""

    focus: RdfTerm
    path: ox.NamedNode | ox.BlankNode | None
    value: RdfTerm | None
    shape: ox.NamedNode | ox.BlankNode
    component: str
    severity: str
    message: str


@dataclass(frozen=True, slots=True)
class Check:
    """A query whose rows are results of one constraint: the focus node, then the value if there is one, then what messages name.

    `nodes` is the pattern of the focus nodes, which is in the query as `once` has it. `judge` says which values conform after all.
    """

    text: str
    nodes: str
    shape: Shape
    component: str
    names: tuple[str, ...] = ("this", "value")
    judge: Callable[[RdfTerm], bool] | None = None

    def findings(self, engine: Engine) -> Iterator[Finding]:
        """The results, as the engine finds them."""
        for row in select(engine, self.text):
            found = dict(zip(self.names, row, strict=False))
            focus, value = found["this"], found.get("value")
            if focus is None or (self.judge and value is not None and self.judge(value)):
                continue
            yield Finding(
                focus=focus,
                path=self.shape.path,
                value=value,
                shape=self.shape.node,
                component=f"{SH}{self.component}ConstraintComponent",
                severity=self.shape.severity,
                message=_message(self.shape, self.component, found),
            )


def _message(shape: Shape, component: str, found: Mapping[str, RdfTerm | None]) -> str:
    """The first message of a shape, with the values of a query in the places that it names."""
    message = shape.messages[0] if shape.messages else f"sh:{component} does not hold"
    return re.sub(r"\{[?$](\w+)\}", lambda name: getattr(found.get(name[1]), "value", name[0]), message)


def checks(shapes: ShapesGraph, classes: Callable[[RdfTerm], list[RdfTerm]]) -> Iterator[Check]:
    """The checks of all shapes with targets. Raises `ShapeError`."""
    conditions = Conditions(shapes, classes)
    for shape in shapes.targeted():
        yield from _checks(conditions, shape, nodes_of(shape, classes))


def nodes_of(shape: Shape, classes: Callable[[RdfTerm], list[RdfTerm]]) -> str:
    """A pattern of the focus nodes of a shape as `?this`, some of them more than once."""
    by_kind: dict[str, list[RdfTerm]] = {}
    for kind, value in shape.targets:
        by_kind.setdefault(kind, []).extend(classes(value) if kind == "targetClass" else [value])
    parts = [_TARGETS[kind].format(" ".join(map(str, dict.fromkeys(values)))) for kind, values in sorted(by_kind.items())]
    return " UNION ".join(f"{{ {part} }}" for part in parts)


def once(nodes: str) -> str:
    """The pattern `nodes` with each node once: by GROUP BY, since tests are moved to before a DISTINCT."""
    return f"{{ SELECT ?this WHERE {{ {nodes} }} GROUP BY ?this }}"


_TARGETS = {
    "targetClass": f"VALUES ?class {{{{ {{}} }}}} ?this <{RDF}type> ?class .",
    "targetNode": "VALUES ?this {{ {} }}",
    "targetObjectsOf": "VALUES ?property {{ {} }} ?subject ?property ?this .",
    "targetSubjectsOf": "VALUES ?property {{ {} }} ?this ?property ?object .",
}


def _checks(conditions: Conditions, shape: Shape, nodes: str) -> Iterator[Check]:
    """The checks of a shape on the focus nodes of the pattern `nodes`."""
    if conditions.shapes.deactivated(shape.node):
        return
    target = once(nodes)
    for component, test in conditions.wrong(shape, "?this"):
        yield Check(f"SELECT ?this WHERE {{ {target} FILTER({test}) }}", nodes, shape, component, ("this",))
    for name, parameter in shape.parameters:
        if name == "property":
            yield from _properties(conditions, shape, parameter, nodes)
        elif name == "equals":
            yield from _equals(conditions, shape, parameter, nodes)
        elif name == "sparql":
            yield _sparql(conditions.shapes, shape, parameter, nodes)
        elif name in VALUES:
            test = conditions.value(shape, name, parameter, "?this", "?value")
            component = name[0].upper() + name[1:]
            text = _rows(conditions, shape.chains, target, no(test))
            yield Check(text, nodes, shape, component, judge=judged(conditions.shapes, shape, name, parameter))


def _properties(conditions: Conditions, shape: Shape, inner: RdfTerm, nodes: str) -> Iterator[Check]:
    """The checks of a property shape that a node shape has: its results are told as its own."""
    if shape.is_property:
        raise ShapeError(f"{shown(shape.node)}: sh:property at a property shape is not compiled to SPARQL; validate with pySHACL.")
    yield from _checks(conditions, conditions.shapes.shape(inner), nodes)


def _rows(conditions: Conditions, chains: tuple[Chain, ...], target: str, wrong: str) -> str:
    """A query of the focus nodes and those of their values for which `wrong` holds."""
    once = "EXISTS" in wrong and "?this" not in wrong
    ways = [_judged_once(target, _way(conditions, chain), wrong, once=once and bool(chain)) for chain in chains]
    where = ways[0] if len(ways) == 1 else " UNION ".join(f"{{ {way} }}" for way in ways)
    return f"SELECT DISTINCT ?this ?value WHERE {{ {where} }}"


def _judged_once(target: str, way: str, wrong: str, *, once: bool) -> str:
    """A pattern of focus nodes and wrong values; `once` for a test that walks: each value is tested once, however many nodes have it.

    In memory pyoxigraph goes through all links of a node to find one, so that testing a node with n links n times would take n * n steps.
    """
    if not once:
        return f"{target} {way} FILTER({wrong})"
    values = f"{{ SELECT ?value WHERE {{ {target} {way} }} GROUP BY ?value }}"
    return f"{{ SELECT ?value WHERE {{ {values} FILTER({wrong}) }} }} {target} {way}"


def _way(conditions: Conditions, chain: Chain) -> str:
    if not chain:
        return "BIND(?this AS ?value)"
    nodes = ["?this", *(conditions.fresh() for _ in chain[1:]), "?value"]
    return " ".join(step(start, walked, end) for start, walked, end in zip(nodes, chain, nodes[1:], strict=False))


def _equals(conditions: Conditions, shape: Shape, other: RdfTerm, nodes: str) -> Iterator[Check]:
    """The values that the other property has not, and those that it has alone."""
    chains = ((str(other),),)
    for here, there in ((shape.chains, chains), (chains, shape.chains)):
        yield Check(_rows(conditions, here, once(nodes), no(conditions.reaches(there, "?this", "?value"))), nodes, shape, "Equals")


# ---- constraints that are SPARQL already


def _sparql(shapes: ShapesGraph, shape: Shape, constraint: RdfTerm, nodes: str) -> Check:
    """The query of a SPARQL constraint, with the target before all else. Raises `ShapeError` where that is not what SHACL means."""
    texts = [value.value for value in shapes.objects(constraint, SH + "select")]
    if len(texts) != 1 or shapes.objects(constraint, SH + "message") or shape.is_property:
        raise ShapeError(f"{shown(shape.node)}: sh:sparql is compiled with one sh:select, no message of its own, and at a node shape.")
    found = list(tokens(texts[0]))
    _refuse(shape, found)
    opening = next(token.start for token in found if token.text == "{")
    names = tuple(token.text[1:] for token in found if token.kind == "variable" and token.start < opening)
    whole = f"{texts[0][: opening + 1]} {once(nodes)} {texts[0][opening + 1 :]}"
    return Check(_prefixes(shapes, constraint) + whole, nodes, shape, "SPARQL", names)


def _refuse(shape: Shape, found: list[Token]) -> None:
    """Raise `ShapeError` for what does not see `$this` where it is bound at the beginning of the query alone: SHACL binds it everywhere."""
    for before, token in pairwise(found):
        word = token.text.upper() if token.kind in ("word", "variable") else ""
        apart = word in _APART or (word in ("BIND", "OPTIONAL") and token.depth > 1) or word in ("$PATH", "?PATH")
        if apart or (token.text == "{" and before.text.upper() not in ("WHERE", "OPTIONAL", "EXISTS")):
            raise ShapeError(
                f"{shown(shape.node)}: {word or 'a group within a group'} in a sh:sparql is not compiled; validate with pySHACL."
            )


def _prefixes(shapes: ShapesGraph, constraint: RdfTerm) -> str:
    """The prefixes that a SPARQL constraint declares, and those that pySHACL knows besides."""
    known = {"rdf": RDF, "rdfs": RDFS, "owl": OWL}
    for group in shapes.objects(constraint, SH + "prefixes"):
        for one in shapes.objects(group, SH + "declare"):
            (prefix,), (space,) = shapes.objects(one, SH + "prefix"), shapes.objects(one, SH + "namespace")
            known[prefix.value] = space.value
    return "".join(f"PREFIX {prefix}: <{space}> " for prefix, space in known.items())
