"""The article's facts beside Wikidata's statements, fact by fact.

What Wikidata has is asked in two questions, whatever the number of facts: the statements of all linked things with the properties of the
mappings, and the dates of those that say what a dated fact says. Nobody is right here by being Wikidata: each may lack or mistake a thing.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import pyoxigraph as ox

from kg.engine import Engine, values
from kg.names import Names
from kg.namespaces import DIP, PREFIXES, SKOS, WIKIDATA, WIKIDATA_PREFIXES
from kg.terms import OxTerm, Term
from kg.wikidata.client import Client
from kg.wikidata.dates import Span, span_of
from kg.wikidata.mapping import Mappings, StatementMapping

STATUSES = ("agrees", "lacks", "otherwise", "only", "unlinked")
"""Wikidata says so too; it has no such statement; it has one that does not fit; only Wikidata has it; a thing of the fact has no item."""

_DEPRECATED = WIKIDATA_PREFIXES["wikibase"] + "DeprecatedRank"
_END = "P582"
_TO_THE_DAY = "11"
"""The precision of a day, for a date whose precision is not told."""


class Claim(NamedTuple):
    """What a fact says in the terms of a mapping, and the days that its date allows."""

    mapping: StatementMapping
    subject: str
    value: str
    fact: str
    span: Span | None


class Statement(NamedTuple):
    """A statement of Wikidata about an item: property, value and itself by their IRIs."""

    item: str
    property: str
    value: str
    statement: str
    deprecated: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """One fact beside Wikidata, or one statement that only Wikidata has (then without a fact).

    `items` are those of subject and value; `detail` tells what differs; `statements` are Wikidata's that were looked at.
    """

    status: str
    property: Term
    subject: Term
    value: Term
    fact: Term | None
    items: tuple[str, str]
    detail: str = ""
    note: str = ""
    statements: tuple[str, ...] = ()
    dated_by: str | None = None
    """The qualifier that has the date of such a fact."""

    def as_dict(self) -> dict[str, object]:
        """The fields by name, for JSON."""
        terms = {name: getattr(self, name) for name in ("property", "subject", "value", "fact")}
        return {
            "status": self.status,
            **{name: term._asdict() if term else None for name, term in terms.items()},
            "items": self.items,
            "detail": self.detail,
            "note": self.note,
            "statements": self.statements,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """All of it, by status in the order of `STATUSES`, then in the order of the mappings."""

    results: tuple[Compared, ...]

    def of(self, status: str) -> tuple[Compared, ...]:
        """The results of one status."""
        return tuple(result for result in self.results if result.status == status)

    def counts(self) -> Mapping[str, int]:
        """How many results each status has."""
        counted = Counter(result.status for result in self.results)
        return {status: counted[status] for status in STATUSES}

    def to_csv(self) -> str:
        """The comparison as CSV, a line each."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow("status property subject subject_item value value_item detail note fact statements".split())
        for one in self.results:
            fact = one.fact.iri if one.fact else ""
            things = (one.subject.label, one.items[0], one.value.label, one.items[1])
            writer.writerow([one.status, one.property.label, *things, one.detail, one.note, fact, " ".join(one.statements)])
        return text.getvalue()

    def to_json(self) -> str:
        """The comparison as a JSON object."""
        document = {"counts": self.counts(), "results": [result.as_dict() for result in self.results]}
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


class Told(NamedTuple):
    """What a graph has to compare: the claims of its facts, and the items of its things."""

    claims: tuple[Claim, ...]
    items: Mapping[str, str]


def told(engine: Engine, mappings: Mappings) -> Told:
    """What `mappings` select of the graph of `engine`, to be compared as often as wanted: it takes longer than a request on loopback."""
    links = values(engine, f"SELECT ?thing ?item {{ ?thing <{SKOS}exactMatch>|<{SKOS}closeMatch> ?item }} ORDER BY DESC(?item)")
    return Told(tuple(_claims(engine, mappings.statements)), {thing: item for thing, item in links if item.startswith(WIKIDATA)})


def compare(told: Told, names: Names, client: Client, mappings: Mappings) -> Comparison:
    """What the graph tells beside the statements that `client` finds. Raises as `Client.ask` does."""
    return _Comparing(told, names, client, mappings).run()


class _Comparing:
    def __init__(self, told: Told, names: Names, client: Client, mappings: Mappings) -> None:
        self._names, self._client, self._mappings = names, client, mappings
        self._claims, self._items = told
        self._properties = {one.property: Term(one.property, mappings.label(one.property)) for one in mappings.statements}
        names.labels({iri for claim in self._claims for iri in (claim.subject, claim.value, claim.fact)} | set(self._items))
        self._terms: dict[str, Term] = {}

    def run(self) -> Comparison:
        """The whole comparison."""
        found: dict[tuple[str, str], list[Statement]] = {}
        for statement in _statements(self._client, self._items.values(), {mapping.property for mapping in self._mappings.statements}):
            found.setdefault((statement.item, statement.property), []).append(statement)
        spans = _spans(self._client, self._dated(found))
        results = [self._judged(claim, found, spans) for claim in self._claims]
        results += self._only(found)
        order = {mapping.property: number for number, mapping in enumerate(self._mappings.statements)}
        return Comparison(
            tuple(
                sorted(
                    results,
                    key=lambda one: (STATUSES.index(one.status), order[one.property.iri], one.subject, one.value, one.fact or one.value),
                )
            )
        )

    def _same(self, claim: Claim, found: Mapping[tuple[str, str], Sequence[Statement]]) -> list[Statement]:
        """The statements that say what `claim` says."""
        item, value = self._items.get(claim.subject, ""), self._items.get(claim.value)
        return [one for one in found.get((item, claim.mapping.property), ()) if one.value == value]

    def _dated(self, found: Mapping[tuple[str, str], Sequence[Statement]]) -> Iterator[str]:
        """The statements whose dates are to be known."""
        for claim in self._claims:
            yield from (one.statement for one in self._same(claim, found))

    def _judged(
        self, claim: Claim, found: Mapping[tuple[str, str], Sequence[Statement]], spans: Mapping[tuple[str, str], Span]
    ) -> Compared:
        item, value = self._items.get(claim.subject, ""), self._items.get(claim.value, "")
        if not item or not value:
            without = [self._names.label(iri) for iri in (claim.subject, claim.value) if iri not in self._items]
            return self._compared(claim, "unlinked", f"no item for {' and '.join(dict.fromkeys(without))}", ())
        same = self._same(claim, found)
        standing = [one for one in same if not one.deprecated]
        if standing:
            differing = [text for one in standing if (text := _difference(claim, one, spans))]
            status = "otherwise" if len(differing) == len(standing) else "agrees"
            detail = differing[0] if status == "otherwise" else _addition(claim, standing, spans)
            return self._compared(claim, status, detail, standing)
        if same:
            return self._compared(claim, "otherwise", "Wikidata has it as deprecated", same)
        others = [one for one in found.get((item, claim.mapping.property), ()) if not one.deprecated]
        if claim.mapping.single and others:
            numbers = ", ".join(sorted({one.value.rsplit("/", 1)[-1] for one in others}))
            return self._compared(claim, "otherwise", f"Wikidata has {numbers}", others)
        return self._compared(claim, "lacks", "", ())

    def _compared(self, claim: Claim, status: str, detail: str, statements: Iterable[Statement]) -> Compared:
        return Compared(
            status,
            property=self._properties[claim.mapping.property],
            subject=self._term(claim.subject),
            value=self._term(claim.value),
            fact=self._term(claim.fact),
            items=(self._items.get(claim.subject, ""), self._items.get(claim.value, "")),
            detail=detail,
            note=claim.mapping.note,
            statements=tuple(one.statement for one in statements),
            dated_by=claim.mapping.dated_by,
        )

    def _term(self, iri: str) -> Term:
        term = self._terms.get(iri)
        if term is None:
            term = self._terms[iri] = Term(iri, self._names.label(iri))
        return term

    def _only(self, found: Mapping[tuple[str, str], Sequence[Statement]]) -> Iterator[Compared]:
        """The statements between things of the graph that no fact says."""
        things = {item: thing for thing, item in sorted(self._items.items(), reverse=True)}
        said = {(self._items.get(claim.subject), claim.mapping.property, self._items.get(claim.value)) for claim in self._claims}
        for (item, property_), statements in found.items():
            for one in statements:
                if one.value in things and not one.deprecated and (item, property_, one.value) not in said:
                    yield Compared(
                        "only",
                        property=self._properties[property_],
                        subject=self._term(things[item]),
                        value=self._term(things[one.value]),
                        fact=None,
                        items=(item, one.value),
                        statements=(one.statement,),
                    )


# ---- what the graph says

_PREFIXED = f"PREFIX dip: <{DIP}> PREFIX dcterms: <{PREFIXES['dcterms']}> PREFIX schema: <{PREFIXES['schema']}>"


def _claims(engine: Engine, mappings: Iterable[StatementMapping]) -> Iterator[Claim]:
    """What the mappings select of the facts that the article tells in its own voice."""
    own = f"""{_PREFIXED} SELECT DISTINCT ?fact ?first ?last WHERE {{ ?article a schema:Article ; dcterms:creator ?voice .
        ?fact dip:assertedBy ?voice . OPTIONAL {{ ?fact dip:notBefore ?first }} OPTIONAL {{ ?fact dip:notAfter ?last }} }}"""
    dates = {fact: (first, last) for fact, first, last in values(engine, own)}
    for mapping in mappings:
        for subject, value, fact in values(engine, mapping.select):
            if fact in dates:
                yield Claim(mapping, subject, value, fact, _span(*dates[fact]))


def _span(first: str, last: str) -> Span | None:
    """The days from `first` to `last`; None if one of them is not told."""
    return Span(date.fromisoformat(first), date.fromisoformat(last)) if first and last else None


# ---- what Wikidata says


def _statements(client: Client, items: Iterable[str], properties: Iterable[str]) -> Iterator[Statement]:
    """The statements about `items` with `properties`, if there are any."""
    numbers = sorted(iri.rsplit("/", 1)[-1] for iri in properties)
    rows = " ".join(f"(wd:{number} p:{number} ps:{number})" for number in numbers)
    query = f"""SELECT ?item ?property ?value ?statement ?rank WHERE {{ VALUES ?item {{ }} VALUES (?property ?p ?ps) {{ {rows} }}
        ?item ?p ?statement . ?statement ?ps ?value ; wikibase:rank ?rank . }}"""
    for item, property_, value, statement, rank in map(tuple, client.ask(query, map(ox.NamedNode, items))):
        if isinstance(value, ox.NamedNode):
            yield Statement(_text(item), _text(property_), value.value, _text(statement), _text(rank) == _DEPRECATED)


def _spans(client: Client, statements: Iterable[str]) -> dict[tuple[str, str], Span]:
    """The days that the dates of `statements` allow, by statement and the number of the qualifier."""
    wanted = sorted(set(statements))
    if not wanted:
        return {}
    query = """SELECT ?statement ?qualifier ?time ?precision WHERE { VALUES ?statement { }
        VALUES (?qualifier ?pq ?pqv) { (wd:P580 pq:P580 pqv:P580) (wd:P582 pq:P582 pqv:P582) (wd:P585 pq:P585 pqv:P585) }
        ?statement ?pq ?time .
        OPTIONAL { ?statement ?pqv ?node . ?node wikibase:timeValue ?time ; wikibase:timePrecision ?precision } }"""
    found = {}
    for row in client.ask(query, map(ox.NamedNode, wanted)):
        statement, qualifier, time, precision = (_text(term) for term in row)
        span = span_of(time, precision or _TO_THE_DAY)
        if span:
            found[statement, qualifier.rsplit("/", 1)[-1]] = span
    return found


def _text(term: OxTerm | None) -> str:
    """The text of a term, empty if there is none."""
    return getattr(term, "value", "")


def _difference(claim: Claim, statement: Statement, spans: Mapping[tuple[str, str], Span]) -> str:
    """How the date of `statement` speaks against that of `claim`; empty if it does not."""
    if not claim.mapping.dated_by or not claim.span:
        return ""
    number = claim.mapping.dated_by.rsplit("/", 1)[-1]
    theirs = spans.get((statement.statement, number))
    return "" if theirs is None or theirs.meets(claim.span) else f"{number} is {theirs}, the article says {claim.span}"


def _addition(claim: Claim, statements: Iterable[Statement], spans: Mapping[tuple[str, str], Span]) -> str:
    """What Wikidata adds to a fact that it agrees with: its date, or that it lacks the one of the article, and an end."""
    number = (claim.mapping.dated_by or "").rsplit("/", 1)[-1]
    known = [spans[one.statement, number] for one in statements if (one.statement, number) in spans]
    ends = [spans[one.statement, _END] for one in statements if (one.statement, _END) in spans]
    told = (
        [f"{number} is {known[0]}"]
        if known
        else [f"without {number}, which the article has: {claim.span}"]
        if number and claim.span
        else []
    )
    return "; ".join([*told, *(f"ended {end} ({_END})" for end in ends[:1])])
