"""The shapes of ontology/shapes.ttl, each seen to fire and seen to be content.

A case in tests/shapes is merged with base.ttl there. `bad-CHECK.ttl` lists in its first lines all that must be
reported, and nothing else may be; `ok-CHECK.ttl` must give no report at all:

    # expect: s:V09 rg:no-seat Violation

is shape, focus node (`_:blank` stands for any blank node) and severity.
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pyshacl
import pytest
from pyshacl.shapes_graph import ShapesGraph
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DCTERMS, ORG, OWL, RDF, RDFS, SH, SKOS
from rdflib.term import Node

from kg.load import parse
from kg.validate import validate

ROOT = Path(__file__).parent.parent
CASES = Path(__file__).parent / "shapes"
BASE = CASES / "base.ttl"
BAD = sorted(CASES.glob("bad-*.ttl"))
OK = sorted(CASES.glob("ok-*.ttl"))
DATA = ROOT / "data" / "relations.ttl"

S = Namespace("https://w3id.org/bilateral/shapes#")
DIP = Namespace("https://w3id.org/bilateral/ontology#")
SDO_PERSON = URIRef("https://schema.org/Person")

SHAPES = Graph().parse(ROOT / "ontology" / "shapes.ttl")
LOADED = ShapesGraph(SHAPES)
ONTOLOGY = Graph().parse(ROOT / "ontology" / "relations.ttl")
CHECKS = sorted(str(shape).removeprefix(S) for shape in SHAPES.subjects(SH.message))
"""The names of all shapes with a message: `V08-sending`."""

_EXPECT = re.compile(r"^# expect: (\S+) (\S+) (Violation|Warning|Info)$", re.MULTILINE)


class Result(NamedTuple):
    """One result of a validation, with names as they are written in the case."""

    shape: str
    focus: str
    severity: str


def reported(*paths: Path) -> set[Result]:
    """What the shapes report on the files taken together."""
    report = validate([parse(path) for path in paths], parse(ROOT / "ontology" / "relations.ttl"), parse(ROOT / "ontology" / "shapes.ttl"))
    return {
        Result(found.shape, "_:blank" if found.focus.startswith(("a ", "the ")) else found.focus, found.severity)
        for found in report.results
    }


@cache
def parsed(path: Path) -> Graph:
    return Graph().parse(path)


def case(path: Path) -> Graph:
    """A new graph of the case and the base."""
    graph = parsed(path) + parsed(BASE)
    for prefix, space in (*parsed(BASE).namespaces(), *parsed(path).namespaces()):
        graph.bind(prefix, space)
    return graph


def expected(path: Path) -> set[Result]:
    """What the first lines of a case say must be reported."""
    return {Result(*match) for match in _EXPECT.findall(path.read_text(encoding="utf-8"))}


def check_of(shape: str) -> str:
    """The check that a shape belongs to: `V08` for `V08-sending`."""
    return shape.partition("-")[0]


# ---- the cases


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_case_is_reported_exactly_as_it_says(path: Path) -> None:
    """Shape, focus node and severity of every result are those that the case expects; no other result comes."""
    assert expected(path)
    assert expected(path) == reported(BASE, path)


@pytest.mark.parametrize("path", OK, ids=lambda path: path.stem)
def test_an_ok_case_is_not_reported(path: Path) -> None:
    """What the shapes must let pass gives no result, not even information."""
    assert set() == reported(BASE, path)


def test_the_base_of_all_cases_conforms() -> None:
    """A result in a case is due to the case, never to the base."""
    assert set() == reported(BASE)


# ---- no shape without its cases


def test_every_case_belongs_to_a_check() -> None:
    """Each check has one bad and one ok case, and no case is left over from a check that is gone."""
    checks = {check_of(shape) for shape in CHECKS}
    assert checks == {path.stem.removeprefix("bad-") for path in BAD}
    assert checks == {path.stem.removeprefix("ok-") for path in OK}


@pytest.mark.parametrize("shape", CHECKS)
def test_every_shape_fires_in_the_bad_case_of_its_check(shape: str) -> None:
    """Each shape is expected in the bad case of its check, with the severity that it has."""
    severity = str(SHAPES.value(S[shape], SH.severity)).removeprefix(str(SH))
    results = expected(CASES / f"bad-{check_of(shape)}.ttl")
    assert (f"s:{shape}", severity) in {(result.shape, result.severity) for result in results}


@cache
def with_ontology(path: Path) -> Graph:
    return case(path) + ONTOLOGY


def focus_nodes(shape: str, graph: Graph) -> set[Node]:
    """The nodes that the targets of `shape`, or of the group that it is in, select in `graph`."""
    assert LOADED.shapes
    names = (S[shape], *SHAPES.subjects(SH.property, S[shape]))
    return {node for name in names for node in _targets(name, graph)}


def _targets(shape: Node, graph: Graph) -> set[Node]:
    return set(LOADED.lookup_shape_from_node(shape).focus_nodes(graph))  # type: ignore[no-untyped-call]


def forbids_what_it_targets(shape: str) -> bool:
    """Whether every focus node of the shape is a violation: then there is nothing to let pass."""
    targets = set(SHAPES.objects(S[shape], SH.targetSubjectsOf))
    return bool(targets) and (S[shape], SH.maxCount, Literal(0)) in SHAPES


@pytest.mark.parametrize("shape", [shape for shape in CHECKS if not forbids_what_it_targets(shape)])
def test_every_shape_has_something_to_let_pass_in_the_ok_case_of_its_check(shape: str) -> None:
    """The ok case of a check adds a focus node for each shape of the check, so that its silence means something."""
    ok = with_ontology(CASES / f"ok-{check_of(shape)}.ttl")
    assert focus_nodes(shape, ok) - focus_nodes(shape, with_ontology(BASE))


# ---- the shapes themselves


@pytest.mark.parametrize("shape", CHECKS)
def test_every_shape_says_what_must_hold_and_how_to_mend_it(shape: str) -> None:
    """A shape has one label, message and description, in English; the message starts with the check."""
    for predicate in (RDFS.label, SH.message, SH.description):
        (text,) = SHAPES.objects(S[shape], predicate)
        assert isinstance(text, Literal)
        assert text.language == "en"
    assert str(SHAPES.value(S[shape], SH.message)).startswith(check_of(shape) + " ")


@pytest.mark.parametrize("shape", CHECKS)
def test_the_letter_of_a_shape_is_its_severity(shape: str) -> None:
    """V is a violation, W a warning, I information; the severity is written at the shape, where it is heeded."""
    letters = {"V": SH.Violation, "W": SH.Warning, "I": SH.Info}
    assert [letters[shape[0]]] == list(SHAPES.objects(S[shape], SH.severity))


def test_a_result_names_its_check() -> None:
    """Whatever has a target or a query is a shape with a name and a message, but for the one group of shapes."""
    targets = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)
    targeting = {shape for predicate in targets for shape in SHAPES.subjects(predicate)}
    grouped = set(SHAPES.objects(S.Located, SH.property))
    checks = {S[shape] for shape in CHECKS}
    assert checks == (targeting - {S.Located}) | grouped
    assert set(SHAPES.subjects(SH.sparql)) <= checks


def test_the_shapes_are_themselves_valid_shacl() -> None:
    """The shapes graph conforms to the shapes of SHACL."""
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=SHAPES, meta_shacl=True)
    assert conforms, text


# ---- the lists that shapes and ontology share


def items(head: Node | None) -> set[Node]:
    assert isinstance(head, BNode)
    return set(Collection(SHAPES, head))


def own_relations() -> set[Node]:
    return {name for name in ONTOLOGY.subjects(RDF.type, OWL.ObjectProperty) if str(name).startswith(DIP)}


def derived_relations() -> set[Node]:
    return {name for name in own_relations() if str(ONTOLOGY.value(name, SKOS.definition)).endswith("Derived.")}


def direct_relations() -> set[Node]:
    return items(SHAPES.value(S["V23-predicate"], SH["in"]))


def test_derived_relations_are_those_that_the_ontology_calls_derived() -> None:
    """V48 forbids to assert the relations that the ontology calls derived, and the inverse that it borrows from ORG."""
    derived = derived_relations() | {ORG.hasMembership}
    assert derived == set(SHAPES.objects(S.V48, SH.targetSubjectsOf))
    path = SHAPES.value(S.V48, SH.path)
    assert derived == items(SHAPES.value(path, SH.alternativePath))
    assert derived == set(parsed(CASES / "bad-V48.ttl").predicates())


def test_direct_relations_are_the_same_in_all_shapes() -> None:
    """V24 asks for a fact behind each relation that V23 allows, but for two of Dublin Core that have other uses."""
    targets = set(SHAPES.objects(S.V24, SH.targetSubjectsOf))
    assert direct_relations() - {DCTERMS.subject, DCTERMS.publisher} == targets
    assert targets == direct_relations() & set(parsed(CASES / "bad-V24.ttl").predicates())


def test_direct_relations_are_those_that_the_ontology_has() -> None:
    """A relation of ours is direct, and known to V23, unless it is derived or has a fact or segment as its domain."""
    roles = {name for name in own_relations() if ONTOLOGY.value(name, RDFS.domain) not in (None, DIP.State, SDO_PERSON)}
    others = {DIP.citesThroughQuotation}
    assert own_relations() - derived_relations() - roles - others == direct_relations() & own_relations()


def test_symmetric_relations_are_those_of_the_ontology() -> None:
    """W46 looks at every direct relation that is symmetric."""
    symmetric = set(ONTOLOGY.subjects(RDF.type, OWL.SymmetricProperty))
    assert direct_relations() & symmetric == set(SHAPES.objects(S.W46, SH.targetSubjectsOf))


def test_whatever_a_fact_points_to_is_checked_for_a_label() -> None:
    """V28 looks at the objects of every relation of ours that is not derived, direct, or a choice from a short list."""
    short_lists = {DIP.kind, DIP.incumbency, DIP.flow}
    citing = {DIP.cites, DIP.citesThroughQuotation}
    targets = {name for name in SHAPES.objects(S.V28, SH.targetObjectsOf) if str(name).startswith(DIP)}
    assert own_relations() - derived_relations() - direct_relations() - short_lists - citing == targets


# ---- the article


def test_the_article_conforms() -> None:
    """No violation, and two warnings: the treaty of strategic partnership and the unnamed instruments are undated."""
    results = {result for result in reported(DATA) if result.severity != "Info"}
    undated = ("azkz:sig-instruments", "azkz:sig-strategic")
    assert {Result("s:W15", name, "Warning") for name in undated} == results


def test_every_term_of_the_ontology_that_the_data_use_is_declared() -> None:
    """A misspelt term would match no shape and no query."""
    used = {term for triple in parsed(DATA) for term in triple if str(term).startswith(DIP)}
    assert set() == used - set(ONTOLOGY.subjects(RDFS.isDefinedBy))
