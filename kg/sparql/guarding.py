"""What no engine should be given: text that is too large, too deep, an update, or that reaches out of the graph.

Two readers can read one text in two ways. An engine that takes no tokens, as pyoxigraph, reads `1<2)SERVICE#>` as a comparison, a keyword
and a comment, where the grammar's longest token is an IRI. Sizes are therefore the greatest of all readings, and the keywords are looked
for by the engine's own parser: a text that is still SPARQL when the word SERVICE in it is another one does not have the keyword.
"""

import re
from collections.abc import Callable, Iterator
from heapq import heappop, heappush

import pyoxigraph as ox

from kg.errors import QuerySyntaxError, RefusedQuery
from kg.namespaces import ASSERTED_GRAPH
from kg.sparql.reading import TOKEN, UPDATES, Token, form_word, line_of, tokens

MOST_BYTES = 64 * 1024
MOST_TOKENS = 3_000
DEEPEST_NESTING = 100
"""pyoxigraph 0.5 ends the process on some 2,250 nested braces or 7,000 summands, so all are checked before it parses."""

_OWN_GRAPHS = "<" + ASSERTED_GRAPH.rsplit("/", 1)[0] + "/"


def refuse_oversized(text: str) -> str:
    """`text` itself. Raises `RefusedQuery` if it is too large, `QuerySyntaxError` if it cannot be written as UTF-8."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise QuerySyntaxError(f"The query is not SPARQL: it has bytes that are not UTF-8 (line {line_of(text, error.start)}).") from error
    if size > MOST_BYTES:
        raise RefusedQuery(f"The query has {size:,} bytes; at most {MOST_BYTES:,} are accepted.")
    return text


def guard(text: str, *, reach_out: bool = False) -> None:
    """Refuse what no engine should be given: oversized or overnested text, updates, and, unless `reach_out`, SERVICE and foreign FROM.

    Raises `RefusedQuery`, or `QuerySyntaxError` for a text without a query.
    """
    refuse_oversized(text)
    found = _capped(text)
    if not reach_out:
        previous = ""
        for token in found:
            _refuse_reaching_out(text, token, previous)
            previous = token.text.upper() if token.kind == "word" else ""
    form = next(filter(None, map(form_word, found)), "")
    if form in UPDATES:
        raise RefusedQuery(f"{form} would change the graph; only SELECT, ASK, CONSTRUCT and DESCRIBE are answered.")
    if not form:
        raise QuerySyntaxError("The query is not SPARQL: it holds no SELECT, ASK, CONSTRUCT or DESCRIBE.")
    if not reach_out:
        for one in _as_read_elsewhere(text):
            refuse_hidden(one)


def _capped(text: str) -> list[Token]:
    """The tokens of `text`. Raises `RefusedQuery` if they are too many or too deep, in any reading, or hide keywords."""
    found: list[Token] = []
    for token in tokens(text):
        _refuse_more_than(MOST_TOKENS, len(found))
        _refuse_tricks(text, token)
        found.append(token)
    if any(len(_readings(token.kind, token.text)) > 1 for token in found):
        _refuse_in_any_reading(text)
    return found


def _refuse_more_than(most: int, number: int) -> None:
    if number >= most:
        raise RefusedQuery(f"The query has more than {most:,} words and signs.")


def _refuse_tricks(text: str, token: Token) -> None:
    """Raise `RefusedQuery` if `token` is nested too deeply, or an escape that would hide a keyword."""
    if token.text == "\\":
        raise RefusedQuery(f"The query has a backslash outside strings and names (line {line_of(text, token.start)}).")
    _refuse_deeper(text, token.start, token.depth)


def _refuse_deeper(text: str, start: int, depth: int) -> None:
    if depth > DEEPEST_NESTING:
        raise RefusedQuery(f"The query nests its brackets deeper than {DEEPEST_NESTING} levels (line {line_of(text, start)}).")


def _refuse_reaching_out(text: str, token: Token, previous: str) -> None:
    """Raise `RefusedQuery` if `token`, after the keyword `previous`, would make an engine fetch something."""
    if token.kind == "word" and token.text.upper() == "SERVICE":
        raise _would_fetch(text, token.start)
    if previous in ("FROM", "NAMED") and token.kind != "word" and not token.text.startswith(_OWN_GRAPHS):
        raise RefusedQuery(f"FROM {token.text} (line {line_of(text, token.start)}): only the graphs of this dataset can be named.")


def _would_fetch(text: str, start: int) -> RefusedQuery:
    return RefusedQuery(f"SERVICE (line {line_of(text, start)}) would fetch from elsewhere; it is refused unless --allow-service is given.")


# ---- all readings of a text


_UNMISTAKABLE = re.compile(r"<[A-Za-z][\w+.\-]*://|<[^(),&#']*>")
"""What is no comparison: nothing can be divided twice, nor compared twice without a bracket, a comma or an operator in between."""


def _refuse_in_any_reading(text: str) -> None:
    """Raise `RefusedQuery` if in any reading of it a text is nested too deeply, or has too many words and signs.

    Readings that come to the same place go on as one, with the greatest depth and number of both, so that each place is read once.
    """
    sizes, places = {0: (0, 0)}, [0]
    while places:
        start = heappop(places)
        depth, number = sizes.pop(start)
        match = TOKEN.match(text, start)
        if match is None:
            continue
        kind, found = match.lastgroup or "", match[0]
        bracket = (found in "{([") - (found in "})]") if kind == "other" else 0
        depth, number = depth + bracket, number + (0 if kind in ("space", "comment") else 1 + found.count(".") * (kind == "run"))
        _refuse_more_than(MOST_TOKENS, number - 1)
        _refuse_deeper(text, start, depth - (bracket > 0))
        for length in _readings(kind, found):
            end = start + length
            if end not in sizes:
                heappush(places, end)
            other = sizes.get(end, (0, 0))
            sizes[end] = max(depth, other[0]), max(number, other[1])


def _readings(kind: str, found: str) -> list[int]:
    """The lengths of what can be read where a token was found.

    An IRI can be a comparison, and a long string with an escape that is none the empty string before another one.
    """
    if kind == "iri" and not _UNMISTAKABLE.match(found):
        return [len(found), 1]
    if kind == "string" and len(found) > len('""""""') - 1 and found[:3] in ('"""', "'''") and "\\" in found:
        return [len(found), 2]
    return [len(found)]


# ---- keywords as the engine reads them


_REACHING = re.compile(r"SERVICE|FROM", re.IGNORECASE)
_SERVICE = re.compile(r"SERVICE(?:\s|#[^\r\n]*+)*+(?:SILENT(?:\s|#[^\r\n]*+)*+)?(?:[<?$]|[\w.\-]{0,64}+:)", re.IGNORECASE)
"""What a mistake in a text with the word SERVICE is told as: the keyword with an address, and else the mistake."""
_CODEPOINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_NO_KEYWORDS = frozenset({"variable", "string", "comment", "iri"})
_STRAY = frozenset("\"'\\")
"""What begins a string or an escape that does not end."""
_LONE_CR = re.compile(r"\r(?!\n)")
_CHANGED = {"SERVICE": 0, "FROM": 2}
"""The letter of each word that is changed: one that is in no number and no escape."""
_NEUTRAL = "xqzkjwy"
_PLACE = re.compile(r"error at (\d+):(\d+): ")


def _as_read_elsewhere(text: str) -> Iterator[str]:
    r"""`text`, and as engines read it that write out `\u` escapes first, or end a comment with LF alone."""
    written = _CODEPOINT.sub(_character, text)
    yield from dict.fromkeys([text, written, _LONE_CR.sub(" ", text), _LONE_CR.sub(" ", written)])


def _character(match: re.Match[str]) -> str:
    """The character of an escape; the escape itself if it is of none."""
    number = int(match[1] or match[2], 16)
    return chr(number) if number < 0xD800 or 0xDFFF < number <= 0x10FFFF else match[0]


def refuse_hidden(text: str) -> None:
    """Raise `RefusedQuery` or `QuerySyntaxError` unless `text` is SPARQL with another word for each SERVICE, and each FROM not yet seen.

    In the engine's grammar two letters differ in keywords alone. So where both words are accepted, neither is a keyword. The parser also
    optimizes, which takes long for hundreds of patterns, and is not asked where the words are surely in names of variables or in strings.
    """
    seen = {token.start for token in tokens(text) if token.kind == "word" and token.text.upper() == "FROM"}
    hidden = [match.start() for match in _REACHING.finditer(text) if match.start() not in seen]
    if not hidden or _is_plain(text, hidden):
        return
    error = _syntax_error(_otherwise(text, hidden))
    if error is None:
        return
    service = next((start for start in hidden if _SERVICE.match(text, start)), None)
    if service is not None:
        raise _would_fetch(text, service)
    raise QuerySyntaxError(syntax_message(text, error))


def _is_plain(text: str, places: list[int]) -> bool:
    """Whether `text` has one reading, and in it all `places` are in variables, strings, comments and IRIs."""
    found = [(match.lastgroup or "other", match) for match in TOKEN.finditer(text)]
    if any(len(_readings(kind, match[0])) > 1 or match[0] in _STRAY for kind, match in found):
        return False
    inside = {at for kind, match in found if kind in _NO_KEYWORDS for at in range(*match.span())}
    return inside.issuperset(places)


def _otherwise(text: str, places: list[int]) -> str:
    """`text` with the words at `places` changed into others of the same length, which it does not have."""

    def changed(letter: str) -> Callable[[re.Match[str]], str]:
        def word(match: re.Match[str]) -> str:
            at = _CHANGED[match[0].upper()]
            return match[0][:at] + letter + match[0][at + 1 :] if match.start() in wanted else match[0]

        return word

    wanted, lower = set(places), text.lower()
    letter = next((one for one in _NEUTRAL if f"{one}ervice" not in lower and f"fr{one}m" not in lower), _NEUTRAL[0])
    return _REACHING.sub(changed(letter), text)


def _syntax_error(text: str) -> str | None:
    """The message of pyoxigraph's parser, or None if it accepts `text`, which is not evaluated: a variable is set that it does not have."""
    stranger = "kg"
    while stranger in text:
        stranger += "g"
    try:
        ox.Store().query(text, substitutions={ox.Variable(stranger): ox.Literal("")})
    except SyntaxError as error:
        return str(error.msg)
    except (RuntimeError, ValueError):  # it is SPARQL, and has no such variable
        return None
    return None


def _offset(text: str, message: str) -> int:
    """The place that a message of pyoxigraph names, whose lines end in LF; the end of `text` if it names none."""
    place = _PLACE.match(message)
    if not place:
        return len(text)
    lines = text.split("\n")[: int(place[1]) - 1]
    return sum(len(line) + 1 for line in lines) + int(place[2]) - 1


def syntax_message(text: str, message: str) -> str:
    """pyoxigraph's message as place, reason and line, without its list of what the grammar would take there.

    Lines end in LF, CR LF or CR.
    """
    if not _PLACE.match(message):
        return f"The query is not SPARQL: {message.rstrip('.')}."
    offset = _offset(text, message)
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    line = re.split(r"[\r\n]", text[start:], maxsplit=1)[0]
    if "Prefix not found" in message:
        reason = "a prefix that is not declared"
    else:
        reason = "not expected here" if line[offset - start :].strip() else "something is missing"
    place = f"line {line_of(text, offset)}, column {offset - start + 1}"
    return f"The query is not SPARQL: {place}: {reason}: {line.strip()!r}."
