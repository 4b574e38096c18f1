"""Segments of one text looked for in another, by digest and fingerprint: intact, moved, changed or gone."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from kg.errors import counted
from kg.verify.wording import Unit, Word, digest, fingerprint, sha256, wording

Status = Literal["intact", "moved", "changed", "gone"]
Range = tuple[int, int]
"""A range of words."""

_NEAR = 0.5
"""A sentence is taken for another if so large a part of their words is the same; of the article's own, no two longer than twelve words
come nearer than 0.44."""
_CONTAINED = 0.75
"""A sentence with so many of its words in a longer one was merged into that."""
_SHORTEST_CONTAINED = 4
_MOST_JOINED = 3
_SHORTEST_SENTENCE = 3
_HEADING_WEIGHT = 3
_MOST_HAVING = 500
_LIKELIEST = 20
_ENDS = frozenset(".!?:")
_CLOSING = frozenset("])")
"""What ends a remark between two sentences, such as a footnote marker of an unknown kind."""


class Segment(NamedTuple):
    """A segment as the data have it; `line` if it is a line of its own, `whole` names what it is a clause of.

    Without a fingerprint it is found by its SHA-256 alone. The more `weight`, the more others must be out of order before it is.
    """

    iri: str
    start: int
    end: int
    sha256: str
    wording: str = ""
    fingerprint: bytes = b""
    line: bool = False
    whole: str = ""
    weight: int = 1


def heading(number: int, title: str, before: int) -> Segment:
    """A heading as a segment that stands before the offset `before`."""
    words = [word.text for word in wording(title).words]
    return Segment(f"heading {number}", before - 1, before, "", digest(words), fingerprint(words), line=True, weight=_HEADING_WEIGHT)


class Change(NamedTuple):
    """A piece of a comparison: words that both texts have, or one of them. Of words that are gone only the number may be known."""

    kind: Literal["same", "added", "removed"]
    text: str


class Match(NamedTuple):
    """Where a segment is in another text, in characters; if it changed, how near it is (0 to 1) and what changed."""

    status: Status
    start: int = 0
    end: int = 0
    nearness: float = 1.0
    changes: tuple[Change, ...] = ()


def compare(segments: Sequence[Segment], text: str, old: str | None = None) -> tuple[dict[str, Match], list[Unit]]:
    """For each of `segments` its match in `text`, and the sentences of `text` that match none.

    `old` is the text that the segments are of, if there is one: then changes tell the words that are gone.
    """
    return _Comparison(segments, text, old).result()


class _Comparison:
    """What is known of the new text while segments are looked for in it."""

    def __init__(self, segments: Sequence[Segment], text: str, old: str | None) -> None:
        self.text = text
        self.new = wording(text)
        self.prints = fingerprint(word.text for word in self.new.words)
        self.whole_lines = {(line.first, line.last) for line in self.new.lines}
        self.segments = sorted((segment for segment in segments if not segment.whole), key=lambda segment: segment.start)
        self.clauses = [segment for segment in segments if segment.whole]
        self.old_text = old
        self.old = wording(old) if old is not None else None
        self.ranges: dict[str, Range] = {}

    def result(self) -> tuple[dict[str, Match], list[Unit]]:
        """See `compare`."""
        self.ranges = self._found()
        in_order = _in_order([(s.iri, self.ranges[s.iri][0], s.weight) for s in self.segments if s.iri in self.ranges])
        matches = {
            segment.iri: self._match("intact" if segment.iri in in_order else "moved", segment, self.ranges[segment.iri])
            for segment in self.segments
            if segment.iri in self.ranges
        }
        missing = [segment for segment in self.segments if segment.iri not in matches]
        near = self._nearest(missing)
        self.ranges |= near
        for segment in missing:
            matches[segment.iri] = self._match("changed", segment, near[segment.iri]) if segment.iri in near else Match("gone")
        for clause in self.clauses:
            matches[clause.iri] = self._clause(clause, matches[clause.whole])
        entries = [line for line in self.new.lines if line.listed]
        left = self._runs([*(unit for unit in self.new.sentences if not unit.listed), *entries], self.ranges.values())
        return matches, sorted(run for run in left if self._is_sentence(run))

    # -- what is found by its digest

    def _occurrences(self, segment: Segment) -> list[Range]:
        """Where the words of `segment` stand."""
        words, count = self.new.words, len(segment.fingerprint)
        if not count:
            length = segment.end - segment.start
            starts = sorted({word.start for word in words} | {line.start for line in self.new.lines})
            same = [start for start in starts if sha256(self.text[start : start + length]) == segment.sha256]
            return [self.new.between(start, start + length) for start in same]
        found: list[Range] = []
        at = self.prints.find(segment.fingerprint)
        while at >= 0:
            if digest(self.new.texts(at, at + count)) == segment.wording:
                found.append((at, at + count))
            at = self.prints.find(segment.fingerprint, at + 1)
        return [place for place in found if place in self.whole_lines] if segment.line else found

    def _found(self) -> dict[str, Range]:
        """The segments whose words are in the new text; of several places the first that keeps the order and is not another's."""
        places = {segment.iri: self._occurrences(segment) for segment in self.segments}
        chosen = {iri: found[0] for iri, found in places.items() if len(found) == 1}
        firm = _in_order([(s.iri, chosen[s.iri][0], s.weight) for s in self.segments if s.iri in chosen])
        for i, segment in enumerate(self.segments):
            if len(places[segment.iri]) > 1:
                before = max((chosen[s.iri][1] for s in self.segments[:i] if s.iri in firm), default=0)
                after = min((chosen[s.iri][0] for s in self.segments[i + 1 :] if s.iri in firm), default=len(self.new.words))
                taken = set(chosen.values())
                chosen[segment.iri] = min(
                    places[segment.iri],
                    key=lambda place: (place in taken, not before <= place[0] < after, place),
                )
                firm.add(segment.iri)
        inside = set(self._inside(chosen))
        return {iri: place for iri, place in chosen.items() if iri not in inside}

    def _inside(self, chosen: Mapping[str, Range]) -> Iterator[str]:
        """The segments whose words stand behind others in a sentence: with "No" before it, a sentence says something else."""
        taken = {word for first, last in chosen.values() for word in range(first, last)}
        begins = {line.first for line in self.new.lines}
        for segment in self.segments:
            first = chosen.get(segment.iri, (0, 0))[0]
            if first and first not in begins and first - 1 not in taken:
                before = self.new.words[first - 1]
                if before.text not in _ENDS and before.text not in _CLOSING and before.marked_end == before.end:
                    yield segment.iri

    # -- what is only like it

    def _nearest(self, missing: Sequence[Segment]) -> dict[str, Range]:
        """For those of `missing` that have one, the nearest words that belong to no other segment, or that several were merged into."""
        free = list(self._joined(list(self._runs(self.new.sentences, self.ranges.values()))))
        lines = [run for run in self._runs(self.new.lines, self.ranges.values()) if (run.first, run.last) in self.whole_lines]
        pairs = []
        for runs, segments in ((lines, [one for one in missing if one.line]), (free, [one for one in missing if not one.line])):
            likely = _Likely([self.prints[run.first : run.last] for run in runs])
            for segment in segments:
                for run in (runs[i] for i in likely.to(segment.fingerprint)):
                    nearness, merged = self._nearness(segment.fingerprint, (run.first, run.last))
                    if nearness >= _NEAR:
                        pairs.append((-nearness, run.last - run.first, run.first, run.last, merged, segment.iri))
        near: dict[str, Range] = {}
        used: list[Range] = []
        for _, _, first, last, merged, iri in sorted(pairs):
            overlapping = any(first < other_last and other_first < last for other_first, other_last in used)
            if iri not in near and (merged or not overlapping):
                near[iri] = (first, last)
                used.append((first, last))
        return near

    def _nearness(self, old: bytes, place: Range) -> tuple[float, bool]:
        """How near (0 to 1) the words of a fingerprint are to those at a place, and whether they may be a part of those."""
        matcher = SequenceMatcher(None, old, self.prints[slice(*place)], autojunk=False)
        contained = sum(block.size for block in matcher.get_matching_blocks()) / max(len(old), 1)
        merged = contained >= _CONTAINED and len(old) >= _SHORTEST_CONTAINED
        ratio = matcher.ratio()
        return (max(ratio, (4 * contained + ratio) / 5) if merged else ratio), merged

    def _runs(self, units: Iterable[Unit], taken: Iterable[Range]) -> Iterator[Unit]:
        """What is left of `units` without the words that are taken."""
        free = bytearray(b"\1") * len(self.new.words)
        for first, last in taken:
            free[first:last] = bytes(last - first)
        for unit in units:
            first = unit.first
            while (first := free.find(1, first, unit.last)) >= 0:
                last = free.find(0, first, unit.last)
                last = unit.last if last < 0 else last
                end = unit.end if last == unit.last else self.new.words[last - 1].marked_end
                yield unit._replace(
                    first=first, last=last, start=unit.start if first == unit.first else self.new.words[first].start, end=end
                )
                first = last

    def _joined(self, runs: Sequence[Unit]) -> Iterator[Unit]:
        """`runs`, and those that follow each other in one line joined, up to three."""
        for i, run in enumerate(runs):
            yield run
            for following in runs[i + 1 : i + _MOST_JOINED]:
                if following.first != run.last or "\n" in self.text[run.end : following.start]:
                    break
                run = run._replace(last=following.last, end=following.end)
                yield run

    def _is_sentence(self, run: Unit) -> bool:
        """Whether a run of words that belongs to no segment looks like a sentence or an entry of a list, not like a heading."""
        words = self.new.texts(run.first, run.last)
        return sum(word[0].isalnum() for word in words) >= _SHORTEST_SENTENCE and (run.listed or words[-1] in _ENDS)

    # -- what is said of it

    def _clause(self, clause: Segment, whole: Match) -> Match:
        """The match of a clause within that of its whole."""
        first, last = self.ranges.get(clause.whole, (0, 0))
        inside = [place for place in self._occurrences(clause) if first <= place[0] and place[1] <= last]
        if inside:
            return self._match("moved" if whole.status == "moved" else "intact", clause, inside[0])
        near = max(((self._nearness(clause.fingerprint, piece)[0], piece) for piece in self._pieces(first, last)), default=(0.0, (0, 0)))
        return self._match("changed", clause, near[1]) if near[0] >= _NEAR else Match("gone")

    def _pieces(self, first: int, last: int) -> Iterator[Range]:
        """A range of words cut behind each footnote marker."""
        for i in range(first, last):
            if self.new.words[i].marked_end > self.new.words[i].end or i == last - 1:
                yield first, i + 1
                first = i + 1

    def _match(self, status: Status, segment: Segment, place: Range) -> Match:
        start, end = self._extent(segment, place)
        if status != "changed":
            return Match(status, start, end)
        return Match(status, start, end, round(self._nearness(segment.fingerprint, place)[0], 2), tuple(self._changes(segment, place)))

    def _extent(self, segment: Segment, place: Range) -> Range:
        """The characters of a place: of a segment that stands there to the letter its own, else those of its sentence, line or words."""
        first, last = place
        units = [unit for unit in (*(self.new.lines if segment.line else ()), *self.new.sentences) if (unit.first, unit.last) == place]
        by_words = Unit(first, last, self.new.words[first].start, self.new.words[last - 1].marked_end, listed=False)
        extents = [self.new.extent(unit, self.text) for unit in (*units, by_words)]
        length = segment.end - segment.start
        same = ((start, start + length) for start, _ in extents if sha256(self.text[start : start + length]) == segment.sha256)
        return next(same, extents[0])

    def _changes(self, segment: Segment, place: Range) -> Iterator[Change]:
        """The words of the new text, with those that are new, and those that are gone."""
        before = self._old_words(segment)
        old: Sequence[str | int] = [word.text for word in before] if before else segment.fingerprint
        new: Sequence[str | int] = self.new.texts(*place) if before else self.prints[slice(*place)]
        for kind, old_first, old_last, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if kind in ("replace", "delete"):
                words_gone = _between(self.old_text or "", before[old_first:old_last]) if before else counted(old_last - old_first, "word")
                yield Change("removed", words_gone)
            if kind != "delete":
                words = self.new.words[place[0] + first : place[0] + last]
                yield Change("same" if kind == "equal" else "added", _between(self.text, words))

    def _old_words(self, segment: Segment) -> Sequence[Word]:
        """The words of `segment` in the old text: none if there is no such text, or not that of the data."""
        if self.old is None or self.old_text is None or not stands(segment, self.old_text):
            return ()
        return self.old.words[slice(*self.old.between(segment.start, segment.end))]


def stands(segment: Segment, text: str) -> bool:
    """Whether `segment` stands in `text` at its own place, to the letter."""
    return sha256(text[segment.start : segment.end]) == segment.sha256


def _between(text: str, words: Sequence[Word]) -> str:
    """The characters of `text` from the first of `words` to the last."""
    return text[words[0].start : words[-1].end]


class _Likely:
    """Fingerprints by their pairs of neighbouring words: which of many share most pairs with another one."""

    def __init__(self, prints: Sequence[bytes]) -> None:
        self._having: dict[bytes, set[int]] = {}
        for i, one in enumerate(prints):
            for pair in _pairs(one):
                self._having.setdefault(pair, set()).add(i)

    def to(self, one: bytes) -> list[int]:
        """The numbers of the likeliest. A pair that very many have tells nothing."""
        having = (self._having.get(pair, set()) for pair in _pairs(one))
        shared = Counter(i for numbers in having if len(numbers) <= _MOST_HAVING for i in numbers)
        return [i for i, _ in shared.most_common(_LIKELIEST)]


def _pairs(one: bytes) -> set[bytes]:
    return {one[i : i + 2] for i in range(len(one) - 1)}


def _in_order(placed: Sequence[tuple[str, int, int]]) -> set[str]:
    """Of things with a place and a weight, those that are in the order of their places: the heaviest such part."""
    best: list[tuple[int, int | None]] = []
    for i, (_, place, weight) in enumerate(placed):
        before = max(((best[j][0], -j) for j in range(i) if placed[j][1] < place), default=None)
        best.append((weight + before[0], -before[1]) if before else (weight, None))
    at = max(range(len(best)), key=lambda i: best[i][0], default=None)
    kept: set[str] = set()
    while at is not None:
        kept.add(placed[at][0])
        at = best[at][1]
    return kept
