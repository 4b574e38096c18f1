"""What Wikidata lacks and the article cites, as commands of QuickStatements.

The syntax is that of https://www.wikidata.org/wiki/Help:QuickStatements. A command has one reference at most: a statement with several is
written once for each, since QuickStatements adds to a statement that is there. Strings are taken as they are between the first quote and
the last, so that quotes in them need no escape; tabs and line breaks, which end a value, are written as spaces.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pyoxigraph as ox

from kg.engine import Engine, select, values
from kg.namespaces import PREFIXES, SKOS, WIKIDATA, XSD
from kg.terms import OxTerm
from kg.wikidata.compare import Compared, Comparison

PARTS: Mapping[str, str] = {
    "stated in": "P248",
    "reference URL": "P854",
    "title": "P1476",
    "publication date": "P577",
    "page": "P304",
    "retrieved": "P813",
}
"""The property that has each part of a reference, by its English label, in the order in which they are written."""

REASONS = (
    "its thing or value is only a close match of the item",
    "somebody else's words, not the article's own",
    "an opinion",
    "hedged",
    "without a reference",
    "its reference says nothing that can be written",
)
"""Why a fact that Wikidata lacks is left out."""

_CLOSE, _VOICED, _OPINION, _HEDGED, _UNCITED, _EMPTY = REASONS


class Command(NamedTuple):
    """A statement: the numbers of item, property and value, a qualifier, and the parts of one reference, as property and written value."""

    item: str
    property: str
    value: str
    qualifier: tuple[str, str] | None = None
    reference: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Contributions:
    """The commands, in the order of the comparison; how many facts were left out, by reason; what is to be known before they are used."""

    commands: tuple[Command, ...]
    left_out: Mapping[str, int]
    uncited: int
    """How many facts are among the commands without a reference."""
    warnings: tuple[str, ...]

    def to_v1(self) -> str:
        """The commands as tab-separated lines."""
        return "".join("\t".join(_columns(command)) + "\n" for command in self.commands)

    def to_csv(self) -> str:
        """The commands as CSV. Each kind of command has its own columns, since a reference begins with an `S` and goes on with `s`.

        The cells of other kinds are empty: QuickStatements is to skip them.
        """
        kinds = {_kind(command): None for command in self.commands}
        starts, width = {}, 1
        for kind in kinds:
            starts[kind], width = width, width + len(kind)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["qid", *(name for kind in kinds for name in kind)])
        for command in self.commands:
            row = [command.item, *[""] * (width - 1)]
            start = starts[_kind(command)]
            for place, value in enumerate(_written(command)):
                row[start + place] = value
            writer.writerow(row)
        return text.getvalue()


def _columns(command: Command) -> Iterator[str]:
    """The columns of a command as a line."""
    yield from (*command[:3], *(command.qualifier or ()))
    for number, value in command.reference:
        yield from (f"S{number[1:]}", value)


def _kind(command: Command) -> tuple[str, ...]:
    """The columns that a command has in CSV."""
    qualifier = [f"qal{command.qualifier[0][1:]}"] if command.qualifier else []
    sources = [f"{'s' if place else 'S'}{number[1:]}" for place, (number, _) in enumerate(command.reference)]
    return (command.property, *qualifier, *sources)


def _written(command: Command) -> list[str]:
    """The values of these columns."""
    qualifier = [command.qualifier[1]] if command.qualifier else []
    return [command.value, *qualifier, *(value for _, value in command.reference)]


# ---- values


def string(text: str, language: str = "") -> str:
    r"""`text` in quotes, on one line; with a language in front as monolingual text.

    >>> string('A "free"\tpress', "en")
    'en:"A "free" press"'
    """
    quoted = f'"{" ".join(text.split())}"'
    return f"{language}:{quoted}" if language else quoted


_PRECISIONS = {XSD + "gYear": ("-01-01", 9), XSD + "gYearMonth": ("-01", 10), XSD + "date": ("", 11)}
"""What a date of each type lacks to a whole one, and its precision in Wikidata."""


def time(literal: OxTerm | None) -> str | None:
    """A date, a month or a year with its precision; None for what is none of them, such as an interval.

    >>> time(ox.Literal("1992-08", datatype=ox.NamedNode(XSD + "gYearMonth")))
    '+1992-08-01T00:00:00Z/10'
    """
    if not isinstance(literal, ox.Literal) or literal.datatype.value not in _PRECISIONS:
        return None
    rest, precision = _PRECISIONS[literal.datatype.value]
    whole = literal.value + rest
    return f"+{whole}T00:00:00Z/{precision}" if re.fullmatch(r"\d{4}-\d{2}-\d{2}", whole, re.ASCII) else None


# ---- what is contributed


class _Fact(NamedTuple):
    """What the graph says about a fact: why it is no contribution, its date, and its references."""

    reason: str | None
    date: str | None
    entries: tuple[str, ...]


def contributions(engine: Engine, comparison: Comparison, *, uncited: bool = False) -> Contributions:
    """Commands for what `comparison` found lacking, and with `uncited` also for facts without a reference."""
    return _Contributing(engine, comparison, uncited).run()


class _Contributing:
    def __init__(self, engine: Engine, comparison: Comparison, uncited: bool) -> None:
        self._lacking = comparison.of("lacks")
        self._uncited = uncited
        self._facts = _facts(engine, sorted({one.fact.iri for one in self._lacking if one.fact}))
        links = values(engine, f"SELECT ?thing ?item {{ ?thing <{SKOS}exactMatch> ?item }} ORDER BY DESC(?item)")
        self._exact = {thing: item for thing, item in links if item.startswith(WIKIDATA)}
        entries = sorted({entry for fact in self._facts.values() for entry in fact.entries})
        self._references, self._warnings = _references(engine, entries, self._exact)

    def run(self) -> Contributions:
        """All of it."""
        left_out: Counter[str] = Counter()
        without: set[str] = set()
        commands: dict[Command, None] = {}
        for one in self._lacking:
            if one.fact is None:
                continue
            reason = self._reason(one, self._facts[one.fact.iri])
            if reason in (_UNCITED, _EMPTY) and self._uncited:
                without.add(one.fact.iri)
            elif reason:
                left_out[reason] += 1
                continue
            commands.update(dict.fromkeys(self._commands(one, self._facts[one.fact.iri])))
        return Contributions(
            tuple(commands), {reason: left_out[reason] for reason in REASONS if left_out[reason]}, len(without), self._warnings
        )

    def _reason(self, one: Compared, fact: _Fact) -> str | None:
        """Why the fact is left out, if it is."""
        if (self._exact.get(one.subject.iri), self._exact.get(one.value.iri)) != one.items:
            return _CLOSE
        if fact.reason or not fact.entries:
            return fact.reason or _UNCITED
        return None if any(self._references[entry] for entry in fact.entries) else _EMPTY

    def _commands(self, one: Compared, fact: _Fact) -> Iterator[Command]:
        qualifier = (_number(one.dated_by), fact.date) if one.dated_by and fact.date else None
        references = [reference for entry in fact.entries if (reference := self._references[entry])]
        for reference in references or [()]:
            yield Command(_number(one.items[0]), _number(one.property.iri), _number(one.items[1]), qualifier, reference)


def _number(iri: str) -> str:
    return iri.removeprefix(WIKIDATA)


# ---- what the graph says

_PREFIXED = " ".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}>" for prefix in ("bibo", "dcterms", "dip", "schema", "xsd"))


def _facts(engine: Engine, iris: Sequence[str]) -> dict[str, _Fact]:
    """Each of `iris` with what decides over it."""
    query = f"""{_PREFIXED} SELECT ?fact ?role ?value WHERE {{ VALUES ?fact {{ {_terms(iris)} }}
        {{ ?fact dip:assertedBy ?value . BIND("voice" AS ?role)
            FILTER NOT EXISTS {{ ?article a schema:Article ; dcterms:creator ?value }} }}
        UNION {{ ?fact a ?value . FILTER(?value = dip:Opinion) BIND("opinion" AS ?role) }}
        UNION {{ ?fact dip:hedge ?value BIND("hedge" AS ?role) }}
        UNION {{ ?fact dip:date ?value BIND("date" AS ?role) }}
        UNION {{ ?fact dip:statedIn ?segment . {{ ?segment dip:cites ?value }}
            UNION {{ ?clause a dip:Clause ; dcterms:isPartOf ?segment ; dip:cites ?value }} BIND("cites" AS ?role) }} }}"""
    found = _by_role(engine, query)
    return {iri: _fact(found.get(iri, {})) for iri in iris}


_BARRED = {"voice": _VOICED, "opinion": _OPINION, "hedge": _HEDGED}


def _fact(parts: Mapping[str, Sequence[OxTerm]]) -> _Fact:
    dates = {date for literal in parts.get("date", ()) if (date := time(literal))}
    return _Fact(
        next((reason for role, reason in _BARRED.items() if role in parts), None),
        dates.pop() if len(dates) == 1 else None,
        tuple(sorted({term.value for term in parts.get("cites", ()) if isinstance(term, ox.NamedNode)})),
    )


def _references(
    engine: Engine, entries: Sequence[str], exact: Mapping[str, str]
) -> tuple[dict[str, tuple[tuple[str, str], ...]], tuple[str, ...]]:
    """The written parts of each of `entries`, and what is left out of them."""
    query = f"""{_PREFIXED} SELECT ?entry ?role ?value WHERE {{ VALUES ?entry {{ {_terms(entries)} }}
        VALUES (?property ?role) {{ (dcterms:publisher "publisher") (schema:url "url") (dcterms:title "title") (dcterms:issued "issued")
            (bibo:locator "locator") (dip:retrieved "retrieved") (schema:position "position") }} ?entry ?property ?value }}"""
    found = _by_role(engine, query)
    warnings = [warning for entry in entries for warning in _unfit_addresses(found.get(entry, {}))]
    return {entry: tuple(_parts(entry, found.get(entry, {}), exact)) for entry in entries}, tuple(warnings)


def _parts(entry: str, parts: Mapping[str, Sequence[OxTerm]], exact: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The parts of the reference `entry` in the order of `PARTS`, each as property and written value."""
    works = [term.value for term in parts.get("publisher", ()) if isinstance(term, ox.NamedNode)]
    written: dict[str, list[str]] = {
        "stated in": [_number(exact[iri]) for iri in (entry, *works) if iri in exact][:1],
        "reference URL": [string(address) for address in _addresses(parts) if _is_absolute(address)],
        "title": [string(term.value, term.language) for term in _literals(parts, "title") if term.language and term.value.strip()],
        "publication date": [date for term in _literals(parts, "issued") if (date := time(term))],
        "page": [string(page[1]) for term in _literals(parts, "locator") if (page := _PAGE.fullmatch(term.value))],
        "retrieved": [date for term in _literals(parts, "retrieved") if (date := time(term))],
    }
    for label, number in PARTS.items():
        yield from ((number, value) for value in written[label])


_PAGE = re.compile(r"pp?\.\s*(\S.*)")


def _literals(parts: Mapping[str, Sequence[OxTerm]], role: str) -> list[ox.Literal]:
    return sorted((term for term in parts.get(role, ()) if isinstance(term, ox.Literal)), key=str)


def _addresses(parts: Mapping[str, Sequence[OxTerm]]) -> list[str]:
    return sorted({term.value for term in parts.get("url", ()) if isinstance(term, ox.NamedNode | ox.Literal)})


def _is_absolute(address: str) -> bool:
    return bool(re.fullmatch(r"https?://[^\s/\"][^\s\"]*", address, re.IGNORECASE))


def _unfit_addresses(parts: Mapping[str, Sequence[OxTerm]]) -> Iterator[str]:
    number = ", ".join(term.value for term in _literals(parts, "position"))
    for address in _addresses(parts):
        if not _is_absolute(address):
            yield f"the address of reference [{number}] is left out, since it is no absolute http or https address: {address}"


def _by_role(engine: Engine, query: str) -> dict[str, dict[str, list[OxTerm]]]:
    """The rows of thing, role and value, by thing and role."""
    found: dict[str, dict[str, list[OxTerm]]] = {}
    for thing, role, value in select(engine, query):
        if isinstance(thing, ox.NamedNode) and isinstance(role, ox.Literal) and value is not None:
            found.setdefault(thing.value, {}).setdefault(role.value, []).append(value)
    return found


def _terms(iris: Iterable[str]) -> str:
    return " ".join(str(ox.NamedNode(iri)) for iri in iris)
