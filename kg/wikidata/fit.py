"""Whether an item of Wikidata is of a kind with a thing of the graph, by the class mappings."""

from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from kg.engine import Engine, values
from kg.namespaces import RDFS, shrink
from kg.wikidata.client import Client
from kg.wikidata.mapping import Mappings

FITS, MISFIT, UNCONFIRMED = "fits", "misfit", "unconfirmed"
"""Of a class that ours is mapped to; only of classes that others of ours are mapped to; of no class that is mapped."""


class Classes:
    """The mapped classes that each class of ours allows: its own, and those of its subclasses."""

    def __init__(self, engine: Engine, mappings: Mappings) -> None:
        self._mappings = mappings
        self._allowed: dict[str, set[str]] = {kind: set(items) for kind, items in mappings.classes.items()}
        for below, above in values(engine, f"SELECT DISTINCT ?below ?above WHERE {{ ?below <{RDFS}subClassOf>+ ?above }}"):
            self._allowed.setdefault(above, set()).update(mappings.classes.get(below, ()))

    def judged(self, kind: str, reached: Iterable[str]) -> str:
        """How an item that is an instance of the classes `reached` goes with a thing of the class `kind`."""
        classes = set(reached)
        if classes & self._allowed.get(kind, set()):
            return FITS
        return MISFIT if classes else UNCONFIRMED

    def told(self, kind: str, reached: Iterable[str]) -> str:
        """That in words: `is a city (Q515), ours a schema:AdministrativeArea`."""
        classes = " and a ".join(self._mappings.label(iri) for iri in sorted(reached))
        return f"is a {classes}, ours a {shrink(kind)}" if classes else f"is of no class that is mapped, ours a {shrink(kind)}"

    def reached(self, client: Client, items: Iterable[str]) -> Mapping[str, frozenset[str]]:
        """The mapped classes that each of `items` is an instance of, be it by subclasses. One question; raises as `Client.ask` does."""
        mapped = " ".join(f"<{iri}>" for iri in sorted(set().union(*self._mappings.classes.values())))
        query = f"""SELECT DISTINCT ?item ?class WHERE {{ VALUES ?item {{ }} VALUES ?class {{ {mapped} }}
            ?item wdt:P31/wdt:P279* ?class }}"""
        found: dict[str, set[str]] = {}
        for item, class_ in client.ask(query, map(ox.NamedNode, items)) if mapped else ():
            found.setdefault(item.value, set()).add(class_.value)
        return {item: frozenset(classes) for item, classes in found.items()}
