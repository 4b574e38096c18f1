"""The subcommands that check and keep: validate, coverage, verify, export, build, draft."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg import paths
from kg.cli.shared import (
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
from kg.errors import AnotherText, FileError
from kg.formats import RDF_FORMATS

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph
    from kg.validate import Report
    from kg.verify import Verification

_TEXT = click.Path(path_type=Path, allow_dash=True)
_REPORTS = ("text", "json", "turtle", "github", "sarif")


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
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
    """Check the data, or the given FILEs together, against the SHACL shapes and the ontology; exit 1 if they do not conform.

    FILEs may be of any RDF format, also .gz or .zst, or folders of them. The tables of links beside the data are checked too; exit 2 if
    one is wrong. What a store or a server has is checked where it is.
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
    files = [source.path for source in found]
    chosen = method or method_for(files)
    if method is None and chosen == "sparql":
        click.echo("kg: the data are large: the shapes are asked by SPARQL (--method pyshacl for the reference)", err=True)
    if chosen == "sparql" and size_of(files) >= STREAMED:
        return validate_files(found, parse(paths.ONTOLOGY), parse(paths.SHAPES), graph=graph)
    documents = [parse(file) for file in files]
    if not any(document.triples for document in documents):
        raise FileError(f"{', '.join(map(str, files))}: no triple to check.")
    return check(documents, chosen)


@click.command()
@asks_a_graph
@options(output_option)
@click.option("--format", "format_name", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@click.option("--article", type=_TEXT, metavar="FILE", help="Your own copy of the article, shown in the HTML page; - for standard input.")
@click.option("--all", "show_all", is_flag=True, help="Name in text the facts that rest on no reference, too, not only their number.")
def coverage(source: Source, output: Path | None, format_name: str, article: Path | None, show_all: bool) -> None:
    """Which sentences have facts and which facts a reference; exit 1 if a sentence has none."""
    from kg.cli.text import covered
    from kg.coverage import to_html

    text = _article(article).replace("\r\n", "\n").replace("\r", "\n") if article else None
    account = source.opened(unfinished=True).coverage()
    misfits = account.misfits(text) if text is not None else 0
    if misfits:
        raise FileError(
            f"{article}: {misfits} of {len(account.sentences)} sentences are not where the data say; it is another text or revision."
        )
    if format_name == "html":
        write(to_html(account, text), output)
    else:
        write(account.to_json() if format_name == "json" else covered(account, show_all=show_all), output)
    if account.bare:
        raise SystemExit(1)


_LARGEST_ARTICLE = 5_000_000
"""Wikipedia accepts no page of more than two million bytes."""


def _article(path: Path) -> str:
    """The text of an article, from standard input for `-`. Raises `FileError` for one that is empty or of another kind of size."""
    from kg.load import content_of, decoded

    if str(path) == "-" and sys.stdin is None:
        raise FileError("standard input is closed.")
    most = _LARGEST_ARTICLE + 1
    content = sys.stdin.buffer.read(most) if str(path) == "-" else content_of(path, most)
    path = Path("standard input") if str(path) == "-" else path
    if len(content) == most:
        raise FileError(f"{path}: has more than {_LARGEST_ARTICLE:,} bytes, which no article has.")
    text = decoded(content, path)
    if not text.strip():
        raise FileError(f"{path}: is empty.")
    return text


@click.command()
@asks_a_graph
@options(output_option)
@click.option("--article", type=_TEXT, metavar="FILE", required=True, help="Your copy of the article, as text; - for standard input.")
@click.option("--old", type=_TEXT, metavar="FILE", help="The text that the data describe: changes tell its words.")
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--update", is_flag=True, help="Write the places and digests of this copy into the data files, and nothing else.")
@click.option("--accept", multiple=True, metavar="SEGMENT", help="With --update: take this changed segment as it now reads, or all.")
def verify(
    source: Source,
    output: Path | None,
    article: Path,
    old: Path | None,
    format_name: str,
    update: bool,
    accept: tuple[str, ...],
) -> None:
    """Which sentences of the article changed, moved or went; exit 1 if one that facts rest on did."""
    from kg.cli.text import verified

    if accept and not update:
        raise click.UsageError("--accept goes with --update.")
    if str(article) == str(old) == "-":
        raise click.UsageError("Standard input is one text; give --article or --old as a file.")
    text = _article(article)
    graph = source.opened(unfinished=True)
    try:
        verification = graph.verify(text, old=_article(old) if old else None)
    except AnotherText as error:
        raise AnotherText(f"{article}: {error}") from error
    if update:
        _update(graph, verification, text, accept)
        return
    write(verification.to_json() if format_name == "json" else verified(verification), output)
    if not verification.holds:
        raise SystemExit(1)


def _update(graph: "KnowledgeGraph", verification: "Verification", text: str, accept: tuple[str, ...]) -> None:
    """Write the data files anew and say so, and what is still to be looked at."""
    from kg.load import load
    from kg.paths import written_whole
    from kg.verify.update import updated

    changed = {one.segment.iri: one.segment.label for one in verification.of("changed")}
    accepted = set(changed) if "all" in accept else {graph.resolve(name).iri for name in accept}
    texts = updated(load(graph.data), verification, text, accepted)
    for path, content in texts.items():
        with written_whole(path) as file:
            file.write(content.encode())
        click.echo(f"{path}: rewritten")
    if not texts:
        click.echo("The data say so already; nothing is rewritten.")
    left = [label for iri, label in changed.items() if iri not in accepted]
    if left:
        click.echo(f"kg: still changed: {', '.join(left)}. Look at their facts, then --accept them.", err=True)
        raise SystemExit(1)


@click.command()
@asks_a_graph
@options(output_option)
@click.option("--format", "format_name", metavar="FORMAT", help=f"{', '.join(RDF_FORMATS)}, or csv for a table of the facts.")
@click.option("--graph", "graphs", multiple=True, metavar="NAME", help="asserted (default), closure, ontology, links, all; repeatable.")
def export(source: Source, output: Path | None, format_name: str | None, graphs: tuple[str, ...]) -> None:
    """Write the graph as Turtle, JSON-LD, N-Triples, N-Quads, TriG or RDF/XML, or its facts as CSV."""
    from kg.export import GRAPHS
    from kg.formats import find_format

    if format_name is None:
        format_name = output.suffix if output and output.suffix else "turtle"
    chosen = find_format(format_name).name
    wanted = tuple(GRAPHS) if "all" in graphs else (graphs or ("asserted",))
    graph = source.opened()
    with binary(output) as file:
        graph.export_to(file, chosen, graphs=dict.fromkeys(wanted))


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
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
    """Load, validate and reason, and keep the dataset: in the cache, or with --store in a folder on disk; print where it is."""
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
    from kg.build import build as run

    dataset = run(data, method=reasoner or "rules", rebuild=rebuild, progress=progress)
    if dataset.problem:
        raise FileError(dataset.problem)
    click.echo(dataset.path)
    if not dataset.fresh:
        click.echo("kg: it was there already; --rebuild builds it anew.", err=True)


def _refuse_another(folder: Path) -> None:
    """Raise `UsageError` where a store of other data would be replaced by the article without that it was asked for."""
    from kg.load import data_files
    from kg.store.folder import built_from

    there = built_from(folder)
    if there is not None and set(there) != {file.name for file in data_files(paths.DATA)}:
        of = f" of {', '.join(there)}" if there else ""
        raise click.UsageError(f"{folder} holds a store{of}. Name the FILEs to build it from; the article's own are --data {paths.DATA}.")


def _build_store(folder: Path, files: tuple[Path, ...], *, validate: bool) -> None:
    """Build a store and say what is in it."""
    import time

    from kg.cli.watching import Bar
    from kg.store.build import build_store

    start = time.perf_counter()
    with Bar() as bar:
        manifest = build_store(folder, files, bar, validate=validate)
    sizes = ", ".join(f"{size:,} {name}" for name, size in manifest.graphs.items())
    click.echo(folder)
    click.echo(f"kg: built in {time.perf_counter() - start:.1f} s: {sizes}. Ask it: kg query NAME --store {folder}", err=True)


@click.command()
@click.argument("file", type=_TEXT)
@click.option("--id", "slug", metavar="SLUG", required=True, help="What the names begin with behind …/id/: graustark-ruritania.")
@click.option("--title", metavar="TEXT", help="The article's title, if its first line is another.")
@options(output_option)
def draft(file: Path, slug: str, title: str | None, output: Path | None) -> None:
    """Write the sections, sentences and references of an article in plain text as Turtle, ready for its facts; - for standard input.

    A line is a paragraph; in a text with blank lines, wrapped to a width, what stands between those is. The first is the title. Headings
    are lines in = signs (== Trade ==); if there are none, short lines without an end mark. Lines with a bar (|) above the first sentence
    are the infobox. What stands below References is a list of references, cited as [1]; below External links, of links. See also, Notes
    and Further reading are left out.
    """
    from kg.draft import draft as drafted

    if output is not None and output.is_file():
        raise FileError(f"{output}: is there already, maybe with facts; name another file, or remove it.")
    text = _article(file)
    try:
        found = drafted(text, slug, title)
    except FileError as error:
        raise FileError(f"{'standard input' if str(file) == '-' else file}: {error}") from error
    write(found.to_turtle(), output)
    click.echo(f"kg: {found.counts()}. Look whether these are all, then add facts where a comment says so.", err=True)


COMMANDS = (validate, coverage, verify, export, build, draft)
