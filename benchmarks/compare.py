"""Side by side in one run: the command, the Python wrapper and the rules, against what they are built on.

`python benchmarks/compare.py` prints a Markdown table; `--write` puts it into docs/performance.md; with `--article FILE`, a copy of the
article's text, `kg verify` is measured too. Absolute times depend on the machine and on what else it does, so only ratios of runs that took
turns are compared; each figure is the median of its runs.
"""

import argparse
import compileall
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import pyoxigraph as ox
from performance import put

from kg import KnowledgeGraph, paths
from kg.build import build
from kg.load import parse
from kg.reason import closure
from kg.rows import Rows

QUERY = "timeline"

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
    store, text = build().store(), graph.queries[QUERY].text

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


def answerable(graph: KnowledgeGraph) -> Iterator[str]:
    """The stored queries that answer with rows and need no option."""
    for name, stored in graph.queries.items():
        if stored.form == "SELECT" and stored.alone:
            yield name


def citing(runs: int) -> tuple[list[tuple[float, str]], list[tuple[float, str]]]:
    """For each such query, rows with citations against rows without, all read: a question asked again, and one that is new each time.

    A comment with a number makes a question new; its facts are known from before.
    """
    graph = KnowledgeGraph.open()
    again, new = [], []
    numbers = iter(range(10**9))

    def asked(text: str, cited: bool) -> None:
        rows = graph.sparql(text)
        if isinstance(rows, Rows):
            for row in rows.cited() if cited else rows:
                tuple(row)

    for name in answerable(graph):
        text = graph.queries[name].text
        plain, cited = alternating(runs, lambda text=text: asked(text, False), lambda text=text: asked(text, True))  # type: ignore[misc]
        again.append((cited / plain, name))
        plain, cited = alternating(
            runs,
            lambda text=text: asked(f"{text}\n# {next(numbers)}", False),  # type: ignore[misc]
            lambda text=text: asked(f"{text}\n# {next(numbers)}", True),  # type: ignore[misc]
        )
        new.append((cited / plain, name))
    return sorted(again), sorted(new)


DEEPEST = ("azerbaijan", "dip:hasTreatyWith", "kazakhstan")
"""One of the four inferences of the article with the most steps, six."""


def explaining(runs: int) -> list[float]:
    """Whole processes: the deepest inference of the article explained, and a stored query, cache warm."""
    kg = str(Path(sys.executable).parent / "kg")

    def process(*command: str) -> Callable[[], object]:
        return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    return alternating(runs, process(kg, "explain", *DEEPEST), process(kg, "query", QUERY, "--format", "csv"))


def processor_time(runs: int, *arguments: str) -> float:
    """Median seconds of processor time, user and system, of `kg` with `arguments` as a whole process, after one run that does not count."""
    times = []
    for _ in range(runs + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([str(Path(sys.executable).parent / "kg"), *arguments], check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return statistics.median(times[1:])


def reasoning(runs: int) -> list[float]:
    """The reasoning step of a build, through the rules and through owlrl."""
    ontology = parse(paths.ONTOLOGY).triples
    data = parse(paths.DATA / "relations.ttl").triples
    return alternating(runs, lambda: closure(data, ontology, "rules"), lambda: closure(data, ontology, "owlrl"))


def page(article: Path | None) -> str:
    """The measured tables, with where they were measured."""
    kg_cold, bare_cold, rdflib_cold = cold(21)
    ours, bare = warm(301)
    rules, owlrl = reasoning(3)
    again, new = citing(31)
    explained, plain = explaining(11)
    rows = [
        (f"`kg query {QUERY} --format csv`, a whole process, cache warm", "ten lines of pyoxigraph", kg_cold / bare_cold, "at most 3.5"),
        ("ten lines of rdflib, a whole process", f"`kg query {QUERY} --format csv`", rdflib_cold / kg_cold, "at least 4"),
        (f'`graph.query("{QUERY}")`, typed rows read', "`pyoxigraph.Store.query`, rows read", ours / bare, "at most 1.5"),
        ("owlrl, reasoning over the article", "the rules", owlrl / rules, "at least 5"),
        ("rows cited, the median query, asked again", "the same without citations", statistics.median_low(again)[0], "at most 2"),
        (f"rows cited, the slowest query (`{again[-1][1]}`), asked again", "the same without citations", again[-1][0], "at most 2"),
        ("rows cited, the median query, a new question", "the same without citations", statistics.median_low(new)[0], ""),
        (f"rows cited, the slowest query (`{new[-1][1]}`), a new question", "the same without citations", new[-1][0], ""),
        (
            f"`kg explain {' '.join(DEEPEST)}`, a whole process, cache warm",
            f"`kg query {QUERY} --format csv`",
            explained / plain,
            "under 3",
        ),
    ]
    lines = ["| this | takes, as a multiple of | ratio | aim |", "|---|---|---|---|"]
    lines += [f"| {this} | {that} | {ratio:.2f} | {aim} |" for this, that, ratio, aim in rows]
    names = ("pyoxigraph", "rdflib", "owlrl", "click")
    where = f"Python {platform.python_version()}, {', '.join(f'{name} {version(name)}' for name in names)}, {platform.machine()}"
    absolute = (
        f"Medians of this run: {kg_cold * 1000:.0f} ms, {bare_cold * 1000:.0f} ms and {rdflib_cold * 1000:.0f} ms for the three processes; "
        f"{ours * 1000:.2f} ms and {bare * 1000:.2f} ms warm; {rules * 1000:.0f} ms and {owlrl * 1000:.0f} ms of reasoning."
    )
    commands = [("coverage",), *([("verify", "--article", str(article))] if article else [])]
    used = [f"`kg {name}` {processor_time(5, name, *rest) * 1000:.0f} ms" for name, *rest in commands]
    spent = f"Processor time, user and system, of whole processes over the article, cache warm (aim: under a second): {', '.join(used)}."
    return "\n".join([*lines, "", f"{where}. {absolute}", "", spent]) + "\n"


def main() -> None:
    """Measure, print, and with --write keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    parser.add_argument("--article", type=Path, metavar="FILE", help="a copy of the article's text, for `kg verify`")
    arguments = parser.parse_args()
    compileall.compile_dir(str(Path(paths.__file__).parent), quiet=1)  # as an installed package is
    measured = page(arguments.article)
    print(measured)
    if arguments.write:
        intro = (
            "Written by `make bench` (with `ARTICLE=FILE` for `kg verify`), which measures all in one run.\n"
            "Ratios are of medians of runs that took turns; the absolute times are those of one machine on one day.\n\n"
        )
        put("compare", intro + measured)


if __name__ == "__main__":
    main()
