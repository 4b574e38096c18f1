"""The scale generator: valid data of the article's shape, the same each time, with mistakes where they are asked for."""

import gzip
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
from generate import FORMATS, Written, generate, world_of
from hypothesis import given
from hypothesis import strategies as st
from mistakes import KINDS

from kg import paths
from kg.build import check
from kg.load import Document, load, parse
from kg.namespaces import DIP, RDF
from kg.reason import closure
from kg.validate import Report

TRIPLES = 10_000


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Ten thousand triples with as many mistakes as there are kinds."""
    return generate(tmp_path_factory.mktemp("generated"), world_of(TRIPLES), errors=len(KINDS))


@pytest.fixture(scope="module")
def report(written: Written) -> Report:
    """What shapes and rules say of them."""
    return check(load(written.files[0].parent))


def types(triples: tuple[ox.Triple, ...]) -> Counter[str]:
    """How many things there are of each of our classes."""
    found = Counter(
        triple.object.value for triple in triples if triple.predicate.value == RDF + "type" and isinstance(triple.object, ox.NamedNode)
    )
    return Counter({name.removeprefix(DIP): count for name, count in found.items() if name.startswith(DIP)})


def test_each_mistake_is_found_by_the_shape_that_it_names_and_nothing_else_is(written: Written, report: Report) -> None:
    """One violation for each mistake; no contradiction; and no warning of a kind that the article has none of."""
    assert sorted((one.shape, one.focus) for one in written.planted) == sorted((one.shape, one.focus) for one in report.of("Violation"))
    assert set(KINDS) == {one.kind for one in written.planted}
    assert {"s:W15"} == {one.shape for one in report.of("Warning")}
    assert {"s:I17", "s:I26"} == {one.shape for one in report.of("Info")}


def test_the_mistakes_are_listed_beside_the_data(written: Written) -> None:
    """Kind, shape and node, one a line."""
    lines = (written.files[0].parent / "errors.tsv").read_text(encoding="utf-8").splitlines()
    assert "kind\tshape\tfocus" == lines[0]
    assert [f"{one.kind}\t{one.shape}\t{one.focus}" for one in written.planted] == lines[1:]


def test_without_mistakes_the_same_articles_stand_alone(tmp_path: Path, written: Written) -> None:
    """Mistakes add statements and change none."""
    clean = generate(tmp_path, world_of(TRIPLES))
    with_mistakes, without = (set(parse(done.files[0]).triples) for done in (written, clean))
    named = {triple for triple in without if not {type(triple.subject), type(triple.object)} & {ox.BlankNode}}
    assert named < with_mistakes


def test_the_number_that_is_told_is_the_number_of_triples(tmp_path: Path) -> None:
    """No triple is written twice; the number asked for is met within a tenth."""
    done = generate(tmp_path, world_of(100_000, members=60))
    triples = parse(done.files[0]).triples
    assert done.triples == len(triples) == len(set(triples))
    assert abs(done.triples - 100_000) < 10_000


def test_every_class_of_facts_occurs_as_often_as_in_the_article(tmp_path: Path, article_data: tuple[ox.Triple, ...]) -> None:
    """For each thousand triples, give or take half."""
    done = generate(tmp_path, world_of(100_000))
    made, theirs = types(parse(done.files[0]).triples), types(article_data)
    shared = {"State", "FormerPolity", "InternationalOrganization", "HeadOfStateOffice"}
    assert theirs.keys() == made.keys()
    for name in theirs.keys() - shared:
        ratio = (made[name] / done.triples) / (theirs[name] / len(article_data))
        assert 0.5 < ratio < 1.5, (name, ratio)


def test_the_data_infer_every_relation_that_the_article_infers(
    tmp_path: Path, article_data: tuple[ox.Triple, ...], ontology: Document
) -> None:
    """By the rules, without contradiction."""
    triples = parse(generate(tmp_path, world_of(TRIPLES)).files[0]).triples
    inferred = {triple.predicate.value for triple in closure(triples, ontology.triples)}
    assert {triple.predicate.value for triple in closure(article_data, ontology.triples)} <= inferred


@given(st.integers(1, 15_000), st.integers(0, 5), st.sampled_from(sorted(FORMATS)), st.integers(1, 4), st.integers(0, 3))
def test_the_same_arguments_give_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, triples: int, seed: int, format: str, files: int, errors: int
) -> None:
    """Whatever they are; packed or not."""
    world = world_of(triples, seed=seed)
    folders = [tmp_path_factory.mktemp("same") for _ in range(3)]
    one, other = (generate(folder, world, format=format, files=files, errors=errors) for folder in folders[:2])
    packed = generate(folders[2], world, format=format, files=files, errors=errors, zipped=True)
    assert [path.read_bytes() for path in one.files] == [path.read_bytes() for path in other.files]
    assert [path.read_bytes() for path in one.files] == [gzip.decompress(path.read_bytes()) for path in packed.files]


def test_what_was_written_before_makes_room(tmp_path: Path) -> None:
    """Files of the generator that are fewer, or of another kind, now; not those of others."""
    (tmp_path / "relations-of-mine.ttl").touch()
    generate(tmp_path, world_of(20_000), files=3, errors=1)
    written = generate(tmp_path, world_of(1_000), format="ntriples").files
    assert {*written, tmp_path / "relations-of-mine.ttl"} == set(tmp_path.iterdir())


def test_another_seed_gives_other_data(tmp_path: Path) -> None:
    """Not the same bytes."""
    one, other = (generate(tmp_path / str(seed), world_of(TRIPLES, seed=seed)) for seed in (0, 1))
    assert one.files[0].read_bytes() != other.files[0].read_bytes()


def test_the_formats_and_the_number_of_files_make_no_difference(tmp_path: Path) -> None:
    """Turtle in one file and N-Triples in three are the same graph."""
    world = world_of(TRIPLES)
    turtle = generate(tmp_path / "turtle", world)
    ntriples = generate(tmp_path / "ntriples", world, format="ntriples", files=3)
    assert 3 == len(ntriples.files)
    graphs = []
    for done in (turtle, ntriples):
        dataset = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for path in done.files for t in parse(path).triples)
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        graphs.append(dataset)
    assert graphs[0] == graphs[1]
    assert turtle.triples == ntriples.triples


def test_a_number_of_states_that_has_too_few_pairs_is_refused() -> None:
    """The message says how many there must be."""
    with pytest.raises(SystemExit, match="36 articles need 9 to 37 states, not 5"):
        world_of(100_000, states=5)


def test_the_command_tells_the_exact_number(tmp_path: Path) -> None:
    """On stderr, and nothing on stdout."""
    script = Path(paths.__file__).parents[1] / "benchmarks" / "generate.py"
    run = subprocess.run(
        [sys.executable, str(script), "--triples", "3000", "-o", str(tmp_path)], capture_output=True, text=True, check=True
    )
    count = len(parse(tmp_path / "relations-1.ttl").triples)
    assert ("", f"{count} triples, 1 articles, 2 states, 1 files") == (run.stdout, run.stderr.rpartition(",")[0])
