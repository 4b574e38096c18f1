"""What could have concluded a triple: the steps back from it, over the axioms and the graph, and how many it takes at least."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import NamedTuple

import pyoxigraph as ox

from kg.engine import Engine, Node, select
from kg.namespaces import ASSERTED_GRAPH, CLOSURE_GRAPH, ONTOLOGY_GRAPH, shrink
from kg.reason.axioms import TYPE, Axioms, mutual

_MOST_PREMISES = 50
"""How many triples are looked at for one premise of one axiom: a state has as many reasons to be a state as it has roles."""
_CHUNK = 300
NEVER = 1_000_000
"""More steps than any proof has."""


@dataclass(frozen=True, slots=True)
class Step:
    """One way to conclude a triple: a rule, an axiom, and premises that hold."""

    rule: str
    axiom: str
    premises: tuple[ox.Triple, ...]

    def order(self) -> tuple[str, str, str]:
        return (self.rule, self.axiom, str(self.premises))


class _Kind(NamedTuple):
    """The triples with one predicate, or those that give things one class."""

    iri: str
    of_class: bool


def _kind(triple: ox.Triple) -> _Kind:
    if triple.predicate == TYPE:
        return _Kind(getattr(triple.object, "value", ""), True)
    return _Kind(triple.predicate.value, False)


def _relaxed(reached: Mapping[_Kind, list[tuple[_Kind, ...]]], free: Mapping[_Kind, int]) -> dict[_Kind, int]:
    """The least number of steps for each kind, by relaxation until nothing gets less; `free` has 0 for a kind of which some is asserted."""
    least = dict.fromkeys(reached, NEVER)
    less = True
    while less:
        less = False
        for kind, ways in reached.items():
            cost = min((1 + sum(min(free[one], least[one]) for one in premises) for premises in ways), default=NEVER)
            if cost < least[kind]:
                least[kind], less = cost, True
    return least


class _Conclusions:
    """Axioms by what they conclude."""

    def __init__(self, axioms: Axioms) -> None:
        pairs = axioms.pairs
        self.sub_classes = _by_second((*pairs["subClassOf"], *mutual(pairs["equivalentClass"])))
        self.sub_properties = _by_second((*pairs["subPropertyOf"], *mutual(pairs["equivalentProperty"])))
        self.domains = _by_second(pairs["domain"])
        self.ranges = _by_second(pairs["range"])
        self.inverses = _by_second(mutual(pairs["inverseOf"]))
        self.symmetric = frozenset(axioms.characteristics["SymmetricProperty"])
        self.chains: dict[str, list[tuple[str, ...]]] = {}
        for property_, links in (*axioms.chains, *((p, (p, p)) for p in axioms.characteristics["TransitiveProperty"])):
            self.chains.setdefault(property_, []).append(links)

    def premises(self, kind: _Kind) -> Iterator[tuple[_Kind, ...]]:
        """The kinds of the premises of each axiom that concludes a triple of a kind."""
        if kind.of_class:
            yield from ((_Kind(narrower, True),) for narrower in self.sub_classes.get(kind.iri, ()))
            yield from ((_Kind(one, False),) for one in (*self.domains.get(kind.iri, ()), *self.ranges.get(kind.iri, ())))
            return
        yield from ((_Kind(one, False),) for one in (*self.sub_properties.get(kind.iri, ()), *self.inverses.get(kind.iri, ())))
        if kind.iri in self.symmetric:
            yield (kind,)
        yield from (tuple(_Kind(link, False) for link in links) for links in self.chains.get(kind.iri, ()))


class Backwards:
    """Asks the graph of an engine for the steps back from its triples, and remembers them."""

    def __init__(self, engine: Engine, prefixes: Mapping[str, str]) -> None:
        self._engine = engine
        self._prefixes = prefixes
        self._inferred: dict[ox.Triple, bool] = {}
        self._known: dict[ox.Triple, tuple[Step, ...]] = {}
        self._bounds: dict[_Kind, int] = {}

    def __len__(self) -> int:
        """For how many triples the steps are remembered."""
        return len(self._known)

    def forget(self) -> None:
        """Forget what was asked of the data; the axioms stay."""
        self._known.clear()
        self._inferred.clear()

    def holds(self, triple: ox.Triple) -> bool:
        """Whether the graph says `triple`."""
        return self._says("{} {} {}", triple)

    def is_inferred(self, triple: ox.Triple) -> bool:
        """Whether `triple` stands in the closure."""
        if triple not in self._inferred:
            self._inferred[triple] = self._says(f"GRAPH <{CLOSURE_GRAPH}> {{{{ {{}} {{}} {{}} }}}}", triple)
        return self._inferred[triple]

    def steps(self, triple: ox.Triple) -> tuple[Step, ...]:
        """The steps that conclude the inferred `triple` from premises that hold, best in order."""
        if triple not in self._known:
            found = tuple(sorted(self._ways(triple), key=Step.order))
            self._ask_inferred({premise for step in found for premise in step.premises} - self._inferred.keys())
            self._known[triple] = found
        return self._known[triple]

    def least(self, triple: ox.Triple) -> int:
        """How many steps a proof of `triple` has at least, as the axioms are and what is asserted: 0 if it is itself."""
        return self._bound(_kind(triple)) if self.is_inferred(triple) else 0

    def _ask_inferred(self, triples: Iterable[ox.Triple]) -> None:
        """Ask of all `triples` at once whether they stand in the closure. Nodes without a name cannot be asked for so."""
        asked = [triple for triple in triples if not {type(triple.subject), type(triple.object)} & {ox.BlankNode, ox.Literal}]
        for start in range(0, len(asked), _CHUNK):
            chunk = asked[start : start + _CHUNK]
            rows = " ".join(f"({triple.subject} {triple.predicate} {triple.object})" for triple in chunk)
            query = f"SELECT ?s ?p ?o WHERE {{ VALUES (?s ?p ?o) {{ {rows} }} GRAPH <{CLOSURE_GRAPH}> {{ ?s ?p ?o }} }}"
            self._inferred |= dict.fromkeys(chunk, False)
            self._inferred |= dict.fromkeys(_triples(select(self._engine, query)), True)

    # -- bounds

    def _bound(self, kind: "_Kind") -> int:
        """The fewest steps that conclude a triple of a kind, were it enough for each premise that a triple of its kind is asserted."""
        if kind not in self._bounds:
            reached = {kind: list(self._axioms.premises(kind))}
            waiting = [kind]
            while waiting:
                for premise in {one for premises in reached[waiting.pop()] for one in premises} - reached.keys():
                    reached[premise] = list(self._axioms.premises(premise))
                    waiting.append(premise)
            free = {one: 0 if self._has_asserted(one) else NEVER for one in reached}
            self._bounds |= _relaxed(reached, free)
        return self._bounds[kind]

    def _has_asserted(self, kind: "_Kind") -> bool:
        pattern = f"?s a <{kind.iri}>" if kind.of_class else f"?s <{kind.iri}> ?o"
        return any(self._engine.query(f"ASK {{ GRAPH <{graph}> {{ {pattern} }} }}") for graph in (ASSERTED_GRAPH, ONTOLOGY_GRAPH))

    # -- the rules, backwards

    @cached_property
    def _axioms(self) -> "_Conclusions":
        pattern = f"SELECT ?s ?p ?o WHERE {{ GRAPH <{ONTOLOGY_GRAPH}> {{ ?s ?p ?o }} }}"
        return _Conclusions(Axioms.read(_triples(select(self._engine, pattern))))

    def _ways(self, triple: ox.Triple) -> Iterator[Step]:
        if triple.predicate == TYPE:
            yield from self._ways_to_type(triple)
        elif not isinstance(triple.object, ox.Literal) or triple.predicate.value in self._axioms.sub_properties:
            yield from self._ways_to_relation(triple)

    def _ways_to_type(self, triple: ox.Triple) -> Iterator[Step]:
        """cax-sco, prp-dom and prp-rng."""
        subject, class_, axioms = triple.subject, getattr(triple.object, "value", ""), self._axioms
        own = {getattr(row[0], "value", "") for row in self._ask("?c", "{} a ?c", subject)}
        for narrower in axioms.sub_classes.get(class_, ()):
            if narrower in own:
                premise = ox.Triple(subject, TYPE, ox.NamedNode(narrower))
                yield Step("cax-sco", f"{self._name(narrower)} is a subclass of {self._name(class_)}", (premise,))
        for property_ in axioms.domains.get(class_, ()):
            for (value,) in self._ask("?y", f"{{}} <{property_}> ?y", subject, most=_MOST_PREMISES):
                premise = ox.Triple(subject, ox.NamedNode(property_), value)
                yield Step("prp-dom", f"the domain of {self._name(property_)} is {self._name(class_)}", (premise,))
        for property_ in axioms.ranges.get(class_, ()):
            for (value,) in self._ask("?x", f"?x <{property_}> {{}}", subject, most=_MOST_PREMISES):
                premises = _triples([(value, ox.NamedNode(property_), subject)])
                yield Step("prp-rng", f"the range of {self._name(property_)} is {self._name(class_)}", tuple(premises))

    def _ways_to_relation(self, triple: ox.Triple) -> Iterator[Step]:
        """prp-spo1, prp-inv, prp-symp and prp-spo2."""
        subject, property_, object_, axioms = triple.subject, triple.predicate.value, triple.object, self._axioms
        forth = {getattr(row[0], "value", "") for row in self._ask("?p", "{} ?p {}", subject, object_)}
        for narrower in axioms.sub_properties.get(property_, ()):
            if narrower in forth:
                premise = ox.Triple(subject, ox.NamedNode(narrower), object_)
                yield Step("prp-spo1", f"{self._name(narrower)} is a sub-property of {self._name(property_)}", (premise,))
        if isinstance(object_, ox.Literal):
            return
        back = {getattr(row[0], "value", "") for row in self._ask("?p", "{} ?p {}", object_, subject)}
        for inverse in axioms.inverses.get(property_, ()):
            if inverse in back:
                premise = ox.Triple(object_, ox.NamedNode(inverse), subject)
                yield Step("prp-inv", f"{self._name(property_)} is the inverse of {self._name(inverse)}", (premise,))
        if property_ in axioms.symmetric and property_ in back:
            yield Step("prp-symp", f"{self._name(property_)} is symmetric", (ox.Triple(object_, triple.predicate, subject),))
        for links in axioms.chains.get(property_, ()):
            yield from self._ways_by_chain(triple, links)

    def _ways_by_chain(self, triple: ox.Triple, links: tuple[str, ...]) -> Iterator[Step]:
        """prp-spo2: the things between the links."""
        between = [f"?n{i}" for i in range(1, len(links))]
        ends = ["{}", *between, "{}"]
        pattern = " ".join(f"{ends[i]} <{link}> {ends[i + 1]} ." for i, link in enumerate(links))
        axiom = f"{self._name(triple.predicate.value)} follows from the chain {' ∘ '.join(map(self._name, links))}"
        for row in self._ask(" ".join(between), pattern, triple.subject, triple.object, most=_MOST_PREMISES):
            nodes = [triple.subject, *row, triple.object]
            premises = _triples((nodes[i], ox.NamedNode(link), nodes[i + 1]) for i, link in enumerate(links))
            yield Step("prp-spo2", axiom, tuple(premises))

    def _says(self, pattern: str, triple: ox.Triple) -> bool:
        """Whether the graph matches `pattern`, where {} stands for each term of `triple`."""
        return any(True for _ in self._ask("(1 AS ?is)", pattern, *triple, most=1))

    def _ask(self, wanted: str, pattern: str, *terms: object, most: int | None = None) -> Iterator[tuple[Node, ...]]:
        """What is `wanted` of the solutions of `pattern`, where {} stands for each of `terms`; of `most` so many.

        In a query a node without a name is a wildcard. So it is asked for as a variable, and what is told of other nodes passed over.
        """
        nameless = {f"?it{i}": term for i, term in enumerate(terms) if isinstance(term, ox.BlankNode)}
        words = [f"?it{i}" if f"?it{i}" in nameless else str(term) for i, term in enumerate(terms)]
        limit = f"LIMIT {most}" if most and not nameless else ""
        rows = select(self._engine, f"SELECT {' '.join(nameless)} {wanted} WHERE {{ {pattern.format(*words)} }} {limit}")
        for row in islice((row for row in rows if row[: len(nameless)] == tuple(nameless.values())), most):
            yield tuple(term for term in row[len(nameless) :] if term is not None)

    def _name(self, iri: str) -> str:
        return shrink(iri, self._prefixes)


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
