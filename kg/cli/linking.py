"""The subcommands of `kg wikidata`: who is which Wikidata item."""

import sys
from pathlib import Path

import click

from kg.cli.shared import data_option, no_cache_option, opened, options, output_option, write

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


def _by_name(output: Path | None) -> str | None:
    """The format that the name of a file tells, if any."""
    from kg.formats import find_format

    return find_format(output.suffix).name if output and output.suffix else None


COMMANDS = (wikidata,)
