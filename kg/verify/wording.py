"""The wording of a text: its words and marks in a normal form, where they stand, and which of them make a sentence.

Two texts have the same wording if they differ only in white space, footnote markers with their pages, tags, quotation marks and bars,
kinds of dashes and apostrophes, HTML entities, or Unicode normalisation. The digest of a wording tells whether it is the same; its
fingerprint, one byte a word, how much of it is. Neither gives the words back: a byte stands for one in 256 of all words there are.
"""

import hashlib
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from itertools import pairwise
from typing import NamedTuple

_PLAIN = re.compile(
    r"""
      (?P<entity> &(?:\#[0-9]{1,7}|\#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31}); )
    | (?P<break>  \n )
    | (?P<other>  . )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_OPENING_MARK = re.compile(
    r"""
    <(?: (?P<comment>!--)
       | (?P<element>ref|style|script)\b
       | (?P<block>/?(?:p|div|br|li|ul|ol|dd|dl|dt|table|tr|td|th|h[1-6]|blockquote|section)\b)
       | (?P<inline>/?[a-z]) )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ENDS = {name: re.compile(end, re.IGNORECASE) for name, end in {"tag": ">", "comment": "-->"}.items()} | {
    name: re.compile(f"</{name}>", re.IGNORECASE) for name in ("ref", "style", "script")
}
"""What ends a tag, a comment, and an element that does not show."""
_MARKUP = re.compile(r"<(?:p|div|br|li)\b", re.IGNORECASE)
_ALIKE = str.maketrans({**dict.fromkeys("‐‑‒–—―−", "-"), **dict.fromkeys("‘’ʼ´`", "'")})
_QUOTES = '"“”„‟«»‹›'
_OPENING = frozenset(_QUOTES + "'‘")
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")

_MARKER = r"\[\s*(?:[0-9]{1,3}|[a-z]|(?:note|nb|n)\s*[0-9]+|(?:citation|clarification)\s+needed)\s*\]"
_TOKEN = re.compile(
    rf"(?P<marker>{_MARKER})|(?P<word>[^\W_]+(?:'[^\W_]+)*)|(?P<dropped>[\s|↑^'{_QUOTES}])|(?P<mark>.)", re.DOTALL | re.IGNORECASE
)
_MARKERS = re.compile(rf"(?:{_MARKER}\s*)+")
_NUMBERED = re.compile(r"\[\s*([0-9]{1,3})\s*\]")
_HAIR = "\u200a"
"""The space that Wikipedia's template Rp writes on both sides of a page, and nobody else in a sentence."""
_NUMBER = r"(?:[0-9]{1,5}[a-z]?|(?-i:[ivxlc]{1,7}))(?![^\W_])"
_SPACE = f"[ {_HAIR}]?"
_PAGED = re.compile(
    rf"{_MARKER}(?P<page>{_SPACE}:(?P<blank>{_SPACE})"
    rf"(?P<told>(?:(?:(?:pp?|ch)\.|§){_SPACE})?{_NUMBER}(?:{_SPACE}[-,&]{_SPACE}{_NUMBER})*))?",
    re.IGNORECASE,
)
"""A footnote marker, and what may be a page behind it: `[2]: 45`, `[2]:45-47`."""
_MARKS = tuple(".!?,;:")
_CLOSING = f" {_HAIR})'{_QUOTES}"
"""What may stand between a mark that ends something and the footnote marker behind it."""
_CAPITAL = re.compile("[A-Z]")
_LIST_MARK = re.compile(r"[ \t]*(?:(?:[-*#•↑^]|[0-9]{1,3}[.)])[ \t]+)+")
_BLANKS = str.maketrans(dict.fromkeys([*(_QUOTES + "|" + _HAIR), *map(chr, range(0xD800, 0xE000))], " "))
"""What tells no sentence, and the halves of characters that are no UTF-8, which sentencex refuses."""
_WIDEST_WRAPPED = 120
MOST_WORDS = 12
"""A title or heading that no mark tells has no more."""
_HEADING = re.compile(r"^[^\S\n]*(={1,6})[^=\n](?:.*[^=\n])?\1[^\S\n]*$", re.MULTILINE)


class Word(NamedTuple):
    """A word or mark in normal form, where it stands in the text, and where the footnote markers right behind it, with their pages, end."""

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


class Page(NamedTuple):
    """A page behind a footnote marker: what it says, and where it ends in the text."""

    told: str
    end: int


class Wording(NamedTuple):
    """The words of a text in order, its sentences, its lines, and the pages behind its footnote markers, which are no words."""

    words: tuple[Word, ...]
    sentences: tuple[Unit, ...]
    lines: tuple[Unit, ...]
    pages: tuple[Page, ...] = ()

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

    def pages_between(self, start: int, end: int) -> tuple[str, ...]:
        """What the pages say that lie between two places in the text."""
        first, last = (bisect_right(self.pages, place, key=lambda page: page.end) for place in (start, end))
        return tuple(page.told for page in self.pages[first:last])


def sha256(text: str) -> str:
    """The SHA-256, in hexadecimal, of characters as they stand."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def digest(words: Iterable[str]) -> str:
    """The SHA-256, in hexadecimal, of words in normal form, joined by spaces."""
    return sha256(" ".join(words))


def fingerprint(words: Iterable[str]) -> bytes:
    """One byte for each word: the first of its SHA-256."""
    return bytes(hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()[0] for word in words)


def footnotes(text: str) -> tuple[int, ...]:
    """The numbers of the footnote markers in `text`, each once, in its order.

    >>> footnotes("Ties are close.[12] [3][12][note 1]")
    (12, 3)
    """
    return tuple(dict.fromkeys(int(number) for number in _NUMBERED.findall(text)))


def footnotes_of(text: str, start: int, end: int) -> tuple[int, ...]:
    """The numbers of the footnote markers between two places in `text`, and of those right behind."""
    behind = _MARKERS.match(text, end)
    return footnotes(text[start : behind.end() if behind else end])


def wording(text: str) -> Wording:
    """The wording of `text`.

    >>> [word.text for word in wording("“Ties”&nbsp;[1] are <b>close</b>.").words]
    ['Ties', 'are', 'close', '.']
    """
    flat, spans = _flattened(text)
    paged = _paged(flat)
    pages = tuple(Page(match["told"], spans[match.end() - 1][1]) for match in paged.values())
    flat = _without(flat, paged.values())
    lines = [(match.start(), match.end(), _LIST_MARK.match(flat, match.start(), match.end())) for match in re.finditer(r"[^\n]+", flat)]
    words: list[Word] = []
    places: list[int] = []
    for start, end, mark in lines:
        for match in _TOKEN.finditer(flat, mark.end() if mark else start, end):
            page = paged.get(match.start())
            place, until = spans[match.start()][0], spans[(page or match).end() - 1][1]
            if match.lastgroup == "marker" and places and places[-1] >= start:
                words[-1] = words[-1]._replace(marked_end=until)
            elif match.lastgroup in ("word", "mark"):
                words.append(Word(match[0], place, until, until))
                places.append(match.start())

    page_ends = {match.start("page"): match.end() for match in paged.values()}

    def unit(start: int, end: int, listed: bool) -> Unit | None:
        start, end = start + len(flat[start:end]) - len(flat[start:end].lstrip()), start + len(flat[start:end].rstrip())
        first, last = bisect_left(places, start), bisect_left(places, end)
        end = page_ends.get(end, end)
        return Unit(first, last, spans[start][0], spans[end - 1][1], listed) if first < last else None

    whole = [unit(mark.end() if mark else start, end, mark is not None) for start, end, mark in lines]
    parts = [unit(*part, mark is not None) for start, end, mark in lines for part in _sentences(flat, mark.end() if mark else start, end)]
    return Wording(tuple(words), tuple(filter(None, parts)), tuple(filter(None, whole)), pages)


def _paged(flat: str) -> dict[int, re.Match[str]]:
    """The footnote markers with a page, by where they begin.

    Behind a word an ordinary `[1]: 12` may be the sentence's own, as in "they sent[1]: 12 kings". So a page has Wikipedia's hair space, or
    its marker, or the first of several, stands behind a mark.
    """
    found = {}
    ended, behind = False, 0
    for match in _PAGED.finditer(flat):
        between = flat[behind : match.start()].rstrip(_CLOSING)
        ended = between.endswith(_MARKS) if between else ended
        has_page = match["page"] is not None and (ended or match["blank"] == _HAIR)
        if has_page:
            found[match.start()] = match
        behind = match.end() if has_page or match["page"] is None else match.start("page")
    return found


def _without(flat: str, paged: Iterable[re.Match[str]]) -> str:
    """`flat` with blanks in place of the pages."""
    pieces, behind = [], 0
    for match in paged:
        pieces += [flat[behind : match.start("page")], " " * (match.end() - match.start("page"))]
        behind = match.end()
    return "".join([*pieces, flat[behind:]])


def _sentences(flat: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences of a line. A quotation may hold several, and a footnote marker before a capital letter ends one."""
    import sentencex

    line = flat[start:end].translate(_BLANKS)
    starts = {boundary["start_index"] for boundary in sentencex.get_sentence_boundaries("en", line)}
    starts |= {match.end() for match in _MARKERS.finditer(line) if _CAPITAL.match(line, match.end())}
    last = next((i for i in range(len(line) - 1, -1, -1) if line[i].isalnum() or line[i] == "_"), -1)
    ordered = [0, *sorted(one for one in starts if one and one <= last), len(line)]
    return ((start + one, start + other) for one, other in pairwise(ordered))


def _flattened(text: str) -> tuple[str, Sequence[tuple[int, int]]]:
    """`text` without tags, entities resolved, normalised, one line a paragraph; and for each character the range that it came from."""
    breaks = _breaks(text)
    pieces: list[tuple[str, int, int]] = []
    marks: list[str] = []
    until = 0
    for kind, start, end in _pieces(text):
        letters = _letters(kind, text[start:end], is_break=start in breaks)
        if len(letters) == 1 and unicodedata.combining(letters) and pieces:
            marks.append(letters)
            until = end
        elif letters:
            _compose(pieces, marks, until)
            pieces.append((_normal(letters), start, end))
    _compose(pieces, marks, until)
    return "".join(piece for piece, _, _ in pieces), [(start, end) for piece, start, end in pieces for _ in piece]


def _compose(pieces: list[tuple[str, int, int]], marks: list[str], until: int) -> None:
    """Put combining `marks`, all at once, to the last of `pieces`, which then goes on `until` where they end."""
    if marks:
        letters, start, _ = pieces.pop()
        pieces.append((_normal(letters + "".join(marks)), start, until))
        marks.clear()


def _normal(letters: str) -> str:
    return letters if letters == _HAIR else unicodedata.normalize("NFKC", letters).translate(_ALIKE)


def _pieces(text: str) -> Iterator[tuple[str, int, int]]:
    """The kinds and places of the tags, comments, entities and single characters of `text`, in order.

    A mark that is never closed is looked for once, not once for each that opens: else a text of such marks would take minutes.
    """
    position = 0
    ends = _Ends(text)
    for mark in re.finditer("<", text):
        start = mark.start()
        if start < position:
            continue
        yield from ((match.lastgroup or "", *match.span()) for match in _PLAIN.finditer(text, position, start))
        kind, position = _markup(text, start, ends)
        yield kind, start, position
    yield from ((match.lastgroup or "", *match.span()) for match in _PLAIN.finditer(text, position))


class _Ends:
    """Where what opens in a text ends; asked for places in the order of the text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._next: dict[str, tuple[int, int] | None] = {}

    def after(self, name: str, position: int) -> int | None:
        """The end of the first mark that ends a `name`, from `position` on; None if there is none."""
        found = self._next.get(name, (-1, -1))
        if found is not None and found[0] < position:
            match = _ENDS[name].search(self._text, position)
            found = self._next[name] = match.span() if match else None
        return found and found[1]


def _markup(text: str, start: int, ends: _Ends) -> tuple[str, int]:
    """The kind and the end of the markup that opens at `start`: of one character that shows, if none is closed there."""
    opening = _OPENING_MARK.match(text, start)
    kind = opening.lastgroup if opening else None
    if not opening or not kind:
        return "other", start + 1
    if kind == "comment":
        end = ends.after("comment", opening.end())
        return ("hidden", end) if end else ("other", start + 1)
    tag = ends.after("tag", opening.end())
    if kind == "element":
        name = opening[kind].lower()
        end = tag if tag and name == "ref" and text[tag - 2] == "/" else ends.after(name, opening.end())
        if end:
            return "hidden", end
    return ("block" if kind == "block" else "inline", tag) if tag else ("other", start + 1)


def _letters(kind: str, piece: str, *, is_break: bool) -> str:
    """What a piece of a text shows."""
    if kind == "block" or (kind == "break" and is_break):
        return "\n"
    if kind == "break":
        return " "
    if kind == "entity":
        return unescape(piece)
    return piece if kind == "other" and piece not in _INVISIBLE else ""


def _breaks(text: str) -> frozenset[int]:
    """The line ends that end a paragraph: none in a text with tags; in one wrapped to a width those before a blank or a list mark, and
    those around a heading in = signs, and the one below a title.
    """
    if _MARKUP.search(text):
        return frozenset()
    widest = max(map(len, text.splitlines()), default=0)
    wrapped = widest <= _WIDEST_WRAPPED and re.search(r"\n[^\S\n]*\n", text) is not None
    found = {match.start() for match in re.finditer(rf"\n(?=[^\S\n]*\n|{_LIST_MARK.pattern})" if wrapped else "\n", text)}
    if wrapped:
        found |= _below_title(text, widest)
    return frozenset(found.union(*((match.start() - 1, match.end()) for match in _HEADING.finditer(text))))


def _below_title(text: str, widest: int) -> set[int]:
    """The end of the first line, if it is a title right above a paragraph: a few words that no mark ends, where another would have fitted
    that begins a sentence.
    """
    match = re.match(r"\s*(\S[^\n]*?)[^\S\n]*\n[^\S\n]*([^\W_]\S*)", text)
    if not match or len(match[1].split()) > MOST_WORDS or not (match[1][-1].isalnum() or match[1][-1] == ")"):
        return set()
    fitted = len(match[1]) + 1 + len(match[2]) <= widest
    return {text.index("\n", match.end(1))} if fitted and not match[2][0].islower() else set()
