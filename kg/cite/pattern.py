"""What a SELECT hides: its outermost pattern with all variables in sight, and the triple patterns in it."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import NamedTuple

import pyoxigraph as ox

from kg.errors import QuerySyntaxError
from kg.namespaces import RDF
from kg.sparql import Token, closing, iri_of, projected, prologue, refuse_hidden, tokens, variables

Slot = ox.NamedNode | str | None
"""A place of a triple pattern: an IRI, a variable's name, or None for anything else."""


class TriplePattern(NamedTuple):
    """A triple pattern of a query; `groups` are the numbers of the optional groups and branches around it, none if it is `outermost`."""

    subject: Slot
    predicate: Slot
    object: Slot
    groups: tuple[int, ...] = ()
    outermost: bool = False


@dataclass(frozen=True, slots=True)
class Widened:
    """A query that shows what another one hides: `text`, all its `variables`, and the `keys` that tie its rows to the other's columns.

    `subjects` are the variables with which a triple pattern begins: a fact there is what the pattern speaks of, elsewhere it is only
    spoken of. `patterns` are those triple patterns that say what they match: no path, no literal, nothing that must not be there. The
    variable `MARK` with the number of a group is bound where that group has matched. Without `tied`, rows cannot be told apart: the query
    groups by something that it does not show. `fixed` are the keys that any solution has a value for, if the other query shows some of its
    rows only (LIMIT), and `inside` is where its pattern begins: with values there, no more is matched than what is wanted.
    """

    text: str
    variables: tuple[str, ...]
    keys: tuple[str, ...]
    subjects: frozenset[str]
    patterns: tuple[TriplePattern, ...]
    tied: bool = True
    fixed: tuple[str, ...] = ()
    inside: int = 0

    def among(self, rows: str, keys: Sequence[str]) -> str:
        """The text for those solutions alone that have `rows`, each in brackets, as their values of `keys`."""
        values = f" VALUES ({' '.join('?' + key for key in keys)}) {{ {rows} }} "
        return self.text[: self.inside] + values + self.text[self.inside :]


MARK = "kgMatched"
"""What the variables begin with that mark the groups."""


def widened(text: str) -> Widened:
    """`text` (a SELECT) without aggregation, order and limits, projecting every variable of its outermost pattern.

    Raises `QuerySyntaxError` if `text` is no SELECT with a pattern.
    """
    found = list(tokens(text))
    select = next((i for i, token in enumerate(found) if token.depth == 0 and token.text.upper() == "SELECT"), None)
    if select is None:
        raise QuerySyntaxError("Only the rows of a SELECT can be cited.")
    opening = next((i for i in range(select, len(found)) if found[i].depth == 0 and found[i].text == "{"), None)
    if opening is None:
        raise QuerySyntaxError("The query has no pattern to cite.")
    end = closing(found, opening)
    head, body, tail = found[select:opening], found[opening:end], found[end + 1 :]
    seen = variables(body)
    group = _group_variables(tail)
    computed = _computed(text, head if group is None and not _aggregates(head) else tail)
    starred = any(token.text == "*" and token.depth == 0 for token in head)
    shown = set(seen if starred else variables(projected(head)))
    keys = tuple(name for name in seen if name in (shown if group is None else group))
    keys = (*keys, *(name for name in computed if name not in keys))
    reader = _Reader(found[opening : end + 1], prologue(found[:select]))
    patterns = tuple(reader.read())
    marks = tuple(f"{MARK}{number}" for number in reader.ends.values())
    projection = " ".join([*("?" + name for name in (*seen, *marks)), *computed.values()]) or "*"
    pattern = _marked(text, found[opening].start, found[end].start + 1, reader.ends)
    before = f"{text[: found[select].start]}SELECT DISTINCT {projection} {_from(text, head)} WHERE "
    wide = f"{before}{pattern} {_values_clause(text, tail)}"
    limited = any(token.depth == 0 and token.text.upper() in ("LIMIT", "OFFSET") for token in tail)
    outermost = {slot for one in patterns if one.outermost for slot in one[:3] if isinstance(slot, str)}
    assigned = {token.text[1:] for ahead, token in pairwise(body) if ahead.text.upper() == "AS"}
    fixed = tuple(key for key in keys if limited and group is None and key in outermost - assigned)
    subjects = frozenset(pattern.subject for pattern in patterns if isinstance(pattern.subject, str))
    tied = group is None or (bool(group or computed) and group | set(computed) <= shown)
    return Widened(wide, (*seen, *marks, *computed), keys, subjects, patterns, tied, fixed, len(before) + 1)


@functools.lru_cache(maxsize=256)
def readings(text: str) -> tuple[Widened, ...]:
    """`text` widened once for each subquery whose facts it hides, with those in sight; as it is, if it hides none.

    One at a time: side by side they would be multiplied. Raises `QuerySyntaxError` as `widened` does, and `RefusedQuery` if a text made of
    parts of the other has a SERVICE that the other has not.
    """
    opened = ((widened(more), hidden) for more, hidden in _opened(text))
    wides = tuple(wide for wide, hidden in opened if hidden & wide.subjects) or (widened(text),)
    if not any(token.kind == "word" and token.text.upper() == "SERVICE" for token in tokens(text)):
        for wide in wides:
            refuse_hidden(wide.text)
    return wides


def _opened(text: str) -> Iterator[tuple[str, set[str]]]:
    """`text` with a subquery that shows its own variables as well, and these: each of those that only choose from what they match."""
    found = list(tokens(text))
    for place, token in enumerate(found):
        if token.depth and token.kind == "word" and token.text.upper() == "SELECT":
            opening = next(i for i in range(place, len(found)) if found[i].text == "{")
            end = closing(found, opening)
            head, shown = found[place:opening], set(variables(found[place:opening]))
            hidden = set(variables(found[opening:end])) - shown - set(variables([*found[:place], *found[end:]]))
            chooses = found[end + 1].depth < token.depth and not {"(", "*"} & {one.text for one in head}
            if chooses and hidden:
                names = " ".join("?" + name for name in sorted(shown | hidden))
                yield f"{text[: token.start]}SELECT DISTINCT {names} WHERE {text[found[opening].start :]}", hidden


def _marked(text: str, start: int, end: int, ends: Mapping[int, int]) -> str:
    """The pattern from `start` to `end` with a mark at the end of each group, given by the position of its closing bracket."""
    pieces, position = [], start
    for place, number in sorted(ends.items()):
        pieces += [text[position:place], f" BIND(true AS ?{MARK}{number}) "]
        position = place
    return "".join([*pieces, text[position:end]])


def _from(text: str, head: Sequence[Token]) -> str:
    """The FROM clauses before the pattern."""
    outer = [token for token in head if token.depth == 0]
    start = next((token.start for token in outer if token.text.upper() == "FROM"), None)
    if start is None:
        return ""
    last = next(token for token in reversed(outer) if token.text.upper() != "WHERE")
    return text[start : last.start + len(last.text)]


_AGGREGATES = frozenset("COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT".split())


def _aggregates(head: Sequence[Token]) -> bool:
    """Whether a projection computes an aggregate."""
    return any(token.kind == "word" and token.text.upper() in _AGGREGATES for token in head)


def _computed(text: str, part: Sequence[Token]) -> dict[str, str]:
    """The outermost `(expression AS ?name)` in a part of a query, by name."""
    found: dict[str, str] = {}
    start, name = 0, ""
    for before, token in pairwise(part):
        if before.text == "(" and before.depth == 0:
            start, name = before.start, ""
        if before.text.upper() == "AS" and token.depth == 1:
            name = token.text[1:]
        if token.text == ")" and token.depth == 0 and name:
            found[name], name = text[start : token.start + 1], ""
    return found


def _group_variables(tail: Sequence[Token]) -> set[str] | None:
    """The plain variables of GROUP BY; None without one."""
    start = next((i for i, token in enumerate(tail) if token.text.upper() == "GROUP"), None)
    if start is None:
        return None
    group = takewhile(lambda token: token.text.upper() not in ("HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"), tail[start + 2 :])
    return set(variables(token for token in group if token.depth == 0))


def _values_clause(text: str, tail: Sequence[Token]) -> str:
    """The VALUES clause after the pattern, if there is one."""
    start = next((token.start for token in tail if token.depth == 0 and token.text.upper() == "VALUES"), None)
    return "" if start is None else text[start:]


# ---- triple patterns


_AFTER = {".": "subject", "{": "subject", "}": "subject", ";": "predicate", ",": "object"}
"""What comes next after a mark of punctuation."""

_NEXT = {"subject": "predicate", "predicate": "object", "object": ""}

_LEFT_OUT = {"FILTER": "({", "BIND": "(", "VALUES": "{", "MINUS": "{", "SERVICE": "{"}
"""The keywords that are passed over, with the brackets that their part ends with."""

_IGNORED = frozenset("OPTIONAL UNION WHERE".split())
_MODIFIERS = frozenset("GROUP ORDER HAVING LIMIT OFFSET".split())


class _Group(NamedTuple):
    """A group that is open: its number if it can be marked, else 0; and, of a subquery, the variables that it shows."""

    number: int
    shown: frozenset[str] | None


class _Reader:
    """Reads the triple patterns of a group. Those inside blank nodes, and those that must not match, are left out."""

    def __init__(self, found: Sequence[Token], prefixes: Mapping[str, str]) -> None:
        self._found = found
        self._prefixes = prefixes
        self._at = 0
        self._open: list[_Group] = []
        self._groups = 0
        self._shown: frozenset[str] | None = None
        self._telling: set[int] = set()
        self.ends: dict[int, int] = {}
        """The numbers of the groups with patterns that can be marked, by the positions of their closing brackets."""

    def read(self) -> Iterator[TriplePattern]:
        """The patterns in the order of the text."""
        slots: dict[str, Slot] = {}
        expected = "subject"
        readers: dict[str, Callable[[], Slot]] = {"subject": self._term, "predicate": self._path, "object": self._term}
        while self._at < len(self._found):
            token = self._found[self._at]
            if token.text in _AFTER:
                expected = _AFTER[token.text]
                self._enter_or_leave(token)
                self._at += 1
            elif self._passed_over(token):
                expected = "subject"
            elif expected:
                slots[expected] = readers[expected]()
                if expected == "object" and self._is_visible(slots):
                    groups = tuple(group.number for group in self._open if group.number)
                    self._telling.update(groups)
                    yield TriplePattern(slots.get("subject"), slots.get("predicate"), slots["object"], groups, len(self._open) == 1)
                expected = _NEXT[expected]
            else:  # the datatype or language of a literal
                self._at += 1

    def _enter_or_leave(self, token: Token) -> None:
        """Keep account of the groups around what is read; a subquery's own can bear no mark, since it would not be seen outside."""
        if token.text == "}" and self._open:
            group = self._open.pop()
            if group.number in self._telling:
                self.ends[token.start] = group.number
        elif token.text == "{":
            following = self._found[self._at + 1 : self._at + 2]
            inner = any(one.shown is not None for one in self._open)
            markable = self._open and not inner and self._shown is None and not [one for one in following if one.text.upper() == "SELECT"]
            self._groups += bool(markable)
            self._open.append(_Group(self._groups if markable else 0, self._shown))
            self._shown = None

    def _is_visible(self, slots: Mapping[str, Slot]) -> bool:
        """Whether all variables of a pattern are seen outside the subqueries around it."""
        names = {slot for slot in slots.values() if isinstance(slot, str)}
        return all(group.shown is None or names <= group.shown for group in self._open)

    def _passed_over(self, token: Token) -> bool:
        """Whether `token` begins something that holds no pattern, which is then behind."""
        word = token.text.upper() if token.kind == "word" else ""
        if word in _LEFT_OUT:
            self._to(lambda other: other.depth == token.depth and other.text in _LEFT_OUT[word])
            self._at = closing(self._found, self._at) + 1
        elif word == "GRAPH":
            self._at += 2
        elif word == "SELECT":
            start = self._at
            self._to(lambda other: other.depth == token.depth and other.text == "{")
            self._shown = self._names(self._found[start : self._at], token.depth)
        elif word in _MODIFIERS:
            self._to(lambda other: other.depth < token.depth)
        elif word in _IGNORED:
            self._at += 1
        else:
            return False
        return True

    def _names(self, head: Sequence[Token], depth: int) -> frozenset[str]:
        """The variables that a subquery shows; for `*` those of its whole pattern."""
        if any(one.text == "*" and one.depth == depth for one in head):
            inside = self._found[self._at : closing(self._found, self._at)]
            return frozenset(variables(inside))
        return frozenset(variables(one for one in head if one.depth == depth))

    def _to(self, wanted: Callable[[Token], bool]) -> None:
        """Go on to the next token that is wanted."""
        places = (i for i in range(self._at + 1, len(self._found)) if wanted(self._found[i]))
        self._at = next(places, len(self._found) - 1)

    def _term(self) -> Slot:
        """The term here, which is then behind."""
        token = self._found[self._at]
        self._at = closing(self._found, self._at) + 1 if token.text in ("[", "(") else self._at + 1
        if token.kind == "variable":
            return token.text[1:]
        if token.kind == "iri" or (token.kind == "name" and not token.text.startswith("_:")):
            return _named(iri_of(token.text, self._prefixes))
        return ox.NamedNode(RDF + "type") if token.text == "a" else None

    def _path(self) -> Slot:
        """The predicate here, which is then behind; None for a path."""
        first, start = None, self._at
        while True:
            while self._here() in ("^", "!"):
                self._at += 1
            first = self._term()
            while self._here() in ("*", "+", "?"):
                self._at += 1
            if self._here() not in ("/", "|"):
                break
            self._at += 1
        return first if self._at == start + 1 else None

    def _here(self) -> str:
        return self._found[self._at].text if self._at < len(self._found) else ""


def _named(iri: str) -> Slot:
    """The node of an IRI; None for one that is relative to a BASE, which is not looked up."""
    try:
        return ox.NamedNode(iri)
    except ValueError:
        return None
