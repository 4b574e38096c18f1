"""The subcommands that ask: query, show, sparql, describe, explain."""

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.interrupts import at_once
from kg.cli.linking import asking, close, offline_option, refresh_option
from kg.cli.shared import (
    Source,
    as_of_option,
    asks_a_graph,
    content_at,
    enriched_option,
    format_option,
    iris_option,
    options,
    output_option,
    write,
)
from kg.errors import FormatError, ParameterError, counted, nearest
from kg.formats import RDF_FORMATS, ROW_FORMATS
from kg.terms import Term

if TYPE_CHECKING:
    from kg.graph import Answer, KnowledgeGraph
    from kg.query import StoredQuery
    from kg.rows import Rows
    from kg.wikidata.client import Client


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": True})
@click.argument("name")
@click.argument("parameters", nargs=-1, type=click.UNPROCESSED, metavar="[--PARAMETER VALUE]...")
@asks_a_graph
@options(format_option, output_option, iris_option, as_of_option, enriched_option)
@click.option("--cite", is_flag=True, help="Add the sentences and references that each row rests on.")
@click.option("--limit", type=click.IntRange(0), metavar="N", help="At most N rows.")
@click.option("--offset", type=click.IntRange(0), metavar="N", help="Leave out the first N rows.")
@click.option("--allow-service", is_flag=True, help="Let a query that is tagged federated ask the other server.")
@options(refresh_option, offline_option)
@click.pass_context
def query(
    ctx: click.Context,
    name: str,
    parameters: tuple[str, ...],
    source: Source,
    format_name: str | None,
    output: Path | None,
    iris: bool,
    day: str | None,
    cite: bool,
    limit: int | None,
    offset: int | None,
    enriched: Path | None,
    allow_service: bool,
    refresh: bool,
    offline: bool,
) -> None:
    """Run the stored query NAME.

    `kg show NAME` tells its parameters.
    """
    graph = source.opened(day, enriched)
    stored = graph.queries[name]
    own = {option.removeprefix("--") for parameter in ctx.command.params for option in parameter.opts if option.startswith("--")}
    values = _pairs(stored, parameters, own)
    if (refresh or offline) and not stored.federated:
        raise click.UsageError(f"--refresh and --offline are for queries that ask another server; {name} asks none.")
    if stored.federated and (limit, offset) != (None, None):
        raise click.UsageError(f"--limit and --offset are for queries that ask no other server; {name} asks one.")
    if not stored.federated:
        at_once()
    asked: list[Client] = []

    def reach(address: str) -> "Client":
        asked.append(asking(address, refresh, offline))
        return asked[-1]

    _answer(
        graph.federated(name, reach, **values)
        if stored.federated and (allow_service or offline)
        else graph.query(name, limit=limit, offset=offset, **values),
        format_name,
        output,
        iris=iris,
        grounds=(lambda: graph.grounds(graph.bound(name, **values))) if cite else None,
        title=f"{stored.question}{f' As of {graph.day}.' if graph.day else ''}",
        asked_about=lambda: _things(graph, stored, values),
    )
    for client in asked:
        close(client)


def _things(graph: "KnowledgeGraph", stored: "StoredQuery", values: Mapping[str, str]) -> str:
    """The things among `values` with what they are: where nothing is known of them, another may have been meant."""
    from kg.namespaces import ASSERTED_GRAPH
    from kg.rows import Rows

    told = []
    for name in (name for name in values if stored.parameters[name].type == "iri"):
        thing = graph.resolve(values[name])
        classes = graph.sparql(f"SELECT ?class WHERE {{ GRAPH <{ASSERTED_GRAPH}> {{ <{thing.iri}> a ?class }} }} ORDER BY ?class")
        labels = [value.label for row in classes for value in row if isinstance(value, Term)] if isinstance(classes, Rows) else []
        told.append(f"--{name} is {thing.label}" + (f" ({', '.join(labels)})" if labels else ""))
    return f" {'; '.join(told)}." if told else ""


def _pairs(stored: "StoredQuery", arguments: Iterable[str], own: Iterable[str]) -> dict[str, str]:
    """The values by parameter in `--name value` and `--name=value`. Raises `ParameterError`."""
    values: dict[str, str] = {}
    rest = iter(arguments)
    for argument in rest:
        if not argument.startswith("--"):
            raise ParameterError(f"{argument!r} belongs to no parameter; write --NAME {argument!r}. {stored.usage()}")
        name, equals, value = argument[2:].partition("=")
        if name not in stored.parameters:
            hint = nearest(f"--{name}", [f"--{known}" for known in (*stored.parameters, *own)])
            raise ParameterError(f"Query {stored.name} has no parameter --{name}.{hint} {stored.usage()}")
        if name in values:
            raise ParameterError(f"--{name} is given twice.")
        if not equals:
            value = next(rest, "")
            if not value or value.startswith("--"):
                raise ParameterError(f"--{name} needs a value. {stored.usage()}")
        values[name] = value
    return values


@click.command()
@click.argument("name")
def show(name: str) -> None:
    """Print the stored query NAME: its header and its text."""
    from kg import paths
    from kg.query import Catalogue, type_name

    stored = Catalogue(paths.QUERIES)[name]
    click.echo(stored.text, nl=not stored.text.endswith("\n"))
    click.echo(stored.usage(), err=True)
    for parameter in stored.parameters.values():
        click.echo(f"  --{parameter.name}: {stored.descriptions[parameter.name]} ({type_name(parameter.type)})", err=True)


@click.command()
@click.argument("text", required=False)
@click.option(
    "-f", "--file", "path", type=click.Path(path_type=Path, allow_dash=True), help="Read the query from FILE (- for standard input)."
)
@click.option("--cite", is_flag=True, help="Add the sentences and references that each row rests on, as far as they can be found.")
@click.option("--allow-service", is_flag=True, help="Let the query reach other servers (SERVICE).")
@asks_a_graph
@options(format_option, output_option, iris_option, enriched_option)
def sparql(
    text: str | None,
    path: Path | None,
    cite: bool,
    allow_service: bool,
    source: Source,
    format_name: str | None,
    output: Path | None,
    iris: bool,
    enriched: Path | None,
) -> None:
    """Run a SPARQL query.

    The project's prefixes (dip:, id:, rdfs: …) need not be declared.
    """
    if (text is None) == (path is None):
        raise click.UsageError("Give the query as an argument, or a file with -f.")
    if path is not None:
        from kg.load import decoded

        text = decoded(*content_at(path))
    graph = source.opened(enriched=enriched)
    at_once()
    question = text or ""
    answer = graph.sparql(question, reach_out=allow_service)
    _answer(answer, format_name, output, iris=iris, grounds=(lambda: graph.grounds(question, reach_out=allow_service)) if cite else None)


def _answer(
    answer: "Answer",
    format_name: str | None,
    output: Path | None,
    *,
    iris: bool,
    grounds: "Callable[[], Rows] | None",
    title: str = "",
    asked_about: Callable[[], str] = str,
) -> None:
    """Write an answer in its format, or the one that fits where it goes, cited if there are `grounds`: what makes an ASK true.

    A no of ASK exits with 1. Where there are no rows, `asked_about` tells of what.
    """
    from kg.formats import find_format
    from kg.rows import Rows

    if format_name is None and output is not None and output.suffix:
        format_name = output.suffix
    chosen = find_format(format_name).name if format_name else None
    if isinstance(answer, bool):
        _write_bool(answer, chosen or "table", output, grounds)
    elif isinstance(answer, Rows):
        _write_rows(answer.cited() if grounds else answer, chosen, output, iris=iris, title=title, asked_about=asked_about)
    else:
        write((answer.cited() if grounds else answer).write(chosen or "turtle"), output)
        if not answer:
            click.echo("No triples.", err=True)
        without = sum(not citations for citations in answer.citations()) if grounds else 0
        if without:
            click.echo(f"kg: no sentence was found for {without} of {counted(len(answer), 'triple')}.", err=True)


def _write_bool(answer: bool, chosen: str, output: Path | None, grounds: "Callable[[], Rows] | None") -> None:
    """Write the answer of an ASK; with `grounds` a yes with the sentences that it rests on. Raises `FormatError`."""
    if chosen not in ROW_FORMATS:
        raise FormatError(f"A yes or no cannot be written as {chosen!r}. Known: {', '.join(ROW_FORMATS)}.")
    if grounds and chosen not in ("table", "json"):
        raise FormatError(f"{chosen} has no place for the sources of a yes or no: take --format json or table, or leave out --cite.")
    word = str(answer).lower()
    written: dict[str, Callable[[], str]] = {
        "srj": lambda: f'{{"head":{{}},"boolean":{word}}}',
        "json": lambda: _bool_as_json(answer, grounds),
        "table": lambda: _bool_as_text(answer, grounds),
    }
    write(written.get(chosen, lambda: word)(), output)
    if not answer:
        click.echo("kg: the graph does not say so, which is not to say that it is not so.", err=True)
        raise SystemExit(1)


def _bool_as_json(answer: bool, grounds: "Callable[[], Rows] | None") -> str:
    """A JSON object: the truth value, and if there are `grounds` each citation once."""
    import json

    document: dict[str, object] = {"boolean": answer}
    if grounds:
        cited = dict.fromkeys(citation for row in (grounds() if answer else ()) for citation in row.citations)
        document["citations"] = [citation.as_dict() for citation in cited]
    return json.dumps(document, ensure_ascii=False, indent=2 if grounds else None)


def _bool_as_text(answer: bool, grounds: "Callable[[], Rows] | None") -> str:
    """A word, and below a yes its sources if there are `grounds`."""
    if not (answer and grounds):
        return str(answer).lower()
    from kg.cli.text import grounded

    return "true\n\n" + grounded(grounds())


def _write_rows(rows: "Rows", chosen: str | None, output: Path | None, *, iris: bool, title: str, asked_about: Callable[[], str]) -> None:
    """Write rows, as a table with their title where a person looks; say if there are none, or for how many no sentence was found."""
    if chosen in RDF_FORMATS:
        raise FormatError(f"Rows cannot be written as {chosen!r}. Known: {', '.join(ROW_FORMATS)}.")
    terminal = output is None and sys.stdout.isatty()
    if chosen == "table" or (chosen is None and terminal):
        from kg.cli.text import table

        write(table(rows, iris=iris, title=title), output)
    else:
        write(rows.write(chosen or "csv"), output)
    if not rows:
        click.echo(f"No rows.{asked_about()}", err=True)
    without = sum(not row.citations for row in rows) if rows.has_citations else 0
    if without:
        click.echo(f"kg: no sentence was found for {without} of {counted(len(rows), 'row')}.", err=True)


# ---- kg describe


@click.command()
@click.argument("thing")
@asks_a_graph
@options(as_of_option)
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text", show_default=True)
def describe(thing: str, source: Source, day: str | None, format_name: str) -> None:
    """Everything about one THING, with its sources.

    THING is a label, a CURIE or an IRI. Each statement has its sentence, voice and references; what only others say stands apart.
    --format json has the digests of a sentence, too.
    """
    graph = source.opened(day)
    at_once()
    description = graph.describe(thing)
    if format_name == "json":
        write(description.to_json(), None)
    else:
        from kg.cli.text import described

        write(described(description), None)


# ---- kg explain


@click.command()
@click.argument("subject")
@click.argument("predicate")
@click.argument("object_", metavar="OBJECT")
@asks_a_graph
@click.option("--all", "every", is_flag=True, help="Every proof that does not go round in a circle, the shortest first.")
@click.option("--format", "format_name", type=click.Choice(["text", "json", "turtle", "mermaid"]), default="text", show_default=True)
def explain(subject: str, predicate: str, object_: str, source: Source, every: bool, format_name: str) -> None:
    """Why the graph says SUBJECT PREDICATE OBJECT.

    Each is a label, a CURIE or an IRI. The proof goes down to the sentences. Exit 1 if the graph does not say so; if somebody is quoted
    with it, that is told.
    """
    from kg.cli.text import explained

    graph = source.opened()
    at_once()
    explanation = graph.explain(subject, predicate, object_, every=every)
    written: dict[str, Callable[[], str]] = {
        "text": lambda: explained(explanation),
        "json": explanation.to_json,
        "turtle": lambda: explanation.to_turtle(graph.prefixes),
        "mermaid": explanation.to_mermaid,
    }
    write(written[format_name](), None)
    if not explanation.proofs:
        raise SystemExit(1)


COMMANDS = (query, show, sparql, describe, explain)
