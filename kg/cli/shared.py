"""What the subcommands share: options, opening the graph, and writing an answer."""

import contextlib
import functools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import click

from kg.cli.interrupts import cleaned_up
from kg.errors import FileError
from kg.formats import RDF_FORMATS, ROW_FORMATS

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph


def options(*chosen: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator that adds several options."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(chosen):
            command = option(command)
        return command

    return add


class _Named(click.Path):
    """The name of a file or folder: not an empty one, as a variable that is not set gives, which would be the working folder."""

    def __init__(self, what: str) -> None:
        super().__init__(path_type=Path)
        self._what = what

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path."""
        if value == "":
            self.fail(f"the name of a {self._what} is empty: give one, or leave it out.", param, ctx)
        return super().convert(value, param, ctx)


FOLDER, FILE = _Named("folder"), _Named("file")

data_option = click.option("--data", type=FOLDER, metavar="DIR", help="Folder with another relation's Turtle files.")
engine_option = click.option("--engine", metavar="NAME", help="embedded (default), disk, remote or rdflib; KG_ENGINE, or kg.toml.")
store_option = click.option("--store", type=FOLDER, metavar="DIR", help="Ask the store in DIR, which `kg build --store` made; KG_STORE.")
endpoint_option = click.option("--endpoint", metavar="URL", help="Ask the SPARQL server with this query URL; KG_ENDPOINT.")
output_option = click.option("-o", "--output", type=FILE, metavar="FILE", help="Write to FILE, whole or not at all.")
no_cache_option = click.option("--no-cache", is_flag=True, help="Neither read nor write a built dataset.")
format_option = click.option(
    "--format",
    "format_name",
    metavar="FORMAT",
    help=f"{', '.join(ROW_FORMATS)}; for a graph {', '.join(RDF_FORMATS)}. A yes or no is one word in csv, tsv and md.",
)
as_of_option = click.option(
    "--as-of", "day", metavar="DATE", help="Only what the dates of the facts allow on that day; what has no date stays, marked undated."
)
enriched_option = click.option(
    "--enriched",
    type=FILE,
    metavar="FILE",
    help="Add a graph that `kg wikidata enrich` wrote: GRAPH <https://w3id.org/bilateral/graph/wikidata> asks it.",
)
iris_option = click.option("--iris", is_flag=True, help="Show CURIEs beside labels in a table.")


class Source(NamedTuple):
    """Which graph a command is asked of."""

    data: Path | None = None
    engine: str | None = None
    store: Path | None = None
    endpoint: str | None = None
    no_cache: bool = False

    def opened(self, day: str | None = None, enriched: Path | None = None, *, unfinished: bool = False) -> "KnowledgeGraph":
        """The graph, as of `day` if that is given, or of data that may be `unfinished`; what was done for it is told on standard error.

        Raises `ParameterError`.
        """
        from kg.graph import KnowledgeGraph

        graph = KnowledgeGraph.open(
            self.data,
            engine=self.engine,
            store=self.store,
            endpoint=self.endpoint,
            cache=not self.no_cache,
            progress=progress,
            enriched=enriched,
            unfinished=unfinished,
        )
        if graph.dataset.problem:
            click.echo(f"kg: warning: the dataset is not cached: {graph.dataset.problem}", err=True)
        return graph if day is None else graph.as_of(day)


def bundled(name: str, bundle: Any, *chosen: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator that adds several options, and hands those that are fields of the named tuple `bundle` to the command as one, `name`."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @options(*chosen)
        @functools.wraps(command)
        def with_bundle(*args: Any, **values: Any) -> Any:
            fields = {field: values.pop(field) for field in bundle._fields}
            return command(*args, **{name: bundle(**fields)}, **values)

        added: Callable[..., Any] = with_bundle
        return added

    return decorate


asks_a_graph = bundled("source", Source, data_option, engine_option, store_option, endpoint_option, no_cache_option)
"""A decorator that adds the options which name a graph, and hands them to the command as its `source`."""


def opened(data: Path | None = None, no_cache: bool = False) -> "KnowledgeGraph":
    """The graph of a data folder, or the one that is asked by default."""
    return Source(data, no_cache=no_cache).opened()


def progress(line: str) -> None:
    """Show `line` in place of the one before, if a person is looking."""
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{line}", nl=line.startswith("built"), err=True)


def content_at(path: Path, most: int = -1) -> tuple[bytes, Path]:
    """The bytes of a file, at most `most`, and what it is called in messages; standard input for `-`. Raises `FileError`."""
    from kg.load import content_of

    if str(path) != "-":
        return content_of(path, most), path
    if sys.stdin is None:
        raise FileError("standard input is closed.")
    return sys.stdin.buffer.read(most), Path("standard input")


@contextlib.contextmanager
def binary(output: Path | None) -> Iterator[IO[bytes]]:
    """A file that takes its name when it is whole, or standard output."""
    if output is None or str(output) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    from kg.paths import written_whole

    with cleaned_up(), written_whole(output) as file:
        yield file


def write(text: str, output: Path | None) -> None:
    """`text` to a file, or to standard output."""
    if output is None or str(output) == "-":
        text = text if text.endswith("\n") else text + "\n"
        click.echo(text if sys.stdout.isatty() else _encoded(text), nl=False)  # data are UTF-8 wherever they go
        return
    from kg.paths import written_whole

    with cleaned_up(), written_whole(output) as file:
        file.write(_encoded(text if text.endswith("\n") else text + "\n"))


def _encoded(text: str) -> bytes:
    """`text` in UTF-8; a byte of a file's name that is none is a question mark."""
    return text.encode(errors="replace")
