"""What no shape says of data is told beside what the shapes say, in the same report and with the same words as when building."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.build import build, check
from kg.errors import DataError, NotConforming
from kg.load import load, parse_text
from kg.namespaces import PREFIXES, SHAPES


def appended(folder: Path, line: str) -> tuple[Path, int]:
    """The data file of `folder` with `line` at its end, and the number of that line."""
    path = folder / "relations.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\n{line}\n", encoding="utf-8")
    return path, text.count("\n") + 2


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("dip:Town rdfs:subClassOf dip:City .", "dip:Town rdfs:subClassOf dip:City"),
        ("dip:seat a owl:TransitiveProperty .", "dip:seat rdf:type owl:TransitiveProperty"),
        ("dip:City owl:disjointWith dip:Street .", "dip:City owl:disjointWith dip:Street"),
        ("dip:seat owl:propertyChainAxiom ( dip:host dip:seat ) .", "dip:seat owl:propertyChainAxiom [ … ]"),
        (
            "id:odd oa:hasTarget [ owl:hasValue 3 ] .",
            'the oa:hasTarget of id:odd owl:hasValue "3"^^<http://www.w3.org/2001/XMLSchema#integer>',
        ),
    ],
)
def test_an_axiom_in_the_data_is_refused_alike_by_validating_and_by_building(other_data: Path, line: str, told: str) -> None:
    """With its file and line."""
    path, number = appended(other_data, line)
    (result,) = check(load(other_data)).of("Violation")
    assert (f"{path}:{number}", f"{told} is an axiom, which the data must not hold") == (str(result.place), result.message)
    with pytest.raises(NotConforming) as error:
        build(other_data, cache=False)
    assert str(result) in str(error.value)


def test_what_owl_says_of_things_is_no_axiom(other_data: Path) -> None:
    """Things may be told apart, and be called individuals."""
    appended(other_data, "id:streslau a owl:NamedIndividual ; owl:differentFrom id:graustark .")
    assert check(load(other_data)).conforms


@pytest.mark.parametrize(
    ("members", "wrong"),
    [
        ('( id:streslau "x" )', "The list is broken, or has a member without a name."),
        ("id:streslau", "The list is broken: it does not end in rdf:nil."),
        ("_:l . _:l rdf:first id:streslau ; rdf:rest _:l", "The list goes round in a circle."),
    ],
)
def test_a_list_that_is_none_is_told_with_its_place(other_data: Path, members: str, wrong: str) -> None:
    """By validating and by building."""
    path, number = appended(other_data, f"id:apart a owl:AllDifferent ; owl:distinctMembers {members} .")
    for run in (lambda: check(load(other_data)), lambda: build(other_data, cache=False)):
        with pytest.raises(DataError) as error:
            run()
        assert f"{path}:{number}: owl:distinctMembers: {wrong}" == str(error.value)


def graph_of(folder: Path) -> ox.Store:
    """The report on a folder as SHACL's own graph, after a way through Turtle."""
    from kg.export import write_triples

    written = write_triples(check(load(folder)).triples, "turtle").decode()
    store = ox.Store()
    store.extend(ox.Quad(*triple) for triple in parse_text(written, Path("report.ttl")).triples)
    return store


def asked(store: ox.Store, pattern: str) -> list[tuple[str, ...]]:
    prefixes = "".join(f"PREFIX {prefix}: <{space}> " for prefix, space in PREFIXES.items())
    solutions = store.query(f"{prefixes} SELECT * WHERE {{ {pattern} }}")
    assert isinstance(solutions, ox.QuerySolutions)
    names = sorted(variable.value for variable in solutions.variables)
    return sorted(tuple(getattr(solution[name], "value", "") for name in names) for solution in solutions)


def test_a_contradiction_is_a_result_in_shacls_own_graph(other_data: Path) -> None:
    """With focus, rule, message and line; and the report says that the data do not conform, once."""
    path, number = appended(other_data, "id:graustark a dip:Treaty .")
    store = graph_of(other_data)
    assert ["false"] == [value for _, value in asked(store, "?a a sh:ValidationReport ; sh:conforms ?b")]
    (row,) = asked(
        store,
        """[] a sh:ValidationReport ; sh:result ?node . ?node a sh:ValidationResult ; sh:resultSeverity sh:Violation ;
        sh:focusNode ?a ; sh:sourceConstraintComponent ?b ; sh:resultMessage ?c ; prov:atLocation ?place .
        ?place a ptr:LineCharPointer ; ptr:reference ?d ; ptr:lineNumber ?e . ?b a sh:ConstraintComponent""",
    )
    state = parse_line(path, "id:graustark a dip:State")
    assert (
        "https://w3id.org/bilateral/id/graustark",
        SHAPES + "cax-adc",
        "id:graustark is both dip:State and dip:Treaty, which are disjoint",
        path.as_uri(),
        str(state),
    ) == row[:5]
    assert number > state


def parse_line(path: Path, start: str) -> int:
    """The number of the line that begins with `start`, the first of them."""
    return next(number for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if line.startswith(start))


def test_the_results_of_shapes_have_their_lines_in_the_graph_too(other_data: Path) -> None:
    """The embassy without a seat."""
    path = other_data / "relations.ttl"
    text = path.read_text(encoding="utf-8").replace("    dip:seat id:streslau ;\n", "")
    path.write_text(text, encoding="utf-8")
    rows = asked(
        graph_of(other_data),
        "?x sh:resultSeverity sh:Violation ; sh:sourceShape ?a ; prov:atLocation ?y . ?y ptr:reference ?b ; ptr:lineNumber ?c",
    )
    assert [(path.as_uri(), str(parse_line(path, "grru:embassy a dip:Embassy")))] == [row[1:3] for row in rows]


def test_an_axiom_is_a_result_of_the_graph_with_its_property(other_data: Path) -> None:
    """As the path of the result."""
    appended(other_data, "dip:Town rdfs:subClassOf dip:City .")
    rows = asked(graph_of(other_data), "?x sh:sourceConstraintComponent s:axiom-in-data ; sh:focusNode ?a ; sh:resultPath ?b")
    assert [("https://w3id.org/bilateral/ontology#Town", "http://www.w3.org/2000/01/rdf-schema#subClassOf")] == [row[:2] for row in rows]


def test_a_graph_without_findings_has_shapes_behind_all_its_results(other_data: Path) -> None:
    """Nothing is added; as SHACL has it, any result, infos too, makes sh:conforms false."""
    store = graph_of(other_data)
    assert ["false"] == [value for _, value in asked(store, "?a a sh:ValidationReport ; sh:conforms ?b")]
    assert [] == asked(store, "?x a sh:ValidationResult FILTER NOT EXISTS { ?x sh:sourceShape ?shape }")


@pytest.mark.parametrize("line", ["<< id:a id:b id:c >> id:p id:d .", "id:s id:p <<( id:a id:b id:c )>> ."])
def test_a_triple_in_a_triple_is_refused_with_its_line(other_data: Path, line: str) -> None:
    """By validating and by building."""
    path, number = appended(other_data, line)
    for run in (lambda: check(load(other_data)), lambda: build(other_data, cache=False)):
        with pytest.raises(DataError, match="a triple in a triple") as error:
            run()
        assert str(error.value).startswith(f"{path}:{number}: ")
