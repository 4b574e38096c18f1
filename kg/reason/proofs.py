"""Why the graph says so: proofs of inferred triples, from the triple back to what is asserted.

A proof is a tree of OWL 2 RL rule steps that ends in asserted triples. It is searched backwards from the triple, over the axioms that could
have concluded it and the triples that are there, so its cost depends on the triple and not on the size of the graph.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, product

import pyoxigraph as ox

from kg.engine import Engine, Node, select
from kg.errors import DataError
from kg.namespaces import CLOSURE_GRAPH, ONTOLOGY_GRAPH, shrink
from kg.reason.axioms import TYPE, Axioms

_MOST_GOALS = 5_000
_MOST_PREMISES = 50
"""How many triples are looked at for one premise of one axiom: a state has as many reasons to be a state as it has roles."""

ASSERTED = "asserted"

_SUBJECTS = (ox.NamedNode, ox.BlankNode)
_OBJECTS = (ox.NamedNode, ox.BlankNode, ox.Literal)


@dataclass(frozen=True, slots=True)
class Proof:
    """A triple and why it holds: `rule` is "asserted", or the OWL 2 RL rule that concludes it from `premises` by `axiom`."""

    conclusion: ox.Triple
    rule: str
    axiom: str
    premises: "tuple[Proof, ...]"

    @property
    def steps(self) -> int:
        """How many rule steps the proof has."""
        return (self.rule != ASSERTED) + sum(premise.steps for premise in self.premises)

    def leaves(self) -> Iterator[ox.Triple]:
        """The asserted triples that the proof rests on, each once."""
        return iter(dict.fromkeys(self._leaves()))

    def drawn(self, write: Callable[[ox.Triple], str], sources: Callable[[ox.Triple], Iterable[str]]) -> Iterator[str]:
        """The lines of the proof as a tree; `write` gives the text of a triple, `sources` the lines below an asserted one."""
        yield write(self.conclusion)
        if self.rule == ASSERTED:
            yield from (f"  {line}" for line in sources(self.conclusion))
            return
        yield f"  by {self.rule}: {self.axiom}" + (", from" if self.premises else "")
        for premise in self.premises:
            marks = ("  └ ", "    ") if premise is self.premises[-1] else ("  ├ ", "  │ ")
            first, *others = premise.drawn(write, sources)
            yield marks[0] + first
            yield from (marks[1] + line for line in others)

    def _leaves(self) -> Iterator[ox.Triple]:
        if self.rule == ASSERTED:
            yield self.conclusion
        for premise in self.premises:
            yield from premise._leaves()


@dataclass(frozen=True, slots=True)
class _Step:
    """One way to conclude a triple: a rule, an axiom, and premises that hold."""

    rule: str
    axiom: str
    premises: tuple[ox.Triple, ...]

    def order(self) -> tuple[str, str, str]:
        return (self.rule, self.axiom, str(self.premises))


_Ways = Mapping[ox.Triple, "list[_Step] | None"]
"""The ways to conclude each triple, best in order; None for one that is asserted."""


class Prover:
    """Finds proofs over the graph of an engine; what it has asked it remembers."""

    def __init__(self, engine: Engine, prefixes: Mapping[str, str]) -> None:
        self._engine = engine
        self._prefixes = prefixes
        self._inferred: dict[ox.Triple, bool] = {}

    def proof(self, triple: ox.Triple) -> Proof | None:
        """A shortest proof of `triple`; None if the graph does not say it. Raises `DataError` if what is inferred cannot be proved."""
        if not self._holds(triple):
            return None
        steps = self._reachable(triple)
        best = _cheapest(steps)
        if triple not in best:
            raise DataError(f"{triple} is in the closure, but no axiom of the ontology concludes it from what the graph says.")
        return _tree(triple, steps, best)

    def proofs(self, triple: ox.Triple, most: int = 100) -> list[Proof]:
        """All proofs of `triple` that do not go round in a circle, the shortest first, at most `most`."""
        if not self._holds(triple):
            return []
        found = islice(_all_trees(triple, self._reachable(triple), frozenset()), most * 10)
        return sorted(found, key=lambda proof: (proof.steps, str(proof)))[:most]

    # -- the search

    @cached_property
    def _axioms(self) -> "_Backwards":
        pattern = f"SELECT ?s ?p ?o WHERE {{ GRAPH <{ONTOLOGY_GRAPH}> {{ ?s ?p ?o }} }}"
        return _Backwards(Axioms.read(_triples(select(self._engine, pattern))))

    def _reachable(self, goal: ox.Triple) -> "_Ways":
        """The ways to conclude `goal` and whatever they need."""
        steps: dict[ox.Triple, list[_Step] | None] = {}
        waiting = [goal]
        while waiting and len(steps) < _MOST_GOALS:
            triple = waiting.pop(0)
            if triple in steps:
                continue
            ways = sorted(self._ways(triple), key=_Step.order) if self._is_inferred(triple) else None
            steps[triple] = ways
            waiting += [premise for step in ways or () for premise in step.premises if premise not in steps]
        return steps

    def _ways(self, triple: ox.Triple) -> Iterator[_Step]:
        if triple.predicate == TYPE:
            yield from self._ways_to_type(triple)
        elif not isinstance(triple.object, ox.Literal) or triple.predicate.value in self._axioms.sub_properties:
            yield from self._ways_to_relation(triple)

    def _ways_to_type(self, triple: ox.Triple) -> Iterator[_Step]:
        """cax-sco, prp-dom and prp-rng."""
        subject, class_, axioms = triple.subject, getattr(triple.object, "value", ""), self._axioms
        own = {getattr(row[0], "value", "") for row in self._ask(f"SELECT ?c WHERE {{ {subject} a ?c }}")}
        for narrower in axioms.sub_classes.get(class_, ()):
            if narrower in own:
                premise = ox.Triple(subject, TYPE, ox.NamedNode(narrower))
                yield _Step("cax-sco", f"{self._name(narrower)} is a subclass of {self._name(class_)}", (premise,))
        for property_ in axioms.domains.get(class_, ()):
            for (value,) in self._ask(f"SELECT ?y WHERE {{ {subject} <{property_}> ?y }} LIMIT {_MOST_PREMISES}"):
                premise = ox.Triple(subject, ox.NamedNode(property_), value)
                yield _Step("prp-dom", f"the domain of {self._name(property_)} is {self._name(class_)}", (premise,))
        for property_ in axioms.ranges.get(class_, ()):
            for (value,) in self._ask(f"SELECT ?x WHERE {{ ?x <{property_}> {subject} }} LIMIT {_MOST_PREMISES}"):
                premises = _triples([(value, ox.NamedNode(property_), subject)])
                yield _Step("prp-rng", f"the range of {self._name(property_)} is {self._name(class_)}", tuple(premises))

    def _ways_to_relation(self, triple: ox.Triple) -> Iterator[_Step]:
        """prp-spo1, prp-inv, prp-symp and prp-spo2."""
        subject, property_, object_, axioms = triple.subject, triple.predicate.value, triple.object, self._axioms
        forth = {getattr(row[0], "value", "") for row in self._ask(f"SELECT ?p WHERE {{ {subject} ?p {object_} }}")}
        for narrower in axioms.sub_properties.get(property_, ()):
            if narrower in forth:
                premise = ox.Triple(subject, ox.NamedNode(narrower), object_)
                yield _Step("prp-spo1", f"{self._name(narrower)} is a sub-property of {self._name(property_)}", (premise,))
        if isinstance(object_, ox.Literal):
            return
        back = {getattr(row[0], "value", "") for row in self._ask(f"SELECT ?p WHERE {{ {object_} ?p {subject} }}")}
        for inverse in axioms.inverses.get(property_, ()):
            if inverse in back:
                premise = ox.Triple(object_, ox.NamedNode(inverse), subject)
                yield _Step("prp-inv", f"{self._name(property_)} is the inverse of {self._name(inverse)}", (premise,))
        if property_ in axioms.symmetric and property_ in back:
            yield _Step("prp-symp", f"{self._name(property_)} is symmetric", (ox.Triple(object_, triple.predicate, subject),))
        for links in axioms.chains.get(property_, ()):
            yield from self._ways_by_chain(triple, links)

    def _ways_by_chain(self, triple: ox.Triple, links: tuple[str, ...]) -> Iterator[_Step]:
        """prp-spo2: the things between the links."""
        between = [f"?n{i}" for i in range(1, len(links))]
        ends = [str(triple.subject), *between, str(triple.object)]
        pattern = " ".join(f"{ends[i]} <{link}> {ends[i + 1]} ." for i, link in enumerate(links))
        axiom = f"{self._name(triple.predicate.value)} follows from the chain {' ∘ '.join(map(self._name, links))}"
        for row in self._ask(f"SELECT {' '.join(between)} WHERE {{ {pattern} }} LIMIT {_MOST_PREMISES}"):
            nodes = [triple.subject, *row, triple.object]
            premises = _triples((nodes[i], ox.NamedNode(link), nodes[i + 1]) for i, link in enumerate(links))
            yield _Step("prp-spo2", axiom, tuple(premises))

    def _ask(self, query: str) -> Iterator[tuple[Node, ...]]:
        for row in select(self._engine, query):
            yield tuple(term for term in row if term is not None)

    def _holds(self, triple: ox.Triple) -> bool:
        return bool(self._engine.query(f"ASK {{ {_pattern(triple)} }}"))

    def _is_inferred(self, triple: ox.Triple) -> bool:
        if triple not in self._inferred:
            self._inferred[triple] = bool(self._engine.query(f"ASK {{ GRAPH <{CLOSURE_GRAPH}> {{ {_pattern(triple)} }} }}"))
        return self._inferred[triple]

    def _name(self, iri: str) -> str:
        return shrink(iri, self._prefixes)


class _Backwards:
    """Axioms by what they conclude."""

    def __init__(self, axioms: Axioms) -> None:
        pairs = axioms.pairs
        self.sub_classes = _by_second((*pairs["subClassOf"], *_mutual(pairs["equivalentClass"])))
        self.sub_properties = _by_second((*pairs["subPropertyOf"], *_mutual(pairs["equivalentProperty"])))
        self.domains = _by_second(pairs["domain"])
        self.ranges = _by_second(pairs["range"])
        self.inverses = _by_second(_mutual(pairs["inverseOf"]))
        self.symmetric = frozenset(axioms.characteristics["SymmetricProperty"])
        self.chains: dict[str, list[tuple[str, ...]]] = {}
        for property_, links in (*axioms.chains, *((p, (p, p)) for p in axioms.characteristics["TransitiveProperty"])):
            self.chains.setdefault(property_, []).append(links)


def _mutual(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for one, other in pairs:
        yield one, other
        yield other, one


def _by_second(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one, other in pairs:
        if one != other and one not in found.setdefault(other, []):
            found[other].append(one)
    return found


def _triples(rows: Iterable[tuple[object, ...]]) -> Iterator[ox.Triple]:
    """The rows that are triples, as such."""
    for s, p, o in rows:
        if (
            isinstance(s, ox.NamedNode | ox.BlankNode)
            and isinstance(p, ox.NamedNode)
            and isinstance(o, ox.NamedNode | ox.BlankNode | ox.Literal)
        ):
            yield ox.Triple(s, p, o)


def _pattern(triple: ox.Triple) -> str:
    return f"{triple.subject} {triple.predicate} {triple.object}"


# ---- from ways to trees


def _cheapest(steps: _Ways) -> dict[ox.Triple, int]:
    """The number of steps of the shortest proof of each triple that has one, by relaxation until nothing gets shorter."""
    best = {triple: 0 for triple, ways in steps.items() if ways is None}
    shorter = True
    while shorter:
        shorter = False
        for triple, ways in steps.items():
            for step in ways or ():
                if all(premise in best for premise in step.premises):
                    cost = 1 + sum(best[premise] for premise in step.premises)
                    if cost < best.get(triple, cost + 1):
                        best[triple] = cost
                        shorter = True
    return best


def _tree(triple: ox.Triple, steps: _Ways, best: Mapping[ox.Triple, int]) -> Proof:
    """The shortest proof of `triple`; of two alike the first in order."""
    ways = steps[triple]
    if ways is None:
        return Proof(triple, ASSERTED, "", ())
    provable = [step for step in ways if all(premise in best for premise in step.premises)]
    step = min(provable, key=lambda way: sum(best[premise] for premise in way.premises))
    return Proof(triple, step.rule, step.axiom, tuple(_tree(premise, steps, best) for premise in step.premises))


def _all_trees(triple: ox.Triple, steps: _Ways, above: frozenset[ox.Triple]) -> Iterator[Proof]:
    """All proofs of `triple` in which no triple stands below itself."""
    if triple not in steps or triple in above:
        return
    ways = steps[triple]
    if ways is None:
        yield Proof(triple, ASSERTED, "", ())
    for step in ways or ():
        branches = [list(_all_trees(premise, steps, above | {triple})) for premise in step.premises]
        for premises in product(*branches):
            yield Proof(triple, step.rule, step.axiom, premises)
