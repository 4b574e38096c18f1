"""Where data and ontology contradict each other: which asserted statements, at which lines and sentences, clash by which axiom."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import pyoxigraph as ox

from kg.engine import Embedded
from kg.errors import Clash, DataError
from kg.load import Document, merged_prefixes
from kg.located import Locate, Located, in_documents
from kg.nameless import Nameless
from kg.namespaces import ASSERTED_GRAPH, CLOSURE_GRAPH, ONTOLOGY_GRAPH, PREFIXES, shrinker
from kg.places import Place
from kg.reason.axioms import SAME, TYPE, Axioms
from kg.reason.clashes import TELLING, clashes, told_apart
from kg.reason.proofs import ASSERTED, Proof, Prover
from kg.reason.relevance import Relevant, relevant
from kg.reason.rules import saturated

_MOST_PROVED = 10
"""Of so many contradictions a proof is given: one mistake may lead to hundreds."""


class Contradiction(NamedTuple):
    """A clash, the thing that it is about, and the place and the sentences of the first statement that it rests on."""

    clash: Clash
    focus: str
    place: Place | None
    sentences: tuple[str, ...]


def contradictions(documents: Sequence[Document], ontology: Document) -> list[Contradiction]:
    """The contradictions between `documents`, taken together, and `ontology`; each of the first ten with a proof.

    A proof rests on a minimal set of asserted triples: without any of them it is none. Raises `DataError` for a broken list.
    """
    data = list(dict.fromkeys(triple for document in documents for triple in document.triples))
    shrunk = shrinker(merged_prefixes(documents))
    return contradictions_among(data, Axioms.read(ontology.triples), Names(shrunk, Nameless(data, shrunk)), in_documents(documents))


class Names(NamedTuple):
    """How things are written: those with a name by `shrink`, those without by what they hang on."""

    shrink: Callable[[str], str]
    nameless: Nameless


def contradictions_among(data: Iterable[ox.Triple], axioms: Axioms, names: Names, locate: Locate) -> list[Contradiction]:
    """The contradictions between `data` and `axioms`, as `contradictions` has them; only what can take part in one is held."""
    part = relevant(axioms)
    data = [triple for triple in dict.fromkeys(data) if part.takes_part(triple)]
    store, new = saturated(data, axioms, part.rules)
    found = clashes(store, axioms, data, partial(written, names))
    if not found:
        return []
    prover = _prover(new, data, axioms)
    equality = any(triple.predicate == SAME for triple in new)
    proved = [(clash, _proofs(clash, prover, data, part, equality) if i < _MOST_PROVED else []) for i, clash in enumerate(found)]
    return in_account(proved, names, locate)


def in_account(proved: Sequence[tuple[Clash, Sequence[Proof]]], names: Names, locate: Locate) -> list[Contradiction]:
    """Clashes, each with the proofs that there are of its statements, with their lines and sentences."""
    leaves = [leaf for _, proofs in proved for proof in proofs for leaf in proof.leaves()]
    told = [_words(triple) for triple in [*leaves, *(one for clash, _ in proved for one in _statements(clash))]]
    anchors = [names.nameless.anchor(clash.statements[0][0]) for clash, _ in proved if clash.statements]
    account = _Account(names, locate([*told, *anchors]))
    return [account.of(clash, proofs) for clash, proofs in proved]


def written(names: Names, word: str) -> str:
    """An IRI as a CURIE, a blank node by what it hangs on."""
    return names.nameless.name(word.removeprefix("_:")) if word.startswith("_:") else names.shrink(word)


def _prover(new: list[ox.Triple], data: list[ox.Triple], axioms: Axioms) -> Prover:
    """A prover over `data` and what follows from it, `new`."""
    store = ox.Store()
    for name, triples in ((ASSERTED_GRAPH, data), (ONTOLOGY_GRAPH, axioms.triples), (CLOSURE_GRAPH, new)):
        store.extend(ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(name)) for triple in triples)
    return Prover(Embedded(store), PREFIXES)


def _proofs(clash: Clash, prover: Prover, data: list[ox.Triple], part: Relevant, equality: bool) -> list[Proof]:
    """Proofs of the statements that clash, from a minimal part of `data`, and what tells things apart that must not be one."""
    proofs = _proofs_from(clash, prover, data, equality)
    leaves = list(dict.fromkeys(leaf for proof in proofs for leaf in proof.leaves()))
    kept = _minimal(clash, leaves, data, part)
    if len(kept) < len(leaves):
        new = saturated(kept, part.axioms, part.rules).new
        proofs = _proofs_from(clash, _prover(new, kept, part.axioms), kept, equality)
    named = {iri for s, _, o in clash.statements for iri in (s, o)} if clash.rule in ("prp-fp", "eq-diff1") else set()
    apart = [triple for triple, iris in told_apart(data) if len([iri for iri in iris if iri in named]) > 1]
    stated = {proof.conclusion for proof in proofs}
    return [*proofs, *(Proof(triple, ASSERTED, "", ()) for triple in apart if triple not in stated)]


def _proofs_from(clash: Clash, prover: Prover, data: list[ox.Triple], equality: bool) -> list[Proof]:
    """The shortest proof from `data` of each statement that clashes; none of one that follows by `equality` alone."""
    stated_same = any(triple.predicate == SAME for triple in data)  # which data must not: no proof goes through it then
    proofs = []
    for triple in _statements(clash):
        if stated_same and triple not in data:
            proofs.append(_through_equality(triple))
        elif triple.predicate != SAME:  # no step back concludes one
            proofs += _proof(triple, prover, equality)
    return proofs


def _proof(triple: ox.Triple, prover: Prover, equality: bool) -> list[Proof]:
    """The shortest proof of `triple`, if it holds; where things turned out to be the same, what no axiom concludes comes of that."""
    try:
        found = prover.proof(triple)
    except DataError:
        if not equality:
            raise
        return [_through_equality(triple)]
    return [found] if found else []


def _through_equality(triple: ox.Triple) -> Proof:
    return Proof(triple, "eq-rep", "what is owl:sameAs shares all statements", ())


def _statements(clash: Clash) -> list[ox.Triple]:
    """The statements that clash; none if one is about a thing without a name, which no query can ask for again."""
    if any(":" not in word.removeprefix("_:") for words in clash.statements for word in words):
        return []
    return [ox.Triple(ox.NamedNode(s), ox.NamedNode(p), ox.NamedNode(o)) for s, p, o in clash.statements]


def _words(triple: ox.Triple) -> list[str]:
    """The IRIs that `triple` is known by."""
    return [term.value for term in (triple.subject, triple.predicate, triple.object) if isinstance(term, ox.NamedNode)]


def _minimal(clash: Clash, leaves: list[ox.Triple], data: list[ox.Triple], part: Relevant) -> list[ox.Triple]:
    """Those of `leaves` that are left when each is dropped in turn that the contradiction does without."""
    apart = [triple for triple in data if triple.predicate.value in TELLING]

    def clashing(triples: list[ox.Triple]) -> bool:
        few = [*triples, *apart]
        store = saturated(few, part.axioms, part.rules).store
        return any(clash.statements == found.statements for found in clashes(store, part.axioms, few))

    kept = leaves
    for leaf in leaves:
        fewer = [triple for triple in kept if triple != leaf]
        kept = fewer if clashing(fewer) else kept
    return kept


class _Account:
    """Where statements stand: file and line, and the sentences behind them."""

    def __init__(self, names: Names, located: Located) -> None:
        self._shrink, self._nameless = names
        self._places, self._segments = located

    def of(self, clash: Clash, proofs: Sequence[Proof]) -> Contradiction:
        """The account of `clash`: `proofs` as trees, down to lines and sentences."""
        lines = [line for proof in proofs for line in proof.drawn(self._written, self._sources)]
        first = next(iter([*(leaf for proof in proofs for leaf in proof.leaves()), *_statements(clash)]), None)
        focus = clash.statements[0][0] if clash.statements else ""
        named = ":" in focus
        words = _words(first) if first else [] if named else list(self._nameless.anchor(focus))
        sentences = tuple(map(self._segments.place, self._segments.behind(*words))) if words else ()
        return Contradiction(
            clash._replace(proof=tuple(lines)),
            self._shrink(focus) if named else self._nameless.name(focus),
            self._places.find(*words) if words else None,
            sentences,
        )

    def _written(self, triple: ox.Triple) -> str:
        words = [self._name(term) for term in (triple.subject, triple.predicate, triple.object)]
        return f"{words[0]} {'a' if triple.predicate == TYPE else words[1]} {words[2]}"

    def _name(self, term: object) -> str:
        if isinstance(term, ox.NamedNode):
            return self._shrink(term.value)
        return str(term) if isinstance(term, ox.Literal) else "( … )"

    def _sources(self, triple: ox.Triple) -> Iterator[str]:
        words = _words(triple)
        yield f"stated at {self._places.find(*words) or 'a line unknown'}"
        yield from (self._segments.place(segment) for segment in self._segments.behind(*words))
