"""One push at a time: whoever comes second is told, and whoever was killed is in nobody's way."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import OTHER
from test_push import PUSHED, article, counts_of, emptied, graphs_at, other, oxigraph, oxigraph_at, quads_at, quads_of, target  # noqa: F401 - fixtures
from virtuoso import PASSWORD, USER

from kg import claim, paths
from kg.build import Dataset
from kg.claim import LEFT_BEHIND_AFTER, PUSHES_GRAPH
from kg.endpoint import Endpoint
from kg.errors import Occupied
from kg.push import Target, graphs_of, push, reason_at
from kg.reason.axioms import Axioms

WAITING = 30.0


def command(target: Target, *more: str) -> list[str]:
    return [sys.executable, "-m", "kg", "push", "--endpoint", target.query.url, "--chunk", "40", *more]


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of Virtuoso, which nobody else asks for."""
    monkeypatch.setenv("KG_USER", USER)
    monkeypatch.setenv("KG_PASSWORD", PASSWORD)


def claims(target: Target) -> int:
    """How many claims are noted."""
    return len(claim.Claim(target.query, target.update or target.query, print)._all())


def signs() -> list[Path]:
    """The files by which processes of this machine tell that they live."""
    return sorted(paths.cache_folder().glob("push-*.lock"))


@contextlib.contextmanager
def stopped_push(target: Target) -> Iterator[subprocess.Popen[str]]:
    """A process that pushes the article, stopped in the middle of it."""
    process = subprocess.Popen(command(target), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        until = time.monotonic() + WAITING
        while not claims(target) and time.monotonic() < until:
            assert process.poll() is None
        process.send_signal(signal.SIGSTOP)
        yield process
    finally:
        process.kill()
        process.communicate(timeout=10)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code and the last message of a process that was stopped and goes on."""
    process.send_signal(signal.SIGCONT)
    _, messages = process.communicate(timeout=60)
    return process.returncode, messages.splitlines()[-1] if messages else ""


def test_a_second_push_is_told_and_the_first_ends_well(target: Target, article: Dataset, other: Dataset) -> None:
    """By whom it is under way, since when, and what to do; also who would reason there, and who would replace each graph where it is."""
    with stopped_push(target) as process:
        message = (
            rf"^{re.escape(target.query.url)}: another push is under way there, by process {process.pid} on \S+, since "
            r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d of its clock; last heard of \d+ s ago\. Wait for its end\. If it was killed, take its place "
            r"with --take-over; else that is done 2 h after it was last heard of\.$"
        )
        for in_place in (False, True):
            with pytest.raises(Occupied, match=message):
                push(graphs_of(other), target, in_place=in_place)
        with pytest.raises(Occupied, match=message):
            reason_at(target, Axioms.read(()))
        assert 1 == claims(target)
        code, said = ended(process)
        assert 0 == code, said
    assert PUSHED == graphs_at(target)
    assert quads_of(article) == quads_at(target) or "sparql-graph-crud" in target.store.url  # Virtuoso writes a duration anew


@pytest.mark.parametrize("data", [(), ("--data", str(OTHER))], ids=["same", "other"])
def test_after_a_push_that_was_killed_the_next_goes_on_at_once(target: Target, data: tuple[str, ...]) -> None:
    """On the same machine nobody has to say so; no file is left of either."""
    before = signs()
    with stopped_push(target) as process:
        process.kill()
        process.wait(timeout=10)
        assert 1 == claims(target)
        done = subprocess.run(command(target, *data), capture_output=True, text=True, timeout=120, check=False)
    assert 0 == done.returncode, done.stderr
    assert 0 == claims(target)
    assert before == signs()


def test_on_another_machine_it_has_to_be_said(oxigraph: str, other: Dataset, tmp_path: Path) -> None:
    """A cache elsewhere stands for the other machine: nothing is known of the process there."""
    target = emptied(oxigraph_at(oxigraph))
    environment = {**os.environ, "KG_CACHE_DIR": str(tmp_path)}
    with stopped_push(target) as process:
        process.kill()
        for more, code in (((), 1), (("--take-over",), 0)):
            done = subprocess.run(
                command(target, "--data", str(OTHER), *more), capture_output=True, text=True, timeout=120, check=False, env=environment
            )
            assert code == done.returncode
            assert bool(code) == ("If it was killed, take its place with --take-over" in done.stderr)
    assert quads_of(other) == quads_at(target)
    assert 0 == claims(target)


def test_a_push_whose_place_was_taken_says_so_and_changes_nothing(oxigraph: str, other: Dataset) -> None:
    """It was alive, though somebody said that it was killed."""
    target = emptied(oxigraph_at(oxigraph))
    with stopped_push(target) as process:
        push(graphs_of(other), target, take_over=True)
        code, message = ended(process)
    assert (1, f"kg: {target.query.url}: another push has taken the place of this one, which has changed nothing.") == (code, message)
    assert quads_of(other) == quads_at(target)


def test_a_claim_counts_as_long_as_it_is_heard_of(oxigraph: str, other: Dataset) -> None:
    """One of an hour and more ago does, one of two hours ago does not."""
    target = emptied(oxigraph_at(oxigraph))
    assert target.update is not None
    for over, counts in ((timedelta(minutes=-5), True), (timedelta(minutes=5), False)):
        heard = datetime.now(UTC) - LEFT_BEHIND_AFTER - over
        time_of = f'"{heard.isoformat()}"^^<http://www.w3.org/2001/XMLSchema#dateTime>'
        target.update.update(
            f"""PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX dcterms: <http://purl.org/dc/terms/> INSERT DATA {{
            GRAPH <{PUSHES_GRAPH}> {{
            <{PUSHES_GRAPH}/0> prov:startedAtTime {time_of} ; dcterms:modified {time_of} ;
            dcterms:creator "somebody" }} }}"""
        )
        with pytest.raises(Occupied, match="by somebody, since") if counts else contextlib.nullcontext():
            push(graphs_of(other), target)
        emptied(target)


def test_a_claim_that_is_tried_again_still_tells_that_its_process_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two claimed at the same moment, and the other one is gone when it is asked again; given up, no file is left."""
    now = datetime.now(UTC)
    other = claim._Noted("other", "somebody", now, now, now)
    endpoint = Endpoint("http://127.0.0.1:9/query")
    monkeypatch.setattr(Endpoint, "update", lambda *arguments, **options: None)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    answers = iter([[other], []])
    monkeypatch.setattr(claim.Claim, "_all", lambda self: next(answers))
    with claim.claimed(endpoint, endpoint) as ours:
        assert claim._sign(ours.name).exists()
    before = signs()
    monkeypatch.setattr(claim.Claim, "_all", lambda self: [other])
    with pytest.raises(Occupied), claim.claimed(endpoint, endpoint):
        pass
    assert before == signs()
    assert not claim._sign(ours.name).exists()


def test_a_long_push_is_heard_of(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """Again and again, so that it does not count as left behind."""
    assert target.update is not None
    monkeypatch.setattr(claim, "_RENEWED_AFTER", 0.0)
    with claim.claimed(target.query, target.update) as ours:
        (first,) = ours._all()
        time.sleep(0.01)
        ours.progress("sending …")
        (second,) = ours._all()
        assert (first.name, first.by, first.since) == second[:3]
        assert first.heard < second.heard
    assert 0 == claims(target)


def test_pushes_at_the_same_moment_never_mix(target: Target, article: Dataset, other: Dataset) -> None:
    """In each round at least one ends well, the others are told, and what is there is whole and of one that ended well."""
    expected = {"article": sum(counts_of(article).values()), "other": sum(counts_of(other).values())}
    for _ in range(5):
        started = {
            name: subprocess.Popen(command(target, *more), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            for name, more in (("article", ()), ("other", ("--data", str(OTHER))))
        }
        messages = {name: process.communicate(timeout=120)[1] for name, process in started.items()}
        well = [name for name, process in started.items() if process.returncode == 0]
        assert well, messages
        assert all("another push is under way there" in messages[name] for name in started if name not in well), messages
        assert sum(len(target.store.get(graph)) for graph in PUSHED) in [expected[name] for name in well]
        assert graphs_at(target) <= PUSHED
