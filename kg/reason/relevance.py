"""What can take part in a contradiction: the rules that lead to what some axiom forbids, and the data that these look at.

The rest follows as well, but nothing forbids it: to look for contradictions alone, it is neither held nor inferred.
"""

from typing import NamedTuple

import pyoxigraph as ox

from kg.reason.axioms import TYPE, Axioms
from kg.reason.clashes import ALL_DIFFERENT, telling_predicates
from kg.reason.rules import Rule, looked_at, rules_for


class Relevant(NamedTuple):
    """The axioms, those of their rules that can lead to a contradiction, and the classes and predicates of the data that can."""

    axioms: Axioms
    rules: tuple[Rule, ...]
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
    """What of the rules of `axioms`, and of data, can take part in a contradiction."""
    rules = rules_for(axioms, kept=())
    return Relevant(axioms, rules, looked_at(rules, axioms) - {TYPE.value}, frozenset(telling_predicates(axioms)))
