"""How the engine answers the stored queries: what a question about one thing looks at, by the plan that the oxigraph command tells."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from generate import generate, world_of
from questions import KINDS, questions
from servers import oxigraph_command

from kg import KnowledgeGraph, paths
from kg.query import Catalogue
from kg.rows import Rows
from kg.store.build import build_store
from kg.store.folder import StoredDataset
from kg.watch import NOBODY

SHARED = frozenset({"former-polities-in-common", "memberships-in-common"})
"""Queries whose answer is made of all that is said of others, where each organisation, say, has the one that is asked about."""
ASKED = [
    name
    for name, stored in Catalogue(paths.QUERIES).items()
    if stored.parameters and not (stored.federated or stored.enriched or name in SHARED)
]
FEW = 20
"""What has no more than so many is no scan: the properties below another, say."""

_NODE = re.compile(r'name: "QuadPattern\((.*)\)",\s*number of results: ([\d,]+),')
"""A triple pattern in a plan, and how many triples it gave."""


class Pattern(NamedTuple):
    """A triple pattern as SPARQL has it, and how many triples it gave while a query was answered."""

    text: str
    given: int


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory, _own_cache: None) -> KnowledgeGraph:
    """Thirty-six made-up articles, on disk."""
    folder = tmp_path_factory.mktemp("plans")
    generate(folder / "data", world_of(100_000))
    build_store(folder / "store", [folder / "data"], NOBODY, validate=False)
    return KnowledgeGraph.open(store=folder / "store")


def patterns(generation: Path, text: str) -> Iterator[Pattern]:
    """The triple patterns of the plan that a query was answered by."""
    options = ["--location", str(generation), "--query", text, "--union-default-graph", "--explain", "--stats"]
    results = ["--results-format", "nt" if "CONSTRUCT" in text else "csv"]
    done = subprocess.run([oxigraph_command(), "query", *options, *results], capture_output=True, text=True, check=True)
    for node, given in _NODE.findall(done.stderr):
        yield Pattern(node, int(given.replace(",", "")))


def count(graph: KnowledgeGraph, pattern: str) -> int:
    """How many triples of the whole graph match a pattern."""
    rows = graph.sparql(f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}")
    assert isinstance(rows, Rows)
    assert isinstance(rows[0].n, int)
    return rows[0].n


@pytest.mark.parametrize("name", ASKED)
def test_a_question_about_one_thing_goes_through_no_list(generated: KnowledgeGraph, name: str) -> None:
    """Not all persons are gone through to tell of one: no pattern gives all that match it, unless the answer has half as many rows."""
    assert isinstance(generated.dataset, StoredDataset)
    generation = generated.dataset.folder / generated.dataset.manifest.generation
    for parameters in questions(generated, generated.queries[name]):
        things = [str(value) for key, value in parameters.items() if key not in (*KINDS, "number", "section")]
        if len(things) != 1:
            continue
        answer = generated.query(name, **parameters)
        rows = 1 if isinstance(answer, bool) else len(answer)
        for pattern in patterns(generation, generated.bound(name, **parameters)):
            if pattern.given > max(FEW, 2 * rows) and f"<{things[0]}>" not in pattern.text:
                assert pattern.given != count(generated, pattern.text), (parameters, pattern)
