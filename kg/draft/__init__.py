"""The text of an article as the beginning of a dataset: its sections, sentences and references as Turtle, to which facts are added by hand.

No sentence is kept, only where it stands and its digests.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from string import ascii_lowercase
from typing import NamedTuple

from kg.errors import FileError, ParameterError, counted, text_of
from kg.verify.wording import MOST_WORDS, Unit, Wording, digest, fingerprint, footnotes, sha256, wording

_REFERENCES = ("references", "citations", "footnotes", "references and notes", "notes and references", "notes")
"""Headings of a list of references; the first of these that a text has is that of the list that its markers number."""
_LINKS = ("external links",)
_LEFT_OUT = (*_REFERENCES, *_LINKS, "see also", "bibliography", "further reading", "gallery", "sources", "works cited")
_MARKED = re.compile(r"(={1,6})\s*([^=].*?)\s*\1", re.DOTALL)
_ENDS = frozenset(".!?:;,")
_MOST_CLAUSES = 26
"""One a letter."""
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_QUOTED = re.compile(r"[\"“„]\s*([^\"“”„]*\w[^\"“”„]*?)\s*[\"”]")
_TAIL = re.compile(r"\W*\b(?:Archived|Retrieved|Accessed)\b.*", re.DOTALL)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


class Section(NamedTuple):
    """A part of the article that has sentences: its number, its heading (none of the lead), and what tells it from its namesakes."""

    number: int
    title: str
    label: str


class Segment(NamedTuple):
    """A place in the article: its class and name, what it is part of, its numbers, its characters and their digests."""

    kind: str
    name: str
    part: str
    paragraph: int
    position: int
    start: int
    end: int
    sha256: str
    wording: str
    fingerprint: str
    footnotes: tuple[int, ...] = ()
    title: str = ""
    clauses: "tuple[Segment, ...]" = ()
    """What a sentence with a footnote marker in it may be cut into: behind each marker."""
    pages: tuple[str, ...] = ()
    """What the pages behind its footnote markers say."""

    @property
    def label(self) -> str:
        """What it is called."""
        if self.kind == "Clause":
            return f"sentence {int(self.part[1:])}, clause {self.position}"
        return f"{_LABELS[self.kind]} {int(self.name[1:])}"


_LABELS = {"InfoboxLine": "infobox line", "Sentence": "sentence", "ReferenceEntry": "reference", "ExternalLink": "external link"}
_LETTERS = {"InfoboxLine": "i", "Sentence": "s", "ReferenceEntry": "r", "ExternalLink": "x"}


@dataclass(frozen=True, slots=True)
class Draft:
    """The sections and segments that were found in a text."""

    slug: str
    title: str
    sections: tuple[Section, ...]
    segments: tuple[Segment, ...]

    def of(self, kind: str) -> tuple[Segment, ...]:
        """The segments of one class: InfoboxLine, Sentence, ReferenceEntry or ExternalLink."""
        return tuple(segment for segment in self.segments if segment.kind == kind)

    def counts(self) -> str:
        """How many sections and segments of each class there are, in words."""
        numbers = {"section": len(self.sections)} | {label: len(self.of(kind)) for kind, label in _LABELS.items()}
        return ", ".join(counted(number, label) for label, number in numbers.items())

    def left_out(self) -> str:
        """How many pages behind footnote markers are not in the draft, and in which segments they stand, in words; empty if none is."""
        paged = [segment for segment in self.segments if segment.pages]
        number = sum(len(segment.pages) for segment in paged)
        where = ", ".join(f"{segment.name} ({'; '.join(segment.pages)})" for segment in paged)
        if not paged:
            return ""
        are = "is" if number == 1 else "are"
        return f"{counted(number, 'page')} behind footnote markers {are} left out, as citations have no place for pages: {where}"

    def to_turtle(self) -> str:
        """The draft as Turtle, with a comment wherever something is to be added."""
        from kg.draft.writing import blocks

        return "\n".join(blocks(self))


def draft(text: str, slug: str, title: str | None = None) -> Draft:
    """The sections and segments of the article `text`, named below …/id/`slug`/; its first line is its title unless `title` is given.

    Raises `ParameterError` if `slug` cannot be part of a name, and `FileError` if the text has no title or no sentence.
    """
    text = text_of(text, "The text of the article")
    if not _SLUG.fullmatch(text_of(slug, "The id")):
        raise ParameterError(f"id is {slug!r}: it takes small letters, digits and hyphens, such as graustark-ruritania.")
    return _Reading(text.replace("\r\n", "\n").replace("\r", "\n")).draft(slug, title)


# ---- reading


class _Block(NamedTuple):
    """A heading, empty for what stands above the first, the lines below it, and the list or left-out part that it belongs to, if any."""

    heading: str
    lines: tuple[Unit, ...]
    apart: str


class _Reading:
    """A text, its words, and the headings that are recognised in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: Wording = wording(text)
        self.lines = [line for line in self.words.lines if any(word[0].isalnum() for word in self.words.texts(line.first, line.last))]
        self.marked = any(self._mark(line) for line in self.lines[1:])

    def draft(self, slug: str, title: str | None) -> Draft:
        """See `draft`."""
        title = self._title(title)
        blocks = list(self._blocks())
        infobox, blocks[0] = self._without_infobox(blocks[0])
        body = [block for block in blocks if block.lines and not block.apart]
        if not body:
            raise FileError("the text has no sentence below its title.")
        names = {block.apart for block in blocks if block.lines}
        listed = [name for name in _REFERENCES if name in names][:1]
        segments = [
            *self._entries("InfoboxLine", infobox),
            *self._sentences(body),
            *self._entries("ReferenceEntry", _below(listed, blocks)),
            *self._entries("ExternalLink", _below(_LINKS, blocks)),
        ]
        return Draft(slug, title, tuple(_sections([block.heading for block in body])), tuple(_named(segments)))

    def _title(self, given: str | None) -> str:
        """The title of the article, which is no longer one of the lines."""
        first = self._shown(self.lines[0]) if self.lines else ""
        if given is not None:
            title = " ".join(given.split())
            if not title:
                raise FileError("the title is empty; give one, or leave --title out.")
            self.lines = self.lines[title in (first, self.lines and self._mark(self.lines[0])) :]
            return title
        if not first or not (self._mark(self.lines[0]) or self._short(self.lines[0])):
            raise FileError("the first line is no title; put the article's title there, above a blank line, or give it with --title.")
        return self._mark(self.lines.pop(0)) or first

    def _blocks(self) -> Iterator[_Block]:
        heading, apart, level, lines = "", "", 0, list[Unit]()
        for line in self.lines:
            found = self._heading(line, apart)
            if not found:
                lines.append(line)
                continue
            yield _Block(heading, tuple(lines), apart)
            heading, lines, own = found, [], self._level(line)
            if found.lower() in _LEFT_OUT:
                apart, level = found.lower(), level if apart and own > level else own
            elif own <= level:
                apart, level = "", own
        yield _Block(heading, tuple(lines), apart)

    def _heading(self, line: Unit, apart: str) -> str:
        """The heading that a line is: one in = signs if any line is so, else a short one; empty if it is none.

        In a list without = signs any short line may be an entry, but for the headings that are known.
        """
        if self.marked:
            return self._mark(line)
        shown = self._shown(line)
        return shown if self._short(line) and (not apart or shown.lower() in _LEFT_OUT) else ""

    def _level(self, line: Unit) -> int:
        """How many = signs mark a heading; a part of a list or of what is left out has more than that."""
        match = _MARKED.fullmatch(self._shown(line))
        return len(match[1]) if match else 1

    def _mark(self, line: Unit) -> str:
        """What stands between the = signs of a line."""
        match = _MARKED.fullmatch(self._shown(line))
        return match[2] if match and not line.listed else ""

    def _short(self, line: Unit) -> bool:
        """Whether a line may be a heading: a few words that no mark ends, no footnote, bar or list mark among them."""
        words = self.words.texts(line.first, line.last)
        shown = self._shown(line)
        few = sum(word[0].isalnum() for word in words) <= MOST_WORDS
        plain = not line.listed and "|" not in shown and self.words.words[line.last - 1].marked_end <= self.words.words[line.last - 1].end
        return plain and few and words[-1] not in _ENDS and shown[0].isalnum()

    def _shown(self, unit: Unit) -> str:
        return " ".join(self.text[unit.start : unit.end].split())

    def _without_infobox(self, lead: _Block) -> tuple[list[Unit], _Block]:
        """The lines with a bar that the lead begins with, and the rest of it."""
        bars = ["|" in self.text[line.start : line.end] for line in lead.lines]
        count = bars.index(False) if False in bars else len(bars)
        return list(lead.lines[:count]), lead._replace(lines=lead.lines[count:])

    def _sentences(self, body: Sequence[_Block]) -> Iterator[Segment]:
        before = 0
        for number, block in enumerate(body, 1):
            for paragraph, line in enumerate(block.lines, 1):
                for position, unit in enumerate(self._within(line), 1):
                    found = self._segment("Sentence", unit, f"section-{number}", before)
                    clauses = tuple(self._clauses(unit, found))
                    yield found._replace(
                        paragraph=paragraph, position=position, clauses=clauses if 1 < len(clauses) <= _MOST_CLAUSES else ()
                    )
                    before = found.end

    def _clauses(self, unit: Unit, sentence: Segment) -> Iterator[Segment]:
        """A sentence cut behind each footnote marker that words follow."""
        words = self.words.words[unit.first : unit.last]
        until = max((at for at, word in enumerate(words) if word.text[0].isalnum()), default=0)
        cuts = [at + 1 for at, word in enumerate(words[:until]) if footnotes(self.text[word.end : word.marked_end])]
        before = sentence.start
        for first, last in pairwise([0, *cuts, len(words)]):
            start = words[first].start if first else before
            end = words[last - 1].marked_end if last < len(words) else sentence.end
            yield self._segment("Clause", Unit(unit.first + first, unit.first + last, start, end, listed=True), "", before)
            before = end

    def _within(self, line: Unit) -> Sequence[Unit]:
        """The sentences of a line."""
        units = self.words.sentences
        return units[
            bisect_left(units, line.first, key=lambda unit: unit.first) : bisect_left(units, line.last, key=lambda unit: unit.first)
        ]

    def _entries(self, kind: str, lines: Iterable[Unit]) -> Iterator[Segment]:
        for position, line in enumerate(lines, 1):
            found = self._segment(kind, line, "article")
            title = "" if kind == "InfoboxLine" else self._shown(line)
            if kind == "ReferenceEntry":
                found = found._replace(footnotes=())
            yield found._replace(position=position, title=_title_in(title) if kind == "ReferenceEntry" else title)

    def _segment(self, kind: str, unit: Unit, part: str, before: int = 0) -> Segment:
        """The segment of a unit, which begins at `before` at the earliest and ends behind its last footnote marker."""
        start, end = self.words.extent(unit, self.text)
        start, end = max(start, before), max(end, self.words.words[unit.last - 1].marked_end)
        own, words = self.text[start:end], self.words.texts(unit.first, unit.last)
        found = Segment(kind, "", part, 0, 0, start, end, sha256(own), digest(words), fingerprint(words).hex(), footnotes(own))
        return found._replace(pages=self.words.pages_between(start, end))


def _below(headings: Sequence[str], blocks: Iterable[_Block]) -> list[Unit]:
    """The lines below some headings, given in small letters."""
    return [line for block in blocks if block.apart in headings for line in block.lines]


def _title_in(entry: str) -> str:
    """The title in an entry of a list of references: what stands in quotation marks, else all of it but when it was looked at.

    >>> _title_in("“Visits of princes”. Retrieved May 3, 1902")
    'Visits of princes'
    >>> _title_in("A gazette of courts. Archived April 5, 2012, at the Wayback Machine.")
    'A gazette of courts'
    """
    quoted = _QUOTED.search(entry)
    return quoted[1] if quoted else _TAIL.sub("", entry) or entry


def _sections(headings: Sequence[str]) -> Iterator[Section]:
    """The sections with these headings; those of one name are told apart by their order."""
    for number, title in enumerate(headings, 1):
        earlier = headings[: number - 1].count(title)
        order = _ORDINALS[earlier] if earlier < len(_ORDINALS) else str(earlier + 1)
        yield Section(number, title, (f"{title} ({order})" if headings.count(title) > 1 else title) or "lead section")


def _named(segments: Iterable[Segment]) -> Iterator[Segment]:
    """The segments with names: a letter for the class, and a number of as many digits as that of the last, of two at least."""
    for kind, group in groupby(segments, key=lambda segment: segment.kind):
        found = list(group)
        digits = max(2, len(str(len(found))))
        for number, segment in enumerate(found, 1):
            name = f"{_LETTERS[kind]}{number:0{digits}}"
            clauses = (
                one._replace(name=f"{name}{letter}", part=name) for letter, one in zip(ascii_lowercase, segment.clauses, strict=False)
            )
            numbered = tuple(one._replace(position=position) for position, one in enumerate(clauses, 1))
            yield segment._replace(name=name, clauses=numbered)
