"""docs/another-pair.md is true: its text is drafted, its facts are added, its commands are run."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from kg import KnowledgeGraph, paths
from kg.build import check
from kg.draft import draft
from kg.load import parse_text
from kg.namespaces import ID
from kg.rows import Rows
from kg.validate import Report

PAGE = (Path(__file__).parents[1] / "docs" / "another-pair.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
TEXT = next(block for kind, block in BLOCKS if kind == "text")
OWN = f"{ID}graustark-ruritania/"


class Example(NamedTuple):
    """Turtle of the page, and the stored query that is asked of it."""

    turtle: str
    query: str

    def nodes(self) -> set[str]:
        """The article's own things that it describes."""
        return set(re.findall(r"^grru:([\w-]+) a ", self.turtle, re.MULTILINE))


EXAMPLES = [Example(*found) for found in re.findall(r"^```turtle\n(.*?)^```\n\n`kg query ([\w-]+)`$", PAGE, re.MULTILINE | re.DOTALL)]


def data(examples: list[Example]) -> str:
    """The draft with some examples: sentences that these cut into clauses cite through them alone."""
    turtle = draft(TEXT, "graustark-ruritania").to_turtle()
    for sentence in {whole for one in examples for whole in re.findall(r"dcterms:isPartOf (grru:s\d+) ;", one.turtle)}:
        before, after = turtle.split(f"\n{sentence} a dip:Sentence", 1)
        turtle = f"{before}\n{sentence} a dip:Sentence" + re.sub(r" ;\n    dip:cites .*? \.\n", " .\n", after, count=1)
    return "\n\n".join([turtle, *(one.turtle for one in examples)])


def report(examples: list[Example]) -> Report:
    return check([parse_text(data(examples), Path("relations.ttl"))])


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeGraph:
    folder = tmp_path_factory.mktemp("pair")
    (folder / "relations.ttl").write_text(data(EXAMPLES), encoding="utf-8")
    return KnowledgeGraph.open(folder)


def test_each_turtle_block_is_an_example_with_a_query() -> None:
    """A mission, memberships, a visit, a treaty, clauses, an opinion and a quotation."""
    assert [block for kind, block in BLOCKS if kind == "turtle"] == [one.turtle for one in EXAMPLES]
    classes = {name for one in EXAMPLES for name in re.findall(r" a (dip:\w+)", one.turtle)}
    named = "Embassy Membership InternationalOrganization StateVisit TreatySignature Treaty Clause Opinion AttributedStatement".split()
    assert {f"dip:{name}" for name in named} <= classes


@pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=[one.query for one in EXAMPLES])
def test_an_example_is_complete(number: int) -> None:
    """With those before it, only segments that have no facts yet are wrong, and none of its own."""
    found = report(EXAMPLES[: number + 1])
    wrong = {(one.shape, one.focus) for one in found.of("Violation") if one.shape != "s:V07"}
    assert {"s:V27"} >= {shape for shape, _ in wrong}
    stated = {name for one in EXAMPLES[: number + 1] for name in re.findall(r"dip:statedIn (grru:\w+)", one.turtle)}
    assert set() == stated & {focus for _, focus in wrong}


def test_all_examples_together_conform() -> None:
    """Without a warning."""
    found = report(EXAMPLES)
    assert ((), ()) == (found.of("Violation"), found.of("Warning"))


@pytest.mark.parametrize("example", EXAMPLES, ids=[one.query for one in EXAMPLES])
def test_the_query_of_an_example_answers_from_it(pair: KnowledgeGraph, example: Example) -> None:
    """Its rows rest on facts of the example."""
    answer = pair.query(example.query)
    assert isinstance(answer, Rows)
    rows = answer.cited()
    facts = {citation.fact for row in rows for citation in row.citations}
    assert {f"{OWN}{name}" for name in example.nodes()} & facts


def test_the_clauses_on_the_page_are_those_of_the_draft() -> None:
    """Offsets and digests too."""
    offered = "\n".join(re.findall("^#   (.*)$", draft(TEXT, "graustark-ruritania").to_turtle(), re.MULTILINE))
    clauses = [block for one in EXAMPLES for block in one.turtle.split("\n\n") if " a dip:Clause" in block]
    assert offered == "\n".join(clauses)


def commands() -> Iterator[tuple[str, str]]:
    for kind, block in BLOCKS:
        if kind == "console":
            yield from re.findall(r"^\$ kg (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)


def test_the_commands_of_the_page_print_what_it_shows(tmp_path: Path) -> None:
    """In their order: the facts are added before `kg validate`. Of a long answer the page shows the first lines."""
    (tmp_path / "article.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "graustark").mkdir()
    for command, shown in commands():
        if command.startswith("validate"):
            (tmp_path / "graustark" / "relations.ttl").write_text(data(EXAMPLES), encoding="utf-8")
        run = subprocess.run(
            [sys.executable, "-m", "kg", *shlex.split(command)],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "COLUMNS": "100"},
        )
        assert 0 == run.returncode, run.stderr
        printed = run.stdout or run.stderr
        lines = [line.rstrip() for line in printed.splitlines()]
        assert shown.splitlines() == lines[: len(shown.splitlines())]


def test_half_a_dataset_is_asked_from_an_unchecked_store(tmp_path: Path) -> None:
    """As the page says: the facts that are there answer."""
    assert "`kg build --no-validate --store half graustark`" in PAGE
    (tmp_path / "graustark").mkdir()
    (tmp_path / "graustark" / "relations.ttl").write_text(data(EXAMPLES[:1]), encoding="utf-8")
    build = [sys.executable, "-m", "kg", "build", "--no-validate", "--store", "half", "graustark"]
    subprocess.run(build, capture_output=True, check=True, cwd=tmp_path)
    missions = KnowledgeGraph.open(store=tmp_path / "half").query("missions")
    assert isinstance(missions, Rows)
    assert ["Streslau"] == [str(row.seat) for row in missions]


def test_a_treaty_that_states_a_fact_is_told_as_the_page_says() -> None:
    """As a contradiction of these two classes; so are the other things that facts are mistaken for."""
    wrong = "".join(example.turtle for example in EXAMPLES if example.query == "treaties").replace("a dip:TreatySignature", "a dip:Treaty")
    messages = [one.message for one in report([Example(wrong, "treaties")]).of("Violation")]
    assert [message for message in messages if "both dip:Treaty and dip:ReportedFact, which are disjoint" in message]
    assert "both dip:Treaty and dip:ReportedFact, which are disjoint" in PAGE


def test_the_checks_that_the_page_explains_are_there() -> None:
    """By number, and in the words of their messages."""
    shapes = paths.SHAPES.read_text(encoding="utf-8")
    messages = re.findall(r'sh:message "([^"]+)"', shapes)
    rows = re.findall(r"^\| ([VI]\d\d.*?) \|", PAGE, re.MULTILINE)
    assert 8 == len(rows)
    for row in rows:
        for number in re.findall(r"[VI]\d\d", row):
            parts = [part.strip() for part in re.sub(r"[VI]\d\d,?", "", row).split("…")]
            assert [message for message in messages if message.startswith(number) and all(part in message for part in parts)], row
