"""Whether the links still stand: each item is there, is no redirect, is called as it was, and is of a kind with our thing.

Asked in two questions, whatever the number of links: what the items are called or redirect to, and of which mapped classes they are.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg.engine import Engine, values
from kg.links import Link
from kg.links.coverage import kinds_of
from kg.names import NAMED, fold
from kg.namespaces import OWL, RDFS, SKOS, WIKIDATA, shrink
from kg.wikidata.client import Client
from kg.wikidata.fit import MISFIT, UNCONFIRMED, Classes
from kg.wikidata.mapping import Mappings

PROBLEMS = ("gone", "redirect", "misfit", "name")
"""No such item; another item in its place; only of classes that ours is not of; no name of it is one of ours, or that of the review."""
NOTES = ("drift", "reviewed", "nameless", "unconfirmed")
"""The English label is another since the review; only the label of the review fits; there is nothing to compare; no class speaks."""
RIGHT = "right"

_LANGUAGES = ("en", "mul")
"""The languages of an English label: its own, and that of names for all languages (https://www.wikidata.org/wiki/Help:Default_values_for_labels_and_aliases)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one link: one of `PROBLEMS` or `NOTES`, or that it is right; `message` with what to do about it."""

    kind: str
    link: Link
    message: str = ""

    @property
    def is_problem(self) -> bool:
        """Whether something must be done about it."""
        return self.kind in PROBLEMS

    def __str__(self) -> str:
        """With the place of the link: `links.sssom.tsv:12: Astana (Q1520): …`."""
        return f"{self.link.place}: {self.link.subject_label} ({self.link.number}): {self.message}"

    def as_dict(self) -> dict[str, object]:
        """The fields by name, for JSON and CSV."""
        link = self.link
        said = {"thing": link.subject, "label": link.subject_label, "item": link.item, "item_label": link.item_label}
        return {"kind": self.kind, "problem": self.is_problem, **said, "place": link.place, "message": self.message}


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """What was found of each link that is a match, problems first, then in the order of the table."""

    links: int
    findings: tuple[Finding, ...]

    @property
    def problems(self) -> tuple[Finding, ...]:
        """What must be done something about."""
        return tuple(one for one in self.findings if one.is_problem)

    def of(self, kind: str) -> tuple[Finding, ...]:
        """The findings of one kind."""
        return tuple(one for one in self.findings if one.kind == kind)

    def counts(self) -> Mapping[str, int]:
        """How many findings there are of each kind."""
        counted = Counter(one.kind for one in self.findings)
        return {kind: counted[kind] for kind in (*PROBLEMS, *NOTES, RIGHT)}

    def to_csv(self) -> str:
        """A line for each finding."""
        written = io.StringIO()
        columns = ("kind", "problem", "thing", "label", "item", "item_label", "place", "message")
        rows = csv.DictWriter(written, columns, lineterminator="\n")
        rows.writeheader()
        rows.writerows({**one.as_dict(), "problem": str(one.is_problem).lower()} for one in self.findings)
        return written.getvalue()

    def to_json(self) -> str:
        """The number of links, the counts, and the findings."""
        document = {"links": self.links, "counts": self.counts(), "findings": [one.as_dict() for one in self.findings]}
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def check_links(engine: Engine, links: Iterable[Link], client: Client, mappings: Mappings) -> LinkCheck:
    """What `client` finds of those of `links` that are matches. Raises as `Client.ask` does."""
    matches = [link for link in links if link.is_match]
    items = items_of(client, {link.item for link in matches if link.item})
    standing = {iri for iri, item in items.items() if not item.redirect}
    classes = Classes(engine, mappings)
    reached = classes.reached(client, standing)
    names, kinds = _names(engine), kinds_of(engine, {link.subject for link in matches})
    findings: list[Finding] = []
    for link in matches:
        item = items.get(link.item or "")
        found = [*_presence(link, item)]
        if item and not found:
            found = [*_naming(link, item, names.get(link.subject, ())), *_class(link, kinds.get(link.subject, ""), reached, classes)]
        findings += found or [Finding(RIGHT, link)]
    order = (*PROBLEMS, *NOTES, RIGHT)
    return LinkCheck(len(matches), tuple(sorted(findings, key=lambda one: order.index(one.kind))))


# ---- what is asked


@dataclass(slots=True)
class Item:
    """What Wikidata calls an item: its English label, its aliases, and the item that it redirects to."""

    label: str = ""
    redirect: str = ""
    aliases: list[str] = field(default_factory=list)


def items_of(client: Client, iris: Iterable[str]) -> dict[str, Item]:
    """Those of `iris` of which anything is said, with their names. One question; raises as `Client.ask` does."""
    languages = ", ".join(f'"{language}"' for language in _LANGUAGES)
    query = f"""SELECT ?item ?predicate ?value WHERE {{ VALUES ?item {{ }} FILTER EXISTS {{ ?item ?any ?thing }}
        OPTIONAL {{ ?item ?predicate ?value FILTER(?predicate IN (owl:sameAs, skos:altLabel, rdfs:label))
            FILTER(?predicate != rdfs:label || LANG(?value) IN ({languages})) }} }}"""
    found: dict[str, Item] = {}
    rows = [tuple(row) for row in client.ask(query, map(ox.NamedNode, iris))]
    for iri, predicate, value in sorted(rows, key=lambda row: getattr(row[2], "language", "") != "en"):
        item = found.setdefault(iri.value, Item())
        said = getattr(predicate, "value", "")
        if said == OWL + "sameAs":
            item.redirect = value.value
        elif said == SKOS + "altLabel":
            item.aliases.append(value.value)
        elif said == RDFS + "label":
            item.label = item.label or value.value
    return found


def _names(engine: Engine) -> dict[str, set[str]]:
    """What the graph calls each thing."""
    found: dict[str, set[str]] = {}
    for thing, name in values(engine, f"SELECT ?thing ?name WHERE {{ {NAMED} }}"):
        found.setdefault(thing, set()).add(name)
    return found


# ---- what is found


def _presence(link: Link, item: Item | None) -> Iterator[Finding]:
    if item is None:
        yield Finding("gone", link, "Wikidata has no such item, or no longer; link another, or write sssom:NoTermFound.")
    elif item.redirect:
        number = item.redirect.removeprefix(WIKIDATA)
        yield Finding("redirect", link, f"redirects to {number}, which took its place; review that and write wd:{number} as object_id.")


def _naming(link: Link, item: Item, names: Iterable[str]) -> Iterator[Finding]:
    ours, theirs = {fold(name) for name in names}, [name for name in (item.label, *item.aliases) if name]
    known = {fold(name) for name in theirs}
    called = f"is called {_quoted(theirs[:3])}" if theirs else "has no name in English"
    if not ours & known:
        if not theirs or not link.item_label:
            yield Finding(
                "nameless", link, f"{called}, the line has {_quoted([link.item_label]) if link.item_label else 'no object_label'}."
            )
        elif fold(link.item_label) in known:
            yield Finding("reviewed", link, f"{called}, as when it was reviewed, and nothing that we call it.")
        else:
            yield Finding(
                "name", link, f"{called}, not {_quoted(sorted({*names, link.item_label}))}; review it, and make it a Not if it is wrong."
            )
    if item.label and link.item_label and item.label != link.item_label:
        drift = f"its label was {_quoted([link.item_label])} on {link.date}, now it is {_quoted([item.label])}; write that as object_label."
        yield Finding("drift", link, drift)


def _class(link: Link, kind: str, reached: Mapping[str, Iterable[str]], classes: Classes) -> Iterator[Finding]:
    theirs = reached.get(link.item or "", ())
    verdict = classes.judged(kind, theirs)
    if verdict == MISFIT:
        told = f"{classes.told(kind, theirs)}; make it a Not, or map {shrink(kind)} to that class in the class mappings."
        yield Finding(MISFIT, link, told)
    elif verdict == UNCONFIRMED:
        yield Finding(UNCONFIRMED, link, f"{classes.told(kind, theirs)}.")


def _quoted(names: Sequence[str]) -> str:
    return " or ".join(f'"{name}"' for name in names)
