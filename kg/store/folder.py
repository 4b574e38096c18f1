"""The folder of a store: generations of which one counts, and who may remove one.

    DIR/store.json            which generation counts, and what is in it
    DIR/generation-ID/        pyoxigraph's files; never written again once it counts
    DIR/generation-ID.lock    held shared by each reader
    DIR/generation-ID.links/  the tables of links that were built in
    DIR/build.lock            held by the one that builds

store.json is replaced whole, so that a build counts entirely or not at all. docs/decisions/0023-a-store-has-generations.md
"""

import contextlib
import hashlib
import json
import re
import shutil
import uuid
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import IO

import portalocker
import pyoxigraph as ox

from kg.errors import StoreError
from kg.paths import written_whole

FORMAT = 1
_MANIFEST = "store.json"
_GENERATION = "generation-"
_LOCK = re.compile(_GENERATION + r"[0-9a-f]{12}\.lock")
"""The name of a lock that a build made: what else is in the folder belongs to others."""
_BARRED = ("Permission denied", "file descriptors")
"""What the reason says where the files are as they should be, but this process may not read them, or not so many at once."""
_SHARED = portalocker.LockFlags.SHARED | portalocker.LockFlags.NON_BLOCKING
_ALONE = portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING


@dataclass(frozen=True)
class Manifest:
    """What is in a store: its generation, when and by which pyoxigraph it was built, from which files, the sizes of its graphs, the
    language tags of its names, and what its files are like.
    """

    generation: str
    built: str
    pyoxigraph: str
    files: tuple[str, ...]
    prefixes: Mapping[str, str]
    graphs: Mapping[str, int]
    languages: tuple[str, ...]
    digests: Mapping[str, str] = field(default_factory=dict)
    """The SHA-256 of pyoxigraph's files that hold triples; none in a store that was built before there were any."""
    format: int = FORMAT


class StoredDataset:
    """The dataset of a store, open for reading; it stays as it is while another is built into the same folder."""

    problem: str | None = None

    def __init__(self, folder: Path) -> None:
        """Raises `StoreError` if there is no store in `folder`, or not one that can be read."""
        self.folder = folder
        self.manifest, lock = _held(folder)
        weakref.finalize(self, lock.close)
        self._path = folder / self.manifest.generation
        try:
            self.store = ox.Store.read_only(str(self._path))
        except (OSError, RuntimeError) as error:  # pyoxigraph calls a corruption the latter
            raise _unusable(folder, str(error)) from error

    def __repr__(self) -> str:
        return f"<StoredDataset in {self.folder}, {sum(self.manifest.graphs.values()):,} triples>"

    @property
    def prefixes(self) -> Mapping[str, str]:
        """The prefixes of the data files and of the project."""
        return self.manifest.prefixes

    @property
    def languages(self) -> tuple[str, ...]:
        """The language tags of all names."""
        return self.manifest.languages

    @property
    def links(self) -> Path:
        """The folder of the tables of links that were built in."""
        return links_folder(self._path)

    def verify(self) -> None:
        """Read all files. Raises `StoreError` if one is not as it was written: pyoxigraph may answer queries on it without end."""
        found = digests(self._path)
        wrong = [name for name, digest in self.manifest.digests.items() if found.get(name) != digest]
        if wrong:
            raise _unusable(self.folder, f"{', '.join(wrong)} of {self.manifest.generation}: not as written")

    def quads(self, graphs: Iterable[str] | None = None) -> Iterator[ox.Quad]:
        """The quads of some graphs, of all if None, as they are read from disk."""
        names = [None] if graphs is None else map(ox.NamedNode, graphs)
        return chain.from_iterable(self.store.quads_for_pattern(None, None, None, name) for name in names)


def digests(generation: Path) -> dict[str, str]:
    """The SHA-256 of each file of a generation that holds triples. Raises `OSError`."""
    found = {}
    for path in sorted(generation.glob("*.sst")):
        with path.open("rb") as file:
            found[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def links_folder(generation: Path) -> Path:
    """Where a generation has its tables of links."""
    return generation.with_name(generation.name + ".links")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the store in `folder`. Raises `StoreError` if there is none, or one of another format."""
    try:
        known = json.loads((folder / _MANIFEST).read_bytes())
    except FileNotFoundError:
        what = "there is no store in it" if folder.is_dir() else "there is no such folder"
        raise StoreError(f"{folder}: {what}; `{_command(folder)}` makes one.") from None
    except NotADirectoryError:
        raise StoreError(f"{folder}: is a file, and no store; name the folder that `kg build --store DIR` made.") from None
    except (OSError, ValueError) as error:
        raise _unusable(folder, f"{_MANIFEST}: {getattr(error, 'strerror', None) or error}") from error
    return _manifest(folder, known)


def _manifest(folder: Path, known: object) -> Manifest:
    """What the file says, as a manifest. Raises `StoreError` for what is none."""
    if not isinstance(known, dict):
        raise _unusable(folder, f"{_MANIFEST} holds no table")
    if known.get("format") != FORMAT:
        raise StoreError(f"{folder}: a store of format {known.get('format')}, not {FORMAT}; `{_command(folder)}` builds it anew.")
    for name, fits in _ENTRIES.items():
        if name in known and not fits(known[name]):
            raise _unusable(folder, f"{_MANIFEST}: {name} is {known[name]!r}")
    try:
        return Manifest(**{**known, "files": tuple(known["files"]), "languages": tuple(known["languages"])})
    except (TypeError, KeyError) as error:
        raise _unusable(folder, f"{_MANIFEST}: {error}") from error


def _text(value: object) -> bool:
    return isinstance(value, str)


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_text, value))


def _table(value: object, of: type) -> bool:
    return isinstance(value, dict) and all(isinstance(one, of) for one in value.values())


_ENTRIES: Mapping[str, Callable[[object], bool]] = {
    **dict.fromkeys(("generation", "built", "pyoxigraph"), _text),
    **dict.fromkeys(("files", "languages"), _texts),
    **dict.fromkeys(("prefixes", "digests"), partial(_table, of=str)),
    "graphs": partial(_table, of=int),
}
"""What is to be true of the entries of a manifest."""


def _held(folder: Path) -> tuple[Manifest, IO[bytes]]:
    """The manifest, and a lock on its generation that keeps it from being removed; asked again if another build has just come between."""
    manifest = read_manifest(folder)
    while True:
        lock = folder / f"{manifest.generation}.lock"
        problem: Exception | None = None
        file = None
        try:
            file = lock.open("rb")
            portalocker.lock(file, _SHARED)
        except (OSError, portalocker.LockException) as error:
            problem = error
        before, manifest = manifest, read_manifest(folder)
        if manifest.generation == before.generation:
            if file is None or problem is not None:
                if file is not None:
                    file.close()
                raise _unusable(folder, f"{lock.name} cannot be locked: {problem}") from problem
            return manifest, file
        if file is not None:
            file.close()


def _unusable(folder: Path, reason: str) -> StoreError:
    """A store that cannot be opened for some reason, which building it anew mends unless this process is barred from its files."""
    if any(barred in reason for barred in _BARRED):
        return StoreError(f"{folder}: the store cannot be read ({reason.rstrip('.')}).")
    return StoreError(f"{folder}: the store is damaged ({reason.rstrip('.')}); `{_command(folder)}` builds it anew.")


def _command(folder: Path) -> str:
    return f"kg build --store {folder} FILE…"


# ---- building


def built_from(folder: Path) -> tuple[str, ...] | None:
    """The names of the files that the store in `folder` was built from, none if that cannot be read; None if there is no store."""
    if not (folder / _MANIFEST).exists():
        return None
    try:
        return read_manifest(folder).files
    except StoreError:
        return ()


@contextlib.contextmanager
def new_generation(folder: Path) -> Iterator[Path]:
    """The path of a generation to be made; it is removed again, unless `publish` has been told of it. One build at a time.

    Raises `StoreError` if another build is under way, or the folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "build.lock").open("ab")
    except OSError as error:
        raise StoreError(f"{folder}: cannot be made a store: {error.strerror}.") from error
    with file:
        try:
            portalocker.lock(file, _ALONE)
        except portalocker.LockException as error:
            raise StoreError(f"{folder}: another build of this store is under way; wait for it to end.") from error
        path = folder / f"{_GENERATION}{uuid.uuid4().hex[:12]}"
        _sweep(folder)
        try:
            path.with_name(path.name + ".lock").touch()
            yield path
        finally:
            _sweep(folder, path)


def publish(path: Path, manifest: Manifest) -> None:
    """Make the generation at `path` the one that counts."""
    with written_whole(path.parent / _MANIFEST) as file:
        file.write(json.dumps(asdict(manifest), indent=2).encode() + b"\n")


def _sweep(folder: Path, own: Path | None = None) -> None:
    """Remove the generations that do not count and that nobody reads; only one's `own` where it cannot be told which one counts."""
    locks = [path for path in folder.glob(f"{_GENERATION}*.lock") if _LOCK.fullmatch(path.name)]
    try:
        counting = read_manifest(folder).generation if (folder / _MANIFEST).exists() else None
    except StoreError:
        counting, locks = None, [own.with_name(own.name + ".lock")] if own else []
    for lock in locks:
        if lock.stem != counting:
            _remove(lock)


def _remove(lock: Path) -> None:
    """Remove a generation, if its `lock` is free."""
    with lock.open("ab") as file:
        try:
            portalocker.lock(file, _ALONE)
        except portalocker.LockException:
            return
        for path in (lock.with_suffix(""), lock.with_suffix(".links")):
            shutil.rmtree(path, ignore_errors=True)
        lock.unlink()
