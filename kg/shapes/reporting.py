"""Results as a graph in SHACL's own terms."""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from kg.namespaces import RDF, SH, XSD
from kg.shapes.checks import Finding
from kg.terms import RdfTerm

_TYPE = ox.NamedNode(RDF + "type")


def report_triples(findings: Iterable[Finding], shapes: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """The report graph of `findings`, with the paths of several steps as `shapes` has them."""
    report, said = ox.BlankNode("report"), _by_subject(shapes)
    yield ox.Triple(report, _TYPE, ox.NamedNode(SH + "ValidationReport"))
    conforms, paths = True, dict[ox.BlankNode, None]()
    for number, finding in enumerate(findings):
        conforms = False
        node = ox.BlankNode(f"result{number}")
        yield ox.Triple(report, ox.NamedNode(SH + "result"), node)
        yield ox.Triple(node, _TYPE, ox.NamedNode(SH + "ValidationResult"))
        for name, value in _parts(finding):
            yield ox.Triple(node, ox.NamedNode(SH + name), value)
        if isinstance(finding.path, ox.BlankNode):
            paths[finding.path] = None
    yield ox.Triple(report, ox.NamedNode(SH + "conforms"), ox.Literal(str(conforms).lower(), datatype=ox.NamedNode(XSD + "boolean")))
    for path in (todo := list(paths)):
        for triple in said.get(path, ()):
            yield triple
            if isinstance(triple.object, ox.BlankNode) and triple.object not in paths:
                paths[triple.object] = None
                todo.append(triple.object)


def _parts(finding: Finding) -> Iterator[tuple[str, RdfTerm]]:
    yield "focusNode", finding.focus
    yield "sourceShape", finding.shape
    yield "sourceConstraintComponent", ox.NamedNode(finding.component)
    yield "resultSeverity", ox.NamedNode(finding.severity)
    yield "resultMessage", ox.Literal(finding.message)
    if finding.path is not None:
        yield "resultPath", finding.path
    if finding.value is not None:
        yield "value", finding.value


def _by_subject(triples: Iterable[ox.Triple]) -> dict[object, list[ox.Triple]]:
    found: dict[object, list[ox.Triple]] = {}
    for triple in triples:
        found.setdefault(triple.subject, []).append(triple)
    return found
