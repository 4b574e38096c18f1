"""Why the graph says so: an asserted triple by its sentences, an inferred one by its proofs, down to the sentences."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from kg.citation import Citation, Reference, references_of
from kg.cite import Citer
from kg.cite.statements import statement
from kg.engine import Engine, Node, select
from kg.errors import UnknownName, counted
from kg.export import write_triples
from kg.names import Names
from kg.namespaces import OWL, PREFIXES, PROV, RDF, RDFS, WIKIDATA, shrink
from kg.reason.proofs import Proof, Prover
from kg.told import ATTRIBUTED, Told, listed, qualified, sources, text_of_lines

_MOST_NEAREST = 10
_MOST_LOOKED_AT = 1000
"""How many statements are put in order to tell the first of them: a voice asserts most of what there is."""
_TYPES = {"a": "rdf:type", "is a": "rdf:type"}
"""How the property that has no label of its own is called."""


@dataclass(frozen=True, slots=True, repr=False)
class Explanation(Told):
    """Why the graph says `triple`: its proofs, the shortest first, and the citations of the asserted triples that they end in.

    No proofs: the graph does not say it, and `nearest` is what it does say of the same things. `attributed` are then the binary facts that
    state the triple, which somebody says, and the data do not state as the article's own.
    """

    triple: ox.Triple
    proofs: tuple[Proof, ...]
    citations: Mapping[ox.Triple, tuple[Citation, ...]]
    labels: Mapping[str, str]
    nearest: tuple[ox.Triple, ...]
    attributed: tuple[Citation, ...] = ()

    def __repr__(self) -> str:
        number = len(self.proofs)
        return f"<Explanation of {self.sentence(self.triple)}: {number or 'no'} proof{'s' * (number > 1)}>"

    def to_text(self) -> str:
        """The proofs as trees, or what the graph says instead, and the references once."""
        return text_of_lines((*self.drawn(), *self.besides()))

    def drawn(self) -> Iterator[str]:
        """The lines of the proofs as trees."""
        for number, proof in enumerate(self.proofs, 1):
            yield from [""] if number > 1 else []
            yield from [f"Proof {number}, {counted(proof.steps, 'step')}"] if len(self.proofs) > 1 else []
            yield from proof.drawn(self.sentence, self._sources)

    def _sources(self, triple: ox.Triple) -> list[str]:
        """The sentences of an asserted triple, one a line."""
        return sources(self.citations.get(triple, ())) or ["asserted; no sentence states it."]

    def besides(self) -> Iterator[str]:
        """The lines of the text that are no proof: that there is none, what the graph says instead, and the references."""
        if not self.proofs:
            yield f"The graph does not {'state as a fact' if self.attributed else 'say'}: {self.sentence(self.triple)}"
        if self.attributed:
            yield from ("", ATTRIBUTED)
        for citation in self.attributed:
            date = f" (date: {citation.date})" if citation.date else ""
            yield from (f"  {citation.label}{date}", *(f"      {line}" for line in sources([citation])))
        if self.nearest:
            yield from ("", "It does say", *(f"  {self.sentence(triple)}" for triple in self.nearest))
        yield from listed(self.references())

    def name(self, term: object) -> str:
        """The label of a term, else its CURIE or text."""
        return self.labels.get(term.value) or shrink(term.value) if isinstance(term, ox.NamedNode) else str(getattr(term, "value", term))

    def sentence(self, triple: ox.Triple) -> str:
        """`triple` in labels."""
        return f"{self.name(triple.subject)} · {self.name(triple.predicate)} · {self.name(triple.object)}"

    def references(self) -> list[Reference]:
        """The references that are cited, each once, by number."""
        return references_of(one for some in (*self.citations.values(), self.attributed) for one in some)

    def to_json(self) -> str:
        """The explanation as a JSON object: the triple, its proofs as nested steps, and citations at the leaves."""
        document = {
            "triple": _as_list(self.triple),
            "proofs": [self._step(proof) for proof in self.proofs],
            "attributed": [citation.as_dict() for citation in self.attributed],
            "nearest": [_as_list(triple) for triple in self.nearest],
        }
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"

    def _step(self, proof: Proof) -> dict[str, object]:
        step: dict[str, object] = {"triple": _as_list(proof.conclusion), "sentence": self.sentence(proof.conclusion), "rule": proof.rule}
        if proof.premises:
            return {**step, "axiom": proof.axiom, "premises": [self._step(premise) for premise in proof.premises]}
        return {**step, "citations": [citation.as_dict() for citation in self.citations.get(proof.conclusion, ())]}

    def to_turtle(self, prefixes: Mapping[str, str] = PREFIXES) -> str:
        """The shortest proof as RDF: each triple an rdf:Statement, each step a prov:Activity, each leaf with its facts and segments."""
        numbers: dict[ox.Triple, int] = {}
        triples = [triple for proof in self.proofs[:1] for triple in self._provenance(proof, numbers)]
        return write_triples(triples, "turtle", prefixes).decode()

    def _provenance(self, proof: Proof, numbers: dict[ox.Triple, int]) -> Iterator[ox.Triple]:
        if proof.conclusion in numbers:
            return
        numbers[proof.conclusion] = number = len(numbers)
        node, step, said = ox.BlankNode(f"t{number}"), ox.BlankNode(f"s{number}"), proof.conclusion
        cited = () if proof.premises else self.citations.get(said, ())
        yield from statement(node, said, cited)
        for words in dict.fromkeys(line for citation in cited for line in qualified(citation)):
            yield ox.Triple(node, ox.NamedNode(RDFS + "comment"), ox.Literal(words))
        if proof.premises:
            yield ox.Triple(node, ox.NamedNode(PROV + "wasGeneratedBy"), step)
            yield ox.Triple(step, ox.NamedNode(RDF + "type"), ox.NamedNode(PROV + "Activity"))
            yield ox.Triple(step, ox.NamedNode(RDFS + "label"), ox.Literal(proof.rule))
            yield ox.Triple(step, ox.NamedNode(RDFS + "comment"), ox.Literal(proof.axiom))
        for premise in proof.premises:
            yield from self._provenance(premise, numbers)
            yield ox.Triple(step, ox.NamedNode(PROV + "used"), ox.BlankNode(f"t{numbers[premise.conclusion]}"))

    def to_mermaid(self) -> str:
        """The shortest proof as a Mermaid flow chart, premises above what they conclude; what is only attributed as a broken box."""
        lines = ["flowchart BT"]
        if self.attributed:
            said = _labelled(0, [f"not stated as a fact: {self.sentence(self.triple)}", *sources(self.attributed)])
            lines += [said, "  style t0 stroke-dasharray: 5 5"]
        numbers: dict[ox.Triple, int] = {}
        for proof in self.proofs[:1]:
            lines += self._mermaid(proof, numbers)
        return "\n".join(lines) + "\n"

    def _mermaid(self, proof: Proof, numbers: dict[ox.Triple, int]) -> Iterator[str]:
        if proof.conclusion in numbers:
            return
        numbers[proof.conclusion] = number = len(numbers)
        texts = [self.sentence(proof.conclusion), *sources(self.citations.get(proof.conclusion, ()))]
        yield _labelled(number, texts)
        for premise in proof.premises:
            yield from self._mermaid(premise, numbers)
            yield f"  t{numbers[premise.conclusion]} -- {proof.rule} --> t{number}"


def _labelled(number: int, texts: Iterable[str]) -> str:
    """A box of a flow chart with lines of text."""
    label = "<br>".join(text.replace('"', "#quot;") for text in texts)
    return f'  t{number}["{label}"]'


def _as_list(triple: ox.Triple) -> list[str]:
    return [str(triple.subject), str(triple.predicate), str(triple.object)]


def explain(engine: Engine, prover: Prover, citer: Citer, names: Names, triple: ox.Triple, *, every: bool = False) -> Explanation:
    """Why the graph says `triple`: by the shortest proof, or by `every` one."""
    shortest = prover.proof(triple)
    proofs = tuple(prover.proofs(triple)) if every else (() if shortest is None else (shortest,))
    leaves = list(dict.fromkeys(leaf for proof in proofs for leaf in proof.leaves()))
    nearest = () if proofs else tuple(_nearest(engine, triple))
    attributed = () if proofs else _attributed(engine, citer, triple)
    terms = [term for proof in proofs for step in _steps(proof) for term in (step.subject, step.predicate, step.object)]
    terms += [term for near in (triple, *nearest) for term in (near.subject, near.predicate, near.object)]
    labels = names.labels(term.value for term in terms if isinstance(term, ox.NamedNode))
    return Explanation(triple, proofs, dict(zip(leaves, citer.triples(leaves), strict=True)), labels, nearest, attributed)


def _steps(proof: Proof) -> Iterator[ox.Triple]:
    """All triples of a proof."""
    yield proof.conclusion
    for premise in proof.premises:
        yield from _steps(premise)


def _attributed(engine: Engine, citer: Citer, triple: ox.Triple) -> tuple[Citation, ...]:
    """The binary facts that state `triple`, one way round or, if the property is symmetric, the other."""
    s, p, o = triple.subject, triple.predicate, triple.object
    if not (isinstance(s, ox.NamedNode) and isinstance(o, ox.NamedNode)):
        return ()
    ends = [(s, o), (o, s)] if engine.query(f"ASK {{ {p} a <{OWL}SymmetricProperty> }}") else [(s, o)]
    found = []
    for one, other in ends:
        query = f"SELECT ?fact WHERE {{ ?fact <{RDF}subject> {one} ; <{RDF}predicate> {p} ; <{RDF}object> {other} }}"
        facts = [fact for (fact,) in select(engine, query) if isinstance(fact, ox.NamedNode)]
        found += [ox.Triple(fact, ox.NamedNode(RDF + "subject"), one) for fact in facts]
    return tuple(sorted({citation for citations in citer.triples(found) for citation in citations}))


def _nearest(engine: Engine, triple: ox.Triple) -> Iterator[ox.Triple]:
    """What the graph says with two of the three terms, some of each."""
    s, p, o = triple.subject, triple.predicate, triple.object
    for pattern in (f"{s} ?p {o}", f"{s} {p} ?o", f"?s {p} {o}"):
        some = f"{{ SELECT * WHERE {{ {pattern} }} LIMIT {_MOST_LOOKED_AT} }}"
        for row in select(engine, f"SELECT * WHERE {{ {some} }} ORDER BY ?s ?p ?o LIMIT {_MOST_NEAREST}"):
            (term,) = (term for term in row if term is not None)
            if "?p" in pattern and isinstance(term, ox.NamedNode):
                yield ox.Triple(s, term, o)
            elif "?o" in pattern:
                yield ox.Triple(s, p, term)
            elif isinstance(term, ox.NamedNode | ox.BlankNode):
                yield ox.Triple(term, p, o)


def triple_of(engine: Engine, names: Names, subject: str, predicate: str, object_: str) -> ox.Triple:
    """The triple that three names stand for, `a` for rdf:type.

    The object may be the text of a literal, or the Wikidata item, that the subject has.

    Raises `UnknownName` or `AmbiguousName`.
    """
    s, p = ox.NamedNode(names.resolve(subject)), ox.NamedNode(names.resolve(_TYPES.get(predicate.strip(), predicate)))
    item = WIKIDATA + object_.removeprefix("wd:").removeprefix(WIKIDATA)
    for (term,) in _values(engine, s, p):
        if isinstance(term, ox.NamedNode) and term.value == item:
            return ox.Triple(s, p, term)
    try:
        return ox.Triple(s, p, ox.NamedNode(names.resolve(object_)))
    except UnknownName:
        literals = [term for (term,) in _values(engine, s, p) if isinstance(term, ox.Literal) and term.value == object_]
        if not literals:
            raise
        return ox.Triple(s, p, literals[0])


def _values(engine: Engine, subject: ox.NamedNode, predicate: ox.NamedNode) -> Iterator[tuple[Node | None, ...]]:
    yield from select(engine, f"SELECT ?o WHERE {{ {subject} {predicate} ?o }} ORDER BY ?o")
