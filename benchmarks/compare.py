"""Side by side in one run: the command, the Python wrapper and the rules, against what they are built on.

`python benchmarks/compare.py` prints a Markdown table; `--write` puts it into docs/performance.md. Absolute times depend on the machine
and on what else it does, so only ratios of runs that took turns are compared; each figure is the median of its runs.
"""

import argparse
import compileall
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pyoxigraph as ox

from kg import KnowledgeGraph, paths
from kg.build import build
from kg.load import parse
from kg.reason import closure
from kg.rows import Rows

QUERY = "timeline"
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"

BARE = """\
import sys
import pyoxigraph as ox
store = ox.Store()
with open(sys.argv[1], "rb") as file:
    store.bulk_load(file, ox.RdfFormat.N_QUADS)
with open(sys.argv[2], encoding="utf-8") as file:
    query = file.read()
solutions = store.query(query, use_default_graph_as_union=True)
sys.stdout.buffer.write(solutions.serialize(format=ox.QueryResultsFormat.CSV))
"""
RDFLIB = """\
import sys
import rdflib
dataset = rdflib.Dataset(default_union=True)
dataset.parse(sys.argv[1], format="nquads")
with open(sys.argv[2], encoding="utf-8") as file:
    query = file.read()
sys.stdout.buffer.write(dataset.query(query).serialize(format="csv"))
"""


def alternating(runs: int, *actions: Callable[[], object]) -> list[float]:
    """Median seconds of each action, run in turn after one round that does not count."""
    times: list[list[float]] = [[] for _ in actions]
    for number in range(runs + 1):
        for action, measured in zip(actions, times, strict=True):
            start = time.perf_counter()
            action()
            if number:
                measured.append(time.perf_counter() - start)
    return [statistics.median(measured) for measured in times]


def cold(runs: int) -> list[float]:
    """Whole processes: the command, ten lines of pyoxigraph, ten lines of rdflib; the same dataset and query, cache warm."""
    dataset, query = str(build().path), str(paths.QUERIES / f"{QUERY}.rq")
    kg = str(Path(sys.executable).parent / "kg")

    def process(*command: str) -> Callable[[], object]:
        return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    python = sys.executable
    return alternating(
        runs,
        process(kg, "query", QUERY, "--format", "csv"),
        process(python, "-c", BARE, dataset, query),
        process(python, "-c", RDFLIB, dataset, query),
    )


def warm(runs: int) -> list[float]:
    """The same query in one process: typed rows, all values read, against the store's own terms, all read."""
    graph = KnowledgeGraph.open()
    store, text = graph.dataset.store(), graph.queries[QUERY].text

    def ours() -> None:
        rows = graph.query(QUERY)
        if isinstance(rows, Rows):
            for row in rows:
                tuple(row)

    def bare() -> None:
        solutions = store.query(text, use_default_graph_as_union=True)
        if isinstance(solutions, ox.QuerySolutions):
            for solution in solutions:
                tuple(solution)

    return alternating(runs, ours, bare)


def reasoning(runs: int) -> list[float]:
    """The reasoning step of a build, through the rules and through owlrl."""
    ontology = parse(paths.ONTOLOGY).triples
    data = parse(paths.DATA / "relations.ttl").triples
    return alternating(runs, lambda: closure(data, ontology, "rules"), lambda: closure(data, ontology, "owlrl"))


def page() -> str:
    """The measured table, with where it was measured."""
    kg_cold, bare_cold, rdflib_cold = cold(21)
    ours, bare = warm(301)
    rules, owlrl = reasoning(3)
    rows = [
        (f"`kg query {QUERY} --format csv`, a whole process, cache warm", "ten lines of pyoxigraph", kg_cold / bare_cold, "at most 3.5"),
        ("ten lines of rdflib, a whole process", f"`kg query {QUERY} --format csv`", rdflib_cold / kg_cold, "at least 4"),
        (f'`graph.query("{QUERY}")`, typed rows read', "`pyoxigraph.Store.query`, rows read", ours / bare, "at most 1.5"),
        ("owlrl, reasoning over the article", "the rules", owlrl / rules, "at least 5"),
    ]
    lines = ["| this | takes, as a multiple of | ratio | aim |", "|---|---|---|---|"]
    lines += [f"| {this} | {that} | {ratio:.2f} | {aim} |" for this, that, ratio, aim in rows]
    names = ("pyoxigraph", "rdflib", "owlrl", "click")
    where = f"Python {platform.python_version()}, {', '.join(f'{name} {version(name)}' for name in names)}, {platform.machine()}"
    absolute = (
        f"Medians of this run: {kg_cold * 1000:.0f} ms, {bare_cold * 1000:.0f} ms and {rdflib_cold * 1000:.0f} ms for the three processes; "
        f"{ours * 1000:.2f} ms and {bare * 1000:.2f} ms warm; {rules * 1000:.0f} ms and {owlrl * 1000:.0f} ms of reasoning."
    )
    return "\n".join([*lines, "", f"{where}. {absolute}"]) + "\n"


def main() -> None:
    """Measure, print, and with --write keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    arguments = parser.parse_args()
    compileall.compile_dir(str(Path(paths.__file__).parent), quiet=1)  # as an installed package is
    measured = page()
    print(measured)
    if arguments.write:
        intro = (
            "# Performance\n\nWritten by `make bench`, which measures all in one run. Ratios are of medians of runs that took turns;\n"
            "the absolute times are those of one machine on one day.\n\n"
        )
        PAGE.write_text(intro + measured, encoding="utf-8")


if __name__ == "__main__":
    main()
