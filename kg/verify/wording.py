"""The wording of a text: its words and marks in a normal form, where they stand, and which of them make a sentence.

Two texts have the same wording if they differ only in white space, footnote markers, tags, quotation marks and bars, kinds of dashes and
apostrophes, HTML entities, or Unicode normalisation. The digest of a wording tells whether it is the same; its fingerprint, one byte a
word, how much of it is. Neither gives the words back: a byte stands for one in 256 of all words there are.
"""

import hashlib
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from itertools import pairwise
from typing import NamedTuple

_PIECE = re.compile(
    r"""
      (?P<hidden> <!--.*?--> | <ref\b[^>]*/> | <ref\b.*?</ref> | <(?P<tag>style|script)\b.*?</(?P=tag)> )
    | (?P<block>  </?(?:p|div|br|li|ul|ol|dd|dl|dt|table|tr|td|th|h[1-6]|blockquote|section)\b[^>]*> )
    | (?P<inline> </?[a-z][^>]*> )
    | (?P<entity> &(?:\#[0-9]{1,7}|\#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31}); )
    | (?P<break>  \n )
    | (?P<other>  . )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_MARKUP = re.compile(r"<(?:p|div|br|li)\b", re.IGNORECASE)
_ALIKE = str.maketrans({**dict.fromkeys("‐‑‒–—―−", "-"), **dict.fromkeys("‘’ʼ´`", "'")})
_QUOTES = '"“”„‟«»‹›'
_OPENING = frozenset(_QUOTES + "'")
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")

_MARKER = r"\[\s*(?:[0-9]{1,3}|[a-z]|(?:note|nb|n)\s*[0-9]+|(?:citation|clarification)\s+needed)\s*\]"
_TOKEN = re.compile(
    rf"(?P<marker>{_MARKER})|(?P<word>[^\W_]+(?:'[^\W_]+)*)|(?P<dropped>[\s|↑^'{_QUOTES}])|(?P<mark>.)", re.DOTALL | re.IGNORECASE
)
_SENTENCE_AFTER_MARKER = re.compile(rf"(?:{_MARKER}\s*)+(?=[A-Z])")
_LIST_MARK = re.compile(r"[ \t]*(?:(?:[-*#•↑^]|[0-9]{1,3}[.)])[ \t]+)+")
_WORDS = re.compile(rf"(?:{_MARKER}|\W)*\w", re.IGNORECASE)
_BLANKS = str.maketrans(dict.fromkeys(_QUOTES + "|", " "))
_WIDEST_WRAPPED = 120


class Word(NamedTuple):
    """A word or mark in normal form, where it stands in the text, and where the footnote markers right behind it end."""

    text: str
    start: int
    end: int
    marked_end: int


class Unit(NamedTuple):
    """A sentence or a line: a range of words, and of characters; `listed` if its line begins with a list mark."""

    first: int
    last: int
    start: int
    end: int
    listed: bool


class Wording(NamedTuple):
    """The words of a text in order, its sentences, and its lines."""

    words: tuple[Word, ...]
    sentences: tuple[Unit, ...]
    lines: tuple[Unit, ...]

    def texts(self, first: int, last: int) -> list[str]:
        """The words from `first` up to `last`, in normal form."""
        return [word.text for word in self.words[first:last]]

    def extent(self, unit: Unit, text: str) -> tuple[int, int]:
        """The characters of `unit` in `text`: a listed line all of it, a sentence from its first word or the quotation mark before it."""
        start = unit.start if unit.listed else self.words[unit.first].start
        while text[start - 1 : start] in _OPENING:
            start -= 1
        return start, unit.end

    def between(self, start: int, end: int) -> tuple[int, int]:
        """The range of the words that lie between two places in the text."""
        first = bisect_left(self.words, start, key=lambda word: word.start)
        return first, max(first, bisect_left(self.words, end + 1, key=lambda word: word.end))


def sha256(text: str) -> str:
    """The SHA-256, in hexadecimal, of characters as they stand."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def digest(words: Iterable[str]) -> str:
    """The SHA-256, in hexadecimal, of words in normal form, joined by spaces."""
    return sha256(" ".join(words))


def fingerprint(words: Iterable[str]) -> bytes:
    """One byte for each word: the first of its SHA-256."""
    return bytes(hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()[0] for word in words)


def wording(text: str) -> Wording:
    """The wording of `text`.

    >>> [word.text for word in wording("“Ties”&nbsp;[1] are <b>close</b>.").words]
    ['Ties', 'are', 'close', '.']
    """
    flat, spans = _flattened(text)
    lines = [(match.start(), match.end(), _LIST_MARK.match(flat, match.start(), match.end())) for match in re.finditer(r"[^\n]+", flat)]
    words: list[Word] = []
    places: list[int] = []
    for start, end, mark in lines:
        for match in _TOKEN.finditer(flat, mark.end() if mark else start, end):
            place, until = spans[match.start()][0], spans[match.end() - 1][1]
            if match.lastgroup == "marker" and places and places[-1] >= start:
                words[-1] = words[-1]._replace(marked_end=until)
            elif match.lastgroup in ("word", "mark"):
                words.append(Word(match[0], place, until, until))
                places.append(match.start())

    def unit(start: int, end: int, listed: bool) -> Unit | None:
        start, end = start + len(flat[start:end]) - len(flat[start:end].lstrip()), start + len(flat[start:end].rstrip())
        first, last = bisect_left(places, start), bisect_left(places, end)
        return Unit(first, last, spans[start][0], spans[end - 1][1], listed) if first < last else None

    whole = [unit(mark.end() if mark else start, end, mark is not None) for start, end, mark in lines]
    parts = [unit(*part, mark is not None) for start, end, mark in lines for part in _sentences(flat, mark.end() if mark else start, end)]
    return Wording(tuple(words), tuple(filter(None, parts)), tuple(filter(None, whole)))


def _sentences(flat: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences of a line. A quotation may hold several, and a footnote marker before a capital letter ends one."""
    import sentencex

    line = flat[start:end].translate(_BLANKS)
    starts = {boundary["start_index"] for boundary in sentencex.get_sentence_boundaries("en", line)}
    starts |= {match.end() for match in _SENTENCE_AFTER_MARKER.finditer(line)}
    ordered = [0, *sorted(one for one in starts if one and _WORDS.match(line, one)), len(line)]
    return ((start + one, start + other) for one, other in pairwise(ordered))


def _flattened(text: str) -> tuple[str, Sequence[tuple[int, int]]]:
    """`text` without tags, entities resolved, normalised, one line a paragraph; and for each character the range that it came from."""
    breaks = _breaks(text)
    pieces: list[tuple[str, int, int]] = []
    for match in _PIECE.finditer(text):
        start, end = match.span()
        letters = _letters(match, breaks)
        if len(letters) == 1 and unicodedata.combining(letters) and pieces:
            before, start, _ = pieces.pop()
            letters = before + letters
        if letters:
            pieces.append((unicodedata.normalize("NFKC", letters).translate(_ALIKE), start, end))
    return "".join(piece for piece, _, _ in pieces), [(start, end) for piece, start, end in pieces for _ in piece]


def _letters(match: re.Match[str], breaks: frozenset[int]) -> str:
    """What a piece of a text shows."""
    kind, piece = match.lastgroup, match[0]
    if kind == "block" or (kind == "break" and match.start() in breaks):
        return "\n"
    if kind == "break":
        return " "
    if kind == "entity":
        return unescape(piece)
    return piece if kind == "other" and piece not in _INVISIBLE else ""


def _breaks(text: str) -> frozenset[int]:
    """The line ends that end a paragraph: none in a text with tags; in one wrapped to a width those before a blank or a list mark."""
    if _MARKUP.search(text):
        return frozenset()
    wrapped = re.search(r"\n\s*\n", text) and max(map(len, text.splitlines())) <= _WIDEST_WRAPPED
    return frozenset(match.start() for match in re.finditer(rf"\n(?=\s*\n|{_LIST_MARK.pattern})" if wrapped else "\n", text))
