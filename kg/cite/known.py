"""What is known of facts and segments, as citations: asked of the engine once, and remembered."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TypedDict

import pyoxigraph as ox

from kg.citation import Citation, Passage, Reference
from kg.engine import Engine, values
from kg.names import Names
from kg.namespaces import DIP, PREFIXES, RDF

CHUNK = 300
"""How many things are asked for in one query."""

_Parts = dict[str, set[str]]
"""The values found for one thing, by role."""

_DCTERMS, _SCHEMA, _BIBO, _LABEL = PREFIXES["dcterms"], PREFIXES["schema"], PREFIXES["bibo"], PREFIXES["rdfs"] + "label"
_FACT_ROLES = {
    DIP + "statedIn": "segment",
    DIP + "restatedIn": "other",
    DIP + "assertedBy": "voice",
    DIP + "hedge": "hedge",
    DIP + "date": "date",
    PREFIXES["sdmxd"] + "refPeriod": "date",
    _LABEL: "label",
    RDF + "type": "class",
}
_SEGMENT_ROLES = {
    _DCTERMS + "isPartOf": "whole",
    DIP + "paragraph": "paragraph",
    _SCHEMA + "position": "position",
    DIP + "cites": "cites",
    _LABEL: "label",
    RDF + "type": "class",
}
_REFERENCE_ROLES = {
    _SCHEMA + "position": "number",
    _DCTERMS + "title": "title",
    _DCTERMS + "creator": "creator",
    _DCTERMS + "publisher": "publisher",
    PREFIXES["fabio"] + "hasPlaceOfPublication": "town",
    _DCTERMS + "issued": "issued",
    _BIBO + "locator": "locator",
    _BIBO + "isbn13": "isbn",
    _SCHEMA + "url": "url",
    DIP + "retrieved": "retrieved",
    DIP + "archived": "archived",
}
_NAMED_ROLES = ("creator", "publisher", "town")
"""Those whose values are things, which a line calls by their labels."""
_MOST_WHOLES = 3
"""A clause is part of a sentence, that of a section, that of an article."""


class Known:
    """The citations of facts and segments of the graph of an engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[str, Citation | None] = {}

    def of(self, iris: Iterable[str]) -> Mapping[str, Citation | None]:
        """The citation of each of `iris` that is a fact or a segment, and None for what is neither."""
        missing = {iri for iri in iris if iri not in self._known}
        if missing:
            self._known.update(dict.fromkeys(missing))
            self._known.update(_citations_of(self._engine, missing))
        return self._known


def _citations_of(engine: Engine, iris: set[str]) -> dict[str, Citation]:
    """The citation of each of `iris` that is a fact or a segment."""
    stated = _told(engine, iris, _FACT_ROLES)
    home = {iri: min(parts["segment"]) for iri, parts in stated.items() if "segment" in parts}
    home |= {iri: iri for iri, parts in stated.items() if iri not in home and _is_citable(parts.get("class", set()))}
    others = {iri: sorted(stated[iri].get("other", set()) - {segment}) for iri, segment in home.items()}
    segments = _segments(engine, {*home.values(), *chain.from_iterable(others.values())})
    voices = Names(engine).labels({voice for parts in stated.values() for voice in parts.get("voice", ())})
    return {
        iri: Citation(
            fact=iri if segment != iri else None,
            label=min(stated[iri].get("label", ("",))),
            segment=segment,
            voices=tuple(sorted(voices.get(voice) or voice for voice in stated[iri].get("voice", ()))),
            hedges=tuple(sorted(stated[iri].get("hedge", ()))),
            date=min(stated[iri].get("date", ()), default=None),
            also=tuple(_also(other, segments[other]) for other in others[iri]),
            **segments[segment],
        )
        for iri, segment in home.items()
    }


def _also(segment: str, found: "_Found") -> Passage:
    return Passage(segment, found["section"], found["paragraph"], found["sentence"])


def _is_citable(classes: set[str]) -> bool:
    """Whether a thing of these classes is a segment that can be cited: a sentence, a line, an entry; not a whole section."""
    return DIP + "TextSegment" in classes and DIP + "Section" not in classes


def _told(engine: Engine, iris: Iterable[str], roles: Mapping[str, str]) -> dict[str, _Parts]:
    """What is told of each of `iris` by the properties that `roles` names.

    OPTIONAL has an engine look each of them up. Joined with a second VALUES, or with property paths below UNION, the pattern was worked out
    for the whole graph first: seconds at a million triples.
    """
    found: dict[str, _Parts] = {}
    wanted = ", ".join(f"<{role}>" for role in roles)
    for chunk in _chunks(sorted(iris)):
        told = f"OPTIONAL {{ ?it ?role ?value FILTER(?role IN ({wanted})) }}"
        for it, role, value in values(engine, f"SELECT ?it ?role ?value WHERE {{ VALUES ?it {{ {chunk} }} {told} }}"):
            if role:
                found.setdefault(it, {}).setdefault(roles[role], set()).add(value)
    return found


class _Found(TypedDict):
    """The fields of a citation that its segment gives."""

    article: str
    section: str
    paragraph: int | None
    sentence: int | None
    references: tuple[Reference, ...]


def _segments(engine: Engine, iris: set[str]) -> dict[str, _Found]:
    """Place and references of each of the segments `iris`; a clause takes its place from its sentence."""
    told = _told(engine, iris, _SEGMENT_ROLES)
    for _ in range(_MOST_WHOLES):
        wholes = {whole for parts in told.values() for whole in parts.get("whole", ())}
        told |= _told(engine, wholes - told.keys(), _SEGMENT_ROLES)
    cited = {iri: set(told.get(iri, {}).get("cites", ())) for iri in iris}
    for it, reference in _cited_by_clauses(engine, iris):
        cited[it].add(reference)
    for iri in iris:
        cited[iri] |= {iri} & _of_class(told, {iri}, DIP + "ReferenceEntry")
    references = _references(engine, set[str]().union(*cited.values()))
    return {iri: _place(iri, told, [references[one] for one in cited[iri] if one in references]) for iri in iris}


def _cited_by_clauses(engine: Engine, iris: set[str]) -> Iterator[tuple[str, ...]]:
    """Each of `iris` that has clauses, with each reference that these cite."""
    for chunk in _chunks(sorted(iris)):
        clause = f"?clause <{_DCTERMS}isPartOf> ?it . ?clause a <{DIP}Clause> . ?clause <{DIP}cites> ?reference"
        yield from values(engine, f"SELECT ?it ?reference WHERE {{ VALUES ?it {{ {chunk} }} {clause} }}")


def _of_class(told: Mapping[str, _Parts], iris: Iterable[str], class_iri: str) -> set[str]:
    return {iri for iri in iris if class_iri in told.get(iri, {}).get("class", ())}


def _place(iri: str, told: Mapping[str, _Parts], references: Iterable[Reference]) -> _Found:
    def all_told(iris: Iterable[str], role: str) -> set[str]:
        return {value for one in iris for value in told.get(one, {}).get(role, ())}

    wholes = all_told((iri,), "whole")
    wider = wholes | all_told(wholes, "whole")
    sections = all_told(_of_class(told, wider, DIP + "Section"), "label")
    articles = _of_class(told, wider | all_told(wider, "whole"), _SCHEMA + "Article")
    paragraphs = all_told({iri} | wholes, "paragraph")
    positions = all_told(_of_class(told, {iri} | wholes, DIP + "Sentence"), "position")
    return _Found(
        article=min(articles, default="") or iri.rsplit("/", 1)[0],
        section=min(sections, default="") or min(all_told((iri,), "label"), default=""),
        paragraph=int(min(paragraphs)) if paragraphs else None,
        sentence=int(min(positions)) if positions else None,
        references=tuple(sorted(references, key=lambda reference: reference.number)),
    )


def _references(engine: Engine, iris: set[str]) -> dict[str, Reference]:
    """The references among `iris`, each with its line put together from what its entry says."""
    told = _told(engine, iris, _REFERENCE_ROLES)
    named = {name for parts in told.values() for role in _NAMED_ROLES for name in parts.get(role, ())}
    labels = _told(engine, named, {_LABEL: "label"})
    for parts in told.values():
        for role in _NAMED_ROLES:
            found = {label for name in parts.pop(role, ()) for label in labels.get(name, {}).get("label", ())}
            parts |= {role: found} if found else {}
    return {iri: _reference(parts) for iri, parts in told.items() if "number" in parts}


def _reference(parts: _Parts) -> Reference:
    """The reference whose entry has these `parts`. A publisher or number that the title has as a sentence comes once."""
    titled = {sentence for title in parts.get("title", ()) for sentence in title.split(". ")}
    told = {role: values - titled if role in ("publisher", "locator") else values for role, values in parts.items()}

    def joined(role: str, form: str = "{}") -> list[str]:
        return [form.format(", ".join(sorted(told[role])))] if told.get(role) else []

    pieces = joined("creator") + joined("title", "“{}”") + joined("publisher") + joined("town") + joined("issued") + joined("locator")
    pieces += joined("isbn", "ISBN {}") + joined("retrieved", "retrieved {}") + joined("archived", "archived {}")
    return Reference(int(min(parts["number"])), ", ".join(pieces), min(parts.get("url", ()), default=None))


def _chunks(iris: Sequence[str]) -> Iterator[str]:
    """`iris` as the text of VALUES rows, some hundred at a time."""
    for start in range(0, len(iris), CHUNK):
        yield " ".join(str(ox.NamedNode(iri)) for iri in iris[start : start + CHUNK])
