"""The graph as of a day."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result
from test_store import Quiet

from kg import KnowledgeGraph, paths
from kg.as_of import _said_only_by
from kg.cli import cli
from kg.errors import ConfigError
from kg.namespaces import RDF
from kg.rows import Rows
from kg.store.build import build_store

AZKZ = "https://w3id.org/bilateral/id/azerbaijan-kazakhstan/"
PERIODS = """
grru:tenure a dip:OfficeTenure ; rdfs:label "Yetive reigned from 1890 to 1895"@en ; org:member id:yetive ;
    dip:office id:princess-of-graustark ; dip:incumbency dip:former ; dip:date "1890/1895"^^edtf:EDTF ;
    dip:notBefore "1890-01-01"^^xsd:date ; dip:notAfter "1895-12-31"^^xsd:date ;
    dip:statedIn grru:s02 ; dip:assertedBy id:wikipedia-contributors .
id:edelweiss a schema:City ; rdfs:label "Edelweiss"@en .
id:streslau dip:twinnedWith id:edelweiss .
grru:twins a dip:BinaryFact ; rdfs:label "Streslau and Edelweiss became twin towns in 1893"@en ; rdf:subject id:streslau ;
    rdf:predicate dip:twinnedWith ; rdf:object id:edelweiss ; dip:date "1893"^^xsd:gYear ; dip:notBefore "1893-01-01"^^xsd:date ;
    dip:notAfter "1893-12-31"^^xsd:date ; dip:statedIn grru:s02 ; dip:assertedBy id:wikipedia-contributors .
grru:feast a dip:ReportedEvent ; rdfs:label "A feast was held"@en ; dip:detailOf grru:twins ; dip:statedIn grru:s02 ;
    dip:assertedBy id:wikipedia-contributors .
"""


def rows(graph: KnowledgeGraph, name: str, **parameters: object) -> Rows:
    answer = graph.query(name, **parameters)
    assert isinstance(answer, Rows)
    return answer


def last_parts(answer: Rows, column: str) -> list[str]:
    return [str(getattr(row[column], "iri", row[column])).rsplit("/", 1)[-1] for row in answer]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("1992-08-26", []),
        ("1992-08-27", ["diplomatic-relations"]),
        ("2001-11-29", ["diplomatic-relations", "unesco-anniversaries", "sig-caspian-2001"]),
        ("2004-03-01", ["diplomatic-relations", "unesco-anniversaries", "sig-caspian-2001", "visit-ilham-2004"]),
    ],
)
def test_what_is_dated_later_is_left_out(graph: KnowledgeGraph, day: str, expected: list[str]) -> None:
    """What has happened by then stays; a month that has begun counts as possible."""
    found = last_parts(rows(graph.as_of(date.fromisoformat(day)), "timeline"), "fact")
    assert [*expected, "conferral-polad-ref12"] == found  # told to be by December 2010: any day before is allowed


def test_a_fact_without_a_date_stays_and_is_marked(graph: KnowledgeGraph) -> None:
    """Memberships are undated in the article; the signing of 2001 is not."""
    before = graph.as_of(date(1990, 1, 1))
    assert [True] * 12 == [row.undated for row in rows(before, "memberships")]
    assert [False, True, True] == sorted(row.undated for row in rows(graph.as_of(date(2002, 1, 1)), "treaties"))
    assert "undated" not in rows(graph, "memberships").to_csv()
    assert rows(before, "memberships").to_csv().splitlines()[1].endswith(",undated")


def test_a_date_that_is_open_at_its_beginning_is_a_date(graph: KnowledgeGraph) -> None:
    """The title of reference 12 tells an award given by 15 December 2010: unmarked wherever that fact is told, with its date beside it.

    Sentence 41 tells the same award without a date: that fact is marked, and the row of honours, which rests on both.
    """
    before = graph.as_of(date(1993, 1, 1))
    told, undated = (AZKZ + name for name in ("conferral-polad-ref12", "conferral-polad"))
    (row,) = [row for row in rows(before, "timeline") if getattr(row["fact"], "iri", "") == told]
    assert ("[..2010-12-15]", False) == (row["date"], row.undated)
    for thing in ("Nursultan Nazarbayev", "Polad Bülbüloğlu"):
        marks = {getattr(one.value, "iri", ""): one.undated for one in before.describe(thing).facts}
        assert not marks[told]
        assert marks.get(undated, True)
        (line,) = [line for line in str(before.describe(thing)).splitlines() if "Nazarbayev gave Polad" in line]
        assert line.endswith("; date: [..2010-12-15])")
    (honour,) = rows(before, "honours", recipient="Polad Bülbüloğlu")
    assert honour.undated
    assert [undated] == [citation.fact for citation in honour.citations if citation.undated]


def test_what_others_say_without_a_date_is_marked(graph: KnowledgeGraph) -> None:
    """The title of Polad Bülbüloğlu; not the celebrations, which UNESCO dates."""
    before = graph.as_of(date(2000, 1, 1))
    assert "  holds title: National Artist of Azerbaijan (undated)" in str(before.describe("Polad Bülbüloğlu")).splitlines()
    celebrations = "  associated with: celebrations of anniversaries since 1996 (date: 1996/..)"
    assert celebrations in str(before.describe("UNESCO")).splitlines()
    assert () == graph.as_of(date(1995, 1, 1)).describe("UNESCO").attributed


def test_what_follows_from_a_fact_goes_with_it(graph: KnowledgeGraph) -> None:
    """Diplomatic relations are inferred from the establishment of 27 August 1992; missions have no date."""
    text = "ASK { id:azerbaijan dip:diplomaticRelationWith id:kazakhstan }"
    assert [True, True, False] == [
        graph.sparql(text),
        graph.as_of(date(1992, 8, 27)).sparql(text),
        graph.as_of(date(1992, 8, 26)).sparql(text),
    ]
    assert graph.as_of(date(1992, 8, 26)).sparql("ASK { id:azerbaijan dip:hasMissionTo id:kazakhstan }")


def test_an_event_of_several_days_stays_when_it_is_over(graph: KnowledgeGraph) -> None:
    """The inauguration of 11 and 12 January 2006 has happened in February."""
    found = last_parts(rows(graph.as_of(date(2006, 2, 1)), "timeline"), "fact")
    assert "inauguration-2006" in found


@pytest.mark.parametrize(
    ("name", "column", "day", "gone"),
    [
        ("occasions", "occasion", date(2001, 11, 28), {"cis-summit-2001"}),
        ("named-after", "thing", date(2006, 9, 24), {"abai-centre", "azerbaijani-culture-center-in-cambul"}),
        ("named-after", "thing", date(2010, 12, 31), {"abai-centre"}),
    ],
)
def test_what_hangs_on_a_later_fact_goes_with_it(graph: KnowledgeGraph, name: str, column: str, day: date, gone: set[str]) -> None:
    """The summit at which a treaty was signed the day after; the names of centres that open later."""
    before, after = (set(last_parts(rows(one, name), column)) for one in (graph.as_of(day), graph))
    assert gone == after - before - {"inauguration-2006"}


@pytest.fixture
def periods(other_data: Path) -> KnowledgeGraph:
    """The made-up pair with a tenure from 1890 to 1895, and with a twinning of 1893 and its detail."""
    with (other_data / "relations.ttl").open("a", encoding="utf-8") as file:
        file.write("@prefix edtf: <http://id.loc.gov/datatypes/edtf/> ." + PERIODS)
    return KnowledgeGraph.open(other_data)


def test_a_period_is_over_after_its_end(periods: KnowledgeGraph) -> None:
    """A tenure of 1890/1895 is there in 1890 and in 1895, and neither before nor after."""
    found = [len(rows(periods.as_of(date(year, 6, 30)), "offices", holder="Yetive")) for year in (1889, 1890, 1895, 1896)]
    assert [1, 2, 2, 1] == found  # one tenure has no date


def test_the_details_and_the_plain_triple_of_a_fact_go_with_it(periods: KnowledgeGraph) -> None:
    """Two towns became twins in 1893, with an undated feast."""
    asks = ("ASK { ?a dip:twinnedWith ?b }", "ASK { ?f rdfs:label 'A feast was held'@en }")
    assert [[False, False], [True, True]] == [
        [periods.as_of(day).sparql(text) for text in asks] for day in (date(1892, 12, 31), date(1893, 1, 1))
    ]


def test_a_plain_triple_stays_with_no_fact_that_others_state(other_data: Path) -> None:
    """Two towns became twins in 1893, the article says; that they are, says Yetive without a date: before, it is hers alone."""
    quoted = """id:yetive a prov:Agent .
grru:kin a dip:BinaryFact ; rdfs:label "Yetive calls the towns twins"@en ; rdf:subject id:streslau ; rdf:predicate dip:twinnedWith ;
    rdf:object id:edelweiss ; dip:statedIn grru:s02 ; dip:assertedBy id:yetive .
"""
    with (other_data / "relations.ttl").open("a", encoding="utf-8") as file:
        file.write("@prefix edtf: <http://id.loc.gov/datatypes/edtf/> ." + PERIODS + quoted)
    graph = KnowledgeGraph.open(other_data)
    asked = "ASK { id:streslau dip:twinnedWith id:edelweiss }"
    before = graph.as_of(date(1892, 12, 31))
    assert [False, True] == [before.sparql(asked), graph.as_of(date(1893, 1, 1)).sparql(asked)]
    (said,) = before.describe("Streslau").attributed
    assert [("Yetive",)] == [citation.voices for citation in said.citations]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def test_a_day_may_be_text(graph: KnowledgeGraph) -> None:
    """As the command gets it."""
    assert date(2004, 3, 31) == graph.as_of("2004-03-31").day


def test_the_command_takes_a_day() -> None:
    """For stored queries and descriptions; the table says the day."""
    table = run("query", "treaties", "--as-of", "2001-11-28", "--format", "table").output
    assert "As of 2001-11-28." in table
    assert "Caspian" not in table
    assert 3 == table.count("undated\n")  # the column's head, and two treaties
    assert "(undated)" in run("describe", "Ilham Aliyev", "--as-of", "2004-03-15").output
    assert "(undated)" not in run("describe", "Ilham Aliyev").output


@pytest.mark.parametrize("text", ["2004", "2004-02-30", "yesterday", "2004-03", ""])
def test_a_day_that_is_none_is_refused(text: str) -> None:
    """With what it should look like."""
    result = run("query", "treaties", "--as-of", text)
    assert (2, f"kg: The graph can be as of a date like 2004-03-31, not of {text!r}.\n") == (result.exit_code, result.stderr)


def test_a_graph_names_its_day(graph: KnowledgeGraph) -> None:
    """At the prompt; the graph as it is has none."""
    assert repr(graph.as_of("2004-03-31")).endswith(", embedded engine, as of 2004-03-31>")
    assert repr(graph).endswith(", embedded engine>")


def test_the_triples_are_gone_through_once() -> None:
    """Of two facts that state one triple, one of which is left out, the triple stays; what the left out one alone states goes."""
    text = f"""@prefix rdf: <{RDF}> . <x:a> <x:p> <x:b> , <x:c> .
    <x:article> a <https://schema.org/Article> ; <http://purl.org/dc/terms/creator> <x:writers> .
    <x:one> rdf:subject <x:a> ; rdf:predicate <x:p> ; rdf:object <x:b> .
    <x:two> rdf:subject <x:a> ; rdf:predicate <x:p> ; rdf:object <x:b> .
    <x:three> rdf:subject <x:a> ; rdf:predicate <x:p> ; rdf:object <x:c> ."""
    facts = {ox.NamedNode("x:one"), ox.NamedNode("x:three")}
    once = (quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE))
    assert {ox.Triple(ox.NamedNode("x:a"), ox.NamedNode("x:p"), ox.NamedNode("x:c"))} == _said_only_by(once, {*facts})


def opened_in_memory(store: Path) -> KnowledgeGraph:
    return KnowledgeGraph.open()


def opened_on_disk(store: Path) -> KnowledgeGraph:
    build_store(store, [paths.DATA], Quiet(), validate=False)
    return KnowledgeGraph.open(store=store)


@pytest.mark.parametrize("opened", [opened_in_memory, opened_on_disk])
def test_a_graph_as_of_a_day_is_not_validated_and_has_no_files(opened: Callable[[Path], KnowledgeGraph], tmp_path: Path) -> None:
    """Neither the article's files, nor the tables of links of a store; it says what to do. The links stay."""
    whole = opened(tmp_path / "store")
    graph = whole.as_of("2005-01-01")
    message = "The graph as of 2005-01-01 is only a part, which is not validated: validate the graph that it was taken from."
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        graph.validate()
    with pytest.raises(ConfigError, match=r"^The graph as of 2005-01-01 has no data files: open the folder that they are in\.$"):
        _ = graph.data
    assert [link.text for link in whole.links()] == [link.text for link in graph.links()] != []
