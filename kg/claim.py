"""Whoever changes a server's graphs claims the server first: a second one is told, and neither spoils what the other does.

A claim is a note in the server. Whoever wants one writes it, then reads all, and takes it back if there is another: for that no update
need be a transaction. A killed process leaves its claim behind. On its own machine a file that it had locked says so, and the next one goes
on at once; elsewhere a claim counts until nothing was heard of it for long, or somebody says that it is left behind.
docs/decisions/0028-a-push-claims-the-server.md
"""

import contextlib
import os
import random
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import portalocker
import pyoxigraph as ox

from kg import paths
from kg.endpoint import Endpoint
from kg.errors import EndpointError, Occupied, Unreachable
from kg.namespaces import DCTERMS, PREFIXES

PUSHES_GRAPH = "https://w3id.org/bilateral/graph/pushes"
"""The graph in a server that tells who changes the others, and which of them are of a push under way, or broken off."""

LEFT_BEHIND_AFTER = timedelta(hours=2)
"""How long nothing is heard of a claim that counts as left behind: longer than any request takes."""

_RENEWED_AFTER = 60.0
_AT_ONCE = timedelta(seconds=5)
_TRIES = 4
"""Two that claim at the same moment both take it back and try again, so often, after a while that differs."""

_ALONE = portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING
_STARTED, _HEARD, _BY = f"<{PREFIXES['prov']}startedAtTime>", f"<{DCTERMS}modified>", f"<{DCTERMS}creator>"


class _Noted(NamedTuple):
    """A claim that is noted in a server: by whom, since when, when it was last heard of, and what time it is there."""

    name: str
    by: str
    since: datetime
    heard: datetime
    now: datetime

    def is_left_behind(self) -> bool:
        return self.now - self.heard > LEFT_BEHIND_AFTER or _has_ended(self.name)


class Claim:
    """The claim of this process on a server. `forced`: it took the place of one that may still be at work."""

    def __init__(self, query: Endpoint, update: Endpoint, progress: Callable[[str], None]) -> None:
        self.name = uuid.uuid4().hex
        self.forced = False
        self._query, self._update, self._told = query, update, progress
        self._renewed = time.monotonic()

    def take(self, *, take_over: bool) -> None:
        """Note the claim. Raises `Occupied` if there is another that counts; with `take_over` none does."""
        for tries in range(1, _TRIES + 1):
            self._note()
            others = [one for one in self._all() if one.name != self.name]
            counting = [one for one in others if not one.is_left_behind()]
            if take_over or not counting:
                self.forced = bool(counting)
                for one in others:
                    self._remove(one.name)
                return
            if tries == _TRIES or any(one.now - one.since > _AT_ONCE for one in counting):
                self.release()
                raise Occupied(_message(self._query.url, counting[0]))
            self._retract(self.name)  # the file that tells that this process lives stays: the next try has the same name
            time.sleep(tries * random.uniform(0.05, 0.5))  # noqa: S311 - no secret

    def hold(self, *, surely: bool = False) -> None:
        """Let be heard of the claim, if that was not done just now, or has to be known `surely`. Raises `Occupied` if it was taken over."""
        if not surely and time.monotonic() - self._renewed < _RENEWED_AFTER:
            return
        self._update.update(_insertion(f"?it {_HEARD} ?now", f"VALUES ?it {{ {self._it} }} ?it {_STARTED} ?since"), idempotent=True)
        self._renewed = time.monotonic()
        if self.name not in {one.name for one in self._all()}:
            raise Occupied(f"{self._query.url}: another push has taken the place of this one, which has changed nothing.")

    def progress(self, line: str) -> None:
        """Tell how far it is, and let be heard of the claim."""
        self.hold()
        self._told(line)

    def release(self) -> None:
        """Take the claim back."""
        self._remove(self.name)

    @property
    def iri(self) -> str:
        """What it is called in the server."""
        return f"{PUSHES_GRAPH}/{self.name}"

    @property
    def _it(self) -> str:
        return f"<{self.iri}>"

    def _note(self) -> None:
        by = ox.Literal(f"process {os.getpid()} on {socket.gethostname()}")
        self._update.update(_insertion(f"{self._it} {_STARTED} ?now ; {_HEARD} ?now ; {_BY} {by}"), idempotent=True)

    def _remove(self, name: str) -> None:
        self._retract(name)
        _forget(_sign(name))

    def _retract(self, name: str) -> None:
        self._update.update(f"DELETE WHERE {{ GRAPH <{PUSHES_GRAPH}> {{ <{PUSHES_GRAPH}/{name}> ?p ?o }} }}", idempotent=True)

    def _all(self) -> list[_Noted]:
        """All claims; their times are by the server's clock."""
        found = self._query.query(
            f"""SELECT ?it ?by (MIN(?start) AS ?since) (MAX(?time) AS ?heard) (NOW() AS ?now)
            WHERE {{ GRAPH <{PUSHES_GRAPH}> {{ ?it {_STARTED} ?start ; {_HEARD} ?time ; {_BY} ?by }} }} GROUP BY ?it ?by"""
        )
        if not isinstance(found, ox.QuerySolutions):
            raise TypeError(type(found))
        rows = [[term.value for term in row if isinstance(term, ox.NamedNode | ox.Literal)] for row in found]
        return [_Noted(it.rpartition("/")[2], by, *map(datetime.fromisoformat, times)) for it, by, *times in rows]


@contextlib.contextmanager
def claimed(
    query: Endpoint, update: Endpoint, *, take_over: bool = False, progress: Callable[[str], None] = lambda line: None
) -> Iterator[Claim]:
    """A claim on a server, which is taken back in the end. Raises `Occupied` if there is another; `take_over` takes its place."""
    claim = Claim(query, update, progress)
    with _sign_of_life(claim.name):
        claim.take(take_over=take_over)
        try:
            yield claim
        except Unreachable:
            raise  # nor can it be taken back; the file says that the process has ended
        except BaseException:
            with contextlib.suppress(EndpointError):
                claim.release()
            raise
        claim.release()


def _insertion(triples: str, where: str = "") -> str:
    """An update that adds `triples` to the notes, with the server's time as ?now."""
    pattern = f"GRAPH <{PUSHES_GRAPH}> {{ {where} }} " if where else ""
    return f"INSERT {{ GRAPH <{PUSHES_GRAPH}> {{ {triples} }} }} WHERE {{ {pattern}BIND(NOW() AS ?now) }}"


def _message(url: str, one: _Noted) -> str:
    return (
        f"{url}: another push is under way there, by {one.by}, since {one.since:%Y-%m-%d %H:%M:%S} of its clock; last heard of "
        f"{(one.now - one.heard).seconds} s ago. Wait for its end. If it was killed, take its place with --take-over; "
        f"else that is done {LEFT_BEHIND_AFTER.seconds // 3600} h after it was last heard of."
    )


# ---- whether a process on this machine has ended


def _sign(name: str) -> Path:
    return paths.cache_folder() / f"push-{name}.lock"


@contextlib.contextmanager
def _sign_of_life(name: str) -> Iterator[None]:
    """A file that is locked as long as this process lives, and goes with the claim; none where there can be no cache, or no lock."""
    sign = _sign(name)
    with contextlib.ExitStack() as stack:
        try:
            sign.parent.mkdir(parents=True, exist_ok=True)
            _sweep(sign.parent)
            portalocker.lock(stack.enter_context(sign.open("ab")), _ALONE)
        except (OSError, portalocker.LockException):
            stack.close()
            _forget(sign)
        yield


def _sweep(folder: Path) -> None:
    """Forget the files of claims that count as left behind anyway."""
    for sign in folder.glob("push-*.lock"):
        if time.time() - sign.stat().st_mtime > LEFT_BEHIND_AFTER.total_seconds() and _has_ended(sign.stem.partition("-")[2]):
            _forget(sign)


def _forget(sign: Path) -> None:
    with contextlib.suppress(OSError):
        sign.unlink(missing_ok=True)


def _has_ended(name: str) -> bool:
    """Whether the process of a claim was on this machine and is no more; False where nothing is known of it."""
    try:
        with _sign(name).open("r+b") as file:
            portalocker.lock(file, _ALONE)
    except (OSError, portalocker.LockException):
        return False
    return True
