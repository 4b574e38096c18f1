"""A shapes graph as it is written: shapes with their parameters, lists and paths. What is no known SHACL is an error, never passed over."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

import pyoxigraph as ox

from kg.errors import ShapeError
from kg.namespaces import RDF, RDFS, SH, shrink
from kg.terms import RdfTerm

Chain = tuple[str, ...]
"""Steps of a path one after the other, each a predicate, or its inverse, or one or more of a path, in SPARQL; none is the node itself."""

_TARGETS = frozenset({"targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf"})
_ABOUT = frozenset({"path", "severity", "message", "name", "description", "order", "group", "defaultValue", "deactivated"})


def shown(term: object) -> str:
    """A term for a message."""
    return shrink(term.value) if isinstance(term, ox.NamedNode) else str(term)


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape: what it is about, and the parameters of its constraints, by their names after `sh:`.

    `chains` are the ways from a focus node to its values: one without steps for a node shape, whose value is the focus node.
    `path` is the path as the shapes graph has it.
    """

    node: ox.NamedNode | ox.BlankNode
    chains: tuple[Chain, ...]
    path: ox.NamedNode | ox.BlankNode | None
    is_property: bool
    severity: str
    messages: tuple[str, ...]
    targets: tuple[tuple[str, RdfTerm], ...]
    parameters: tuple[tuple[str, RdfTerm], ...]

    def values(self, name: str) -> tuple[RdfTerm, ...]:
        """The values of a parameter."""
        return tuple(value for parameter, value in self.parameters if parameter == name)

    def number(self, name: str) -> int:
        """The value of a parameter that is a whole number. Raises `ShapeError`."""
        (value, *more) = self.values(name)
        if more or not isinstance(value, ox.Literal) or not value.value.isdecimal():
            raise ShapeError(f"{shown(self.node)}: sh:{name} is no single whole number.")
        return int(value.value)


class ShapesGraph:
    """The shapes in some triples."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._triples: dict[object, list[tuple[str, RdfTerm]]] = {}
        for triple in triples:
            if isinstance(triple.object, ox.NamedNode | ox.BlankNode | ox.Literal):
                self._triples.setdefault(triple.subject, []).append((triple.predicate.value, triple.object))
        self._shapes: dict[object, Shape] = {}

    def objects(self, node: object, predicate: str) -> list[RdfTerm]:
        """The values of a property of `node`."""
        return [value for found, value in self._triples.get(node, ()) if found == predicate]

    def targeted(self) -> Iterator[Shape]:
        """The shapes that have targets, in the order of the graph. Raises `ShapeError`."""
        for node, said in self._triples.items():
            if any(predicate.removeprefix(SH) in _TARGETS for predicate, _ in said):
                yield self.shape(node)

    def deactivated(self, node: object) -> bool:
        """Whether a shape is switched off."""
        return any(isinstance(value, ox.Literal) and value.value in ("true", "1") for value in self.objects(node, SH + "deactivated"))

    def shape(self, node: object) -> Shape:
        """The shape that `node` is. Raises `ShapeError`."""
        if node not in self._shapes:
            self._shapes[node] = self._read(node)
        return self._shapes[node]

    def _read(self, node: object) -> Shape:
        if not isinstance(node, ox.NamedNode | ox.BlankNode) or node not in self._triples:
            raise ShapeError(f"{shown(node)} is used as a shape, and nothing is said of it.")
        if ox.NamedNode(RDFS + "Class") in self.objects(node, RDF + "type"):
            raise ShapeError(f"{shown(node)}: a class that is a shape of its own; name the class with sh:targetClass.")
        paths = self.objects(node, SH + "path")
        if len(paths) > 1:
            raise ShapeError(f"{shown(node)}: more than one sh:path.")
        severities = [value.value for value in self.objects(node, SH + "severity")]
        said = [(predicate.removeprefix(SH), value) for predicate, value in self._triples[node] if predicate.startswith(SH)]
        return Shape(
            node=node,
            chains=self.chains(paths[0]) if paths else ((),),
            path=paths[0] if paths and not isinstance(paths[0], ox.Literal) else None,
            is_property=bool(paths),
            severity=severities[0] if severities else SH + "Violation",
            messages=tuple(sorted(value.value for value in self.objects(node, SH + "message"))),
            targets=tuple((name, value) for name, value in said if name in _TARGETS),
            parameters=tuple((name, value) for name, value in said if name not in _TARGETS | _ABOUT),
        )

    def items(self, head: RdfTerm) -> list[RdfTerm]:
        """The members of an RDF list. Raises `ShapeError`."""
        found: list[RdfTerm] = []
        seen: set[RdfTerm] = set()
        while head != ox.NamedNode(RDF + "nil"):
            first, rest = self.objects(head, RDF + "first"), self.objects(head, RDF + "rest")
            if len(first) != 1 or len(rest) != 1:
                raise ShapeError(f"{shown(head)} is no RDF list.")
            if head in seen:
                raise ShapeError(f"{shown(head)} is no RDF list: it goes round in a circle.")
            seen.add(head)
            found.append(first[0])
            head = rest[0]
        return found

    # ---- paths

    def chains(self, path: RdfTerm) -> tuple[Chain, ...]:
        """All ways that a SHACL path goes, each without a choice: sequences of steps. Raises `ShapeError`."""
        if isinstance(path, ox.NamedNode):
            return ((str(path),),)
        if self.objects(path, RDF + "first"):
            parts = [self.chains(item) for item in self.items(path)]
            return tuple(dict.fromkeys(tuple(step for part in way for step in part) for way in product(*parts)))
        ((kind, value),) = self._triples.get(path) or (("", path),)
        match kind.removeprefix(SH):
            case "alternativePath":
                return tuple(dict.fromkeys(chain for item in self.items(value) for chain in self.chains(item)))
            case "inversePath":
                return tuple(_inverse(chain) for chain in self.chains(value))
            case "zeroOrOnePath":
                return tuple(dict.fromkeys(((), *self.chains(value))))
            case "zeroOrMorePath":
                return ((), (_repeated(self.chains(value)),))
            case "oneOrMorePath":
                chains = self.chains(value)
                return (*(((),) if () in chains else ()), (_repeated(chains),))
        raise ShapeError(f"{shown(path)} is no path of SHACL: {shrink(kind) if kind else 'nothing is said of it'}.")


def _inverse(chain: Chain) -> Chain:
    return tuple(step[1:] if step.startswith("^") else f"^{step}" for step in reversed(chain))


def _repeated(chains: tuple[Chain, ...]) -> str:
    """One or more of the ways, as one step."""
    return f"({'|'.join('/'.join(chain) for chain in chains if chain)})+"
