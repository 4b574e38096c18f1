"""SHACL validation of asserted data by pySHACL, never of inferred data: after reasoning, a range axiom makes any resource pass sh:class."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyoxigraph as ox

from kg.errors import DataError, counted
from kg.load import Document, from_rdflib, merged_prefixes, sorted_triples, to_rdflib
from kg.nameless import Nameless
from kg.namespaces import SH, shrink, shrinker
from kg.places import Place, Places
from kg.segments import Segments
from kg.version import __version__

if TYPE_CHECKING:
    import rdflib

SEVERITIES = ("Violation", "Warning", "Info")


@dataclass(frozen=True, slots=True)
class Result:
    """One result of a validation: which shape, on which node, at which place, from which sentences, and how to mend it.

    A contradiction is one as well: its shape is the OWL 2 RL rule, and `proof` has the lines of its proof. `place` is None where the line
    is unknown: of a node without a name, or in a file that is not Turtle.
    """

    severity: str
    shape: str
    focus: str
    message: str
    mend: str
    path: str | None = None
    value: str | None = None
    place: Place | None = None
    sentences: tuple[str, ...] = ()
    proof: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What is wrong with what, how to mend it, and which sentences it is about."""
        about = "" if self.message.startswith(self.focus) else f"{self.focus}: "
        value = f" Value: {self.value}." if self.value else ""
        mend = f" {self.mend}" if self.mend else ""
        stated = f" Stated in {'; '.join(self.sentences)}." if self.sentences else ""
        return f"{about}{self.message}.{value}{mend}{stated}"

    def __str__(self) -> str:
        line = f"{self.place or 'line unknown'}: {self.severity}: {self.text} ({self.shape})"
        return "\n".join([line, *(f"  {step}" for step in self.proof)])


@dataclass(frozen=True, slots=True)
class Report:
    """All results, worst first; the data conform if none is a Violation."""

    results: tuple[Result, ...]
    triples: tuple[ox.Triple, ...] = ()
    """The report as SHACL's own graph."""

    @property
    def conforms(self) -> bool:
        """Whether there is no Violation."""
        return not self.of("Violation")

    def of(self, severity: str) -> tuple[Result, ...]:
        """The results of one severity."""
        return tuple(result for result in self.results if result.severity == severity)

    def counts(self) -> str:
        """How many results of each severity, in words.

        >>> Report(()).counts()
        '0 violations, 0 warnings, 0 infos'
        """
        return ", ".join(counted(len(self.of(severity)), severity.lower()) for severity in SEVERITIES)

    def to_json(self) -> str:
        """The report as a JSON object: `conforms`, and `results` with file and line where they are known."""
        results = [
            {
                "severity": result.severity,
                "shape": result.shape,
                "focus": result.focus,
                "path": result.path,
                "value": result.value,
                "message": result.message,
                "mend": result.mend,
                "file": str(result.place.path) if result.place else None,
                "line": result.place.line if result.place else None,
                "sentences": result.sentences,
                "proof": result.proof,
            }
            for result in self.results
        ]
        return json.dumps({"conforms": self.conforms, "results": results}, ensure_ascii=False, indent=2) + "\n"

    def to_github(self) -> str:
        """The results as workflow commands, which GitHub shows beside the lines of a change."""
        return "".join(_workflow_command(result) for result in self.results)

    def to_sarif(self) -> str:
        """The results in the Static Analysis Results Interchange Format 2.1.0, each shape a rule."""
        rules = {result.shape: result for result in self.results}
        run = {
            "tool": {
                "driver": {
                    "name": "kg validate",
                    "version": __version__,
                    "rules": [
                        {"id": shape, "shortDescription": {"text": result.message}, "help": {"text": result.mend or result.message}}
                        for shape, result in sorted(rules.items())
                    ],
                }
            },
            "results": [_sarif_result(result) for result in self.results],
        }
        document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


_LEVELS = {"Violation": "error", "Warning": "warning", "Info": "note"}


def _workflow_command(result: Result) -> str:
    level = {"note": "notice"}.get(_LEVELS[result.severity], _LEVELS[result.severity])
    place = f" file={_escaped(_relative(result.place.path), more=True)},line={result.place.line}," if result.place else " "
    return f"::{level}{place}title={_escaped(result.shape, more=True)}::{_escaped(result.text)}\n"


def _relative(path: Path) -> str:
    """`path` as seen from the current folder, if it lies in it: a change's files are named so."""
    absolute, here = path.absolute(), Path.cwd()
    return (absolute.relative_to(here) if absolute.is_relative_to(here) else path).as_posix()


def _uri(path: Path) -> str:
    """`path` as a URI reference (RFC 3986): relative if it is seen so from the current folder."""
    seen = _relative(path)
    return Path(seen).as_uri() if Path(seen).is_absolute() else quote(seen)


def _escaped(text: str, *, more: bool = False) -> str:
    """`text` for a workflow command; `more` for a property of it."""
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if more else text


def _sarif_result(result: Result) -> dict[str, object]:
    found: dict[str, object] = {
        "ruleId": result.shape,
        "level": _LEVELS[result.severity],
        "message": {"text": "\n".join([result.text, *result.proof])},
    }
    if result.place:
        place = {"artifactLocation": {"uri": _uri(result.place.path)}, "region": {"startLine": result.place.line}}
        found["locations"] = [{"physicalLocation": place}]
    return found


def validate(documents: Sequence[Document], ontology: Document, shapes: Document) -> Report:
    """The report of validating `documents`, taken together, against `shapes`; subclasses come from `ontology`.

    Raises `DataError` for values that no shape can compare, since they do not fit their datatypes.
    """
    import pyshacl
    import rdflib

    data = _with_prepared_queries(to_rdflib(triple for document in documents for triple in document.triples))
    try:
        _, report, _ = pyshacl.validate(
            data,
            shacl_graph=to_rdflib(shapes.triples),
            ont_graph=to_rdflib(ontology.triples),
            inference="none",
            inplace=True,
            meta_shacl=False,
            advanced=False,
        )
    except (TypeError, RecursionError) as error:  # pySHACL compares, and rdflib subtracts, what its datatype does not allow
        wrong = list(_ill_typed(documents))
        if not wrong:
            raise
        raise DataError("The shapes cannot compare values that do not fit their datatypes:\n" + "\n".join(wrong)) from error
    if not isinstance(report, rdflib.Graph):
        raise TypeError(report)
    return report_of(report, shapes, documents)


def report_of(report: "rdflib.Graph", shapes: Document, documents: Sequence[Document]) -> Report:
    """A SHACL report graph as a report, with the lines and sentences of `documents`."""
    found = dict(_results(report, shapes, documents))
    places = (triple for node, result in found.items() if result.place for triple in result.place.of(ox.BlankNode(str(node))))
    return Report(in_order(found.values()), tuple(sorted_triples([*from_rdflib(report), *places])))


def _ill_typed(documents: Sequence[Document]) -> Iterator[str]:
    """The places of literals whose text does not fit their datatype, with the literals, a line each."""
    prefixes = merged_prefixes(documents)
    for document in documents:
        places = Places((document,))
        for s, p, o in to_rdflib(document.triples):
            if getattr(o, "ill_typed", False):
                place = places.find(str(s), str(p)) or f"{document.path}: line unknown"
                yield f"  {place}: {_written(s, prefixes)} {_written(p, prefixes)} {_written(o, prefixes)}"


def _with_prepared_queries(data: "rdflib.Graph") -> "rdflib.Graph":
    """`data` as a graph that parses each query once: pySHACL asks the text of a SPARQL constraint anew for each focus node."""
    import functools
    from typing import Any

    import rdflib
    from rdflib.plugins.sparql import prepareQuery

    prepared = functools.cache(prepareQuery)

    class PreparingGraph(rdflib.Graph):
        def query(self, query_object: Any, *args: Any, **kwargs: Any) -> rdflib.query.Result:
            return super().query(prepared(query_object) if isinstance(query_object, str) else query_object, *args, **kwargs)

    return PreparingGraph(store=data.store, identifier=data.identifier, bind_namespaces="none")


def in_order(results: Iterable[Result]) -> tuple[Result, ...]:
    """`results`, each once, worst first, then by shape and node."""
    return tuple(sorted(set(results), key=lambda r: (SEVERITIES.index(r.severity), r.shape, r.focus, r.message, r.value or "")))


def _results(report: "rdflib.Graph", shapes: Document, documents: Iterable[Document]) -> "Iterator[tuple[rdflib.term.Node, Result]]":
    """The nodes of the results in a SHACL report graph, and the results."""
    from rdflib import BNode, Namespace, URIRef

    sh = Namespace(SH)
    documents = list(documents)
    prefixes = merged_prefixes(documents)
    places = Places(documents)
    segments = Segments(triple for document in documents for triple in document.triples)
    nameless = Nameless([triple for document in documents for triple in document.triples], shrinker(prefixes))

    def written(term: "rdflib.term.Node | None") -> str:
        return nameless.name(str(term)) if isinstance(term, BNode) else _written(term, prefixes)

    mends = {triple.subject: triple.object for triple in shapes.triples if triple.predicate.value == SH + "description"}
    for node in report.objects(None, sh.result):
        focus, shape = report.value(node, sh.focusNode), report.value(node, sh.sourceShape)
        path, value = report.value(node, sh.resultPath), report.value(node, sh.value)
        words = words_of(
            str(focus) if isinstance(focus, BNode) else None, [str(term) for term in _known((focus, path, value))], places, nameless
        )
        yield (
            node,
            Result(
                severity=str(report.value(node, sh.resultSeverity)).removeprefix(SH),
                shape=_written(shape, prefixes),
                focus=written(focus),
                message=min(map(str, report.objects(node, sh.resultMessage)), default="").rstrip("."),
                mend=getattr(mends.get(ox.NamedNode(str(shape))), "value", "") if isinstance(shape, URIRef) else "",
                path=_written(path, prefixes) if isinstance(path, URIRef) else None,
                value=None if value is None else written(value),
                place=places.find(*words),
                sentences=tuple(map(segments.place, segments.behind(*words))) if words else (),
            ),
        )


def words_of(blank: str | None, iris: Sequence[str], places: Places, nameless: Nameless) -> list[str]:
    """The IRIs of the triple, or its beginning, that a result is about, given those that it begins with, or its node without a name.

    A node without a name counts as what it hangs on, one that nothing is said of as the first triple that names it.
    """
    if blank is not None:
        return list(nameless.anchor(blank))
    return list(iris if not iris or places.find(*iris) else places.naming.get(iris[0], iris))


def _known(terms: Iterable[object]) -> Iterator[object]:
    """The IRIs that `terms` begins with."""
    from rdflib import URIRef

    return takewhile(lambda term: isinstance(term, URIRef), terms)


def _written(term: "rdflib.term.Node | None", prefixes: Mapping[str, str]) -> str:
    """A term of a report as Turtle has it: a CURIE, a blank node, or a literal."""
    from rdflib import URIRef

    if isinstance(term, URIRef):
        return shrink(str(term), prefixes)
    return "" if term is None else term.n3()
