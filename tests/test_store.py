"""A store on disk: built whole or not at all, read by many, and no different from memory."""

import errno
import gzip
import io
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import zstandard
from click.testing import CliRunner
from test_query import ANSWER_FILES, answer_lines, expected_lines

from kg import KnowledgeGraph, paths
from kg.build import build
from kg.cli import cli
from kg.errors import DataError, FileError, FormatError, Inconsistent, KgError, LinkError, NotConforming, ParseError, StoreError
from kg.load import PARSERS
from kg.store.build import build_store
from kg.store.folder import StoredDataset, read_manifest

built = partial(build_store, validate=False)


class Quiet:
    """One who is told how a build goes on, and keeps it."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.done: list[int] = []
        self.totals: list[int | None] = []

    def stage(self, name: str, total: int | None = None, unit: str = "triples") -> None:
        self.stages.append(name)
        self.done.append(0)
        self.totals.append(total)

    def advance(self, amount: int, triples: float = 0.0) -> None:
        self.done[-1] += amount


@pytest.fixture(scope="module")
def article_store(_own_cache: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the article's data."""
    folder = tmp_path_factory.mktemp("store") / "article"
    build_store(folder, [paths.DATA], Quiet())
    return folder


@pytest.fixture(scope="module")
def stored(article_store: Path) -> KnowledgeGraph:
    """The article's graph on the engine on disk."""
    return KnowledgeGraph.open(store=article_store)


@pytest.mark.parametrize("path", ANSWER_FILES, ids=lambda path: path.name)
def test_the_engine_on_disk_gives_the_same_rows(stored: KnowledgeGraph, path: Path) -> None:
    """One query file, the same answer from a folder."""
    assert expected_lines(path) == answer_lines(stored, path)


def quads(content: Iterator[ox.Quad]) -> list[str]:
    """The lines of N-Quads, without the names of blank nodes."""
    return sorted(re.sub(r"_:\w+", "_:b", str(quad)) for quad in content)


def test_a_store_holds_what_the_dataset_in_memory_holds(stored: KnowledgeGraph) -> None:
    """In the same four graphs, sized as the manifest says, and nothing is left of the reasoning."""
    held = quads(iter(stored.dataset.quads()))
    assert quads(iter(build().quads())) == held
    assert isinstance(stored.dataset, StoredDataset)
    assert len(held) == sum(stored.dataset.manifest.graphs.values())


def test_a_store_is_in_one_layer(article_store: Path, tmp_path: Path) -> None:
    """Where nothing is left to be merged, no file is written anew: each layer more is looked through by every question."""
    generation = shutil.copytree(article_store / read_manifest(article_store).generation, tmp_path / "copy")
    files = {path.name for path in generation.glob("*.sst")}
    ox.Store(str(generation)).optimize()
    assert files == {path.name for path in generation.glob("*.sst")} != set()


def test_what_a_store_says_is_explained_and_cited(stored: KnowledgeGraph, graph: KnowledgeGraph) -> None:
    """By the same proofs, sentences and links as in memory."""
    asked = ("Azerbaijan", "dip:fellowMemberOf", "Kazakhstan")
    assert graph.explain(*asked).to_json() == stored.explain(*asked).to_json()
    assert [row.citations for row in graph.query("honours").cited()] == [row.citations for row in stored.query("honours").cited()]  # type: ignore[union-attr]
    assert graph.describe("Astana").to_json() == stored.describe("Astana").to_json()
    assert graph.link_coverage() == stored.link_coverage()
    day = "1992-08-26"
    assert graph.as_of(day).counts == stored.as_of(day).counts


@pytest.mark.parametrize("format", ["turtle", "ntriples", "nquads", "trig", "rdfxml", "jsonld"])
@pytest.mark.parametrize("graphs", [("asserted",), ("asserted", "closure")])
def test_an_export_as_it_comes_says_what_the_sorted_one_says(
    stored: KnowledgeGraph, graph: KnowledgeGraph, format: str, graphs: tuple[str, ...]
) -> None:
    """Statement by statement, blank nodes apart."""
    streamed = io.BytesIO()
    stored.export_to(streamed, format, graphs=graphs)
    texts = [streamed.getvalue(), graph.export(format, graphs=graphs).encode()]
    came, ordered = (quads(ox.parse(text, format=PARSERS[format])) for text in texts)
    assert ordered == came


# ---- what is loaded

RDF_XML = (
    b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:s="https://schema.org/"><s:City r:about="x:streslau"/></r:RDF>'
)
TOWN = "<x:streslau> a <https://schema.org/City> ."
FORMS: list[tuple[str, bytes]] = [
    ("a.ttl", TOWN.replace("a <", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <").encode()),
    ("a.ttl", b"\xef\xbb\xbf" + TOWN.encode()),
    ("a.nt", TOWN.replace(" a ", " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ").encode()),
    ("a.nq", TOWN.replace(" a ", " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ").replace(" .", " <x:graph> .").encode()),
    ("a.trig", f"<x:graph> {{ {TOWN} }}".encode()),
    ("a.jsonld", b'{"@id": "x:streslau", "@type": "https://schema.org/City"}'),
    ("a.rdf", RDF_XML),
    ("a.ttl.gz", gzip.compress(TOWN.encode())),
    ("A.TTL.GZ", gzip.compress(TOWN.encode())),
    ("a.nt.zst", zstandard.compress(TOWN.replace(" a ", " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ").encode())),
    ("a.ttl.zst", zstandard.compress(b"") + zstandard.compress(TOWN.encode())),
]


@pytest.mark.parametrize(("name", "content"), FORMS, ids=[f"{number}-{name}" for number, (name, _) in enumerate(FORMS)])
def test_each_format_is_loaded_packed_or_not(tmp_path: Path, name: str, content: bytes) -> None:
    """The same triple in the same graph, all bytes on disk counted."""
    (tmp_path / name).write_bytes(content)
    watch = Quiet()
    manifest = built(tmp_path / "store", [tmp_path / name], watch)
    assert (1, len(content), len(content)) == (manifest.graphs["asserted"], watch.done[0], watch.totals[0])
    graph = KnowledgeGraph.open(store=tmp_path / "store")
    assert graph.sparql("ASK { <x:streslau> a schema:Place . GRAPH <https://w3id.org/bilateral/graph/asserted> { ?s a schema:City } }")


def test_what_is_not_there_and_a_folder_without_triples_are_refused(tmp_path: Path) -> None:
    """By name, before anything is built."""
    for path, message in ((tmp_path / "none", "none: there is no such file or folder."), (tmp_path, "holds no file of triples")):
        with pytest.raises(FileError, match=message):
            built(tmp_path / "store", [path], Quiet())
    assert not (tmp_path / "store").exists()


def test_links_in_a_folder_are_followed_and_hidden_files_are_not_read(tmp_path: Path) -> None:
    """A linked folder counts, once, though a link leads back; a link that leads nowhere is an error, not less data."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "town.ttl").write_text(TOWN)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "part").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "back").symlink_to(tmp_path / "data")
    (tmp_path / "data" / ".town.ttl.swp.ttl").write_text("half a")
    assert ("town.ttl",) == built(tmp_path / "store", [tmp_path / "data"], Quiet()).files
    (tmp_path / "data" / "lost.ttl").symlink_to(tmp_path / "nowhere.ttl")
    with pytest.raises(FileError, match=r"lost\.ttl: a link that leads nowhere"):
        built(tmp_path / "store", [tmp_path / "data"], Quiet())


def test_a_file_is_loaded_once_by_whatever_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that its blank nodes do not double: by a path from elsewhere, a link, and with its folder."""
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / "one.ttl"
    file.write_text("[] <x:p> <x:o> .")
    (tmp_path / "link.ttl").symlink_to(file)
    monkeypatch.chdir(tmp_path / "data")
    files = [Path("one.ttl"), file, tmp_path / "link.ttl", tmp_path / "data"]
    assert 1 == built(tmp_path / "store", files, Quiet()).graphs["asserted"]


def test_a_folder_that_cannot_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not less data; those who run the tests may read all, so that the refusal is made up."""
    (tmp_path / "data" / "barred").mkdir(parents=True)
    (tmp_path / "data" / "one.ttl").write_text(TOWN)
    scandir = os.scandir

    def refusing(path: str) -> Any:
        if str(path).endswith("barred"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    with pytest.raises(FileError, match=r"barred: cannot be read: Permission denied\."):
        built(tmp_path / "store", [tmp_path / "data"], Quiet())


def test_what_is_left_out_of_a_folder_is_said(tmp_path: Path) -> None:
    """Its names, by whatever reads folders; tables of links are no such files."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "one.ttl").write_text(TOWN)
    for name in ("a.json", "b.owl", "links.sssom.tsv", ".hidden"):
        (tmp_path / "data" / name).touch()
    for command in (["build", "--no-validate", "--store", str(tmp_path / "store")], ["validate"]):
        run = CliRunner().invoke(cli, [*command, str(tmp_path / "data")])
        assert "kg: 2 files left out, whose names tell no RDF format: a.json, b.owl" in run.stderr.splitlines()


@pytest.fixture
def two_folders(tmp_path: Path) -> tuple[Path, Path]:
    """The article's data, and a town with a table of links that has the same name and one line, of that town."""
    article, town = tmp_path / "article", tmp_path / "town"
    shutil.copytree(paths.DATA, article)
    town.mkdir()
    (town / "town.ttl").write_text('<https://w3id.org/bilateral/id/town> <http://www.w3.org/2000/01/rdf-schema#label> "Town"@en .')
    lines = (article / TABLE).read_text().splitlines(keepends=True)
    *head, first = lines[: next(number for number, line in enumerate(lines) if "\tskos:exactMatch\t" in line) + 1]
    cells = first.split("\t")
    columns = next(line for line in head if not line.startswith("#")).split("\t")
    cells[columns.index("subject_id")], cells[columns.index("subject_label")] = "id:town", "Town"
    item = columns.index("object_id")
    cells[item] = "wd:Q999999999"
    header = [line for line in head if line.startswith("#")]
    (town / TABLE).write_text("".join([*header, "\t".join(columns), "\t".join(cells)]))
    return article, town


TABLE = "wikidata.sssom.tsv"


def test_tables_of_links_with_the_same_name_are_all_kept(two_folders: tuple[Path, Path], tmp_path: Path) -> None:
    """The links of both folders are there, in the graph and in the tables; one folder given twice is one."""
    article, town = two_folders
    alone, both = (built(tmp_path / name, [*folders], Quiet()) for name, folders in (("one", [article]), ("two", [article, town, article])))
    assert 0 < alone.graphs["links"] == both.graphs["links"] - 1
    tables = KnowledgeGraph.open(store=tmp_path / "two").link_sets
    assert {(article / TABLE).read_text(), (town / TABLE).read_text()} == {table.text for table in tables}


def test_tables_of_two_folders_may_say_the_same(two_folders: tuple[Path, Path], tmp_path: Path) -> None:
    """As two articles about one state do; what contradicts is refused, with both places."""
    article, town = two_folders
    number, line = next(
        (number, line)
        for number, line in enumerate((article / TABLE).read_text().splitlines(keepends=True), 1)
        if "\tskos:exactMatch\t\twd:" in line
    )
    table = (town / TABLE).read_text()
    (town / TABLE).write_text(table + line)
    alone, both = (built(tmp_path / name, folders, Quiet()) for name, folders in (("one", [article]), ("two", [article, town])))
    assert alone.graphs["links"] == both.graphs["links"] - 1
    (town / TABLE).write_text(table + re.sub(r"wd:Q[0-9]+", "wd:Q999999998", line))
    with pytest.raises(LinkError, match=re.escape(f"{town / TABLE}:{table.count(chr(10)) + 1}: ")) as error:
        built(tmp_path / "store", [article, town], Quiet())
    assert f"by line {number} of {article / TABLE} " in str(error.value)
    assert "one thing is one item" in str(error.value)


def test_a_folder_is_loaded_with_all_below_it(tmp_path: Path) -> None:
    """Files of other kinds are let be; blank nodes of two files stay two."""
    (tmp_path / "data" / "deep").mkdir(parents=True)
    (tmp_path / "data" / "one.ttl").write_text("_:a <x:p> <x:o> .")
    (tmp_path / "data" / "deep" / "two.nt").write_text("_:a <x:p> <x:o> .\n")
    (tmp_path / "data" / "read.me").write_text("not RDF")
    manifest = built(tmp_path / "store", [tmp_path / "data"], Quiet())
    assert (2, ("two.nt", "one.ttl")) == (manifest.graphs["asserted"], manifest.files)


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("a.ttl", b"<x:a> <x:p> <x:o> .\n<x:b> <x:p> .\n", ParseError, "a.ttl:2: . is not a valid RDF object."),
        ("a.nq", b"<x:a> <x:p> <x:o> <x:g> .\n<x:b> <x:p> .\n", ParseError, "a.nq:2: "),
        ("a.rdf", b'<!DOCTYPE x [<!ENTITY a "b">]><x/>', ParseError, "a.rdf: RDF/XML with a DOCTYPE is refused"),
        ("a.ttl.gz", gzip.compress(TOWN.encode() * 99)[:40], FileError, "a.ttl.gz: cannot be unpacked: "),
        ("a.ttl.gz", b"no gzip", FileError, "a.ttl.gz: cannot be unpacked: Not a gzipped file"),
        ("a.ttl.zst", b"no zstandard", FileError, "a.ttl.zst: cannot be unpacked: "),
        ("a.ttl", b"# nothing\n", FileError, "a.ttl: no triple is in there."),
        ("a.doc", b"", FormatError, "a.doc: no RDF format has this extension"),
        ("a.ttl", b"<x:a> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <x:b> .", DataError, "The data hold the axiom "),
        ("a.ttl", b"<x:a> a <http://www.w3.org/2002/07/owl#Restriction> .", DataError, "The data hold the axiom "),
        (
            "a.ttl",
            b"<x:a> a <https://w3id.org/bilateral/ontology#Treaty>, <https://w3id.org/bilateral/ontology#State> .",
            Inconsistent,
            "x:a",
        ),
    ],
)
def test_what_cannot_be_built_leaves_the_store_as_it_was(
    tmp_path: Path, name: str, content: bytes, error: type[KgError], message: str
) -> None:
    """One message with the place, and the files of the store before, byte for byte."""
    (tmp_path / "good.ttl").write_text(TOWN)
    built(tmp_path / "store", [tmp_path / "good.ttl"], Quiet())
    before = {path: path.read_bytes() for path in (tmp_path / "store").rglob("*") if path.is_file()}
    (tmp_path / name).write_bytes(content)
    with pytest.raises(error) as raised:
        built(tmp_path / "store", [tmp_path / name], Quiet())
    assert message in str(raised.value)
    assert before == {path: path.read_bytes() for path in (tmp_path / "store").rglob("*") if path.is_file()}


def test_data_that_do_not_conform_are_not_built(tmp_path: Path, other_data: Path) -> None:
    """Each violation with its shape and thing, ten at most, the same that a build in memory tells; and the command that shows all."""
    with (other_data / "relations.ttl").open("a") as file:
        file.write("".join(f"\nid:town-{number} a schema:City .\n" for number in range(12)))
    watch = Quiet()
    with pytest.raises(NotConforming) as error:
        build_store(tmp_path / "store", [other_data], watch)
    with pytest.raises(NotConforming) as in_memory:
        build(other_data, cache=False)
    assert ["loading relations.ttl", "reading", "validating"] == watch.stages
    assert watch.totals[1:] == watch.done[1:]
    assert 12 == len(error.value.violations) == len(in_memory.value.violations)
    assert str(error.value).endswith(f"  … and 2 more: kg validate {other_data / 'relations.ttl'}")
    assert all(f"id:town-{number}: " in "".join(error.value.violations) for number in range(12))


def kg(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "kg", *map(str, arguments)], capture_output=True, text=True, check=False)


def test_a_store_is_validated_as_its_files_are(article_store: Path, tmp_path: Path) -> None:
    """The same counts; a store that was let in unchecked is told its violations; and one thing is checked at a time."""
    assert kg("validate").stdout == kg("validate", "--store", article_store).stdout
    (tmp_path / "a.ttl").write_text(TOWN)
    built(tmp_path / "store", [tmp_path / "a.ttl"], Quiet())
    files, stored = (kg("validate", "--format", "json", *what) for what in ((tmp_path / "a.ttl",), ("--store", tmp_path / "store")))
    assert [1, 1] == [files.returncode, stored.returncode]
    told = [
        [(result["shape"], result["focus"], result["message"]) for result in json.loads(run.stdout)["results"]] for run in (files, stored)
    ]
    assert told[0] == told[1] != []
    assert 2 == kg("validate", "--store", article_store, tmp_path / "a.ttl").returncode
    assert 2 == kg("validate", "--store", article_store, "--method", "pyshacl").returncode


def test_a_store_that_the_environment_names_is_validated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not the article, which conforms; files that are named are."""
    (tmp_path / "a.ttl").write_text(TOWN)
    built(tmp_path / "store", [tmp_path / "a.ttl"], Quiet())
    monkeypatch.setenv("KG_STORE", str(tmp_path / "store"))
    assert [1, 0] == [kg("validate").returncode, kg("validate", paths.DATA / "relations.ttl").returncode]


def test_a_file_is_no_store(tmp_path: Path) -> None:
    """It is not told to be a damaged one."""
    (tmp_path / "a.ttl").write_text(TOWN)
    with pytest.raises(StoreError, match=r"a\.ttl: is a file, and no store"):
        StoredDataset(tmp_path / "a.ttl")


# ---- faults


def generations(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("generation-*"))


def test_a_reader_keeps_its_dataset_while_another_is_built(tmp_path: Path) -> None:
    """It still answers, a new reader gets the new one, and the old one is removed by the next build after."""
    (tmp_path / "a.ttl").write_text(TOWN)
    built(tmp_path / "store", [tmp_path / "a.ttl"], Quiet())
    old = KnowledgeGraph.open(store=tmp_path / "store")
    (tmp_path / "a.ttl").write_text(TOWN.replace("streslau", "zenda"))
    built(tmp_path / "store", [tmp_path / "a.ttl"], Quiet())
    new = KnowledgeGraph.open(store=tmp_path / "store")
    ask = "ASK { <x:zenda> a schema:City }"
    assert [False, True] == [old.sparql(ask), new.sparql(ask)]
    assert 4 == len(generations(tmp_path / "store"))
    del old
    built(tmp_path / "store", [tmp_path / "a.ttl"], Quiet())
    assert 4 == len(generations(tmp_path / "store")), "the one that `new` reads, and the newest"


def test_several_processes_read_while_one_builds(article_store: Path) -> None:
    """Four at once, with the same answer, and a build in between."""
    command = [sys.executable, "-m", "kg", "query", "state-visits", "--store", str(article_store), "--format", "csv"]
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    built(article_store, [paths.DATA], Quiet())
    answers = {reader.communicate()[0] for reader in readers}
    assert 1 == len(answers)
    assert [0, 0, 0, 0] == [reader.returncode for reader in readers]
    assert "2004-03" in answers.pop()


def started(folder: Path, *files: Path) -> subprocess.Popen[bytes]:
    """A build in a process of its own."""
    command = [sys.executable, "-m", "kg", "build", "--store", str(folder), *map(str, files)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_a_build_that_is_killed_leaves_the_old_store_whole(tmp_path: Path) -> None:
    """At twenty moments: the store answers as before or, if it was already switched, as after; the next build leaves one generation."""
    folder = tmp_path / "store"
    built(folder, [paths.DATA], Quiet())
    generated = tmp_path / "generated"
    generator = Path(__file__).parents[1] / "benchmarks" / "generate.py"
    subprocess.run([sys.executable, str(generator), "--triples", "20000", "-o", str(generated)], check=True, capture_output=True)
    sizes = [StoredDataset(folder).manifest.graphs["asserted"]]
    begun = time.perf_counter()
    assert 0 == started(tmp_path / "other", generated).wait()
    took = time.perf_counter() - begun
    sizes.append(StoredDataset(tmp_path / "other").manifest.graphs["asserted"])
    moments = random.Random(20)  # noqa: S311 - no secret
    for _ in range(20):
        process = started(folder, generated)
        time.sleep(moments.uniform(0, took))
        process.send_signal(signal.SIGKILL)
        process.wait()
        graph = KnowledgeGraph.open(store=folder)
        assert graph.counts["triples"] in sizes
        del graph
    assert 0 == started(folder, generated).wait()
    assert sizes[1] == KnowledgeGraph.open(store=folder).counts["triples"]
    assert 2 == len(generations(folder)), "one generation and its lock"


def test_two_builds_at_once_are_one_too_many(tmp_path: Path) -> None:
    """The second is told so, at once."""
    (tmp_path / "a.ttl").write_text(TOWN)

    class Second(Quiet):
        def stage(self, name: str, total: int | None = None, unit: str = "triples") -> None:
            with pytest.raises(StoreError, match="another build of this store is under way; wait for it to end"):
                built(tmp_path / "store", [tmp_path / "a.ttl"], Quiet())
            super().stage(name)

    watch = Second()
    built(tmp_path / "store", [tmp_path / "a.ttl"], watch)
    assert ["loading a.ttl", "reasoning", "merging"] == watch.stages


def test_a_full_disk_is_said_in_one_line_and_the_old_store_stays(tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk."""
    (tmp_path / "a.ttl").write_text(TOWN)
    built(tmp_path / "store", [tmp_path / "a.ttl"], Quiet())
    (tmp_path / "b.nt").write_text("".join(f'<x:{number}> <x:p> "{number * 7919:099d}" .\n' for number in range(60_000)))

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    command = [sys.executable, "-m", "kg", "build", "--no-validate", "--store", str(tmp_path / "store"), str(tmp_path / "b.nt")]
    run = subprocess.run(command, capture_output=True, text=True, preexec_fn=limited, check=False)
    assert 2 == run.returncode
    assert 1 == len(run.stderr.splitlines())
    assert "File too large" in run.stderr
    assert KnowledgeGraph.open(store=tmp_path / "store").sparql("ASK { <x:streslau> a schema:City }")
    assert 2 == len(generations(tmp_path / "store"))


def manifest_with(**changed: object) -> Callable[[Path], object]:
    def change(folder: Path) -> object:
        path = folder / "store.json"
        return path.write_text(json.dumps({**json.loads(path.read_text()), **changed}))

    return change


def damage_the_files(folder: Path) -> None:
    for path in folder.glob("generation-*/*"):
        if path.name.startswith(("MANIFEST", "CURRENT")):
            path.write_bytes(b"\0" * 64)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "store.json").unlink(), "there is no store in it"),
        (lambda folder: (folder / "store.json").write_text("{"), "the store is damaged (store.json: "),
        (lambda folder: (folder / "store.json").write_text("[]"), "the store is damaged (store.json holds no table)"),
        (manifest_with(format=7), "a store of format 7, not 1"),
        (manifest_with(strange=7), "the store is damaged (store.json: "),
        (manifest_with(prefixes=3), "the store is damaged (store.json: prefixes is 3)"),
        (manifest_with(digests=[]), "the store is damaged (store.json: digests is [])"),
        (manifest_with(graphs={"asserted": "1"}), "the store is damaged (store.json: graphs is {'asserted': '1'})"),
        (manifest_with(languages="en"), "the store is damaged (store.json: languages is 'en')"),
        (manifest_with(generation=None), "the store is damaged (store.json: generation is None)"),
        (manifest_with(generation="generation-gone"), "the store is damaged (generation-gone.lock cannot be locked"),
        (damage_the_files, "the store is damaged ("),
    ],
)
def test_a_store_that_is_none_or_damaged_is_said_to_be(tmp_path: Path, damage: Callable[[Path], object], message: str) -> None:
    """With the command that builds it anew, which then does."""
    (tmp_path / "a.ttl").write_text(TOWN)
    folder = tmp_path / "store"
    built(folder, [tmp_path / "a.ttl"], Quiet())
    damage(folder)
    with pytest.raises(StoreError) as error:
        KnowledgeGraph.open(store=folder)
    assert message in str(error.value)
    assert f"`kg build --store {folder}" in str(error.value)
    built(folder, [tmp_path / "a.ttl"], Quiet())
    assert KnowledgeGraph.open(store=folder).sparql("ASK { <x:streslau> a schema:City }")


def test_what_others_have_in_the_folder_is_let_be(tmp_path: Path) -> None:
    """Whatever it is called: a build removes what a build made."""
    (tmp_path / "a.ttl").write_text(TOWN)
    for name in ("generation-1", "generation-abcdefabcdef"):
        (tmp_path / "store" / name).mkdir(parents=True)
        (tmp_path / "store" / name / "mine.csv").write_text("precious")
    (tmp_path / "store" / "generation-notes.lock").touch()
    before = set((tmp_path / "store").rglob("*"))
    for _ in range(2):
        built(tmp_path / "store", [tmp_path / "a.ttl"], Quiet())
    assert before <= set((tmp_path / "store").rglob("*"))


@pytest.mark.parametrize("reason", ["CURRENT: Permission denied", "Oxigraph needs at least 96 file descriptors"])
def test_a_store_that_one_may_not_read_is_not_said_to_be_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: str) -> None:
    """To build it anew would not help."""
    (tmp_path / "a.ttl").write_text(TOWN)
    folder = tmp_path / "store"
    built(folder, [tmp_path / "a.ttl"], Quiet())

    def barred(path: str) -> None:
        raise OSError(reason)

    monkeypatch.setattr("kg.store.folder.ox.Store.read_only", barred)
    with pytest.raises(StoreError, match=re.escape(f"{folder}: the store cannot be read ({reason}).") + "$"):
        StoredDataset(folder)


def test_a_file_may_have_any_name(tmp_path: Path) -> None:
    """Also one whose bytes are no UTF-8: the store is built, and what is told of it can be written."""
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xfcber.ttl"))
    file.write_text(TOWN)
    assert (file.name,) == built(tmp_path / "store", [file], Quiet()).files == read_manifest(tmp_path / "store").files
    file.write_text("<x:a> <x:p> .")
    for format in ("text", "json", "sarif"):
        run = subprocess.run([sys.executable, "-m", "kg", "validate", "--format", format, file], capture_output=True, check=False)
        assert (2, b"Traceback" in run.stderr) == (run.returncode, False)


def test_a_file_that_is_not_as_it_was_written_is_found(tmp_path: Path) -> None:
    """By `kg validate`: pyoxigraph answers some queries on it without end. One bit is enough; a store without digests is not looked at."""
    (tmp_path / "a.ttl").write_text(TOWN)
    folder = tmp_path / "store"
    built(folder, [tmp_path / "a.ttl"], Quiet())
    manifest = read_manifest(folder)
    largest = max((folder / manifest.generation).glob("*.sst"), key=lambda path: path.stat().st_size)
    assert {path.name for path in (folder / manifest.generation).glob("*.sst")} == set(manifest.digests)
    StoredDataset(folder).verify()
    content = bytearray(largest.read_bytes())
    content[len(content) // 20] ^= 1
    largest.write_bytes(content)
    message = f"{folder}: the store is damaged ({largest.name} of {manifest.generation}: not as written)"
    result = CliRunner().invoke(cli, ["validate", "--store", str(folder)])
    assert (2, True) == (result.exit_code, result.stderr.startswith(f"kg: {message}; `kg build --store {folder} FILE…` builds it anew."))
    manifest_with(digests={})(folder)
    StoredDataset(folder).verify()


def cut_manifest(folder: Path) -> None:
    (folder / "store.json").write_text("{")


@pytest.mark.parametrize("damage", [None, cut_manifest], ids=["whole", "damaged"])
def test_a_store_is_not_replaced_by_the_article_unasked(tmp_path: Path, damage: Callable[[Path], None] | None) -> None:
    """Without a file nothing is built over it, whatever it is of: other files have the names of the article's, too."""
    (tmp_path / "a.ttl").write_text(TOWN)
    folder = tmp_path / "store"
    built(folder, [tmp_path / "a.ttl"], Quiet())
    if damage:
        damage(folder)
    before = (folder / "store.json").read_bytes()
    refused = CliRunner().invoke(cli, ["build", "--store", str(folder)])
    assert (2, before) == (refused.exit_code, (folder / "store.json").read_bytes())
    of = "" if damage else " of a.ttl"
    assert f"{folder} holds a store{of}. Name the FILEs to build it from; the article's own are --data {paths.DATA}." in refused.stderr
    assert 0 == CliRunner().invoke(cli, ["build", "--store", str(folder), "--no-validate", "--data", str(paths.DATA)]).exit_code
    assert 2 == CliRunner().invoke(cli, ["build", "--store", str(folder), "--no-validate"]).exit_code


def test_a_folder_without_a_name_is_not_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a variable that is not set gives."""
    monkeypatch.chdir(tmp_path)
    for command in (["build", "--store", ""], ["query", "timeline", "--store", ""], ["query", "timeline", "--data", ""]):
        refused = CliRunner().invoke(cli, command)
        assert (2, True) == (refused.exit_code, "the name of a folder is empty: give one, or leave it out." in refused.stderr)
    assert [] == list(tmp_path.iterdir())


def test_a_build_for_the_cache_says_so_where_a_store_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not build the store, whose files it does not know. Where another engine is asked, nothing is said."""
    monkeypatch.setenv("KG_STORE", str(tmp_path / "store"))
    quiet = CliRunner().invoke(cli, ["build"], env={"KG_STORE": "", "KG_ENDPOINT": "http://127.0.0.1:1/query"})
    assert "this is the cache" not in quiet.stderr
    result = CliRunner().invoke(cli, ["build"])
    told = f"kg: this is the cache; what is asked by default is the store in {tmp_path}/store: add --store {tmp_path}/store FILE…\n"
    assert (0, True) == (result.exit_code, told in result.stderr)
    assert not (tmp_path / "store").exists()


def test_a_context_from_elsewhere_is_not_fetched(tmp_path: Path) -> None:
    """It is said what to do instead."""
    (tmp_path / "a.jsonld").write_text('{"@context": "https://schema.org/", "@id": "http://e/a", "name": "x"}')
    with pytest.raises(ParseError, match=r"a\.jsonld: its JSON-LD context is an address, and nothing is fetched; write the context into"):
        built(tmp_path / "store", [tmp_path / "a.jsonld"], Quiet())


def test_a_pipe_is_said_to_be_one(tmp_path: Path) -> None:
    """It is not opened, which would wait for whoever writes."""
    os.mkfifo(tmp_path / "a.nt")
    with pytest.raises(FileError, match=r"a\.nt: is a pipe or a device, .* put what it gives into a file first"):
        built(tmp_path / "store", [tmp_path / "a.nt"], Quiet())


def test_a_folder_that_cannot_be_made_is_said_to_be(tmp_path: Path) -> None:
    """One message, where a file is in the way."""
    (tmp_path / "a.ttl").write_text(TOWN)
    with pytest.raises(StoreError, match=r"a\.ttl/store: cannot be made a store: Not a directory"):
        built(tmp_path / "a.ttl" / "store", [tmp_path / "a.ttl"], Quiet())
