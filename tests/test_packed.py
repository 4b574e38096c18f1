"""Packed files are unpacked by one door, wherever they are read; one that is damaged or cut off is refused by name."""

import gzip
import io
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import FileError
from kg.packed import unpacked, unpacking


@given(st.lists(st.binary(max_size=9_000), max_size=4), st.integers(1, 10_000))
def test_zstandard_gives_what_its_frames_hold(frames: list[bytes], size: int) -> None:
    """Any number of frames, empty ones too, read in pieces of any length."""
    raw = io.BytesIO(b"".join(map(zstandard.compress, frames)))
    with unpacking(Path("a.nt.zst"), raw) as file:
        parts = list(iter(lambda: file.read(size), b""))
    assert b"".join(frames) == b"".join(parts)
    assert all(len(part) <= size for part in parts)


@given(st.binary(min_size=1, max_size=9_000), st.data())
def test_zstandard_that_is_cut_off_is_refused(content: bytes, data: st.DataObject) -> None:
    """Wherever it is cut, but for nowhere: zstandard itself says nothing."""
    packed = zstandard.compress(content)
    end = data.draw(st.integers(1, len(packed) - 1))
    with pytest.raises(FileError, match=r"a\.nt\.zst: cannot be unpacked: "), unpacking(Path("a.nt.zst"), io.BytesIO(packed[:end])) as file:
        file.read()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.gz", gzip.compress(b"x" * 99)[:-9], "Compressed file ended before the end-of-stream marker was reached"),
        ("a.gz", b"none", r"Not a gzipped file \(b'no'\)"),
        ("a.zst", zstandard.compress(b"x" * 99)[:-3], "it ends too early"),
        ("a.zst", b"none", "zstd decompressor error: Unknown frame descriptor"),
    ],
)
def test_what_is_wrong_is_said_with_the_file(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    """One sentence of the same form for both."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileError, match=rf"{name}: cannot be unpacked: {reason}\.$"), unpacked(tmp_path / name) as file:
        file.read()


def test_other_files_are_read_as_they_are(tmp_path: Path) -> None:
    """Whatever they hold."""
    content = gzip.compress(b"x")
    (tmp_path / "a.ttl").write_bytes(content)
    with unpacked(tmp_path / "a.ttl") as file:
        assert content == file.read()
