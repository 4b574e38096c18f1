"""Links to Wikidata: the table that is shipped, the tables that are refused, and what becomes of a match."""

import csv
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import shared_wikidata
from hypothesis import given
from hypothesis import strategies as st

from kg import KnowledgeGraph, paths
from kg.build import build
from kg.engine import Embedded
from kg.errors import LinkError, UnknownName
from kg.links import Link, LinkSet, links_of, parse_links, read_links, write_links
from kg.load import parse, parse_text
from kg.names import Names, fold
from kg.namespaces import ASSERTED_GRAPH, CLOSURE_GRAPH, ID, LINKS_GRAPH, OWL, RDF, RDFS, SEMAPV, SKOS, WIKIDATA

ROOT = Path(__file__).parents[1]
SHIPPED = paths.DATA / "wikidata.sssom.tsv"


def lines_of(path: Path) -> list[dict[str, str]]:
    """The lines of a table, read without the code that is tested."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader((line for line in file if not line.startswith("#")), dialect=csv.excel_tab))


LINES = lines_of(SHIPPED)
MATCHES = [line for line in LINES if line["predicate_modifier"] == "" and line["object_id"] != "sssom:NoTermFound"]
REJECTED = [line for line in LINES if line["predicate_modifier"] == "Not"]


def evidence() -> dict[str, dict[str, str]]:
    """The lines of the inventory of evidence that are verified items, by number."""
    with shared_wikidata("wikidata.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, dialect=csv.excel_tab, quoting=csv.QUOTE_NONE))
    return {row["qid"]: row for row in rows if row["status"] == "verified" and row["qid"].startswith("Q")}


# ---- the table that is shipped


def test_every_match_is_a_verified_number_under_its_name() -> None:
    """The label of the item begins that of the evidence; where the source has none, the evidence says so."""
    verified = evidence()
    for line in MATCHES:
        row = verified[line["object_id"].removeprefix("wd:")]
        assert fold(row["label"]).startswith(fold(line["object_label"])), line
        assert line["object_label"] or "no own label" in row["source"], line


def test_every_rejected_number_is_named_in_the_evidence() -> None:
    """None is made up."""
    text = shared_wikidata("evidence.md").read_text(encoding="utf-8")
    for line in REJECTED:
        assert re.search(rf"\b{line['object_id'].removeprefix('wd:')}\b", text), line


def test_a_single_source_is_said_to_be_one() -> None:
    """And counts for less."""
    single = {qid for qid, row in evidence().items() if "SINGLE SOURCE" in row["source"]}
    told = [line for line in MATCHES if line["object_id"].removeprefix("wd:") in single]
    assert {"id:aktau", "id:khojavend-district", "id:al-farabi"} == {line["subject_id"] for line in told}
    for line in told:
        assert line["comment"].startswith("Single source"), line
        assert Decimal(line["confidence"]) <= Decimal("0.8"), line


def test_every_thing_that_articles_share_has_a_line() -> None:
    """Unless it is a topic or an axiom; and so have the article and its missions. Read from the Turtle file alone."""
    kinds: dict[str, set[str]] = {}
    for triple in parse(paths.DATA / "relations.ttl").triples:
        if triple.predicate.value == RDF + "type" and isinstance(triple.subject, ox.NamedNode):
            kinds.setdefault(triple.subject.value, set()).add(getattr(triple.object, "value", ""))
    shared = {iri for iri in kinds if iri.startswith(ID) and "/" not in iri.removeprefix(ID)}
    shared = {iri for iri in shared if not kinds[iri] & {SKOS + "Concept", OWL + "AllDifferent"}}
    own = {ID + "azerbaijan-kazakhstan/" + name for name in ("article", "emb-az-kz", "emb-kz-az", "cons-az-aktau")}
    assert 90 < len(shared)
    assert set() == (shared | own) - {link.subject for link in read_links(SHIPPED).links}


def test_the_code_knows_the_same_things(graph: KnowledgeGraph) -> None:
    """None is without a line."""
    assert () == graph.link_coverage().unlooked


def test_every_confidence_is_one_that_the_page_explains() -> None:
    """In the table of docs/wikidata.md."""
    page = (ROOT / "docs" / "wikidata.md").read_text(encoding="utf-8")
    assert {line["confidence"] for line in LINES} == set(re.findall(r"^\| ([01]\.\d+) \|", page, re.MULTILINE))


def test_an_organisation_before_its_renaming_is_a_close_match() -> None:
    """So are the missions, whose nodes are facts as well, and an event as one sentence tells it."""
    assert {
        "id:turkic-council",
        "id:turksoy",
        "azkz:emb-az-kz",
        "azkz:emb-kz-az",
        "azkz:ussr-dissolution",
    } == {line["subject_id"] for line in MATCHES if line["predicate_id"] == "skos:closeMatch"}


def test_turtle_data_carry_no_link() -> None:
    """The table is the single source."""
    predicates = {triple.predicate.value for path in paths.DATA.glob("*.ttl") for triple in parse(path).triples}
    assert not {SKOS + "exactMatch", SKOS + "closeMatch", OWL + "sameAs"} & predicates


def validated(path: Path) -> subprocess.CompletedProcess[str]:
    """A run of sssom-py's own validator."""
    return subprocess.run(
        [sys.executable, "-c", "from sssom.cli import main; main()", "validate", str(path)], capture_output=True, text=True, check=False
    )


def test_sssom_py_validates_the_table(tmp_path: Path) -> None:
    """And refuses one with a justification that is none."""
    assert 0 == validated(SHIPPED).returncode
    bad = tmp_path / "bad.sssom.tsv"
    bad.write_text(SHIPPED.read_text(encoding="utf-8").replace("semapv:ManualMappingCuration", "semapv:Guess", 1), encoding="utf-8")
    assert 0 != validated(bad).returncode


# ---- what becomes of a match


def triples_of(graph: KnowledgeGraph, name: str) -> set[ox.Triple]:
    return {quad.triple for quad in graph.dataset.quads() if quad.graph_name == ox.NamedNode(name)}


def test_matches_and_nothing_else_stand_in_the_graph_of_links(graph: KnowledgeGraph) -> None:
    """Neither a rejected candidate nor that none was found."""
    expand = {"id:": ID, "azkz:": ID + "azerbaijan-kazakhstan/", "wd:": WIKIDATA, "skos:": SKOS}

    def node(curie: str) -> ox.NamedNode:
        prefix, colon, local = curie.partition(":")
        return ox.NamedNode(expand[prefix + colon] + local)

    expected = {ox.Triple(node(line["subject_id"]), node(line["predicate_id"]), node(line["object_id"])) for line in MATCHES}
    assert expected == triples_of(graph, LINKS_GRAPH)
    assert len(MATCHES) == graph.counts["links"]


def test_links_are_not_reasoned_over(other_data: Path) -> None:
    """The closure and the data are the same with a table and without."""
    without = KnowledgeGraph.open(other_data)
    write(other_data, row())
    linked = KnowledgeGraph.open(other_data)
    assert (0, 1) == (without.counts["links"], linked.counts["links"])
    for name in (ASSERTED_GRAPH, CLOSURE_GRAPH):
        assert triples_of(without, name) == triples_of(linked, name)


def test_what_the_data_say_already_is_left_out(other_data: Path) -> None:
    """No triple stands in two graphs."""
    with (other_data / "relations.ttl").open("a", encoding="utf-8") as file:
        file.write(f"\nid:graustark <{SKOS}exactMatch> <{WIKIDATA}Q1000001> .\n")
    write(other_data, row())
    graph = KnowledgeGraph.open(other_data)
    assert 0 == graph.counts["links"]
    assert ID + "graustark" == graph.resolve("Q1000001").iri


@pytest.mark.parametrize(("number", "thing"), [("Q227", "azerbaijan"), ("wd:Q232", "kazakhstan"), ("Q596850", "turkic-council")])
def test_a_number_stands_for_its_thing(graph: KnowledgeGraph, number: str, thing: str) -> None:
    """Also where the match is close."""
    assert ID + thing == graph.resolve(number).iri


def test_an_exact_match_counts_before_a_close_one(other_data: Path) -> None:
    """The state, not the city that is nearly the item."""
    write(other_data, row(), row(subject_id="id:streslau", subject_label="Streslau", predicate_id="skos:closeMatch"))
    assert ID + "graustark" == KnowledgeGraph.open(other_data).resolve("Q1000001").iri


def test_a_rejected_number_stands_for_nothing(graph: KnowledgeGraph) -> None:
    """The Republic of Artsakh is not Nagorno-Karabakh."""
    with pytest.raises(UnknownName):
        graph.resolve("Q244165")


def test_a_changed_table_is_built_anew(other_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its content is in the key of the cache."""
    monkeypatch.setenv("KG_CACHE_DIR", str(tmp_path / "cache"))
    write(other_data, row())
    assert (True, False) == (build(other_data).fresh, build(other_data).fresh)
    write(other_data, row(confidence="0.8"))
    assert build(other_data).fresh


def test_describe_tells_the_line_that_makes_the_match(graph: KnowledgeGraph) -> None:
    """As the source of the statement, in place of a sentence."""
    (statement,) = [one for one in graph.describe("Sumgayit").statements if one.predicate.iri == SKOS + "exactMatch"]
    number = next(n for n, text in enumerate(SHIPPED.read_text(encoding="utf-8").splitlines(), 1) if text.startswith("id:sumgayit\t"))
    assert "Sumqayit (Q179833)" == str(statement.value)
    told = "semapv:ManualMappingCuration, 2026-11-25, confidence 0.8. Single source"
    assert statement.source.startswith(f"wikidata.sssom.tsv:{number}: {told}")
    assert () == statement.citations
    assert statement.source == statement.as_dict()["source"]


@pytest.mark.parametrize("item", ["Q227", "wd:Q227", WIKIDATA + "Q227"])
def test_a_link_is_explained_as_asserted(graph: KnowledgeGraph, item: str) -> None:
    """The item is meant, not the thing that the number stands for elsewhere."""
    explanation = graph.explain("Azerbaijan", "skos:exactMatch", item)
    assert (
        ox.Triple(ox.NamedNode(ID + "azerbaijan"), ox.NamedNode(SKOS + "exactMatch"), ox.NamedNode(WIKIDATA + "Q227")) == explanation.triple
    )
    assert [0] == [proof.steps for proof in explanation.proofs]


def test_a_rejected_candidate_is_no_statement(graph: KnowledgeGraph) -> None:
    """Nor is that none was found."""
    for name in ("Nagorno-Karabakh", "Transcaucasia"):
        assert not [one for one in graph.describe(name).statements if "Match" in one.predicate.iri]


# ---- the account


def test_coverage_counts_things_and_rejected_candidates_by_class(graph: KnowledgeGraph) -> None:
    """Six cities with an item each; a second Aktau and a second number for Baku were rejected."""
    reach = {one.kind.label: (one.things, one.linked, one.not_found, one.rejected) for one in graph.link_coverage().classes}
    assert (6, 6, 0, 2) == reach["city"]
    assert (5, 5, 0, 0) == reach["state"]
    assert (5, 0, 5, 0) == reach["award"]
    total = graph.link_coverage().total
    subjects = {line["subject_id"] for line in LINES}
    assert (len(subjects), len(MATCHES), len(REJECTED)) == (total.things, total.linked, total.rejected)
    assert Counter(line["object_id"] for line in LINES)["sssom:NoTermFound"] == total.not_found


def test_coverage_of_a_class_has_its_narrower_ones(graph: KnowledgeGraph) -> None:
    """A sea and a city are places, a state is none."""
    assert {"administrative area", "city", "landmark", "place", "sea"} >= {one.kind.label for one in graph.link_coverage("place").classes}
    assert {"state"} == {one.kind.label for one in graph.link_coverage("state").classes}
    assert {"Armenia", "Azerbaijan", "Kazakhstan", "Lithuania", "Russia"} == {link.subject_label for link in graph.links("state")}


def test_a_thing_without_a_line_is_told(other_data: Path) -> None:
    """Where there is no table, all of them; a segment, a fact or a topic is none."""
    coverage = KnowledgeGraph.open(other_data).link_coverage()
    named = {"Graustark", "Ruritania", "Streslau", "Yetive", "Princess of Graustark", "Wikipedia contributors"}
    assert named | {"Graustark–Ruritania relations", "Graustark's embassy in Streslau"} == {term.label for term in coverage.unlooked}
    assert (8, 0, 0, 0) == (coverage.total.things, coverage.total.linked, coverage.total.not_found, coverage.total.rejected)


def test_rows_say_what_each_line_says(graph: KnowledgeGraph) -> None:
    """A match, a rejected candidate, and that none was found."""
    rows = {(str(row.thing), str(row.predicate), str(row["item"])) for row in graph.link_rows()}
    assert {
        ("Nagorno-Karabakh", "not exact match", "Q244165"),
        ("Nagorno-Karabakh", "none found", "None"),
        ("Turkic Council", "close match", "Q596850"),
        ("Azerbaijan", "exact match", "Q227"),
    } <= rows


# ---- tables that are refused

HEAD = """\
# curie_map:
#   grru: https://w3id.org/bilateral/id/graustark-ruritania/
#   id: https://w3id.org/bilateral/id/
#   me: https://w3id.org/bilateral/
#   wd: http://www.wikidata.org/entity/
# license: https://creativecommons.org/publicdomain/zero/1.0/
# mapping_set_id: https://w3id.org/bilateral/mappings/graustark
"""
CELLS = {
    "subject_id": "id:graustark",
    "subject_label": "Graustark",
    "predicate_id": "skos:exactMatch",
    "predicate_modifier": "",
    "object_id": "wd:Q1000001",
    "object_label": "Graustark",
    "mapping_justification": "semapv:ManualMappingCuration",
    "author_id": "me:authors",
    "mapping_source": "",
    "mapping_date": "2026-11-25",
    "confidence": "0.9",
    "comment": "Two made-up sources.",
}
COLUMNS = "\t".join(CELLS) + "\n"
FIRST = HEAD.count("\n") + 2
"""The line of the first link."""
SEEN = f"line {FIRST} of made-up.sssom.tsv"
SEEN = f"line {FIRST} of made-up.sssom.tsv"
RURITANIA = {"subject_id": "id:ruritania", "subject_label": "Ruritania"}
NONE = {"object_id": "sssom:NoTermFound", "object_label": ""}


def row(**cells: str) -> str:
    return "\t".join((CELLS | cells).values()) + "\n"


def write(folder: Path, *rows: str, head: str = HEAD + COLUMNS) -> Path:
    path = folder / "made-up.sssom.tsv"
    path.write_text(head + "".join(rows), encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"subject_id": "graustark"}, "subject_id 'graustark': is no CURIE; write prefix:name."),
        ({"subject_id": "idd:graustark"}, "subject_id 'idd:graustark': the curie_map has no prefix 'idd'; add it there. Did you mean id?"),
        ({"subject_label": ""}, "subject_label '': is empty; write something there."),
        ({"subject_label": " Graustark"}, "subject_label ' Graustark': has spaces around it; delete them."),
        ({"comment": "a\x0bb"}, r"comment 'a\x0bb': has a tab, line break or other control character in it; delete it."),
        ({"comment": ""}, "comment '': is empty; write something there."),
        ({"predicate_id": "owl:sameAs"}, "predicate_id 'owl:sameAs': would copy every fact to the item; write skos:exactMatch."),
        (
            {"predicate_id": "skos:broadMatch"},
            "predicate_id 'skos:broadMatch': ties no thing to its item; write skos:exactMatch, or skos:closeMatch where one covers more "
            "than the other.",
        ),
        ({"predicate_modifier": "not"}, "predicate_modifier 'not': is no modifier; write Not, or nothing."),
        ({"object_id": "wd:P31"}, "object_id 'wd:P31': is no Wikidata item; write wd:Q and its digits, or sssom:NoTermFound."),
        ({"object_id": "wd:Q01"}, "object_id 'wd:Q01': is no Wikidata item; write wd:Q and its digits, or sssom:NoTermFound."),
        ({"object_id": "Q1000001"}, "object_id 'Q1000001': is no CURIE; write prefix:name."),
        (
            {"object_id": "sssom:NoTermFound"},
            "sssom:NoTermFound has neither a predicate_modifier nor an object_label; delete it, or name the item.",
        ),
        (
            {"mapping_justification": "semapv:ManualMappingCurator"},
            "mapping_justification 'semapv:ManualMappingCurator': is no justification of a mapping. "
            "Did you mean semapv:ManualMappingCuration?",
        ),
        ({"author_id": "me:authors|x"}, "author_id 'me:authors|x': is no CURIE; write prefix:name."),
        ({"mapping_source": "somewhere"}, "mapping_source 'somewhere': is no CURIE; write prefix:name."),
        ({"mapping_date": "2026-02-30"}, "mapping_date '2026-02-30': is no day; write it as 2026-11-25."),
        ({"mapping_date": "20261125"}, "mapping_date '20261125': is no day; write it as 2026-11-25."),
        ({"confidence": "1.1"}, "confidence '1.1': is no confidence; write a number from 0 to 1, as 0.9."),
        ({"confidence": ""}, "confidence '': is no confidence; write a number from 0 to 1, as 0.9."),
        ({"confidence": "NaN"}, "confidence 'NaN': is no confidence; write a number from 0 to 1, as 0.9."),
        ({"comment": "a\tb"}, "has 13 cells where there are 12 columns; put a tab between two cells, none in a cell."),
        (
            {"comment": '"a'},
            "is no line of tab-separated values: unexpected end of data; a cell is one line of text, a quotation mark in a quoted one "
            "doubled.",
        ),
    ],
)
def test_a_wrong_cell_is_told_with_its_line(tmp_path: Path, cells: dict[str, str], message: str) -> None:
    """The second link is wrong, in one way."""
    path = write(tmp_path, row(**RURITANIA, object_id="wd:Q1000002"), row(**cells))
    with pytest.raises(LinkError) as error:
        read_links(path)
    assert f"{path}:{FIRST + 1}: {message}" == str(error.value)


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (
            {"object_id": "wd:Q1000002"},
            f"id:graustark is Q1000002, and by {SEEN} Q1000001; one thing is one item: delete one, or make it a Not.",
        ),
        (RURITANIA, f"id:ruritania is Q1000001, which by {SEEN} is id:graustark; make one a skos:closeMatch, or a Not."),
        ({"predicate_modifier": "Not"}, f"id:graustark is and is not Q1000001 (see {SEEN}); delete one."),
        (
            {"predicate_modifier": "Not", "predicate_id": "skos:closeMatch"},
            f"id:graustark is and is not Q1000001 (see {SEEN}); delete one.",
        ),
        (NONE, f"id:graustark is an item, and by the other line none was found (see {SEEN}); delete the sssom:NoTermFound."),
        ({"confidence": "0.1"}, f"says of id:graustark what {SEEN} says; delete one."),
        ({"predicate_id": "skos:closeMatch"}, f"says of id:graustark what {SEEN} says; delete one."),
    ],
)
def test_two_lines_that_do_not_go_together_are_told(tmp_path: Path, second: dict[str, str], message: str) -> None:
    """At the later one, whichever it is."""
    path = write(tmp_path, row(), row(**second))
    with pytest.raises(LinkError) as error:
        read_links(path)
    assert f"{path}:{FIRST + 1}: {message}" == str(error.value)
    write(tmp_path, row(**second), row())
    with pytest.raises(LinkError, match=rf"made-up\.sssom\.tsv:{FIRST + 1}: "):
        read_links(path)


@pytest.mark.parametrize(
    "rows",
    [
        (row(), row(object_id="wd:Q1000002", predicate_modifier="Not")),
        (row(**NONE), row(predicate_modifier="Not")),
        (row(predicate_id="skos:closeMatch"), row(predicate_modifier="Not")),
        (row(), row(**RURITANIA, predicate_id="skos:closeMatch")),
        (row(), row(**RURITANIA, predicate_modifier="Not")),
        (row(), row(object_id="wd:Q1000002", predicate_id="skos:closeMatch")),
        (row(**NONE), row(**(RURITANIA | NONE))),
    ],
)
def test_lines_that_go_together_are_read(tmp_path: Path, rows: tuple[str, ...]) -> None:
    """A rejected candidate does not count as a match; nearly and not exactly is no contradiction; one item exactly, one nearly."""
    assert list(rows) == [link.text for link in read_links(write(tmp_path, *rows)).links]


@pytest.mark.parametrize(
    ("head", "line", "message"),
    [
        (HEAD + COLUMNS.replace("confidence", "confidense"), 8, "'confidense' is no column of a table of links. Did you mean confidence?"),
        (HEAD + COLUMNS.replace("\tconfidence", ""), 8, "there is no column 'confidence'; add it, with a tab between two columns."),
        (HEAD + COLUMNS.replace("comment", "comment\tcomment"), 8, "the column 'comment' stands there twice; delete one."),
        (HEAD, 8, "there is no column 'subject_id'; add it, with a tab between two columns."),
        (HEAD + "# a: b: c\n" + COLUMNS, 8, "the header is not YAML: mapping values are not allowed here."),
        ("# words\n" + COLUMNS, 1, "the header (lines that start with #) is no mapping; write NAME: VALUE."),
        (COLUMNS, 1, "the header has no curie_map; add a line '# curie_map: …'."),
        (HEAD.replace("license", "licence") + COLUMNS, 1, "the header has no license; add a line '# license: …'."),
        (
            HEAD.split("\n", 5)[5] + "# curie_map: {id: 1}\n" + COLUMNS,
            3,
            "curie_map is no mapping of prefixes to IRIs; write PREFIX: IRI, one a line.",
        ),
        (HEAD + "# sssom_version: 1.1\n" + COLUMNS, 8, 'sssom_version 1.1 is not known; write "1.1", with the quotation marks.'),
        ("\ufeff" + HEAD + COLUMNS, 1, "begins with a byte order mark; save the file as UTF-8 without one."),
    ],
)
def test_a_wrong_header_is_told_with_its_line(tmp_path: Path, head: str, line: int, message: str) -> None:
    """Columns and metadata."""
    path = write(tmp_path, head=head)
    with pytest.raises(LinkError) as error:
        read_links(path)
    assert str(error.value).startswith(f"{path}:{line}: {message}")


def test_all_problems_are_told_at_once_up_to_ten(tmp_path: Path) -> None:
    """And the number of the others."""
    path = write(tmp_path, *[row(confidence="x", mapping_date="x")] * 6)
    with pytest.raises(LinkError) as error:
        read_links(path)
    assert 12 == len(error.value.problems)
    assert "… and 2 more." == str(error.value).splitlines()[-1]
    assert 11 == len(str(error.value).splitlines())


@pytest.mark.parametrize(
    "labels", ['"Bakı"@az , "Баку"@ru', '"Баку"@ru , "Bakı"@az', '"Баку"@ru , "Baku"@en , "Bakı"@az', '"Баку" , "Zürich"']
)
def test_a_link_calls_a_thing_as_the_graph_does(other_data: Path, labels: str) -> None:
    """One rule: its English label, else the last of its labels, in whatever order they stand in the file."""
    triples = parse_text(f"@prefix rdfs: <{RDFS}> . <{ID}town> rdfs:label {labels} .", other_data / "town.ttl").triples
    store = ox.Store()
    store.extend(ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(ASSERTED_GRAPH)) for triple in triples)
    called = Names(Embedded(store)).label(ID + "town")
    assert ("Baku" if "en" in labels else "Баку") == called
    write(other_data, row(subject_id="id:town", subject_label=called))
    assert [called] == [link.subject_label for table in links_of(other_data, triples) for link in table.links]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"subject_id": "id:graustrak"}, "the data have nothing called id:graustrak. Did you mean id:graustark"),
        ({"subject_label": "Grünstark"}, "subject_label 'Grünstark': the data call id:graustark 'Graustark'; write that."),
    ],
)
def test_a_thing_that_the_data_do_not_have_is_told(other_data: Path, cells: dict[str, str], message: str) -> None:
    """When the graph is built, and when it is validated."""
    graph = KnowledgeGraph.open(other_data)
    path = write(other_data, row(**cells))
    for attempt in (lambda: KnowledgeGraph.open(other_data), graph.validate):
        with pytest.raises(LinkError) as error:
            attempt()
        assert str(error.value).startswith(f"{path}:{FIRST}: {message}")


def test_two_tables_of_a_folder_go_together(other_data: Path) -> None:
    """Or are refused."""
    write(other_data, row())
    other = other_data / "other.sssom.tsv"
    other.write_text(HEAD + COLUMNS + row(object_id="wd:Q1000002"), encoding="utf-8")
    with pytest.raises(LinkError) as error:
        KnowledgeGraph.open(other_data)
    assert str(error.value).startswith(f"{other}:{FIRST}: id:graustark is Q1000002, and by {SEEN} Q1000001;")


# ---- written back

CURIES = st.from_regex(r"id:[a-zA-Z0-9_.\-/əü]{1,12}", fullmatch=True)
WORDS = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), max_size=20).map(str.strip)
FILLED = WORDS.filter(bool)


@st.composite
def tables(draw: st.DrawFn) -> str:
    """Tables of different things and items, in any order of columns, with any ends of lines."""
    columns = draw(st.permutations(list(CELLS)))
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    text = HEAD.replace("\n", ending) + "\t".join(columns) + ending
    for number, subject in enumerate(draw(st.lists(CURIES, unique=True, max_size=6)), 1):
        cells = CELLS | {"subject_id": subject, "object_id": f"wd:Q{number}", "subject_label": draw(FILLED), "comment": draw(FILLED)}
        cells |= draw(st.sampled_from([{}, {"predicate_modifier": "Not"}, NONE, {"predicate_id": "skos:closeMatch"}]))
        always = draw(st.booleans())
        quoted = ('"' + cell.replace('"', '""') + '"' if always or cell.startswith('"') else cell for cell in (cells[c] for c in columns))
        text += "\t".join(quoted) + ending
    return text.removesuffix(ending) if draw(st.booleans()) and not text.endswith(columns[-1] + ending) else text


@given(tables())
def test_a_table_that_is_not_changed_keeps_its_bytes(text: str) -> None:
    """Order of columns, quotation marks, ends of lines and all."""
    assert text == parse_links(text, Path("t.sssom.tsv")).text


@given(tables(), FILLED, WORDS, st.sampled_from([None, WIKIDATA + "Q99"]), st.integers(0, 100), st.dates())
def test_a_link_that_is_added_is_read_back(text: str, comment: str, label: str, item: str | None, percent: int, day: date) -> None:
    """As it was; what was there stays byte for byte."""
    table = parse_links(text, Path("t.sssom.tsv"))
    link = Link(
        subject=ID + "a-new-thing",
        subject_label=comment,
        predicate=SKOS + "exactMatch",
        negated=False,
        item=item,
        item_label=label if item else "",
        justification=SEMAPV + "LexicalMatching",
        authors=("https://w3id.org/bilateral/authors", ID + "someone"),
        source=ID + "somewhere" if percent % 2 else "",
        date=day,
        confidence=Decimal(percent) / 100,
        comment=comment,
    )
    longer = table.with_link(link)
    assert longer.text.startswith(text)
    assert link == longer.links[-1]._replace(path=Path(), line=0, text="")
    assert [old._replace(text="") for old in table.links] == [old._replace(text="") for old in longer.links[:-1]]


def test_a_link_that_is_replaced_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    """The file as well, and its other lines to the byte."""
    path = write(tmp_path, row(**NONE), '"id:ruritania"' + row(**RURITANIA, object_id="wd:Q1000002").removeprefix("id:ruritania"))
    table = read_links(path)
    found = table.links[0]._replace(item=WIKIDATA + "Q1000001", item_label="Graustark", confidence=Decimal("0.8"))
    changed = table.with_link(found, replacing=table.links[0])
    write_links(changed)
    before, after = (table.text.splitlines(keepends=True), path.read_text(encoding="utf-8").splitlines(keepends=True))
    assert [*before[: FIRST - 1], row(confidence="0.8"), *before[FIRST:]] == after
    assert [path.name] == [other.name for other in tmp_path.iterdir()]


@pytest.mark.parametrize(
    "change", [lambda link: link._replace(item=WIKIDATA + "Q2"), lambda link: link._replace(source="http://x.example/")]
)
def test_a_link_that_does_not_fit_is_refused(tmp_path: Path, change: Callable[[Link], Link]) -> None:
    """A second item for the thing; an IRI for which the header has no prefix. The table stays."""
    table = read_links(write(tmp_path, row()))
    with pytest.raises(LinkError):
        table.with_link(change(table.links[0]))
    assert isinstance(table, LinkSet)
    assert HEAD + COLUMNS + row() == table.text


def test_a_link_that_the_table_does_not_have_is_not_replaced(tmp_path: Path) -> None:
    """Somebody changed the file in between."""
    table = read_links(write(tmp_path, row()))
    with pytest.raises(LinkError, match="read the table again"):
        table.with_link(table.links[0], replacing=table.links[0]._replace(line=1))
