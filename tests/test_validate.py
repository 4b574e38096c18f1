"""Validation tells file, line, node, shape and mend."""

import json
from pathlib import Path

from kg import KnowledgeGraph, paths
from kg.load import load, parse
from kg.validate import Report, validate


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
