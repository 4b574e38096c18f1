"""Footnote markers: which references the sentences of a copy cite, beside those that the data say they do.

Markers are no words, so that references may be numbered anew. Their numbers are those of the copy's own list: the n-th entry of it is [n].
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kg.verify.compare import Match, Segment
from kg.verify.wording import Unit, footnotes_of

_WORD = re.compile(r"\w")


class Cites(NamedTuple):
    """The numbers that a sentence of a copy cites, and those that the copy's list has for what the data say: 0 for what is not in it."""

    now: tuple[int, ...]
    said: tuple[int, ...]


def recited(
    text: str, segments: Iterable[Segment], cites: Mapping[str, set[str]], matches: Mapping[str, Match], new: Sequence[Unit]
) -> dict[str, Cites]:
    """The sentences among `segments` that cite others in `text` than `cites`, by their IRIs; none where `text` has no markers.

    `cites` has the references of each sentence, those of its clauses included; `new` are the entries of lists, and sentences, that are new.
    """
    references = set[str]().union(*cites.values())
    numbers = _numbers(text, {iri: matches[iri] for iri in references if iri in matches}, new)
    found = {
        segment.iri: Cites(
            tuple(sorted(footnotes_of(text, match.start, match.end))),
            tuple(sorted(numbers.get(iri, 0) for iri in cites.get(segment.iri, ()))),
        )
        for segment in segments
        if not (segment.line or segment.whole) and (match := matches[segment.iri]).status != "gone"
    }
    if not any(cited.now for cited in found.values()):
        return {}
    return {iri: cited for iri, cited in found.items() if cited.now != cited.said}


def _numbers(text: str, references: Mapping[str, Match], new: Sequence[Unit]) -> dict[str, int]:
    """The numbers that `references` have in the list of `text`, in which entries may be new."""
    known = {(match.start, match.end): iri for iri, match in references.items() if match.status != "gone"}
    entries = sorted({*known, *((unit.start, unit.end) for unit in new if unit.listed)})
    first = next((number for number, entry in enumerate(entries) if entry in known), 0)
    while first and not _WORD.search(text, entries[first - 1][1], entries[first][0]):
        first -= 1
    return {known[entry]: number for number, entry in enumerate(entries[first:], 1) if entry in known}
