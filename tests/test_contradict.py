"""A contradiction is told with its proof: which statements, at which lines and sentences, clash by which axiom."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import paths
from kg.build import build, check
from kg.contradict import Contradiction, contradictions
from kg.errors import Inconsistent
from kg.findings import refuse_unreadable
from kg.load import Document, load, parse
from kg.reason import METHODS, closure
from kg.reason.axioms import Axioms
from kg.reason.clashes import clashes, told_apart

ARTICLE = paths.DATA / "relations.ttl"


def planted(tmp_path: Path, text: str) -> tuple[list[Contradiction], Path]:
    """The contradictions of the article's data with `text` at the end, and the file."""
    path = tmp_path / "relations.ttl"
    path.write_text(ARTICLE.read_text(encoding="utf-8") + "\n" + text + "\n", encoding="utf-8")
    return contradictions(load(tmp_path), parse(paths.ONTOLOGY)), path


def line_of(path: Path, text: str) -> int:
    """The line of `path` that is `text`, which stands there once."""
    (number,) = (number for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if line == text)
    return number


def test_a_state_that_is_also_a_treaty(tmp_path: Path) -> None:
    """Both classes are stated, each at its line."""
    (found,), path = planted(tmp_path, "id:kazakhstan a dip:Treaty .")
    first, last = line_of(path, "id:kazakhstan a dip:State , prov:Agent ;"), line_of(path, "id:kazakhstan a dip:Treaty .")
    assert ("id:kazakhstan", "cax-adc") == (found.focus, found.clash.rule)
    assert "id:kazakhstan is both dip:State and dip:Treaty, which are disjoint." == found.clash.sentence
    assert (
        "id:kazakhstan a dip:State",
        f"  stated at {path}:{first}",
        "id:kazakhstan a dip:Treaty",
        f"  stated at {path}:{last}",
    ) == found.clash.proof


def test_two_sending_states(tmp_path: Path) -> None:
    """The mission's two statements, their sentence, and what tells the states apart."""
    (found,), path = planted(tmp_path, "azkz:emb-az-kz dip:sendingState id:russia .")
    first = line_of(path, "azkz:emb-az-kz a dip:Embassy ;")
    stated = path.read_text(encoding="utf-8").splitlines().index("    dip:sendingState id:azerbaijan ;", first) + 1
    assert "azkz:emb-az-kz has id:azerbaijan and id:russia as dip:sendingState, which has one value only." == found.clash.sentence
    assert ("lead section, paragraph 1, sentence 2 (s02)",) == found.sentences
    assert found.place is not None
    assert stated == found.place.line
    apart = f"  stated at {path}:{line_of(path, 'id:states-told-apart a owl:AllDifferent ;') + 2}"
    assert ("id:states-told-apart owl:distinctMembers ( … )", apart) == found.clash.proof[-2:]


def test_a_town_twinned_with_itself(tmp_path: Path) -> None:
    """One statement clashes with itself."""
    (found,), path = planted(tmp_path, "id:aktau dip:twinnedWith id:aktau .")
    line = line_of(path, "id:aktau dip:twinnedWith id:aktau .")
    assert "prp-irp" == found.clash.rule
    assert ("id:aktau dip:twinnedWith id:aktau", f"  stated at {path}:{line}") == found.clash.proof


def test_a_person_who_is_also_a_treaty_by_inference(tmp_path: Path) -> None:
    """The proof goes through the range of the property to the statement and its sentence."""
    (found,), path = planted(tmp_path, "azkz:sig-strategic dip:treaty id:heydar-aliyev .")
    line = line_of(path, "azkz:sig-strategic dip:treaty id:heydar-aliyev .")
    assert (
        "id:heydar-aliyev a dip:Treaty",
        "  by prp-rng: the range of dip:treaty is dip:Treaty, from",
        "  └ azkz:sig-strategic dip:treaty id:heydar-aliyev",
        f"      stated at {path}:{line}",
        "      Political relations, paragraph 4, sentence 3 (s27)",
    ) == found.clash.proof[:5]


def test_two_parents_of_each_other_are_one_contradiction(tmp_path: Path) -> None:
    """Not one for each of the two."""
    (found,), _ = planted(tmp_path, "id:ilham-aliyev dip:parentOf id:heydar-aliyev .")
    assert "id:heydar-aliyev and id:ilham-aliyev are dip:parentOf both ways, which is asymmetric." == found.clash.sentence


def test_what_follows_through_equality_is_said_to(tmp_path: Path) -> None:
    """owl:sameAs is refused by a shape; a report on it is given all the same."""
    found, _ = planted(tmp_path, "id:kazakhstan owl:sameAs id:azerbaijan .")
    assert "id:azerbaijan and id:kazakhstan are told apart and are, or follow to be, the same." == found[0].clash.sentence
    assert "  by eq-rep: what is owl:sameAs shares all statements" in found[0].clash.proof


def test_consistent_data_have_none() -> None:
    """The article."""
    assert [] == contradictions(load(paths.DATA), parse(paths.ONTOLOGY))


def test_building_and_validating_tell_the_same(tmp_path: Path) -> None:
    """The builder refuses the data with the proof; the report has it among its violations."""
    found, _ = planted(tmp_path, "id:kazakhstan a dip:Treaty .")
    with pytest.raises(Inconsistent) as error:
        build(tmp_path, cache=False)
    assert [found[0].clash] == list(error.value.clashes)
    (result,) = check(load(tmp_path)).of("Violation")
    assert (found[0].clash.rule, found[0].clash.proof, found[0].place) == (result.shape, result.proof, result.place)
    assert str(result).startswith(f"{result.place}: Violation: id:kazakhstan is both")


MADE_UP = """
@prefix : <http://example.org/> . @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:A a owl:Class ; owl:disjointWith :B . :B a owl:Class .
:p a owl:ObjectProperty ; rdfs:domain :A .
:q a owl:ObjectProperty .
:s a owl:ObjectProperty ; rdfs:domain :B ; owl:propertyChainAxiom ( :p :q ) .
"""


def made_up(text: str) -> Document:
    text = MADE_UP.splitlines()[1] + text
    parser = ox.parse(text, format=ox.RdfFormat.TURTLE)
    return Document(Path("made-up.ttl"), text, tuple(quad.triple for quad in parser), dict(parser.prefixes))


def test_a_statement_that_the_contradiction_does_without_is_left_out() -> None:
    """Here the shortest proofs of the two classes rest on three statements, of which two do."""
    data = made_up("\n:x :p :n1 .\n:x :p :n2 .\n:n2 :q :w .")
    (found,) = contradictions([data], made_up(MADE_UP))
    assert {"made-up.ttl:3", "made-up.ttl:4"} == {line.split()[-1] for line in found.clash.proof if "stated at" in line}


STATES = ["azerbaijan", "kazakhstan", "russia"]
PLANTED = st.lists(
    st.sampled_from(
        [
            *(f"id:{state} a dip:Treaty ." for state in STATES),
            *(f"azkz:emb-az-kz dip:{side}State id:{state} ." for side in ("sending", "receiving") for state in STATES),
            *(f"id:{state} dip:sharesBorderWith id:{state} ." for state in STATES),
            *(f"azkz:sig-strategic dip:treaty id:{state} ." for state in STATES),
            *(f"azkz:sig-strategic dip:signatory azkz:{fact} ." for fact in ("emb-az-kz", "s02")),
        ]
    ),
    min_size=1,
    max_size=4,
    unique=True,
)
PREFIXES = ARTICLE.read_text(encoding="utf-8").split("azkz:article a")[0]


@settings(max_examples=25)
@given(lines=PLANTED)
def test_the_statements_of_a_proof_clash_and_none_is_idle(ontology: Document, lines: list[str]) -> None:
    """Taken alone they contradict the ontology; without any one of them they no longer do so in the same way."""
    text = PREFIXES + "\n".join([*lines, *BASE])
    document = Document(
        Path("planted.ttl"), text, tuple(quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)), prefixes(text)
    )
    for clash, *_ in contradictions([document], ontology):
        leaves = [line.lstrip(" └├│") for line, below in zip(clash.proof, clash.proof[1:], strict=False) if "stated at" in below]
        stated = [leaf + " ." for leaf in leaves if "owl:distinctMembers" not in leaf]
        assert clash.statements in clashing(stated, ontology)
        for left_out in stated:
            assert clash.statements not in clashing([line for line in stated if line != left_out], ontology)


BASE = [
    "azkz:emb-az-kz dip:sendingState id:azerbaijan ; dip:receivingState id:kazakhstan .",
    "id:azerbaijan a dip:State . id:kazakhstan a dip:State . id:russia a dip:State .",
    "azkz:s02 a dip:Sentence .",
]
APART = "id:apart a owl:AllDifferent ; owl:distinctMembers ( id:azerbaijan id:kazakhstan id:russia ) ."
BASE.append(APART)


def prefixes(text: str) -> dict[str, str]:
    return dict(re.findall(r"@prefix (\w+): <([^>]+)>", text))


def clashing(lines: list[str], ontology: Document) -> list[tuple[tuple[str, str, str], ...]]:
    """The statements of each contradiction in some lines of Turtle, found by the reasoner alone."""
    data = [quad.triple for quad in ox.parse(PREFIXES + "\n".join([*lines, APART]), format=ox.RdfFormat.TURTLE)]
    try:
        closure(data, ontology.triples)
    except Inconsistent as error:
        return [clash.statements for clash in error.clashes]
    return []


def test_a_thing_without_a_name_is_told_without_a_proof(tmp_path: Path) -> None:
    """An embassy of two states in brackets: no query can ask for it again, and its line is not known."""
    found, _ = planted(tmp_path, "[ a dip:Embassy ; dip:sendingState id:kazakhstan , id:azerbaijan ] .")
    assert [("a dip:Embassy without a name", "prp-fp")] == [(one.focus, one.clash.rule) for one in found]
    sentence = "a dip:Embassy without a name has id:azerbaijan and id:kazakhstan as dip:sendingState, which has one value only."
    assert sentence == found[0].clash.sentence


@pytest.mark.parametrize(
    ("inside", "sentence"),
    [
        ("a owl:Nothing", "the oa:hasTarget of id:odd is of owl:Nothing, which nothing is."),
        ("owl:differentFrom _:it", "the oa:hasTarget of id:odd is told apart from itself."),
    ],
)
def test_a_thing_without_a_name_is_told_by_what_it_hangs_on(tmp_path: Path, inside: str, sentence: str) -> None:
    """With that line, and in the same words at each reading."""
    line = f"id:odd oa:hasTarget _:it . _:it {inside} ."
    (found,), path = planted(tmp_path, line)
    assert (sentence, f"{path}:{line_of(path, line)}") == (found.clash.sentence, str(found.place))


@pytest.mark.parametrize(
    ("line", "rule", "sentence", "statement"),
    [
        ("id:aktau a owl:Nothing .", "cls-nothing2", "id:aktau is of owl:Nothing, which nothing is.", "id:aktau a owl:Nothing"),
        (
            "id:aktau owl:differentFrom id:aktau .",
            "eq-diff1",
            "id:aktau is told apart from itself.",
            "id:aktau owl:differentFrom id:aktau",
        ),
        (
            "id:aktau-twice a owl:AllDifferent ; owl:members ( id:aktau id:baku id:aktau ) .",
            "eq-diff1",
            "id:aktau is told apart from itself.",
            "id:aktau-twice owl:members ( … )",
        ),
    ],
)
def test_one_statement_may_be_a_contradiction(tmp_path: Path, line: str, rule: str, sentence: str, statement: str) -> None:
    """What is nothing, and what is another than itself, are told with the statement and its line."""
    (found,), path = planted(tmp_path, line)
    place = f"{path}:{line_of(path, line)}"
    assert (rule, sentence, place) == (found.clash.rule, found.clash.sentence, str(found.place))
    assert (statement, f"  stated at {place}") == found.clash.proof


def test_what_an_axiom_makes_nothing_is_told_with_the_axiom() -> None:
    """A class below owl:Nothing has no instance."""
    ontology = made_up(MADE_UP + ":C a owl:Class ; rdfs:subClassOf owl:Nothing .")
    (found,) = contradictions([made_up("\n:x a :C .")], ontology)
    assert ("cls-nothing2", "  └ :x a :C") == (found.clash.rule, found.clash.proof[2])


INVERSE = "id:m dip:sendingState id:a . id:b dip:sends id:m . [] a owl:AllDifferent ; owl:distinctMembers ( id:a id:b ) ."


def test_two_values_of_which_one_is_stated_the_other_way_round(tmp_path: Path, ontology: Document) -> None:
    """The mission's state, and the state that sends it; owlrl finds it inconsistent, too."""
    (found,), path = planted(tmp_path, INVERSE)
    assert "id:m has id:a and id:b as dip:sendingState, which has one value only." == found.clash.sentence
    place = f"{path}:{line_of(path, INVERSE)}"
    assert (
        "id:m dip:sendingState id:a",
        f"  stated at {place}",
        "id:m dip:sendingState id:b",
        "  by prp-inv: dip:sendingState is the inverse of dip:sends, from",
        "  └ id:b dip:sends id:m",
        f"      stated at {place}",
    ) == found.clash.proof[:6]
    data = [triple for document in load(tmp_path) for triple in document.triples]
    for method in METHODS:
        with pytest.raises(Inconsistent):
            closure(data, ontology.triples, method)
    assert "prp-fp" in {result.shape for result in check(load(tmp_path), "sparql").of("Violation")}


UNIQUE = """
:capital a owl:ObjectProperty , owl:FunctionalProperty ; owl:propertyChainAxiom ( :within :capital ) . :within a owl:ObjectProperty .
:seal a owl:ObjectProperty , owl:InverseFunctionalProperty . :A a owl:Class ; owl:disjointWith :B . :B a owl:Class .
"""


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(":x :capital :a . :x :within :y . :y :capital :b .", id="by a chain"),
        pytest.param(":a :seal :it . :b :seal :it .", id="by what is of one thing only"),
    ],
)
def test_what_turns_out_to_be_the_same_is_told_without_a_proof_of_that(data: str) -> None:
    """And with what tells the two apart, or the classes that one cannot have; owlrl finds it inconsistent, too."""
    ontology = made_up(UNIQUE)
    for more, rule, last in (
        (":a owl:differentFrom :b .", "eq-diff1", ":a owl:differentFrom :b"),
        (":a a :A . :b a :B .", "cax-dw", "  by eq-rep: what is owl:sameAs shares all statements"),
    ):
        document = made_up(f"\n{data} {more}")
        found = contradictions([document], ontology)
        assert rule in {one.clash.rule for one in found}
        assert last in [line for one in found for line in one.clash.proof]
        with pytest.raises(Inconsistent):
            closure(document.triples, ontology.triples, "owlrl")


class Counted:
    """A store that counts how often it is asked."""

    def __init__(self, store: ox.Store) -> None:
        self.store = store
        self.times = 0

    def query(self, text: str, /) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        self.times += 1
        return self.store.query(text)


@pytest.mark.parametrize("size", [2, 40])
def test_how_many_things_are_told_apart_does_not_make_more_queries(size: int) -> None:
    """The ninth that is the same as the tenth is found, and no pair is asked for by itself."""
    members = " ".join(f":t{number}" for number in range(size))
    data = made_up(f"\n[] a owl:AllDifferent ; owl:distinctMembers ( {members} ) .").triples
    store = ox.Store()
    store.extend(ox.Quad(*triple) for triple in made_up(f"\n:t{size - 2} owl:sameAs :t{size - 1} .").triples)
    axioms, counted = Axioms.read(()), Counted(store)
    (found,) = clashes(counted, axioms, data)
    assert f"http://example.org/t{size - 2}" in found.sentence
    assert 3 == counted.times  # what is nothing, what differs from itself, what is the same


class Read:
    """A triple that counts how often its predicate is looked at."""

    times = 0

    def __init__(self, triple: ox.Triple) -> None:
        self.subject, self.object = triple.subject, triple.object
        self._predicate: ox.NamedNode = triple.predicate

    @property
    def predicate(self) -> ox.NamedNode:
        Read.times += 1
        return self._predicate


@pytest.mark.parametrize(
    "reads",
    [
        pytest.param(lambda triples: list(told_apart(triples)), id="what is told apart"),
        pytest.param(lambda triples: refuse_unreadable([Document(Path("made-up.ttl"), "", tuple(triples), {})]), id="what is no list"),
    ],
)
def test_ten_times_as_many_lists_are_ten_times_the_work(reads: Callable[[list[Any]], object]) -> None:
    """And not a hundred times: a list is not looked for in all triples."""
    times = []
    for lists in (10, 100):
        data = made_up("\n" + "[] a owl:AllDifferent ; owl:distinctMembers ( :a :b ) .\n" * lists)
        Read.times = 0
        reads([Read(triple) for triple in data.triples])
        times.append(Read.times)
    assert 10 * times[0] == times[1]
