"""Stored queries kept apart by a tag: those that ask another server, and those over the enriched graph; on a real server on loopback."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pyoxigraph as ox
import pytest
import servers
from click.testing import CliRunner, Result
from conftest import SNAPSHOT
from hypothesis import given
from hypothesis import strategies as st
from test_query import ALL_ANSWER_FILES, APART, CATALOGUE, answer_lines, expected_lines, query_name

from kg import KnowledgeGraph
from kg.cli import cli
from kg.endpoint import Endpoint
from kg.engine import Embedded, answering
from kg.errors import NotAnEndpoint, ParameterError, QueryError, QuerySyntaxError, RefusedQuery, Unreachable
from kg.federate import federated, parted
from kg.namespaces import XSD
from kg.rows import Rows
from kg.wikidata.client import PUBLIC_ENDPOINT, Client

MADE_UP = SNAPSHOT.with_name("made-up.ttl")
FEDERATED = sorted(name for name in APART if CATALOGUE[name].federated)
ENRICHED = sorted(name for name in APART if CATALOGUE[name].enriched)


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    """The query URL of a server that holds the snapshot and made-up claims."""
    with servers.oxigraph_server(SNAPSHOT, MADE_UP) as base:
        yield f"{base}/query"


@pytest.fixture(scope="module")
def enriched(upstream: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that `kg wikidata enrich` writes of that server."""
    file = tmp_path_factory.mktemp("enriched") / "enriched.trig"
    assert 0 == run("wikidata", "enrich", "--endpoint", upstream, "-o", str(file)).exit_code
    return file


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def files(names: list[str]) -> list[Path]:
    return [path for path in ALL_ANSWER_FILES if query_name(path) in names]


class _On(KnowledgeGraph):
    """A graph that asks a server on loopback wherever a stored query asks another one."""

    address = ""

    def query(self, name: str, /, **parameters: object) -> object:  # type: ignore[override]
        return self.federated(name, **parameters, service=self.address)


@pytest.mark.usefixtures("no_answers")
@pytest.mark.parametrize("path", files(FEDERATED), ids=lambda path: path.name)
@pytest.mark.parametrize("engine", ["embedded", "rdflib"])
def test_the_answer_of_a_federated_query_is_exactly_that_of_the_answer_file(upstream: str, path: Path, engine: str) -> None:
    """Row by row and in order, with either engine."""
    graph = _On.open(engine=engine)
    graph.address = upstream
    assert expected_lines(path) == answer_lines(graph, path)


@pytest.mark.parametrize("path", files(ENRICHED), ids=lambda path: path.name)
def test_the_answer_over_the_enriched_graph_is_exactly_that_of_the_answer_file(enriched: Path, path: Path) -> None:
    """Row by row and in order, without a server."""
    assert expected_lines(path) == answer_lines(KnowledgeGraph.open(enriched=enriched), path)


@pytest.mark.parametrize("name", sorted(APART))
def test_no_two_rows_are_the_same(name: str, upstream: str, enriched: Path) -> None:
    """A row that comes twice would be a join that went wrong."""
    graph = KnowledgeGraph.open(enriched=enriched)
    rows = graph.federated(name, service=upstream) if name in FEDERATED else graph.query(name)
    assert isinstance(rows, Rows)
    assert len(rows) > 0
    assert len(rows) == len(set(rows.terms))


@pytest.mark.usefixtures("no_answers")
@pytest.mark.parametrize("name", FEDERATED)
def test_the_engines_own_service_gives_the_same_rows(name: str, graph: KnowledgeGraph, upstream: str) -> None:
    """What is cut at its SERVICE means what it says: pyoxigraph, which asks for everything there, answers the same."""
    theirs = graph.sparql(graph.queries[name].bind({"service": upstream}, str), reach_out=True)
    ours = graph.federated(name, service=upstream)
    assert isinstance(theirs, Rows)
    assert isinstance(ours, Rows)
    assert theirs.terms == ours.terms


def test_the_made_up_claims_are_about_linked_items_or_none(graph: KnowledgeGraph) -> None:
    """Each item is one of a thing of the graph, or has a number that is plainly made up; so a wrong number is not tried by accident."""
    numbers = set(re.findall(r"wd:(Q[0-9]+)", MADE_UP.read_text(encoding="utf-8")))
    linked = {link.number for link in graph.links() if not link.negated}
    assert {"Q9900000020", "Q9900000021", "Q9900000022"} == numbers - linked
    assert {"Q227", "Q232", "Q57371", "Q198989", "Q179833"} <= numbers


# ---- apart


@pytest.mark.parametrize("name", FEDERATED)
def test_a_federated_query_asks_nobody_unless_it_is_allowed(name: str, graph: KnowledgeGraph) -> None:
    """One message with the option's name, exit code 2; and its default is the public service."""
    with pytest.raises(RefusedQuery, match=f"^Query {name} asks another server .*--allow-service"):
        graph.query(name)
    refused = run("query", name)
    assert (2, "", 1) == (refused.exit_code, refused.stdout, len(refused.stderr.splitlines()))
    assert "--allow-service" in refused.stderr
    assert PUBLIC_ENDPOINT == CATALOGUE[name].defaults["service"]


@pytest.mark.parametrize("name", ENRICHED)
def test_a_query_over_the_enriched_graph_is_refused_without_one(name: str, graph: KnowledgeGraph) -> None:
    """One message that tells how to get one, and exit code 2; no empty answer."""
    with pytest.raises(ParameterError, match="kg wikidata enrich -o FILE"):
        graph.query(name)
    refused = run("query", name)
    assert (2, "", 1) == (refused.exit_code, refused.stdout, len(refused.stderr.splitlines()))
    assert "--enriched FILE gives it, in Python `KnowledgeGraph.open(enriched=FILE)`." in refused.stderr


def test_the_overview_and_the_usage_tell_what_a_query_needs(graph: KnowledgeGraph) -> None:
    """The options stand before the parameters."""
    assert "Usage: kg query wikidata-populations --allow-service [--service]" == graph.queries["wikidata-populations"].usage()
    assert "wikidata-names --enriched FILE [--thing]" in graph.queries["wikidata-names"].usage()
    assert re.search(r"wikidata-codes +ISO codes .* --enriched FILE\n", run().stdout)


# ---- what the other server is asked


@pytest.mark.usefixtures("no_answers")
def test_the_other_server_is_asked_politely_once_and_about_our_things_alone(upstream: str) -> None:
    """One request for all states, with the package's User-Agent; the answer is kept, and told to be when it is used again."""
    with servers.misbehaving_proxy(upstream) as proxy:
        command = ("query", "wikidata-populations", "--allow-service", "--service", proxy.url, "--format", "csv")
        first, again = run(*command), run(*command)
        (seen,) = proxy.seen
    assert seen.headers["User-Agent"].startswith("bilateral-kg/")
    assert {"Q37", "Q159", "Q227", "Q232", "Q399"} == set(re.findall(r"entity/(Q[0-9]+)", seen.query))
    assert (0, "") == (first.exit_code, first.stderr)
    assert first.stdout == again.stdout
    assert 0 == again.exit_code
    assert re.fullmatch(r"kg: Answers kept since \d{4}-\d\d-\d\d were used\.\n", again.stderr)


@pytest.mark.usefixtures("no_answers")
def test_refresh_asks_anew_and_offline_asks_nobody(upstream: str) -> None:
    """`--offline` needs no leave, and finds no answer before one was kept; for other queries both are refused."""
    with servers.misbehaving_proxy(upstream) as proxy:
        query = ("query", "wikidata-populations", "--service", proxy.url)
        offline = run(*query, "--offline")
        assert (1, "") == (offline.exit_code, offline.stdout)
        assert "no answer is kept" in offline.stderr
        for _ in range(2):
            assert 0 == run(*query, "--allow-service", "--refresh").exit_code
        assert 2 == len(proxy.seen)
        assert 0 == run(*query, "--offline").exit_code
        assert 2 == len(proxy.seen)
    assert 2 == run("query", "treaties", "--offline").exit_code


@pytest.mark.usefixtures("no_answers")
@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        (servers.html, "answered with text/html"),
        (servers.truncated(), "damaged or cut off"),
        (servers.answers(403, b"no"), "answered 403"),
        (servers.too_many("9999"), "wants 9999 s of rest"),
    ],
)
def test_what_goes_wrong_there_is_told_in_one_line(upstream: str, behaviour: servers.Behaviour, message: str) -> None:
    """With exit code 1, and no rows."""
    with servers.misbehaving_proxy(upstream, [behaviour]) as proxy:
        result = run("query", "wikidata-populations", "--allow-service", "--service", proxy.url)
    assert (1, "", 1) == (result.exit_code, result.stdout, len(result.stderr.splitlines()))
    assert message in result.stderr


@pytest.mark.usefixtures("no_answers")
def test_without_network_one_line_and_kept_answers(upstream: str) -> None:
    """Exit code 1, with rows if answers were kept, and their date."""
    with servers.misbehaving_proxy(upstream) as proxy:
        query = ("query", "wikidata-populations", "--allow-service", "--service", proxy.url)
        rows = run(*query).stdout
    gone = run(*query, "--refresh")
    assert (1, rows, 1) == (gone.exit_code, gone.stdout, len(gone.stderr.splitlines()))
    assert re.search(r"cannot be reached: .*\. Answers kept since ....-..-.. were used\.$", gone.stderr.strip())
    never = run("query", "wikidata-heads-of-state", "--allow-service", "--service", proxy.url)
    assert (1, "", 1) == (never.exit_code, never.stdout, len(never.stderr.splitlines()))


def test_an_address_that_is_none_is_refused(graph: KnowledgeGraph) -> None:
    """Before anybody is asked."""
    with pytest.raises(ParameterError, match="'service' takes the address of a server, not 'wikidata'"):
        graph.federated("wikidata-populations", service="wikidata")
    with pytest.raises(NotAnEndpoint, match="file:///etc/passwd"):
        graph.federated("wikidata-populations", service="file:///etc/passwd")


@pytest.mark.usefixtures("no_answers")
def test_rows_from_another_server_are_cited_by_what_the_graph_has_of_them(upstream: str, enriched: Path) -> None:
    """The twinning has its sentence; a population has none of the article."""
    twins = KnowledgeGraph.open(enriched=enriched).query("wikidata-twin-town-coordinates")
    assert isinstance(twins, Rows)
    assert {("azkz:twin-sumgayit-aktau".partition(":")[2],)} == {
        tuple(str(citation.fact).rsplit("/", 1)[-1] for citation in row.citations) for row in twins.cited()
    }
    populations = KnowledgeGraph.open().federated("wikidata-populations", service=upstream)
    assert isinstance(populations, Rows)
    assert [()] * 3 == [row.citations for row in populations.cited()]


# ---- any query with SERVICE

QUERY = """PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX ps: <http://www.wikidata.org/prop/statement/>
SELECT ?a ?o {{ ?a a dip:State ; skos:exactMatch ?i . # SERVICE {{ in a comment
{} }} ORDER BY ?a ?o"""


def cut(service: str) -> str:
    return QUERY.format(service).replace("dip:State", "<https://w3id.org/bilateral/ontology#State>")


def test_a_query_is_cut_at_its_service() -> None:
    """What stands before it is asked here, what stands in it there, each with the prefixes that it uses."""
    parts = parted(cut('SERVICE <http://127.0.0.1:9/q> { ?s ps:P463 ?o # }\n . FILTER(?o != "}") ?i ?p ?s }'))
    assert "http://127.0.0.1:9/q" == parts.address
    assert parts.local.startswith("PREFIX skos: <http://www.w3.org/2004/02/skos/core#> SELECT DISTINCT ?i WHERE {")
    assert parts.remote == (
        "PREFIX ps: <http://www.wikidata.org/prop/statement/> SELECT ?s ?o ?i ?p WHERE { VALUES ?i { } "
        '?s ps:P463 ?o . FILTER(?o != "}") ?i ?p ?s }'
    )
    assert parts.after == " } ORDER BY ?a ?o"


@pytest.mark.parametrize(
    ("service", "message"),
    [
        ("", "The query has no SERVICE."),
        ("SERVICE <http://a/> { ?i ?p ?o } SERVICE <http://b/> { ?i ?q ?o }", "SERVICE (line 4) is the second one"),
        ("SERVICE ?i { ?i ?p ?o }", "SERVICE (line 4) must have the address of a server"),
        ("SERVICE SILENT <http://a/> { ?i ?p ?o }", "SERVICE (line 4) must have the address of a server"),
        ("{ SERVICE <http://a/> { ?i ?p ?o } } UNION { ?i ?p ?o }", "SERVICE (line 4) must stand in the outermost group"),
        ("OPTIONAL { ?i ?q ?r SERVICE <http://a/> { ?i ?p ?o } }", "SERVICE (line 4) must stand in the outermost group"),
        ("SERVICE <http://a/> { ?x ?p ?o }", "SERVICE (line 4) shares 0 variables"),
        ("SERVICE <http://a/> { ?i ?a ?o }", "SERVICE (line 4) shares 2 variables"),
    ],
)
def test_what_cannot_be_cut_is_refused_with_its_line(service: str, message: str) -> None:
    """Nothing is sent."""
    with pytest.raises(QuerySyntaxError, match=re.escape(message)):
        parted(cut(service))


@pytest.mark.usefixtures("no_answers")
def test_an_optional_service_leaves_the_other_rows(graph: KnowledgeGraph, upstream: str) -> None:
    """States that the other server says nothing of stay; two of five have codes or are asked for them in vain."""
    text = cut(f"OPTIONAL {{ SERVICE <{upstream}> {{ ?i <http://www.wikidata.org/prop/direct/P297> ?o }} }}")
    answer = graph.sparql(federated(graph.engine, text, lambda url: Client(Endpoint(url))))
    assert isinstance(answer, Rows)
    assert [None, "XX", None, None, None] == [row.o for row in answer]


@pytest.mark.usefixtures("no_answers")
def test_a_blank_node_from_elsewhere_is_refused(graph: KnowledgeGraph, upstream: str) -> None:
    """It means nothing here, and leaving it out would be a row less."""
    text = cut(f"SERVICE <{upstream}> {{ ?i <http://www.wikidata.org/prop/P1082>/ps:P1082 ?o }}")
    with pytest.raises(QueryError, match="blank node"):
        federated(graph.engine, text, lambda url: Client(Endpoint(url)))


class _Answering:
    """What answers every question with one row."""

    def __init__(self, **row: ox.NamedNode | ox.Literal | None) -> None:
        self.row = row

    def ask(self, query: str, things: object) -> list[dict[str, ox.NamedNode | ox.Literal | None]]:
        return [self.row]


LITERALS = st.one_of(
    st.builds(ox.Literal, st.text()),
    st.builds(ox.Literal, st.text(), language=st.sampled_from(["en", "az", "zh-hans"])),
    st.builds(lambda number: ox.Literal(str(number), datatype=ox.NamedNode(XSD + "decimal")), st.integers()),
)


@given(value=LITERALS)
def test_any_value_from_elsewhere_stands_in_the_answer_as_it_came(value: ox.Literal) -> None:
    """Quotation marks, line ends, braces, question marks: none of it is SPARQL."""
    thing = ox.NamedNode("http://example.org/i")
    store = ox.Store()
    store.add(ox.Quad(thing, ox.NamedNode("http://example.org/p"), thing, ox.NamedNode("http://example.org/g")))
    text = "SELECT ?o { ?i ?p ?i . SERVICE <http://127.0.0.1:9/q> { ?i <http://example.org/q> ?o } }"
    answering = cast(Client, _Answering(i=thing, o=value))
    answer = Embedded(store).query(federated(Embedded(store), text, lambda _: answering))
    assert isinstance(answer, ox.QuerySolutions)
    assert [value] == [row["o"] for row in answer]


def test_nobody_is_asked_about_nothing(graph: KnowledgeGraph) -> None:
    """Where the graph has no value for it, there is no request, and no row."""
    reach: Callable[[str], Client] = lambda url: pytest.fail(f"{url} was asked")  # noqa: E731
    text = cut("SERVICE <http://127.0.0.1:9/q> { ?i ?p ?o }").replace("#State>", "#Nothing>")
    answer = graph.sparql(federated(graph.engine, text, reach))
    assert isinstance(answer, Rows)
    assert 0 == len(answer)


# ---- kg sparql --allow-service: the engine's own SERVICE


@pytest.mark.parametrize("engine", ["embedded", "rdflib"])
def test_the_engines_own_service_that_fails_is_told_in_one_line(graph: KnowledgeGraph, engine: str) -> None:
    """With exit code 1, as wherever a server is not reached."""
    text = f"SELECT * {{ SERVICE <http://127.0.0.1:{servers.free_port()}/q> {{ ?s ?p ?o }} }}"
    result = run("sparql", text, "--allow-service", "--engine", engine)
    assert (1, "", 1) == (result.exit_code, result.stdout, len(result.stderr.splitlines()))
    assert result.stderr.startswith("kg: SERVICE: ")
    with pytest.raises(Unreachable):
        graph.sparql(text, reach_out=True)


def test_what_an_engine_does_not_raise_on_purpose_is_told_as_an_error_of_a_query() -> None:
    """In one line, and without reaching out never as a server that does not answer."""
    with pytest.raises(QueryError, match=r"^The query cannot be answered: out of files$"), answering(reach_out=False):
        raise OSError("out of\nfiles")
    with pytest.raises(Unreachable, match=r"^SERVICE: out of files$"), answering(reach_out=True):
        raise RuntimeError("out of files")
