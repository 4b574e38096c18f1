"""What Wikidata lacks, as commands of QuickStatements, over a real server that holds the snapshot."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import servers
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from kg import KnowledgeGraph
from kg.build import build
from kg.cli import cli
from kg.endpoint import Endpoint
from kg.namespaces import XSD
from kg.wikidata.client import Client
from kg.wikidata.quickstatements import PARTS, Command, Contributions, string, time

SNAPSHOT = Path(__file__).parent / "wikidata" / "snapshot.ttl"

REFERENCE = """ ;
    schema:url "https://example.org/gazette?a=1|2" ;
    dcterms:publisher id:unesco ;
    dcterms:issued "1903"^^xsd:gYear ;
    dip:retrieved "2024-05-01"^^xsd:date ;
    bibo:locator "pp. 12–14" ."""

MORE = """
@prefix bibo: <http://purl.org/ontology/bibo/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix wd: <http://www.wikidata.org/entity/> .

id:graustark skos:exactMatch wd:Q649 .
id:ruritania skos:exactMatch wd:Q34266 .
id:unesco a dip:InternationalOrganization ; rdfs:label "UNESCO"@en ; skos:exactMatch wd:Q7809 .
id:league a dip:InternationalOrganization ; rdfs:label "League"@en ; skos:exactMatch wd:Q7779 .
id:union a dip:InternationalOrganization ; rdfs:label "Union"@en ; skos:exactMatch wd:Q225950 .
id:club a dip:InternationalOrganization ; rdfs:label "Club"@en ; skos:closeMatch wd:Q596850 .
"""


def member(name: str, state: str, organisation: str, sentence: int = 1, more: str = "") -> str:
    """A membership in Turtle."""
    return f"""
grru:{name} a dip:Membership ; rdfs:label "{name}"@en ; org:member id:{state} ; org:organization id:{organisation} ;
    {more} dip:statedIn grru:s0{sentence} ; dip:assertedBy id:wikipedia-contributors .
"""


MAY_1902 = 'dip:date "1902-05"^^xsd:gYearMonth ; dip:notBefore "1902-05-01"^^xsd:date ; dip:notAfter "1902-05-31"^^xsd:date ;'
MEMBERS = (
    member("dated", "graustark", "league", more=MAY_1902)
    + member("undated", "ruritania", "league")
    + member("close", "graustark", "club")
    + member("hedged", "graustark", "union", more='dip:hedge "perhaps"@en ;')
    + """
grru:voiced a dip:ReportedFact , rdf:Statement ; rdfs:label "voiced"@en ;
    rdf:subject id:streslau ; rdf:predicate schema:containedInPlace ; rdf:object id:ruritania ;
    dip:statedIn grru:s01 ; dip:assertedBy id:yetive , id:wikipedia-contributors .
id:streslau schema:containedInPlace id:ruritania ; skos:exactMatch wd:Q9292 .
id:yetive a prov:Agent .
"""
    + member("uncited", "ruritania", "unesco", sentence=2)
)

SOURCES = (
    ("P248", "Q7809"),
    ("P854", '"https://example.org/gazette?a=1|2"'),
    ("P1476", 'en:"A gazette"'),
    ("P577", "+1903-01-01T00:00:00Z/9"),
    ("P304", '"12–14"'),
    ("P813", "+2024-05-01T00:00:00Z/11"),
)
DATED = Command("Q649", "P463", "Q7779", ("P580", "+1902-05-01T00:00:00Z/10"), SOURCES)
UNDATED = Command("Q34266", "P463", "Q7779", None, SOURCES)
UNCITED = Command("Q34266", "P463", "Q7809")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The query URL of a server that holds the snapshot."""
    with servers.oxigraph_server(SNAPSHOT) as base:
        yield f"{base}/query"


@pytest.fixture
def lacking(other_data: Path, no_answers: None) -> Path:
    """The made-up pair, linked to items of the snapshot, with memberships that the snapshot lacks."""
    return changed(other_data, REFERENCE)


def changed(folder: Path, reference: str) -> Path:
    """`folder` with the memberships, and `reference` as the end of what its reference says."""
    file = folder / "relations.ttl"
    text = file.read_text()
    end = '"8b5b9db0c13db24256c829aa364aa90c6d2eba318b9232a4ab9313b954d3555f" .'
    assert end in text
    prefixes, rest = "".join(re.findall("@prefix.*\n", MORE)), re.sub("@prefix.*\n", "", MORE)
    file.write_text(prefixes + text.replace(end, end.removesuffix(" .") + reference) + rest + MEMBERS)
    return folder


def found(folder: Path, endpoint: str, *, uncited: bool = False) -> Contributions:
    return KnowledgeGraph.open(folder, cache=False).contributions(Client(Endpoint(endpoint)), uncited=uncited)


def run(folder: Path, endpoint: str, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["wikidata", "quickstatements", "--no-cache", "--data", str(folder), "--endpoint", endpoint, *arguments])


def test_lacking_statements_have_date_and_reference(lacking: Path, endpoint: str) -> None:
    """A fact that is cited becomes a statement with its date, at its precision, and with all that the reference says."""
    assert set(found(lacking, endpoint).commands) == {DATED, UNDATED}


def test_what_is_left_out_is_counted_by_reason(lacking: Path, endpoint: str) -> None:
    """Another voice, a hedge, a close match and a fact without a reference are left out, each counted."""
    assert found(lacking, endpoint).left_out == {
        "its thing or value is only a close match of the item": 1,
        "somebody else's words, not the article's own": 1,
        "hedged": 1,
        "without a reference": 1,
    }


def test_uncited_facts_only_when_asked_for(lacking: Path, endpoint: str) -> None:
    """With `uncited` the fact without a reference is written without one, and nothing else is let in."""
    contributions = found(lacking, endpoint, uncited=True)
    assert set(contributions.commands) == {DATED, UNDATED, UNCITED}
    assert contributions.uncited == 1
    assert "without a reference" not in contributions.left_out
    assert contributions.left_out["hedged"] == 1


def test_opinions_are_left_out(other_data: Path, endpoint: str, no_answers: None) -> None:
    """What is typed as an opinion is no statement."""
    dataset = build(changed(other_data, REFERENCE), cache=False)
    fact = ox.NamedNode("https://w3id.org/bilateral/id/graustark-ruritania/dated")
    opinion = ox.Quad(fact, ox.NamedNode(TYPE), ox.NamedNode("https://w3id.org/bilateral/ontology#Opinion"), ox.DefaultGraph())
    store = dataset.store()
    store.add(opinion)
    from kg.engine import Embedded

    opined = KnowledgeGraph(Embedded(store), dataset, links=other_data).contributions(Client(Endpoint(endpoint)))
    assert set(opined.commands) == {UNDATED}
    assert opined.left_out["an opinion"] == 1


TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def test_v1_is_tab_separated(lacking: Path, endpoint: str) -> None:
    """In V1 a command is a line of item, property, value, qualifier, and sources with S-numbers."""
    result = run(lacking, endpoint)
    assert result.exit_code == 0
    expected = (
        "Q649\tP463\tQ7779\tP580\t+1902-05-01T00:00:00Z/10\tS248\tQ7809"
        '\tS854\t"https://example.org/gazette?a=1|2"\tS1476\ten:"A gazette"\tS577\t+1903-01-01T00:00:00Z/9\tS304\t"12–14"'
        "\tS813\t+2024-05-01T00:00:00Z/11"
    )
    assert expected in result.stdout.splitlines()
    assert result.stderr.splitlines()[-1] == (
        "kg: 2 commands; left out of what Wikidata lacks: its thing or value is only a close match of the item: 1; "
        "somebody else's words, not the article's own: 1; hedged: 1; without a reference: 1."
    )


def test_csv_has_columns_for_each_kind(lacking: Path, endpoint: str) -> None:
    """In CSV the first column is qid, a kind of command has columns of its own, and a reference begins with S and goes on with s."""
    result = run(lacking, endpoint, "--format", "csv", "--uncited")
    rows = list(csv.reader(io.StringIO(result.stdout)))
    sources = ["S248", "s854", "s1476", "s577", "s304", "s813"]
    kinds = [["P463", "qal580", *sources], ["P463", *sources], ["P463"]]
    assert rows[0][0] == "qid"
    assert sorted(rows[0][1:]) == sorted(name for kind in kinds for name in kind)
    filled = {
        tuple(zip(rows[0], row, strict=True)): [(name, cell) for name, cell in zip(rows[0], row, strict=True) if cell] for row in rows[1:]
    }
    assert [("qid", "Q34266"), ("P463", "Q7809")] in filled.values()
    names = {tuple(name for name, _ in cells) for cells in filled.values()}
    assert names == {("qid", *kind) for kind in kinds}
    assert "kg: warning: facts written without a reference: 1" in result.stderr.splitlines()


def test_an_address_without_a_scheme_is_left_out(other_data: Path, endpoint: str, no_answers: None) -> None:
    """An address that is not absolute is no reference URL, and that is said."""
    folder = changed(other_data, ' ; schema:url "example.org/gazette" .')
    result = run(folder, endpoint)
    assert 'Q34266\tP463\tQ7779\tS1476\ten:"A gazette"' in result.stdout.splitlines()
    assert (
        "kg: warning: the address of reference [1] is left out, since it is no absolute http or https address: example.org/gazette"
        in result.stderr.splitlines()
    )


def test_a_locator_that_is_no_page_is_left_out(other_data: Path, endpoint: str, no_answers: None) -> None:
    """Only what begins with p. or pp. is a page."""
    folder = changed(other_data, ' ; bibo:locator "Record 617" .')
    assert Command("Q34266", "P463", "Q7779", None, (("P1476", 'en:"A gazette"'),)) in found(folder, endpoint).commands


def test_property_numbers_are_those_of_the_labels() -> None:
    """The parts of a reference have the numbers that maxlath/wikidata-properties-dumper gives for their labels."""
    assert dict(PARTS) == {
        "stated in": "P248",
        "reference URL": "P854",
        "title": "P1476",
        "publication date": "P577",
        "page": "P304",
        "retrieved": "P813",
    }


@pytest.mark.parametrize("text", ["1901/1902", "1901-05-01T00:00:00", "-0044-03-15", "١٩٠١-05-01"])
def test_what_is_no_date_is_not_written(text: str) -> None:
    """An interval, a time, a year before Christ, and other digits than ASCII's are no date."""
    assert time(ox.Literal(text, datatype=ox.NamedNode(XSD + "date"))) is None


TEXTS = st.text(st.sampled_from("ab\"'|/*\\,; \t\n\r\v\f\x1c\x85\u2028é\u00a0"), max_size=20) | st.text(max_size=20)


@given(TEXTS, TEXTS)
def test_any_text_survives_both_syntaxes(text: str, other: str) -> None:
    """Quotes are kept, white space becomes one space, and what is in a string never ends its cell or line, in V1 as in CSV."""
    reference = (("P854", string(text)), ("P1476", string(other, "en")))
    contributions = Contributions((Command("Q1", "P2", "Q3", None, reference),), {}, 0, ())
    lines = contributions.to_v1().split("\n")
    assert lines[1:] == [""]
    cells = lines[0].split("\t")
    assert cells[:4] == ["Q1", "P2", "Q3", "S854"]
    assert cells[5] == "S1476"
    header, row = csv.reader(io.StringIO(contributions.to_csv()), strict=True)
    assert header == ["qid", "P2", "S854", "s1476"]
    for written in (cells[4], row[2]):
        assert read_string(written) == " ".join(text.split())
    for written in (cells[6], row[3]):
        assert written.startswith("en:")
        assert read_string(written[3:]) == " ".join(other.split())


def read_string(written: str) -> str:
    """A string as QuickStatements reads it: what is between the first quote and the last."""
    match = re.fullmatch(r'"([^\n]*)"', written.strip())
    assert match
    return match[1].strip()
