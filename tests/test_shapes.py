"""The shapes of ontology/shapes.ttl, each seen to fire and seen to be content.

A case in tests/shapes is merged with base.ttl there. `bad-CHECK.ttl` lists in its first lines all that must be reported, and nothing else
may be; `ok-CHECK.ttl` must give no report at all:

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
from rdflib.namespace import OWL, RDF, RDFS, SH

ROOT = Path(__file__).parent.parent
CASES = Path(__file__).parent / "shapes"
BAD = sorted(CASES.glob("bad-*.ttl"))
OK = sorted(CASES.glob("ok-*.ttl"))
DATA = ROOT / "data" / "relations.ttl"

S = Namespace("https://w3id.org/bilateral/shapes#")
DIP = Namespace("https://w3id.org/bilateral/ontology#")

SHAPES = Graph().parse(ROOT / "ontology" / "shapes.ttl")
ONTOLOGY = Graph().parse(ROOT / "ontology" / "relations.ttl")
LOADED_SHAPES = ShapesGraph(SHAPES)
CHECKS = sorted({shape for shape in SHAPES.subjects(SH.message) if isinstance(shape, URIRef)})

_EXPECT = re.compile(r"^# expect: (\S+) (\S+) (Violation|Warning|Info)$", re.MULTILINE)


class Result(NamedTuple):
    """One line of a validation report."""

    shape: str
    focus: str
    severity: str


def validate(data: Graph) -> set[Result]:
    """The results that the shapes give on `data`, names shortened with the prefixes of `data`."""
    _, report, _ = pyshacl.validate(data, shacl_graph=SHAPES, ont_graph=ONTOLOGY, inference=None, advanced=False, meta_shacl=False)
    assert isinstance(report, Graph)
    data.bind("s", S)
    return {
        Result(
            shape=_name(report.value(result, SH.sourceShape), data),
            focus=_name(report.value(result, SH.focusNode), data),
            severity=_name(report.value(result, SH.resultSeverity), data).removeprefix("sh:"),
        )
        for result in report.objects(None, SH.result)
    }


def _name(node: object, graph: Graph) -> str:
    if isinstance(node, BNode):
        return "_:blank"
    assert isinstance(node, URIRef | Literal)
    return node.n3(graph.namespace_manager)


@cache
def base() -> Graph:
    return Graph().parse(CASES / "base.ttl")


def case(path: Path) -> Graph:
    """The graph of a case, merged with the base."""
    graph = Graph().parse(path)
    for prefix, space in base().namespaces():
        graph.bind(prefix, space)
    return graph + base()


def expected(path: Path) -> set[Result]:
    """What the first lines of a case say must be reported."""
    return {Result(*match) for match in _EXPECT.findall(path.read_text(encoding="utf-8"))}


def check_of(shape: str) -> str:
    """The check that a shape belongs to: `V08` for `s:V08-sending`."""
    return shape.removeprefix("s:").partition("-")[0]


def check_named_by(path: Path) -> str:
    return path.stem.partition("-")[2]


# ---- the cases


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_case_is_reported_exactly_as_it_says(path: Path) -> None:
    """Shape, focus node and severity of every result are those that the case expects; no other result comes."""
    assert expected(path) == validate(case(path))


@pytest.mark.parametrize("path", OK, ids=lambda path: path.stem)
def test_an_ok_case_is_not_reported(path: Path) -> None:
    """What the shapes must let pass gives no result, not even information."""
    assert set() == validate(case(path))


def test_the_base_of_all_cases_conforms() -> None:
    """A result in a case is due to the case, never to the base."""
    assert set() == validate(Graph() + base())


# ---- no shape without its cases


@pytest.mark.parametrize("shape", CHECKS, ids=lambda shape: shape.removeprefix(S))
def test_every_shape_fires_in_the_bad_case_of_its_check(shape: URIRef) -> None:
    """Each named shape is expected in the bad case of its check, with the severity that it has."""
    name = "s:" + shape.removeprefix(S)
    severity = str(SHAPES.value(shape, SH.severity)).removeprefix(str(SH))
    assert (name, severity) in {(result.shape, result.severity) for result in expected(CASES / f"bad-{check_of(name)}.ttl")}


def forbids_what_it_targets(shape: URIRef) -> bool:
    """Whether a focus node of the shape is a violation in any case: then nothing can be let pass."""
    return (shape, SH.maxCount, Literal(0)) in SHAPES and (shape, SH.targetSubjectsOf, None) in SHAPES


@cache
def with_ontology(path: Path) -> Graph:
    return case(path) + ONTOLOGY


def focus_nodes(shape: URIRef, graph: Graph) -> set[object]:
    """The nodes that the targets of `shape`, or of the group that it is in, select in `graph`."""
    assert LOADED_SHAPES.shapes
    names = (shape, *SHAPES.subjects(SH.property, shape))
    return {node for name in names for node in LOADED_SHAPES.lookup_shape_from_node(name).focus_nodes(graph)}


@pytest.mark.parametrize(
    "shape", [shape for shape in CHECKS if not forbids_what_it_targets(shape)], ids=lambda shape: shape.removeprefix(S)
)
def test_every_shape_has_something_to_let_pass_in_the_ok_case_of_its_check(shape: URIRef) -> None:
    """The ok case of a check adds a focus node for each shape of the check, so that its silence means something."""
    ok = with_ontology(CASES / f"ok-{check_of(shape.removeprefix(S))}.ttl")
    assert focus_nodes(shape, ok) - focus_nodes(shape, with_ontology(CASES / "base.ttl"))


def test_every_case_belongs_to_a_check() -> None:
    """Each check has one bad and one ok case, and no case is left over from a check that is gone."""
    checks = {check_of(shape.removeprefix(S)) for shape in CHECKS}
    assert checks == {check_named_by(path) for path in BAD}
    assert checks == {check_named_by(path) for path in OK}


# ---- the shapes themselves


@pytest.mark.parametrize("shape", CHECKS, ids=lambda shape: shape.removeprefix(S))
def test_every_shape_says_what_must_hold_and_how_to_mend_it(shape: URIRef) -> None:
    """A shape has one label, message and description in English; the message starts with its check; its severity is what its letter says."""
    texts = {predicate: list(SHAPES.objects(shape, predicate)) for predicate in (RDFS.label, SH.message, SH.description)}
    assert all(len(values) == 1 and isinstance(values[0], Literal) and values[0].language == "en" for values in texts.values()), texts
    check = check_of(shape.removeprefix(S))
    assert texts[SH.message][0].startswith(check + " ")
    assert {"V": SH.Violation, "W": SH.Warning, "I": SH.Info}[check[0]] == SHAPES.value(shape, SH.severity)


def test_every_shape_with_a_constraint_is_named() -> None:
    """A report names the check: a shape that has a target, or is the property of a named shape, is a named check or a group of such."""
    groups = {shape for shape in SHAPES.subjects(RDF.type, SH.NodeShape) if (shape, SH.message, None) not in SHAPES}
    assert {S.Located} == groups
    assert set(SHAPES.objects(S.Located, SH.property)) < set(CHECKS)
    assert set(SHAPES.subjects(SH.sparql)) < set(CHECKS)


def test_the_shapes_are_themselves_valid_shacl() -> None:
    """The shapes graph conforms to the shapes of SHACL."""
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=SHAPES, meta_shacl=True)
    assert conforms, text


# ---- the lists that shapes and ontology share


def items(node: object) -> set[object]:
    assert isinstance(node, BNode)
    return set(Collection(SHAPES, node))


def object_properties() -> set[URIRef]:
    return {name for name in ONTOLOGY.subjects(RDF.type, OWL.ObjectProperty) if isinstance(name, URIRef) and name.startswith(DIP)}


def derived() -> set[URIRef]:
    return {
        name
        for name in object_properties()
        if str(ONTOLOGY.value(name, URIRef("http://www.w3.org/2004/02/skos/core#definition"))).endswith("Derived.")
    }


def test_derived_relations_are_those_that_the_ontology_calls_derived() -> None:
    """V48 forbids to assert exactly the relations that the ontology calls derived, and the inverse that it borrows from ORG."""
    borrowed = URIRef("http://www.w3.org/ns/org#hasMembership")
    assert derived() | {borrowed} == set(SHAPES.objects(S.V48, SH.targetSubjectsOf))
    assert derived() | {borrowed} == items(SHAPES.value(SHAPES.value(S.V48, SH.path), SH.alternativePath))


def test_direct_relations_are_the_same_in_all_shapes() -> None:
    """V24 asks for a fact behind every relation that V23 allows, but for two of Dublin Core that have other uses."""
    dcterms = Namespace("http://purl.org/dc/terms/")
    direct = items(SHAPES.value(S["V23-predicate"], SH["in"]))
    targets = set(SHAPES.objects(S.V24, SH.targetSubjectsOf))
    assert direct - {dcterms.subject, dcterms.publisher} == targets
    assert targets == {predicate for predicate in case(CASES / "bad-V24.ttl").predicates() if predicate in direct}
    symmetric = set(ONTOLOGY.subjects(RDF.type, OWL.SymmetricProperty))
    assert direct & symmetric == set(SHAPES.objects(S.W46, SH.targetSubjectsOf))


def test_whatever_a_fact_points_to_is_checked_for_a_label() -> None:
    """V28 looks at the objects of every relation of facts that is neither derived, nor direct, nor a choice from a closed list."""
    closed_lists = {DIP.kind, DIP.incumbency, DIP.flow}
    citing = {DIP.cites, DIP.citesThroughQuotation}
    direct = items(SHAPES.value(S["V23-predicate"], SH["in"]))
    targets = {name for name in SHAPES.objects(S.V28, SH.targetObjectsOf) if str(name).startswith(DIP)}
    assert object_properties() - derived() - direct - closed_lists - citing == targets


# ---- the article


@pytest.mark.skipif(not DATA.exists(), reason="no data/relations.ttl")
def test_the_article_conforms() -> None:
    """The data have no violation, and one warning: the treaty of strategic partnership and the unnamed instruments are not dated."""
    results = {result for result in validate(Graph().parse(DATA)) if result.severity != "Info"}
    assert {
        Result("s:W15", "azkz:sig-instruments", "Warning"),
        Result("s:W15", "azkz:sig-strategic", "Warning"),
    } == results


@pytest.mark.skipif(not DATA.exists(), reason="no data/relations.ttl")
def test_every_term_that_the_data_use_is_declared() -> None:
    """A misspelt term of the ontology would match no shape and no query: each one in the data stands in the ontology."""
    used = {term for triple in Graph().parse(DATA) for term in triple if isinstance(term, URIRef) and term.startswith(DIP)}
    assert set() == used - set(ONTOLOGY.subjects(RDFS.isDefinedBy))
