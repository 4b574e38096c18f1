"""Links as rows of a table."""

from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from kg.links.cells import CLOSE, EXACT
from kg.links.table import Link
from kg.namespaces import PREFIXES, SEMAPV, XSD
from kg.rows import Rows, Solutions, Values

PREDICATE_LABELS: Mapping[str, str] = {EXACT: "exact match", CLOSE: "close match"}


def said(link: Link) -> str:
    """What the link says, in words: `exact match`, `not exact match` of a rejected candidate, `none found`."""
    if link.item is None:
        return "none found"
    return ("not " if link.negated else "") + PREDICATE_LABELS[link.predicate]


def link_rows(links: Iterable[Link], prefixes: Mapping[str, str] = PREFIXES) -> Rows:
    """One row for each link, in their order: thing, predicate, item and its label, confidence, justification and comment."""
    links = list(links)
    labels = {link.subject: link.subject_label for link in links} | {link.item: link.number for link in links if link.item}
    terms = [
        (
            ox.NamedNode(link.subject),
            ox.Literal(said(link)),
            ox.NamedNode(link.item) if link.item else None,
            ox.Literal(link.item_label) if link.item_label else None,
            ox.Literal(format(link.confidence, "f"), datatype=ox.NamedNode(XSD + "decimal")),
            ox.Literal(link.justification.removeprefix(SEMAPV)),
            ox.Literal(link.comment),
        )
        for link in links
    ]
    columns = ("thing", "predicate", "item", "item_label", "confidence", "justification", "comment")
    return Rows(Solutions.from_terms(columns, terms), Values(lambda iris: labels, prefixes))
