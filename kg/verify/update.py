"""Offsets and digests of segments written into Turtle files anew, and nothing else of them touched."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from kg.errors import DataError, FileError
from kg.load import Document, parse_text, sorted_triples
from kg.namespaces import DIP, PREFIXES, shrink
from kg.places import literal_spans
from kg.verify import Verification
from kg.verify.wording import Wording, digest, fingerprint, sha256, wording

_OA = PREFIXES["oa"]
_SHA256, _WORDING, _FINGERPRINT = DIP + "sha256", DIP + "wordingSha256", DIP + "fingerprint"
_TOUCHED = frozenset((_OA + "start", _OA + "end", _SHA256, _WORDING, _FINGERPRINT))


def updated(documents: Sequence[Document], verification: Verification, text: str, accepted: Collection[str] = ()) -> dict[Path, str]:
    """The new texts of those of `documents` that change, so that they say where the segments are in `text`.

    Intact and moved segments get new offsets and digests. Changed ones get the offsets of what is nearest, and new digests only if their
    IRI is among `accepted`: until somebody has looked at their facts they count as changed. Raises `DataError` where a segment is gone or
    two have become one, and `FileError` where a value does not stand as such in its file.
    """
    _refuse(verification)
    words = wording(text)
    values = {
        one.segment.iri: _Values(one.match.start, one.match.end, one.match.status != "changed" or one.segment.iri in accepted)
        for one in verification.checked
    }
    found: dict[Path, str] = {}
    known: set[str] = set()
    for document in documents:
        edits = _Edits(document)
        here = {iri: value for iri, value in values.items() if (iri, _SHA256) in edits.spans}
        known |= set(here)
        for iri, value in here.items():
            edits.place(iri, value, text, words)
        if edits.changes:
            found[document.path] = edits.text()
    missing = sorted(set(values) - known)
    if missing:
        raise FileError(f"No file has {shrink(_SHA256)} of {shrink(missing[0])} as a plain value; nothing is rewritten.")
    return found


def _refuse(verification: Verification) -> None:
    """Raise `DataError` where there is no true place to write."""
    gone = [one.segment.label for one in verification.of("gone")]
    if gone:
        raise DataError(f"Gone: {', '.join(gone)}. Take them and their facts out of the data first; nothing is rewritten.")
    sentences = [one for one in verification.checked if one.place]
    placed = sorted((one.match.start, one.match.end, one.segment.label) for one in sentences)
    for (_, end, one), (start, _, other) in pairwise(placed):
        if start < end:
            raise DataError(f"{one[:1].upper()}{one[1:]} and {other} have become one. Merge them in the data first; nothing is rewritten.")


class _Values(NamedTuple):
    """What is to be written of a segment."""

    start: int
    end: int
    digests: bool


class _Edits:
    """Changes to the text of a document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.spans = literal_spans(document)
        self.selectors = {
            getattr(triple.subject, "value", ""): triple.object.value
            for triple in document.triples
            if triple.predicate.value == _OA + "hasSelector" and isinstance(triple.object, ox.NamedNode)
        }
        self.changes: list[tuple[int, int, str]] = []

    def place(self, iri: str, values: _Values, text: str, words: Wording) -> None:
        """Note what changes for the segment `iri`."""
        self._replace(iri, _OA + "start", str(values.start))
        self._replace(iri, _OA + "end", str(values.end))
        if not values.digests:
            return
        own = words.texts(*words.between(values.start, values.end))
        digests = {_WORDING: digest(own), _FINGERPRINT: fingerprint(own).hex()}
        self._replace(iri, _SHA256, f'"{sha256(text[values.start : values.end])}"')
        for predicate, value in digests.items():
            if (iri, predicate) in self.spans:
                self._replace(iri, predicate, f'"{value}"')
        self._add(iri, {predicate: value for predicate, value in digests.items() if (iri, predicate) not in self.spans})

    def _replace(self, iri: str, predicate: str, value: str) -> None:
        start, end = self._span(iri, predicate)
        if self.document.text[start:end] != value:
            self.changes.append((start, end, value))

    def _span(self, iri: str, predicate: str) -> tuple[int, int]:
        spans = self.spans.get((iri, predicate)) or self.spans.get((self.selectors.get(iri, ""), predicate), [])
        if len(spans) != 1:
            raise FileError(
                f"{self.document.path}: {shrink(predicate)} of {shrink(iri, self.document.prefixes)} does not stand there once as a plain "
                "value; nothing is rewritten."
            )
        return spans[0]

    def _add(self, iri: str, values: Mapping[str, str]) -> None:
        """Note new statements right behind the SHA-256, laid out as that is."""
        _, end = self._span(iri, _SHA256)
        line = self.document.text[self.document.text.rfind("\n", 0, end) + 1 : end]
        name = shrink(_SHA256, self.document.prefixes)
        space = "\n" + line[: len(line) - len(line.lstrip())] if line.lstrip().startswith(name) else " "
        added = "".join(f' ;{space}{shrink(predicate, self.document.prefixes)} "{value}"' for predicate, value in values.items())
        if added:
            self.changes.append((end, end, added))

    def text(self) -> str:
        """The document's text with the changes. Raises `FileError` if they would touch anything else, which no file is known to do."""
        text = self.document.text
        for start, end, value in sorted(self.changes, reverse=True):
            text = text[:start] + value + text[end:]
        before, after = (list(_others(document)) for document in (self.document, parse_text(text, self.document.path)))
        if before != after:
            raise FileError(f"{self.document.path}: cannot be rewritten without touching other statements; nothing is rewritten.")
        return text


def _others(document: Document) -> Iterator[ox.Triple]:
    """The triples that no update touches, in an order of their own."""
    return iter(sorted_triples(triple for triple in document.triples if triple.predicate.value not in _TOUCHED))
