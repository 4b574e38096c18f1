"""Where the files are: the ontology, data and queries that come with the package, and the user's cache."""

import contextlib
import io
import os
from collections.abc import Iterator
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


class _Target(io.FileIO):
    """A file whose own errors are told from those of whoever writes into it: they are `FileError`s, in the name of `target`."""

    def __init__(self, path: Path, mode: str, target: Path) -> None:
        super().__init__(path, mode)
        self._target = target

    def write(self, data: "Buffer", /) -> int:
        """See `io.FileIO.write`."""
        with _writing(self._target):
            return super().write(data)


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
        target = _Target(temporary, "x" if apart else "w", path)
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
