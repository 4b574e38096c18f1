"""Who is which Wikidata item: the tables of links (SSSOM), their triples, and how far they reach."""

from kg.links.cells import CLOSE, EXACT
from kg.links.check import checked_links, link_triples, links_of
from kg.links.coverage import LinkCoverage, Reach, link_coverage
from kg.links.table import Link, LinkSet, parse_links, read_links, write_links

__all__ = [
    "CLOSE",
    "EXACT",
    "Link",
    "LinkCoverage",
    "LinkSet",
    "Reach",
    "checked_links",
    "link_coverage",
    "link_triples",
    "links_of",
    "parse_links",
    "read_links",
    "write_links",
]
