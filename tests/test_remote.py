"""The remote engine: a server's answers beside those of the embedded one."""

import io
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import servers
from click.testing import CliRunner
from test_query import ANSWER_FILES, answer_lines, expected_lines
from virtuoso import PASSWORD, USER, virtuoso_server

from kg import KnowledgeGraph
from kg.build import build
from kg.cli import cli
from kg.endpoint import Credentials, Endpoint, Patience, addresses
from kg.errors import NotLoaded, NotResults, QuerySyntaxError, Refused, TimedOut, Unreachable
from kg.export import stream
from kg.formats import RDF_FORMATS
from kg.load import PARSERS, sorted_quads
from kg.namespaces import ASSERTED_GRAPH, CLOSURE_GRAPH, LINKS_GRAPH, XSD
from kg.push import graphs_of, push, target_at
from kg.remote import Remote
from kg.rows import Rows
from kg.triples import Triples


def pushed(url: str, credentials: Credentials = Credentials()) -> str:  # noqa: B008 - it cannot be changed
    """The query URL of a server that has been sent the article's dataset."""
    push(graphs_of(build()), target_at(addresses(url), credentials))
    return url


@pytest.fixture(scope="module")
def oxigraph(_own_cache: None) -> Iterator[str]:
    """The query URL of an oxigraph server that has the article's dataset, and whose default graph is empty."""
    with servers.oxigraph_server() as base:
        yield pushed(f"{base}/query")


@pytest.fixture(scope="module")
def united(_own_cache: None) -> Iterator[str]:
    """The same on a server whose default graph is the union of all."""
    with servers.oxigraph_server(options=["--union-default-graph"]) as base:
        yield pushed(f"{base}/query")


@pytest.fixture(scope="module")
def at_virtuoso(virtuoso: str, _own_cache: None) -> KnowledgeGraph:
    """The article's graph on a Virtuoso."""
    return KnowledgeGraph.open(endpoint=pushed(f"{virtuoso}/sparql", Credentials(USER, PASSWORD)))


@pytest.mark.parametrize("path", ANSWER_FILES, ids=lambda path: path.name)
def test_an_oxigraph_server_gives_the_same_rows(oxigraph: str, path: Path) -> None:
    """One query file, the same answer from a server."""
    assert expected_lines(path) == answer_lines(KnowledgeGraph.open(endpoint=oxigraph), path)


@pytest.mark.parametrize("path", ANSWER_FILES, ids=lambda path: path.name)
def test_virtuoso_gives_the_same_rows(at_virtuoso: KnowledgeGraph, path: Path) -> None:
    """One query file, the same answer from the engine of DBpedia."""
    assert expected_lines(path) == answer_lines(at_virtuoso, path)


@pytest.mark.parametrize("path", ANSWER_FILES[::5], ids=lambda path: path.name)
def test_a_server_whose_default_graph_is_the_union_gives_the_same_rows(united: str, path: Path) -> None:
    """Whether the graphs are named in the request, or not."""
    assert expected_lines(path) == answer_lines(KnowledgeGraph.open(endpoint=united), path)
    assert expected_lines(path) == answer_lines(KnowledgeGraph(Remote(Endpoint(united), graphs=()), build()), path)


@pytest.fixture(params=["oxigraph", "virtuoso"])
def remote(request: pytest.FixtureRequest) -> KnowledgeGraph:
    """The article's graph on a server of each kind."""
    if request.param == "virtuoso":
        found: KnowledgeGraph = request.getfixturevalue("at_virtuoso")
        return found
    return KnowledgeGraph.open(endpoint=request.getfixturevalue("oxigraph"))


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
    """By the same proofs and statements; also what is named by a prefix of the data files."""
    asked = ("Azerbaijan", "dip:diplomaticRelationWith", "Kazakhstan")
    assert graph.explain(*asked, every=True).to_json() == remote.explain(*asked, every=True).to_json()
    for thing in ("Aktau", "Ilham Aliyev", "azkz:mediation-nk"):
        assert graph.describe(thing) == remote.describe(thing)
    assert graph.export("csv") == remote.export("csv")


@pytest.fixture(scope="module")
def at_small_virtuoso(tmp_path_factory: pytest.TempPathFactory, _own_cache: None) -> Iterator[KnowledgeGraph]:
    """The article's graph on a Virtuoso that gives at most 500 rows."""
    with virtuoso_server(tmp_path_factory.mktemp("small"), most=500) as base:
        yield KnowledgeGraph.open(endpoint=pushed(f"{base}/sparql", Credentials(USER, PASSWORD)))


@pytest.mark.parametrize("text", ["CONSTRUCT WHERE { ?s ?p ?o }", "SELECT * WHERE { ?s ?p ?o }"], ids=["triples", "rows"])
def test_an_answer_that_a_server_cuts_short_is_an_error(at_small_virtuoso: KnowledgeGraph, text: str) -> None:
    """Virtuoso says so of rows, in a header, and of triples nothing."""
    with pytest.raises(NotResults, match=r"gives at most 500 rows or triples, and the answer has as many: some may be missing\."):
        at_small_virtuoso.sparql(text)
    with pytest.raises(NotResults, match=r"has [\d,]+ triples in https://w3id\.org/bilateral/graph/asserted, and gave 501"):
        at_small_virtuoso.export("turtle")


def test_triples_that_a_server_gives_all_are_an_answer(at_small_virtuoso: KnowledgeGraph, graph: KnowledgeGraph) -> None:
    """However many, up to its limit; what was found out about it is not asked again for fewer."""
    remote = at_small_virtuoso.engine
    assert isinstance(remote, Remote)
    assert at_small_virtuoso.sparql("ASK { ?s ?p ?o }")
    for most, requests in ((499, 2), (499, 1), (498, 1)):
        before = remote.endpoint.requests
        answer = at_small_virtuoso.sparql(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }} LIMIT {most}")
        assert isinstance(answer, Triples)
        assert (most, requests) == (len(answer), remote.endpoint.requests - before)
    assert graph.query("thing-graph", thing="Ilham Aliyev") == at_small_virtuoso.query("thing-graph", thing="Ilham Aliyev")


# ---- a graph as a whole


def streamed(graph: KnowledgeGraph, format: str, *graphs: str) -> bytes:
    """What an export writes."""
    file = io.BytesIO()
    graph.export_to(file, format, graphs=graphs)
    return file.getvalue()


@pytest.mark.parametrize("format", RDF_FORMATS)
@pytest.mark.parametrize("graphs", [("asserted",), ("closure",), ("asserted", "ontology")], ids="+".join)
def test_an_export_from_a_server_says_what_the_graph_says(
    oxigraph: str, graph: KnowledgeGraph, format: str, graphs: tuple[str, ...]
) -> None:
    """In each format; blank nodes, which the server names anew in each answer, stay apart."""
    remote = KnowledgeGraph.open(endpoint=oxigraph)
    texts = [graph.export(format, graphs=graphs).encode(), streamed(remote, format, *graphs), remote.export(format, graphs=graphs).encode()]
    expected, came, sorted_text = (sorted_quads(ox.parse(text, PARSERS[format])) for text in texts)
    assert expected == came == sorted_text


def test_virtuoso_gives_a_graph_as_it_holds_it(at_virtuoso: KnowledgeGraph, graph: KnowledgeGraph) -> None:
    """The closure has no literals, which it might write anew."""
    expected, came = (sorted_quads(ox.parse(streamed(one, "nquads", "closure"), PARSERS["nquads"])) for one in (graph, at_virtuoso))
    assert expected == came


def test_an_export_asks_for_the_wanted_graph_alone(oxigraph: str) -> None:
    """Once."""
    with servers.misbehaving_proxy(oxigraph) as proxy:
        streamed(KnowledgeGraph.open(endpoint=proxy.url), "ntriples", "links")
        asked = [seen.query for seen in proxy.seen if "CONSTRUCT" in seen.query]
        assert [f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{LINKS_GRAPH}> {{ ?s ?p ?o }} }}"] == asked


def test_an_export_is_whole_after_a_connection_that_broke(oxigraph: str, graph: KnowledgeGraph) -> None:
    """What came before is not written twice; and of an answer that is cut short nothing is written."""
    patient = Patience(attempts=2, first=0.001)
    with servers.misbehaving_proxy(oxigraph) as proxy:
        engine = Remote(Endpoint(proxy.url, patience=patient))
        assert isinstance(engine.query("ASK { ?s ?p ?o }"), ox.QueryBoolean)
        proxy.then(servers.broken_off)
        assert sorted_quads(graph.dataset.quads([CLOSURE_GRAPH])) == sorted_quads(engine.quads(CLOSURE_GRAPH))
        proxy.then(servers.broken_off, servers.broken_off)
        with pytest.raises(Unreachable, match=r"the connection broke off, 2 times in a row: [\d,]+ of [\d,]+ bytes came\."):
            next(engine.quads(CLOSURE_GRAPH))
        proxy.then(servers.truncated())
        with pytest.raises(NotResults, match="the answer is damaged or cut off"):
            next(engine.quads(CLOSURE_GRAPH))
        proxy.then(servers.html)
        with pytest.raises(NotResults, match="answered with text/html, not with SPARQL results"):
            next(engine.quads(CLOSURE_GRAPH))
        proxy.then(servers.whole_lines(100))
        with pytest.raises(NotResults, match=f"has {graph.counts['inferred']:,} triples in {CLOSURE_GRAPH}, and gave 100: "):
            next(engine.quads(CLOSURE_GRAPH))


@pytest.mark.parametrize("format", ["ntriples", "nquads"])
def test_a_thing_without_a_name_is_one_in_all_graphs_of_an_export(remote: KnowledgeGraph, format: str) -> None:
    """As a server that infers something about it holds it."""
    assert isinstance(remote.engine, Remote)
    places = addresses(remote.engine.endpoint.url)
    target = target_at(places, Credentials(USER, PASSWORD) if places.server == "Virtuoso" else Credentials())
    assert target.update is not None
    graphs = [f"http://example.org/{name}" for name in ("said", "inferred")]
    target.store.put(graphs[0], b"_:b <http://example.org/p> <http://example.org/o> .")
    target.update.update(f"INSERT {{ GRAPH <{graphs[1]}> {{ ?b ?p ?o }} }} WHERE {{ GRAPH <{graphs[0]}> {{ ?b ?p ?o }} }}")
    quads = (quad for graph in graphs for quad in remote.engine.quads(graph))
    file = io.BytesIO()
    stream(quads, file, format)
    for graph in graphs:
        target.store.delete(graph)
    first, second = ox.parse(file.getvalue(), PARSERS[format])
    assert isinstance(first.subject, ox.BlankNode)
    assert first.subject == second.subject


def test_an_export_takes_its_time_as_long_as_something_comes(oxigraph: str, graph: KnowledgeGraph) -> None:
    """However long it takes in all; the timeout is for silence."""
    with servers.misbehaving_proxy(oxigraph) as proxy:
        engine = Remote(Endpoint(proxy.url, timeout=0.5))
        assert isinstance(engine.query("ASK { ?s ?p ?o }"), ox.QueryBoolean)
        proxy.then(servers.dripping(0.1, drops=10))
        started = time.monotonic()
        assert sorted_quads(graph.dataset.quads([CLOSURE_GRAPH])) == sorted_quads(engine.quads(CLOSURE_GRAPH))
        assert time.monotonic() - started > 0.5
        proxy.then(servers.slow(30))
        with pytest.raises(TimedOut, match=r"nothing came for 0\.5 s; KG_TIMEOUT=SECONDS gives it longer\."):
            next(engine.quads(CLOSURE_GRAPH))


def test_an_export_that_finds_no_room_says_so(oxigraph: str) -> None:
    """A limit on the size of files stands for the full disk."""
    code = (
        "import resource, sys; from kg.remote import Remote; from kg.endpoint import Endpoint; from kg.namespaces import ASSERTED_GRAPH\n"
        "remote = Remote(Endpoint(sys.argv[1])); remote.query('ASK { ?s ?p ?o }')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000)); next(remote.quads(ASSERTED_GRAPH))"
    )
    done = subprocess.run([sys.executable, "-c", code, oxigraph], capture_output=True, text=True, check=False)
    assert "kg.errors.FileError: " in done.stderr.splitlines()[-1]
    assert "cannot be written there: File too large. Name a folder that has room by TMPDIR" in done.stderr.splitlines()[-1]


def test_an_export_of_any_size_takes_little_memory(tmp_path: Path) -> None:
    """Ten times as many triples take no more, by Linux's own account of the process."""
    code = (
        "import re, sys; from kg import KnowledgeGraph\n"
        "graph = KnowledgeGraph.open(endpoint=sys.argv[1])\n"
        "with open(sys.argv[2], 'wb') as file: graph.export_to(file, 'ntriples')\n"
        "print(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1])"
    )
    peaks = []
    for size in (10_000, 100_000):
        lines = [b'<http://e/s%d> <http://e/p> "%s" .\n' % (number, b"x" * 200) for number in range(size)]
        with servers.oxigraph_server() as base:
            target_at(addresses(f"{base}/query"), Credentials()).store.put(ASSERTED_GRAPH, b"".join(lines))
            command = [sys.executable, "-c", code, f"{base}/query", str(tmp_path / "a.nt")]
            peaks.append(int(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
        assert sorted(lines) == sorted((tmp_path / "a.nt").read_bytes().splitlines(keepends=True))
    assert peaks[1] < 1.1 * peaks[0]


def test_a_query_that_names_its_graphs_is_sent_as_it_is(oxigraph: str, graph: KnowledgeGraph) -> None:
    """FROM is not overruled by the union."""
    text = f"SELECT (COUNT(*) AS ?n) FROM <{ASSERTED_GRAPH}> WHERE {{ ?s ?p ?o }}"  # noqa: S608 - SPARQL
    rows = KnowledgeGraph.open(endpoint=oxigraph).sparql(text)
    assert isinstance(rows, Rows)
    assert graph.counts["triples"] == rows[0].n


def test_a_mistake_in_a_query_is_told_with_its_place(oxigraph: str) -> None:
    """As the embedded engine tells it; what is refused for another reason is told as the server does."""
    with pytest.raises(QuerySyntaxError, match=r"The query is not SPARQL: line 1, column 18: something is missing"):
        Remote(Endpoint(oxigraph)).query("SELECT ?s WHERE {")
    with servers.misbehaving_proxy(oxigraph, [servers.passed, servers.answers(400, b"no such function")]) as proxy:
        remote = Remote(Endpoint(proxy.url))
        with pytest.raises(Refused, match="no such function"):
            remote.query("SELECT ?s WHERE { ?s ?p ?o }")


def test_the_graphs_are_named_in_the_request(oxigraph: str) -> None:
    """By parameters of the SPARQL protocol, in the body; first it is asked, once, whether there is anything in them."""
    with servers.misbehaving_proxy(oxigraph) as proxy:
        remote = Remote(Endpoint(proxy.url))
        for _ in range(2):
            assert isinstance(remote.query("SELECT * { ?s ?p ?o } LIMIT 1"), ox.QuerySolutions)
        names = [f"https://w3id.org/bilateral/graph/{name}" for name in ("asserted", "ontology", "closure", "links")]
        assert [names] * 3 == [seen.parameters("default-graph-uri") for seen in proxy.seen]
        assert ["ASK", "SELECT", "SELECT"] == [seen.query.split()[0] for seen in proxy.seen]


def test_a_server_that_is_not_loaded_says_so_and_not_nothing() -> None:
    """Which graphs are missing, and how to load them."""
    with servers.oxigraph_server() as base, pytest.raises(NotLoaded) as caught:
        Remote(Endpoint(f"{base}/query")).query("SELECT * { ?s ?p ?o }")
    assert str(caught.value).startswith(f"{base}/query: has nothing in the graphs https://w3id.org/bilateral/graph/asserted, ")
    assert str(caught.value).endswith(f"or does not heed default-graph-uri. Load it: kg push --endpoint {base}/query")


def test_the_command_asks_a_server_with_credentials(oxigraph: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows of the article, for whoever has the token; one message for others."""
    command = ["query", "has-diplomatic-relations", "--a", "Azerbaijan", "--b", "Kazakhstan"]
    expected = CliRunner().invoke(cli, command)
    with servers.misbehaving_proxy(oxigraph, [servers.asking_for("Bearer", "Bearer abc")] * 50) as proxy:
        monkeypatch.setenv("KG_TOKEN", "abc")
        found = CliRunner().invoke(cli, [*command, "--endpoint", proxy.url])
        assert (0, expected.stdout, "") == (found.exit_code, found.stdout, found.stderr)
        monkeypatch.setenv("KG_TOKEN", "guess-1")
        refused = CliRunner().invoke(cli, [*command, "--endpoint", proxy.url])
        message = f"kg: {proxy.url}: answered 401 (Unauthorized): it does not accept the token. Look at KG_TOKEN.\n"
        assert (1, "", message) == (refused.exit_code, refused.stdout, refused.stderr)


# ---- literals


def literal(text: str) -> ox.Literal:
    """The literal that is written so in N-Triples, with a datatype of XSD by its name."""
    value, _, datatype = text.partition("^^")
    if datatype:
        return ox.Literal(value, datatype=ox.NamedNode(datatype if ":" in datatype else XSD + datatype))
    value, _, language = text.partition("@")
    return ox.Literal(value, language=language) if language else ox.Literal(value)


KEPT = """2007^^gYear 0044^^gYear 2007Z^^gYear 2004-03^^gYearMonth --03-21^^gMonthDay 2001-11-29^^date 0044-03-15^^date 2001-11-29Z^^date
    2001-11-29T10:00:00^^dateTime 2001-11-29T10:00:00Z^^dateTime 2001-11-29T10:00:00+04:00^^dateTime 10:00:00^^time true^^boolean
    false^^boolean 7^^integer 1.5^^decimal 0.1^^float http://example.org/b^^anyURI plain Vətən@az colour@en-GB not-a-date^^date
    2004~^^http://id.loc.gov/datatypes/edtf/EDTF""".split()
OXIGRAPH_WRITES = {
    "1^^boolean": "true^^boolean",
    "07^^integer": "7^^integer",
    "7^^int": "7^^integer",
    "7^^nonNegativeInteger": "7^^integer",
    "1.50^^decimal": "1.5^^decimal",
    "1.0^^decimal": "1^^decimal",
    "1.5E3^^double": "1500^^double",
}
VIRTUOSO_WRITES = {
    "1^^boolean": "true^^boolean",
    "07^^integer": "7^^integer",
    "12345678901234567890^^integer": "12345678901234567890^^decimal",
    "1.50^^decimal": "1.5^^decimal",
    "1.0^^decimal": "1^^decimal",
    "1.5E3^^double": "1500.0^^double",
    "P1D^^duration": "86400.0^^duration",
    "P1Y2M^^duration": "14^^duration",
}


@pytest.mark.parametrize(("server", "anew"), [("oxigraph", OXIGRAPH_WRITES), ("virtuoso", VIRTUOSO_WRITES)], ids=["oxigraph", "virtuoso"])
def test_which_literals_a_server_writes_anew(request: pytest.FixtureRequest, server: str, anew: dict[str, str]) -> None:
    """As docs/engines.md tells; all others, dates of every kind among them, come back as they were."""
    base = request.getfixturevalue(server)
    url = base if server == "oxigraph" else f"{base}/sparql"
    target = target_at(addresses(url), Credentials(USER, PASSWORD))
    subject, predicate, graph = ox.NamedNode("http://example.org/s"), "http://example.org/p", "http://example.org/literals"
    given = [*KEPT, *anew]
    triples = [ox.Triple(subject, ox.NamedNode(f"{predicate}{number}"), literal(text)) for number, text in enumerate(given)]
    target.store.put(graph, ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"")
    result = target.query.query("SELECT ?p ?o { ?s ?p ?o }", default_graphs=[graph])
    target.store.delete(graph)
    assert isinstance(result, ox.QuerySolutions)
    found = {row[0].value: row[1] for row in result if isinstance(row[0], ox.NamedNode)}
    expected = [literal(anew.get(text, text)) for text in given]
    if server == "virtuoso":
        expected[given.index("colour@en-GB")] = literal("colour@en-gb")
    assert expected == [found.get(f"{predicate}{number}") for number in range(len(given))]


def test_a_query_may_name_its_graphs_on_every_engine(remote: KnowledgeGraph, graph: KnowledgeGraph, rdflib_graph: KnowledgeGraph) -> None:
    """FROM is heeded: a graph by itself, and two together."""
    counts: dict[str, set[int]] = {"asserted": set(), "closure": set(), "both": set()}
    asserted, closure = f"FROM <{ASSERTED_GRAPH}>", f"FROM <{CLOSURE_GRAPH}>"
    for name, clause in (("asserted", asserted), ("closure", closure), ("both", f"{asserted} {closure}")):
        for engine in (graph, rdflib_graph, remote):
            rows = engine.sparql(f"SELECT (COUNT(*) AS ?n) {clause} WHERE {{ ?s ?p ?o }}")
            assert isinstance(rows, Rows)
            counts[name].add(rows[0]["n"])  # type: ignore[arg-type]
    expected = (graph.counts["triples"], graph.counts["inferred"])
    assert [{expected[0]}, {expected[1]}, {sum(expected)}] == [*counts.values()]
