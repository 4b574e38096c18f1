"""Where servers that we know take updates and graphs, told from the address that takes queries.

Each line is from the server's own documentation: docs/engines.md names it.
"""

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit


class Addresses(NamedTuple):
    """The addresses of one server for queries, updates and graphs (None where it has none, or none is known), and what server it is."""

    query: str
    update: str | None
    store: str | None
    server: str = ""

    @property
    def guess(self) -> str:
        """What was guessed, in a sentence; empty if nothing was."""
        if not self.server:
            return ""
        return f"{self.query} looks like {self.server}: updates go to {self.update or 'nowhere'}, graphs to {self.store or 'nowhere'}"


class _Known(NamedTuple):
    """A server by the path that it has for queries, and what stands there in its place for updates and graphs (None: no such protocol)."""

    server: str
    path: str
    update: str | None
    store: str | None
    fits: Callable[[SplitResult], bool] = lambda parts: True


def _on_port(port: int) -> Callable[[SplitResult], bool]:
    return lambda parts: parts.port == port


_KNOWN = (
    _Known("Oxigraph", r"/query", "/update", "/store"),
    _Known("Amazon Neptune", r"/sparql/?", "/sparql", "/sparql/gsp/", lambda p: p.port == 8182 or ".neptune." in (p.hostname or "")),
    _Known("Virtuoso", r"/sparql(-auth)?/?", "/sparql-auth", "/sparql-graph-crud-auth"),
    _Known("Blazegraph", r"(/(?:bigdata|blazegraph)(?:/namespace/[^/]+)?/sparql)", r"\1", None),
    _Known("RDF4J or GraphDB", r"(.*/repositories/[^/]+)", r"\1/statements", r"\1/rdf-graphs/service"),
    _Known("Stardog", r"(/[^/]+)/query", r"\1/update", r"\1", _on_port(5820)),
    _Known("Fuseki", r"(.*/[^/]+)/(?:query|sparql)", r"\1/update", r"\1/data"),
    _Known("QLever", r"/", "/", "/"),
)


def addresses(query: str, update: str | None = None, store: str | None = None) -> Addresses:
    """The addresses of the server that takes queries at `query`, those that are not given guessed by its path.

    >>> addresses("http://localhost:3030/ds/sparql").guess
    'http://localhost:3030/ds/sparql looks like Fuseki: updates go to http://localhost:3030/ds/update, graphs to http://localhost:3030/ds/data'
    >>> addresses("https://example.org/ask")
    Addresses(query='https://example.org/ask', update=None, store=None, server='')
    """
    if update and store:
        return Addresses(query, update, store)
    parts = urlsplit(query)
    for known in _KNOWN:
        match = re.fullmatch(known.path, parts.path or "/")
        if match and known.fits(parts):
            beside = [
                None if path is None else parts._replace(path=match.expand(path), query="").geturl() for path in (known.update, known.store)
            ]
            return Addresses(query, update or beside[0], store or beside[1], known.server)
    return Addresses(query, update, store)
