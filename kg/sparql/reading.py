"""SPARQL text as tokens, and the little that is read from them: the form of a query, its prefixes, its brackets.

The token expressions follow the terminals of SPARQL 1.1 (https://www.w3.org/TR/sparql11-query/#sparqlGrammar), as far as needed to tell
strings, IRIs, comments, names and variables apart.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from kg.errors import QuerySyntaxError

UPDATES = frozenset("INSERT DELETE WITH LOAD CLEAR CREATE DROP COPY MOVE ADD".split())
"""The words that the forms of an update begin with."""
_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}) | UPDATES

_PIECES = r"""
    | (?P<number>  (?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)? )
    | (?P<word>    @?[^\W\d_][\w\-]* )
    | (?P<other>   . )
    """
_PIECE = re.compile("(?!)" + _PIECES, re.VERBOSE | re.DOTALL)
TOKEN = re.compile(
    r"""
      (?P<space>   \s+ )
    | (?P<comment> \#[^\r\n]* )
    | (?P<iri>     <[^<>"{}|^`\\\x00-\x20]*> )
    | (?P<string>  \"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3} | '{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
                 | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*' )
    | (?P<variable>[?$]\w+ )
    | (?P<name>    (?:[^\W\d_][\w.\-]*+)?+:(?:[\w:%\-]|\\.|\.(?=[\w:%\-]))* | _:[\w.\-]+ )
    | (?P<run>     [^\W\d_][\w.\-]*+ )
    """
    + _PIECES,
    re.VERBOSE | re.DOTALL,
)
"""A run is what no colon makes a name: words and numbers with full stops between them, which are looked through once."""


class Token(NamedTuple):
    """A token, the place where it starts, and the depth of brackets around it."""

    kind: str
    text: str
    start: int
    depth: int


def tokens(text: str) -> Iterator[Token]:
    """The tokens of `text` in order, without white space and comments; an opening bracket has the depth outside it.

    >>> [(t.kind, t.text) for t in tokens("?s <p> '?x' # ?y")]
    [('variable', '?s'), ('iri', '<p>'), ('string', "'?x'")]
    """
    depth = 0
    for match in TOKEN.finditer(text):
        kind = match.lastgroup or "other"
        if kind in ("space", "comment"):
            continue
        if kind == "run":
            for piece in _PIECE.finditer(text, *match.span()):
                yield Token(piece.lastgroup or "other", piece[0], piece.start(), depth)
            continue
        found = match[0]
        depth -= kind == "other" and found in "})]"
        yield Token(kind, found, match.start(), depth)
        depth += kind == "other" and found in "{(["


def form_of(text: str) -> str:
    r"""The form of a query (SELECT, ASK, CONSTRUCT, DESCRIBE) or of an update (INSERT, LOAD …); empty if `text` has none.

    >>> form_of("# ASK a friend\nPREFIX select: <http://example.org/load> CONSTRUCT WHERE { ?s select:it ?o }")
    'CONSTRUCT'
    """
    return next(filter(None, map(form_word, tokens(text))), "")


def form_word(token: Token) -> str:
    """The form of query or update that `token` begins, or nothing."""
    word = token.text.upper() if token.kind == "word" else ""
    return word if word in _FORMS else ""


@lru_cache(256)
def names_graphs(text: str) -> bool:
    """Whether a query names the graphs that it asks (FROM); remembered, as the word may stand in a comment of a stored query."""
    return "FROM" in text.upper() and any(
        token.kind == "word" and token.depth == 0 and token.text.upper() == "FROM" for token in tokens(text)
    )


def prologue(found: Iterable[Token]) -> dict[str, str]:
    """The prefixes that a query declares, each with the IRI that it stands for.

    >>> prologue(tokens("PREFIX e: <http://e/> PREFIX : <x:> ASK { ?s e:p ?o }"))
    {'e': 'http://e/', '': 'x:'}
    """
    declared, ahead = dict[str, str](), ""
    for name, space in pairwise(found):
        if ahead == "PREFIX" and name.text.endswith(":") and space.kind == "iri":
            declared[name.text[:-1]] = space.text[1:-1]
        ahead = name.text.upper() if name.kind == "word" else ""
    return declared


_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def iri_of(text: str, prefixes: Mapping[str, str]) -> str:
    r"""The IRI that the text of a token, an IRI or a prefixed name, stands for; the name itself if its prefix is not declared.

    >>> iri_of("<x:a>", {}), iri_of(r"e:b\,c", {"e": "http://e/"}), iri_of("f:b", {})
    ('x:a', 'http://e/b,c', 'f:b')
    """
    if text.startswith("<"):
        return text[1:-1]
    prefix, _, local = text.partition(":")
    return prefixes.get(prefix, prefix + ":") + _ESCAPED.sub(r"\1", local)


def closing(found: Sequence[Token], opening: int) -> int:
    """The position of the bracket that closes the one at `opening`. Raises `QuerySyntaxError` if there is none.

    >>> closing(list(tokens("{ ?a { } } { }")), 0)
    4
    """
    depth = found[opening].depth
    place = next((i for i in range(opening + 1, len(found)) if found[i].depth == depth and found[i].text in "})]"), None)
    if place is None:
        raise QuerySyntaxError("The query is not SPARQL: a bracket is not closed.")
    return place


def variables(found: Iterable[Token]) -> tuple[str, ...]:
    """The names of the variables among some tokens, in order of appearance.

    >>> variables(tokens("?b $a ?b"))
    ('b', 'a')
    """
    return tuple(dict.fromkeys(token.text[1:] for token in found if token.kind == "variable"))


def projected(found: Iterable[Token]) -> Iterator[Token]:
    """The variables that the outermost SELECT names, in its order; none for `*`.

    >>> [token.text for token in projected(tokens("SELECT ?a (COUNT(?b) AS ?c) { SELECT ?d ?e { } }"))]
    ['?a', '?c']
    """
    selecting, ahead = False, ""
    for token in found:
        word = token.text.upper()
        if token.depth == 0 and word in ("WHERE", "FROM", "{"):
            return
        selecting = selecting or (token.depth == 0 and word == "SELECT")
        if selecting and token.kind == "variable" and (token.depth == 0 or (token.depth == 1 and ahead == "AS")):
            yield token
        ahead = word


def line_of(text: str, position: int) -> int:
    r"""The number, from 1, of the line that `position` is in; lines end in LF, CR LF or CR.

    >>> [line_of("a\r\nb\rc\nd", position) for position in (0, 3, 5, 7)]
    [1, 2, 3, 4]
    """
    ends = text.count("\n", 0, position) + text.count("\r", 0, position) - text.count("\r\n", 0, position)
    return ends + 1
