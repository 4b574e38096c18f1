"""Packed files: the one place that unpacks gzip and Zstandard, and says what is wrong with one that cannot be."""

import io
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from kg.errors import FileError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_READ = 4096
"""So many packed bytes are unpacked at once: at worst they become some hundred megabytes."""


@contextmanager
def unpacked(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of `path`, unpacked if its name ends in `.gz` or `.zst`; case does not count.

    Raises `FileError` if they cannot be, and `OSError`.
    """
    with path.open("rb") as raw, unpacking(path, raw) as file:
        yield file


@contextmanager
def unpacking(path: Path, raw: IO[bytes]) -> Iterator[IO[bytes]]:
    """The bytes of `path`, of which `raw` has the packed ones. Raises `FileError` if they cannot be unpacked."""
    opener = _OPENERS.get(path.suffix.lower())
    if opener is None:
        yield raw
        return
    import gzip

    import zstandard

    try:
        yield opener(raw)
    except (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError) as error:
        raise FileError(f"{path}: cannot be unpacked: {str(error).rstrip('.') or 'it ends too early'}.") from error


def _gzip(raw: IO[bytes]) -> IO[bytes]:
    import gzip

    return cast(IO[bytes], gzip.GzipFile(fileobj=raw))


class _Zstandard(io.RawIOBase):
    """What the frames of a Zstandard file hold; zstandard's own reader takes a file that was cut off for a whole one."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._parts = self._unpacked(raw)
        self._part = memoryview(b"")

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """How many bytes were put into `buffer`. Raises `EOFError` for a file that was cut off."""
        while not self._part:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._part = memoryview(part)
        view = memoryview(buffer)
        count = min(len(view), len(self._part))
        view[:count] = self._part[:count]
        self._part = self._part[count:]
        return count

    @staticmethod
    def _unpacked(raw: IO[bytes]) -> Iterator[bytes]:
        import zstandard

        frame = None
        for packed in iter(partial(raw.read, _READ), b""):
            while packed:
                frame = frame or zstandard.ZstdDecompressor().decompressobj()
                yield frame.decompress(packed)
                packed = frame.unused_data if frame.eof else b""
                frame = None if frame.eof else frame
        if frame is not None:
            raise EOFError


_OPENERS: Mapping[str, Callable[[IO[bytes]], IO[bytes]]] = {
    ".gz": _gzip,
    ".zst": lambda raw: io.BufferedReader(_Zstandard(raw)),
}


def is_packed(suffix: str) -> bool:
    """Whether files whose names end in `suffix` are packed."""
    return suffix.lower() in _OPENERS
