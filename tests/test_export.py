"""The dataset written out."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib.compare import isomorphic
from test_load import TRIPLES

from kg import KnowledgeGraph
from kg.errors import FormatError
from kg.export import FACT_COLUMNS, graphs_named, stream, write_triples
from kg.formats import RDF_FORMATS
from kg.load import PARSERS, sorted_triples, to_rdflib
from kg.namespaces import DIP

RDFLIB_NAMES = {"turtle": "turtle", "jsonld": "json-ld", "ntriples": "nt", "nquads": "nquads", "trig": "trig", "rdfxml": "xml"}


def parsed(text: str, format: str) -> list[ox.Triple]:
    return sorted_triples(quad.triple for quad in ox.parse(text, format=PARSERS[format]))


@pytest.mark.parametrize("format", RDF_FORMATS)
def test_each_format_comes_back_as_the_same_graph(graph: KnowledgeGraph, article_data: tuple[ox.Triple, ...], format: str) -> None:
    """Read by pyoxigraph: literal for literal."""
    assert sorted_triples(article_data) == parsed(graph.export(format), format)


@pytest.mark.parametrize("format", ["turtle", "jsonld", "rdfxml", "ntriples"])
def test_rdflib_reads_an_isomorphic_graph(graph: KnowledgeGraph, article_data: tuple[ox.Triple, ...], format: str) -> None:
    """The other library agrees."""
    read = rdflib.Graph().parse(data=graph.export(format), format=RDFLIB_NAMES[format])
    assert isomorphic(to_rdflib(article_data), read)


@pytest.mark.parametrize("format", RDF_FORMATS)
def test_the_whole_dataset_comes_back(graph: KnowledgeGraph, format: str) -> None:
    """Asserted, closure, ontology and links together."""
    everything = sorted_triples(quad.triple for quad in graph.dataset.quads())
    assert everything == parsed(graph.export(format, graphs=("asserted", "closure", "ontology", "links")), format)


def test_formats_with_graphs_name_them(graph: KnowledgeGraph) -> None:
    """N-Quads and TriG tell asserted from inferred."""
    for format in ("nquads", "trig"):
        quads = ox.parse(graph.export(format, graphs=("asserted", "closure")), format=PARSERS[format])
        assert {"asserted", "closure"} == {str(getattr(quad.graph_name, "value", "")).rsplit("/", 1)[-1] for quad in quads}


def test_json_ld_has_its_context_inside_and_reads_well(graph: KnowledgeGraph) -> None:
    """Own terms by bare names, things by CURIEs."""
    document = json.loads(graph.export("jsonld"))
    assert isinstance(document["@context"], dict)
    (embassy,) = [node for node in document["@graph"] if node["@id"] == "azkz:emb-kz-az"]
    assert ("Embassy", "id:kazakhstan", "id:azerbaijan", "id:baku", "azkz:s03") == tuple(
        embassy[name] for name in ("@type", "sendingState", "receivingState", "seat", "statedIn")
    )


@given(TRIPLES, st.sampled_from(RDF_FORMATS))
def test_any_text_survives_any_format(triples: list[ox.Triple], format: str) -> None:
    """Also a text with a line break that ends in an escaped quotation mark; RDF/XML cannot hold control characters."""
    if format == "rdfxml" and any(
        ord(letter) < 32 or letter in "\ufffe\uffff" for triple in triples for letter in str(getattr(triple.object, "value", ""))
    ):
        return
    assert sorted_triples(triples) == parsed(write_triples(triples, format).decode(), format)


def test_the_text_that_breaks_rdflib_is_written_well() -> None:
    """rdflib 7.6 closes the quotation too early here."""
    node = ox.NamedNode("http://example.org/a")
    triples = [ox.Triple(node, node, ox.Literal('a\n\\"'))]
    assert triples == parsed(write_triples(triples, "turtle").decode(), "turtle")


def test_exports_do_not_depend_on_the_hash_seed(graph: KnowledgeGraph) -> None:
    """Byte for byte, in every format, in processes with other seeds."""
    program = (
        "import hashlib; from kg import KnowledgeGraph; graph = KnowledgeGraph.open();"
        "formats = ['turtle', 'jsonld', 'ntriples', 'nquads', 'trig', 'rdfxml', 'csv'];"
        "print([hashlib.sha256(graph.export(f, graphs=('asserted', 'closure')).encode()).hexdigest() for f in formats])"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert 1 == len(seen)
    assert 7 == len(json.loads(seen.pop().replace("'", '"')))


def test_the_table_of_facts_has_one_line_for_each_fact(graph: KnowledgeGraph) -> None:
    """With its narrowest class, its sentence, its voice and its references."""
    lines = list(csv.DictReader(io.StringIO(graph.export("csv"))))
    assert FACT_COLUMNS == tuple(lines[0])
    assert graph.counts["facts"] == len(lines) == len({line["iri"] for line in lines})
    (line,) = [line for line in lines if line["iri"].endswith("/visit-ilham-2004")]
    assert ("state visit", "s26", "Wikipedia contributors", "", "2004-03", "2004-03-01", "2004-03-31") == tuple(
        line[name] for name in ("class", "segment", "voices", "references", "date", "not_before", "not_after")
    )


def test_the_table_of_facts_has_the_year_of_a_figure(graph: KnowledgeGraph) -> None:
    """Its period is its date, as in the timeline; no line has a first and a last day and no date."""
    lines = list(csv.DictReader(io.StringIO(graph.export("csv"))))
    figures = [line for line in lines if line["class"] == "trade figure"]
    assert [("s39", "2005", "2005-01-01", "2005-12-31")] * 2 == [
        tuple(line[name] for name in ("segment", "date", "not_before", "not_after")) for line in figures
    ]
    assert [] == [line["iri"] for line in lines if line["not_before"] and line["not_after"] and not line["date"]]


def test_the_table_of_facts_is_in_the_order_of_the_article(graph: KnowledgeGraph, other_data: Path) -> None:
    """The sentences from the first, then the references, then the external links. The order is that of their places, not of their names."""
    segments = [line["segment"] for line in csv.DictReader(io.StringIO(graph.export("csv")))]
    assert ("s02", "s48", "r04", "x03") == (segments[0], [one for one in segments if one[0] == "s"][-1], segments[-10], segments[-1])
    assert segments == sorted(segments, key=lambda one: ("srx".index(one[0]), one))
    path = other_data / "relations.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("oa:start 0 ; oa:end 3 ", "oa:start 90 ; oa:end 93 "), encoding="utf-8")
    ordered = [line["segment"] for line in csv.DictReader(io.StringIO(KnowledgeGraph.open(other_data, cache=False).export("csv")))]
    assert ["s02", "s02", "s01"] == ordered


@pytest.mark.parametrize("format", RDF_FORMATS)
def test_what_is_streamed_says_what_the_data_say(graph: KnowledgeGraph, article_data: tuple[ox.Triple, ...], format: str) -> None:
    """Whatever the format; the names of graphs may come one by one, and twice."""
    file = io.BytesIO()
    stream(graph.dataset.quads(graphs_named(name for name in ("asserted", "asserted"))), file, format)
    assert sorted_triples(article_data) == parsed(file.getvalue().decode(), format)


def test_unknown_formats_and_graphs_are_refused(graph: KnowledgeGraph) -> None:
    """With the nearest."""
    with pytest.raises(FormatError, match=r"'turtel'\. Did you mean turtle"):
        graph.export("turtel")
    with pytest.raises(FormatError, match="cannot be written as 'md'"):
        graph.export("md")
    with pytest.raises(FormatError, match="No graph is called 'inferred'"):
        graph.export("turtle", graphs=("inferred",))


@pytest.mark.parametrize(
    ("prefix", "space", "iri"),
    [
        ("", "http://example.org/", "http://example.org/a"),
        ("ex", "http://example.org/x_", "http://example.org/x_a"),
        ("treaty", "http://example.org/", "https://w3id.org/bilateral/ontology#treaty"),
        ("urn", "http://example.org/", "urn:foo:bar"),
    ],
)
def test_prefixes_that_json_ld_would_mistake_do_no_harm(prefix: str, space: str, iri: str) -> None:
    """Without a name, without an end that separates, with the name of a term, or of a scheme."""
    node = ox.NamedNode(iri)
    triples = [ox.Triple(node, node, node), ox.Triple(node, node, ox.Literal("x"))]
    assert sorted_triples(triples) == parsed(write_triples(triples, "jsonld", {prefix: space, "dip": DIP}).decode(), "jsonld")


@given(st.sampled_from(["http://e/", "http://e/x#", "urn:x:"]), st.text("aZ1_-.:/é", max_size=4), st.text(max_size=4))
def test_what_is_written_as_rdf_xml_is_xml(space: str, end: str, text: str) -> None:
    """And says the same, for whatever property and text; or it is said that XML cannot."""
    triple = ox.Triple(ox.NamedNode("http://e/s"), ox.NamedNode(space + end), ox.Literal(text))
    if re.search(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]", text) or not re.search(r"[A-Za-z_é][^/:#]*$", space + end):
        with pytest.raises(FormatError, match="RDF/XML cannot"):
            write_triples([triple], "rdfxml")
    else:
        written = write_triples([triple], "rdfxml")
        ElementTree.fromstring(written)  # noqa: S314 - written here
        assert [triple] == parsed(written.decode(), "rdfxml")


def test_a_stream_of_rdf_xml_is_refused_where_it_would_be_none() -> None:
    """With the property, or the character."""
    graph, node = ox.NamedNode("x:g"), ox.NamedNode("http://e/1")
    for quad, message in (
        (ox.Quad(node, node, node, graph), "RDF/XML cannot name the property <http://e/1>, whose end is no name of XML"),
        (
            ox.Quad(node, ox.NamedNode("http://e/p"), ox.Literal("\a"), graph),
            r"cannot hold the character U\+0007, which a text of <http://e/1> has",
        ),
    ):
        with pytest.raises(FormatError, match=message):
            stream([quad], io.BytesIO(), "rdfxml")


def test_json_ld_has_the_direction_of_a_text_and_no_triple_about_a_triple() -> None:
    """The second is said; nothing is written that means something else."""
    node = ox.NamedNode("http://e/s")
    directed = ox.Triple(node, node, ox.Literal("x", language="ar", direction=ox.BaseDirection.RTL))
    assert [directed] == parsed(write_triples([directed], "jsonld").decode(), "jsonld")
    with pytest.raises(FormatError, match="JSON-LD cannot hold a triple about the triple"):
        write_triples([ox.Triple(node, node, directed)], "jsonld")
