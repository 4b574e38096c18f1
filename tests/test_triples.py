"""Triples of a CONSTRUCT or DESCRIBE, and a true ASK, are cited by the same machinery as rows and descriptions."""

from pathlib import Path

import pyoxigraph as ox
import pytest
import servers
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from kg import KnowledgeGraph
from kg.cli import cli
from kg.errors import ParameterError, QuerySyntaxError, RefusedQuery, Unreachable
from kg.load import parse_text
from kg.namespaces import DIP, ID, PROV, RDF
from kg.triples import Triples

AZKZ = ID + "azerbaijan-kazakhstan/"
RELATIONS = "CONSTRUCT WHERE { id:azerbaijan dip:diplomaticRelationWith id:kazakhstan }"


def constructed(graph: KnowledgeGraph, text: str) -> Triples:
    answer = graph.sparql(text)
    assert isinstance(answer, Triples)
    return answer


TEXTS = st.text('a \t\n\r"\\\x0b\x85\u2028.\u00e9\U0001f600', max_size=4)
OBJECTS = (
    st.sampled_from([ox.NamedNode("x:o"), ox.NamedNode("x:o1"), ox.BlankNode("a"), ox.BlankNode("a1"), ox.BlankNode("a.1")])
    | st.builds(ox.Literal, TEXTS)
    | st.builds(lambda text: ox.Literal(text, language="en"), TEXTS)
    | st.builds(lambda text: ox.Literal(text, datatype=ox.NamedNode("x:o")), TEXTS)
)


@given(st.lists(st.builds(lambda value: ox.Triple(ox.NamedNode("x:s"), ox.NamedNode("x:p"), value), OBJECTS)))
def test_triples_are_in_the_order_of_their_text(triples: list[ox.Triple]) -> None:
    """Each once, whatever text is in them."""
    assert sorted(set(triples), key=str) == list(Triples.of(triples))


def test_a_triple_has_the_citations_that_a_description_gives_it(graph: KnowledgeGraph) -> None:
    """An inferred one those of its shortest proof."""
    (citations,) = constructed(graph, RELATIONS).citations()
    told = graph.describe("Azerbaijan").statements
    (there,) = (
        one
        for one in told
        if one.predicate.iri == DIP + "diplomaticRelationWith" and getattr(one.value, "iri", "") == ID + "kazakhstan" and not one.inverse
    )
    assert there.citations == citations
    assert [(AZKZ + "s07", True)] == [(citation.segment, citation.inferred) for citation in citations]


def test_a_cited_construct_has_a_statement_for_each_triple_with_its_fact_and_segments(graph: KnowledgeGraph) -> None:
    """In every RDF format: here after a way through Turtle."""
    triples = parse_text(constructed(graph, RELATIONS).cited().write("turtle"), Path("answer.ttl")).triples
    by_predicate = {triple.predicate.value: getattr(triple.object, "value", "") for triple in triples}
    assert ID + "kazakhstan" == by_predicate[RDF + "object"]
    sources = {getattr(triple.object, "value", "") for triple in triples if triple.predicate.value == PROV + "hadPrimarySource"}
    assert {AZKZ + name for name in ("s07", "s01", "i01", "i02")} == sources
    assert by_predicate[PROV + "wasDerivedFrom"].startswith(AZKZ)
    assert 1 + 9 == len(triples)


def test_what_a_construct_makes_up_rests_on_nothing(graph: KnowledgeGraph) -> None:
    """A triple with a property of its own, or about a thing without a name, is as it was."""
    made_up = constructed(graph, "CONSTRUCT { ?s <x:y> ?o . [] dip:host ?o } WHERE { ?s dip:diplomaticRelationWith ?o }")
    assert {()} == set(made_up.citations())
    assert made_up == made_up.cited()


def test_a_true_ask_is_cited_by_the_solutions_of_its_pattern(graph: KnowledgeGraph) -> None:
    """With its variables as columns; one without variables has a row without columns."""
    rows = graph.grounds("ASK { ?embassy a dip:Embassy ; dip:sendingState id:azerbaijan }")
    assert (("embassy",), [[AZKZ + "emb-az-kz"]]) == (rows.columns, [[getattr(value, "iri", value) for value in row] for row in rows])
    assert [[AZKZ + "s02"]] == [[citation.segment for citation in row.citations] for row in rows]
    (row,) = graph.grounds("ASK { id:azerbaijan dip:diplomaticRelationWith id:kazakhstan }")
    assert [AZKZ + "s07"] == [citation.segment for citation in row.citations]
    assert 10 == len(graph.grounds("ASK { ?fact a dip:ReportedFact }"))
    assert [] == list(graph.grounds("ASK { id:azerbaijan dip:diplomaticRelationWith id:russia }"))


def test_an_ask_that_reaches_out_has_grounds_where_that_is_allowed(graph: KnowledgeGraph) -> None:
    """A server that does not answer matters not where the query says so (SILENT), and else is told as such."""
    address = f"<http://127.0.0.1:{servers.free_port()}/q>"
    silent = f"ASK {{ ?embassy a dip:Embassy ; dip:sendingState id:azerbaijan SERVICE SILENT {address} {{ }} }}"
    (row,) = graph.grounds(silent, reach_out=True)
    assert row.citations
    with pytest.raises(RefusedQuery, match="SERVICE"):
        graph.grounds(silent)
    with pytest.raises(Unreachable, match="SERVICE: "):
        graph.grounds(silent.replace("SILENT ", ""), reach_out=True)


def test_only_an_ask_has_grounds(graph: KnowledgeGraph) -> None:
    """What is asked otherwise has rows or triples."""
    with pytest.raises(QuerySyntaxError):
        graph.grounds("SELECT * { ?s ?p ?o }")


def test_a_stored_query_with_its_parameters_is_a_text(graph: KnowledgeGraph) -> None:
    """Which is a query as it stands."""
    text = graph.bound("has-diplomatic-relations", a="Azerbaijan", b="Kazakhstan")
    assert "<https://w3id.org/bilateral/id/azerbaijan> dip:diplomaticRelationWith <https://w3id.org/bilateral/id/kazakhstan>" in text
    assert graph.sparql(text) is True
    with pytest.raises(ParameterError):
        graph.bound("has-diplomatic-relations")


def test_the_command_cites_an_ask() -> None:
    """Below the yes; a no is a no; a class is stated by no sentence."""
    run = CliRunner().invoke(cli, ["query", "has-diplomatic-relations", "--a", "Azerbaijan", "--b", "Kazakhstan", "--cite"])
    assert (0, "true", "Sources") == (run.exit_code, run.stdout.splitlines()[0], run.stdout.splitlines()[2])
    assert "(s07)" in run.stdout
    run = CliRunner().invoke(cli, ["sparql", "ASK { id:azerbaijan dip:host id:baku }", "--cite"])
    assert (1, "false\n") == (run.exit_code, run.stdout)
    run = CliRunner().invoke(cli, ["sparql", "ASK { id:azerbaijan a dip:State }", "--cite"])
    assert (0, "true\n\nSources\n  no sentence found for this answer\n") == (run.exit_code, run.stdout)


def test_the_command_cites_a_construct_and_says_what_it_could_not_cite() -> None:
    """The labels of things are stated by no sentence."""
    text = """CONSTRUCT { id:baku rdfs:label ?label . ?s dip:diplomaticRelationWith ?o }
        WHERE { id:baku rdfs:label ?label . ?s dip:diplomaticRelationWith ?o }"""
    run = CliRunner().invoke(cli, ["sparql", text, "--cite"])
    assert 0 == run.exit_code
    assert "prov:hadPrimarySource azkz:i01 , azkz:i02 , azkz:s01 , azkz:s07" in run.stdout
    assert "kg: no sentence was found for 1 of 3 triples.\n" == run.stderr


def test_results_json_has_what_rows_rest_on_in_variables_of_their_own(graph: KnowledgeGraph) -> None:
    """Any reader of SPARQL results finds them; a column of the query's own keeps its name."""
    rows = graph.sparql("SELECT ?embassy ('x' AS ?sources) { ?embassy a dip:Embassy ; dip:sendingState id:azerbaijan }")
    assert not isinstance(rows, bool | Triples)
    plain, cited = (ox.parse_query_results(one.to_srj(), ox.QueryResultsFormat.JSON) for one in (rows, rows.cited()))
    assert isinstance(plain, ox.QuerySolutions)
    assert isinstance(cited, ox.QuerySolutions)
    assert ["embassy", "sources"] == [variable.value for variable in plain.variables]
    (solution,) = cited
    assert ox.Literal("x") == solution["sources"]
    assert ox.Literal("lead section, paragraph 1, sentence 2 (s02), no reference") == solution["sources_of_row"]
    assert ox.Literal("Wikipedia contributors") == solution["voices"]
    assert solution["hedges"] is None


def test_markdown_has_voices_and_hedges_where_there_are_any(graph: KnowledgeGraph) -> None:
    """And no empty columns for them where there are none."""
    rows = graph.sparql("SELECT ?hedge { ?fact dip:hedge ?hedge } ORDER BY ?hedge")
    assert not isinstance(rows, bool | Triples)
    head, _, first, *_ = rows.cited().to_markdown().splitlines()
    assert "| hedge | sources | voices | hedges |" == head
    hedge = first.split(" | ")[0].removeprefix("| ")
    assert first.endswith(f"| {hedge} |")
    rows = graph.sparql("SELECT ?embassy { ?embassy a dip:Embassy }")
    assert not isinstance(rows, bool | Triples)
    assert "| embassy | sources | voices |" == rows.cited().to_markdown().splitlines()[0]
