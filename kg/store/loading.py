"""Files of triples, in any format, packed or not, into a store in bulk."""

import gzip
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple, cast

import pyoxigraph as ox
import zstandard

from kg.errors import FileError, FormatError, ParseError, StoreError
from kg.formats import FORMATS, find_format
from kg.load import PARSERS, plain

_PACKED = (".gz", ".zst")
_SAMPLE = 1 << 18
_BOM = b"\xef\xbb\xbf"
_DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError)


class Source(NamedTuple):
    """A file of triples: its format, and how many bytes it has on disk."""

    path: Path
    format: str
    size: int


def sources(paths: Iterable[Path]) -> list[Source]:
    """The files among `paths`, and those of known RDF formats in the folders among them and below, sorted.

    Raises `FileError` for what is not there, a folder without such files, and `FormatError` for a file of no RDF format.
    """
    found: list[Source] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in files_below(path) if _format_of(file) is not None)
            if not inside:
                raise FileError(f"{path}: holds no file of triples (*.ttl, *.nt, *.nq, …).")
            found += [_source(file) for file in inside]
        else:
            found.append(_source(path))
    return list(dict.fromkeys(found))


def files_below(folder: Path) -> Iterator[Path]:
    """The files in `folder` and below, links followed, hidden ones left out. Raises `FileError` for a link that leads nowhere."""
    seen: set[Path] = set()
    for at, folders, names in os.walk(folder, followlinks=True):
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
    format = _format_of(path)
    if format is None:
        raise FormatError(f"{path}: no RDF format has this extension; use one like .ttl, .nt or .nq.gz.")
    try:
        return Source(path, format, path.stat().st_size)
    except OSError as error:
        raise FileError(f"{path}: cannot be read: {error.strerror}.") from error


def _format_of(path: Path) -> str | None:
    """The RDF format that the extension before .gz or .zst names, None if it names none."""
    suffixes = [suffix for suffix in path.suffixes if suffix not in _PACKED]
    if not suffixes:
        return None
    try:
        name = find_format(suffixes[-1]).name
    except FormatError:
        return None
    return name if name in PARSERS else None


class _Reader:
    """The unpacked bytes of a file, as pyoxigraph reads them: counted as they lie on disk, without a byte order mark.

    An XML document type is refused as it passes.
    """

    def __init__(self, source: Source, raw: IO[bytes], advance: Callable[[int], None]) -> None:
        self._raw, self._advance = raw, advance
        self._at = 0
        self._first = True
        self._refuse = b"<!DOCTYPE" if source.format == "rdfxml" else None
        self._tail = b""
        self._source = source
        self._file = _unpacked(source.path, raw)

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size`."""
        data = self._file.read(size)
        if self._first:
            data, self._first = data.removeprefix(_BOM), False
            data = data or self._file.read(size)
        if self._refuse:
            if self._refuse in self._tail + data:
                raise ParseError(f"{self._source.path}: RDF/XML with a DOCTYPE is refused; remove the entities.")
            self._tail = data[-len(self._refuse) :]
        at = self._raw.tell()
        self._advance(at - self._at)
        self._at = at
        return data


def _unpacked(path: Path, raw: IO[bytes]) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast(IO[bytes], gzip.GzipFile(fileobj=raw))
    if path.suffix == ".zst":
        return zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
    return raw


class Sample(NamedTuple):
    """What the start of a file shows: the prefixes that it declares, and how many triples there are to a byte on disk, about."""

    prefixes: dict[str, str]
    density: float


def sample(source: Source) -> Sample:
    """The sample of `source`; an empty one where its start cannot be read, for what is wrong is told when it is loaded."""
    with source.path.open("rb") as raw:
        reader = _Reader(source, raw, lambda count: None)
        triples, parser = 0, None
        try:
            start = reader.read(_SAMPLE)
            used = raw.tell()
            parser = ox.parse(start, format=PARSERS[source.format])
            for _ in parser:
                triples += 1
        except (SyntaxError, ParseError, OSError, *_DAMAGED):
            used = raw.tell()  # the sample ends within a statement
        return Sample(dict(parser.prefixes) if parser else {}, triples / used if used else 0.0)


def load_into(store: ox.Store, source: Source, graph: ox.NamedNode, advance: Callable[[int], None]) -> None:
    """Load `source` into `graph` of `store`; named graphs in it are merged. `advance` is told the bytes read.

    Raises `ParseError` with file:line, `FileError`, and `StoreError` where the store cannot be written.
    """
    try:
        with source.path.open("rb") as raw:
            reader = _Reader(source, raw, advance)
            if FORMATS[source.format].graphs:
                store.bulk_extend(_into(graph, reader, source))
            else:
                store.bulk_load(cast(IO[bytes], reader), PARSERS[source.format], to_graph=graph)
    except SyntaxError as error:
        raise ParseError(f"{source.path}:{error.lineno}: {plain(error)}" if error.lineno else f"{source.path}: {plain(error)}") from error
    except _DAMAGED as error:
        raise FileError(f"{source.path}: cannot be unpacked: {error or 'it ends too early'}.") from error
    except OSError as error:
        raise StoreError(f"{source.path} cannot be loaded: {error.strerror or error}.") from error


def triples_of(source: Source) -> Iterator[ox.Triple]:
    """The triples of a file that was loaded before."""
    with source.path.open("rb") as raw:
        reader = cast(IO[bytes], _Reader(source, raw, lambda count: None))
        for quad in ox.parse(reader, format=PARSERS[source.format], rename_blank_nodes=True):
            yield quad.triple


def _into(graph: ox.NamedNode, reader: _Reader, source: Source) -> Iterator[ox.Quad]:
    """The quads of a file that may have named graphs, all in `graph`."""
    for quad in ox.parse(cast(IO[bytes], reader), format=PARSERS[source.format], rename_blank_nodes=True):
        yield ox.Quad(quad.subject, quad.predicate, quad.object, graph)
