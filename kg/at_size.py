"""Validation of any amount of data, by SPARQL: of documents in memory, of files as they are read, or where an engine has them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox

from kg.contradict import Contradiction, Names, contradictions_among, in_account, written
from kg.engine import Embedded, Engine, select, values
from kg.errors import Clash, DataError, FileError
from kg.findings import as_results, axioms_among, beside, declared_by, unknown_among
from kg.load import Document, to_rdflib, to_rdflib_term
from kg.located import Hanging, Locate, in_documents, in_files
from kg.nameless import Nameless
from kg.namespaces import ASSERTED_GRAPH, DIP, ONTOLOGY_GRAPH, PREFIXES, RDF, RDFS, SH, shrink, shrinker
from kg.packed import is_packed
from kg.reason.axioms import TYPE, Axioms, axiomatic_terms
from kg.reason.clashes import clashes, telling
from kg.reason.in_store import reason_in
from kg.reason.relevance import Relevant, relevant
from kg.shapes import PORTION, Finding, report_triples, validate_spooled
from kg.shapes import validate_in as findings_in
from kg.sources import Reading, Source
from kg.spool import Spool
from kg.terms import RdfTerm
from kg.validate import Report, Result, in_order, report_of, validate, words_of
from kg.watch import NOBODY, Watch

VALIDATED = (ASSERTED_GRAPH, ONTOLOGY_GRAPH)
"""The graphs of a dataset that are validated: `engine.seeing(VALIDATED)` sees them alone, without the closure."""
LARGE = 300_000
"""From so many bytes of Turtle on, some 7,500 triples, pySHACL takes more than three seconds."""
STREAMED = 1_000_000
"""From so many bytes on, some 25,000 triples, files are not kept as Python objects: their triples go through a file of their own."""
_PACKED = 10
"""So many times as long is a packed file when it is unpacked, about."""
_PROVED = 1_000_000
"""Of so many triples that can take part in a contradiction proofs are searched."""


def method_for(files: Iterable[Path]) -> str:
    """The method for files of this size."""
    return "sparql" if size_of(files) >= LARGE else "pyshacl"


def size_of(files: Iterable[Path]) -> int:
    """The bytes in `files`, about, when unpacked; one that is not there counts nothing: reading it tells why."""
    return sum(file.stat().st_size * (_PACKED if is_packed(file.suffix) else 1) for file in files if file.is_file())


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


def validate_files(
    files: Sequence[Source],
    ontology: Document,
    shapes: Document,
    *,
    portion: int = PORTION,
    graph: bool = False,
    watch: Watch = NOBODY,
) -> Report:
    """The report of validating files of any size, taken together, with lines and sentences: axioms, contradictions, and the shapes.

    About `portion` triples are in memory at a time; the others are in a file that is removed afterwards. With `graph` the report has its
    triples. Raises `FileError`, `ParseError`, and `DataError` for triples in triples and broken lists.
    """
    with Spool() as spool:
        prefixes = _spooled(files, spool, watch)
        if not spool.sizes:
            raise FileError(f"{', '.join(str(file.path) for file in files)}: no triple to check.")
        names, locate = _names(spool, prefixes), in_files(files, spool)
        others = axioms_among(_axioms(spool), names, locate)
        others += unknown_among(_unknown(spool, ontology.triples), ontology.triples, names, locate)
        watch.stage("looking for contradictions")
        others += as_results(_contradictions(spool, Axioms.read(ontology.triples), names, locate, portion))
        spool.extend(ontology.triples)
        found = list(dict.fromkeys(validate_spooled(spool, shapes.triples, most=portion, watch=watch)))
        results = list(_told(found, shapes, names, locate))
    if not graph:
        return Report((*others, *in_order(results)))
    places = (triple for i, result in enumerate(results) if result.place for triple in result.place.of(ox.BlankNode(f"result{i}")))
    return beside(Report(in_order(results), (*report_triples(found, shapes.triples), *places)), others, prefixes)


def _names(spool: Spool, prefixes: Mapping[str, str]) -> Names:
    shrunk = shrinker(prefixes)
    return Names(shrunk, Nameless(Hanging(spool), shrunk))


def _spooled(files: Sequence[Source], spool: Spool, watch: Watch) -> dict[str, str]:
    """Put the triples of `files` into `spool`, and return the prefixes of the files and the project. Raises `DataError`."""
    prefixes: dict[str, str] = {}
    watch.stage("reading", sum(file.size for file in files), "bytes")
    for file in files:
        reading = Reading(file, watch.advance, by_line=True)
        for triple in reading:
            if isinstance(triple.object, ox.Triple):
                raise DataError(
                    f"{file.path}:{reading.line}: a triple in a triple (<< … >>), which is not supported; make it a dip:BinaryFact."
                )
            spool.add(triple)
        prefixes = {**reading.prefixes, **prefixes}
    spool.flush()
    return {**prefixes, **PREFIXES}


def _axioms(spool: Spool) -> Iterator[ox.Triple]:
    """The axioms in `spool`, and what looks like one."""
    terms = frozenset(axiomatic_terms())
    yield from spool.triples(terms)
    yield from (triple for triple in spool.triples([RDF + "type"]) if getattr(triple.object, "value", "") in terms)


def _unknown(spool: Spool, ontology: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """The triples in `spool` whose terms may be unknown: those with a predicate of ours that is not declared, and what gives classes."""
    declared = declared_by(ontology)
    return spool.triples({RDF + "type", *(iri for iri in spool.sizes if iri.startswith(DIP) and iri not in declared)})


# ---- contradictions


def _contradictions(spool: Spool, axioms: Axioms, names: Names, locate: Locate, most: int) -> list[Contradiction]:
    """The contradictions between the triples of `spool` and `axioms`, with proofs unless they are very many.

    More than `most` triples that can take part in one are put on disk to look for it.
    """
    part = relevant(axioms)
    size = sum(spool.sizes.get(predicate, 0) for predicate in part.predicates)
    if size <= most:
        found = _clashes(ox.Store(), spool, part, names)
    else:
        with TemporaryDirectory(prefix="kg-reason-") as folder:
            found = _clashes(ox.Store(folder), spool, part, names)
    if found and size <= _PROVED:
        return contradictions_among(spool.triples(part.predicates), axioms, names, locate)
    return in_account([(clash, ()) for clash in found], names, locate)


def _clashes(store: ox.Store, spool: Spool, part: Relevant, names: Names) -> list[Clash]:
    """The contradictions in what `spool` has, worked out in an empty store."""
    data, ontology = ox.NamedNode(ASSERTED_GRAPH), ox.NamedNode(ONTOLOGY_GRAPH)
    taken = (triple for triple in spool.triples(part.predicates) if part.takes_part(triple))
    store.bulk_extend(ox.Quad(triple.subject, triple.predicate, triple.object, data) for triple in taken)
    store.extend(ox.Quad(triple.subject, triple.predicate, triple.object, ontology) for triple in part.axioms.triples)
    reason_in(store, part.axioms, part.rules, lambda count: None)
    return clashes(Embedded(store), part.axioms, telling(store, part.axioms, data), partial(written, names))


# ---- what an engine has


def validate_in(engine: Engine, shapes: Document, *, portion: int | None = None, graph: bool = False) -> Report:
    """The report of validating what `engine` sees: asserted data and their ontology, and no closure. It has no lines.

    With `portion` about so many triples are taken into memory at once: for a store on disk. With `graph` the report has its triples.
    Raises `DataError` if there is no ontology, and `ShapeError`.
    """
    if not engine.query(f"ASK {{ ?below <{RDFS}subClassOf> ?above }}"):
        raise DataError("No ontology is to be seen beside the data, and without its subclasses they cannot be checked: push or build it.")
    of_ours = f"VALUES ?p {{ {TYPE} }} ?s ?p ?o ; <{RDFS}isDefinedBy> <{DIP.removesuffix('#')}>"
    ontology = list(_triples(engine, f"SELECT ?s ?p ?o WHERE {{ {of_ours} }}"))
    names = Names(shrink, Nameless((), shrink))
    if portion is None:
        unknown = unknown_among(_unknown_in(engine, ontology), ontology, names, in_documents(()))
        return beside(_reported(findings_in(engine, shapes.triples), shapes, graph=graph), unknown, PREFIXES)
    with Spool() as spool:
        spool.extend(_triples(engine))
        unknown = unknown_among(_unknown(spool, ontology), ontology, names, in_documents(()))
        return beside(_reported(validate_spooled(spool, shapes.triples, most=portion), shapes, graph=graph), unknown, PREFIXES)


_USES = {
    "SELECT DISTINCT ?p WHERE { ?s ?p ?o }": "SELECT ?s ?p ?o WHERE {{ VALUES ?p {{ <{}> }} ?s ?p ?o }} LIMIT 1",
    "SELECT DISTINCT ?c WHERE { ?s a ?c }": f"SELECT ?s ?p ?o WHERE {{{{ VALUES (?p ?o) {{{{ ({TYPE} <{{}}>) }}}} ?s ?p ?o }}}} LIMIT 1",
}
"""What gives the predicates and the classes that are used, and for each what gives one of its uses."""


def _unknown_in(engine: Engine, ontology: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """A use of each term of ours in what `engine` sees that `ontology` does not declare."""
    declared = declared_by(ontology)
    for question, use in _USES.items():
        for (iri,) in values(engine, question):
            if iri.startswith(DIP) and iri not in declared:
                yield from _triples(engine, use.format(iri))


def violations_in(files: Sequence[Source], ontology: Iterable[ox.Triple], shapes: Document, watch: Watch = NOBODY) -> Report:
    """The violations by files that were read before, with lines and sentences; axioms and contradictions are looked for elsewhere."""
    with Spool() as spool:
        names, locate = _names(spool, _spooled(files, spool, watch)), in_files(files, spool)
        unknown = unknown_among(_unknown(spool, ontology), ontology, names, locate)
        spool.extend(ontology)
        found = [one for one in dict.fromkeys(validate_spooled(spool, shapes.triples, watch=watch)) if one.severity == SH + "Violation"]
        return Report((*unknown, *in_order(_told(found, shapes, names, locate) if found else ())))


def _triples(engine: Engine, question: str = "SELECT ?s ?p ?o WHERE { ?s ?p ?o }") -> Iterator[ox.Triple]:
    """The triples that a question to `engine` gives, all by default, asked for at once, so that blank nodes keep together."""
    for s, p, o in select(engine, question):
        if isinstance(s, ox.NamedNode | ox.BlankNode) and isinstance(p, ox.NamedNode) and o is not None:
            yield ox.Triple(s, p, o)


# ---- results


def _reported(found: Iterable[Finding], shapes: Document, *, graph: bool = False) -> Report:
    if not graph:
        return Report(in_order(_plain(found, shapes)))
    kept = list(dict.fromkeys(found))
    return Report(in_order(_plain(kept, shapes)), tuple(report_triples(kept, shapes.triples)))


def _mends(shapes: Document) -> Mapping[object, str]:
    """How to mend what a shape finds, by the shape."""
    return {
        triple.subject: getattr(triple.object, "value", "") for triple in shapes.triples if triple.predicate.value == SH + "description"
    }


def _told(found: Sequence[Finding], shapes: Document, names: Names, locate: Locate) -> Iterator[Result]:
    """Results with their lines and sentences."""
    located = locate(_words(finding, names.nameless) for finding in found)
    plain = _plain(found, shapes, partial(_named, names))
    for finding, result in zip(found, plain, strict=True):
        blank = finding.focus.value if isinstance(finding.focus, ox.BlankNode) else None
        words = words_of(blank, _words(finding, names.nameless), located.places, names.nameless)
        behind = located.segments.behind(*words) if words else ()
        yield replace(result, place=located.places.find(*words), sentences=tuple(map(located.segments.place, behind)))


def _words(finding: Finding, nameless: Nameless) -> list[str]:
    """The IRIs that a result begins with, or what its node without a name hangs on."""
    if isinstance(finding.focus, ox.BlankNode):
        return list(nameless.anchor(finding.focus.value))
    terms = takewhile(lambda term: isinstance(term, ox.NamedNode), (finding.focus, finding.path, finding.value))
    return [term.value for term in terms if term is not None]


def _named(names: Names, term: RdfTerm) -> str:
    """A term as Turtle has it, a node without a name by what it hangs on."""
    return (
        to_rdflib_term(term).n3()
        if isinstance(term, ox.Literal)
        else written(names, term.value if isinstance(term, ox.NamedNode) else str(term))
    )


def _plain(findings: Iterable[Finding], shapes: Document, write: Callable[[RdfTerm], str] | None = None) -> Iterator[Result]:
    """Results without lines and sentences, whose terms `write` writes."""
    mends, write = _mends(shapes), write or _written
    for finding in findings:
        yield Result(
            severity=finding.severity.removeprefix(SH),
            shape=write(finding.shape),
            focus=write(finding.focus),
            message=finding.message.rstrip("."),
            mend=mends.get(finding.shape, ""),
            path=write(finding.path) if isinstance(finding.path, ox.NamedNode) else None,
            value=None if finding.value is None else write(finding.value),
        )


def _written(term: RdfTerm) -> str:
    """A term as Turtle has it."""
    return shrink(term.value, PREFIXES) if isinstance(term, ox.NamedNode) else to_rdflib_term(term).n3()
