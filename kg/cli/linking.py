"""The subcommands of `kg wikidata`: who is which Wikidata item."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.shared import data_option, no_cache_option, opened, options, output_option, write

if TYPE_CHECKING:
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
    """Which thing is which Wikidata item, and which is none; as a table with the coverage of each class."""
    graph = opened(data, no_cache=no_cache)
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


@wikidata.command()
@options(data_option, no_cache_option, output_option, endpoint_option, refresh_option, offline_option)
@click.option("--format", "format_name", type=click.Choice(("text", "csv", "json")), help="text (default), csv or json.")
@click.option("--all", "show_all", is_flag=True, help="Show what cannot be compared, too: facts about things without an item.")
def compare(
    data: Path | None,
    no_cache: bool,
    output: Path | None,
    endpoint: str | None,
    refresh: bool,
    offline: bool,
    format_name: str | None,
    show_all: bool,
) -> None:
    """The article's facts beside Wikidata's statements: agreed, lacking there, said otherwise, or only there."""
    client = asking(endpoint, refresh, offline)
    comparison = opened(data, no_cache=no_cache).compare(client)
    if format_name == "json":
        write(comparison.to_json(), output)
    elif format_name == "csv":
        write(comparison.to_csv(), output)
    else:
        from kg.cli.text import compared

        write(compared(comparison, show_all=show_all), output)
    close(client)


@wikidata.command()
@options(data_option, no_cache_option, output_option, endpoint_option, refresh_option, offline_option)
@click.option("--format", "format_name", type=click.Choice(("v1", "csv")), default="v1", help="v1 (default), tab-separated, or csv.")
@click.option("--uncited", is_flag=True, help="Also facts that the article gives no reference for, without one.")
def quickstatements(
    data: Path | None,
    no_cache: bool,
    output: Path | None,
    endpoint: str | None,
    refresh: bool,
    offline: bool,
    format_name: str,
    uncited: bool,
) -> None:
    """What Wikidata lacks and the article cites, as commands of QuickStatements, to be read before they are used."""
    client = asking(endpoint, refresh, offline)
    found = opened(data, no_cache=no_cache).contributions(client, uncited=uncited)
    write(found.to_csv() if format_name == "csv" else found.to_v1(), output)
    for warning in found.warnings:
        click.echo(f"kg: warning: {warning}", err=True)
    if found.uncited:
        click.echo(f"kg: warning: facts written without a reference: {found.uncited}", err=True)
    reasons = "; ".join(f"{reason}: {count}" for reason, count in found.left_out.items())
    click.echo(f"kg: {len(found.commands)} commands; left out of what Wikidata lacks: {reasons or 'nothing'}.", err=True)
    close(client)


@wikidata.command()
@options(data_option, no_cache_option, endpoint_option, refresh_option, offline_option)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", required=True, help="Write to FILE, as TriG.")
def enrich(data: Path | None, no_cache: bool, output: Path, endpoint: str | None, refresh: bool, offline: bool) -> None:
    """Labels, coordinates, ISO codes and images of the linked items, as a graph apart: `kg sparql --enriched FILE` asks it."""
    client = asking(endpoint, refresh, offline)
    found = opened(data, no_cache=no_cache).enrichment(client)
    write(found.to_trig(), output)
    click.echo(f"kg: {len(found.triples)} triples about {found.items} items.", err=True)
    close(client)


def _by_name(output: Path | None) -> str | None:
    """The format that the name of a file tells, if any."""
    from kg.formats import find_format

    return find_format(output.suffix).name if output and output.suffix else None


COMMANDS = (wikidata,)
