"""Load, validate, reason, and keep: the cache is never trusted."""

import importlib.metadata
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg import KnowledgeGraph, paths
from kg import build as building
from kg.build import build
from kg.errors import FileError, Inconsistent, NotConforming, ParseError
from kg.load import Document, parse
from kg.namespaces import ASSERTED_GRAPH, CLOSURE_GRAPH, LINKS_GRAPH, ONTOLOGY_GRAPH
from kg.reason import closure


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder of this test alone."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("KG_CACHE_DIR", str(folder))
    return folder


def append(folder: Path, text: str) -> None:
    with (folder / "relations.ttl").open("a", encoding="utf-8") as file:
        file.write(text)


def test_the_second_build_comes_from_the_cache(other_data: Path, cache: Path) -> None:
    """One file, the same bytes."""
    first, second = build(other_data), build(other_data)
    assert (True, False) == (first.fresh, second.fresh)
    assert first.content == second.content
    assert [first.path] == list(cache.iterdir())


def test_the_four_graphs_share_no_triple(graph: KnowledgeGraph) -> None:
    """A union that counted a triple twice would be wrong."""
    quads = list(graph.dataset.quads())
    assert {ASSERTED_GRAPH, CLOSURE_GRAPH, LINKS_GRAPH, ONTOLOGY_GRAPH} == {getattr(quad.graph_name, "value", "") for quad in quads}
    assert len(quads) == len({quad.triple for quad in quads})


def test_a_changed_file_is_built_anew(other_data: Path, cache: Path) -> None:
    """The key has the content in it."""
    build(other_data)
    append(other_data, '\nid:streslau <http://www.w3.org/2004/02/skos/core#altLabel> "Strelsau"@en .\n')
    assert build(other_data).fresh
    assert 2 == len(list(cache.iterdir()))


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the package, which counts as the code."""
    copy = tmp_path / "kg"
    shutil.copytree(building._PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(building, "_PACKAGE", copy)
    return copy


def test_whichever_file_of_the_code_is_changed_the_dataset_is_another(package: Path) -> None:
    """One that is longer, one that is as long, and one that is new."""
    keys = [building._key(paths.DATA, "rules")]
    files = sorted(package.rglob("*.py"))
    assert package / "reason" / "reference.py" in files
    for file in files:
        with file.open("a") as open_file:
            open_file.write("#")
        keys.append(building._key(paths.DATA, "rules"))
    os.utime(files[0], ns=(0, 0))
    keys.append(building._key(paths.DATA, "rules"))
    (package / "reason" / "another.py").touch()
    keys.append(building._key(paths.DATA, "rules"))
    assert len(files) + 3 == len(set(keys))


def test_what_editors_keep_beside_the_code_is_none_of_it(package: Path) -> None:
    """Such as the lock of Emacs, a link that leads nowhere."""
    before = building._key(paths.DATA, "rules")
    (package / ".#build.py").symlink_to("me@host.1:1")
    (package / "up").symlink_to(package)
    assert before == building._key(paths.DATA, "rules")


def test_installed_the_version_tells_which_code_it_is(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the files were unpacked does not matter."""
    monkeypatch.setattr(paths, "INSTALLED", True)
    before = building._key(paths.DATA, "rules")
    (package / "build.py").touch()
    assert before == building._key(paths.DATA, "rules")
    monkeypatch.setattr(building, "__version__", "0")
    assert before != building._key(paths.DATA, "rules")


@pytest.mark.parametrize("name", ["owlrl", "rdflib"])
def test_another_version_of_the_reasoner_gives_another_dataset(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of owlrl, and of rdflib below it; the rules do without both."""
    before = [building._key(paths.DATA, method) for method in ("rules", "owlrl")]
    monkeypatch.setattr(importlib.metadata, "version", lambda of: "0" if of == name else "1")
    other = [building._key(paths.DATA, method) for method in ("rules", "owlrl")]
    monkeypatch.setattr(importlib.metadata, "version", lambda of: "1")
    third = [building._key(paths.DATA, method) for method in ("rules", "owlrl")]
    assert before[0] == other[0] == third[0]
    assert 3 == len({before[1], other[1], third[1]})


@pytest.mark.parametrize("damage", [b"", b"x", b"# {}\n", b'# {"sha256": 1}\n', b"# []\n"])
def test_a_damaged_cache_file_is_built_anew(other_data: Path, cache: Path, damage: bytes) -> None:
    """Emptied, overwritten, or with a header that fits nothing."""
    path = build(other_data).path
    assert path
    good = path.read_bytes()
    path.write_bytes(damage)
    assert build(other_data).fresh
    assert good == path.read_bytes()


def test_a_cache_file_with_one_byte_changed_is_built_anew(other_data: Path, cache: Path) -> None:
    """Anywhere in it: here, the last triple."""
    path = build(other_data).path
    assert path
    good = path.read_bytes()
    path.write_bytes(good[:-20] + b"#" + good[-19:])
    assert build(other_data).fresh
    assert good == path.read_bytes()


def test_a_cache_folder_that_cannot_be_made_is_told_and_the_answer_given(
    other_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KG_CACHE_DIR", str(tmp_path / "file" / "cache"))
    dataset = build(other_data)
    assert dataset.path is None
    assert "KG_CACHE_DIR" in str(dataset.problem)
    assert dataset.content


def test_nothing_is_cached_when_the_data_are_wrong(other_data: Path, cache: Path) -> None:
    """Not even a temporary file."""
    append(other_data, "\ngrru:embassy dip:seat id:graustark .\n")
    with pytest.raises(NotConforming, match=r"relations\.ttl:\d+: Violation: grru:embassy: V09"):
        build(other_data)
    assert not cache.exists()


def test_a_syntax_error_is_told_with_its_line(other_data: Path, cache: Path) -> None:
    """That of the broken statement."""
    lines = (other_data / "relations.ttl").read_text(encoding="utf-8").count("\n")
    append(other_data, "\nid:x a .\n")
    with pytest.raises(ParseError, match=rf"relations\.ttl:{lines + 2}: "):
        build(other_data)


def test_contradictions_are_told_with_their_culprits(other_data: Path, cache: Path) -> None:
    """What no shape sees: a city that is also a person's parent, and so a person, is no clash; a state that is a person is."""
    append(other_data, "\nid:yetive a dip:FormerPolity .\n")
    path = other_data / "relations.ttl"
    lines = path.read_text(encoding="utf-8").splitlines()
    first, second = lines.index("id:yetive a dip:FormerPolity .") + 1, lines.index("id:yetive a schema:Person ;") + 1
    with pytest.raises(Inconsistent) as error:
        build(other_data)
    assert [
        "The data contradict the ontology:",
        "  id:yetive is both dip:FormerPolity and schema:Person, which are disjoint. (cax-adc)",
        "    id:yetive a dip:FormerPolity",
        f"      stated at {path}:{first}",
        "    id:yetive a schema:Person",
        f"      stated at {path}:{second}",
    ] == str(error.value).splitlines()


def test_two_values_of_a_property_that_has_one_are_told(ontology: Document, other_data: Path) -> None:
    """Not that two states would be one, and what follows from that, but the mission that has both."""
    path = other_data / "relations.ttl"
    append(other_data, "\ngrru:embassy dip:sendingState id:ruritania .\n")
    append(other_data, "id:graustark owl:differentFrom id:ruritania ; dip:sharesBorderWith id:ruritania .\n")
    with pytest.raises(Inconsistent) as error:
        closure(parse(path).triples, ontology.triples)
    (clash,) = error.value.clashes
    assert "has id:graustark and id:ruritania as dip:sendingState, which has one value only." in clash.sentence
    assert ["graustark", "ruritania"] == [words[2].rsplit("/", 1)[-1] for words in clash.statements]


def test_leftovers_of_killed_writers_are_swept(other_data: Path, cache: Path) -> None:
    """Old ones only: a young one may belong to a writer at work."""
    cache.mkdir()
    old, young = cache / ".kg-tmp-old", cache / ".kg-tmp-young"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))
    build(other_data)
    assert (False, True) == (old.exists(), young.exists())


def test_a_killed_writer_leaves_the_old_file_whole(tmp_path: Path) -> None:
    """Killed at twenty moments while it writes again and again."""
    target = tmp_path / "file.nq"
    program = (
        "import sys; from pathlib import Path; from kg.paths import written_whole\n"
        "i = 0\n"
        "while True:\n"
        "    i += 1\n"
        "    with written_whole(Path(sys.argv[1])) as file:\n"
        "        for _ in range(200): file.write(b'%09d\\n' % i)\n"
    )
    for moment in range(20):
        process = subprocess.Popen([sys.executable, "-c", program, str(target)])
        deadline = time.monotonic() + 20
        while not target.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.003 * moment)
        process.send_signal(signal.SIGKILL)
        process.wait()
        lines = target.read_bytes().splitlines()
        assert 200 == len(lines)
        assert 1 == len(set(lines))


def test_a_block_that_fails_leaves_no_file(tmp_path: Path) -> None:
    """Neither the target nor a temporary one."""

    def half() -> None:
        with paths.written_whole(tmp_path / "a") as file:
            file.write(b"half")
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        half()
    assert [] == list(tmp_path.iterdir())


def test_a_file_that_is_missing_to_the_block_is_not_said_to_be_the_written_one(tmp_path: Path) -> None:
    """An error of whoever writes keeps its own name, and nothing is left."""

    def copied() -> None:
        with paths.written_whole(tmp_path / "out") as file:
            file.write((tmp_path / "in").read_bytes())

    with pytest.raises(FileNotFoundError, match=re.escape(str(tmp_path / "in"))):
        copied()
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("amount", [10, 1_000_000], ids=["when it is flushed", "at once"])
def test_a_file_that_finds_no_room_is_said_not_to_be_written(amount: int) -> None:
    """The device that is always full stands for a full disk."""
    message = r"^/dev/full: cannot be written: No space left on device\.$"
    with pytest.raises(FileError, match=message), paths.written_whole(Path("/dev/full")) as file:
        file.write(b"x" * amount)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    """Nothing can be written into it."""
    path = tmp_path / "none" / "out"
    message = rf"^{re.escape(str(path))}: cannot be written: No such file or directory\.$"
    with pytest.raises(FileError, match=message), paths.written_whole(path):
        pass


def test_a_new_file_has_the_permissions_that_the_umask_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the umask, which is the whole process's, is not touched for it: another thread's file would be open to all."""
    old = os.umask(0o027)
    try:
        with monkeypatch.context() as patched:
            patched.setattr(os, "umask", lambda mask: pytest.fail("the umask is set"))
            with paths.written_whole(tmp_path / "a") as file:
                file.write(b"new")
    finally:
        os.umask(old)
    assert 0o640 == (tmp_path / "a").stat().st_mode & 0o777


def test_what_was_private_is_private_while_it_is_written(tmp_path: Path) -> None:
    """The temporary file has the permissions of the one whose place it takes."""
    (tmp_path / "a").touch(0o600)
    with paths.written_whole(tmp_path / "a"):
        assert {0o600} == {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}


def test_the_store_holds_what_the_dataset_holds(graph: KnowledgeGraph) -> None:
    """As many quads."""
    dataset = build()
    assert len(list(graph.dataset.quads())) == len(dataset.store())
    assert isinstance(dataset.store(), ox.Store)


def test_a_link_is_followed_and_a_pipe_written_into(tmp_path: Path) -> None:
    """The target is replaced and keeps its mode, the link stays; what is no regular file is not replaced by one."""
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    target.chmod(0o600)
    link.symlink_to(target)
    with paths.written_whole(link) as file:
        file.write(b"new")
    assert ("new", True, 0o600) == (target.read_text(), link.is_symlink(), target.stat().st_mode & 0o777)
    with paths.written_whole(Path(os.devnull)) as file:
        file.write(b"nothing")
    assert not Path(os.devnull).is_file()
