"""The engine on a server: any SPARQL 1.1 Protocol endpoint that holds the dataset's graphs."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import pyoxigraph as ox

from kg.endpoint import Endpoint, Result
from kg.engine import Embedded, values
from kg.errors import NotLoaded, NotResults, QuerySyntaxError, Refused
from kg.namespaces import (
    ASSERTED_GRAPH,
    CLOSURE_GRAPH,
    LINKS_GRAPH,
    ONTOLOGY_GRAPH,
    PREFERRED_PREFIX,
    PREFIXES,
    PREFIXES_GRAPH,
    WIKIDATA_GRAPH,
)
from kg.paths import unnamed_file
from kg.sparql import names_graphs

UNION = (ASSERTED_GRAPH, ONTOLOGY_GRAPH, CLOSURE_GRAPH, LINKS_GRAPH)
"""The graphs whose union queries see."""
APART = (WIKIDATA_GRAPH,)
"""The graphs that GRAPH alone finds."""

_MALFORMED = frozenset({400, 500})
"""The statuses that servers give a query which they cannot parse; some say 500."""


class Remote:
    """A SPARQL endpoint. The union of the dataset's graphs is named in each request; a server whose default graph it is needs no `graphs`.

    The first query is preceded by one that asks whether they have anything in them. A query that names its own graphs (FROM) is sent as it
    is. The server is an index: it may rewrite literals.
    """

    name = "remote"

    def __init__(self, endpoint: Endpoint, *, graphs: Iterable[str] = UNION) -> None:
        self.endpoint = endpoint
        self.graphs = tuple(graphs)
        self._is_loaded = ASSERTED_GRAPH not in self.graphs  # other graphs may be empty

    def __repr__(self) -> str:
        return f"<Remote {self.endpoint.url}>"

    def seeing(self, graphs: Iterable[str]) -> "Remote":
        """The same endpoint, of which queries see the union of some graphs alone."""
        return Remote(self.endpoint, graphs=graphs)

    def query(self, text: str) -> Result:
        """See `kg.engine.Engine.query`. Raises `EndpointError` too: `NotLoaded`, before the first query, where the graphs are not there."""
        self.check_loaded()
        united = () if names_graphs(text) else self.graphs
        try:
            return self.endpoint.query(text, default_graphs=united, named_graphs=(*united, *APART) if united else ())
        except Refused as refused:
            if refused.status in _MALFORMED:
                _check_syntax(text, refused)
            raise

    def quads(self, graph: str) -> Iterator[ox.Quad]:
        """The quads of one graph, of any size: its answer goes into a temporary file, is read to see that it is whole, and read again.

        Blank nodes are called as in N-Triples from the server, which name one alike in each answer (Oxigraph and Virtuoso do), that it be
        the same in another graph. Raises an `EndpointError`, `NotResults` where there are more or fewer triples than the server counts,
        and `FileError` where there is no room for the file.
        """
        self.check_loaded()
        name = ox.NamedNode(graph)
        with unnamed_file() as file:
            there = self.endpoint.download(graph, file)
            counted = self.endpoint.count(graph)
            if counted != there.triples:
                raise NotResults(
                    f"{self.endpoint.url}: has {counted:,} triples in {graph}, and gave {there.triples:,}: it gives no more at a time "
                    "(Virtuoso: ResultSetMaxRows), broke off, or was changed meanwhile."
                )
            for quad in ox.parse(file, there.format, rename_blank_nodes=there.format != ox.RdfFormat.N_TRIPLES):
                yield ox.Quad(quad.subject, quad.predicate, quad.object, name)

    def check_loaded(self) -> None:
        """Raise `NotLoaded`, once, rather than answer every question with nothing."""
        if not self._is_loaded and not self.endpoint.query("ASK { ?s ?p ?o }", default_graphs=self.graphs):
            raise NotLoaded(
                f"{self.endpoint.url}: has nothing in the graphs {', '.join(self.graphs)}, or does not heed default-graph-uri. "
                f"Load it: kg push --endpoint {self.endpoint.url}"
            )
        self._is_loaded = True


class ServersPrefixes(Mapping[str, str]):
    """The prefixes of the project, and those that `kg push` sent with the data, which are asked for when first they are looked at.

    Raises `EndpointError`.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._engine = Remote(endpoint, graphs=[PREFIXES_GRAPH])

    @cached_property
    def _known(self) -> dict[str, str]:
        found = values(self._engine, f"SELECT ?prefix ?space WHERE {{ ?space <{PREFERRED_PREFIX}> ?prefix }}")
        return {**{prefix: space for prefix, space in found}, **PREFIXES}  # noqa: C416 - dict() takes no tuples of unknown length

    def __getitem__(self, prefix: str) -> str:
        return self._known[prefix]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _check_syntax(text: str, refused: Refused) -> None:
    """Raise `QuerySyntaxError`, with the place, if it was for its syntax that `text` was `refused`."""
    try:
        Embedded(ox.Store()).query(text)
    except QuerySyntaxError as error:
        raise error from refused
