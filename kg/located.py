"""Where statements stand, in which line and sentence: in documents, or, of those alone that a report tells, in files of any size."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import pyoxigraph as ox

from kg.load import Document
from kg.namespaces import RDF
from kg.places import Places
from kg.segments import Segments, needed_for
from kg.sources import Reading, Source
from kg.spool import Spool


class Located(NamedTuple):
    """Lines and sentences."""

    places: Places
    segments: Segments


Words = Sequence[str]
"""A triple, or its beginning, as one to three IRIs."""
Locate = Callable[[Iterable[Words]], Located]
"""What gives the lines and sentences of some statements."""


def in_documents(documents: Sequence[Document]) -> Locate:
    """What locates statements in documents: all that there are."""
    return lambda wanted: Located(Places(documents), Segments(triple for document in documents for triple in document.triples))


def in_files(files: Sequence[Source], spool: Spool) -> Locate:
    """What locates statements in files, whose triples are in `spool`: the files are read again, line by line."""

    def locate(wanted: Iterable[Words]) -> Located:
        words = {tuple(one) for one in wanted if one}
        places = Places.of_lines([(file.path, _lines(file, {one[0] for one in words})) for file in files] if words else [])
        told = [*words, *(places.naming[one[0]] for one in words if one[0] in places.naming and not places.find(*one))]
        return Located(places, Segments(needed_for(told, spool.triples)) if told else Segments(()))

    return locate


def _lines(file: Source, subjects: set[str]) -> dict[tuple[str, ...], int]:
    """The lines on which what is said of `subjects` first becomes whole, by words as `statement_lines` has them, and what names them."""
    lines: dict[tuple[str, ...], int] = {}
    reading = Reading(file, by_line=True)
    for triple in reading:
        subject, value = triple.subject.value, getattr(triple.object, "value", None)  # type: ignore[union-attr]
        if (subject in subjects or value in subjects) and isinstance(triple.subject, ox.NamedNode):
            words = (subject, triple.predicate.value, *([str(value)] if isinstance(triple.object, ox.NamedNode) else []))
            for length in range(1, len(words) + 1) if subject in subjects else [len(words)]:
                lines.setdefault(words[:length], reading.line)
    return lines


class Hanging:
    """The triples of `spool` that tell what blank nodes hang on and are, read again whenever they are asked for."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    def __iter__(self) -> Iterator[ox.Triple]:
        for triple in self._spool.triples({*self._spool.hanging, RDF + "type"}):
            if isinstance(triple.object, ox.BlankNode) or isinstance(triple.subject, ox.BlankNode):
                yield triple
