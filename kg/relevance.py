"""What can take part in a contradiction: the axioms that lead to what some axiom forbids, and the data that these name.

The rest follows as well, but nothing forbids it: to look for contradictions alone, it is neither held nor inferred.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

import pyoxigraph as ox

from kg.reason.axioms import TYPE, Axioms
from kg.reason.clashes import ALL_DIFFERENT, checked, telling_predicates
from kg.reason.rules import rules_of


class Relevant(NamedTuple):
    """The axioms that can lead to a contradiction, and the classes and predicates of the data that can."""

    axioms: Axioms
    names: frozenset[str]
    telling: frozenset[str]
    """The predicates of what tells things apart."""

    @property
    def predicates(self) -> frozenset[str]:
        """The predicates of all triples that can take part."""
        return self.names | self.telling | {TYPE.value}

    def takes_part(self, triple: ox.Triple) -> bool:
        """Whether a triple of the data can take part."""
        if triple.predicate == TYPE:
            return getattr(triple.object, "value", "") in self.names or triple.object == ALL_DIFFERENT
        return triple.predicate.value in self.names or triple.predicate.value in self.telling


def relevant(axioms: Axioms) -> Relevant:
    """What of `axioms`, and of data, can take part in a contradiction."""
    names = checked(axioms)
    waiting, kept = list(_single(axioms)), list[_Single]()
    while found := [one for one in waiting if not one.gives.isdisjoint(names)]:
        kept += found
        waiting = [one for one in waiting if one not in found]
        names = names.union(*(one.needs for one in found))
    return Relevant(_only(axioms, kept), names - {TYPE.value}, frozenset(telling_predicates(axioms)))


class _Single(NamedTuple):
    """One axiom that infers: the field and the kind that it is in, itself, what its rules need and what they give, but for rdf:type."""

    field: str
    kind: str
    axiom: object
    needs: frozenset[str]
    gives: frozenset[str]


def _single(axioms: Axioms) -> Iterator[_Single]:
    """The axioms that infer, one by one."""
    pairs: dict[str, tuple[tuple[str, str], ...]] = dict.fromkeys(axioms.pairs, ())
    kinds: dict[str, tuple[str, ...]] = dict.fromkeys(axioms.characteristics, ())
    nothing = replace(axioms, pairs=pairs, characteristics=kinds, chains=())
    for kind, pair in ((kind, one) for kind, several in axioms.pairs.items() for one in several):
        yield from _ruled("pairs", kind, pair, replace(nothing, pairs={**pairs, kind: (pair,)}))
    for kind, iri in ((kind, one) for kind, several in axioms.characteristics.items() for one in several):
        yield from _ruled("characteristics", kind, iri, replace(nothing, characteristics={**kinds, kind: (iri,)}))
    for chain in axioms.chains:
        yield from _ruled("chains", "", chain, replace(nothing, chains=(chain,)))


def _ruled(field: str, kind: str, axiom: object, alone: Axioms) -> Iterator[_Single]:
    """The axiom that `alone` has, if a rule comes of it."""
    rules = list(rules_of(alone))
    if rules:
        needs, gives = (frozenset().union(*sets) - {TYPE.value} for sets in ([r.needs for r in rules], [r.gives for r in rules]))
        yield _Single(field, kind, axiom, needs, gives)


def _only(axioms: Axioms, kept: list[_Single]) -> Axioms:
    """`axioms` with those of them that infer in `kept` alone, and all that forbid."""
    found = {(one.field, one.kind, one.axiom) for one in kept}
    inferring = {(one.field, one.kind) for one in _single(axioms)}

    def chosen(field: str, by_kind: Mapping[str, tuple[object, ...]]) -> dict[str, tuple[object, ...]]:
        return {
            kind: tuple(one for one in several if (field, kind) not in inferring or (field, kind, one) in found)
            for kind, several in by_kind.items()
        }

    return replace(
        axioms,
        pairs=chosen("pairs", axioms.pairs),  # type: ignore[arg-type]
        characteristics=chosen("characteristics", axioms.characteristics),  # type: ignore[arg-type]
        chains=tuple(chain for chain in axioms.chains if ("chains", "", chain) in found),
    )
