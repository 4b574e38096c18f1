"""Where the statements of a Turtle file stand: lines for reports, and characters for those who rewrite a value."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Self

import pyoxigraph as ox

from kg.load import Document
from kg.namespaces import PROV, PTR, RDF, XSD
from kg.sparql import Token, iri_of, tokens


class Place(NamedTuple):
    """A file and a line, from 1."""

    path: Path
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"

    def of(self, node: ox.BlankNode) -> Iterator[ox.Triple]:
        """The triples that tell that `node` is about this place, by a line pointer of W3C's Pointer Methods in RDF."""
        here = ox.BlankNode(f"{node.value}place")
        yield ox.Triple(node, ox.NamedNode(PROV + "atLocation"), here)
        yield ox.Triple(here, ox.NamedNode(RDF + "type"), ox.NamedNode(PTR + "LineCharPointer"))
        yield ox.Triple(here, ox.NamedNode(PTR + "reference"), ox.NamedNode(self.path.absolute().as_uri()))
        yield ox.Triple(here, ox.NamedNode(PTR + "lineNumber"), ox.Literal(str(self.line), datatype=ox.NamedNode(XSD + "integer")))


class Places:
    """Where statements stand in several Turtle documents."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._lines = [(document.path, statement_lines(document)) for document in documents]

    @classmethod
    def of_lines(cls, lines: Iterable[tuple[Path, dict[tuple[str, ...], int]]]) -> Self:
        """The places in files whose lines are known, as `statement_lines` has them."""
        places = cls(())
        places._lines = list(lines)
        return places

    def find(self, *words: str) -> Place | None:
        """The place of a triple, given as one to three IRIs; else that of its subject and predicate, of its subject, or None."""
        for length in range(len(words), 0, -1):
            for path, lines in self._lines:
                if words[:length] in lines:
                    return Place(path, lines[words[:length]])
        return None

    @cached_property
    def naming(self) -> Mapping[str, tuple[str, ...]]:
        """For each IRI the first triple that has it as its object, as three IRIs."""
        return {words[2]: words for _, lines in reversed(self._lines) for words in reversed(lines) if len(words) == len("spo")}


def statement_lines(document: Document) -> dict[tuple[str, ...], int]:
    """The line where each subject, subject with predicate, and triple with an IRI as object first stands in a Turtle document.

    Statements inside brackets are left out.
    """
    lines: dict[tuple[str, ...], int] = {}
    breaks = [found.start() for found in _LINE_END.finditer(document.text)]
    for term in _Reader(document).terms():
        if term.depth == 0 and not term.literal:
            lines.setdefault(term.words, bisect_left(breaks, term.start) + 1)
    return lines


def literal_spans(document: Document) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """For each subject and predicate of a Turtle document the characters of its strings and numbers, without language or datatype.

    What stands inside brackets counts as said of the subject outside them; lists are left out.
    """
    spans: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for term in _Reader(document).terms():
        if term.literal:
            spans.setdefault((term.words[0], term.words[1]), []).append((term.start, term.end))
    return spans


class _Term(NamedTuple):
    """A subject, predicate or object, the IRIs of the statement up to it, its characters, and the depth of brackets around it."""

    words: tuple[str, ...]
    start: int
    end: int
    depth: int
    literal: bool = False


_AFTER = {".": "subject", ";": "predicate", ",": "object"}
"""What comes next in Turtle after a mark of punctuation."""
_LINE_END = re.compile(r"\r\n?|\n")
_NUMBER = re.compile(r"[+-]?[0-9]*\.?[0-9]+")


class _Reader:
    """Reads the tokens of a Turtle document; what is no Turtle gives fewer terms, or none."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._words: list[str] = [""]
        self._outer: list[list[str]] = []
        self._expected = "subject"

    def terms(self) -> Iterator[_Term]:
        """The terms in the order of the text."""
        listed = passed = 0
        for token in tokens(self._document.text):
            listed += (token.text == "(") - (token.text == ")")
            if listed or token.text == ")" or token.start < passed or self._punctuation(token.text):
                continue
            term = self._term(token)
            if term:
                passed = term.end
                yield term

    def _punctuation(self, text: str) -> bool:
        """Whether `text` is punctuation, which says what comes next."""
        if text == "[":
            self._outer.append(self._words[:2] if self._expected == "object" else [""])
            self._words, self._expected = self._outer[-1][:1], "predicate"
        elif text == "]" and self._outer:
            self._words = self._outer.pop()
            self._expected = "object" if len(self._words) > 1 else "predicate"
        elif text in _AFTER:
            self._expected = _AFTER[text]
        else:
            return False
        return True

    def _term(self, token: Token) -> _Term | None:
        """The term that `token` is, or begins."""
        is_iri = token.kind in ("iri", "name")
        if self._expected == "prefix":  # PREFIX and BASE end with their IRI, @prefix and @base with a full stop
            self._expected = "subject" if token.kind == "iri" else "prefix"
        elif self._expected == "subject" and not is_iri:
            self._expected = "prefix" if token.text.upper() in ("PREFIX", "BASE") else "full stop"
        elif is_iri or (token.text == "a" and self._expected == "predicate"):
            return self._named(token)
        elif self._expected == "object":
            return self._literal(token)
        return None

    def _named(self, token: Token) -> _Term | None:
        role = {"subject": 0, "predicate": 1, "object": 2}.get(self._expected)
        if role is None:
            return None
        self._words[role:] = [RDF + "type" if token.text == "a" else iri_of(token.text, self._document.prefixes)]
        self._expected = "predicate" if role == 0 else "object"
        return _Term(tuple(self._words), token.start, token.start + len(token.text), len(self._outer))

    def _literal(self, token: Token) -> _Term | None:
        end = token.start + len(token.text)
        if token.kind != "string":
            number = _NUMBER.match(self._document.text, token.start)
            if not number:
                return None
            end = number.end()
        return _Term(tuple(self._words[:2]), token.start, end, len(self._outer), literal=True)
