"""What no shape says of data: contradictions with the ontology, axioms, and unknown terms; as results beside those of the shapes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise

import pyoxigraph as ox

from kg.contradict import Contradiction, Names, contradictions, written
from kg.errors import DataError, nearest
from kg.load import Document, merged_prefixes, sorted_triples
from kg.located import Locate, in_documents
from kg.nameless import Nameless
from kg.namespaces import DIP, OWL, RDF, RDFS, SH, SHAPES, XSD, expand, shrink, shrinker
from kg.places import Places
from kg.reason.axioms import TYPE, Lists, is_axiom
from kg.sparql import line_of, tokens
from kg.validate import Report, Result, in_order

_AXIOM, _UNKNOWN = "axiom-in-data", "unknown-term"
_LISTING = (OWL + "distinctMembers", OWL + "members")
_RULES = "https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules"


def misplaced_in(documents: Sequence[Document], ontology: Document) -> list[Result]:
    """A violation for each axiom that `documents` hold, which belongs into the ontology, and each term of it that it does not have."""
    triples = [triple for document in documents for triple in document.triples]
    shrunk = shrinker(merged_prefixes(documents))
    names = Names(shrunk, Nameless(triples, shrunk))
    locate = in_documents(documents)
    return [*axioms_among(triples, names, locate), *unknown_among(triples, ontology.triples, names, locate)]


def axioms_among(triples: Iterable[ox.Triple], names: Names, locate: Locate) -> list[Result]:
    """A violation for each axiom among `triples`."""
    found = [triple for triple in triples if is_axiom(triple)]
    if not found:
        return []
    places = locate(_words(triple, names.nameless) for triple in found).places
    told = partial(_told, names)

    def sentence(triple: ox.Triple) -> str:
        value = "[ … ]" if isinstance(triple.object, ox.BlankNode) else told(triple.object)
        return f"{told(triple.subject)} {told(triple.predicate)} {value} is an axiom, which the data must not hold"

    return list(
        in_order(
            Result(
                severity="Violation",
                shape=_AXIOM,
                focus=told(triple.subject),
                message=sentence(triple),
                mend="Write it into the ontology, or leave it out.",
                path=told(triple.predicate),
                place=places.find(*_words(triple, names.nameless)),
            )
            for triple in found
        )
    )


def _told(names: Names, term: object) -> str:
    """A term as results have it."""
    if isinstance(term, ox.NamedNode):
        return written(names, term.value)
    return written(names, str(term)) if isinstance(term, ox.BlankNode) else str(term)


def unknown_among(triples: Iterable[ox.Triple], ontology: Iterable[ox.Triple], names: Names, locate: Locate) -> list[Result]:
    """A violation for each class and property in our namespace that `triples` use and `ontology` does not declare, at its first use."""
    declared = declared_by(ontology)
    first: dict[str, ox.Triple] = {}
    for triple in triples:
        term = used(triple)
        if term.startswith(DIP) and term not in declared:
            first.setdefault(term, triple)
    if not first:
        return []
    places, segments = locate(_words(triple, names.nameless) for triple in first.values())
    classes = {triple.subject.value for triple in ontology if used(triple) == OWL + "Class" and isinstance(triple.subject, ox.NamedNode)}

    def result(term: str, triple: ox.Triple) -> Result:
        kind, known = ("class", classes) if triple.predicate == TYPE else ("property", declared - classes)
        words = _words(triple, names.nameless)
        return Result(
            severity="Violation",
            shape=_UNKNOWN,
            focus=_told(names, triple.subject),
            message=f"{shrink(term)} is no {kind} of the ontology",
            mend=nearest(shrink(term), [shrink(iri) for iri in known if iri.startswith(DIP)]).strip() or "docs/ontology.md lists them.",
            path=_told(names, triple.predicate),
            place=places.find(*words),
            sentences=tuple(map(segments.place, segments.behind(*words))) if words else (),
        )

    return list(in_order(result(term, triple) for term, triple in first.items()))


def declared_by(ontology: Iterable[ox.Triple]) -> set[str]:
    """The IRIs of what `ontology` speaks of."""
    return {triple.subject.value for triple in ontology if isinstance(triple.subject, ox.NamedNode)}


def used(triple: ox.Triple) -> str:
    """The term that a triple uses: the class that it gives, else its predicate.

    >>> used(ox.Triple(ox.NamedNode("x:town"), TYPE, ox.NamedNode("x:City")))
    'x:City'
    """
    return getattr(triple.object, "value", "") if triple.predicate == TYPE else triple.predicate.value


def refuse_unreadable(documents: Sequence[Document]) -> None:
    """Raise `DataError`, with the place, for triples in triples, and for what is no list where things are told apart."""
    for document in documents:
        if any(isinstance(triple.object, ox.Triple) for triple in document.triples):
            marks = (one.start for one, other in pairwise(tokens(document.text)) if one.text == other.text == "<")
            line = next((line_of(document.text, start) for start in marks), "line unknown")
            raise DataError(f"{document.path}:{line}: a triple in a triple (<< … >>), which is not supported; make it a dip:BinaryFact.")
    triples = [triple for document in documents for triple in document.triples]
    lists = Lists(triples)
    for triple in triples:
        if triple.predicate.value in _LISTING and isinstance(triple.object, ox.NamedNode | ox.BlankNode):
            try:
                lists.members(triple.object)
            except DataError as error:
                place = Places(documents).find(*_words(triple, Nameless(triples, shrink))) or "line unknown"
                raise DataError(f"{place}: {shrink(triple.predicate.value)}: {error}") from error


def _words(triple: ox.Triple, nameless: Nameless) -> tuple[str, ...]:
    """The IRIs by which `triple` is found, or what its subject hangs on if that has no name."""
    if isinstance(triple.subject, ox.BlankNode):
        return nameless.anchor(triple.subject.value)
    return tuple(term.value for term in triple if isinstance(term, ox.NamedNode))


def contradictions_in(documents: Sequence[Document], ontology: Document) -> list[Result]:
    """A violation for each contradiction between `documents`, taken together, and `ontology`. Raises `DataError` for a broken list."""
    return as_results(contradictions(documents, ontology))


def as_results(found: Iterable[Contradiction]) -> list[Result]:
    """A violation for each contradiction."""
    return [
        Result(
            severity="Violation",
            shape=clash.rule,
            focus=focus,
            message=clash.sentence.rstrip("."),
            mend="Correct one of the statements that it rests on.",
            place=place,
            sentences=sentences,
            proof=clash.proof,
        )
        for clash, focus, place, sentences in found
    ]


def beside(report: Report, results: Sequence[Result], prefixes: Mapping[str, str]) -> Report:
    """`report` with `results` before its own, in SHACL's graph too."""
    if not results:
        return report
    conforms, graph = ox.NamedNode(SH + "conforms"), ox.NamedNode(SH + "ValidationReport")
    head = next((triple.subject for triple in report.triples if triple.object == graph), ox.BlankNode("report"))
    kept = [triple for triple in report.triples if triple.predicate != conforms]
    kept += [ox.Triple(head, ox.NamedNode(RDF + "type"), graph), ox.Triple(head, conforms, _literal("false", "boolean"))]
    for number, result in enumerate(results):
        node = ox.BlankNode(f"finding{number}")
        kept += [ox.Triple(head, ox.NamedNode(SH + "result"), node), *_graph(node, result, prefixes)]
    return Report((*results, *report.results), tuple(sorted_triples(kept)))


def _graph(node: ox.BlankNode, result: Result, prefixes: Mapping[str, str]) -> Iterator[ox.Triple]:
    """A result as SHACL has it; its constraint component is the rule of OWL 2 RL, which the graph itself declares."""
    component = ox.NamedNode(SHAPES + result.shape)
    terms: list[tuple[str, ox.NamedNode | ox.Literal]]
    terms = [
        (RDF + "type", ox.NamedNode(SH + "ValidationResult")),
        (SH + "resultSeverity", ox.NamedNode(SH + result.severity)),
        (SH + "resultMessage", ox.Literal(result.message, language="en")),
        (SH + "sourceConstraintComponent", component),
    ]
    for name, word in (("focusNode", result.focus), ("resultPath", result.path), ("value", result.value)):
        iri = expand(word or "", prefixes)
        terms += [(SH + name, ox.NamedNode(iri))] if iri else []
    told = "\n".join([*(f"Stated in {sentence}." for sentence in result.sentences), *result.proof])
    terms += [(RDFS + "comment", ox.Literal(told, language="en"))] if told else []
    yield from (ox.Triple(node, ox.NamedNode(predicate), term) for predicate, term in terms)
    yield ox.Triple(component, ox.NamedNode(RDF + "type"), ox.NamedNode(SH + "ConstraintComponent"))
    yield ox.Triple(component, ox.NamedNode(RDFS + "label"), _literal(result.shape, "string"))
    if result.shape not in (_AXIOM, _UNKNOWN):
        yield ox.Triple(component, ox.NamedNode(RDFS + "seeAlso"), ox.NamedNode(_RULES))
    if result.place:
        yield from result.place.of(node)


def _literal(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))
