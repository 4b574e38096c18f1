"""How things without a name are told in reports: a blank node's own label is another one at each reading."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

import pyoxigraph as ox

from kg.namespaces import RDF

_LIST = (RDF + "first", RDF + "rest")


class Nameless:
    """The blank nodes of some triples, by what they hang on."""

    def __init__(self, triples: Iterable[ox.Triple], write: Callable[[str], str]) -> None:
        self._triples = triples
        self._write = write

    @cached_property
    def _known(self) -> tuple[dict[str, tuple[ox.NamedNode | ox.BlankNode | ox.Triple, str]], dict[str, str]]:
        """For each blank node the subject and predicate of a triple that it is the object of; and its class."""
        above: dict[str, tuple[ox.NamedNode | ox.BlankNode | ox.Triple, str]] = {}
        kinds: dict[str, str] = {}
        for triple in self._triples:
            if isinstance(triple.object, ox.BlankNode):
                above.setdefault(triple.object.value, (triple.subject, triple.predicate.value))
            if isinstance(triple.subject, ox.BlankNode) and triple.predicate.value == RDF + "type":
                kinds.setdefault(triple.subject.value, getattr(triple.object, "value", ""))
        return above, kinds

    def _way(self, node: str) -> Iterator[tuple[str, str | None]]:
        """The properties from `node` up, each with the IRI of the thing that has it, None for one without a name."""
        above, seen = self._known[0], set[str]()
        while node in above and node not in seen:
            seen.add(node)
            subject, predicate = above[node]
            if isinstance(subject, ox.NamedNode):
                yield predicate, subject.value
                return
            yield predicate, None
            node = getattr(subject, "value", "")

    def anchor(self, node: str) -> tuple[str, ...]:
        """The thing with a name that `node` hangs on, and, if nothing else does, the property by which it does; empty without one."""
        anchors = [(iri, predicate) for predicate, iri in self._way(node) if iri]
        return next((one if self._hanging[one] == 1 else one[:1] for one in anchors), ())

    @cached_property
    def _hanging(self) -> Counter[tuple[str, str]]:
        """How many blank nodes hang on each thing with a name by each property."""
        pairs = ((triple.subject, triple.predicate.value) for triple in self._triples if isinstance(triple.object, ox.BlankNode))
        return Counter((subject.value, predicate) for subject, predicate in pairs if isinstance(subject, ox.NamedNode))

    def name(self, node: str) -> str:
        """`node` by the way to it from a thing with a name, else by its class."""
        way = list(self._way(node))
        properties = [self._write(predicate) for predicate, _ in way if predicate not in _LIST]
        if way and way[-1][1]:
            return " of ".join(["the " + " of the ".join(properties), self._write(way[-1][1])])
        kind = self._known[1].get(node)
        return f"a {self._write(kind)} without a name" if kind else "a thing without a name"
