"""Questions to a Wikidata-like endpoint about many things at once: in chunks, halved where they take too long, each answer kept.

A question is a SELECT with one empty block `VALUES ?thing { }`, which takes the things. An answer is kept in the cache folder with its
date, under the address of the endpoint and the text of the query, and stands until it is refreshed.
"""

import hashlib
import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import NamedTuple

import pyoxigraph as ox

from kg.cache import keep, recall
from kg.endpoint import Endpoint
from kg.errors import EndpointError, FileError, NamingError, NotCached, Overloaded, QueryError, QuerySyntaxError, TimedOut, Unreachable
from kg.namespaces import WIKIDATA, WIKIDATA_PREFIXES, shrink
from kg.sparql import Token, declared, tokens

PUBLIC_ENDPOINT = "https://query.wikidata.org/sparql"
CHUNK = 80
"""How many things one request is about at most: eighty links are checked by one request a question."""

Thing = ox.NamedNode | ox.Literal


def entity(number: str) -> ox.NamedNode:
    """The item or property of Wikidata that has this number. Raises `NamingError`.

    >>> entity("Q227").value
    'http://www.wikidata.org/entity/Q227'
    """
    if not re.fullmatch(r"[PQ][1-9][0-9]*", number):
        raise NamingError(f"{number!r} is no number of a Wikidata item or property; one looks like Q227 or P530.")
    return ox.NamedNode(WIKIDATA + number)


class _Kept(NamedTuple):
    """What is kept of a question: when it was asked, and the body of the answer; None where it took too long and was asked in halves."""

    asked: datetime
    body: bytes | None


class Client:
    """What asks one endpoint, and remembers the answers.

    `requests` counts the requests sent, `oldest` is the date of the oldest kept answer that was used, `problem` says why the endpoint
    was given up and kept answers were used instead, `unkept` why answers could not be kept; each None if there is nothing to say.
    """

    def __init__(
        self,
        endpoint: Endpoint | None = None,
        *,
        refresh: bool = False,
        offline: bool = False,
        chunk: int = CHUNK,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """With `refresh`, each question is asked anew, once; with `offline`, none is asked."""
        self.endpoint = endpoint or Endpoint(PUBLIC_ENDPOINT)
        self.refresh = refresh
        self.offline = offline
        self.chunk = chunk
        self.oldest: datetime | None = None
        self.unkept: str | None = None
        self._now = now
        self._requests_before = self.endpoint.requests
        self._asked: set[str] = set()
        self._given_up: Callable[[], EndpointError] | None = None

    @property
    def requests(self) -> int:
        """The requests sent for this client, repeated ones too."""
        return self.endpoint.requests - self._requests_before

    @property
    def problem(self) -> str | None:
        """Why the endpoint was given up; None if it was not."""
        return str(self._given_up()) if self._given_up else None

    def ask(self, query: str, things: Iterable[Thing]) -> list[ox.QuerySolution]:
        """The rows of the SELECT `query` for all `things`, sorted by the text of their terms.

        Prefixes of Wikidata that the query uses need not be declared in it. Raises `QuerySyntaxError` for a query without an empty
        VALUES block or with an unknown prefix, `TimedOut` where the question takes too long for a single thing, `NotCached` if `offline`
        and there is no answer, and what `Endpoint.fetch` raises if there is no kept answer to use instead.
        """
        template = _template(query)
        rows: list[ox.QuerySolution] = []
        most = self.chunk
        waiting = deque(_chunks(sorted(set(things), key=str), self.chunk))
        while waiting:
            chunk = waiting.popleft()
            question = template.about(chunk)
            found = self._rows(question, split=len(chunk) > most)
            if found is not None:
                rows += found
                continue
            if len(chunk) == 1:
                raise TimedOut(f"{self.endpoint.url}: a question about {_named(chunk[0])} alone takes too long.")
            self._keep(self._name(question), None)
            half = (len(chunk) + 1) // 2
            most = min(most, half)
            waiting.extendleft((chunk[half:], chunk[:half]))
        return sorted(rows, key=lambda row: tuple(map(str, row)))

    def _rows(self, query: str, split: bool) -> list[ox.QuerySolution] | None:
        """The rows of one request's query, asked or kept; None where it must be, or `split` says that it should be, asked in halves."""
        kept = self._kept(query, split)
        return None if kept.body is None else _solutions(kept.body)

    def _kept(self, query: str, split: bool) -> _Kept:
        """The answer to `query` as it is kept after it was asked, or was kept before."""
        name = self._name(query)
        before = _recalled(name)
        if before and (name in self._asked or not self.refresh or self.offline or self._given_up):
            return self._used(name, before)
        if self.offline:
            raise NotCached(f"{self.endpoint.url}: no answer is kept for this question; ask without --offline.")
        if split:
            return _Kept(self._now(), None)
        if self._given_up:
            raise self._given_up()
        try:
            return self._keep(name, self.endpoint.fetch(query).body)
        except TimedOut:
            return _Kept(self._now(), None)
        except (Unreachable, Overloaded) as error:
            self._given_up = partial(type(error), str(error), error.status)  # not the error, which holds on to where it happened
            if before is None:
                raise
            return self._used(name, before)

    def _used(self, name: str, kept: _Kept) -> _Kept:
        if name not in self._asked and kept.body is not None:
            self.oldest = min(self.oldest or kept.asked, kept.asked)
        return kept

    def _keep(self, name: str, body: bytes | None) -> _Kept:
        """`body` as kept from now on; where the cache cannot be written, it is used all the same."""
        kept = _Kept(self._now(), body)
        head = {"endpoint": self.endpoint.url, "asked": kept.asked.isoformat(), "late": body is None}
        try:
            keep(name, json.dumps(head).encode() + b"\n" + (body or b""), synced=False)
            self._asked.add(name)
        except FileError as error:
            self.unkept = str(error)
        return kept

    def _name(self, query: str) -> str:
        """The name under which the answer to `query` is kept."""
        digest = hashlib.sha256("\n".join((self.endpoint.url, query)).encode())
        return f"answer-{digest.hexdigest()[:32]}.srj"


def _recalled(name: str) -> _Kept | None:
    """What is kept under `name`; None if nothing is, or not as this version writes it."""
    head, _, body = (recall(name) or b"").partition(b"\n")
    try:
        values = json.loads(head)
        return _Kept(datetime.fromisoformat(values["asked"]), None if values["late"] else body)
    except (ValueError, KeyError, TypeError):
        return None


def _solutions(body: bytes) -> list[ox.QuerySolution]:
    result = ox.parse_query_results(body, ox.QueryResultsFormat.JSON)
    if not isinstance(result, ox.QuerySolutions):
        raise QueryError("A SELECT was expected.")
    return list(result)


def _chunks(things: Sequence[Thing], size: int) -> Iterator[Sequence[Thing]]:
    return (things[start : start + size] for start in range(0, len(things), size))


def _named(thing: Thing) -> str:
    return shrink(thing.value) if isinstance(thing, ox.NamedNode) else str(thing)


# ---- the text of a question


class _Template:
    """A query that is cut open at its empty VALUES block."""

    def __init__(self, query: str) -> None:
        places = [last.start for last in _ends_of_empty_values(query)]
        if len(places) != 1:
            raise QuerySyntaxError(f"The query must have one empty block `VALUES ?thing {{ }}` for its things; it has {len(places)}.")
        self._before, self._after = query[: places[0]], query[places[0] :]

    def about(self, things: Sequence[Thing]) -> str:
        """The query with `things` as the values."""
        return self._before + " ".join(map(str, things)) + " " + self._after


@lru_cache(maxsize=16)
def _template(query: str) -> _Template:
    """`query` with the prefixes that it uses, cut open. Raises `QuerySyntaxError`."""
    return _Template(declared(query, WIKIDATA_PREFIXES))


def _ends_of_empty_values(query: str) -> Iterator[Token]:
    """The closing brackets of the blocks `VALUES ?variable { }`."""
    last: deque[Token] = deque(maxlen=4)
    for token in tokens(query):
        last.append(token)
        if token.text == "}" and len(last) == 4:
            values, variable, opening, _ = last
            if (values.text.upper(), variable.kind, opening.text) == ("VALUES", "variable", "{"):
                yield token
