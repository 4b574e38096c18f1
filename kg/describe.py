"""Everything the graph says of one thing, each statement with its source."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg.citation import Citation, Reference, references_of
from kg.cite import Citer
from kg.engine import Engine, Node, select, values
from kg.errors import counted
from kg.links import Link
from kg.links.show import PREDICATE_LABELS
from kg.names import Names
from kg.namespaces import ASSERTED_GRAPH, CLOSURE_GRAPH, DCTERMS, DIP, OWL, PREFIXES, RDF, RDFS, SEMAPV, SKOS, shrink
from kg.rows.frames import json_of_value
from kg.terms import Term, Value, typed
from kg.told import ATTRIBUTED, Told, listed, sources, text_of_lines

_NAMES = (RDFS + "label", SKOS + "altLabel")
_HIDDEN = frozenset((*_NAMES, RDF + "type", RDF + "first", RDF + "rest", OWL + "distinctMembers"))
_REIFYING = frozenset((RDF + "subject", RDF + "predicate", RDF + "object"))
"""The roles that a thing has in binary facts: the plain triples tell these, or what is said by others."""
_MACHINE = frozenset((DIP + "sha256", DIP + "wordingSha256", DIP + "fingerprint"))
"""What tells programs whether a segment is as it was: left out of the text."""
_NOTE_ON, _NOTE_TEXT = PREFIXES["oa"] + "hasTarget", PREFIXES["oa"] + "bodyValue"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement about a thing. `inverse`: the thing is its object, and `value` the subject.

    `source` is where it is from, if from no sentence: the line of a table of links. `note` is the text of the value, if that is a note.
    """

    predicate: Term
    value: Value
    inverse: bool
    inferred: bool
    citations: tuple[Citation, ...]
    source: str = ""
    note: str = ""

    @property
    def undated(self) -> bool:
        """Whether a fact that it rests on has no date."""
        return any(citation.undated for citation in self.citations)

    def as_text(self, *remarks: str) -> str:
        """What is stated, as a line of the description of the thing, with `remarks` behind it."""
        note = f": {self.note}" if self.note else ""
        line = f"{self.predicate.label}{' ←' if self.inverse else ':'} {self.value}{note}"
        remarks = (*["inferred"] * self.inferred, *remarks)
        return f"{line} ({'; '.join(remarks)})" if remarks else line

    def as_fact(self, *remarks: str) -> str:
        """The fact that the thing has a role in, and the role, with `remarks` behind it."""
        return f"{self.value} ({'; '.join((f'here: {self.predicate.label}', *remarks))})"

    def dates(self, thing: str) -> list[str]:
        """The dates of the facts that say so of `thing`, as they are written: of a fact in which that has a role, its own."""
        own = self.value.iri if isinstance(self.value, Term) else ""
        found = (one for one in self.citations if one.fact == own or not (one.inferred or one.fact == thing))
        return sorted({one.date for one in found if one.date})

    def as_dict(self) -> dict[str, object]:
        """The fields by name, for JSON."""
        return {
            "predicate": self.predicate._asdict(),
            "value": json_of_value(self.value),
            "inverse": self.inverse,
            "inferred": self.inferred,
            "citations": [citation.as_dict() for citation in self.citations],
            **({"source": self.source} if self.source else {}),
            **({"note": self.note} if self.note else {}),
        }


@dataclass(frozen=True, slots=True, repr=False)
class Description(Told):
    """A thing: its other names, its classes, the statements about it, and the facts that it has a role in.

    `attributed` is what binary facts say of it that the data do not state as the article's own, each in the voice of its citations.
    `dated`: it is as of a day, and its text marks what rests on a fact without a date. `prefixes` are those of the text.
    """

    thing: Term
    names: tuple[str, ...]
    classes: tuple[Term, ...]
    statements: tuple[Statement, ...]
    facts: tuple[Statement, ...]
    attributed: tuple[Statement, ...] = ()
    dated: bool = False
    prefixes: Mapping[str, str] = field(default_factory=lambda: PREFIXES, compare=False)

    def __repr__(self) -> str:
        return f"<Description of {self.thing}: {counted(len(self.statements), 'statement')}, {counted(len(self.facts), 'fact')}>"

    def to_text(self) -> str:
        """The description as text for people, each statement with its sentences, and the references once."""
        return text_of_lines(self.lines())

    def lines(self) -> Iterator[str]:
        """The lines of the text, as long as they are; what is below another begins with spaces."""
        yield f"{self.thing.label}  {shrink(self.thing.iri, self.prefixes)}"
        if self.names:
            yield f"also: {', '.join(self.names)}"
        if self.classes:
            yield f"a: {', '.join(term.label for term in self.classes)}"
        readable = [statement for statement in self.statements if statement.predicate.iri not in _MACHINE]
        yield from self._part("Statements", readable, Statement.as_text)
        yield from self._part(ATTRIBUTED, self.attributed, Statement.as_text)
        yield from self._part("Facts", self.facts, Statement.as_fact)
        yield from listed(self.references())

    def _part(self, heading: str, statements: Iterable[Statement], told: Callable[..., str]) -> Iterator[str]:
        """Statements below a heading, each with its date and its sentences."""
        for number, statement in enumerate(statements):
            yield from () if number else ("", heading)
            dates = [f"date: {date}" for date in statement.dates(self.thing.iri)]
            yield f"  {told(statement, *dates)}{' (undated)' if self.dated and statement.undated else ''}"
            yield from (f"      {line}" for line in (*sources(statement.citations), *[statement.source] * bool(statement.source)))

    def references(self) -> list[Reference]:
        """The references that are cited, each once, by number."""
        statements = (*self.statements, *self.attributed, *self.facts)
        return references_of(citation for statement in statements for citation in statement.citations)

    def to_json(self) -> str:
        """The description as a JSON object."""
        document = {
            "thing": self.thing._asdict(),
            "names": self.names,
            "classes": [found._asdict() for found in self.classes],
            "statements": [statement.as_dict() for statement in self.statements],
            "attributed": [statement.as_dict() for statement in self.attributed],
            "facts": [statement.as_dict() for statement in self.facts],
        }
        return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


@dataclass(frozen=True, slots=True)
class _Found:
    """A triple with the thing at one end, or else `end`, before it has labels and citations."""

    predicate: ox.NamedNode
    other: Node
    inverse: bool
    inferred: bool
    fact: bool
    end: ox.NamedNode | None = None

    def triple(self, node: ox.NamedNode) -> ox.Triple:
        """The triple with `node` at the other end, unless that is `end`."""
        node = self.end or node
        if self.inverse and isinstance(self.other, ox.NamedNode | ox.BlankNode):
            return ox.Triple(self.other, self.predicate, node)
        return ox.Triple(node, self.predicate, self.other)


def describe(
    engine: Engine,
    citer: Citer,
    names: Names,
    iri: str,
    links: Iterable[Link] = (),
    *,
    dated: bool = False,
    prefixes: Mapping[str, str] = PREFIXES,
) -> Description:
    """What the graph says of the thing `iri`; `links` are those whose matches are told with the line that makes them.

    `dated`: the graph is as of a day. `prefixes` are the graph's.
    Of what is inferred only that is told which says more: no inverse of a told statement, no more general role in the same fact.
    """
    node = ox.NamedNode(iri)
    found = list(_triples(engine, node))
    is_fact = any(one.predicate.value == RDF + "type" and one.other == ox.NamedNode(DIP + "ReportedFact") for one in found)
    matches = [link for link in links if link.subject == iri and link.is_match]
    linked = {(link.predicate, link.item) for link in matches}
    told = [one for one in found if _is_told(one)]
    told = [one for one in told if one.inverse or (one.predicate.value, one.other.value) not in linked]
    told = [one for one in told if not one.inferred or one.predicate.value == DIP + "backedBy" or not (is_fact or one.fact)]
    told = [*_without_inverses(told, _inverses(engine)), *_of_clauses(engine, node, found)]
    notes = _notes(engine, node) if any(one.inverse and one.predicate.value == _NOTE_ON for one in told) else {}
    statements = tuple(_statements(citer, names, node, told, notes))
    own_names = {
        one.other.value for one in found if one.predicate.value in _NAMES and not one.inverse and isinstance(one.other, ox.Literal)
    }
    types = [one for one in found if one.predicate.value == RDF + "type" and not one.inverse]
    classes = [one.other.value for one in types if isinstance(one.other, ox.NamedNode)]
    return Description(
        thing=Term(iri, names.label(iri)),
        names=tuple(sorted(own_names - {names.label(iri)})),
        classes=tuple(sorted((Term(found_class, names.label(found_class)) for found_class in classes), key=lambda term: term.label)),
        statements=(
            *(statement for statement, one in zip(statements, told, strict=True) if not (one.fact and one.inverse)),
            *map(_link_statement, matches),
        ),
        facts=tuple(
            sorted(
                (statement for statement, one in zip(statements, told, strict=True) if one.fact and one.inverse),
                key=lambda statement: [(citation.article, citation.segment, citation.fact or "") for citation in statement.citations],
            )
        ),
        attributed=tuple(_attributed(engine, citer, names, node)),
        dated=dated,
        prefixes=prefixes,
    )


def _triples(engine: Engine, node: ox.NamedNode) -> Iterator[_Found]:
    """All triples with `node` as subject, or as object."""
    for pattern, inverse in ((f"{node} ?p ?other", False), (f"?other ?p {node}", True)):
        query = f"""SELECT ?p ?other ?inferred ?fact WHERE {{ {pattern}
            BIND(EXISTS {{ GRAPH <{CLOSURE_GRAPH}> {{ {pattern} }} }} AS ?inferred)
            BIND(EXISTS {{ ?other a <{DIP}ReportedFact> }} AS ?fact) }}"""
        for predicate, other, inferred, fact in select(engine, query):
            if isinstance(predicate, ox.NamedNode) and other is not None:
                yield _Found(predicate, other, inverse, _true(inferred), _true(fact))


def _is_told(one: _Found) -> bool:
    """Whether a triple is told as a statement."""
    hidden = one.predicate.value in _HIDDEN or (one.inverse and one.predicate.value in _REIFYING)
    return not hidden and not isinstance(one.other, ox.BlankNode)


def _of_clauses(engine: Engine, node: ox.NamedNode, found: Iterable[_Found]) -> Iterator[_Found]:
    """The facts that the clauses of a sentence state."""
    if not any(one.predicate.value == RDF + "type" and one.other == ox.NamedNode(DIP + "Sentence") for one in found):
        return
    for name in ("statedIn", "restatedIn"):
        query = f"SELECT ?clause ?fact WHERE {{ ?clause <{DCTERMS}isPartOf> {node} ; a <{DIP}Clause> . ?fact <{DIP}{name}> ?clause }}"
        for clause, fact in select(engine, query):
            if isinstance(clause, ox.NamedNode) and isinstance(fact, ox.NamedNode):
                yield _Found(ox.NamedNode(DIP + name), fact, inverse=True, inferred=False, fact=True, end=clause)


def _notes(engine: Engine, node: ox.NamedNode) -> dict[str, str]:
    """The text of each note on the thing."""
    return {row[0]: row[1] for row in values(engine, f"SELECT ?note ?text WHERE {{ ?note <{_NOTE_ON}> {node} ; <{_NOTE_TEXT}> ?text }}")}


def _attributed(engine: Engine, citer: Citer, names: Names, node: ox.NamedNode) -> Iterator[Statement]:
    """What binary facts say of the thing that is no asserted triple: each once, with all that say so."""
    found: dict[tuple[str, bool, str], list[ox.Triple]] = {}
    for role, end, inverse in (("subject", "object", False), ("object", "subject", True)):
        triple = f"?other ?p {node}" if inverse else f"{node} ?p ?other"
        query = f"""SELECT ?fact ?p ?other WHERE {{
            ?fact <{RDF}{role}> {node} ; <{RDF}predicate> ?p ; <{RDF}{end}> ?other
            FILTER NOT EXISTS {{ GRAPH <{ASSERTED_GRAPH}> {{ {triple} }} }} }}"""
        for fact, predicate, other in select(engine, query):
            if isinstance(fact, ox.NamedNode) and isinstance(predicate, ox.NamedNode) and isinstance(other, ox.NamedNode):
                said = found.setdefault((predicate.value, inverse, other.value), [])
                said.append(ox.Triple(fact, ox.NamedNode(RDF + role), node))
    names.labels(iri for relation, _, end in found for iri in (relation, end))
    for key in sorted(found, key=lambda key: (names.label(key[0]), key)):
        relation, inverse, thing = key
        citations = sorted({one for cited in citer.triples(found[key]) for one in cited})
        yield Statement(Term(relation, names.label(relation)), Term(thing, names.label(thing)), inverse, False, tuple(citations))


def _inverses(engine: Engine) -> dict[str, str]:
    """For each property that has an inverse, that inverse; a symmetric property is its own."""
    query = f"""SELECT ?p ?q WHERE {{ {{ ?p <{OWL}inverseOf> ?q }} UNION {{ ?q <{OWL}inverseOf> ?p }}
        UNION {{ ?p a <{OWL}SymmetricProperty> BIND(?p AS ?q) }} }}"""
    return {row[0]: row[1] for row in values(engine, query)}


def _without_inverses(found: Iterable[_Found], inverses: dict[str, str]) -> Iterator[_Found]:
    """`found` less the triples with the thing as object that say what one with the thing as subject says."""
    found = list(found)
    outgoing = {(one.predicate.value, one.other) for one in found if not one.inverse}
    for one in found:
        if not (one.inverse and (inverses.get(one.predicate.value), one.other) in outgoing):
            yield one


def _statements(citer: Citer, names: Names, node: ox.NamedNode, told: list[_Found], notes: Mapping[str, str]) -> Iterator[Statement]:
    """`told`, put in order, what is for machines last, with labels and citations; of a note its text.

    What is told of a segment as such (its place, its digest, what it cites) rests on no sentence, least of all on itself.
    """
    names.labels(term.value for one in told for term in (one.predicate, one.other) if isinstance(term, ox.NamedNode))
    told.sort(
        key=lambda one: (one.predicate.value in _MACHINE, one.inferred, names.label(one.predicate.value), one.inverse, str(one.other))
    )
    citations = citer.triples([one.triple(node) for one in told])
    for one, cited in zip(told, citations, strict=True):
        yield Statement(
            predicate=Term(one.predicate.value, names.label(one.predicate.value)),
            value=_value(one.other, names),
            inverse=one.inverse,
            inferred=one.inferred,
            citations=tuple(citation for citation in cited if citation.fact or one.inverse or citation.segment != node.value),
            note=notes.get(one.other.value, "") if one.inverse and one.predicate.value == _NOTE_ON else "",
        )


def _link_statement(link: Link) -> Statement:
    """The match of a link, with its line in the table as the source."""
    item = Term(link.item or "", f"{link.item_label} ({link.number})" if link.item_label else link.number)
    how = link.justification.replace(SEMAPV, "semapv:")
    source = f"{link.path.name}:{link.line}: {how}, {link.date}, confidence {link.confidence}. {link.comment}"
    return Statement(Term(link.predicate, PREDICATE_LABELS[link.predicate]), item, False, False, (), source)


def _value(term: Node, names: Names) -> Value:
    if isinstance(term, ox.NamedNode):
        return Term(term.value, names.label(term.value))
    return typed(term) if isinstance(term, ox.Literal) else str(term)


def _true(term: Node | None) -> bool:
    return isinstance(term, ox.Literal) and term.value in ("true", "1")  # Virtuoso 7 has no truth values, but 1 and 0
