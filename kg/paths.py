"""Where the files are: the ontology, data and queries that come with the package, and the user's cache."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from kg.errors import FileError

_PACKAGE = Path(__file__).parent
_SHIPPED = _PACKAGE / "_shipped"
_ROOT = _SHIPPED if _SHIPPED.is_dir() else _PACKAGE.parent

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


@contextlib.contextmanager
def written_whole(path: Path, *, synced: bool = True) -> Iterator[IO[bytes]]:
    """A binary file that takes the name `path` only when the block ends well: never half-written, leftovers swept.

    A link is followed; into a device or pipe is written straight. Unless `synced`, which takes longer than a request on loopback, a power
    failure may leave the name with less than all. Raises `FileError` if that cannot be done.
    """
    import tempfile

    path = path.resolve()
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as file:
                yield file
            return
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=_TEMPORARY, delete=False) as file:
            temporary = Path(file.name)
            try:
                yield file
                file.flush()
                if synced:
                    os.fsync(file.fileno())
            except BaseException:
                temporary.unlink()
                raise
        _take_name(temporary, path)
        if synced and os.name == "posix":
            _sync_folder(path.parent)
    except OSError as error:
        raise FileError(f"{path}: cannot be written: {error.strerror or error}.") from error


def _take_name(temporary: Path, path: Path) -> None:
    """Rename `temporary` to `path` with the permissions of the old or of a new file."""
    umask = os.umask(0)
    os.umask(umask)
    temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~umask)
    try:
        temporary.replace(path)
    except OSError:
        temporary.unlink()
        raise


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
