"""The subcommands that read the text of an article: coverage, verify, draft."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.interrupts import at_once
from kg.cli.shared import Source, asks_a_graph, content_at, options, output_option, progress, write
from kg.errors import AnotherText, FileError, counted

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph
    from kg.verify import Verification

_TEXT = click.Path(path_type=Path, allow_dash=True)


@click.command()
@asks_a_graph
@options(output_option)
@click.option("--format", "format_name", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@click.option("--article", type=_TEXT, metavar="FILE", help="Your own copy of the article, shown in the HTML page; - for standard input.")
@click.option("--all", "show_all", is_flag=True, help="Name in text the facts that rest on no reference, too, not only their number.")
def coverage(source: Source, output: Path | None, format_name: str, article: Path | None, show_all: bool) -> None:
    """Which sentences have facts, and which facts a reference.

    Exit 1 if a sentence has none.
    """
    from kg.cli.text import covered
    from kg.coverage import to_html

    text = _article(article) if article else None
    graph = source.opened(unfinished=True)
    at_once()
    account = graph.coverage(progress)
    progress("")
    misfits = account.misfits(text) if text is not None else 0
    if misfits:
        sentences = f"{counted(len(account.sentences), 'sentence')} {'is' if misfits == 1 else 'are'}"
        raise FileError(f"{article}: {misfits} of {sentences} not where the data say; it is another text or revision.")
    if format_name == "html":
        write(to_html(account, text), output)
    else:
        write(account.to_json() if format_name == "json" else covered(account, show_all=show_all), output)
    if account.bare:
        raise SystemExit(1)


_LARGEST_ARTICLE = 5_000_000
"""Wikipedia accepts no page of more than two million bytes."""


def _article(path: Path) -> str:
    """The text of an article, from standard input for `-`, each line's end one character, as places in it are counted.

    Raises `FileError` for one that is empty or of another kind of size.
    """
    from kg.load import decoded

    most = _LARGEST_ARTICLE + 1
    content, path = content_at(path, most)
    if len(content) == most:
        raise FileError(f"{path}: has more than {_LARGEST_ARTICLE:,} bytes, which no article has.")
    text = decoded(content, path).replace("\r\n", "\n").replace("\r", "\n")
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
    """Which sentences of the article changed, moved or went.

    Exit 1 if one that facts rest on did.
    """
    from kg.cli.text import verified

    if accept and not update:
        raise click.UsageError("--accept goes with --update.")
    if str(article) == str(old) == "-":
        raise click.UsageError("Standard input is one text; give --article or --old as a file.")
    text = _article(article)
    graph = source.opened(unfinished=True)
    if not update:
        at_once()
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
@click.argument("file", type=_TEXT)
@click.option("--id", "slug", metavar="SLUG", required=True, help="What the names begin with behind …/id/: graustark-ruritania.")
@click.option("--title", metavar="TEXT", help="The article's title, if its first line is another.")
@options(output_option)
def draft(file: Path, slug: str, title: str | None, output: Path | None) -> None:
    """Begin the data of an article in plain text, as Turtle.

    Its sections, sentences and references are written, ready for its facts; - for standard input. A line is a paragraph; in a text with
    blank lines, wrapped to a width, what stands between those is. The first is the title. Headings are lines in = signs (== Trade ==);
    if there are none, short lines without an end mark. Lines with a bar (|) above the first sentence are the infobox. What stands below
    References is a list of references, cited as [1]; below External links, of links. See also, Further reading and such are left out.
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
    if found.left_out():
        click.echo(f"kg: {found.left_out()}.", err=True)


COMMANDS = (coverage, verify, draft)
