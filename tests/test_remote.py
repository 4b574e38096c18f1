"""The remote engine: a server's answers beside those of the embedded one."""

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import servers
from test_query import ANSWER_FILES, answer_lines, expected_lines
from virtuoso import PASSWORD, USER

from kg import KnowledgeGraph
from kg.build import build
from kg.endpoint import Credentials, Endpoint, addresses
from kg.errors import QuerySyntaxError, Refused
from kg.namespaces import ASSERTED_GRAPH
from kg.push import graphs_of, push, target_at
from kg.remote import Remote
from kg.rows import Rows


@pytest.fixture(scope="module")
def dataset_file(_own_cache: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The article's dataset as N-Quads."""
    file = tmp_path_factory.mktemp("dataset") / "dataset.nq"
    file.write_bytes(build().content)
    return file


@pytest.fixture(scope="module")
def oxigraph(dataset_file: Path) -> Iterator[str]:
    """The query URL of an oxigraph server that holds the article's dataset, and whose default graph is empty."""
    with servers.oxigraph_server(dataset_file) as base:
        yield f"{base}/query"


@pytest.fixture(scope="module")
def united(dataset_file: Path) -> Iterator[str]:
    """The same on a server whose default graph is the union of all."""
    with servers.oxigraph_server(dataset_file, options=["--union-default-graph"]) as base:
        yield f"{base}/query"


@pytest.fixture(scope="module")
def at_virtuoso(virtuoso: str, _own_cache: None) -> KnowledgeGraph:
    """The article's graph on a Virtuoso."""
    url = f"{virtuoso}/sparql"
    push(graphs_of(build()), target_at(addresses(url), Credentials(USER, PASSWORD)))
    return graph_at(url)


def graph_at(url: str) -> KnowledgeGraph:
    return KnowledgeGraph(Remote(Endpoint(url)), build())


@pytest.mark.parametrize("path", ANSWER_FILES, ids=lambda path: path.name)
def test_an_oxigraph_server_gives_the_same_rows(oxigraph: str, path: Path) -> None:
    """One query file, the same answer from a server."""
    assert expected_lines(path) == answer_lines(graph_at(oxigraph), path)


@pytest.mark.parametrize("path", ANSWER_FILES, ids=lambda path: path.name)
def test_virtuoso_gives_the_same_rows(at_virtuoso: KnowledgeGraph, path: Path) -> None:
    """One query file, the same answer from the engine of DBpedia."""
    assert expected_lines(path) == answer_lines(at_virtuoso, path)


@pytest.mark.parametrize("path", ANSWER_FILES[::5], ids=lambda path: path.name)
def test_a_server_whose_default_graph_is_the_union_gives_the_same_rows(united: str, path: Path) -> None:
    """Whether the graphs are named in the request, or not."""
    assert expected_lines(path) == answer_lines(graph_at(united), path)
    assert expected_lines(path) == answer_lines(KnowledgeGraph(Remote(Endpoint(united), graphs=()), build()), path)


@pytest.fixture(params=["oxigraph", "virtuoso"])
def remote(request: pytest.FixtureRequest) -> KnowledgeGraph:
    """The article's graph on a server of each kind."""
    if request.param == "virtuoso":
        found: KnowledgeGraph = request.getfixturevalue("at_virtuoso")
        return found
    return graph_at(request.getfixturevalue("oxigraph"))


def test_the_counts_are_those_of_the_embedded_engine(remote: KnowledgeGraph, graph: KnowledgeGraph) -> None:
    """The graphs can be named by GRAPH too."""
    assert graph.counts == remote.counts


@pytest.mark.parametrize("name", ["honours", "state-visits", "who-met-whom", "treaties"])
def test_a_row_of_a_server_is_cited_as_any_other(remote: KnowledgeGraph, graph: KnowledgeGraph, name: str) -> None:
    """By the same sentences."""
    here, there = graph.query(name), remote.query(name)
    assert isinstance(here, Rows)
    assert isinstance(there, Rows)
    assert [row.citations for row in here.cited()] == [row.citations for row in there.cited()]


def test_what_a_server_says_is_explained_and_described_as_any_other(remote: KnowledgeGraph, graph: KnowledgeGraph) -> None:
    """By the same proofs and statements."""
    asked = ("Azerbaijan", "dip:diplomaticRelationWith", "Kazakhstan")
    assert graph.explain(*asked, every=True).to_json() == remote.explain(*asked, every=True).to_json()
    for thing in ("Aktau", "Ilham Aliyev"):
        assert graph.describe(thing) == remote.describe(thing)
    assert graph.export("csv") == remote.export("csv")


def test_a_query_that_names_its_graphs_is_sent_as_it_is(oxigraph: str, graph: KnowledgeGraph) -> None:
    """FROM is not overruled by the union."""
    text = f"SELECT (COUNT(*) AS ?n) FROM <{ASSERTED_GRAPH}> WHERE {{ ?s ?p ?o }}"  # noqa: S608 - SPARQL
    rows = graph_at(oxigraph).sparql(text)
    assert isinstance(rows, Rows)
    assert graph.counts["triples"] == rows[0].n


def test_a_mistake_in_a_query_is_told_with_its_place(oxigraph: str) -> None:
    """As the embedded engine tells it; what is refused for another reason is told as the server does."""
    with pytest.raises(QuerySyntaxError, match=r"The query is not SPARQL: line 1, column 18: something is missing"):
        Remote(Endpoint(oxigraph)).query("SELECT ?s WHERE {")
    with (
        servers.misbehaving_proxy(oxigraph, [servers.answers(400, b"no such function")]) as proxy,
        pytest.raises(Refused, match="function"),
    ):
        Remote(Endpoint(proxy.url)).query("SELECT ?s WHERE { ?s ?p ?o }")


def test_the_graphs_are_named_in_the_request(oxigraph: str) -> None:
    """By parameters of the SPARQL protocol, in the body."""
    with servers.misbehaving_proxy(oxigraph) as proxy:
        result = Remote(Endpoint(proxy.url)).query("ASK { ?s ?p ?o }")
        assert isinstance(result, ox.QueryBoolean)
        assert proxy.seen[0].parameters("default-graph-uri") == [
            f"https://w3id.org/bilateral/graph/{name}" for name in ("asserted", "ontology", "closure", "links")
        ]
