"""Files in the user's cache folder that are whole and as they were written, or count as not there.

The first line of a file is the SHA-256 of the rest, as a comment of N-Quads and Turtle.
"""

import hashlib
import time
from functools import cache
from pathlib import Path

from kg import paths
from kg.errors import FileError

_LEFTOVERS_ARE_OLD_AFTER = 3600


def recall(name: str) -> bytes | None:
    """What was kept under `name`; None if nothing was, or it is damaged."""
    try:
        first, _, content = (paths.cache_folder() / name).read_bytes().partition(b"\n")
    except OSError:
        return None
    return content if first == _seal(content) else None


def keep(name: str, content: bytes, *, synced: bool = True) -> Path:
    """Keep `content` under `name`, whole or not at all, and return the file. Raises `FileError`.

    Unless `synced`, for what is soon had again, it may be damaged by a power failure, and then counts as not there.
    """
    folder = paths.cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
    except OSError as error:
        raise FileError(f"{folder}: cannot be made a cache folder: {error.strerror}. Set KG_CACHE_DIR to another one.") from error
    with paths.written_whole(folder / name, synced=synced) as file:
        file.write(_seal(content) + b"\n")
        file.write(content)
    return folder / name


@cache
def _sweep(folder: Path) -> None:
    """Remove what killed writers left in `folder`, once: it may hold thousands of answers."""
    paths.sweep(folder, time.time() - _LEFTOVERS_ARE_OLD_AFTER)


def _seal(content: bytes) -> bytes:
    return b"# " + hashlib.sha256(content).hexdigest().encode()
