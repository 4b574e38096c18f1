"""The subcommands that check and keep: validate, coverage, export, build."""

from collections.abc import Callable
from pathlib import Path

import click

from kg.cli.shared import data_option, no_cache_option, opened, options, output_option, progress, write
from kg.errors import FileError
from kg.formats import RDF_FORMATS

_REPORTS = ("text", "json", "turtle", "github", "sarif")


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@options(data_option, output_option)
@click.option("--format", "format_name", type=click.Choice(_REPORTS), default="text", show_default=True)
@click.option("--all", "show_all", is_flag=True, help="Show warnings and infos too in text, not only their number.")
def validate(files: tuple[Path, ...], data: Path | None, output: Path | None, format_name: str, show_all: bool) -> None:
    """Check the data, or the given FILEs together, against the SHACL shapes and the ontology; exit 1 if they do not conform."""
    from kg import paths
    from kg.build import check
    from kg.cli.text import reported
    from kg.export import write_triples
    from kg.load import load, parse

    if files and data:
        raise click.UsageError("Give FILEs or --data, not both.")
    documents = [parse(file) for file in files] if files else load(data or paths.DATA)
    report = check(documents)
    written: dict[str, Callable[[], str]] = {
        "text": lambda: reported(report, show_all=show_all),
        "json": report.to_json,
        "turtle": lambda: write_triples(report.triples, "turtle").decode(),
        "github": report.to_github,
        "sarif": report.to_sarif,
    }
    write(written[format_name](), output)
    if not report.conforms:
        raise SystemExit(1)


@click.command()
@options(data_option, no_cache_option, output_option)
@click.option("--format", "format_name", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@click.option("--article", type=click.Path(path_type=Path), metavar="FILE", help="Your own copy of the article, shown in the HTML page.")
def coverage(data: Path | None, no_cache: bool, output: Path | None, format_name: str, article: Path | None) -> None:
    """Which sentences have facts and which facts a reference; exit 1 if a sentence has none."""
    from kg.coverage import summary, to_html
    from kg.load import read_text

    text = read_text(article) if article else None
    account = opened(data, no_cache=no_cache).coverage()
    misfits = account.misfits(text) if text is not None else 0
    if misfits:
        raise FileError(
            f"{article}: {misfits} of {len(account.sentences)} sentences are not where the data say; it is another text or revision."
        )
    if format_name == "html":
        write(to_html(account, text), output)
    else:
        write(account.to_json() if format_name == "json" else "\n".join(summary(account)), output)
    if account.bare:
        raise SystemExit(1)


@click.command()
@options(data_option, no_cache_option, output_option)
@click.option("--format", "format_name", metavar="FORMAT", help=f"{', '.join(RDF_FORMATS)}, or csv for a table of the facts.")
@click.option("--graph", "graphs", multiple=True, metavar="NAME", help="asserted (default), closure, ontology or all; may be repeated.")
def export(data: Path | None, no_cache: bool, output: Path | None, format_name: str | None, graphs: tuple[str, ...]) -> None:
    """Write the graph as Turtle, JSON-LD, N-Triples, N-Quads, TriG or RDF/XML, or its facts as CSV."""
    from kg.formats import find_format

    if format_name is None:
        format_name = output.suffix if output and output.suffix else "turtle"
    chosen = find_format(format_name).name
    wanted = ("asserted", "closure", "ontology") if "all" in graphs else (graphs or ("asserted",))
    write(opened(data, no_cache=no_cache).export(chosen, graphs=dict.fromkeys(wanted)), output)


@click.command()
@options(data_option)
@click.option("--rebuild", is_flag=True, help="Build even if the cache has it.")
@click.option("--reasoner", type=click.Choice(["rules", "owlrl"]), default="rules", show_default=True)
def build(data: Path | None, rebuild: bool, reasoner: str) -> None:
    """Load, validate and reason, and keep the dataset in the cache; print where it is."""
    from kg.build import build as run

    dataset = run(data, method=reasoner, rebuild=rebuild, progress=progress)
    if dataset.problem:
        raise FileError(dataset.problem)
    click.echo(dataset.path)
    if not dataset.fresh:
        click.echo("kg: it was there already; --rebuild builds it anew.", err=True)


COMMANDS = (validate, coverage, export, build)
