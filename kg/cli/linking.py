"""The subcommands of `kg wikidata`: who is which Wikidata item."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import click

from kg.cli.interrupts import at_once
from kg.cli.shared import FILE, bundled, data_option, no_cache_option, opened, options, output_option, write
from kg.errors import counted

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph
    from kg.wikidata.client import Client

_FORMATS = ("table", "csv", "tsv", "json", "md")


@click.group()
def wikidata() -> None:
    """Links of the graph's things to Wikidata."""


@wikidata.command()
@options(data_option, no_cache_option, output_option)
@click.option("--format", "format_name", type=click.Choice(_FORMATS), help="table on a terminal, else csv.")
@click.option("--class", "kind", metavar="CLASS", help="Only things of this class: a label, a CURIE or an IRI.")
def links(data: Path | None, no_cache: bool, output: Path | None, format_name: str | None, kind: str | None) -> None:
    """Which thing is which Wikidata item, and which is none.

    As a table, with the coverage of each class.
    """
    graph = opened(data, no_cache=no_cache)
    at_once()
    rows = graph.link_rows(kind)
    chosen = format_name or _by_name(output) or ("table" if output is None and sys.stdout.isatty() else "csv")
    if chosen == "table":
        from kg.cli.text import linked, reached

        write(f"{linked(graph.links(kind))}\n{reached(graph.link_coverage(kind))}", output)
    else:
        write(rows.write(chosen), output)
    if not rows:
        click.echo("kg: no links." if kind is None else f"kg: no links of things of the class {kind!r}.", err=True)


endpoint_option = click.option(
    "--endpoint", metavar="URL", help="A Wikidata-like SPARQL endpoint; the public query service of Wikidata if left out."
)
refresh_option = click.option("--refresh", is_flag=True, help="Ask anew what is kept in the cache.")
offline_option = click.option("--offline", is_flag=True, help="Use kept answers only.")
findings_option = click.option("--format", "format_name", type=click.Choice(("text", "csv", "json")), default="text", show_default=True)


class _Findings(Protocol):
    """What is written as text, CSV or JSON."""

    def to_csv(self) -> str: ...
    def to_json(self) -> str: ...


def _write(found: _Findings, format_name: str, output: Path | None, text: Callable[[], str]) -> None:
    written = {"text": text, "csv": found.to_csv, "json": found.to_json}
    write(written[format_name](), output)


def asking(endpoint: str | None, refresh: bool, offline: bool) -> "Client":
    """What asks `endpoint`. Raises `NotAnEndpoint`."""
    from kg.endpoint import Endpoint
    from kg.wikidata.client import Client

    if refresh and offline:
        raise click.UsageError("Give --refresh or --offline, not both.")
    return Client(Endpoint(endpoint) if endpoint else None, refresh=refresh, offline=offline)


def close(client: "Client") -> None:
    """Say which answers were used that were kept from before, and exit with 1 if the endpoint was given up."""
    if client.unkept:
        click.echo(f"kg: warning: answers are not kept: {client.unkept}", err=True)
    if client.problem or client.oldest:
        problem = f"{client.problem} " if client.problem else ""
        since = f"Answers kept since {client.oldest:%Y-%m-%d} were used." if client.oldest else ""
        click.echo(f"kg: {problem}{since}".rstrip(), err=True)
    if client.problem:
        raise SystemExit(1)


class Both(NamedTuple):
    """Which graph, and which endpoint beside it, a command asks."""

    data: Path | None
    no_cache: bool
    endpoint: str | None
    refresh: bool
    offline: bool

    def client(self) -> "Client":
        """What asks the endpoint. Raises `NotAnEndpoint`."""
        return asking(self.endpoint, self.refresh, self.offline)

    def graph(self) -> "KnowledgeGraph":
        """The graph."""
        return opened(self.data, no_cache=self.no_cache)


asks_both = bundled("both", Both, data_option, no_cache_option, endpoint_option, refresh_option, offline_option)
"""A decorator that adds the options which name a graph and an endpoint, and hands them to the command as `both`."""


@wikidata.command()
@asks_both
@options(output_option)
@findings_option
@click.option("--all", "show_all", is_flag=True, help="Show what cannot be compared, too: facts about things without an item.")
def compare(
    both: Both,
    output: Path | None,
    format_name: str,
    show_all: bool,
) -> None:
    """The article's facts beside Wikidata's statements.

    Agreed, lacking there, said otherwise, or only there.
    """
    client = both.client()
    comparison = both.graph().compare(client)
    from kg.cli.text import compared

    _write(comparison, format_name, output, lambda: compared(comparison, show_all=show_all))
    close(client)


@wikidata.command()
@asks_both
@options(output_option)
@findings_option
def check(both: Both, output: Path | None, format_name: str) -> None:
    """Whether each linked item is still what it was.

    There, called so, and of a class that fits; exit 1 if not.
    """
    client = both.client()
    found = both.graph().check_links(client)
    from kg.cli.text import checked

    _write(found, format_name, output, lambda: checked(found))
    close(client)
    if found.problems:
        raise SystemExit(1)


@wikidata.command()
@click.argument("thing", required=False)
@asks_both
@options(output_option)
@findings_option
@click.option("--accept", "number", metavar="QNUMBER", help="Write that THING is this candidate into the table of links.")
@click.option("--author", metavar="IRI", help="Who answers for the accepted line: an IRI, or a CURIE of the table, as an ORCID.")
def suggest(
    thing: str | None,
    both: Both,
    output: Path | None,
    format_name: str,
    number: str | None,
    author: str | None,
) -> None:
    """Candidates for things without an item, or for THING.

    The best come first, with the reasons; none is accepted by itself. The score is a sum: 3 if our name is the label, 2 if it is an alias;
    2 if the class fits, -2 if it is that of other things; 1 for each linked thing that both are related to, at most 3.
    """
    if (number or author) and not (thing and number and author):
        raise click.UsageError("--accept takes a candidate of one THING, with --author.")
    client = both.client()
    graph = both.graph()
    found = graph.suggest(client, thing)
    if thing and number and author:
        from datetime import UTC, datetime

        from kg.wikidata.accept import accept

        close(client)
        today = datetime.now(UTC).date()
        link = accept(graph.link_sets, found, graph.resolve(thing), number, author, today, client.endpoint.url)
        click.echo(f"{link.place}: {link.subject_label} is {link.number}.")
        return
    from kg.cli.text import suggested

    _write(found, format_name, output, lambda: suggested(found))
    close(client)


@wikidata.command()
@asks_both
@options(output_option)
@click.option("--format", "format_name", type=click.Choice(("v1", "csv")), default="v1", help="v1 (default), tab-separated, or csv.")
@click.option("--uncited", is_flag=True, help="Also facts that the article gives no reference for, without one.")
def quickstatements(
    both: Both,
    output: Path | None,
    format_name: str,
    uncited: bool,
) -> None:
    """What Wikidata lacks and the article cites.

    As commands of QuickStatements, to be read before they are used.
    """
    client = both.client()
    found = both.graph().contributions(client, uncited=uncited)
    write(found.to_csv() if format_name == "csv" else found.to_v1(), output)
    for warning in found.warnings:
        click.echo(f"kg: warning: {warning}", err=True)
    if found.uncited:
        click.echo(f"kg: warning: facts written without a reference: {found.uncited}", err=True)
    reasons = "; ".join(f"{reason}: {count}" for reason, count in found.left_out.items())
    click.echo(f"kg: {counted(len(found.commands), 'command')}; left out of what Wikidata lacks: {reasons or 'nothing'}.", err=True)
    close(client)


@wikidata.command()
@asks_both
@click.option("-o", "--output", type=FILE, metavar="FILE", required=True, help="Write to FILE, as TriG.")
def enrich(both: Both, output: Path) -> None:
    """Labels, coordinates, codes and images of linked items.

    As a graph apart: `kg sparql --enriched FILE` asks it.
    """
    client = both.client()
    found = both.graph().enrichment(client)
    write(found.to_trig(), output)
    click.echo(f"kg: {counted(len(found.triples), 'triple')} about {counted(found.items, 'item')}.", err=True)
    close(client)


def _by_name(output: Path | None) -> str | None:
    """The format that the name of a file tells, if any."""
    from kg.formats import find_format

    return find_format(output.suffix).name if output and output.suffix else None


COMMANDS = (wikidata,)
