"""How far the links reach: of each class the things, and those that are linked, were looked for in vain, or had a candidate rejected."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from kg.engine import Engine, values
from kg.links.table import Link
from kg.names import Names
from kg.namespaces import ASSERTED_GRAPH, DIP, ID, OWL, PREFIXES, RDFS, SKOS
from kg.terms import Term

_NO_KINDS = (SKOS + "Concept", OWL + "AllDifferent", PREFIXES["prov"] + "Agent")
"""Classes that say nothing of what may have an item: topics, an axiom, and the role of one who says something."""
_NO_ENTITIES = (DIP + "ReportedFact", DIP + "TextSegment", DIP + "Section", PREFIXES["oa"] + "Annotation")


@dataclass(frozen=True, slots=True)
class Reach:
    """Of one class the number of things; of those with a match, and with none found; and of rejected candidates."""

    kind: Term
    things: int
    linked: int
    not_found: int
    rejected: int


@dataclass(frozen=True, slots=True)
class LinkCoverage:
    """The account by class, sorted by label. `unlooked` are the things that no link speaks of."""

    classes: tuple[Reach, ...]
    unlooked: tuple[Term, ...]

    @property
    def total(self) -> Reach:
        """The sums."""
        sums = [sum(getattr(reach, field) for reach in self.classes) for field in ("things", "linked", "not_found", "rejected")]
        return Reach(Term("", "all"), *sums)


def link_coverage(engine: Engine, names: Names, links: Iterable[Link], wanted: Collection[str] | None = None) -> LinkCoverage:
    """The account of `links` over the things of `engine` that can have an item, and those that have a link all the same.

    Only those of `wanted`, if given.
    """
    links = list(links)
    kinds = {thing: kind for thing, kind in kinds_of(engine, {link.subject for link in links}).items() if wanted is None or thing in wanted}
    names.labels([*kinds, *kinds.values()])
    matched = {link.subject for link in links if link.is_match}
    sought = {link.subject for link in links if link.item is None}
    by_kind: dict[str, list[str]] = {}
    for thing, kind in kinds.items():
        by_kind.setdefault(kind, []).append(thing)
    classes = [
        Reach(
            Term(kind, names.label(kind)),
            len(things),
            len(matched.intersection(things)),
            len(sought.intersection(things)),
            sum(link.negated and kinds.get(link.subject) == kind for link in links),
        )
        for kind, things in by_kind.items()
    ]
    unlooked = set(kinds) - {link.subject for link in links}
    return LinkCoverage(
        tuple(sorted(classes, key=lambda reach: reach.kind.label)), tuple(Term(thing, names.label(thing)) for thing in sorted(unlooked))
    )


def kinds_of(engine: Engine, more: Iterable[str] = ()) -> Mapping[str, str]:
    """The things that can have an item, and `more`, each with its asserted class, the first by IRI if there are several.

    Those are what is neither a fact, a segment, a note nor a topic, and what an article does not only speak of without a name (whose
    IRIs begin with its own); and representations, which are facts and institutions at once.
    """
    types: dict[str, set[str]] = {}
    told = f"SELECT ?thing ?kind WHERE {{ GRAPH <{ASSERTED_GRAPH}> {{ ?thing a ?kind ; <{RDFS}label> ?label }} FILTER(isIRI(?thing)) }}"
    for thing, kind in values(engine, told):
        types.setdefault(thing, set()).add(kind)
    classes = " ".join(f"<{iri}>" for iri in _NO_ENTITIES)
    others = {row[0] for row in values(engine, f"SELECT ?thing WHERE {{ VALUES ?kind {{ {classes} }} ?thing a ?kind }}")}
    missions = {row[0] for row in values(engine, f"SELECT ?thing WHERE {{ ?thing a <{DIP}Representation> }}")}
    articles = {row[0] for row in values(engine, f"SELECT ?thing WHERE {{ ?thing a <{PREFIXES['schema']}Article> }}")}
    own = tuple({article.rsplit("/", 1)[0] + "/" for article in articles} - {ID})
    things = {thing for thing in types if thing not in others and not thing.startswith(own)} | missions | articles | set(more)
    narrowed = {thing: sorted(types.get(thing, set()) - set(_NO_KINDS)) for thing in sorted(things)}
    return {thing: kinds[0] for thing, kinds in narrowed.items() if kinds}
