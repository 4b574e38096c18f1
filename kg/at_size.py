"""Validation of any amount of data, by SPARQL: of documents in memory, of files through a store on disk, or where an engine has them."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox

from kg.engine import Embedded, Engine
from kg.errors import DataError, FileError, ParseError
from kg.load import Document, to_rdflib, to_rdflib_term
from kg.namespaces import ASSERTED_GRAPH, ONTOLOGY_GRAPH, PREFIXES, RDFS, SH, shrink
from kg.shapes import PORTION, Finding, Source, report_triples
from kg.shapes import validate_in as findings_in
from kg.validate import Report, Result, in_order, report_of, validate

VALIDATED = (ASSERTED_GRAPH, ONTOLOGY_GRAPH)
"""The graphs of a dataset that are validated: `engine.seeing(VALIDATED)` sees them alone, without the closure."""
LARGE = 300_000
"""From so many bytes of Turtle on, some 7,500 triples, pySHACL takes more than three seconds."""
HUGE = 200_000_000
"""From so many bytes on, some five million triples, files are not held in memory."""


def method_for(files: Iterable[Path]) -> str:
    """The method for files of this size."""
    return "sparql" if size_of(files) >= LARGE else "pyshacl"


def size_of(files: Iterable[Path]) -> int:
    """The bytes in `files`; one that is not there counts nothing: reading it tells why."""
    return sum(file.stat().st_size for file in files if file.is_file())


def validated(documents: Sequence[Document], ontology: Document, shapes: Document, method: str = "pyshacl") -> Report:
    """The report of validating `documents`, taken together, with lines and sentences; both methods give the same results.

    Raises `DataError` for values that pySHACL cannot compare, since they do not fit their datatypes; by SPARQL they are violations.
    """
    if method == "pyshacl":
        return validate(documents, ontology, shapes)
    store = ox.Store()
    store.bulk_extend(ox.Quad(t.subject, t.predicate, t.object) for document in (*documents, ontology) for t in document.triples)
    found = dict.fromkeys(findings_in(Embedded(store), shapes.triples))
    return report_of(to_rdflib(report_triples(found, shapes.triples)), shapes, documents)


def validate_files(files: Sequence[Path], ontology: Document, shapes: Document, *, graph: bool = False) -> Report:
    """The report of validating Turtle files of any size, without lines, through a store on disk that is removed afterwards.

    `graph` as for `validate_in`. Raises `FileError` or `ParseError`.
    """
    with TemporaryDirectory(prefix="kg-validate-") as folder:
        store = ox.Store(folder)
        for path in (*files, ontology.path):
            try:
                store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE)
            except SyntaxError as error:
                raise ParseError(f"{path}:{error.lineno}: {error.msg.rstrip('.')}.") from error
            except OSError as error:
                raise FileError(f"{path}: cannot be read: {error.strerror or error}.") from error
        return validate_in(Embedded(store), shapes, portion=PORTION, source=partial(_triples, [*files, ontology.path]), graph=graph)


def _triples(files: Iterable[Path]) -> Iterator[ox.Triple]:
    """The triples of files that were read before."""
    for path in files:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True):
            yield quad.triple


def validate_in(
    engine: Engine, shapes: Document, *, portion: int | None = None, source: Source | None = None, graph: bool = False
) -> Report:
    """The report of validating what `engine` sees: asserted data and their ontology, and no closure. It has no lines.

    With `portion` triples are taken into memory, about so many at once: for a store on disk. They are those of `source` if it is given.
    With `graph` the report has its triples. Raises `DataError` if there is no ontology, and `ShapeError`.
    """
    if not engine.query(f"ASK {{ ?below <{RDFS}subClassOf> ?above }}"):
        raise DataError("No ontology is to be seen beside the data, and without its subclasses they cannot be checked: push or build it.")
    found = findings_in(engine, shapes.triples, portion=portion, source=source)
    if not graph:
        return Report(in_order(_plain(found, shapes)))
    kept = list(dict.fromkeys(found))
    return Report(in_order(_plain(kept, shapes)), tuple(report_triples(kept, shapes.triples)))


def _plain(findings: Iterable[Finding], shapes: Document) -> Iterator[Result]:
    """Results as they can be told without the files."""
    mends = {
        triple.subject: getattr(triple.object, "value", "") for triple in shapes.triples if triple.predicate.value == SH + "description"
    }
    for finding in findings:
        yield Result(
            severity=finding.severity.removeprefix(SH),
            shape=_written(finding.shape),
            focus=_written(finding.focus),
            message=finding.message.rstrip("."),
            mend=mends.get(finding.shape, ""),
            path=_written(finding.path) if isinstance(finding.path, ox.NamedNode) else None,
            value=None if finding.value is None else _written(finding.value),
        )


def _written(term: ox.NamedNode | ox.BlankNode | ox.Literal) -> str:
    """A term as Turtle has it."""
    return shrink(term.value, PREFIXES) if isinstance(term, ox.NamedNode) else to_rdflib_term(term).n3()
