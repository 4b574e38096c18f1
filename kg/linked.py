"""The share of `KnowledgeGraph` that has to do with Wikidata: the tables of links, and what is asked of an endpoint by them."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kg import paths
from kg.engine import Engine, values
from kg.errors import text_of
from kg.names import Names
from kg.rows import Rows
from kg.terms import Term

if TYPE_CHECKING:
    from kg.links import Link, LinkCoverage, LinkSet
    from kg.wikidata.check import LinkCheck
    from kg.wikidata.client import Client
    from kg.wikidata.compare import Comparison, Told
    from kg.wikidata.enrich import Enrichment
    from kg.wikidata.mapping import Mappings
    from kg.wikidata.quickstatements import Contributions
    from kg.wikidata.suggest import Suggestions


class Linked:
    """A graph whose things are linked to Wikidata items."""

    engine: Engine
    prefixes: Mapping[str, str]
    _names: Names
    _links: Path

    def resolve(self, name: str | Term) -> Term:
        """The thing that `name` stands for: its label or other name, CURIE, IRI or Wikidata number.

        Raises `UnknownName` with the nearest names, or `AmbiguousName` with the candidates.
        """
        iri = self._names.resolve(called(name))
        return Term(iri, self._names.label(iri))

    @cached_property
    def link_sets(self) -> "tuple[LinkSet, ...]":
        """The tables of links that were built in, read when first asked for. Raises `FileError`, `ParseError` or `LinkError`."""
        from kg.links import read_links
        from kg.load import link_files

        return tuple(read_links(path) for path in link_files(self._links))

    def links(self, kind: str | Term | None = None) -> "tuple[Link, ...]":
        """The lines of the tables of links: matches, rejected candidates, none found; of the things of the class `kind`, if given.

        Raises as `resolve` does, and `LinkError`.
        """
        wanted = self._instances(kind)
        return tuple(link for table in self.link_sets for link in table.links if wanted is None or link.subject in wanted)

    def link_rows(self, kind: str | Term | None = None) -> Rows:
        """`links` as rows: thing, predicate, item, item_label, confidence, justification, comment."""
        from kg.links.show import link_rows

        return link_rows(self.links(kind), self.prefixes)

    def link_coverage(self, kind: str | Term | None = None) -> "LinkCoverage":
        """How many things of each class are linked, were looked for in vain, or had a candidate rejected."""
        from kg.links import link_coverage

        return link_coverage(self.engine, self._names, self.links(), self._instances(kind))

    def compare(self, client: "Client") -> "Comparison":
        """The article's facts beside the statements of the Wikidata-like endpoint that `client` asks. Raises `EndpointError`."""
        from kg.wikidata.compare import compare

        return compare(self._told, self._names, client, self._mappings)

    @cached_property
    def _told(self) -> "Told":
        from kg.wikidata.compare import told

        return told(self.engine, self._mappings)

    @cached_property
    def _mappings(self) -> "Mappings":
        from kg.load import parse
        from kg.wikidata.mapping import read_mappings

        return read_mappings(parse(paths.MAPPINGS))

    def check_links(self, client: "Client") -> "LinkCheck":
        """What the Wikidata-like endpoint that `client` asks says of the items of `links`. Raises `EndpointError`."""
        from kg.wikidata.check import check_links

        return check_links(self.engine, self.links(), client, self._mappings)

    def suggest(self, client: "Client", thing: str | Term | None = None) -> "Suggestions":
        """The candidates that `client` finds for things without an item, or for `thing`. Raises as `resolve` does; `EndpointError`."""
        from kg.wikidata.suggest import suggest

        wanted = None if thing is None else self.resolve(thing).iri
        return suggest(self.engine, self._names, self.links(), client, self._mappings, wanted)

    def contributions(self, client: "Client", *, uncited: bool = False) -> "Contributions":
        """What Wikidata lacks and the article cites, as QuickStatements commands; with `uncited` what it does not cite, too.

        Raises `EndpointError`.
        """
        from kg.wikidata.quickstatements import contributions

        return contributions(self.engine, self.compare(client), uncited=uncited)

    def enrichment(self, client: "Client") -> "Enrichment":
        """Labels, coordinates, codes and images of the linked items, as `client` finds them. Raises `EndpointError`."""
        from kg.wikidata.enrich import enrichment

        return enrichment(self.engine, client)

    def _instances(self, kind: str | Term | None) -> set[str] | None:
        """The things of a class; None, for all, of no class."""
        if kind is None:
            return None
        iri = self.resolve(kind).iri
        return {row[0] for row in values(self.engine, f"SELECT ?thing WHERE {{ ?thing a <{iri}> }}")}


def called(name: object) -> str:
    """The name, or the IRI of the `Term`, that a thing is called by. Raises `ParameterError` for anything else."""
    return text_of(name.iri if isinstance(name, Term) else name, "The name of a thing (its label, CURIE or IRI)")
