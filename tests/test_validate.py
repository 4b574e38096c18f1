"""Validation tells file, line, node, shape and mend."""

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from kg import KnowledgeGraph, paths
from kg.at_size import validate_files, validate_in
from kg.build import check
from kg.cli import cli
from kg.engine import Embedded
from kg.errors import DataError
from kg.load import load, parse, parse_text
from kg.places import Place
from kg.sources import sources
from kg.validate import Report, Result, validate


def report_on(folder: Path) -> Report:
    return validate(load(folder), parse(paths.ONTOLOGY), parse(paths.SHAPES))


def test_the_article_conforms(graph: KnowledgeGraph) -> None:
    """No violation; the facts without a reference are told as infos."""
    report = graph.validate()
    assert report.conforms
    assert () == report.of("Violation")
    assert any(result.shape == "s:I26" for result in report.of("Info"))


def test_a_violation_names_the_line_of_its_node(other_data: Path) -> None:
    """And how to mend it."""
    path = other_data / "relations.ttl"
    text = path.read_text(encoding="utf-8").replace("    dip:seat id:streslau ;\n", "")
    path.write_text(text, encoding="utf-8")
    (result,) = report_on(other_data).of("Violation")
    line = text.splitlines().index("grru:embassy a dip:Embassy ;") + 1
    assert ("grru:embassy", "dip:seat", f"{path}:{line}") == (result.focus, result.path, str(result.place))
    assert str(result).startswith(f"{path}:{line}: Violation: grru:embassy: V09")
    assert result.mend


def test_a_violation_names_the_sentence_behind_it(other_data: Path) -> None:
    """Of a fact its own; of a plain triple that of the fact which states it; of a thing none."""
    path = other_data / "relations.ttl"
    text = path.read_text(encoding="utf-8").replace("    dip:seat id:streslau ;\n", "")
    path.write_text(text, encoding="utf-8")
    (result,) = report_on(other_data).of("Violation")
    assert ("lead section, paragraph 1, sentence 1 (s01)",) == result.sentences
    assert "Stated in lead section, paragraph 1, sentence 1 (s01)." in str(result)
    path.write_text(text + '\nid:streslau rdfs:label "Another"@en .\n', encoding="utf-8")
    labels = [result for result in report_on(other_data).of("Violation") if result.focus == "id:streslau"]
    assert [()] == [result.sentences for result in labels]


def test_a_line_that_is_unknown_is_said_to_be(other_data: Path) -> None:
    """Of a node without a name."""
    path = other_data / "relations.ttl"
    path.write_text(path.read_text(encoding="utf-8") + "\n[] a dip:Embassy .\n", encoding="utf-8")
    results = [result for result in report_on(other_data).of("Violation") if result.focus == "a dip:Embassy without a name"]
    assert results
    assert {None} == {result.place for result in results}
    assert all(str(result).startswith("line unknown: Violation: a dip:Embassy without a name: ") for result in results)


def test_several_subjects_on_a_line_have_that_line(tmp_path: Path, other_data: Path) -> None:
    """And a statement that is broken over lines has the line of its object."""
    path = other_data / "relations.ttl"
    extra = "id:a a schema:City . id:b a schema:City ;\n rdfs:label 'b'@en\n . id:c\n a\n schema:City ."
    before = path.read_text(encoding="utf-8")
    path.write_text(before + extra, encoding="utf-8")
    first = before.count("\n") + 1
    places = {result.focus: result.place for result in report_on(other_data).of("Violation") if result.shape.startswith("s:V28")}
    assert {"id:a": first, "id:c": first + 2} == {focus: place.line for focus, place in places.items() if place}


def test_the_report_is_the_same_each_time_and_reads_as_json(other_data: Path) -> None:
    """Sorted, worst first."""
    path = other_data / "relations.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("    dip:seat id:streslau ;\n", ""), encoding="utf-8")
    first, second = report_on(other_data), report_on(other_data)
    assert first == second
    severities = [result.severity for result in first.results]
    assert sorted(severities, key=["Violation", "Warning", "Info"].index) == severities
    document = json.loads(first.to_json())
    assert document["conforms"] is False
    assert str(path) == document["results"][0]["file"]


def test_files_that_are_validated_together_count_together(other_data: Path) -> None:
    """A thing may have its label in another file."""
    path = other_data / "relations.ttl"
    text = path.read_text(encoding="utf-8")
    head, block = text.split("id:streslau a schema:City ;")
    prefixes = head.split("grru:article a")[0]
    path.write_text(head, encoding="utf-8")
    (other_data / "things.ttl").write_text(prefixes + "id:streslau a schema:City ;" + block, encoding="utf-8")
    assert report_on(other_data).conforms


def test_a_violation_at_a_triple_names_the_line_of_its_object(other_data: Path) -> None:
    """The seat that is no city."""
    path = other_data / "relations.ttl"
    text = path.read_text(encoding="utf-8").replace("    dip:seat id:streslau ;\n", "    dip:seat\n        id:graustark ;\n")
    path.write_text(text, encoding="utf-8")
    line = text.splitlines().index("        id:graustark ;") + 1
    violations = [result for result in report_on(other_data).of("Violation") if result.value == "id:graustark"]
    assert line in {result.place.line for result in violations if result.place}


def test_the_report_is_written_for_machines(other_data: Path) -> None:
    """As GitHub's workflow commands, as SARIF, and as SHACL's own graph, each with the same results."""
    path = other_data / "relations.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("    dip:seat id:streslau ;\n", ""), encoding="utf-8")
    report = report_on(other_data)
    (violation,) = report.of("Violation")
    commands = report.to_github().splitlines()
    assert len(report.results) == len(commands)
    line = violation.place.line if violation.place else 0
    assert commands[0].startswith(f"::error file={path},line={line},title=s%3AV09")
    (run,) = json.loads(report.to_sarif())["runs"]
    assert ["error", *["note"] * (len(report.results) - 1)] == [result["level"] for result in run["results"]]
    assert {result["ruleId"] for result in run["results"]} == {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert {"startLine": line} == region
    conforms = [triple for triple in report.triples if triple.predicate.value.endswith("shacl#conforms")]
    assert ["false"] == [getattr(triple.object, "value", "") for triple in conforms]


def test_sarif_names_files_by_uris(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Percent-encoded (RFC 3986): as seen from the current folder where they lie in it, else from the root of the file system."""
    names = ["my data/a#b.ttl", "50%/Bülbüloğlu?.ttl", "a:b.ttl", "../x y.ttl"]
    results = [
        Result("Violation", str(number), "f", "m", "", place=Place(path, 1))
        for number, path in enumerate([*map(Path, names), tmp_path / "my data" / "c.ttl", Path("/else where/d.ttl")])
    ]
    monkeypatch.chdir(tmp_path)
    (run,) = json.loads(Report(tuple(results)).to_sarif())["runs"]
    uris = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]]
    expected = ["my%20data/a%23b.ttl", "50%25/B%C3%BClb%C3%BClo%C4%9Flu%3F.ttl", "a%3Ab.ttl"]
    assert [*expected, "../x%20y.ttl", "my%20data/c.ttl", "file:///else%20where/d.ttl"] == uris


def test_a_date_that_is_none_is_told_with_its_line(other_data: Path) -> None:
    """Beside one that it would be compared with: no shape can say anything then."""
    path = other_data / "more.ttl"
    path.write_text(
        "@prefix grru: <https://w3id.org/bilateral/id/graustark-ruritania/> . @prefix dip: <https://w3id.org/bilateral/ontology#> .\n"
        'grru:visit dip:notBefore "abc"^^<http://www.w3.org/2001/XMLSchema#date> .\n',
        encoding="utf-8",
    )
    with pytest.raises(DataError) as caught:
        report_on(other_data)
    first, place = str(caught.value).splitlines()
    assert "The shapes cannot compare values that do not fit their datatypes:" == first
    assert place.startswith(f'  {path}:2: grru:visit dip:notBefore "abc"')


UNKNOWN = {
    "a dip:Embasy": ("dip:Embasy is no class of the ontology", "Did you mean dip:Embassy?"),
    "dip:hosst id:graustark ; a dip:Embassy": ("dip:hosst is no property of the ontology", "Did you mean dip:host?"),
    "dip:xyzzy id:graustark ; a dip:Embassy": ("dip:xyzzy is no property of the ontology", "docs/ontology.md lists them."),
}
"""Terms that the ontology does not have, and what is said of them."""


@pytest.mark.parametrize("written", UNKNOWN)
@pytest.mark.parametrize("method", ["documents", "files", "engine"])
def test_a_term_that_the_ontology_does_not_have_is_told(other_data: Path, written: str, method: str) -> None:
    """Once, where it is first used, with the one that is most like it; the same of documents, of files and of what an engine has."""
    path = other_data / "relations.ttl"
    text = path.read_text(encoding="utf-8").replace("a dip:Embassy", written) + f"\nid:odd {written} .\n"
    path.write_text(text, encoding="utf-8")
    files, ontology, shapes = sources([path]), parse(paths.ONTOLOGY), parse(paths.SHAPES)
    if method == "engine":
        store = ox.Store()
        store.bulk_extend(ox.Quad(t.subject, t.predicate, t.object) for one in (parse(path), ontology) for t in one.triples)
        report = validate_in(Embedded(store), shapes)
    else:
        report = check([parse(path)], "sparql") if method == "documents" else validate_files(files, ontology, shapes)
    (result,) = (one for one in report.of("Violation") if one.shape == "unknown-term")
    assert UNKNOWN[written] == (result.message, result.mend)
    if method == "engine":
        return
    line = next(number for number, line in enumerate(text.splitlines(), 1) if written in line)
    assert ("grru:embassy", f"{path}:{line}") == (result.focus, str(result.place))
    assert ("lead section, paragraph 1, sentence 1 (s01)",) == result.sentences


def test_a_number_that_is_none_is_told_with_all_else(other_data: Path) -> None:
    """As a value that does not fit and a gap in the numbering; what else is wrong is still found."""
    path = other_data / "relations.ttl"
    text = path.read_text(encoding="utf-8").replace("    dip:seat id:streslau ;\n", "")
    start = text.index("grru:r01 a dip:ReferenceEntry")
    path.write_text(text[:start] + text[start:].replace("schema:position 1", 'schema:position "x"^^xsd:integer', 1), encoding="utf-8")
    shapes = {(result.focus, result.shape) for result in report_on(other_data).of("Violation")}
    assert {("grru:r01", "s:V06-number"), ("grru:r01", "s:V06-sequence"), ("grru:embassy", "s:V09")} == shapes


def test_a_value_that_a_shape_cannot_reckon_with_is_told_with_its_line(other_data: Path) -> None:
    """As one that no shape can compare is: a shape of one's own subtracts from it."""
    path = other_data / "more.ttl"
    path.write_text('@prefix id: <https://w3id.org/bilateral/id/> .\nid:a <x:year> "x"^^<http://www.w3.org/2001/XMLSchema#integer> .\n')
    shapes = parse_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . <x:shape> a sh:NodeShape ; sh:targetSubjectsOf <x:year> ;\n"
        'sh:message "odd"@en ; sh:sparql [ sh:select "SELECT $this WHERE { $this <x:year> ?year . FILTER(?year - 1 = 0) }" ] .',
        Path("shapes.ttl"),
    )
    with pytest.raises(DataError, match=rf'cannot compare(.|\n)*{path}:2: id:a <x:year> "x"'):
        validate(load(other_data), parse(paths.ONTOLOGY), shapes)


def test_a_thing_without_a_name_is_told_by_what_it_hangs_on(other_data: Path) -> None:
    """With that line, and in the same words at each reading; one that hangs on nothing is told by its class."""
    path = other_data / "relations.ttl"
    before = path.read_text(encoding="utf-8")
    line = before.count("\n") + 2
    path.write_text(
        before
        + "\nid:zenda a schema:City ; rdfs:label 'Zenda'@en ; schema:location [ a dip:Embassy ] .\n"
        + "[ a dip:ConsularPost ; dip:host id:zenda ] .\n",
        encoding="utf-8",
    )
    first, second = report_on(other_data), report_on(other_data)
    assert first == second
    places = {result.focus: str(result.place) for result in first.of("Violation")}
    assert {"the schema:location of id:zenda": f"{path}:{line}", "a dip:ConsularPost without a name": "None"} == places


def test_of_several_things_without_a_name_on_one_property_the_line_is_that_of_the_thing(other_data: Path) -> None:
    """Which of the brackets is wrong is not known."""
    path = other_data / "relations.ttl"
    before = path.read_text(encoding="utf-8")
    line = before.count("\n") + 2
    path.write_text(
        before + "\nid:zenda a schema:City ; rdfs:label 'Zenda'@en ;\n schema:location [ ] ,\n [ a dip:Embassy ] .\n", encoding="utf-8"
    )
    assert {f"{path}:{line}"} == {str(result.place) for result in report_on(other_data).of("Violation")}


def test_a_thing_that_is_only_named_has_the_line_and_the_sentence_of_the_triple_that_names_it(other_data: Path) -> None:
    """The seat that nothing is said of."""
    path = other_data / "relations.ttl"
    text = path.read_text(encoding="utf-8").replace("    dip:seat id:streslau ;\n", "    dip:seat\n        id:nowhere ;\n")
    path.write_text(text, encoding="utf-8")
    line = text.splitlines().index("        id:nowhere ;") + 1
    found = [result for result in report_on(other_data).of("Violation") if result.focus == "id:nowhere"]
    assert found
    assert {(f"{path}:{line}", ("lead section, paragraph 1, sentence 1 (s01)",))} == {(str(one.place), one.sentences) for one in found}


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_lines_are_counted_whatever_ends_them(other_data: Path, end: str) -> None:
    """The same line numbers for files of other systems."""
    path = other_data / "relations.ttl"
    text = path.read_text(encoding="utf-8").replace("    dip:seat id:streslau ;\n", "")
    path.write_text(text, encoding="utf-8", newline="\n")
    expected = [(result.shape, str(result.place)) for result in report_on(other_data).results]
    path.write_text(text, encoding="utf-8", newline=end)
    assert end.encode() in path.read_bytes()
    assert expected == [(result.shape, str(result.place)) for result in report_on(other_data).results]


def test_nothing_is_not_valid(tmp_path: Path) -> None:
    """A file without a triple, or of no RDF format, is told by its name, with exit code 2."""
    empty, text = tmp_path / "empty.ttl", tmp_path / "text.txt"
    empty.write_text("# nothing yet\n", encoding="utf-8")
    text.write_text("Ties are close.", encoding="utf-8")
    for path, message in ((empty, f"{empty}: no triple to check."), (text, f"{text}: no RDF format has this extension")):
        run = CliRunner().invoke(cli, ["validate", str(path)])
        assert (2, "") == (run.exit_code, run.stdout)
        assert run.stderr.startswith(f"kg: {message}")
