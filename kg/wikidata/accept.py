"""A candidate that somebody accepts becomes a line of the table of links."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from kg.errors import LinkError
from kg.links import EXACT, Link, LinkSet, write_links
from kg.links.consistency import inconsistencies
from kg.namespaces import SEMAPV, expand
from kg.terms import Term
from kg.wikidata.suggest import Candidate, Suggestions

_CONFIDENCE = Decimal("0.9")
"""That of an item which was itself looked at (docs/wikidata.md)."""


def accept(tables: Sequence[LinkSet], suggestions: Suggestions, thing: Term, number: str, author: str, today: date, where: str) -> Link:
    """Write that `thing` is its candidate `number`, in place of the line that none was found; the line as it stands now.

    `author` is an IRI or a CURIE of the table, `where` the address that was asked. Raises `LinkError`, before anything is written, for
    what is no candidate, or would contradict another line; `FileError` if the table cannot be written.
    """
    candidate = _candidate(suggestions, thing, number)
    if not tables:
        raise LinkError([f"There is no table of links (*.sssom.tsv) to write {number} to; add one with its header."])
    before = {link.subject: (table, link) for table in tables for link in table.links if link.item is None}
    table, replaced = before.get(thing.iri, (tables[0], None))
    changed = table.with_link(_link(table, candidate, author, today, where), replaced)
    others = [link for other in tables if other is not table for link in other.links]
    problems = list(inconsistencies([*others, *changed.links]))
    if problems:
        raise LinkError(problems)
    write_links(changed)
    return next(link for link in changed.links if link.is_match and (link.subject, link.item) == (thing.iri, candidate.item))


def _candidate(suggestions: Suggestions, thing: Term, number: str) -> Candidate:
    candidates = {one.number: one for one in suggestions.of(thing)}
    if number not in candidates:
        why = [one.why for one in suggestions.left_out if one.thing.iri == thing.iri and one.item.endswith(f"/{number}")]
        known = f"the candidates are {', '.join(candidates)}" if candidates else "there is none"
        raise LinkError([f"{number} is no candidate for {thing.label}: {why[0] if why else known}."])
    return candidates[number]


def _link(table: LinkSet, candidate: Candidate, author: str, today: date, where: str) -> Link:
    iri = expand(author, table.prefixes)
    if iri is None:
        raise LinkError([f"{table.path}: the author {author!r} is neither an IRI nor a CURIE of the curie_map."])
    comment = f"Accepted from the candidates of {where}: {'; '.join(candidate.reasons)}; score {candidate.score}."
    justification = SEMAPV + "ManualMappingCuration"
    return Link(
        candidate.thing.iri,
        candidate.thing.label,
        EXACT,
        negated=False,
        item=candidate.item,
        item_label=candidate.label,
        justification=justification,
        authors=(iri,),
        source="",
        date=today,
        confidence=_CONFIDENCE,
        comment=comment,
    )
