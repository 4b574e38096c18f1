"""What is known of facts and segments, as citations: asked of the engine once, and remembered."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypedDict

import pyoxigraph as ox

from kg.engine import Engine, values
from kg.names import Names
from kg.namespaces import DIP, PREFIXES, RDF
from kg.terms import Citation, Reference

CHUNK = 300
"""How many things are asked for in one query."""

_Parts = dict[str, set[str]]
"""The values found for one thing, by role."""

_ROLES = {
    DIP + "statedIn": "segment",
    DIP + "assertedBy": "voice",
    DIP + "hedge": "hedge",
    DIP + "date": "date",
    PREFIXES["sdmxd"] + "refPeriod": "date",
    PREFIXES["rdfs"] + "label": "label",
    RDF + "type": "class",
}


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
    roles = " ".join(f"<{role}>" for role in _ROLES)
    stated = _gathered(
        engine,
        sorted(iris),
        lambda chunk: f"SELECT ?it ?role ?value {{ VALUES ?it {{ {chunk} }} VALUES ?role {{ {roles} }} ?it ?role ?value }}",
    )
    home = {iri: min(parts["segment"]) for iri, parts in stated.items() if "segment" in parts}
    home |= {iri: iri for iri, parts in stated.items() if iri not in home and _is_citable(parts.get("class", set()))}
    segments = _segments(engine, set(home.values()))
    voices = Names(engine).labels({voice for parts in stated.values() for voice in parts.get("voice", ())})
    return {
        iri: Citation(
            fact=iri if segment != iri else None,
            label=min(stated[iri].get("label", ("",))),
            segment=segment,
            voices=tuple(sorted(voices.get(voice) or voice for voice in stated[iri].get("voice", ()))),
            hedges=tuple(sorted(stated[iri].get("hedge", ()))),
            date=min(stated[iri].get("date", ()), default=None),
            **segments[segment],
        )
        for iri, segment in home.items()
    }


def _is_citable(classes: set[str]) -> bool:
    """Whether a thing of these classes is a segment that can be cited: a sentence, a line, an entry; not a whole section."""
    return DIP + "TextSegment" in classes and DIP + "Section" not in classes


def _gathered(engine: Engine, iris: Sequence[str], query: Callable[[str], str]) -> dict[str, _Parts]:
    """For each of `iris` the values by role that the queries for it, a chunk at a time, answer as rows of thing, role and value."""
    found: dict[str, _Parts] = {}
    for chunk in _chunks(iris):
        for it, role, value in values(engine, query(chunk)):
            found.setdefault(it, {}).setdefault(_ROLES.get(role, role), set()).add(value)
    return found


_PREFIXED = " ".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}>" for prefix in ("bibo", "dcterms", "dip", "rdfs", "schema"))


class _Place(TypedDict):
    """The fields of a citation that its segment gives."""

    article: str
    section: str
    paragraph: int | None
    sentence: int | None
    references: tuple[Reference, ...]


def _segments(engine: Engine, iris: set[str]) -> dict[str, _Place]:
    """Place and references of each of the segments `iris`; a clause takes its place from its sentence."""

    def query(chunk: str) -> str:
        return f"""{_PREFIXED} SELECT ?it ?role ?value WHERE {{ VALUES ?it {{ {chunk} }}
            {{ ?it rdfs:label ?value BIND("own" AS ?role) }}
            UNION {{ ?it dcterms:isPartOf?/dcterms:isPartOf ?part . ?part a dip:Section ; rdfs:label ?value BIND("section" AS ?role) }}
            UNION {{ ?it dcterms:isPartOf?/dcterms:isPartOf?/dcterms:isPartOf ?value . ?value a schema:Article BIND("article" AS ?role) }}
            UNION {{ ?it dcterms:isPartOf?/dip:paragraph ?value BIND("paragraph" AS ?role) }}
            UNION {{ ?it dcterms:isPartOf? ?placed . ?placed a dip:Sentence ; schema:position ?value BIND("sentence" AS ?role) }}
            UNION {{ ?it dip:cites ?value BIND("cites" AS ?role) }}
            UNION {{ ?clause a dip:Clause ; dcterms:isPartOf ?it ; dip:cites ?value BIND("cites" AS ?role) }}
            UNION {{ ?it a dip:ReferenceEntry BIND(?it AS ?value) BIND("cites" AS ?role) }} }}"""

    found = _gathered(engine, sorted(iris), query)
    references = _references(engine, {cited for parts in found.values() for cited in parts.get("cites", ())})
    return {iri: _place(iri, found.get(iri, {}), references) for iri in iris}


def _place(iri: str, parts: _Parts, references: Mapping[str, Reference]) -> _Place:
    def first(role: str) -> str:
        return min(parts.get(role, ("",)))

    cited = [references[reference] for reference in parts.get("cites", ()) if reference in references]
    return _Place(
        article=first("article") or iri.rsplit("/", 1)[0],
        section=first("section") or first("own"),
        paragraph=int(first("paragraph")) if "paragraph" in parts else None,
        sentence=int(first("sentence")) if "sentence" in parts else None,
        references=tuple(sorted(cited, key=lambda reference: reference.number)),
    )


def _references(engine: Engine, iris: set[str]) -> dict[str, Reference]:
    """The references among `iris`, each with its line put together from what its entry says."""

    def query(chunk: str) -> str:
        return f"""{_PREFIXED} SELECT ?it ?role ?value WHERE {{ VALUES ?it {{ {chunk} }}
            {{ ?it schema:position ?value BIND("number" AS ?role) }}
            UNION {{ ?it dcterms:title ?value BIND("title" AS ?role) }}
            UNION {{ ?it dcterms:creator/rdfs:label ?value BIND("creator" AS ?role) }}
            UNION {{ ?it dcterms:publisher/rdfs:label ?value BIND("publisher" AS ?role) }}
            UNION {{ ?it dcterms:issued ?value BIND("issued" AS ?role) }}
            UNION {{ ?it bibo:locator ?value BIND("locator" AS ?role) }}
            UNION {{ ?it bibo:isbn13 ?value BIND("isbn" AS ?role) }}
            UNION {{ ?it schema:url ?value BIND("url" AS ?role) }}
            UNION {{ ?it dip:retrieved ?value BIND("retrieved" AS ?role) }} }}"""

    return {iri: _reference(parts) for iri, parts in _gathered(engine, sorted(iris), query).items() if "number" in parts}


def _reference(parts: _Parts) -> Reference:
    def joined(role: str, form: str = "{}") -> list[str]:
        return [form.format(", ".join(sorted(parts[role])))] if role in parts else []

    pieces = joined("creator") + joined("title", "“{}”") + joined("publisher") + joined("issued")
    pieces += joined("locator") + joined("isbn", "ISBN {}") + joined("retrieved", "retrieved {}")
    return Reference(int(min(parts["number"])), ", ".join(pieces), min(parts.get("url", ()), default=None))


def _chunks(iris: Sequence[str]) -> Iterator[str]:
    """`iris` as the text of VALUES rows, some hundred at a time."""
    for start in range(0, len(iris), CHUNK):
        yield " ".join(str(ox.NamedNode(iri)) for iri in iris[start : start + CHUNK])
