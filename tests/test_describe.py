"""A description tells everything of one thing, what others say apart from what the article states."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from kg import KnowledgeGraph
from kg.cli import cli
from kg.describe import Description, Statement
from kg.namespaces import DIP, ID, RDF, SKOS
from kg.told import ATTRIBUTED

AZKZ = ID + "azerbaijan-kazakhstan/"
TITLE = ("Polad Bülbüloğlu", "holds title", "National Artist of Azerbaijan")
"""Stated in the title of reference 12 alone, which is the newspaper's."""
QUOTED = {
    (ID + "nursultan-nazarbayev", "http://xmlns.com/foaf/0.1/knows", ID + "heydar-aliyev"): ("s15", "Nursultan Nazarbayev"),
    (ID + "heydar-aliyev", "https://schema.org/hasOccupation", ID + "politician"): ("s20", "Nursultan Nazarbayev"),
    (ID + "polad-bulbuloglu", DIP + "holdsTitle", ID + "national-artist-of-azerbaijan"): ("r12", "Newskaz.ru"),
    (ID + "unesco", DIP + "associatedWith", AZKZ + "anniversary-celebrations"): ("r13", "UNESCO"),
}
"""What the article has from others in two of their own words or titles, with the segment and the voice."""
FRIENDS = """
id:lorry a schema:Person ; rdfs:label "Lorry"@en .
id:yetive a prov:Agent .
grru:friends a dip:BinaryFact ; rdfs:label "Yetive calls Lorry a friend"@en ; rdf:subject id:yetive ;
    rdf:predicate dip:friendOf ; rdf:object id:lorry ; dip:date "1893"^^xsd:gYear ; dip:notBefore "1893-01-01"^^xsd:date ;
    dip:notAfter "1893-12-31"^^xsd:date ; dip:hedge "perhaps"@en ; dip:statedIn grru:s02 ; dip:assertedBy id:yetive .
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def part(description: Description, heading: str) -> list[str]:
    """The lines of the text below a heading."""
    lines = iter(description.to_text().splitlines())
    assert heading in lines
    found = []
    for line in lines:
        if not line:
            break
        found.append(line)
    return found


def relations(thing: str, statements: Iterable[Statement]) -> set[tuple[str, ...]]:
    """The triples that statements on `thing` are."""
    found: set[tuple[str, ...]] = set()
    for one in statements:
        other = str(getattr(one.value, "iri", one.value))
        found.add((other, one.predicate.iri, thing) if one.inverse else (thing, one.predicate.iri, other))
    return found


def test_every_binary_fact_is_told_at_both_its_ends(graph: KnowledgeGraph, article_data: tuple[ox.Triple, ...]) -> None:
    """As a statement where the data have its plain triple, else as what somebody says, and never as both."""
    parts: dict[str, dict[str, str]] = {}
    for triple in article_data:
        name = triple.predicate.value.removeprefix(RDF)
        if name in ("subject", "predicate", "object") and isinstance(triple.object, ox.NamedNode):
            parts.setdefault(str(triple.subject), {})[name] = triple.object.value
    stated = {(one["subject"], one["predicate"], one["object"]) for one in parts.values()}
    things = {thing for subject, _, object_ in stated for thing in (subject, object_)}
    for thing in things:
        description = graph.describe(thing)
        expected = {triple for triple in stated if thing in (triple[0], triple[2])}
        said = relations(thing, description.attributed)
        assert expected & set(QUOTED) == said
        outgoing = {triple for triple in expected - set(QUOTED) if triple[0] == thing}
        told = relations(thing, description.statements)
        assert outgoing <= told
        assert not told & said


def test_what_others_say_has_their_voice_their_sentence_and_their_words(graph: KnowledgeGraph) -> None:
    """Each of the four, at its subject."""
    for (subject, predicate, object_), (segment, voice) in QUOTED.items():
        said = graph.describe(subject).attributed
        (statement,) = [one for one in said if (one.predicate.iri, getattr(one.value, "iri", "")) == (predicate, object_)]
        (citation,) = statement.citations
        assert (AZKZ + segment, (voice,)) == (citation.segment, citation.voices)
        assert 1 == len(citation.references)
    lines = part(graph.describe("Heydar Aliyev"), ATTRIBUTED)
    place = "Political relations, paragraph 2, sentence 1 (s15) [5]. Voice: Nursultan Nazarbayev."
    assert ["  knows ← Nursultan Nazarbayev", f"      {place} Qualifying words: for decades."] == lines[2:]


def test_a_thing_that_only_others_speak_of_has_its_reference_in_every_form(graph: KnowledgeGraph) -> None:
    """In the text, and in JSON under a name of its own."""
    description = graph.describe(TITLE[2])
    assert ["  holds title ← Polad Bülbüloğlu", "      reference 12 (r12) [12]. Voice: Newskaz.ru."] == part(description, ATTRIBUTED)
    assert "Statements" not in description.to_text()
    assert [12] == [reference.number for reference in description.references()]
    (said,) = json.loads(run("describe", TITLE[2], "--format", "json").stdout)["attributed"]
    assert ["Newskaz.ru"] == said["citations"][0]["voices"]


def test_a_triple_that_only_others_state_is_no_fact_but_has_its_citation(graph: KnowledgeGraph) -> None:
    """The command says no with exit code 1, and who says so with the reference."""
    explanation = graph.explain(*TITLE)
    assert () == explanation.proofs
    assert [(AZKZ + "title-polad", ("Newskaz.ru",))] == [(one.fact, one.voices) for one in explanation.attributed]
    told = run("explain", *TITLE)
    assert 1 == told.exit_code
    lines = told.output.splitlines()
    assert f"The graph does not state as a fact: {' · '.join(TITLE)}" == lines[0]
    assert [ATTRIBUTED, "  Polad Bülbüloğlu is called a National Artist of Azerbaijan"] == lines[2:4]
    assert "      reference 12 (r12) [12]. Voice: Newskaz.ru." == lines[4]
    assert "  [12] “Nazarbayev Awarded" in told.output
    assert "does not say" not in told.output
    (said,) = json.loads(run("explain", *TITLE, "--format", "json").stdout)["attributed"]
    assert AZKZ + "title-polad" == said["fact"]
    chart = run("explain", *TITLE, "--format", "mermaid").output
    assert "not stated as a fact: Polad Bülbüloğlu · holds title · National Artist of Azerbaijan<br>reference 12 (r12) [12]." in chart
    assert "" == run("explain", *TITLE, "--format", "turtle").output.strip()


def test_the_page_shows_what_the_command_prints() -> None:
    """The block in docs/explanations.md, at a hundred columns."""
    page = (Path(__file__).parents[1] / "docs" / "explanations.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```console\n\$ kg .*?\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert block == CliRunner(env={"COLUMNS": "100"}).invoke(cli, ["explain", *TITLE]).output


@pytest.mark.parametrize("width", [60, 100])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Names, classes and headings are folded as well."""
    for thing in ("azkz:friendship-heydar-nazarbayev", "Polad Bülbüloğlu", "s11", "Kazakhstan"):
        lines = CliRunner(env={"COLUMNS": str(width)}).invoke(cli, ["describe", thing]).output.splitlines()
        assert [] == [line for line in lines if len(line) > width]


@pytest.fixture
def friends(other_data: Path) -> KnowledgeGraph:
    """The made-up pair, with a friendship in the words of one of the two."""
    with (other_data / "relations.ttl").open("a", encoding="utf-8") as file:
        file.write(FRIENDS)
    return KnowledgeGraph.open(other_data)


def test_what_goes_both_ways_is_said_both_ways(friends: KnowledgeGraph) -> None:
    """A friendship that one friend tells of, asked for from the other."""
    for ends in (("Yetive", "Lorry"), ("Lorry", "Yetive")):
        text = str(friends.explain(ends[0], "friend of", ends[1]))
        assert "  Yetive calls Lorry a friend (date: 1893)" in text.splitlines()
        assert "Voice: Yetive. Qualifying words: perhaps." in text
    assert "  friend of ← Yetive (date: 1893)" in part(friends.describe("Lorry"), ATTRIBUTED)


def test_a_sentence_has_the_facts_of_its_clauses(graph: KnowledgeGraph) -> None:
    """Two hang on the first clause of sentence 11, one on the second; each is cited with the clause's own reference."""
    facts = graph.describe("s11").facts
    names = [str(getattr(one.value, "iri", "")).removeprefix(AZKZ) for one in facts]
    assert ["great-purge", "migration-great-purge", "obs-population-azeri"] == names
    cited = [(citation.segment.removeprefix(AZKZ), citation.references[0].number) for one in facts for citation in one.citations]
    assert [("s11a", 2), ("s11a", 2), ("s11b", 3)] == cited
    assert names[2:] == [str(getattr(one.value, "iri", "")).removeprefix(AZKZ) for one in graph.describe("s11b").facts]


def test_what_is_for_programs_is_left_to_json(graph: KnowledgeGraph) -> None:
    """The digests of a segment; no reference vouches for them, nor for its place."""
    description = graph.describe("s11")
    digests = {DIP + name for name in ("sha256", "wordingSha256", "fingerprint")}
    assert digests == {one.predicate.iri for one in description.statements[-3:]}
    assert "SHA-256" not in str(description)
    assert "fingerprint" not in str(description)
    assert "26d0a4f6a88b402a18807320d68070bd6a24568c1baba7d603c38a79412b9a52" in description.to_json()
    for name in ("s11", "s13", "r12"):
        own = [one for one in graph.describe(name).statements if not one.inverse]
        assert {()} == {one.citations for one in own}


def test_a_note_on_a_thing_is_told_with_its_text(graph: KnowledgeGraph) -> None:
    """Not by its number alone."""
    text = "The newspaper rests on no reference."
    assert f"  note on ← note O39: {text}" in str(graph.describe("id:veten")).splitlines()
    statements = json.loads(graph.describe("id:veten").to_json())["statements"]
    assert [text] == [one["note"] for one in statements if "note" in one]


def test_a_fact_has_its_date_beside_it_as_it_is_written(graph: KnowledgeGraph) -> None:
    """A month, an interval that is open; of a fact itself the date is one of its statements, and stands beside no other."""
    visit = "  Ilham Aliyev paid a state visit to Astana (here: visitor; date: 2004-03)"
    assert visit in part(graph.describe("Ilham Aliyev"), "Facts")
    assert "  associated with: celebrations of anniversaries since 1996 (date: 1996/..)" in part(graph.describe("UNESCO"), ATTRIBUTED)
    lines = part(graph.describe("azkz:visit-ilham-2004"), "Statements")
    assert ["  date: 2004-03"] == [line for line in lines if "2004-03" in line and "2004-03-" not in line]


def test_a_binary_fact_is_described_with_what_it_relates(graph: KnowledgeGraph) -> None:
    """Subject, predicate and object."""
    found = {one.predicate.iri: str(one.value) for one in graph.describe("azkz:title-polad").statements}
    assert [*TITLE] == [found[RDF + name] for name in ("subject", "predicate", "object")]
    assert SKOS + "exactMatch" not in found


def test_the_engines_describe_alike(graph: KnowledgeGraph, rdflib_graph: KnowledgeGraph) -> None:
    """What others say, the facts of clauses, and notes."""
    for thing in ("Heydar Aliyev", "s11", "id:veten"):
        assert graph.describe(thing) == rdflib_graph.describe(thing)


def test_a_folded_note_hangs_below_its_beginning() -> None:
    """So that it looks like no further statement; the CURIE in the heading is not cut."""
    lines = CliRunner(env={"COLUMNS": "60"}).invoke(cli, ["describe", "azkz:hist-az-achaemenid"]).output.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("  note on ← note O06: "))
    assert lines[start + 1].startswith("    ")
    assert not lines[start + 1].startswith("     ")
    long = "id:transitional-justice-peace-agreements-database"
    assert long in CliRunner(env={"COLUMNS": "60"}).invoke(cli, ["describe", long]).output
