"""Triples in a spool are those that came, blank nodes included, however often they are read."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kg.spool
from kg.spool import Spool

_NODES = st.sampled_from(["http://e/a", "http://e/b", "http://e/ü"]).map(ox.NamedNode) | st.sampled_from("xy").map(ox.BlankNode)
_LITERALS = st.text(st.characters(exclude_categories=["Cs"])).map(ox.Literal) | st.sampled_from(["01", "x"]).map(
    lambda text: ox.Literal(text, datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer"))
)
_PREDICATES = st.sampled_from(["http://e/p", "http://e/q", "http://e/r"]).map(ox.NamedNode)


@given(st.lists(st.builds(ox.Triple, _NODES, _PREDICATES, _NODES | _LITERALS)), st.integers(1, 5))
def test_what_is_read_is_what_came(triples: list[ox.Triple], chunk: int) -> None:
    """Any terms, over any number of chunks: those of a predicate in their order, all of them again at each reading, and counted."""
    with Spool() as spool:
        before, kg.spool._CHUNK = kg.spool._CHUNK, chunk
        try:
            spool.extend(triples)
        finally:
            kg.spool._CHUNK = before
        for predicate in ("http://e/p", "http://e/q", "http://e/r", "http://e/none"):
            expected = [triple for triple in triples if triple.predicate.value == predicate]
            assert expected == list(spool.triples([predicate])) == list(spool.triples([predicate]))
            assert len(expected) == spool.sizes.get(predicate, 0)
        assert {t.predicate.value for t in triples if isinstance(t.object, ox.BlankNode)} == spool.hanging


def test_nothing_is_left_of_it_in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even while it is in use, so that no end of the process leaves a file behind."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Spool() as spool:
        spool.add(ox.Triple(ox.BlankNode(), ox.NamedNode("http://e/p"), ox.Literal("x")))
        spool.flush()
        assert [] == list(tmp_path.iterdir())


def test_a_folder_without_room_is_named() -> None:
    """With what to do about it; a limit on the size of files stands for a full disk."""
    code = (
        "import resource, pyoxigraph as ox; from kg.spool import Spool; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "with Spool() as spool:\n    spool.add(ox.Triple(ox.BlankNode(), ox.NamedNode('http://e/p'), ox.Literal('x' * 2000)))\n"
        "    spool.flush()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    last = done.stderr.splitlines()[-1]
    folder = tempfile.gettempdir()
    assert f"kg.errors.FileError: {folder}: the triples that do not stay in memory cannot be written there: File too large." in last
    assert "Name a folder that has room by TMPDIR" in last


def test_a_store_has_some_predicates_alone() -> None:
    """With the labels that the blank nodes came with."""
    node, p, q = ox.BlankNode("x"), ox.NamedNode("http://e/p"), ox.NamedNode("http://e/q")
    with Spool() as spool:
        spool.extend([ox.Triple(node, p, node), ox.Triple(node, q, node)])
        assert [ox.Triple(node, p, node)] == [quad.triple for quad in spool.store(["http://e/p"])]
