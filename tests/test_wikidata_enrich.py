"""What Wikidata adds to the linked items, over a real server that holds the snapshot and some made-up claims."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox
import pytest
import servers
from click.testing import CliRunner, Result

from kg import KnowledgeGraph
from kg.cli import cli
from kg.endpoint import Endpoint
from kg.errors import FormatError, ParseError
from kg.namespaces import WIKIDATA, WIKIDATA_GRAPH, WIKIDATA_PREFIXES
from kg.rows import Rows
from kg.wikidata.client import Client
from kg.wikidata.enrich import PROPERTIES, Enrichment, read_enriched

SNAPSHOT = Path(__file__).parent / "wikidata" / "snapshot.ttl"

MADE_UP = """
@prefix geo: <http://www.opengis.net/ont/geosparql#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix wd: <http://www.wikidata.org/entity/> .
@prefix wdt: <http://www.wikidata.org/prop/direct/> .
wd:Q649 rdfs:label "xx-ru"@ru , "xx-kk"@kk , "xx-az"@az , "xx-fr"@fr ;
    wdt:P625 "Point(1.5 2.5)"^^geo:wktLiteral ; wdt:P297 "XX" ; wdt:P298 "XXX" ; wdt:P300 "XX-YYY" ;
    wdt:P18 <http://commons.wikimedia.org/wiki/Special:FilePath/Made%20up%2C%20o%CC%88.jpg> .
"""

LABELS = f"SELECT ?label {{ GRAPH <{WIKIDATA_GRAPH}> {{ <{WIKIDATA}Q649> rdfs:label ?label }} }} ORDER BY ?label"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The query URL of a server that holds the snapshot and the made-up claims."""
    more = tmp_path_factory.mktemp("more") / "more.ttl"
    more.write_text(MADE_UP)
    with servers.oxigraph_server(SNAPSHOT, more) as base:
        yield f"{base}/query"


@pytest.fixture
def linked(other_data: Path, no_answers: None) -> Path:
    """The made-up pair with two links to items."""
    with (other_data / "relations.ttl").open("a") as file:
        file.write("@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix wd: <http://www.wikidata.org/entity/> .\n")
        file.write("id:graustark skos:exactMatch wd:Q649 . id:ruritania skos:closeMatch wd:Q34266 .\n")
    return other_data


@pytest.fixture
def enriched(linked: Path, endpoint: str, tmp_path: Path) -> Path:
    """The file that `kg wikidata enrich` writes for them."""
    file = tmp_path / "enriched.trig"
    result = run("wikidata", "enrich", "--no-cache", "--data", str(linked), "--endpoint", endpoint, "-o", str(file))
    assert result.exit_code == 0
    assert result.stderr == "kg: 11 triples about 2 items.\n"
    return file


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def test_labels_codes_place_and_image(linked: Path, endpoint: str) -> None:
    """The items have their labels in four languages, coordinates, codes and image, and the image its name in Commons."""
    found = KnowledgeGraph.open(linked, cache=False).enrichment(Client(Endpoint(endpoint)))
    moscow, empire = ox.NamedNode(WIKIDATA + "Q649"), ox.NamedNode(WIKIDATA + "Q34266")
    label = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    image = ox.NamedNode("http://commons.wikimedia.org/wiki/Special:FilePath/Made%20up%2C%20o%CC%88.jpg")
    direct = {name: ox.NamedNode(WIKIDATA_PREFIXES["wdt"] + number) for name, number in PROPERTIES.items()}
    assert set(found.triples) == {
        ox.Triple(moscow, label, ox.Literal("Moscow", language="en")),
        ox.Triple(moscow, label, ox.Literal("xx-az", language="az")),
        ox.Triple(moscow, label, ox.Literal("xx-kk", language="kk")),
        ox.Triple(moscow, label, ox.Literal("xx-ru", language="ru")),
        ox.Triple(empire, label, ox.Literal("Russian Empire", language="en")),
        ox.Triple(
            moscow,
            direct["coordinate location"],
            ox.Literal("Point(1.5 2.5)", datatype=ox.NamedNode(WIKIDATA_PREFIXES["geo"] + "wktLiteral")),
        ),
        ox.Triple(moscow, direct["ISO 3166-1 alpha-2 code"], ox.Literal("XX")),
        ox.Triple(moscow, direct["ISO 3166-1 alpha-3 code"], ox.Literal("XXX")),
        ox.Triple(moscow, direct["ISO 3166-2 code"], ox.Literal("XX-YYY")),
        ox.Triple(moscow, direct["image"], image),
        ox.Triple(image, ox.NamedNode("http://schema.org/name"), ox.Literal("Made up, o\u0308.jpg")),
    }


def test_the_graph_tells_its_own_origin() -> None:
    """The graph says that it is from the endpoint, when it was made, and that it is in the public domain; the same gives the same text."""
    triple = ox.Triple(ox.NamedNode(WIKIDATA + "Q1"), ox.NamedNode(WIKIDATA_PREFIXES["wdt"] + "P297"), ox.Literal("XX"))
    found = Enrichment("https://example.org/sparql", datetime(2026, 11, 25, 12, 30, 15, 999, tzinfo=UTC), (triple,), 1)
    assert found.to_trig() == (
        "@prefix dcterms: <http://purl.org/dc/terms/> .\n"
        "@prefix graph: <https://w3id.org/bilateral/graph/> .\n"
        "@prefix prov: <http://www.w3.org/ns/prov#> .\n"
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
        "@prefix wd: <http://www.wikidata.org/entity/> .\n"
        "@prefix wdt: <http://www.wikidata.org/prop/direct/> .\n"
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        "graph:wikidata {\n"
        '\twd:Q1 wdt:P297 "XX" .\n'
        "\tgraph:wikidata a prov:Entity ;\n"
        "\t\tdcterms:license <https://creativecommons.org/publicdomain/zero/1.0/> ;\n"
        '\t\tprov:generatedAtTime "2026-11-25T12:30:15+00:00"^^xsd:dateTime ;\n'
        "\t\tprov:wasDerivedFrom <https://example.org/sparql> .\n"
        "}\n"
    )


def test_what_is_written_is_read_again(enriched: Path, endpoint: str) -> None:
    """The file has the triples and their origin, all in the graph of Wikidata."""
    quads = read_enriched(enriched)
    assert len(quads) == 15
    assert {quad.graph_name for quad in quads} == {ox.NamedNode(WIKIDATA_GRAPH)}
    origin = [str(quad.object) for quad in quads if quad.predicate.value.endswith("wasDerivedFrom")]
    assert origin == [f"<{endpoint}>"]


def test_the_enriched_graph_is_found_with_graph_alone(linked: Path, enriched: Path) -> None:
    """GRAPH finds the labels; without it nothing of Wikidata is said, and all names and counts stay as they were."""
    plain, graph = KnowledgeGraph.open(linked, cache=False), KnowledgeGraph.open(linked, cache=False, enriched=enriched)
    answer = graph.sparql(LABELS)
    assert isinstance(answer, Rows)
    assert sorted(str(row.label) for row in answer) == ["Moscow", "xx-az", "xx-kk", "xx-ru"]
    assert graph.sparql(f"ASK {{ <{WIKIDATA}Q649> rdfs:label ?label }}") is False
    assert graph.counts == plain.counts
    assert graph.export("nquads") == plain.export("nquads")
    assert list(graph.dataset.quads()) == list(plain.dataset.quads())


def test_a_join_of_facts_and_items(linked: Path, enriched: Path) -> None:
    """A link joins a thing of the graph with what the enriched graph says of its item."""
    query = f"""SELECT ?code {{ id:graustark skos:exactMatch ?item
        GRAPH <{WIKIDATA_GRAPH}> {{ ?item <{WIKIDATA_PREFIXES["wdt"]}P297> ?code }} }}"""
    result = run("sparql", query, "--no-cache", "--data", str(linked), "--enriched", str(enriched))
    assert result.stdout.splitlines() == ["code", "XX"]


def test_a_graph_as_of_a_day_keeps_what_enriches_it(linked: Path, enriched: Path) -> None:
    """As of a day, the enriched graph is there still."""
    graph = KnowledgeGraph.open(linked, cache=False, enriched=enriched).as_of(datetime(1901, 5, 2, tzinfo=UTC).date())
    answer = graph.sparql(LABELS)
    assert isinstance(answer, Rows)
    assert len(answer) == 4


def test_rdflib_takes_no_enriched_graph(linked: Path, enriched: Path) -> None:
    """An engine that cannot keep it apart does not take it."""
    with pytest.raises(FormatError, match=r"^The rdflib engine does not take an enriched graph; use the embedded one\.$"):
        KnowledgeGraph.open(linked, cache=False, engine="rdflib", enriched=enriched)


def test_another_graph_in_the_file_is_refused(tmp_path: Path) -> None:
    """A file with another graph than Wikidata's is refused, so that nothing gets among the facts."""
    file = tmp_path / "other.trig"
    file.write_text("<https://w3id.org/bilateral/graph/asserted> { <http://example.org/a> a <http://example.org/b> }")
    with pytest.raises(ParseError) as caught:
        read_enriched(file)
    assert str(caught.value) == (
        f"{file}: has <https://w3id.org/bilateral/graph/asserted>, and is to have the graph <{WIKIDATA_GRAPH}> alone; "
        "write it with `kg wikidata enrich`."
    )


def test_what_is_no_trig_is_refused_with_its_line(tmp_path: Path) -> None:
    """A syntax error is told with file and line."""
    file = tmp_path / "broken.trig"
    file.write_text("@prefix wd: <http://www.wikidata.org/entity/> .\nwd:Q1 oops .\n")
    with pytest.raises(ParseError) as caught:
        read_enriched(file)
    assert str(caught.value).startswith(f"{file}:2: is no TriG: ")
