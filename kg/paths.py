"""Where the files are: the ontology, data and queries that come with the package, and the user's cache."""

import contextlib
import io
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from kg.errors import FileError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

_PACKAGE = Path(__file__).parent
_SHIPPED = _PACKAGE / "_shipped"
INSTALLED = _SHIPPED.is_dir()
"""Whether this is an installed package, whose files nobody edits, and no working copy."""
_ROOT = _SHIPPED if INSTALLED else _PACKAGE.parent

ONTOLOGY = _ROOT / "ontology" / "relations.ttl"
SHAPES = _ROOT / "ontology" / "shapes.ttl"
MAPPINGS = _ROOT / "ontology" / "wikidata.ttl"
DATA = _ROOT / "data"
QUERIES = _ROOT / "queries"

_TEMPORARY = ".kg-tmp-"


def cache_folder() -> Path:
    """The folder for built datasets: `KG_CACHE_DIR` if set, else the platform's cache folder for `bilateral-kg`."""
    chosen = os.environ.get("KG_CACHE_DIR")
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("bilateral-kg", appauthor=False)


class _Told(io.FileIO):
    """A file whose own errors are told from those of whoever writes into it: they are raised within what `telling` gives."""

    def __init__(
        self, file: Path | int, mode: str, telling: Callable[[], contextlib.AbstractContextManager[None]], *, closefd: bool = True
    ) -> None:
        super().__init__(file, mode, closefd=closefd)
        self._telling = telling

    def write(self, data: "Buffer", /) -> int:
        """See `io.FileIO.write`."""
        with self._telling():
            return super().write(data)

    def truncate(self, size: int | None = None, /) -> int:
        """See `io.FileIO.truncate`."""
        with self._telling():
            return super().truncate(size)


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Raises `FileError` for what goes wrong with the file of the name `path`."""
    try:
        yield
    except OSError as error:
        raise FileError(f"{path}: cannot be written: {error.strerror or error}.") from error


@contextlib.contextmanager
def written_whole(path: Path, *, synced: bool = True) -> Iterator[IO[bytes]]:
    """A binary file that takes the name `path` only when the block ends well: never half-written, leftovers swept.

    A link is followed; into a device or pipe is written straight. Unless `synced`, which takes longer than a request on loopback, a power
    failure may leave the name with less than all. Raises `FileError` if that cannot be done; what else fails in the block stays as it is.
    """
    with _writing(path):
        path = path.resolve()
        apart = path.is_file() or not path.exists()
        temporary = path.with_name(f"{_TEMPORARY}{os.urandom(8).hex()}") if apart else path
        target = _Told(temporary, "x" if apart else "w", partial(_writing, path))
    if not apart:
        with io.BufferedWriter(target) as file:
            yield file
        return
    try:
        with io.BufferedWriter(target) as file:
            _allow(temporary, path)
            yield file
            file.flush()
            with _writing(path):
                if synced:
                    os.fsync(file.fileno())
        with _writing(path):
            temporary.replace(path)
    except BaseException:
        temporary.unlink()
        raise
    if synced and os.name == "posix":
        with _writing(path):
            _sync_folder(path.parent)


@contextlib.contextmanager
def unnamed_file() -> Iterator[IO[bytes]]:
    """A file in the temporary folder, to write into and to read: without a name, where the platform allows that, it goes with the process.

    Raises `FileError` where no file can be made there, or has no room, also while it is written.
    """
    import tempfile

    with _keeping():
        own = tempfile.TemporaryFile(prefix="kg-", buffering=0)  # noqa: SIM115 - closed below
    with own:
        file = io.BufferedRandom(_Told(own.fileno(), "r+", _keeping, closefd=False))
        try:
            yield file
        finally:
            with contextlib.suppress(FileError):  # it may hold what found no room
                file.close()


@contextlib.contextmanager
def _keeping() -> Iterator[None]:
    """Raises `FileError` for what goes wrong with a file in the temporary folder."""
    import tempfile

    try:
        yield
    except OSError as error:
        raise FileError(
            f"{tempfile.gettempdir()}: the triples that do not stay in memory cannot be written there: {error.strerror or error}. "
            "Name a folder that has room by TMPDIR: they take about as much as N-Triples do."
        ) from error


def _allow(temporary: Path, path: Path) -> None:
    """Give `temporary` the permissions of the file whose place it takes; a new one has those that the umask left it."""
    with _writing(path), contextlib.suppress(FileNotFoundError):
        temporary.chmod(path.stat().st_mode & 0o777)


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def sweep(folder: Path, older_than: float) -> None:
    """Remove what killed writers left in `folder` before the time `older_than` (seconds since the epoch)."""
    for leftover in folder.glob(_TEMPORARY + "*"):
        with contextlib.suppress(FileNotFoundError):
            if leftover.stat().st_mtime < older_than:
                leftover.unlink()
