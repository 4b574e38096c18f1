"""Docs cannot lie."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from kg import KnowledgeGraph, __version__
from kg.rows import Rows
from kg.terms import Term

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted((ROOT / "docs").rglob("*.md"))


def test_the_generated_pages_are_fresh() -> None:
    """As docs/generate.py would write them now."""
    run = subprocess.run([sys.executable, str(ROOT / "docs" / "generate.py"), "--check"], capture_output=True, text=True, check=False)
    assert (0, "") == (run.returncode, run.stdout)


def test_the_page_of_queries_tells_how_a_thing_is_written(graph: KnowledgeGraph) -> None:
    """In CSV its name and beside it its IRI; in JSON and Python both in one value."""
    page = (ROOT / "docs" / "queries.md").read_text(encoding="utf-8")
    assert "its name and, in a column `NAME_iri` behind it, its IRI" in page
    assert 'in JSON an object `{"iri": …, "label": …}`, in Python a `Term` with `iri` and `label`' in page
    rows = graph.query("places", place="Baku")
    assert isinstance(rows, Rows)
    assert "place,place_iri," == rows.to_csv()[:16]
    assert ["Baku", "https://w3id.org/bilateral/id/baku"] == rows.to_csv().splitlines()[1].split(",")[:2]
    assert {"iri": "https://w3id.org/bilateral/id/baku", "label": "Baku"} == json.loads(rows.to_json())[0]["place"]
    assert Term("https://w3id.org/bilateral/id/baku", "Baku") == rows[0][0]


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


@pytest.mark.parametrize("page", ["README.md", "docs/python.md"])
def test_the_python_in_the_docs_runs(page: str) -> None:
    """The blocks of a page one after the other; they print what their comments say."""
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    run = subprocess.run([sys.executable, "-c", "\n".join(blocks)], capture_output=True, text=True, check=False, cwd=ROOT)
    assert "" == run.stderr
    lines = [line for block in blocks for line in block.splitlines()]
    assert [line.split("# ", 1)[1] for line in lines if "print(" in line and "# " in line] == run.stdout.splitlines() != []


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
