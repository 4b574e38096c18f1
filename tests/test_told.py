"""Descriptions and explanations tell in Python what the command tells."""

import os
import subprocess
import sys
from html import unescape

import pytest

from kg import KnowledgeGraph
from kg.describe import Description
from kg.explain import Explanation

TRIPLE = ("Azerbaijan", "has mission to", "Kazakhstan")
THINGS = ["Baku", "Kazakhstan", "Ilham Aliyev", "azkz:visit-ilham-2004", "medal Astana"]


def told(*arguments: str) -> str:
    """What the command prints where nothing need be folded."""
    run = subprocess.run(
        [sys.executable, "-m", "kg", *arguments], capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "10000"}
    )
    assert "" == run.stderr
    return run.stdout.removesuffix("\n")


@pytest.mark.parametrize("thing", THINGS)
def test_a_description_is_the_text_of_the_command(graph: KnowledgeGraph, thing: str) -> None:
    """Printed, or as a value."""
    description = graph.describe(thing)
    assert told("describe", thing) == description.to_text() == str(description)


def test_a_description_as_of_a_day_tells_what_has_no_date(graph: KnowledgeGraph) -> None:
    """As the command does; without a day nothing is marked."""
    day = "2004-03-15"
    text = str(graph.as_of(day).describe("Ilham Aliyev"))
    assert told("describe", "Ilham Aliyev", "--as-of", day) == text
    assert "(undated)" in text
    assert "(undated)" not in str(graph.describe("Ilham Aliyev"))


@pytest.mark.parametrize("triple", [TRIPLE, ("Heydar Aliyev", "holds award", "medal Astana"), ("Armenia", "has mission to", "Kazakhstan")])
def test_an_explanation_is_the_text_of_the_command(graph: KnowledgeGraph, triple: tuple[str, str, str]) -> None:
    """One proof, all of them, or what the graph says instead."""
    for every, options in ((False, []), (True, ["--all"])):
        explanation = graph.explain(*triple, every=every)
        assert told("explain", *triple, *options) == explanation.to_text() == str(explanation)


def test_the_prompt_shows_them_in_short(graph: KnowledgeGraph) -> None:
    """What it is of, and how much there is."""
    description, explanation = graph.describe("Baku"), graph.explain(*TRIPLE, every=True)
    numbers = len(description.statements), len(description.facts)
    assert (1, 1) == numbers
    assert "<Description of Baku: 1 statement, 1 fact>" == repr(description)
    assert "<Explanation of Azerbaijan · has mission to · Kazakhstan: 2 proofs>" == repr(explanation)
    assert "<Explanation of Armenia · has mission to · Kazakhstan: no proof>" == repr(graph.explain("Armenia", *TRIPLE[1:]))


def test_a_notebook_shows_the_text(graph: KnowledgeGraph) -> None:
    """With its line breaks, and nothing in it is taken for HTML."""
    shown: list[Description | Explanation] = [graph.describe("azkz:visit-ilham-2004"), graph.explain(*TRIPLE)]
    for one in shown:
        head, _, rest = one._repr_html_().partition(">")
        body, _, end = rest.rpartition("<")
        assert ("<pre", "/pre>") == (head.split(" ")[0], end)
        assert "<" not in body
        assert str(one) == unescape(body)


def test_a_line_break_in_a_value_breaks_no_line(graph: KnowledgeGraph) -> None:
    """Each statement begins a line of its own."""
    description = graph.describe("Baku")
    statement = description.statements[0]
    broken = type(statement)(statement.predicate, "one\ntwo", inverse=False, inferred=False, citations=())
    lines = Description(description.thing, (), (), (broken,), ()).to_text().splitlines()
    assert ["", "Statements", f"  {statement.predicate.label}: one two"] == lines[1:]


FRIENDS = ("Heydar Aliyev", "friend of", "Nursultan Nazarbayev")
REPORTEDLY = "(s13), no reference. Voice: Wikipedia contributors. Qualifying words: for a long time, reportedly."
"""Sentence 13 says that the two had been friends for a long time, reportedly; Nazarbayev's own word of sentence 20 is not qualified."""


def test_a_hedged_report_reads_as_one_in_every_form(graph: KnowledgeGraph) -> None:
    """Described and explained: as text, in a notebook, as Mermaid, JSON and Turtle; by the command as in Python."""
    description, explanation = graph.describe(FRIENDS[0]), graph.explain(*FRIENDS)
    texts = [str(description), description._repr_html_(), str(explanation), explanation._repr_html_(), explanation.to_mermaid()]
    texts += [told("describe", FRIENDS[0]), told("explain", *FRIENDS), told("explain", *FRIENDS, "--format", "mermaid")]
    assert [1] * len(texts) == [text.count(REPORTEDLY) for text in texts]
    for text in (description.to_json(), explanation.to_json()):
        assert '"for a long time",' in text
        assert '"reportedly"' in text
    assert 'rdfs:comment "Qualifying words: for a long time, reportedly."' in told("explain", *FRIENDS, "--format", "turtle")


def test_what_is_inferred_from_a_hedged_report_has_its_words(graph: KnowledgeGraph) -> None:
    """Friendship goes both ways; so does what qualifies it."""
    assert REPORTEDLY in str(graph.explain(*reversed(FRIENDS)))
    assert REPORTEDLY in str(graph.describe("Nursultan Nazarbayev"))


def test_what_is_not_hedged_has_no_qualifying_words(graph: KnowledgeGraph) -> None:
    """The medal was received, without more."""
    assert "Qualifying" not in str(graph.describe("medal Astana"))
