"""Where queries are answered: one protocol; pyoxigraph in memory by default, or on disk; rdflib for comparison.

All engines answer with pyoxigraph's own result classes, see the union of the dataset's graphs, and are given only text that
`kg.sparql.guard` has let through.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import pyoxigraph as ox

from kg.errors import QueryError, QuerySyntaxError, Unreachable
from kg.load import query_triples
from kg.sparql import names_graphs, syntax_message
from kg.terms import RdfTerm

if TYPE_CHECKING:
    import rdflib

Node = RdfTerm
Result = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


class Asked(Protocol):
    """What answers SPARQL queries."""

    def query(self, text: str, /) -> Result:
        """The result of a SELECT, ASK, CONSTRUCT or DESCRIBE. Raises `QuerySyntaxError`."""


class Engine(Asked, Protocol):
    """What answers SPARQL queries over the union of a dataset's graphs, and has a name to be chosen by."""

    name: str


class Embedded:
    """pyoxigraph in this process, in memory or over a folder on disk. The store is an index: it may rewrite literals (`01` to `1`)."""

    def __init__(self, store: ox.Store, name: str = "embedded") -> None:
        self.store = store
        self.name = name
        self._united: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] | None = None

    def add_apart(self, quads: Iterable[ox.Quad]) -> None:
        """Add graphs that are no part of the union: what they say is found with GRAPH alone."""
        self._united = self._united or list(self.store.named_graphs())
        self.store.extend(quads)

    def seeing(self, graphs: Iterable[str]) -> "Embedded":
        """The same store, of which queries see the union of some graphs alone."""
        other = Embedded(self.store, self.name)
        other._united = [ox.NamedNode(graph) for graph in graphs]
        return other

    def query(self, text: str) -> Result:
        """See `Engine.query`."""
        try:
            if names_graphs(text):
                return self.store.query(text)
            if self._united is not None:
                return self.store.query(text, default_graph=self._united)
            return self.store.query(text, use_default_graph_as_union=True)
        except SyntaxError as error:
            raise QuerySyntaxError(syntax_message(text, error.msg)) from error


class Rdflib:
    """rdflib's own SPARQL engine: slow, and the reference that the others are tested against."""

    name = "rdflib"

    def __init__(self, dataset: "rdflib.Dataset") -> None:
        import rdflib.plugins.sparql

        rdflib.plugins.sparql.SPARQL_LOAD_GRAPHS = False
        self.dataset = dataset

    def query(self, text: str) -> Result:
        """See `Engine.query`."""
        from pyparsing import ParseException

        try:
            result = self.dataset.query(text)
        except ParseException as error:
            raise QuerySyntaxError(f"The query is not SPARQL: line {error.lineno}: {error.msg}.") from error
        except (SyntaxError, re.error) as error:
            raise QuerySyntaxError(f"The query cannot be run: {error}.") from error
        if result.type in ("CONSTRUCT", "DESCRIBE"):
            content = result.serialize(format="nt") or b""
            return query_triples(content, ox.RdfFormat.N_TRIPLES)
        content = result.serialize(format="json") or b""
        return ox.parse_query_results(content, ox.QueryResultsFormat.JSON)


@contextmanager
def answering(reach_out: bool) -> Iterator[None]:
    """What an engine does not raise on purpose, as `Unreachable` if the query inside reaches out by SERVICE, and else as `QueryError`."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        raise (Unreachable(f"SERVICE: {reason}") if reach_out else QueryError(f"The query cannot be answered: {reason}")) from error


def select(engine: Engine, text: str) -> Iterator[tuple[Node | None, ...]]:
    """The rows of a SELECT. Raises `QueryError` if `text` is none, or answers with triple terms."""
    result = engine.query(text)
    if not isinstance(result, ox.QuerySolutions):
        raise QueryError("A SELECT was expected.")
    for solution in result:
        row = tuple(solution)
        if ox.Triple in map(type, row):
            raise QueryError("Triple terms are not supported.")
        yield row


def construct(asked: Asked, text: str) -> ox.QueryTriples:
    """The triples of a CONSTRUCT. Raises `QueryError` if `text` is none."""
    result = asked.query(text)
    if not isinstance(result, ox.QueryTriples):
        raise QueryError("A CONSTRUCT was expected.")
    return result


def values(engine: Engine, text: str) -> Iterator[tuple[str, ...]]:
    """The rows of a SELECT as the text of their terms, empty where unbound. Raises as `select` does."""
    for row in select(engine, text):
        yield tuple("" if term is None else term.value for term in row)


def rdflib_engine(quads: Iterable[ox.Quad]) -> Rdflib:
    """An rdflib engine over `quads`, which sees the union of their graphs."""
    import rdflib

    from kg.load import to_rdflib

    dataset = rdflib.Dataset(default_union=True)
    graphs: dict[str, list[ox.Triple]] = {}
    for quad in quads:
        graphs.setdefault(getattr(quad.graph_name, "value", ""), []).append(quad.triple)
    for name, triples in graphs.items():
        graph = dataset.graph(rdflib.URIRef(name)) if name else dataset.default_graph
        for triple in to_rdflib(triples, {}):
            graph.add(triple)
    return Rdflib(dataset)
