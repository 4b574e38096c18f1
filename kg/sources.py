"""Files of triples, in any format, packed or not: which there are, and what they hold, read as a stream or into a store in bulk."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, cast

import pyoxigraph as ox

from kg.errors import FileError, FormatError, ParseError, StoreError
from kg.formats import FORMATS
from kg.load import LINKS, PARSERS, format_of, plain, too_long
from kg.packed import unpacking

Advance = Callable[[int], None]
"""Who is told how many bytes were read."""

_SAMPLE = 1 << 18
_TOLD = 1 << 17
"""So many bytes are read before somebody is told: a line at a time would take longer than reading it."""
_BOM = b"\xef\xbb\xbf"


class Source(NamedTuple):
    """A file of triples: its format, and how many bytes it has on disk."""

    path: Path
    format: str
    size: int


def sources(paths: Iterable[Path]) -> list[Source]:
    """The files among `paths`, and those of known RDF formats in the folders among them and below, sorted; each once, by whatever name.

    Raises `FileError` for what is not there, a folder without such files, and `FormatError` for a file of no RDF format.
    """
    found: list[Source] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in files_below(path) if _holds_triples(file))
            if not inside:
                raise FileError(f"{path}: holds no file of triples (*.ttl, *.nt, *.nq, …).")
            found += [_source(file) for file in inside]
        else:
            found.append(_source(path))
    return list({source.path.resolve(): source for source in found}.values())


def left_out(paths: Iterable[Path]) -> list[Path]:
    """The files in the folders among `paths`, and below, that are neither read as triples nor as tables of links."""
    inside = (file for path in paths if path.is_dir() for file in files_below(path))
    return sorted(file for file in inside if not (_holds_triples(file) or file.name.endswith(LINKS)))


def _holds_triples(path: Path) -> bool:
    """Whether the name of a file tells an RDF format."""
    try:
        format_of(path)
    except FormatError:
        return False
    return True


def files_below(folder: Path) -> Iterator[Path]:
    """The files in `folder` and below, links followed, hidden ones left out.

    Raises `FileError` for a link that leads nowhere, and a folder that cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise FileError(f"{error.filename}: cannot be read: {error.strerror}.") from error

    seen: set[Path] = set()
    for at, folders, names in os.walk(folder, onerror=refuse, followlinks=True):
        if Path(at).resolve() in seen:  # a link to a folder above
            folders.clear()
            continue
        seen.add(Path(at).resolve())
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(at, name)
            if name.startswith("."):
                continue
            if not file.exists():
                raise FileError(f"{file}: a link that leads nowhere; remove it, or mend it.")
            if file.is_file():
                yield file


def _source(path: Path) -> Source:
    if not path.exists():
        raise FileError(f"{path}: there is no such file or folder.")
    if not path.is_file():
        raise FileError(f"{path}: is a pipe or a device, which cannot be read twice; put what it gives into a file first.")
    try:
        return Source(path, format_of(path), path.stat().st_size)
    except OSError as error:
        raise FileError(f"{path}: cannot be read: {error.strerror}.") from error


class _Reader:
    """The unpacked bytes of a file, as pyoxigraph reads them: counted as they lie on disk, without a byte order mark.

    An XML document type is refused as it passes. `by_line` gives a line at a time, so that a triple comes when its line was read.
    """

    def __init__(self, source: Source, raw: IO[bytes], file: IO[bytes], advance: Advance, *, by_line: bool = False) -> None:
        self._raw, self._advance = raw, advance
        self._next = file.readline if by_line else file.read
        self._at = self._untold = 0
        self._first = True
        self._refuse = b"<!DOCTYPE" if source.format == "rdfxml" else None
        self._tail = b""
        self._source = source
        self.lines = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size`."""
        data = self._next(size)
        if self._first:
            data, self._first = data.removeprefix(_BOM), False
            data = data or self._next(size)
        self.lines += data.endswith(b"\n")
        if self._refuse:
            if self._refuse in self._tail + data:
                raise ParseError(f"{self._source.path}: RDF/XML with a DOCTYPE is refused; remove the entities.")
            self._tail = data[-len(self._refuse) :]
        self._untold += len(data)
        if self._untold >= _TOLD or not data:
            at = self._raw.tell()
            self._advance(at - self._at)
            self._at, self._untold = at, 0
        return data


@contextmanager
def _read(source: Source, advance: Advance = lambda count: None, *, by_line: bool = False) -> Iterator[_Reader]:
    """A reader of `source`. Raises `ParseError` with file:line, and `FileError` for what cannot be unpacked."""
    try:
        with source.path.open("rb") as raw, unpacking(source.path, raw) as file:
            yield _Reader(source, raw, file, advance, by_line=by_line)
    except SyntaxError as error:
        raise ParseError(f"{source.path}:{error.lineno}: {plain(error)}" if error.lineno else f"{source.path}: {plain(error)}") from error
    except MemoryError as error:
        raise too_long(source.path, error) from error


class Sample(NamedTuple):
    """What the start of a file shows: the prefixes that it declares, and how many triples there are to a byte on disk, about."""

    prefixes: dict[str, str]
    density: float


def sample(source: Source) -> Sample:
    """The sample of `source`; an empty one where its start cannot be read, for what is wrong is told when it is loaded."""
    triples, used, parser = 0, 0, None

    def count(read: int) -> None:
        nonlocal used
        used += read

    try:
        with _read(source, count) as reader:
            parser = ox.parse(reader.read(_SAMPLE), format=PARSERS[source.format])
            for _ in parser:
                triples += 1
    except (FileError, OSError):
        pass  # the sample ends within a statement
    return Sample(dict(parser.prefixes) if parser else {}, triples / used if used else 0.0)


def load_into(store: ox.Store, source: Source, graph: ox.NamedNode, advance: Advance) -> None:
    """Load `source` into `graph` of `store`; named graphs in it are merged. `advance` is told the bytes read.

    Raises `ParseError` with file:line, `FileError`, and `StoreError` where the store cannot be written.
    """
    try:
        with _read(source, advance) as reader:
            if FORMATS[source.format].graphs:
                triples = (quad.triple for quad in _parsed(reader, source))
                store.bulk_extend(ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples)
            else:
                store.bulk_load(cast(IO[bytes], reader), PARSERS[source.format], to_graph=graph)
    except OSError as error:
        raise StoreError(f"{source.path} cannot be loaded: {error.strerror or error}.") from error


def _parsed(reader: _Reader, source: Source) -> ox.QuadParser:
    return ox.parse(cast(IO[bytes], reader), format=PARSERS[source.format], rename_blank_nodes=True)


class Reading:
    """The triples of a file as they come; named graphs in it are merged."""

    def __init__(self, source: Source, advance: Advance = lambda count: None, *, by_line: bool = False) -> None:
        """`advance` is told the bytes read; `by_line` counts lines on the way, which takes a little longer."""
        self._source, self._advance, self._by_line = source, advance, by_line
        self._reader: _Reader | None = None
        self.prefixes: Mapping[str, str] = {}
        """Those that the file declares, when it was read."""

    @property
    def line(self) -> int:
        """The line on which the last triple became whole, from 1."""
        return self._reader.lines if self._reader else 0

    def __iter__(self) -> Iterator[ox.Triple]:
        """Raises `ParseError` with file:line, and `FileError`."""
        try:
            with _read(self._source, self._advance, by_line=self._by_line) as self._reader:
                parser = _parsed(self._reader, self._source)
                for quad in parser:
                    yield quad.triple
                self.prefixes = dict(parser.prefixes)
        except OSError as error:
            raise FileError(f"{self._source.path}: cannot be read: {error.strerror or error}.") from error
