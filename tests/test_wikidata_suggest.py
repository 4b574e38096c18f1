"""Candidates for things without an item, over a real server that holds a snapshot in Wikidata's own RDF model; and one that is accepted."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from servers import Proxy
from test_wikidata_client import client

from kg import KnowledgeGraph, paths
from kg.endpoint import Endpoint
from kg.errors import LinkError
from kg.links import Link, read_links
from kg.load import parse
from kg.names import Names
from kg.namespaces import ID, SEMAPV, WIKIDATA
from kg.terms import Term
from kg.wikidata import suggest as suggesting
from kg.wikidata.accept import accept
from kg.wikidata.client import Client
from kg.wikidata.mapping import read_mappings
from kg.wikidata.suggest import Suggestions, suggest

SHIPPED = paths.DATA / "wikidata.sssom.tsv"
LINKS = read_links(SHIPPED).links
SINGER = Term(ID + "polad-bulbuloglu", "Polad Bülbüloğlu")
AUTHOR = "https://w3id.org/bilateral/authors"
DAY = date(2026, 12, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the article's data."""
    folder = tmp_path / "data"
    folder.mkdir()
    for file in (paths.DATA / "relations.ttl", SHIPPED):
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def without(name: str, *more: Link) -> list[Link]:
    """The lines of the table without those of one thing, and with `more`."""
    return [*(link for link in LINKS if link.subject != ID + name), *more]


def suggested(graph: KnowledgeGraph, proxy: Proxy, links: list[Link], name: str | None = None) -> Suggestions:
    """What is suggested where those are the links."""
    mappings = read_mappings(parse(paths.MAPPINGS))
    return suggest(graph.engine, Names(graph.engine), links, client(proxy), mappings, name and ID + name)


def numbers(suggestions: Suggestions) -> list[tuple[str, int]]:
    """The candidates with their scores."""
    return [(one.number, one.score) for one in suggestions.candidates]


def test_candidates_are_ranked_with_reasons(graph: KnowledgeGraph, proxy: Proxy) -> None:
    """The label 3, a fitting class 2, one neighbour 1; an alias 2, another class -2."""
    suggestions = graph.suggest(client(proxy), "Polad Bülbüloğlu")
    assert ((SINGER,), [("Q9900000010", 6), ("Q9900000011", 0)]) == (suggestions.things, numbers(suggestions))
    assert [
        (
            'label "Polad Bülbüloğlu" (az)',
            "class fits: is a human (Q5), ours a schema:Person",
            "neighbours: P27→ Azerbaijan",
        ),
        ('alias "Polad Bülbüloğlu" (ru)', "class misfit: is a city (Q515), ours a schema:Person"),
    ] == [one.reasons for one in suggestions.candidates]


def test_everything_without_an_item_is_looked_for(graph: KnowledgeGraph, proxy: Proxy) -> None:
    """And what has one is not."""
    suggestions = graph.suggest(client(proxy))
    matched = {link.subject for link in LINKS if link.is_match}
    assert {link.subject for link in LINKS if link.item is None} <= {thing.iri for thing in suggestions.things}
    assert set() == matched & {thing.iri for thing in suggestions.things}
    assert {SINGER.iri} == {one.thing.iri for one in suggestions.candidates}


def test_a_thing_without_a_line_is_looked_for(graph: KnowledgeGraph, proxy: Proxy) -> None:
    """Its item is found by its label; that Kazakhstan is a member of it is a statement about Kazakhstan."""
    suggestions = suggested(graph, proxy, without("cis"))
    (candidate,) = suggestions.of(Term(ID + "cis", "Commonwealth of Independent States"))
    assert ("Q7779", 6, "neighbours: ←P463 Kazakhstan") == (candidate.number, candidate.score, candidate.reasons[-1])


def test_a_rejected_candidate_is_left_out_and_told(graph: KnowledgeGraph, proxy: Proxy) -> None:
    """With the line that rejects it."""
    rejected = LINKS[0]._replace(subject=SINGER.iri, item=WIKIDATA + "Q9900000011", negated=True, path=Path("t.tsv"), line=7)
    suggestions = suggested(graph, proxy, [*LINKS, rejected], "polad-bulbuloglu")
    assert [("Q9900000010", 6)] == numbers(suggestions)
    assert [(SINGER, "was rejected: t.tsv:7")] == [(one.thing, one.why) for one in suggestions.left_out]


def test_the_item_of_another_thing_is_left_out_and_told(graph: KnowledgeGraph, proxy: Proxy) -> None:
    """Two things are not one item."""
    taken = LINKS[1]._replace(item=WIKIDATA + "Q9900000010", path=Path("t.tsv"), line=8)
    suggestions = suggested(graph, proxy, [*LINKS, taken], "polad-bulbuloglu")
    assert [("Q9900000011", 0)] == numbers(suggestions)
    assert ["is Azerbaijan: t.tsv:8"] == [one.why for one in suggestions.left_out]


def test_at_most_three_neighbours_count(graph: KnowledgeGraph, proxy: Proxy) -> None:
    """Kazakhstan's item has statements with more linked things than that."""
    (candidate,) = suggested(graph, proxy, without("kazakhstan"), "kazakhstan").candidates
    assert candidate.reasons[-1].count(",") > 3
    assert 3 + 2 + 3 == candidate.score


class Pairs(set[tuple[str, str]]):
    """Pairs of things that count how often one is looked up, or gone through."""

    def __init__(self, pairs: set[tuple[str, str]]) -> None:
        super().__init__(pairs)
        self.times = 0

    def __contains__(self, pair: object) -> bool:
        self.times += 1
        return super().__contains__(pair)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for pair in super().__iter__():
            self.times += 1
            yield pair


def test_what_is_related_is_looked_up_and_not_gone_through(monkeypatch: pytest.MonkeyPatch, graph: KnowledgeGraph) -> None:
    """For each statement of a candidate once, however many things are related."""
    pairs = Pairs({(f"x:{number}", "x:other") for number in range(1000)})
    monkeypatch.setattr(suggesting, "_related", lambda engine: pairs)
    monkeypatch.setattr(suggesting, "_statements", lambda client, items, others: [("x:q1", "x:qo", "P17→"), ("x:q2", "x:qo", "P17→")])
    named = [("x:1", "x:q1"), ("x:2", "x:q2"), ("x:none", "x:q1")]
    found = suggesting._neighbours(graph.engine, Client(Endpoint("http://127.0.0.1:9/")), named, {"x:other": "x:qo"})
    assert [{("x:other", "P17→")}, {("x:other", "P17→")}, set()] == [found.get(pair, set()) for pair in named]
    assert 3 == pairs.times


def test_csv_and_json_say_the_same(graph: KnowledgeGraph, proxy: Proxy) -> None:
    """A line, which ends in LF, and an entry for each candidate."""
    suggestions = suggested(graph, proxy, list(LINKS), "polad-bulbuloglu")
    document = json.loads(suggestions.to_json())
    lines = list(csv.DictReader(suggestions.to_csv().splitlines()))
    assert ["6", "0"] == [line["score"] for line in lines]
    as_text = [{**entry, "score": str(entry["score"]), "reasons": "; ".join(entry["reasons"])} for entry in document["candidates"]]
    assert (1, as_text) == (document["things"], lines)
    assert "\r" not in suggestions.to_csv()


# ---- accepting


def test_an_accepted_candidate_takes_the_place_of_none_found(graph: KnowledgeGraph, proxy: Proxy, folder: Path) -> None:
    """Every other byte of the table stays."""
    table = read_links(folder / SHIPPED.name)
    suggestions = suggested(graph, proxy, list(LINKS), "polad-bulbuloglu")
    link = accept([table], suggestions, SINGER, "Q9900000010", AUTHOR, DAY, "http://example.org/sparql")
    assert (SEMAPV + "ManualMappingCuration", (AUTHOR,), DAY) == (link.justification, link.authors, link.date)
    assert ("Q9900000010", "Made-up singer", True) == (link.number, link.item_label, link.is_match)
    assert link.comment.startswith('Accepted from the candidates of http://example.org/sparql: label "Polad Bülbüloğlu" (az); class fits')
    before, after = (path.read_bytes().splitlines() for path in (SHIPPED, folder / SHIPPED.name))
    assert [link.line] == [number for number, (old, new) in enumerate(zip(before, after, strict=True), 1) if old != new]
    assert b"polad-bulbuloglu" in before[link.line - 1]
    assert b"sssom:NoTermFound" in before[link.line - 1]


def test_a_thing_without_a_line_gets_one_at_the_end(graph: KnowledgeGraph, proxy: Proxy, folder: Path) -> None:
    """There is nothing to replace."""
    table = folder / SHIPPED.name
    table.write_text("".join(line for line in table.read_text("utf-8").splitlines(keepends=True) if "polad-" not in line), "utf-8")
    suggestions = suggested(graph, proxy, without("polad-bulbuloglu"), "polad-bulbuloglu")
    link = accept([read_links(table)], suggestions, SINGER, "Q9900000010", AUTHOR, DAY, "x")
    assert len(table.read_text("utf-8").splitlines()) == link.line


@pytest.mark.parametrize(
    ("number", "author", "message"),
    [
        ("Q1520", AUTHOR, "Q1520 is no candidate for Polad Bülbüloğlu: the candidates are Q9900000010, Q9900000011."),
        ("Q9900000010", "me", "the author 'me' is neither an IRI nor a CURIE of the curie_map."),
        ("Q9900000010", "http://example.org/me", "No prefix of the curie_map fits http://example.org/me; add one."),
    ],
)
def test_what_cannot_be_accepted_is_refused(
    graph: KnowledgeGraph, proxy: Proxy, folder: Path, number: str, author: str, message: str
) -> None:
    """And nothing is written."""
    suggestions = suggested(graph, proxy, list(LINKS), "polad-bulbuloglu")
    with pytest.raises(LinkError) as caught:
        accept([read_links(folder / SHIPPED.name)], suggestions, SINGER, number, author, DAY, "x")
    assert str(caught.value).endswith(message)
    assert SHIPPED.read_bytes() == (folder / SHIPPED.name).read_bytes()


def test_a_contradiction_with_another_table_is_refused(graph: KnowledgeGraph, proxy: Proxy, folder: Path) -> None:
    """The table grew since the candidates were looked for."""
    suggestions = suggested(graph, proxy, list(LINKS), "polad-bulbuloglu")
    table, other = read_links(folder / SHIPPED.name), folder / "other.sssom.tsv"
    other.write_text(table.head + LINKS[1].text.replace("Q227", "Q9900000010"), encoding="utf-8")
    with pytest.raises(LinkError, match="is Q9900000010, which by line"):
        accept([table, read_links(other)], suggestions, SINGER, "Q9900000010", AUTHOR, DAY, "x")
    assert SHIPPED.read_bytes() == (folder / SHIPPED.name).read_bytes()


def test_the_command_suggests_and_accepts(upstream: str, folder: Path) -> None:
    """Only what it is told to; then the thing has its item, and is looked for no more."""

    def kg(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "kg", "wikidata", *arguments, "--data", str(folder)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    asked = ("suggest", "id:polad-bulbuloglu", "--endpoint", upstream)
    first = kg(*asked)
    assert (0, "2 candidates for 1 of 1 thing.") == (first.returncode, first.stdout.splitlines()[-1])
    assert SHIPPED.read_bytes() == (folder / SHIPPED.name).read_bytes()
    assert (2, True) == ((run := kg(*asked, "--accept", "Q9900000010")).returncode, "--author" in run.stderr)
    accepted = kg(*asked, "--accept", "Q9900000010", "--author", "bilateral:authors")
    assert (0, "Polad Bülbüloğlu is Q9900000010.") == (accepted.returncode, accepted.stdout.strip().partition(": ")[2])
    (link,) = [link for link in read_links(folder / SHIPPED.name).links if link.subject == SINGER.iri]
    assert ("Q9900000010", datetime.now(UTC).date()) == (link.number, link.date)
    again = kg(*asked, "--accept", "Q9900000010", "--author", "bilateral:authors")
    assert (2, True) == (again.returncode, "Q9900000010 is no candidate for Polad Bülbüloğlu: is Polad Bülbüloğlu:" in again.stderr)
