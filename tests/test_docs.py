"""Docs cannot lie."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from kg import KnowledgeGraph, __version__
from kg.rows import Rows

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted((ROOT / "docs").rglob("*.md"))


def test_the_generated_pages_are_fresh() -> None:
    """As docs/generate.py would write them now."""
    run = subprocess.run([sys.executable, str(ROOT / "docs" / "generate.py"), "--check"], capture_output=True, text=True, check=False)
    assert (0, "") == (run.returncode, run.stdout)


BLOCKS = re.findall(r"^```console\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_the_readme_shows_real_output() -> None:
    """There is something to check."""
    assert len(BLOCKS) >= 2


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.splitlines()[0].removeprefix("$ "))
def test_the_output_in_the_readme_is_what_the_command_prints(block: str) -> None:
    """Line by line."""
    command, expected = block.split("\n", 1)
    assert command.startswith("$ kg ")
    arguments = [sys.executable, "-m", *shlex.split(command.removeprefix("$ "))]
    run = subprocess.run(arguments, capture_output=True, text=True, check=False, cwd=ROOT, env={**os.environ, "COLUMNS": "100"})
    assert expected.rstrip() == run.stdout.rstrip()


PYTHON = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", PYTHON)
def test_the_python_in_the_readme_runs(block: str) -> None:
    """And prints what its comments say."""
    run = subprocess.run([sys.executable, "-c", block], capture_output=True, text=True, check=False, cwd=ROOT)
    assert "" == run.stderr
    assert [line.split("# ", 1)[1] for line in block.splitlines() if "print(" in line and "# " in line] == run.stdout.splitlines()


HIDDEN = {
    "COUNT": "{ SELECT ?s (COUNT(?f) AS ?n) { ?f a dip:Embassy ; dip:sendingState ?s } GROUP BY ?s }",
    "ORDER BY": "{ SELECT ?s { ?f a dip:Embassy ; dip:sendingState ?s } ORDER BY ?s }",
    "LIMIT": "{ SELECT ?s { ?f a dip:Embassy ; dip:sendingState ?s } LIMIT 1 }",
    "OFFSET": "{ SELECT ?s { ?f a dip:Embassy ; dip:sendingState ?s } OFFSET 1 }",
    "+": "id:azerbaijan dip:memberOf+ ?s",
    "*": "id:azerbaijan dip:memberOf* ?s",
    "/": "id:azerbaijan dip:memberOf/^dip:memberOf ?s",
    "|": "id:azerbaijan dip:memberOf|dip:wasPartOf ?s",
    "^": "?s ^dip:memberOf id:azerbaijan",
    "[ … ]": "?s dip:sends [ a dip:Embassy ]",
}
SHOWN = (
    "{ SELECT DISTINCT ?s { ?f a dip:Embassy ; dip:sendingState ?s } }",
    "?f dip:sendingState ?s ; a/rdfs:subClassOf* dip:Embassy",
    "id:azerbaijan dip:memberOf ?s",
)


def test_the_limits_of_citations_are_those_in_the_readme(graph: KnowledgeGraph) -> None:
    """What hides facts is named there and leaves rows without a sentence; what does not, leaves none."""
    limits = README.partition("\n## Limits\n")[2].partition("\n## ")[0]
    (limit,) = re.findall(r"^- `--cite`.*?(?=^- |^$)", limits, re.MULTILINE | re.DOTALL)
    assert set(HIDDEN) == set(re.findall("`([^`]*)`", limit)) - {"--cite"}
    for pattern in (*HIDDEN.values(), *SHOWN):
        rows = graph.sparql(f"SELECT ?s {{ {pattern} }}")
        assert isinstance(rows, Rows)
        assert rows
        assert {pattern in SHOWN} == {bool(row.citations) for row in rows.cited()}, pattern


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """Files exist, and so do the headings in them."""
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text(encoding="utf-8")):
        name, _, heading = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), target
        if heading:
            headings = [
                line.lstrip("# ").lower().replace(" ", "-")
                for line in path.read_text(encoding="utf-8").splitlines()
                if line.startswith("#")
            ]
            assert heading in headings, target


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda page: page.name)
def test_a_decision_is_short_and_numbered(page: Path) -> None:
    """At most thirty lines."""
    lines = page.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 30
    assert lines[0].startswith(f"# {int(page.name[:4])}. ")


def test_the_version_is_the_same_everywhere() -> None:
    """In the package, the ontology, the changelog and the citation file."""
    ontology = (ROOT / "ontology" / "relations.ttl").read_text(encoding="utf-8")
    assert f'owl:versionInfo "{__version__}"' in ontology
    assert f"<https://w3id.org/bilateral/ontology/{__version__}>" in ontology
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"version: {__version__}" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
