"""The subcommands that check and keep: validate, export, build."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg import paths
from kg.cli.interrupts import at_once
from kg.cli.shared import (
    FILE,
    FOLDER,
    Source,
    asks_a_graph,
    binary,
    data_option,
    endpoint_option,
    options,
    output_option,
    progress,
    store_option,
    write,
)
from kg.config import target
from kg.errors import FileError, counted
from kg.formats import RDF_FORMATS

if TYPE_CHECKING:
    from kg.validate import Report

_MOST_NAMED = 5
_REPORTS = ("text", "json", "turtle", "github", "sarif")


@click.command()
@click.argument("files", nargs=-1, type=FILE, metavar="[FILE]...")
@options(data_option, store_option, endpoint_option, output_option)
@click.option("--format", "format_name", type=click.Choice(_REPORTS), default="text", show_default=True)
@click.option("--all", "show_all", is_flag=True, help="Show warnings and infos too in text, not only their number.")
@click.option("--method", type=click.Choice(["pyshacl", "sparql"]), help="How the shapes are asked; by default sparql from 0.3 MB on.")
def validate(
    files: tuple[Path, ...],
    data: Path | None,
    store: Path | None,
    endpoint: str | None,
    output: Path | None,
    format_name: str,
    show_all: bool,
    method: str | None,
) -> None:
    """Check data against the SHACL shapes and the ontology.

    Exit 1 if the data, or the given FILEs together, do not conform. FILEs may be of any RDF format, also .gz or .zst, or folders of them.
    The tables of links beside the data are checked too; exit 2 if one is wrong. What a store or a server has is checked where it is.
    """
    from kg.cli.text import reported
    from kg.export import write_triples

    if sum(map(bool, (files, data, store or endpoint))) > 1:
        raise click.UsageError("Give FILEs, or --data, or --store or --endpoint: one of them.")
    folder = data or paths.DATA
    in_place = target(None, store, endpoint, alone=bool(files or data)).engine in ("disk", "remote")
    if in_place:
        if method == "pyshacl":
            raise click.UsageError("A store or a server is asked by SPARQL: leave out --method pyshacl.")
        report = Source(store=store, endpoint=endpoint).opened().validate()
    else:
        report = _report(files, folder, method, graph=format_name == "turtle")
    written: dict[str, Callable[[], str]] = {
        "text": lambda: reported(report, show_all=show_all),
        "json": report.to_json,
        "turtle": lambda: write_triples(report.triples, "turtle").decode(),
        "github": report.to_github,
        "sarif": report.to_sarif,
    }
    write(written[format_name](), output)
    if not files and not in_place:
        _check_links(folder)
    if not report.conforms:
        raise SystemExit(1)


def _check_links(folder: Path) -> None:
    """Raise `LinkError` for a table of links beside the data that is wrong."""
    from kg.links import links_of
    from kg.load import data_files, link_files
    from kg.namespaces import RDFS
    from kg.sources import Reading, sources

    if link_files(folder):
        triples = (triple for source in sources(data_files(folder)) for triple in Reading(source))
        links_of(folder, (triple for triple in triples if triple.predicate.value == RDFS + "label"))


def _report(given: Sequence[Path], folder: Path, method: str | None, *, graph: bool) -> "Report":
    """The report on the files and folders given, else on a folder of data."""
    from kg.at_size import STREAMED, method_for, size_of, validate_files
    from kg.build import check
    from kg.load import data_files, parse
    from kg.sources import sources

    found = sources(given or data_files(folder))
    _tell_left_out(given)
    files = [source.path for source in found]
    chosen = method or method_for(files)
    if method is None and chosen == "sparql":
        click.echo("kg: the data are large: the shapes are asked by SPARQL (--method pyshacl for the reference)", err=True)
    if chosen == "sparql" and size_of(files) >= STREAMED:
        from kg.cli.watching import Bar

        with Bar() as bar:
            return validate_files(found, parse(paths.ONTOLOGY), parse(paths.SHAPES), graph=graph, watch=bar)
    at_once()
    documents = [parse(file) for file in files]
    if not any(document.triples for document in documents):
        raise FileError(f"{', '.join(map(str, files))}: no triple to check.")
    return check(documents, chosen)


@click.command()
@asks_a_graph
@options(output_option)
@click.option("--format", "format_name", metavar="FORMAT", help=f"{', '.join(RDF_FORMATS)}, or csv for a table of the facts.")
@click.option("--graph", "graphs", multiple=True, metavar="NAME", help="asserted (default), closure, ontology, links, all; repeatable.")
def export(source: Source, output: Path | None, format_name: str | None, graphs: tuple[str, ...]) -> None:
    """Write the graph in an RDF format, or its facts as CSV."""
    from kg.formats import find_format

    if format_name is None:
        format_name = output.suffix if output and output.suffix else "turtle"
    chosen = find_format(format_name, (*RDF_FORMATS, "csv")).name
    if chosen == "csv" and graphs:
        raise click.UsageError("The table of the facts is that of the whole graph: leave out --graph, or take another --format.")
    graph = source.opened()
    at_once()
    with binary(output) as file:
        graph.export_to(file, chosen, graphs=graphs or ("asserted",))


@click.command()
@click.argument("files", nargs=-1, type=FILE, metavar="[FILE]...")
@options(data_option)
@click.option(
    "--store",
    type=FOLDER,
    metavar="DIR",
    help="Build a store on disk in DIR from the FILEs, or the folders of them; any RDF format, also .gz or .zst.",
)
@click.option("--no-validate", is_flag=True, help="With --store: leave out the check against the shapes.")
@click.option("--rebuild", is_flag=True, help="Build even if the cache has it.")
@click.option("--reasoner", type=click.Choice(["rules", "owlrl"]), help="rules (default) or owlrl, for a dataset in the cache.")
def build(files: tuple[Path, ...], data: Path | None, store: Path | None, no_validate: bool, rebuild: bool, reasoner: str | None) -> None:
    """Load, validate and reason, and keep the dataset.

    It is kept in the cache, or with --store in a folder on disk; where it is is printed.
    """
    if store is not None:
        if rebuild or reasoner:
            raise click.UsageError("A store is always built anew, by the rules: leave out --rebuild and --reasoner.")
        if files and data:
            raise click.UsageError("Give FILEs or --data, not both.")
        if not (files or data):
            _refuse_another(store)
        _build_store(store, files or (data or paths.DATA,), validate=not no_validate)
        return
    if files or no_validate:
        raise click.UsageError("FILEs are built into a store on disk: add --store DIR. A folder for the cache is --data DIR.")
    _build_for_cache(data, reasoner or "rules", rebuild=rebuild)


def _build_for_cache(data: Path | None, method: str, *, rebuild: bool) -> None:
    """Build a dataset into the cache, and say where it is; and if something else is asked by default."""
    from kg.build import build as run

    dataset = run(data, method=method, rebuild=rebuild, progress=progress)
    if dataset.problem:
        raise FileError(dataset.problem)
    click.echo(dataset.path)
    if elsewhere := target(alone=data is not None).store:
        click.echo(f"kg: this is the cache; what is asked by default is the store in {elsewhere}: add --store {elsewhere} FILE…", err=True)
    if not dataset.fresh:
        click.echo("kg: it was there already; --rebuild builds it anew.", err=True)


def _refuse_another(folder: Path) -> None:
    """Raise `UsageError` where a store would be replaced by the article without that it was asked for."""
    from kg.store.folder import built_from

    there = built_from(folder)
    if there is not None:
        of = f" of {', '.join(there)}" if there else ""
        raise click.UsageError(f"{folder} holds a store{of}. Name the FILEs to build it from; the article's own are --data {paths.DATA}.")


def _build_store(folder: Path, files: tuple[Path, ...], *, validate: bool) -> None:
    """Build a store and say what is in it."""
    import time

    from kg.cli.watching import Bar
    from kg.store.build import build_store

    start = time.perf_counter()
    _tell_left_out(files)
    with Bar() as bar:
        manifest = build_store(folder, files, bar, validate=validate)
    sizes = ", ".join(f"{size:,} {name}" for name, size in manifest.graphs.items())
    click.echo(click.format_filename(folder))
    click.echo(f"kg: built in {time.perf_counter() - start:.1f} s: {sizes}. Ask it: kg query NAME --store {folder}", err=True)


def _tell_left_out(files: Iterable[Path]) -> None:
    """Say which files of folders are not read: a reader of the answer would take them for part of it."""
    from kg.sources import left_out

    out = [path.name for path in left_out(files)]
    if out:
        named = ", ".join(out[:_MOST_NAMED]) + (" …" if len(out) > _MOST_NAMED else "")
        click.echo(f"kg: {counted(len(out), 'file')} left out, whose names tell no RDF format: {named}", err=True)


COMMANDS = (validate, export, build)
