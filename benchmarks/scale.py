"""The cost of each step against the number of triples, side by side with others in one run.

`python benchmarks/scale.py --sizes 10000 100000` generates data, measures the steps of `steps.py` in turn, each in a process of its own,
and prints Markdown; `--json FILE` keeps the figures, `--write` puts them into docs/performance.md, with docs/scale.svg and docs/scale.json.
`--figures FILE` takes figures that were kept instead of measuring.
"""

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from generate import generate, world_of
from performance import PAGE, put
from report import page
from steps import DATA, STEPS, missing

_VERSIONS = ("pyoxigraph", "oxigraph", "rdflib", "owlrl", "reasonable", "pyshacl")
_AT_LEAST, _MOST_REPEATED, _SLOW = 3, 1_000_000, 30
"""Rounds, up to so many triples, of steps that take no more than so many seconds: what is slower is sure enough."""

Run = dict[str, object]


def prepared(folder: Path, triples: int) -> Path:
    """The folder of a size, with its data: made, unless it is there already."""
    place = folder / str(triples)
    if not (place / DATA).exists():
        written = generate(place, world_of(triples))
        written.files[0].rename(place / DATA)
    return place


def measured(name: str, place: Path, triples: int, seconds: float) -> Run:
    """The figures of one step for one size; or the problem, if it fails or does not end in time."""
    run: Run = {"step": name, "size": triples}
    command = [sys.executable, str(Path(__file__).with_name("steps.py")), name, str(place)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=True)
    except subprocess.TimeoutExpired:
        return {**run, "problem": f"more than {seconds:.0f} s"}
    except subprocess.CalledProcessError as error:
        return {**run, "problem": ((error.stderr or "").strip().splitlines() or ["it failed"])[-1]}
    figures: Run = json.loads(done.stdout)
    return {**run, **figures}


def steps_for(triples: int, wanted: Iterable[str]) -> list[str]:
    """The steps that are tried with so many triples."""
    return [name for name in STEPS if name in wanted and triples <= STEPS[name].most]


def all_measured(folder: Path, sizes: Sequence[int], wanted: Iterable[str], rounds: int, seconds: float) -> Iterator[Run]:
    """The figures of each step and size, the steps of a size in turn: of the rounds the median one by its time of the processor."""
    wanted = [name for name in wanted if not missing(name)]
    for triples in sizes:
        place = prepared(folder, triples)
        found: dict[str, list[Run]] = {name: [] for name in steps_for(triples, wanted)}
        for number in range(rounds if triples <= _MOST_REPEATED else 1):
            for name, runs in found.items():
                if number and (name.startswith("query-") or any("problem" in run for run in runs) or _took(runs) > _SLOW):
                    continue  # the first take turns in themselves
                runs.append(measured(name, place, triples, seconds))
                print(triples, name, {key: value for key, value in runs[-1].items() if key != "questions"}, file=sys.stderr, flush=True)
        yield from map(_median, found.values())


def _took(runs: Sequence[Run]) -> float:
    return max(float(str(run.get("seconds", 0))) for run in runs)


def _median(runs: Sequence[Run]) -> Run:
    """The run in the middle, by its time of the processor."""
    good = [run for run in runs if "problem" not in run]
    if not good:
        return runs[0]
    middle = statistics.median_low(float(str(run["processor"])) for run in good)
    return next(run for run in good if run["processor"] == middle)


def machine() -> dict[str, object]:
    """Where it is measured, and with which versions."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _first("/proc/cpuinfo", "model name"),
        "processors": os.cpu_count(),
        "memory": _first("/proc/meminfo", "MemTotal"),
        "versions": {**{name: known for name in _VERSIONS if (known := _version(name))}, **_comunica()},
        "missing": {name: reason for name in STEPS if (reason := missing(name))},
    }


def _first(path: str, key: str) -> str:
    """What a file of /proc says of `key`; empty where there is none."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _comunica() -> dict[str, str]:
    """The version of Comunica, by its own word, where it is on the PATH."""
    command = shutil.which("comunica-sparql-file")
    told = subprocess.run([command, "--version"], capture_output=True, text=True, check=False).stderr if command else ""  # exit code 1
    found = re.search(r"Comunica Engine\s*\|\s*([\d.]+)", told)
    return {"Comunica": found[1]} if found else {}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000], metavar="N", help="numbers of triples")
    parser.add_argument("--steps", nargs="+", choices=tuple(STEPS), default=tuple(STEPS), metavar="STEP", help=f"any of {', '.join(STEPS)}")
    parser.add_argument("--rounds", type=int, default=_AT_LEAST, help="how often up to a million triples (default 3)")
    parser.add_argument("--timeout", type=float, default=900, metavar="SECONDS", help="for each step (default 900)")
    parser.add_argument("--folder", type=Path, help="where the data are, or are made, and stores are put; else in a folder that is removed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures")
    parser.add_argument("--figures", type=Path, nargs="+", metavar="FILE", help="figures that were kept, instead of measuring")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}, scale.svg and scale.json")
    options = parser.parse_args()
    figures = _kept(options.figures) if options.figures else _measure(options)
    told = page(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if options.write:
        from picture import draw

        PAGE.with_name("scale.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        draw(figures, PAGE.with_name("scale.svg"))
        put("scale", told)
    print(told)


def _measure(options: argparse.Namespace) -> dict[str, object]:
    """The figures of a run."""
    where = machine()
    with tempfile.TemporaryDirectory() as own:
        runs = list(all_measured(options.folder or Path(own), options.sizes, options.steps, options.rounds, options.timeout))
    return {"machine": where, "runs": runs}


def _kept(files: Sequence[Path]) -> dict[str, object]:
    """The figures in several files: of each step and size those of the last one, and its machine."""
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    runs = {(run["step"], run["size"]): run for one in kept for run in one["runs"]}
    known = {step for step, _ in runs}
    lacking = {name: reason for name, reason in kept[-1]["machine"]["missing"].items() if name not in known}
    return {"machine": {**kept[-1]["machine"], "missing": lacking}, "runs": list(runs.values())}


if __name__ == "__main__":
    main()
