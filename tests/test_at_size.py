"""Validation by SPARQL gives what pySHACL gives, result for result, and says so where it cannot."""

import gzip
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
import servers
import zstandard
from generate import generate, world_of
from hypothesis import given, settings
from hypothesis import strategies as st
from mistakes import KINDS
from rdflib import Graph, Namespace, URIRef
from rdflib.term import Node
from virtuoso import PASSWORD, USER

from kg import paths
from kg.at_size import LARGE, STREAMED, VALIDATED, method_for, validate_files, validate_in, validated
from kg.build import Dataset, check, content_of
from kg.endpoint import Credentials, Endpoint, addresses
from kg.engine import Embedded, Rdflib
from kg.errors import DataError, FileError, ShapeError
from kg.load import Document, load, parse, parse_text, to_rdflib, to_rdflib_term
from kg.namespaces import ASSERTED_GRAPH, CLOSURE_GRAPH, ONTOLOGY_GRAPH
from kg.push import graphs_of, push, target_at
from kg.reason import closure
from kg.remote import Remote
from kg.shapes import PORTION, Finding, checks_of, validate_spooled
from kg.shapes import validate_in as findings_in
from kg.shapes.portions import looked_at, portions
from kg.sources import sources
from kg.spool import Spool
from kg.validate import Report

CASES = Path(__file__).parent / "shapes"
SH = Namespace("http://www.w3.org/ns/shacl#")
BASE = parse(CASES / "base.ttl")
ONTOLOGY = parse(paths.ONTOLOGY)
SHAPES = parse(paths.SHAPES)

Told = tuple[str | None, ...]
"""Focus, path, value, shape, component, severity and message of a result; a path of several steps is None."""


def kg(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "kg", *arguments], capture_output=True, text=True, check=False)


def told(*terms: Node | None) -> tuple[str | None, ...]:
    """Terms as text."""
    return tuple(None if term is None else term.n3() for term in terms)


def reference(triples: Iterable[ox.Triple], ontology: Sequence[ox.Triple], shapes: Sequence[ox.Triple]) -> set[Told]:
    """What pySHACL reports."""
    _, report, _ = pyshacl.validate(
        to_rdflib(triples), shacl_graph=to_rdflib(shapes), ont_graph=to_rdflib(ontology), inference="none", meta_shacl=False, advanced=False
    )
    assert isinstance(report, Graph)
    found = set()
    for node in report.objects(None, SH.result):
        path = report.value(node, SH.resultPath)
        parts = [report.value(node, part) for part in (SH.value, SH.sourceShape, SH.sourceConstraintComponent, SH.resultSeverity)]
        message = min(map(str, report.objects(node, SH.resultMessage)))
        found.add((*told(report.value(node, SH.focusNode), path if isinstance(path, URIRef) else None, *parts), message))
    return found


def term(found: ox.NamedNode | ox.BlankNode | ox.Literal | None) -> Node | None:
    return None if found is None else to_rdflib_term(found)


def as_told(findings: Iterable[Finding]) -> set[Told]:
    """What the queries found, as `reference` tells it."""
    return {
        (
            *told(term(one.focus), term(one.path) if isinstance(one.path, ox.NamedNode) else None, term(one.value), term(one.shape)),
            *(f"<{iri}>" for iri in (one.component, one.severity)),
            one.message,
        )
        for one in findings
    }


def in_memory(*parts: Iterable[ox.Triple]) -> Embedded:
    store = ox.Store()
    store.extend(ox.Quad(t.subject, t.predicate, t.object) for part in parts for t in part)
    return Embedded(store)


def by_sparql(triples: Iterable[ox.Triple], ontology: Sequence[ox.Triple], shapes: Sequence[ox.Triple]) -> set[Told]:
    return as_told(findings_in(in_memory(triples, ontology), shapes))


# ---- the same as the reference


@pytest.mark.parametrize("path", sorted(CASES.glob("*-*.ttl")), ids=lambda path: path.stem)
def test_each_case_gives_what_pyshacl_gives(path: Path) -> None:
    """Focus, path, value, shape, component, severity and message of every result, in bad cases and ok cases."""
    triples = [*BASE.triples, *parse(path).triples]
    assert reference(triples, ONTOLOGY.triples, SHAPES.triples) == by_sparql(triples, ONTOLOGY.triples, SHAPES.triples)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """Ten thousand triples with a mistake of each kind."""
    return generate(tmp_path_factory.mktemp("generated"), world_of(10_000), errors=len(KINDS)).files


def test_generated_data_with_each_kind_of_mistake_give_what_pyshacl_gives(generated: tuple[Path, ...]) -> None:
    """Lines, sentences and mends as well: both reports are equal."""
    documents = load(generated[0].parent)
    expected = validated(documents, ONTOLOGY, SHAPES, "pyshacl")
    found = validated(documents, ONTOLOGY, SHAPES, "sparql")
    assert len(KINDS) == len(expected.of("Violation"))
    assert expected.results == found.results
    results = [sum(triple.predicate.value == str(SH.result) for triple in report.triples) for report in (expected, found)]
    assert results[0] == results[1]


@cache
def terms_in_use() -> list[ox.NamedNode | ox.BlankNode | ox.Literal]:
    """All objects of the base, and values that are wrong in many places."""
    xsd = "http://www.w3.org/2001/XMLSchema#"
    odd = {
        "date": ["2004-02-29", "2005-02-29", "2004-13-01", "2004-01-01Z", "today"],
        "integer": ["0", "-1", "7", "x"],
        "gYear": ["2005", "20055"],
        "decimal": ["1.5"],
    }
    wrong = [ox.Literal(text, datatype=ox.NamedNode(xsd + name)) for name, texts in odd.items() for text in texts]
    wrong += [ox.Literal("x"), ox.Literal("x", language="de"), ox.Literal("x", language="en-GB"), ox.Literal("")]
    used = [t.object for t in BASE.triples if isinstance(t.object, ox.NamedNode | ox.BlankNode | ox.Literal)]
    return [*dict.fromkeys(used), *wrong, ox.BlankNode("nothing"), ox.NamedNode("http://example.org/nothing")]


_COMPARED = frozenset(f"https://w3id.org/bilateral/ontology#{name}" for name in ("notBefore", "notAfter")) | frozenset(
    f"http://www.w3.org/ns/oa#{name}" for name in ("start", "end")
)


@st.composite
def mutations(draw: st.DrawFn) -> list[ox.Triple]:
    """The base with a few triples gone, doubled with another object, or with a subject that has another class."""
    triples = list(BASE.triples)
    for _ in range(draw(st.integers(1, 6))):
        index = draw(st.integers(0, len(triples) - 1))
        one = triples[index]
        if draw(st.booleans()):
            triples.pop(index)
        if one.predicate.value not in _COMPARED:  # pySHACL compares, or fails to compare, what is no number as no standard says
            triples.append(ox.Triple(one.subject, one.predicate, draw(st.sampled_from(terms_in_use()))))
    return triples


@given(mutations())
@settings(max_examples=40, deadline=None)
def test_wrong_data_of_any_kind_give_what_pyshacl_gives(triples: list[ox.Triple]) -> None:
    """Triples taken out, and added with any object."""
    assert reference(triples, ONTOLOGY.triples, SHAPES.triples) == by_sparql(triples, ONTOLOGY.triples, SHAPES.triples)


# ---- constructs that our shapes do not use, or not in this way

PREFIXES = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
"""
THINGS = (
    PREFIXES
    + """
e:B rdfs:subClassOf e:A . e:C rdfs:subClassOf e:B .
e:a a e:A ; e:p 1, 5, 9 ; e:q e:b ; e:r e:b ; e:t "one"@en, "eins"@de , "two"@EN ; e:n "2004-02-30"^^xsd:date .
e:b a e:B ; e:p 3.5, "x" ; e:q e:c , e:a ; e:t "one"@en-GB ; e:n "2004-02-29"^^xsd:date , e:a , _:x .
e:c a e:C ; e:p "long enough" ; e:q e:a ; e:r e:c ; e:t "one" . e:d e:q e:d .
"""
)
CONSTRUCTS = {
    "targets": "sh:targetNode e:d , e:nothing ; sh:path e:p ; sh:minCount 1",
    "subclasses": "sh:targetClass e:B ; sh:path e:r ; sh:minCount 1",
    "objects": "sh:targetObjectsOf e:p ; sh:nodeKind sh:IRI",
    "counts": "sh:targetClass e:A ; sh:path e:p ; sh:minCount 3 ; sh:maxCount 1",
    "ranges": "sh:targetClass e:A ; sh:path e:p ; sh:minExclusive 1 ; sh:maxInclusive 5 ; sh:maxExclusive 5",
    "lengths": "sh:targetClass e:A ; sh:path e:p ; sh:minLength 2 ; sh:maxLength 4",
    "languages": 'sh:targetClass e:A ; sh:path e:t ; sh:uniqueLang true ; sh:languageIn ( "en" "fr" )',
    "no shared language": "sh:targetClass e:A ; sh:path e:t ; sh:uniqueLang false",
    "patterns": 'sh:targetClass e:A ; sh:path e:t ; sh:pattern "^ONE" ; sh:flags "i"',
    "dates": "sh:targetClass e:A ; sh:path e:n ; sh:datatype xsd:date",
    "list": 'sh:targetClass e:A ; sh:path e:p ; sh:in ( 1 5 "x" )',
    "list of names": "sh:targetClass e:A ; sh:path e:n ; sh:in ( e:a e:b )",
    "and": "sh:targetClass e:A ; sh:path e:q ; sh:and ( [ sh:class e:B ] [ sh:property [ sh:path e:p ; sh:maxCount 1 ] ] )",
    "not": "sh:targetClass e:A ; sh:path e:q ; sh:not [ sh:class e:C ]",
    "several nots": "sh:targetClass e:A ; sh:path e:q ; sh:not [ sh:class e:C ] , [ sh:nodeKind sh:IRI ]",
    "inverse": "sh:targetClass e:A ; sh:path [ sh:inversePath ( e:q e:q ) ] ; sh:class e:B",
    "zero or more": "sh:targetClass e:A ; sh:path [ sh:zeroOrMorePath e:q ] ; sh:class e:B",
    "one or more": "sh:targetNode e:a , e:d ; sh:path ( [ sh:oneOrMorePath [ sh:alternativePath ( e:q e:r ) ] ] e:p ) ; sh:nodeKind sh:IRI",
    "zero or one": "sh:targetClass e:A ; sh:path ( [ sh:zeroOrOnePath e:q ] e:r ) ; sh:minCount 2",
    "equals": "sh:targetClass e:A ; sh:path e:q ; sh:equals e:r",
    "equals below": "sh:targetClass e:A ; sh:node [ sh:property [ sh:path e:q ; sh:equals e:r ] ]",
    "disjoint": "sh:targetClass e:A ; sh:path ( e:q e:q ) ; sh:disjoint e:q , e:r",
    "qualified": "sh:targetClass e:A ; sh:path e:q ; sh:qualifiedValueShape [ sh:class e:A ] ; sh:qualifiedMinCount 2",
    "qualified too often": "sh:targetClass e:A ; sh:path e:q ; sh:qualifiedValueShape [ sh:class e:A ] ; sh:qualifiedMaxCount 1",
    "deactivated": "sh:targetClass e:A ; sh:path e:p ; sh:maxCount 0 ; sh:deactivated true",
    "warning": "sh:targetClass e:A ; sh:path e:p ; sh:maxCount 0 ; sh:severity sh:Warning",
    "nested": "sh:targetClass e:A ; sh:property [ sh:path e:p ; sh:maxCount 0 ; sh:message 'none' ] ; sh:nodeKind sh:BlankNode",
}


@pytest.mark.parametrize("construct", CONSTRUCTS.values(), ids=CONSTRUCTS)
def test_each_construct_gives_what_pyshacl_gives(construct: str) -> None:
    """In small graphs in which some nodes conform to it and some do not."""
    data = parse_text(THINGS, Path("things.ttl")).triples
    shapes = parse_text(f"{PREFIXES} e:shape {construct} ; sh:message 'wrong' .", Path("shapes.ttl")).triples
    assert reference(data, (), shapes) == by_sparql(data, (), shapes)


UNKNOWN = {
    "closed": ("sh:closed", "sh:targetClass e:A ; sh:closed true"),
    "xone": ("sh:xone", "sh:targetClass e:A ; sh:xone ( [ sh:class e:B ] )"),
    "target": ("sh:target ", "sh:targetClass e:A ; sh:target [ sh:select 'SELECT ?this WHERE { ?this a e:A }' ]"),
    "datatype": ("gMonthDay", "sh:targetClass e:A ; sh:path e:p ; sh:datatype xsd:gMonthDay"),
    "count": ("A count of 9", "sh:targetClass e:A ; sh:path e:p ; sh:maxCount 9"),
    "below": ("sh:closed", "sh:targetClass e:A ; sh:path e:q ; sh:or ( [ sh:closed true ] [ sh:class e:B ] )"),
    "path": ("is no path", "sh:targetClass e:A ; sh:path [ e:way e:p ] ; sh:minCount 1"),
    "list": ("is no RDF list", "sh:targetClass e:A ; sh:path e:p ; sh:in e:nothing"),
    "list in a circle": (
        "in a circle",
        "sh:targetClass e:A ; sh:path e:p ; sh:in e:l . e:l rdf:first e:a ; rdf:rest e:m . e:m rdf:first e:b ; rdf:rest e:l",
    ),
    "union": (
        "a group within a group",
        "sh:targetClass e:A ; sh:sparql [ sh:select 'SELECT $this WHERE { { $this e:p 1 } UNION { $this e:p 2 } }' ]",
    ),
    "subquery": ("SELECT", "sh:targetClass e:A ; sh:sparql [ sh:select 'SELECT $this WHERE { OPTIONAL { SELECT $this WHERE { } } }' ]"),
    "flags": ("sh:flags", "sh:targetClass e:A ; sh:path e:p ; sh:pattern 'a' ; sh:flags 'x'"),
    "no shape": ("nothing is said of it", "sh:targetClass e:A ; sh:node e:nothing"),
    "property of property": ("sh:property", "sh:targetClass e:A ; sh:path e:q ; sh:property [ sh:path e:p ; sh:minCount 1 ]"),
}


@pytest.mark.parametrize(("named", "construct"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_compiled_is_named_and_never_passed_over(named: str, construct: str) -> None:
    """Before any query is asked."""
    shapes = parse_text(f"{PREFIXES} e:shape {construct} .", Path("shapes.ttl")).triples
    with pytest.raises(ShapeError) as caught:
        checks_of(in_memory(), shapes)
    assert named in f"{caught.value} "


# ---- engines, portions and files


def test_portions_give_the_same_as_the_whole(generated: tuple[Path, ...], tmp_path: Path) -> None:
    """Of a store on disk, opened read-only: all at once, and few triples at a time."""
    store = ox.Store(tmp_path / "store")
    for path in (generated[0], paths.ONTOLOGY):
        store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE)
    del store
    engine = Embedded(ox.Store.read_only(str(tmp_path / "store")))
    whole = validate_in(engine, SHAPES)
    assert len(KINDS) == len(whole.of("Violation"))
    assert whole.results == validate_in(engine, SHAPES, portion=3_000).results


def test_portions_hold_no_more_than_they_may() -> None:
    """Unless one check looks at more; each check is in one of them, and those that may look at any triple come last, together."""
    checks = checks_of(in_memory(ONTOLOGY.triples), SHAPES.triples)
    seen = [(check, looked.named if (looked := looked_at(check.text)) and check.component != "MinCount" else None) for check in checks]
    sizes = dict.fromkeys(frozenset().union(*(predicates or () for _, predicates in seen)), 1)
    largest = max(len(predicates or ()) for _, predicates in seen)
    for most in (3, 60, 1000):
        found = list(portions(seen, sizes, most))
        assert sorted(map(id, checks)) == sorted(id(check) for portion in found for check in portion.checks)
        assert [check for check, predicates in seen if predicates is None] == list(found[-1].checks)
        assert [None] == [portion.predicates for portion in found if portion.predicates is None]
        needed = dict(seen)
        for portion in found[:-1]:
            assert frozenset().union(*(needed[check] or () for check in portion.checks)) == portion.predicates
            assert len(portion.predicates or ()) <= min(most, largest) or portion.predicates in [needed[one] for one in portion.checks]


@pytest.mark.parametrize(
    ("body", "looked"),
    [
        ("$this ?p ?value", None),
        ("$this <x:q> 1 ; ?p ?value", None),
        ("<x:s> ?p 1", None),
        ("(1 2) ?p 3 . $this <x:q> ?value", None),
        ("$this ?p ?value . FILTER(?p IN (<x:a>, <x:b>) || ?value = 1)", None),
        ("$this ?p ?value . FILTER(?p IN (<x:a>, ?value))", None),
        ("$this ?p ?value . OPTIONAL { $this rdf:predicate ?p }", None),
        ("$this ?p ?value . OPTIONAL { ?p a <x:C> }", None),
        ("$this ^<x:a>/<x:b>+ ?value", (["x:a", "x:b"], [], [])),
        ("$this ?p ?value . FILTER(?p IN (<x:a>, <x:b>))", (["x:a", "x:b"], [], [])),
        ("$this rdf:predicate ?p . $this ?p ?value", (["rdf:predicate"], ["rdf:predicate"], [])),
        ("$this <x:a> 1 ; rdf:predicate ?p . $this ?p ?value", (["rdf:predicate", "x:a"], ["rdf:predicate"], [])),
        ("$this ?p ?value . ?p a <x:C>", (["rdf:type", "x:C"], [], ["x:C"])),
        (r"$this x:b\,c ?value . _:x x:a 1", (["x:a", "x:b,c"], [], [])),
    ],
)
def test_what_a_query_looks_at(body: str, looked: tuple[list[str], list[str], list[str]] | None) -> None:
    """A predicate in a variable is known only by what holds of it in any case; else the query may look at anything."""
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    found = looked_at(f"PREFIX rdf: <{rdf}> PREFIX x: <x:> SELECT $this ?value WHERE {{ {body} }}")
    short = found and tuple(sorted(iri.replace(rdf, "rdf:") for iri in part if iri not in (rdf, "x:")) for part in found)
    assert looked == short


def test_a_check_that_may_look_at_anything_has_all_triples() -> None:
    """In a store on disk, beside the others in memory; a predicate that another triple names is held with them."""
    data = parse_text(THINGS + "e:f e:says e:q . e:r a e:Link .", Path("things.ttl")).triples
    bodies = ("$this ?p ?value . FILTER(?p != e:q)", "?x e:says ?p . $this ?p ?value", "?p a e:Link . $this ?p ?value")
    form = "e:s{} sh:targetClass e:A ; sh:sparql [ sh:prefixes e: ; sh:select 'SELECT $this ?value WHERE {{ {} }}' ] ."
    parts = [form.format(number, body) for number, body in enumerate(bodies)]
    declared = "e: sh:declare [ sh:prefix 'e' ; sh:namespace 'http://e/'^^xsd:anyURI ] ."
    shapes = parse_text("\n".join([PREFIXES, declared, *parts]), Path("shapes.ttl")).triples
    with Spool() as spool:
        spool.extend(data)
        found = as_told(validate_spooled(spool, shapes, most=1))
    assert as_told(findings_in(in_memory(data), shapes)) == found
    assert {"<http://e/s0>", "<http://e/s1>", "<http://e/s2>"} == {one[3] for one in found}


def test_an_escaped_name_is_found_in_portions() -> None:
    r"""`e:b\,c` is the property whose name ends with `b,c`; and where a BASE says what is looked at, all is held."""
    data = parse_text(THINGS + r"e:f e:b\,c e:q .", Path("things.ttl")).triples
    body = r"$this e:b\\,c ?value"
    shape = f"e:s sh:targetSubjectsOf <http://e/b,c> ; sh:sparql [ sh:prefixes e: ; sh:select 'SELECT $this ?value WHERE {{ {body} }}' ] ."
    declared = "e: sh:declare [ sh:prefix 'e' ; sh:namespace 'http://e/'^^xsd:anyURI ] ."
    shapes = parse_text("\n".join([PREFIXES, declared, shape]), Path("shapes.ttl")).triples
    with Spool() as spool:
        spool.extend(data)
        found = as_told(validate_spooled(spool, shapes, most=1))
    assert (1, as_told(findings_in(in_memory(data), shapes))) == (len(found), found)
    assert looked_at("BASE <http://e/> SELECT ?s WHERE { ?s <b> ?o }") is None


def test_another_engine_gives_the_same() -> None:
    """rdflib's own, on a case with SPARQL constraints, nested shapes and counts."""
    triples = [*BASE.triples, *parse(CASES / "bad-V05.ttl").triples]
    dataset = to_rdflib([*triples, *ONTOLOGY.triples])
    import rdflib

    whole = rdflib.Dataset(default_union=True)
    for one in dataset:
        whole.default_graph.add(one)
    wanted = {"V05-order", "V05-nesting", "V04-start", "V30"}
    engine = Rdflib(whole)
    found = {
        finding
        for check in checks_of(engine, SHAPES.triples)
        if str(check.shape.node)[:-1].rpartition("#")[2] in wanted
        for finding in as_told(check.findings(engine))
    }
    expected = reference(triples, ONTOLOGY.triples, SHAPES.triples)
    assert {one for one in expected if str(one[3])[:-1].rpartition("#")[2] in wanted} == found


def by_files(*paths: Path, portion: int = PORTION, graph: bool = False) -> Report:
    """The report on files as they are read."""
    return validate_files(sources(paths), ONTOLOGY, SHAPES, portion=portion, graph=graph)


@pytest.mark.parametrize("path", sorted(CASES.glob("bad-*.ttl")), ids=lambda path: path.stem)
def test_files_that_are_not_kept_give_what_documents_give(path: Path) -> None:
    """Line for line and sentence for sentence, things without names included; and as many results in SHACL's graph."""
    files = (CASES / "base.ttl", path)
    expected, found = check([parse(file) for file in files], "sparql"), by_files(*files, graph=True)
    assert expected.results == found.results
    result = str(SH.result)
    assert sum(t.predicate.value == result for t in expected.triples) == sum(t.predicate.value == result for t in found.triples)


def test_generated_files_in_portions_give_what_pyshacl_gives(generated: tuple[Path, ...]) -> None:
    """With each kind of mistake, and the contradictions; a thousand triples at a time, and contradictions looked for on disk."""
    expected = check(load(generated[0].parent), "pyshacl")
    assert expected.results == by_files(*generated, portion=1_000).results


WRONG_DATA = """
@prefix dip: <https://w3id.org/bilateral/ontology#> . @prefix id: <https://w3id.org/bilateral/id/> . @prefix e: <http://e/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
id:atlantis a dip:State ;
    rdfs:label "Atlantis"@en ;
    a dip:Treaty .
id:mu dip:twinnedWith id:mu .
e:Town rdfs:subClassOf [ a owl:Restriction ] .
[ a dip:State , dip:Treaty ] rdfs:label "x"@en .
id:lemuria dip:hasMember [ a dip:State , dip:Treaty ] .
"""


def test_axioms_and_contradictions_are_found_in_files_that_are_not_kept(tmp_path: Path) -> None:
    """With their lines, sentences and proofs, as in documents; those of things without names by what these hang on."""
    file = tmp_path / "wrong.ttl"
    file.write_text(WRONG_DATA, encoding="utf-8")
    expected, found = check([parse(file)], "sparql"), by_files(file, graph=True)
    assert {"axiom-in-data", "cax-adc", "prp-irp"} <= {one.shape for one in found.results}
    assert expected.results == found.results
    on_disk = by_files(file, portion=1)
    assert expected.results == on_disk.results


def test_what_files_must_not_hold_is_refused_with_its_line(tmp_path: Path) -> None:
    """A triple in a triple, and no triple at all."""
    (tmp_path / "quoted.ttl").write_text("<x:a> <x:p> 1 .\n<x:b> <x:q> <<( <x:a> <x:p> 1 )>> .\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"quoted\.ttl:2: a triple in a triple"):
        by_files(tmp_path / "quoted.ttl")
    (tmp_path / "empty.ttl").write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(FileError, match=r"empty\.ttl: no triple to check"):
        by_files(tmp_path / "empty.ttl")


SMALL = "<http://e/f> <https://w3id.org/bilateral/ontology#notBefore> <http://e/none> .\n"
PADDING = "".join(f"# {hashlib.sha256(bytes([i % 256, i // 256])).hexdigest()}\n" for i in range(STREAMED // 60))
GIVEN: dict[str, Callable[[bytes], bytes]] = {
    "a.ttl": bytes,
    "a.ttl.zst": zstandard.compress,
    "a.nt.gz": gzip.compress,
    "folder/a.nt": bytes,
}


@pytest.mark.parametrize("text", [SMALL, SMALL + PADDING], ids=["small", "large"])
@pytest.mark.parametrize("name", GIVEN)
def test_files_of_any_kind_are_validated(tmp_path: Path, name: str, text: str) -> None:
    """Packed, of another format, in a folder; small ones and large ones, with the same words."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(GIVEN[name](text.encode()))
    done = kg("validate", "--format", "json", str(tmp_path / name.partition("/")[0]))
    assert ("asked by SPARQL" in done.stderr) == (text != SMALL)
    assert 1 == done.returncode
    told = [(one["shape"], one["focus"], one["file"], one["line"]) for one in json.loads(done.stdout)["results"]]
    assert [(shape, "<http://e/f>", str(tmp_path / name), 1) for shape in ("s:V42-notBefore", "s:V44")] == told


DAMAGED: dict[str, tuple[Callable[[bytes], bytes] | None, str]] = {
    "a.nt.gz": (lambda content: gzip.compress(content)[:-20], "cannot be unpacked: Compressed file ended before"),
    "a.ttl.zst": (lambda content: zstandard.compress(content)[:-2], "cannot be unpacked: it ends too early."),
    "b.ttl.zst": (lambda content: zstandard.compress(content)[:-2] + b"xx" + content, "cannot be unpacked: zstd decompressor error"),
    "a.ttl": (lambda content: b"<x:a> <x:b>\n<x:c> <x:d> .\n" + content, "a.ttl:2: "),
    "a.csv": (bytes, "a.csv: no RDF format has this extension; use one like .ttl, .nt, .jsonld or .nq.gz."),
    "a.nt": (None, "a.nt: there is no such file or folder."),
}


@pytest.mark.parametrize("text", [SMALL, SMALL + PADDING], ids=["small", "large"])
@pytest.mark.parametrize("name", DAMAGED)
def test_files_that_cannot_be_read_are_refused(tmp_path: Path, name: str, text: str) -> None:
    """Cut off, damaged, wrong or not there; small ones and large ones, with the same words."""
    damage, message = DAMAGED[name]
    if damage:
        (tmp_path / name).write_bytes(damage(text.encode()))
    done = kg("validate", str(tmp_path / name))
    assert 2 == done.returncode
    assert message in done.stderr
    assert str(tmp_path / name) in done.stderr
    assert not done.stdout


def test_values_that_pyshacl_cannot_compare_are_violations(tmp_path: Path) -> None:
    """As the standard has it: a date that is none is no later than any other."""
    more = parse_text(
        "@prefix dip: <https://w3id.org/bilateral/ontology#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        '<http://e/f> dip:notBefore "abc"^^xsd:date ; dip:notAfter "2004-01-01"^^xsd:date .',
        Path("more.ttl"),
    )
    found = validated([Document(Path("base.ttl"), BASE.text, BASE.triples, BASE.prefixes), more], ONTOLOGY, SHAPES, "sparql")
    components = {triple.object.value for triple in found.triples if triple.predicate.value == str(SH.sourceConstraintComponent)}  # type: ignore[union-attr]
    assert {"s:V42-notBefore", "s:V44"} == {one.shape for one in found.of("Violation")}
    assert str(SH.LessThanOrEqualsConstraintComponent) in components


def test_the_method_follows_the_size_and_is_said(other_data: Path) -> None:
    """Small data go to the reference; --method takes the other, with the same words on standard output."""
    files = sorted(other_data.glob("*.ttl"))
    assert "pyshacl" == method_for(files)
    expected = kg("validate", *map(str, files))
    found = kg("validate", "--method", "sparql", *map(str, files))
    assert (expected.returncode, expected.stdout) == (found.returncode, found.stdout)
    padding = other_data / "padding.ttl"
    padding.write_text("#" * LARGE, encoding="utf-8")
    large = kg("validate", *map(str, files), str(padding))
    assert "asked by SPARQL" in large.stderr
    assert expected.stdout == large.stdout


# ---- where the data live


@pytest.fixture(scope="module")
def wrong_dataset() -> Dataset:
    """A dataset with the base and some bad cases as asserted data, and a closure that would hide what is wrong."""
    triples = list(dict.fromkeys(t for name in WRONG for t in (*BASE.triples, *parse(CASES / f"bad-{name}.ttl").triples)))
    inferred = [t for t in closure([*BASE.triples], ONTOLOGY.triples) if t not in set(triples)]
    return Dataset(content_of({ASSERTED_GRAPH: triples, ONTOLOGY_GRAPH: ONTOLOGY.triples, CLOSURE_GRAPH: inferred}, BASE.prefixes))


WRONG = ("V01", "V04", "V08", "V20", "V25", "V28", "V40", "V47", "W45", "I17")


def expected_of(dataset: Dataset) -> set[Told]:
    """What the reference says of the asserted graph."""
    asserted = [quad.triple for quad in dataset.quads() if quad.graph_name == ox.NamedNode(ASSERTED_GRAPH)]
    return nameless(reference(asserted, ONTOLOGY.triples, SHAPES.triples))


def nameless(results: Iterable[Told]) -> set[Told]:
    """Results with one name for all blank nodes, which servers name anew."""
    return {tuple("_:" if part and part.startswith("_:") else part for part in one) for one in results}


def test_a_built_dataset_is_validated_without_its_closure(wrong_dataset: Dataset) -> None:
    """In memory: the asserted graph and the ontology alone are seen."""
    engine = Embedded(wrong_dataset.store()).seeing(VALIDATED)
    assert expected_of(wrong_dataset) == nameless(as_told(findings_in(engine, SHAPES.triples)))


def test_a_server_validates_what_it_holds(wrong_dataset: Dataset, tmp_path: Path) -> None:
    """The same results from an oxigraph server; one without the ontology is refused."""
    file = tmp_path / "dataset.nq"
    file.write_bytes(wrong_dataset.content)
    with servers.oxigraph_server(file) as base:
        engine = Remote(Endpoint(f"{base}/query"))
        assert expected_of(wrong_dataset) == nameless(as_told(findings_in(engine.seeing(VALIDATED), SHAPES.triples)))
        with pytest.raises(DataError, match="No ontology"):
            validate_in(engine.seeing((ASSERTED_GRAPH,)), SHAPES)


def test_virtuoso_validates_what_it_holds(wrong_dataset: Dataset, virtuoso: str) -> None:
    """The same results from the engine of DBpedia."""
    push(graphs_of(wrong_dataset), target_at(addresses(f"{virtuoso}/sparql"), Credentials(USER, PASSWORD)))
    engine = Remote(Endpoint(f"{virtuoso}/sparql")).seeing(VALIDATED)
    assert expected_of(wrong_dataset) == nameless(as_told(findings_in(engine, SHAPES.triples)))
