"""A dataset is sent to a SPARQL server: in chunks, by the Graph Store HTTP Protocol, into its named graphs.

The new content is gathered in graphs of its own, named by its digest, so that what the server has stays answerable and a push that broke
off goes on where it was. When the counts are right, one update puts it in place of the old. A chunk is a set of triples without blank
nodes, so sending it twice adds nothing; triples with blank nodes go first, all in one request that replaces the graph.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from kg.build import Dataset
from kg.claim import PUSHES_GRAPH, Claim, claimed
from kg.config import CHUNK
from kg.endpoint import Addresses, Credentials, Endpoint, GraphStore, Patience
from kg.engine import values
from kg.errors import DataError, Miscounted, NotAnEndpoint
from kg.namespaces import ASSERTED_GRAPH, CLOSURE_GRAPH, DCTERMS, ONTOLOGY_GRAPH, PREFERRED_PREFIX, PREFIXES, PREFIXES_GRAPH, XSD
from kg.reason import remote
from kg.reason.axioms import Axioms
from kg.remote import UNION, Remote

if TYPE_CHECKING:
    from kg.store.folder import StoredDataset

UPDATE_TIMEOUT = 3600.0
"""How long an update may take at least (seconds), where nothing else is said of it: it may copy all graphs."""

_BROKEN_OFF_AFTER = timedelta(days=1)
_LOOKS = (0.0, 0.3, 1.0)
"""Seconds before each look whether the claim is in the graph store."""

Progress = Callable[[str], None]
Lines = Callable[[], Iterable[bytes]]
"""The lines of a graph as N-Triples, the same and in the same order each time."""


class Target(NamedTuple):
    """A server: where it answers queries, takes updates (None: nowhere) and takes graphs."""

    query: Endpoint
    update: Endpoint | None
    store: GraphStore


class Pushed(NamedTuple):
    """What a push did: how many triples each graph has now, how many were sent, and how many were there from a push that broke off.

    `rounds` is how many rounds of reasoning ran in the server; 0 if the closure was sent.
    """

    counts: Mapping[str, int]
    sent: int
    found: int
    rounds: int = 0


def target_at(
    addresses: Addresses,
    credentials: Credentials,
    *,
    timeout: float | None = None,
    update_timeout: float | None = None,
    patience: Patience = Patience(),  # noqa: B008 - it cannot be changed
) -> Target:
    """The server at `addresses`, with seconds for an answer (None: as `kg.config.timeout` has it), and for an update (at least an hour).

    Raises `NotAnEndpoint` where an address is none, or there is none for graphs.
    """
    query = Endpoint(addresses.query, credentials=credentials, timeout=timeout, patience=patience)
    if addresses.store is None:
        raise NotAnEndpoint(f"{addresses.query}: no address for its graphs is known; give it as --graph-store URL.")
    store = GraphStore(addresses.store, credentials=credentials, timeout=timeout, patience=patience)
    if addresses.update is None:
        return Target(query, None, store)
    seconds = update_timeout or max(UPDATE_TIMEOUT, query.timeout)
    return Target(query, Endpoint(addresses.update, credentials=credentials, timeout=seconds, patience=patience), store)


def graphs_of(dataset: Dataset) -> dict[str, Lines]:
    """The graphs of `dataset` as N-Triples, by their IRIs; one that is not in it is empty. A further one has its prefixes."""
    graphs: dict[str, list[bytes]] = {graph: [] for graph in UNION}
    for line in dataset.content.splitlines(keepends=True)[1:]:
        triple, _, graph = line.rpartition(b" <")
        graphs[graph.removesuffix(b"> .\n").decode()].append(triple + b" .\n")
    return {**{graph: lines.copy for graph, lines in graphs.items()}, PREFIXES_GRAPH: partial(_declarations, dataset.prefixes)}


def graphs_in(stored: "StoredDataset") -> dict[str, Lines]:
    """The graphs of a store on disk as N-Triples, by their IRIs, read anew each time and never all at once. They hold it open.

    A further one has its prefixes.
    """
    graphs: dict[str, Lines] = {graph: partial(_read, stored, ox.NamedNode(graph)) for graph in UNION}
    return {**graphs, PREFIXES_GRAPH: partial(_declarations, stored.prefixes)}


def _declarations(prefixes: Mapping[str, str]) -> list[bytes]:
    """The prefixes that the data files declare, each a triple about its namespace; not those of the project."""
    own = {prefix: space for prefix, space in prefixes.items() if prefix and prefix not in PREFIXES}
    return [f"<{space}> <{PREFERRED_PREFIX}> {ox.Literal(prefix)} .\n".encode() for prefix, space in sorted(own.items())]


def _read(stored: "StoredDataset", graph: ox.NamedNode) -> Iterator[bytes]:
    quads = stored.store.quads_for_pattern(None, None, None, graph)
    while some := [quad.triple for quad in islice(quads, CHUNK)]:
        yield from (ox.serialize(some, format=ox.RdfFormat.N_TRIPLES) or b"").splitlines(keepends=True)


def push(
    graphs: Mapping[str, Lines],
    target: Target,
    *,
    reason: Axioms | None = None,
    in_place: bool = False,
    take_over: bool = False,
    chunk: int = CHUNK,
    progress: Progress = lambda line: None,
) -> Pushed:
    """Put `graphs` (by IRI) in place of those that the server has, and return what was done. Can be repeated, also after it was killed.

    With `reason`, the closure is worked out in the server by these axioms. `in_place`, or where the server takes no updates, each graph is
    replaced where it is, which takes a third of the time, and answers are mixed meanwhile. Raises `Miscounted` where the server has not
    what was sent, `Occupied` where another push is under way (`take_over` takes its place), `Inconsistent`, `NotAnEndpoint` where it is to
    reason and takes no updates, and other `EndpointError`s.
    """
    parts = {graph: _Part(graph, lines, chunk) for graph, lines in graphs.items() if not (reason and graph == CLOSURE_GRAPH)}
    if CLOSURE_GRAPH in parts and parts[CLOSURE_GRAPH].blank:
        raise DataError(
            f"{parts[CLOSURE_GRAPH].blank:,} inferred triples are about things without a name, which a server would take for others than "
            "those of the data. Add --reason, which has the server infer them, or name these things."
        )
    if target.update is None:
        return _sent(parts, target, reason, {graph: graph for graph in graphs}, progress)
    target.store.get(PUSHES_GRAPH)  # where that fails, nothing has been noted in the server yet
    with claimed(target.query, target.update, take_over=take_over, progress=progress) as claim:
        _check_store(target, claim)
        if in_place:
            return _sent(parts, target, reason, {graph: graph for graph in graphs}, claim.progress)
        digest = hashlib.sha256(b"".join(part.digest for part in parts.values())).hexdigest()[:16]
        incoming = {graph: f"{graph}/incoming/{digest}" for graph in graphs}
        _announce(target.update, incoming.values())
        pushed = _sent(parts, target, reason, incoming, claim.progress)
        _put_in_place(target, target.update, incoming, pushed.counts, claim)
        return pushed


def reason_at(target: Target, axioms: Axioms, progress: Progress = lambda line: None, *, take_over: bool = False) -> Pushed:
    """Work the closure of what a server has asserted out anew, there, in place of the old one, and return what was done.

    Until it is whole, queries are answered by the old one. Raises `Inconsistent`, `NotLoaded`, `Occupied` as `push` does, `NotAnEndpoint`
    where the server takes no updates, and other `EndpointError`s.
    """
    if target.update is None:
        raise _takes_no_updates(target)
    with claimed(target.query, target.update, take_over=take_over, progress=progress) as claim:
        Remote(target.query).check_loaded()
        return _reasoned_anew(target, target.update, axioms, claim)


def _reasoned_anew(target: Target, update: Endpoint, axioms: Axioms, claim: Claim) -> Pushed:
    incoming = f"{CLOSURE_GRAPH}/incoming/reasoned"
    places = {ASSERTED_GRAPH: ASSERTED_GRAPH, ONTOLOGY_GRAPH: ONTOLOGY_GRAPH, CLOSURE_GRAPH: incoming}
    _announce(update, [incoming])
    update.update(f"DROP SILENT GRAPH <{incoming}>", idempotent=True)
    rounds = _reasoned(target, update, axioms, places, claim.progress)
    _put_in_place(target, update, {CLOSURE_GRAPH: incoming}, {CLOSURE_GRAPH: target.query.count(incoming)}, claim)
    return Pushed({graph: target.query.count(graph) for graph in places}, 0, 0, rounds)


def _check_store(target: Target, claim: Claim) -> None:
    """Raise `NotAnEndpoint` unless the graph store names graphs as the server does: one that heeds no names would replace everything.

    It is looked more than once, since another push may be changing that graph at this moment.
    """
    for wait in _LOOKS:
        time.sleep(wait)
        if any(getattr(triple.subject, "value", "") == claim.iri for triple in target.store.get(PUSHES_GRAPH)):
            return
    claim.hold(surely=True)
    raise NotAnEndpoint(
        f"{target.store.url}: does not have the graph that {target.query.url} has; give the address of that server's graphs as "
        "--graph-store URL. Nothing was sent."
    )


def _takes_no_updates(target: Target) -> NotAnEndpoint:
    return NotAnEndpoint(f"{target.query.url}: to reason there, it must take updates; give their address as --update-endpoint URL.")


def _sent(parts: Mapping[str, "_Part"], target: Target, reason: Axioms | None, places: Mapping[str, str], progress: Progress) -> Pushed:
    """What was done to have all graphs in the server, each in its place."""
    if reason and target.update is None:
        raise _takes_no_updates(target)
    sent = found = rounds = 0
    for graph, part in parts.items():
        there, new = part.send(target, places[graph], progress)
        found, sent = found + there, sent + new
    if reason and target.update:
        if places[CLOSURE_GRAPH] == CLOSURE_GRAPH:
            target.store.delete(CLOSURE_GRAPH)
        rounds = _reasoned(target, target.update, reason, places, progress)
    return Pushed({graph: target.query.count(place) for graph, place in places.items()}, sent, found, rounds)


class _Part:
    """One graph that is sent: its triples with blank nodes first, all in one chunk, then the others, `chunk` at a time."""

    def __init__(self, graph: str, lines: Lines, chunk: int) -> None:
        self.graph, self.lines, self.chunk = graph, lines, chunk
        digest = hashlib.sha256(graph.encode())
        self.size = self.blank = 0
        for line in lines():
            digest.update(line)
            self.size += 1
            self.blank += _is_blank(line)
        self.digest = digest.digest()
        self.first = min(self.size, max(self.blank, chunk))
        """How many triples the first request has."""

    def send(self, target: Target, place: str, progress: Progress) -> tuple[int, int]:
        """Send what `place` has not yet, and return how many triples were there, and how many were sent. Raises `Miscounted`.

        If it is the graph's own place, or the counts are wrong after going on from what is there, all is sent.
        """
        if place == self.graph and not self.size:
            target.store.delete(place)
        there = 0 if place == self.graph else self._whole_chunks(target.query.count(place))
        for start in dict.fromkeys((there, 0)):
            for done, content in self._chunks(start):
                progress(f"sending {self.graph.rsplit('/', 1)[-1]}: {done:,} of {self.size:,} triples …")
                if done <= self.first:
                    target.store.put(place, content)
                else:
                    target.store.post(place, content, idempotent=True)
            count = target.query.count(place)
            if count == self.size:
                return start, self.size - start
        raise Miscounted(
            f"{target.query.url}: {self.size:,} triples were sent for {self.graph}, and it has {count:,}. Some that differ here may be the "
            "same there (a server may write literals anew): a store that `kg build --store DIR` made of the data has them as one, and "
            "`kg push --store DIR` sends that." + ("" if place == self.graph else " They took no place of others.")
        )

    def _whole_chunks(self, count: int) -> int:
        """How many of the first triples are surely there, if there are `count`."""
        return min(self.size, count - (count - self.first) % self.chunk) if count >= self.first else 0

    def _chunks(self, start: int) -> Iterator[tuple[int, bytes]]:
        """The contents to send from the triple `start` on, each with how many triples are sent after it."""
        waiting: list[bytes] = []
        until = self.first
        for done, line in enumerate(self._in_order(), 1):
            if done > start:
                waiting.append(line)
            if done == until:
                until = min(self.size, until + self.chunk)
                if waiting:
                    yield done, b"".join(waiting)
                    waiting = []

    def _in_order(self) -> Iterator[bytes]:
        yield from (line for line in self.lines() if _is_blank(line)) if self.blank else ()
        yield from (line for line in self.lines() if not _is_blank(line))


def _is_blank(line: bytes) -> bool:
    """Whether the subject or the object of a line of N-Triples is a blank node, or a triple term, which may have one in it."""
    return line.startswith(b"_:") or line.split(b" ", 2)[2].startswith((b"_:", b"<<"))


def _reasoned(target: Target, update: Endpoint, axioms: Axioms, incoming: Mapping[str, str], progress: Progress) -> int:
    """The closure of the incoming graphs, worked out in the server; how many rounds that took."""
    graphs = remote.Graphs(incoming[ASSERTED_GRAPH], incoming[ONTOLOGY_GRAPH], incoming[CLOSURE_GRAPH])
    union = Remote(target.query, graphs=graphs)
    server = remote.Server(union, lambda text: update.update(text, idempotent=True), target.query.count)
    return remote.infer(server, axioms, graphs, progress)


def _put_in_place(target: Target, update: Endpoint, incoming: Mapping[str, str], counts: Mapping[str, int], claim: Claim) -> None:
    """Put the incoming graphs in place of the old, and drop them. Raises `Miscounted`, and `Occupied` if the claim is lost.

    Whose place was taken by force may be about to copy the same graphs: these are left for a day.
    """
    claim.progress("switching over …")
    claim.hold(surely=True)
    _switch(update, incoming, counts)
    after = {graph: target.query.count(graph) for graph in incoming}
    if after != counts:
        raise Miscounted(f"{target.query.url}: after the switch its graphs have {_told(after)}, not {_told(counts)}. Push again.")
    _sweep(target, update, set() if claim.forced else set(incoming.values()))


def _switch(update: Endpoint, incoming: Mapping[str, str], counts: Mapping[str, int]) -> None:
    """Put the incoming graphs in place of the old, by one request: a whole or nothing where the server's requests are transactions.

    Copied, not moved: sent again after a connection that broke, it does the same once more. An empty graph is none, which cannot be copied.
    """
    update.update(
        ";\n".join(
            f"COPY <{place}> TO <{graph}>" if counts[graph] else f"DROP SILENT GRAPH <{graph}>" for graph, place in incoming.items()
        ),
        idempotent=True,
    )


def _announce(update: Endpoint, places: Iterable[str]) -> None:
    """Note in the server that the graphs `places` are of a push that began now."""
    now = ox.Literal(datetime.now(UTC).isoformat(timespec="seconds"), datatype=ox.NamedNode(XSD + "dateTime"))
    notes = " ".join(f"<{place}> <{DCTERMS}created> {now} ." for place in places)
    update.update(f"INSERT DATA {{ GRAPH <{PUSHES_GRAPH}> {{ {notes} }} }}", idempotent=True)


def _sweep(target: Target, update: Endpoint, own: set[str]) -> None:
    """Drop the graphs of this push, and those of pushes that broke off long ago, and the notes of them."""
    rows = values(
        Remote(target.query, graphs=[PUSHES_GRAPH]),
        f"SELECT ?place (MAX(?created) AS ?last) WHERE {{ ?place <{DCTERMS}created> ?created }} GROUP BY ?place",
    )
    old = {place for place, last in rows if datetime.now(UTC) - datetime.fromisoformat(last) > _BROKEN_OFF_AFTER}
    for place in sorted(own | old):
        update.update(f"DROP SILENT GRAPH <{place}> ;\nDELETE WHERE {{ GRAPH <{PUSHES_GRAPH}> {{ <{place}> ?p ?o }} }}", idempotent=True)


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{graph.rsplit('/', 1)[-1]} {count:,}" for graph, count in counts.items())
