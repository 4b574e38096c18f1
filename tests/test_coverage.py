"""What of the article is in the graph, and what of the graph is used."""

import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import shared

from kg import KnowledgeGraph
from kg.coverage import Coverage, summary, to_html
from kg.rows import Rows


@pytest.fixture(scope="module")
def account(graph: KnowledgeGraph) -> Coverage:
    """The account of the article."""
    return graph.coverage()


def test_the_account_tells_what_it_asks(other_data: Path) -> None:
    """Each stored query that needs nothing more, in order: on a large graph that takes a while."""
    graph, told = KnowledgeGraph.open(other_data), list[str]()
    graph.coverage(told.append)
    assert [f"asking {name} …" for name, stored in graph.queries.items() if stored.form == "SELECT" and stored.alone] == told


def test_what_the_rows_have_is_not_looked_for_in_their_citations(monkeypatch: pytest.MonkeyPatch) -> None:
    """To cite costs the most by far: no answer is cited where the rows alone have every fact."""
    with monkeypatch.context() as patch:
        patch.setattr(Rows, "cited", lambda self: pytest.fail("cited"))
        assert () == KnowledgeGraph.open().coverage().unreturned


def test_what_no_row_has_is_looked_for_in_the_citations(tmp_path: Path, graph: KnowledgeGraph) -> None:
    """In those of one answer after the other, until each fact is found; a fact that no answer rests on is told."""
    some, every = (graph.queries[name].text for name in ("former-polities-in-common", "voices"))
    for name, text in (("a", some), ("b", every), ("c", some)):
        (tmp_path / f"{name}.rq").write_text(text, encoding="utf-8")
    asked, told = KnowledgeGraph.open(queries=tmp_path), list[str]()
    assert () == asked.coverage(told.append).unreturned
    assert ["asking a …", "asking b …", "asking c …", "citing a …", "citing b …"] == told
    (tmp_path / "b.rq").unlink()
    answer = asked.query("a")
    assert isinstance(answer, Rows)
    rests_on = {citation.fact for row in answer.cited() for citation in row.citations}
    account = KnowledgeGraph.open(queries=tmp_path).coverage()
    assert account.facts == len(account.unreturned) + len(rests_on)
    assert rests_on.isdisjoint(fact.iri for fact in account.unreturned)


def test_every_sentence_of_the_article_has_its_facts(account: Coverage) -> None:
    """48 sentences in the order of the text; the first one only restates."""
    assert 48 == len(account.sentences)
    assert () == account.bare
    assert [f"s{number:02}" for number in range(1, 49)] == [sentence.segment.iri.rsplit("/", 1)[-1] for sentence in account.sentences]
    assert ((), 1) == (account.sentences[0].facts, len(account.sentences[0].restated))
    assert 14 == len(account.sentences[4].facts)


def test_a_sentence_has_the_facts_and_references_of_its_clauses(account: Coverage) -> None:
    """The eleventh: three facts, references 2 and 3."""
    sentence = account.sentences[10]
    assert (3, (2, 3)) == (len(sentence.facts), sentence.references)


def test_facts_without_a_citation_are_those_that_the_shapes_report(account: Coverage, graph: KnowledgeGraph) -> None:
    """I26 counts the same ones, by another way."""
    reported = {result.focus for result in graph.validate().of("Info") if result.shape == "s:I26"}
    assert reported == {"azkz:" + fact.iri.rsplit("/", 1)[-1] for fact in account.uncited}


def test_each_fact_is_counted_once_by_class(account: Coverage) -> None:
    """The counts add up to all facts; by voice they may add up to more."""
    assert account.facts == sum(count for _, count in account.classes) == 139
    assert account.facts <= sum(count for _, count in account.voices)


def test_nothing_is_of_no_use(account: Coverage) -> None:
    """Every term of the ontology is used, every fact is returned by some stored query, and every query returns something."""
    assert () == account.unused
    assert () == account.unreturned
    assert () == account.empty


def test_what_is_missing_is_told(other_data: Path) -> None:
    """A sentence without facts, terms and queries without use."""
    path = other_data / "relations.ttl"
    before, after = path.read_text(encoding="utf-8").split("grru:embassy a dip:Embassy ;")
    path.write_text(before + after.split("\n\n", 1)[1], encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "kg", "coverage", "--no-cache", "--data", str(other_data)], capture_output=True, text=True, check=False
    )
    assert (1, "") == (run.returncode, run.stderr)
    assert ["1 of 2 sentences has facts.", "Sentences without facts: sentence 1."] == [
        line for line in run.stdout.splitlines() if line.startswith(("1 of", "Sentences without facts"))
    ]
    account = KnowledgeGraph.open(Path(__file__).parent / "graustark").coverage()
    assert "treaty" in {term.label for term in account.unused}
    assert "opinions" in account.empty
    assert "state-visits" not in account.empty


class _Words(HTMLParser):
    """The words of a page, and the tags that are open."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_is_one_well_formed_file_without_the_article_in_it(account: Coverage) -> None:
    """Nothing is loaded from elsewhere; names of sentences stand in place of the sentences."""
    page = to_html(account)
    reader = _Words()
    reader.feed(page)
    assert [] == reader.open
    assert not [mark for mark in ("<script", "<link", "<img", "src=", "href=", "@import", "url(") if mark in page]
    assert "sentence 41" in reader.words
    assert 48 == page.count('<tr id="s')


def test_with_the_readers_own_copy_the_page_shows_the_sentences(account: Coverage) -> None:
    """Each at its place."""
    text = shared("article.txt").read_text(encoding="utf-8")
    assert 0 == account.misfits(text)
    reader = _Words()
    reader.feed(to_html(account, text))
    assert all(text[sentence.start : sentence.end] in reader.words for sentence in account.sentences)


def test_another_text_is_refused(tmp_path: Path) -> None:
    """With how many sentences do not fit; no page is written."""
    (tmp_path / "other.txt").write_text("Another article.", encoding="utf-8")
    arguments = ["coverage", "--article", str(tmp_path / "other.txt"), "--format", "html", "-o", str(tmp_path / "page.html")]
    run = subprocess.run([sys.executable, "-m", "kg", *arguments], capture_output=True, text=True, check=False)
    assert (2, "") == (run.returncode, run.stdout)
    assert "other.txt: 48 of 48 sentences are not where the data say" in run.stderr
    assert not (tmp_path / "page.html").exists()


def test_the_account_is_told_in_lines_and_as_json(account: Coverage) -> None:
    """The same numbers."""
    assert "48 of 48 sentences have facts." == summary(account)[0]
    document = json.loads(account.to_json())
    assert 48 == len(document["sentences"])
    assert len(account.uncited) == len(document["factsWithoutCitation"])
