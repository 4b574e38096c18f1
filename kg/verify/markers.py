"""Footnote markers: which references the sentences of a copy cite, beside those that the data say they do.

Markers are no words, so that references may be numbered anew. Their numbers are those of the copy's own list: the n-th entry of it is [n],
and a number that the list does not have is that of no reference.
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
    entries = _entries(text, {iri: matches[iri] for iri in references if iri in matches}, new)
    numbers = {iri: number for number, iri in enumerate(entries, 1) if iri}
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
    listed = range(1, len(entries) + 1)
    return {iri: cited for iri, cited in found.items() if [one for one in cited.now if one in listed] != [*cited.said]}


def _entries(text: str, references: Mapping[str, Match], new: Sequence[Unit]) -> list[str | None]:
    """The entries of the list in `text` that has `references`, in order; None for one that is new."""
    known = {(match.start, match.end): iri for iri, match in references.items() if match.status != "gone"}
    entries = sorted({*known, *((unit.start, unit.end) for unit in new if unit.listed)})
    first = next((number for number, entry in enumerate(entries) if entry in known), 0)
    while first and not _WORD.search(text, entries[first - 1][1], entries[first][0]):
        first -= 1
    return [known.get(entry) for entry in entries[first:]]
