"""Citations: for each row of an answer the facts that it rests on, with their sentences and references.

Nobody writes provenance into a query. The query's outermost pattern is run once more with all its variables in sight (`pattern`), and each
row of the answer gets the facts and segments with which its triples begin, and what its plain triples rest on.
docs/decisions/0016-a-row-is-cited-by-its-own-triples.md tells the limits.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyoxigraph as ox

from kg.citation import Citation
from kg.cite.known import CHUNK, Known
from kg.cite.pattern import MARK, TriplePattern, Widened, readings
from kg.engine import Engine, select
from kg.namespaces import RDF, RDFS, SKOS
from kg.reason.axioms import TYPE
from kg.reason.proofs import Prover
from kg.rows import Solutions
from kg.terms import OxTerm

_Solution = Sequence[OxTerm | None]
_Key = tuple[OxTerm | None, ...]
_Matched = Mapping[_Key, Sequence[_Solution]]
"""The solutions of a widened query, by the values that they share with a row of the answer."""

_NAMING = frozenset(ox.NamedNode(iri) for iri in (RDFS + "label", SKOS + "altLabel", SKOS + "exactMatch", SKOS + "closeMatch"))

_REMEMBERED = 64
"""How many questions are remembered with their citations."""


class Citer:
    """Finds citations in the graph of an engine; what it has asked it remembers."""

    def __init__(self, engine: Engine, prover: Prover) -> None:
        self._engine = engine
        self._prover = prover
        self._known = Known(engine)
        self._asked: dict[str, dict[tuple[bytes, ...], tuple[Citation, ...]]] = {}
        """By the text of a query the citations of the rows that were asked for, by the cells that tell them apart."""
        self._cited: dict[ox.Triple, tuple[Citation, ...]] = {}

    def rows(self, text: str, answer: Solutions) -> list[tuple[Citation, ...]]:
        """For each solution of `answer`, that to the query `text`, the citations that it rests on, in the order of the article.

        Raises `QuerySyntaxError` if `text` is no SELECT.
        """
        if not len(answer):
            return []
        wides = readings(text)
        keys = [key for key in wides[0].keys if key in answer.columns]
        places = [answer.columns.index(key) for key in keys]
        written = [tuple(cells[place] for place in places) for cells in answer]
        cited = self._remembered(text)
        if not cited.keys() >= set(written):
            wanted = {
                cells: tuple(terms[place] for place in places)
                for cells, terms in zip(written, answer.terms, strict=True)
                if cells not in cited
            }
            found = self._found(wides, keys, wanted.values())
            cited.update((cells, found[key]) for cells, key in wanted.items())
        return [cited[cells] for cells in written]

    def _remembered(self, text: str) -> dict[tuple[bytes, ...], tuple[Citation, ...]]:
        """What `_asked` has of a query; the one that was asked first is forgotten when they are too many."""
        if text not in self._asked:
            if len(self._asked) == _REMEMBERED:
                self._asked.pop(next(iter(self._asked)))
            self._asked[text] = {}
        return self._asked[text]

    def _found(self, wides: Sequence[Widened], keys: Sequence[str], wanted: Iterable[_Key]) -> dict[_Key, tuple[Citation, ...]]:
        """The citations of each of `wanted`, which are values of the variables `keys`."""
        once = dict.fromkeys(wanted)
        if not all(wide.tied for wide in wides):
            return dict.fromkeys(once, ())
        read = [(wide, self._matched(wide, keys, once)) for wide in wides]
        triples = {
            key: dict.fromkeys(triple for wide, matched in read for triple in _ground(wide.variables, wide.patterns, matched[key]))
            for key in once
        }
        self._prepare([matched for _, matched in read], triples)
        return {key: self._of_one([(wide, matched[key]) for wide, matched in read], triples[key]) for key in once}

    def _matched(self, wide: Widened, keys: Sequence[str], wanted: Iterable[_Key]) -> _Matched:
        """The solutions of a widened query for each of `wanted`."""
        positions = [wide.variables.index(key) for key in keys]
        matched: dict[_Key, list[_Solution]] = {key: [] for key in wanted}
        for solution in self._solutions(wide, positions, matched):
            found = matched.get(tuple(solution[position] for position in positions))
            if found is not None:
                found.append(solution)
        return matched

    def _solutions(self, wide: Widened, positions: Sequence[int], wanted: Iterable[_Key]) -> Iterator[_Solution]:
        """The solutions of the widened query; those alone that may be of `wanted`, where these are but some of the rows."""
        names = [wide.variables[position] for position in positions]
        places = [names.index(key) for key in wide.fixed]
        some = [[key[place] for place in places] for key in wanted]
        if not places or not all(isinstance(value, ox.NamedNode) for values in some for value in values):
            yield from select(self._engine, wide.text)
            return
        rows = sorted({f"({' '.join(map(str, values))})" for values in some})
        for start in range(0, len(rows), CHUNK):
            yield from select(self._engine, wide.among(" ".join(rows[start : start + CHUNK]), wide.fixed))

    def _prepare(self, read: Iterable[_Matched], triples: Mapping[_Key, Iterable[ox.Triple]]) -> None:
        """Ask, all at once, for what is to be known of the values and of the triples."""
        self._known.of(iri for matched in read for solutions in matched.values() for solution in solutions for iri in _iris(solution))
        every = dict.fromkeys(triple for some in triples.values() for triple in some)
        known = self._known.of(_subject(triple) for triple in every)
        self.triples([triple for triple in every if not known[_subject(triple)] and _may_be_stated(triple)])

    def _of_one(self, read: Iterable[tuple[Widened, Sequence[_Solution]]], triples: Iterable[ox.Triple]) -> tuple[Citation, ...]:
        """The citations of one row: of the facts and segments that its triples begin with and of its plain triples, else of its values."""
        spoken: list[Citation] = []
        known_of = self._known.of(())
        for triple in triples:
            fact = known_of[_subject(triple)]
            spoken += [fact] if fact else self._cited.get(triple, ())
        others: list[Citation] = []
        for wide, solutions in read:
            speaking = [place for place, name in enumerate(wide.variables) if name in wide.subjects]
            for solution in solutions:
                subjects = [term.value for place in speaking if isinstance(term := solution[place], ox.NamedNode)]
                spoken += [known for iri in subjects if (known := known_of[iri])]
                others += [known for iri in _iris(solution) if (known := known_of[iri])]
        return _sorted(_facts_first(spoken, others))

    def triples(self, triples: Sequence[ox.Triple]) -> list[tuple[Citation, ...]]:
        """For each of `triples` the citations of the facts that state it, or, if it is inferred, what its shortest proof rests on."""
        missing = [triple for triple in dict.fromkeys(triples) if triple not in self._cited]
        leaves = {triple: self._leaves(triple) for triple in missing}
        reified = _reifying(self._engine, {leaf for found in leaves.values() for leaf in found})
        iris = {triple: {iri for leaf in found for iri in _stating(leaf, reified)} for triple, found in leaves.items()}
        known = self._known.of(iri for some in iris.values() for iri in some)
        for triple, some in iris.items():
            inferred = leaves[triple] != [triple]
            citations = _facts_first([one for iri in some if (one := known[iri])])
            self._cited[triple] = _sorted(citation._replace(inferred=inferred) for citation in citations)
        return [self._cited[triple] for triple in triples]

    def _leaves(self, triple: ox.Triple) -> list[ox.Triple]:
        """The asserted triples that `triple` rests on; none if the graph does not say it."""
        proof = self._prover.proof(triple)
        return list(proof.leaves()) if proof else []


def _ground(variables: Sequence[str], patterns: Iterable[TriplePattern], solutions: Iterable[_Solution]) -> Iterator[ox.Triple]:
    """The triples that `patterns` stand for in each of `solutions`, where their groups have matched; no classes, no blank nodes."""
    places = [
        (
            [slot if slot is None or isinstance(slot, ox.NamedNode) else variables.index(slot) for slot in pattern[:3]],
            [variables.index(f"{MARK}{number}") for number in pattern.groups],
        )
        for pattern in patterns
        if pattern.predicate != TYPE
    ]
    for solution in solutions:
        for slots, marks in places:
            if all(solution[mark] is not None for mark in marks):
                triple = _triple([solution[slot] if isinstance(slot, int) else slot for slot in slots])
                if triple and triple.predicate != TYPE:
                    yield triple


def _iris(solution: _Solution) -> Iterator[str]:
    return (term.value for term in solution if isinstance(term, ox.NamedNode))


def _subject(triple: ox.Triple) -> str:
    return triple.subject.value if isinstance(triple.subject, ox.NamedNode) else ""


def _may_be_stated(triple: ox.Triple) -> bool:
    """Whether a fact may state `triple`, or it may follow from one: a name is of no sentence."""
    return triple.predicate not in _NAMING


def _triple(terms: Sequence[OxTerm | None]) -> ox.Triple | None:
    """The triple of three terms; None if they are none, or not to be found again in a query."""
    s, p, o = terms
    if isinstance(s, ox.NamedNode) and isinstance(p, ox.NamedNode) and isinstance(o, ox.NamedNode | ox.Literal):
        return ox.Triple(s, p, o)
    return None


def _values_rows(triples: Sequence[ox.Triple]) -> Iterator[str]:
    """`triples` as the text of VALUES rows, some hundred at a time."""
    for start in range(0, len(triples), CHUNK):
        yield " ".join(f"({triple.subject} {triple.predicate} {triple.object})" for triple in triples[start : start + CHUNK])


def _reifying(engine: Engine, triples: Iterable[ox.Triple]) -> dict[ox.Triple, set[str]]:
    """For each of `triples` the binary facts that state it."""
    found: dict[ox.Triple, set[str]] = {}
    wanted = sorted({triple for triple in triples if _triple([triple.subject, triple.predicate, triple.object])}, key=str)
    for chunk in _values_rows(wanted):
        query = f"""SELECT ?fact ?s ?p ?o WHERE {{ VALUES (?s ?p ?o) {{ {chunk} }}
            ?fact <{RDF}subject> ?s ; <{RDF}predicate> ?p ; <{RDF}object> ?o }}"""
        for fact, *terms in select(engine, query):
            triple = _triple(terms)
            if triple and isinstance(fact, ox.NamedNode):
                found.setdefault(triple, set()).add(fact.value)
    return found


def _stating(triple: ox.Triple, reified: Mapping[ox.Triple, set[str]]) -> Iterator[str]:
    """The IRIs that may be facts which state `triple`: its own subject, and the binary facts about it."""
    if isinstance(triple.subject, ox.NamedNode):
        yield triple.subject.value
    yield from reified.get(triple, ())


def _facts_first(*groups: list[Citation]) -> list[Citation]:
    """The facts of the first group that has any; without facts, the bare segments of the first group that has any."""
    facts = ([citation for citation in group if citation.fact] for group in groups)
    return next((found for found in (*facts, *groups) if found), [])


def _sorted(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """`citations` in the order of the article, each fact once: if it tells one thing and another follows from it, as telling."""
    once: dict[tuple[str, str, str], Citation] = {}
    for one in citations:
        place = (one.article, one.segment, one.fact or "")
        if place not in once or not one.inferred:
            once[place] = one
    return tuple(once[place] for place in sorted(once))
