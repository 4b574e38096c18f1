"""The `kg` command: the only place that prints, reads arguments and sets exit codes.

Data go to standard output, messages to standard error. Exit code 0: yes; 1: the answer is no; 2: wrong usage or input.
What a command needs is imported when it runs.
"""

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from kg.errors import FileError, KgError, ParameterError, nearest
from kg.formats import RDF_FORMATS, ROW_FORMATS
from kg.version import __version__

if TYPE_CHECKING:
    from kg.graph import Answer, KnowledgeGraph
    from kg.query import StoredQuery


_REPORTS = ("text", "json", "turtle", "github", "sarif")


class _Failure(click.ClickException):
    """A `KgError` on its way to standard error."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]

    def show(self, file: Any = None) -> None:
        click.echo(f"kg: {self.message}", err=True)


class _Commands(click.Group):
    """A group that turns this package's errors, and a full or closed standard output, into one message and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except KgError as error:
            raise _Failure(str(error), error.exit_code) from error
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(0) from None
        except RecursionError as error:
            raise _Failure("The input is nested too deeply.", 2) from error
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise _Failure(f"{error.filename or 'standard output'}: {error.strerror}.", 2) from error
        return result

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            raise _Failure(f"{args[0]!r} is no command.{nearest(args[0], self.commands)} `kg --help` lists them.", 2)
        return super().resolve_command(ctx, args)


def _options(*chosen: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator that adds several options."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(chosen):
            command = option(command)
        return command

    return add


_data = click.option("--data", type=click.Path(path_type=Path), metavar="DIR", help="Folder with another relation's Turtle files.")
_engine = click.option("--engine", default="embedded", metavar="NAME", help="embedded (default) or rdflib.")
_output = click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to FILE, whole or not at all.")
_no_cache = click.option("--no-cache", is_flag=True, help="Neither read nor write a built dataset.")
_format = click.option("--format", "format_name", metavar="FORMAT", help=f"{', '.join(ROW_FORMATS)}; for a graph {', '.join(RDF_FORMATS)}.")
_iris = click.option("--iris", is_flag=True, help="Show CURIEs beside labels in a table.")


@click.group(cls=_Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="kg")
@_options(_data)
@click.pass_context
def cli(ctx: click.Context, data: Path | None) -> None:
    """Ask an encyclopedia article about the relations of two states, and see the sentence behind every answer."""
    if ctx.invoked_subcommand is None:
        from kg.cli.text import overview

        click.echo(overview(_open(data)))
    elif data is not None:
        raise click.UsageError(f"Put --data after the command: kg {ctx.invoked_subcommand} --data {data}")


def main() -> NoReturn:
    """Run the command and exit."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure") and (stream.encoding or "").lower() not in ("utf-8", "utf8"):
            stream.reconfigure(errors="replace")
    cli(prog_name="kg")
    raise SystemExit(0)


def _open(data: Path | None = None, engine: str = "embedded", no_cache: bool = False) -> "KnowledgeGraph":
    """The graph, with what had to be done for it told on standard error."""
    from kg.graph import KnowledgeGraph

    graph = KnowledgeGraph.open(data, engine=engine, cache=not no_cache, progress=_progress)
    if graph.dataset.problem:
        click.echo(f"kg: warning: the dataset is not cached: {graph.dataset.problem}", err=True)
    return graph


def _progress(line: str) -> None:
    """Show `line` in place of the one before, if a person is looking."""
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{line}", nl=line.startswith("built"), err=True)


def _write(text: str, output: Path | None) -> None:
    """`text` to a file, or to standard output."""
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
        return
    from kg.paths import written_whole

    with written_whole(output) as file:
        file.write(text.encode() if text.endswith("\n") else text.encode() + b"\n")


# ---- kg


# ---- kg query, show, sparql


@cli.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": True})
@click.argument("name")
@click.argument("parameters", nargs=-1, type=click.UNPROCESSED, metavar="[--PARAMETER VALUE]...")
@_options(_data, _engine, _no_cache, _format, _output, _iris)
@click.option("--cite", is_flag=True, help="Add the sentences and references that each row rests on.")
@click.pass_context
def query(
    ctx: click.Context,
    name: str,
    parameters: tuple[str, ...],
    data: Path | None,
    engine: str,
    no_cache: bool,
    format_name: str | None,
    output: Path | None,
    iris: bool,
    cite: bool,
) -> None:
    """Run the stored query NAME; `kg show NAME` tells its parameters."""
    graph = _open(data, engine, no_cache)
    stored = graph.queries[name]
    own = {option.removeprefix("--") for parameter in ctx.command.params for option in parameter.opts if option.startswith("--")}
    values = _pairs(stored, parameters, own)
    _answer(graph.query(name, **values), format_name, output, iris=iris, cite=cite, title=stored.question)


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


@cli.command()
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


@cli.command()
@click.argument("text", required=False)
@click.option(
    "-f", "--file", "path", type=click.Path(path_type=Path, allow_dash=True), help="Read the query from FILE (- for standard input)."
)
@click.option("--cite", is_flag=True, help="Add the sentences and references that each row rests on, as far as they can be found.")
@click.option("--allow-service", is_flag=True, help="Let the query reach other servers (SERVICE).")
@_options(_data, _engine, _no_cache, _format, _output, _iris)
def sparql(
    text: str | None,
    path: Path | None,
    cite: bool,
    allow_service: bool,
    data: Path | None,
    engine: str,
    no_cache: bool,
    format_name: str | None,
    output: Path | None,
    iris: bool,
) -> None:
    """Run a SPARQL query; the project's prefixes (dip:, id:, rdfs: …) need not be declared."""
    if (text is None) == (path is None):
        raise click.UsageError("Give the query as an argument, or a file with -f.")
    if path is not None:
        from kg.load import read_text

        text = sys.stdin.read() if str(path) == "-" else read_text(path)
    graph = _open(data, engine, no_cache)
    _answer(graph.sparql(text or "", reach_out=allow_service), format_name, output, iris=iris, cite=cite)


def _answer(answer: "Answer", format_name: str | None, output: Path | None, *, iris: bool, cite: bool, title: str = "") -> None:
    """Write an answer in its format, or the one that fits where it goes; a no of ASK exits with 1."""
    from kg.formats import find_format
    from kg.rows import Rows

    if format_name is None and output is not None and output.suffix:
        format_name = output.suffix
    chosen = find_format(format_name).name if format_name else None
    if isinstance(answer, bool):
        _write("true" if answer else "false", output)
        if not answer:
            raise SystemExit(1)
    elif isinstance(answer, Rows):
        rows = answer.cited() if cite else answer
        terminal = output is None and sys.stdout.isatty()
        if chosen == "table" or (chosen is None and terminal):
            from kg.cli.text import table

            _write((f"{title}\n\n" if title else "") + table(rows, iris=iris), output)
        else:
            _write(rows.write(chosen or "csv"), output)
        if not rows and terminal:
            click.echo("No rows.", err=True)
    else:
        if cite:
            click.echo("kg: warning: only the rows of a SELECT can be cited.", err=True)
        _write(answer.write(chosen or "turtle"), output)


# ---- kg describe


@cli.command()
@click.argument("thing")
@_options(_data, _engine, _no_cache)
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text", show_default=True)
def describe(thing: str, data: Path | None, engine: str, no_cache: bool, format_name: str) -> None:
    """Everything about one THING (a label, CURIE or IRI), each statement with its sentence and references."""
    graph = _open(data, engine, no_cache)
    description = graph.describe(thing)
    if format_name == "json":
        _write(description.to_json(), None)
    else:
        from kg.cli.text import described

        _write(described(description, graph), None)


# ---- kg explain


@cli.command()
@click.argument("subject")
@click.argument("predicate")
@click.argument("object_", metavar="OBJECT")
@_options(_data, _engine, _no_cache)
@click.option("--all", "every", is_flag=True, help="Every proof that does not go round in a circle, the shortest first.")
@click.option("--format", "format_name", type=click.Choice(["text", "json", "mermaid"]), default="text", show_default=True)
def explain(
    subject: str, predicate: str, object_: str, data: Path | None, engine: str, no_cache: bool, every: bool, format_name: str
) -> None:
    """Why the graph says SUBJECT PREDICATE OBJECT (labels, CURIEs or IRIs), down to the sentences; exit 1 if it does not."""
    explanation = _open(data, engine, no_cache).explain(subject, predicate, object_, every=every)
    if format_name == "json":
        _write(explanation.to_json(), None)
    elif format_name == "mermaid":
        _write(explanation.to_mermaid(), None)
    else:
        from kg.cli.text import explained

        _write(explained(explanation), None)
    if not explanation.proofs:
        raise SystemExit(1)


# ---- kg validate, export, build


@cli.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@_options(_data, _output)
@click.option(
    "--format", "format_name", type=click.Choice(["text", "json", "turtle", "github", "sarif"]), default="text", show_default=True
)
@click.option("--all", "show_all", is_flag=True, help="Show warnings and infos too in text, not only their number.")
def validate(files: tuple[Path, ...], data: Path | None, output: Path | None, format_name: str, show_all: bool) -> None:
    """Check the data, or the given FILEs together, against the SHACL shapes; exit 1 if they do not conform."""
    from kg import paths
    from kg.cli.text import reported
    from kg.export import write_triples
    from kg.load import load, parse
    from kg.validate import validate as run

    if files and data:
        raise click.UsageError("Give FILEs or --data, not both.")
    documents = [parse(file) for file in files] if files else load(data or paths.DATA)
    report = run(documents, parse(paths.ONTOLOGY), parse(paths.SHAPES))
    written: dict[str, Callable[[], str]] = {
        "text": lambda: reported(report, show_all=show_all),
        "json": report.to_json,
        "turtle": lambda: write_triples(report.triples, "turtle").decode(),
        "github": report.to_github,
        "sarif": report.to_sarif,
    }
    _write(written[format_name](), output)
    if not report.conforms:
        raise SystemExit(1)


@cli.command()
@_options(_data, _no_cache, _output)
@click.option("--format", "format_name", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@click.option("--article", type=click.Path(path_type=Path), metavar="FILE", help="Your own copy of the article, shown in the HTML page.")
def coverage(data: Path | None, no_cache: bool, output: Path | None, format_name: str, article: Path | None) -> None:
    """Which sentences have facts and which facts a reference; exit 1 if a sentence has none."""
    from kg.coverage import summary, to_html
    from kg.load import read_text

    text = read_text(article) if article else None
    account = _open(data, no_cache=no_cache).coverage()
    misfits = account.misfits(text) if text is not None else 0
    if misfits:
        raise FileError(
            f"{article}: {misfits} of {len(account.sentences)} sentences are not where the data say; it is another text or revision."
        )
    if format_name == "html":
        _write(to_html(account, text), output)
    else:
        _write(account.to_json() if format_name == "json" else "\n".join(summary(account)), output)
    if account.bare:
        raise SystemExit(1)


@cli.command()
@_options(_data, _no_cache, _output)
@click.option("--format", "format_name", metavar="FORMAT", help=f"{', '.join(RDF_FORMATS)}, or csv for a table of the facts.")
@click.option("--graph", "graphs", multiple=True, metavar="NAME", help="asserted (default), closure, ontology or all; may be repeated.")
def export(data: Path | None, no_cache: bool, output: Path | None, format_name: str | None, graphs: tuple[str, ...]) -> None:
    """Write the graph as Turtle, JSON-LD, N-Triples, N-Quads, TriG or RDF/XML, or its facts as CSV."""
    from kg.formats import find_format

    if format_name is None:
        format_name = output.suffix if output and output.suffix else "turtle"
    chosen = find_format(format_name).name
    wanted = ("asserted", "closure", "ontology") if "all" in graphs else (graphs or ("asserted",))
    _write(_open(data, no_cache=no_cache).export(chosen, graphs=dict.fromkeys(wanted)), output)


@cli.command()
@_options(_data)
@click.option("--rebuild", is_flag=True, help="Build even if the cache has it.")
@click.option("--reasoner", type=click.Choice(["rules", "owlrl"]), default="rules", show_default=True)
def build(data: Path | None, rebuild: bool, reasoner: str) -> None:
    """Load, validate and reason, and keep the dataset in the cache; print where it is."""
    from kg.build import build as run

    dataset = run(data, method=reasoner, rebuild=rebuild, progress=_progress)
    if dataset.problem:
        raise FileError(dataset.problem)
    click.echo(dataset.path)
    if not dataset.fresh:
        click.echo("kg: it was there already; --rebuild builds it anew.", err=True)
