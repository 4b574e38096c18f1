"""Triples kept in a file on disk, so that those of some predicates can be read again and again, faster than a store gives them."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Self

import pyoxigraph as ox

from kg.paths import unnamed_file

_CHUNK = 20_000
"""So many triples are sorted by predicate at a time: those of one thing stay near each other, in the file and in a store made of it."""


class Spool:
    """Triples in a temporary file, in chunks, each sorted by predicate. Blank nodes have the same labels whenever they are read.

    The file has no name where the platform allows that, and goes with the process, however that ends.
    """

    def __init__(self) -> None:
        """An empty spool. Raises `FileError` where no file can be made."""
        self._closing = ExitStack()
        self._file = self._closing.enter_context(unnamed_file())
        self._end = 0
        self._chunks: list[dict[str, tuple[int, int]]] = []
        self._waiting: dict[str, list[str]] = {}
        self._held = 0
        self.sizes: dict[str, int] = {}
        """How many triples each predicate has; whole after `flush`."""
        self.hanging: set[str] = set()
        """The predicates of which a value is a blank node."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """Let go of the file."""
        self._closing.close()

    def add(self, triple: ox.Triple) -> None:
        """Keep a triple."""
        predicate = triple.predicate.value
        if predicate in self._waiting:
            self._waiting[predicate].append(str(triple))
        else:
            self._waiting[predicate] = [str(triple)]
        if type(triple.object) is ox.BlankNode:
            self.hanging.add(predicate)
        self._held += 1
        if self._held == _CHUNK:
            self.flush()

    def extend(self, triples: Iterable[ox.Triple]) -> None:
        """Keep triples."""
        for triple in triples:
            self.add(triple)

    def flush(self) -> None:
        """Write what waits in memory. Raises `FileError` where there is no room for it."""
        places: dict[str, tuple[int, int]] = {}
        texts: list[bytes] = []
        end = self._end
        for predicate, lines in self._waiting.items():
            texts.append((" .\n".join(lines) + " .\n").encode())
            places[predicate] = end, len(texts[-1])
            end += len(texts[-1])
            self.sizes[predicate] = self.sizes.get(predicate, 0) + len(lines)
        self._file.seek(self._end)
        self._file.write(b"".join(texts))
        self._file.flush()
        self._end = end
        self._chunks.append(places)
        self._waiting, self._held = {}, 0

    def triples(self, predicates: Iterable[str]) -> Iterator[ox.Triple]:
        """The triples of some predicates, as they came, but for the order within a chunk."""
        self.flush()
        wanted = set(predicates)
        for chunk in self._chunks:
            parts = []
            for predicate, (start, length) in chunk.items():
                if predicate in wanted:
                    self._file.seek(start)
                    parts.append(self._file.read(length))
            for quad in ox.parse(b"".join(parts), format=ox.RdfFormat.N_TRIPLES, lenient=True):
                yield quad.triple

    def store(self, predicates: Iterable[str], into: ox.Store | None = None) -> ox.Store:
        """A store with the triples of some predicates: an empty one that is given, else one in memory."""
        store = ox.Store() if into is None else into
        store.bulk_extend(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in self.triples(predicates))
        return store
