"""The figures of `scale.py` as Markdown: what was aimed at, what each step takes at each size, and where the cost comes from."""

import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from questions import DOUBTFUL, LONGEST
from steps import STEPS

Run = Mapping[str, Any]
Runs = Mapping[tuple[str, int], Run]


def page(figures: Mapping[str, Any]) -> str:
    """The part of the page that tells of size."""
    runs: Runs = {(run["step"], run["size"]): run for run in figures["runs"]}
    sizes = sorted({size for _, size in runs})
    tables = [table for part in (costs, growth, asked) for table in (*part(runs, sizes), "")]
    parts = [_INTRODUCTION, *aims(runs), "", *tables, _REASONS, *where(figures["machine"])]
    return "\n".join(parts) + "\n"


def good(runs: Runs, step: str, size: int) -> Run | None:
    """The figures of a step; None where it was not run, or did not end."""
    run = runs.get((step, size))
    return None if run is None or "problem" in run else run


# ---- what was aimed at


class Aim(NamedTuple):
    """A ratio or an amount that is aimed at: what, of the figures at a size, and the most, or least, that it may be."""

    what: str
    value: Callable[[Runs, int], float | None]
    bound: float
    least: bool = False
    unit: str = ""
    sizes: tuple[int, ...] = (1_000_000,)


def _over(step: str, other: str, key: str = "processor") -> Callable[[Runs, int], float | None]:
    """How many times what `other` takes a step takes."""

    def ratio(runs: Runs, size: int) -> float | None:
        one, two = good(runs, step, size), good(runs, other, size)
        return None if one is None or two is None else float(one[key]) / float(two[key])

    return ratio


def _peak(step: str) -> Callable[[Runs, int], float | None]:
    """The gigabytes that a step takes at its peak."""

    def gigabytes(runs: Runs, size: int) -> float | None:
        run = good(runs, step, size)
        return None if run is None else float(run["megabytes"]) / 1024

    return gigabytes


def _power(step: str) -> Callable[[Runs, int], float | None]:
    """The power of the triples that a step grows with: the slope of the line through the logarithms of what each size up to one takes.

    Smaller sizes are left out: what a step takes whatever the size would make it less.
    """

    def slope(runs: Runs, size: int) -> float | None:
        found = [(of, run["processor"]) for of in _LARGE if _SMALLEST <= of <= size and (run := good(runs, step, of))]
        if size not in dict(found) or len(found) < _FEWEST_SIZES:
            return None
        return statistics.linear_regression(*([math.log(number) for number in numbers] for numbers in zip(*found, strict=True))).slope

    return slope


def _of_questions(step: str, worst: Callable[[Sequence[Run]], float]) -> Callable[[Runs, int], float | None]:
    def found(runs: Runs, size: int) -> float | None:
        run = good(runs, step, size)
        return None if run is None else worst(run["questions"])

    return found


def _worst_ratio(questions: Sequence[Run]) -> float:
    return max(float(one["ratio"]) for one in questions)


def _small(questions: Sequence[Run]) -> list[Run]:
    """The questions about one thing or pair, with few rows: what they cost beyond their answer."""
    return [one for one in questions if one["point"] and one["rows"] <= _FEW_ROWS]


def _beyond(step: str, other: str) -> Callable[[Runs, int], float | None]:
    """The megabytes that a step takes at its peak beyond those of `other`."""

    def megabytes(runs: Runs, size: int) -> float | None:
        one, two = good(runs, step, size), good(runs, other, size)
        return None if one is None or two is None else float(one["megabytes"]) - float(two["megabytes"])

    return megabytes


_FEW_ROWS = 30
_LARGE = (10_000, 100_000, 1_000_000, 10_000_000)
_SMALLEST, _FEWEST_SIZES = 100_000, 3
AIMS = (
    Aim("bulk load on disk, times `oxigraph load` (wall clock)", _over("load-kg", "load-oxigraph", "seconds"), 1, sizes=_LARGE[3:]),
    Aim("peak memory of `kg build --store`", _peak("build-kg"), 4, unit=" GB", sizes=_LARGE[2:]),
    Aim("reasoning in memory, times loading into memory", _over("reason-memory", "load-memory"), 2.5),
    Aim("owlrl, times our reasoning", _over("reason-owlrl", "reason-memory"), 100, least=True, sizes=(100_000,)),
    Aim("`reasonable`, times our reasoning", _over("reason-reasonable", "reason-memory"), 1.5, least=True),
    Aim("reasoning on disk, the power of the triples that it grows with", _power("reason-disk"), 1.2, sizes=_LARGE[3:]),
    Aim("validation, times pySHACL", _over("validate-sparql", "validate-pyshacl"), 1, sizes=_LARGE[:3]),
    Aim("validation, the power of the triples that it grows with", _power("validate-sparql"), 1.2, sizes=_LARGE[3:]),
    Aim("peak memory of validation", _peak("validate-sparql"), 6, unit=" GB", sizes=_LARGE[3:]),
    Aim("stored queries on disk, the worst, times pyoxigraph's rows", _of_questions("query-disk", _worst_ratio), 1.3),
    Aim("stored queries in memory, the worst, times pyoxigraph's rows", _of_questions("query-memory", _worst_ratio), 1.3),
    Aim(
        f"the slowest question about one thing or pair with at most {_FEW_ROWS} rows, on disk",
        _of_questions("query-disk", lambda found: max(one["ours"] for one in _small(found))),
        5,
        unit=" ms",
        sizes=_LARGE,
    ),
    Aim("export as Turtle, times pyoxigraph's dump", _over("export-kg", "export-pyoxigraph"), 1.5),
    Aim("peak memory of an export beyond pyoxigraph's dump", _beyond("export-kg", "export-pyoxigraph"), 5, unit=" MB", sizes=_LARGE[2:]),
)


def aims(runs: Runs) -> Iterator[str]:
    """A table of the aims whose figures are there, met or not."""
    yield "| aimed at | triples | found | aim | |"
    yield "|---|---|---|---|---|"
    for aim in AIMS:
        for size in aim.sizes:
            value = aim.value(runs, size)
            if value is not None:
                met = value >= aim.bound if aim.least else value <= aim.bound
                words = f"{'at least' if aim.least else 'at most'} {aim.bound:g}{aim.unit}"
                yield f"| {aim.what} | {size:,} | {value:.2f}{aim.unit} | {words} | {'met' if met else '**not met**'} |"


# ---- what each step takes


_QUESTIONS = ("query-disk", "query-memory")
"""The steps whose figures are those of each question."""


def costs(runs: Runs, sizes: Sequence[int]) -> Iterator[str]:
    """A table of the seconds and the peak memory of each step at each size."""
    yield "Wall clock, time of the processor (user and system, all threads), peak memory; for what is on disk its size:"
    yield ""
    yield f"| step | by | {' | '.join(f'{size:,} triples' for size in sizes)} |"
    yield f"|---|---|{'---|' * len(sizes)}"
    for name, step in STEPS.items():
        if any((name, size) in runs for size in sizes) and name not in _QUESTIONS:
            yield f"| {step.what} | {step.by} | {' | '.join(_cell(runs.get((name, size))) for size in sizes)} |"


def _cell(run: Run | None) -> str:
    if run is None:
        return ""
    if "problem" in run:
        return str(run["problem"]).replace("|", "\\|")[:60]
    disk = f", {run['bytes'] / 1e6:,.0f} MB on disk" if "bytes" in run and not run["step"].startswith("export") else ""
    return f"{run['seconds']:,.2f} s, {run['processor']:,.2f} s, {run['megabytes']:,.0f} MB{disk}"


_GROWING = ("load-oxigraph", "load-kg", "reason-disk", "validate-sparql")
"""The steps of which it is told what a triple costs at each size."""


def growth(runs: Runs, sizes: Sequence[int]) -> Iterator[str]:
    """A table of what a triple costs, as a multiple of one at a tenth of the size."""
    larger = [size for size in sizes if size // 10 in sizes]
    yield "What a triple costs, of the processor, as a multiple of one at a tenth of the size:"
    yield ""
    yield f"| step | by | {' | '.join(f'{size:,} triples' for size in larger)} |"
    yield f"|---|---|{'---|' * len(larger)}"
    for name in _GROWING:
        step = STEPS[name]
        yield f"| {step.what} | {step.by} | {' | '.join(_times_a_tenth(runs, name, size) for size in larger)} |"


def _times_a_tenth(runs: Runs, step: str, size: int) -> str:
    one, two = good(runs, step, size), good(runs, step, size // 10)
    return "" if one is None or two is None else f"{one['processor'] / two['processor'] / 10:.2f}"


# ---- questions


def asked(runs: Runs, sizes: Sequence[int]) -> Iterator[str]:
    """Tables of the stored queries: how they compare with pyoxigraph's rows, and what single things cost."""
    yield "Each stored query as a list, and about each thing that it can be asked about: rows with typed values, as a multiple of"
    yield "pyoxigraph's rows, all terms read, the two taking turns, in that part of the rounds in which pyoxigraph was quickest. A question"
    yield f"of {DOUBTFUL} times or more is asked three times, and the median counts. Lists that pyoxigraph does not make within {LONGEST} s"
    yield "are left out."
    yield ""
    yield "| triples | store | questions | median | worst, of those over 1 ms | about one thing or pair: median | slowest |"
    yield "|---|---|---|---|---|---|---|"
    for size in sizes:
        for step in _QUESTIONS:
            run = good(runs, step, size)
            if run is not None:
                yield f"| {size:,} | {step.partition('-')[2]} | {_row(run['questions'])} |"
    largest = next((run for size in reversed(sizes) if (run := good(runs, "query-disk", size))), None)
    if largest is not None:
        yield from ("", f"The slowest at {largest['size']:,} triples on disk, as lists and about single things:", "")
        yield from _slowest(largest["questions"])


def _row(questions: Sequence[Run]) -> str:
    timed = [one for one in questions if one["ours"] > 1] or questions
    worst = max(timed, key=lambda one: one["ratio"])
    points = [one for one in questions if one["point"]]
    slow = max(points, key=lambda one: one["ours"])
    return (
        f"{len(questions)} | {statistics.median(one['ratio'] for one in questions):.2f} | {worst['ratio']:.2f} (`{worst['query']}`) | "
        f"{statistics.median(one['ours'] for one in points):.2f} ms | {slow['ours']:.1f} ms for {slow['rows']:,} rows (`{slow['query']}`)"
    )


def _slowest(questions: Sequence[Run], most: int = 6) -> Iterator[str]:
    yield "| question | rows | ms | ms a row |"
    yield "|---|---|---|---|"
    for point in (False, True):
        for one in sorted((one for one in questions if one["point"] == point), key=lambda one: -one["ours"])[:most]:
            given = "".join(f" --{name} {value}" for name, value in one["parameters"].items())
            yield f"| `{one['query']}{given}` | {one['rows']:,} | {one['ours']:,.1f} | {one['ours'] / max(one['rows'], 1):.2f} |"


# ---- words

_INTRODUCTION = """\
Written by `make bench-scale`: data of the article's shape (`benchmarks/generate.py`), each step in a process of its own, those of one
size in turn, put together from several runs where one would have been too long. Ratios are of the time of the processor unless they say
otherwise, since other work on the machine disturbs it less.

![Seconds and memory of each step against the number of triples](scale.svg)
"""
_REASONS = """\
Where the cost comes from, and the limit:

- **Loading** is sorting: pyoxigraph keeps each quad in several orders. Disk and time grow with the triples; the limit is the disk of
  one machine. It is the loader of `oxigraph load`, too: single runs of the two differ by a twentieth either way. A build ends with merging
  what came in several goes (decision 32), some 25 s at ten million triples.
- **Reasoning** is one pass of SPARQL rules, specialised to the axioms of the ontology, and further ones over what is new. What it costs is
  looking up the texts of the terms that it concludes, and putting them back. In memory its input and its result are Python objects, which
  is the limit there; on disk it holds what one rule finds, and a look-up costs more once the texts have outgrown the store's cache of
  128 MB (`LOG` in the folder of a generation tells its size; pyoxigraph has no setting for it). To take what rules look at into memory
  first costs more than it saves. The store merges what was loaded before reasoning is measured.
- **Validation** by pySHACL is Python that asks a graph of Python objects node by node; by SPARQL it is some two hundred queries of many
  small look-ups, which take longer where the data have outgrown the caches of the processor. Files of 1 MB and more are not kept: their
  triples go into a file by predicate, and those that some checks look at into memory. The limit is the check that looks at most, half of
  all triples. That sentences of an article do not overlap is the dearest check: each is compared with all others of its article, however
  many articles there are.
  Data of 0.3 MB and more are checked by SPARQL, unless told otherwise.
- **A question about one thing** starts from it in an index (decision 26); what it costs is its answer, row by row. The more articles
  there are on a state, the more rows there are about it. An answer that several articles give comes once, and costs what all of them
  say (decision 27). `events-in-tenure` looks at all facts of the articles that show the holder in office (decision 32). No such
  question goes through a list to find the thing (`tests/test_query_plans.py`). Before its first row it costs one or two hundredths of a
  millisecond here, which is up to a quarter of the quickest ones.
- **A list** is made and sorted as a whole before its first row: `--limit` shortens what is read, converted and cited, not what is
  sorted. A typed row costs about a microsecond beside pyoxigraph's own (decision 29), so that the ratio is worst in memory, and where rows
  are simplest.
- **Export** is pyoxigraph's serializer, as the triples come, and holds none of them; what memory it takes are the store's caches of texts
  and triples, which fill up to 128 and 32 MB, and the index of its files. pyoxigraph's own dump takes as much.
"""


def where(machine: Mapping[str, Any]) -> Iterator[str]:
    """The machine, the versions, and how to do it again."""
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    yield f"Python {machine['python']}, {versions}."
    yield f"{machine['system']}, {machine['processors']} × {machine['processor']}, {machine['memory']}."
    yield "Times are those of one machine on one day, which was doing other work as well."
    for name, reason in machine["missing"].items():
        yield f"Not measured, {STEPS[name].what} by {STEPS[name].by}: {reason}."
    yield from (
        "",
        "```sh",
        "make bench-scale                                    # up to a million triples, about half an hour",
        'make bench-scale SIZES="1000000 10000000"           # what takes longer',
        "python benchmarks/scale.py --sizes 100000 --steps load-kg load-oxigraph --json load.json",
        "python benchmarks/generate.py --triples 1000000 -o data/   # the data alone",
        "```",
    )
