"""Footnote markers of another copy: what its sentences cite, beside what the data say they do."""

import re

import pytest
from conftest import shared
from test_verify import ARTICLE, COURT, LEAD, REFERENCES, SEGMENTS, TRADE, article

from kg import KnowledgeGraph
from kg.verify.compare import compare
from kg.verify.markers import Cites, recited

CITES = {LEAD[0]: {REFERENCES[0]}, COURT[0]: {REFERENCES[1]}}


def told(text: str) -> dict[str, Cites]:
    matches, new = compare(SEGMENTS, text)
    return recited(text, [segment for segment in SEGMENTS if segment.iri in {*LEAD, *COURT, *TRADE}], CITES, matches, new)


def numbered(text: str, *numbers: int) -> str:
    """`text` with other numbers in its markers, 0 for none."""
    found = iter(numbers)
    return re.sub(r"\[\d\]", lambda _: f"[{number}]" if (number := next(found)) else "", text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ARTICLE, {}),
        (numbered(ARTICLE, 2, 2), {LEAD[0]: Cites((2,), (1,))}),
        (numbered(ARTICLE, 2, 1), {LEAD[0]: Cites((2,), (1,)), COURT[0]: Cites((1,), (2,))}),
        (numbered(ARTICLE, 0, 2), {LEAD[0]: Cites((), (1,))}),
        (ARTICLE.replace(TRADE[0], TRADE[0] + "[2]"), {TRADE[0]: Cites((2,), ())}),
        (ARTICLE.replace("[1]", "[1][2]"), {LEAD[0]: Cites((1, 2), (1,))}),
        (ARTICLE.replace("[1]", "[1][note 2][1]"), {}),
        (numbered(ARTICLE, 7, 2), {LEAD[0]: Cites((7,), (1,))}),
        (numbered(article(references=[REFERENCES[1]]), 1, 1), {LEAD[0]: Cites((1,), (0,))}),
    ],
)
def test_what_is_cited_otherwise_is_told(text: str, expected: dict[str, Cites]) -> None:
    """By the numbers of the copy: another reference, one less, one more, one that its list does not have."""
    assert expected == told(text)


@pytest.mark.parametrize(
    ("references", "numbers"),
    [
        (["An almanac of rulers.", *REFERENCES], (2, 3)),
        ([REFERENCES[0], "An almanac of rulers.", REFERENCES[1]], (1, 3)),
        ([*REFERENCES, "An almanac of rulers."], (1, 2)),
        ([*reversed(REFERENCES)], (2, 1)),
    ],
)
def test_references_may_be_numbered_anew(references: list[str], numbers: tuple[int, int]) -> None:
    """Where the markers follow the list, nothing has changed."""
    assert {} == told(numbered(article(references=references), *numbers))


def test_a_copy_without_markers_says_nothing_of_citations() -> None:
    """As plain text from elsewhere has none."""
    assert {} == told(numbered(ARTICLE, 0, 0))


def test_another_citation_breaks_what_rests_on_it() -> None:
    """In the article: the sentence is intact, its facts are named, and the copy does not hold; nor does one whose reference changed."""
    text = shared("article.txt").read_text(encoding="utf-8")
    graph = KnowledgeGraph.open()
    assert graph.verify(text).holds
    changed = graph.verify(text.replace("[7]", "[8]"))
    (one,) = [one for one in changed.checked if one.cites]
    assert (Cites((8,), (7,)), "intact", False) == (one.cites, one.match.status, changed.holds)
    assert ["Both presidents stressed how much Kazakhstan matters in big projects, above all Baku-Tbilisi-Ceyhan"] == [
        fact.label for fact in one.facts
    ]
    (reference,) = graph.verify(text.replace("- ↑ President of Azerbaijan", "- ↑ Prime minister of Azerbaijan")).of("changed")
    assert [fact.iri for fact in one.facts] == [fact.iri for fact in reference.facts]
