"""Candidates for things that have no item yet: by name, then class and neighbourhood. Nothing is accepted by itself.

The score of a candidate is the sum of the points of its reasons (`POINTS`): it ranks the candidates of one thing, and is no probability.
"""

import csv
import io
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from kg.engine import Engine, values
from kg.links import Link
from kg.links.coverage import kinds_of
from kg.names import NAMED, Names
from kg.namespaces import ASSERTED_GRAPH, DIP, RDFS, WIKIDATA, WIKIDATA_PREFIXES
from kg.terms import Term
from kg.wikidata.check import items_of
from kg.wikidata.client import Client
from kg.wikidata.fit import FITS, MISFIT, UNCONFIRMED, Classes
from kg.wikidata.mapping import Mappings

POINTS: Mapping[str, int] = {"label": 3, "alias": 2, FITS: 2, UNCONFIRMED: 0, MISFIT: -2, "neighbour": 1}
"""The points of a reason: our name is its label, or else an alias; how its class fits; each neighbour, a linked item beside it."""
MOST_NEIGHBOURS = 3
"""So many neighbours give points, however many there are."""
LANGUAGES = ("en", "az", "kk", "ru", "mul")
"""The languages in which a name of ours is looked for, besides its own; `mul` has the names for all languages:
https://www.wikidata.org/wiki/Help:Default_values_for_labels_and_aliases"""

_LABEL = RDFS + "label"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that a thing may be, with its English label, its score and the reasons for it."""

    thing: Term
    item: str
    label: str
    score: int
    reasons: tuple[str, ...]

    @property
    def number(self) -> str:
        """The Q-number."""
        return self.item.removeprefix(WIKIDATA)

    def as_dict(self) -> dict[str, object]:
        """The fields by name, for JSON."""
        thing = {"thing": self.thing.iri, "thing_label": self.thing.label}
        return {**thing, "item": self.item, "item_label": self.label, "score": self.score, "reasons": list(self.reasons)}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An item that has a name of a thing and is not suggested, and the line of the table why not."""

    thing: Term
    item: str
    link: Link

    @property
    def why(self) -> str:
        """In words, with the place of the line."""
        said = "was rejected" if self.link.negated else f"is {self.link.subject_label}"
        return f"{said}: {self.link.place}"

    def as_dict(self) -> dict[str, object]:
        """The fields by name, for JSON."""
        return {"thing": self.thing.iri, "thing_label": self.thing.label, "item": self.item, "why": self.why}


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The candidates of all `things` that were looked for, by thing, the best first; and what was left out."""

    things: tuple[Term, ...]
    candidates: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]

    def of(self, thing: Term) -> tuple[Candidate, ...]:
        """The candidates of one thing."""
        return tuple(one for one in self.candidates if one.thing.iri == thing.iri)

    def to_csv(self) -> str:
        """A line for each candidate."""
        written = io.StringIO()
        columns = ("thing", "thing_label", "item", "item_label", "score", "reasons")
        rows = csv.DictWriter(written, columns, lineterminator="\n")
        rows.writeheader()
        rows.writerows({**one.as_dict(), "reasons": "; ".join(one.reasons)} for one in self.candidates)
        return written.getvalue()

    def to_json(self) -> str:
        """The number of things, the candidates, and what was left out."""
        listed = {"candidates": [one.as_dict() for one in self.candidates], "left_out": [one.as_dict() for one in self.left_out]}
        return json.dumps({"things": len(self.things), **listed}, ensure_ascii=False, indent=2) + "\n"


def suggest(
    engine: Engine, names: Names, links: Iterable[Link], client: Client, mappings: Mappings, thing: str | None = None
) -> Suggestions:
    """The candidates for the things that no link matches, or for `thing` alone. Raises as `Client.ask` does."""
    links = list(links)
    matched = {link.subject: link.item for link in links if link.is_match and link.item}
    kinds = kinds_of(engine, {link.subject for link in links} | ({thing} if thing else set()))
    wanted = [iri for iri in sorted(kinds) if (iri not in matched if thing is None else iri == thing)]
    terms = {iri: Term(iri, names.label(iri)) for iri in wanted}
    named, left_out = _kept(_by_name(engine, client, terms), terms, links)
    items = {item for _, item in named}
    classes = Classes(engine, mappings)
    reached = classes.reached(client, items)
    labels = items_of(client, items)
    near = _neighbours(engine, client, named, matched)
    candidates = []
    for (iri, item), name in named.items():
        reasons = [name, *_class(classes, kinds[iri], reached.get(item, ())), *_near(near.get((iri, item), ()), names)]
        score = sum(points for _, points in reasons)
        label = labels[item].label if item in labels else ""
        candidates.append(Candidate(terms[iri], item, label, score, tuple(text for text, _ in reasons)))
    candidates.sort(key=lambda one: (one.thing.label, one.thing.iri, -one.score, len(one.item), one.item))
    return Suggestions(tuple(terms.values()), tuple(candidates), tuple(left_out))


_Reason = tuple[str, int]


# ---- by name


def _by_name(engine: Engine, client: Client, terms: Iterable[str]) -> dict[tuple[str, str], _Reason]:
    """The items that have a name of a thing as their label or alias, by thing and item; the best such reason."""
    wanted = set(terms)
    things: dict[str, set[str]] = {}
    literals: set[ox.Literal] = set()
    query = f"SELECT ?thing ?name (LANG(?name) AS ?language) WHERE {{ {NAMED} }}"
    for thing, name, language in values(engine, query):
        if thing in wanted:
            things.setdefault(name, set()).add(thing)
            literals |= {ox.Literal(name, language=tag) for tag in {*LANGUAGES, language} - {""}}
    asked = f"""SELECT DISTINCT ?item ?predicate ?name WHERE {{ VALUES ?name {{ }} VALUES ?predicate {{ rdfs:label skos:altLabel }}
        ?item ?predicate ?name FILTER(STRSTARTS(STR(?item), "{WIKIDATA}Q")) }}"""
    found: dict[tuple[str, str], _Reason] = {}
    for item, predicate, name in client.ask(asked, literals):
        kind = "label" if predicate.value == _LABEL else "alias"
        reason = f'{kind} "{name.value}" ({name.language})', POINTS[kind]
        for thing in things.get(name.value, ()):
            pair = thing, item.value
            found[pair] = max(found.get(pair, reason), reason, key=lambda one: one[1])
    return found


def _kept(
    named: Mapping[tuple[str, str], _Reason], terms: Mapping[str, Term], links: Iterable[Link]
) -> tuple[dict[tuple[str, str], _Reason], list[LeftOut]]:
    """`named` without the pairs that the table rejects and the items of other things, and these."""
    rejected = {(link.subject, link.item): link for link in links if link.negated}
    taken = {link.item: link for link in links if link.is_match}
    kept, left_out = {}, []
    for (thing, item), reason in sorted(named.items()):
        link = rejected.get((thing, item)) or taken.get(item)
        if link is None:
            kept[thing, item] = reason
        else:
            left_out.append(LeftOut(terms[thing], item, link))
    return kept, left_out


# ---- by class and neighbourhood


def _class(classes: Classes, kind: str, reached: Iterable[str]) -> Iterator[_Reason]:
    verdict = classes.judged(kind, reached)
    yield f"class {verdict}: {classes.told(kind, reached)}", POINTS[verdict]


def _near(others: Iterable[tuple[str, str]], names: Names) -> Iterator[_Reason]:
    listed = [f"{property_} {names.label(other)}" for other, property_ in sorted(dict(sorted(others, reverse=True)).items())]
    if listed:
        yield f"neighbours: {', '.join(listed)}", POINTS["neighbour"] * min(len(listed), MOST_NEIGHBOURS)


def _neighbours(
    engine: Engine, client: Client, named: Collection[tuple[str, str]], matched: Mapping[str, str]
) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """By each thing and candidate of `named`: the linked things that ours is related to, with how Wikidata relates the items."""
    of_item: dict[str, list[str]] = {}
    for thing, item in matched.items():
        of_item.setdefault(item, []).append(thing)
    stated: dict[str, set[tuple[str, str]]] = {}
    for item, other, property_ in _statements(client, {item for _, item in named}, of_item):
        stated.setdefault(item, set()).update((thing, property_) for thing in of_item[other])
    related = _related(engine) if stated else set()
    return {(thing, item): {near for near in stated.get(item, ()) if (thing, near[0]) in related} for thing, item in named}


def _statements(client: Client, items: Iterable[str], others: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """The statements between `items` and `others`, in two questions: item, other, and P17→ or ←P17."""
    listed = " ".join(f"<{iri}>" for iri in sorted(others))
    direct = WIKIDATA_PREFIXES["wdt"]
    for triple, form in (("?item ?property ?other", "{}→"), ("?other ?property ?item", "←{}")) if listed else ():
        query = f"""SELECT DISTINCT ?item ?other ?property WHERE {{ VALUES ?item {{ }} VALUES ?other {{ {listed} }}
            {triple} FILTER(STRSTARTS(STR(?property), "{direct}")) }}"""
        for item, other, property_ in client.ask(query, map(ox.NamedNode, items)):
            yield item.value, other.value, form.format(property_.value.removeprefix(direct))


def _related(engine: Engine) -> set[tuple[str, str]]:
    """The pairs of things that a statement relates, or that have a part in one fact, both ways."""
    told = f"SELECT ?one ?other WHERE {{ GRAPH <{ASSERTED_GRAPH}> {{ ?one ?p ?other }} FILTER(isIRI(?one) && isIRI(?other)) }}"
    facts = {row[0] for row in values(engine, f"SELECT DISTINCT ?fact WHERE {{ ?fact a <{DIP}ReportedFact> }}")}
    pairs = set(values(engine, told))
    parts: dict[str, set[str]] = {}
    for fact, thing in pairs:
        if fact in facts:
            parts.setdefault(fact, set()).add(thing)
    shared = {(one, other) for things in parts.values() for one in things for other in things}
    return {(one, other) for one, other in {*pairs, *((b, a) for a, b in pairs), *shared} if one != other}
