"""Why the graph says so: proofs of inferred triples, from the triple back to what is asserted.

A proof is a tree of OWL 2 RL rule steps that ends in asserted triples. It is searched backwards from the triple, over the axioms that could
have concluded it and the triples that are there: for a proof of as few steps as the axioms allow, then of one more, and so on. So what it
costs depends on the proof, and not on the size of the graph, nor on how much else the graph says of the same things.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import pyoxigraph as ox

from kg.engine import Engine
from kg.errors import DataError
from kg.reason.backwards import Backwards, Step

_MOST_GOALS = 5_000
_MOST_STEPS = 100
_MOST_REMEMBERED = 100_000
_LOOKED_AT = 10
"""How many times the proofs that are wanted are looked at, of one length, to put them in order."""

ASSERTED = "asserted"


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


class Prover:
    """Finds proofs over the graph of an engine; what it has asked it remembers, up to a limit."""

    def __init__(self, engine: Engine, prefixes: Mapping[str, str]) -> None:
        self._graph = Backwards(engine, prefixes)
        self._proofs: dict[ox.Triple, Proof] = {}
        self._least: dict[ox.Triple, int] = {}
        self._goals = 0

    def proof(self, triple: ox.Triple) -> Proof | None:
        """A shortest proof of `triple`; None if the graph does not say it. Raises `DataError` if what is inferred cannot be proved."""
        if not self._graph.holds(triple):
            return None
        self._start()
        found = self._within(triple, _MOST_STEPS) if self._least_of(triple) <= _MOST_STEPS else None
        if found is None:
            raise DataError(f"{triple} is in the closure, but no axiom of the ontology concludes it from what the graph says.")
        return found

    def proofs(self, triple: ox.Triple, most: int = 100) -> list[Proof]:
        """All proofs of `triple` that do not go round in a circle, the shortest first, at most `most`."""
        if not self._graph.holds(triple):
            return []
        self._start()
        found: dict[Proof, None] = {}
        least = self._least_of(triple)
        for more in (0, 1, 3, 7, 15, _MOST_STEPS):
            search = _Search()
            found |= dict.fromkeys(islice(self._up_to(triple, least + more, frozenset(), search), most * _LOOKED_AT))
            if len(found) >= most or not search.cut:
                break
        return sorted(found, key=lambda proof: (proof.steps, str(proof)))[:most]

    def _start(self) -> None:
        """Begin a search, with what the last ones have found if that is not too much."""
        self._goals = len(self._graph)
        if self._goals > _MOST_REMEMBERED:
            self._graph.forget()
            self._proofs.clear()
            self._least.clear()
            self._goals = 0

    # -- the shortest

    def _least_of(self, triple: ox.Triple) -> int:
        """How many steps a proof of `triple` has at least, as far as is known."""
        if triple not in self._least:
            self._least[triple] = self._graph.least(triple)
        return self._least[triple]

    def _within(self, triple: ox.Triple, most: int) -> Proof | None:
        """The shortest proof of `triple` if it has at most `most` steps; of two alike the first in order."""
        while triple not in self._proofs and self._least_of(triple) <= most:
            steps = self._least_of(triple)
            found = self._of_steps(triple, steps)
            if found is None:
                self._least[triple] = steps + 1
            else:
                self._proofs[triple] = found
        found = self._proofs.get(triple)
        return found if found is not None and found.steps <= most else None

    def _of_steps(self, triple: ox.Triple, steps: int) -> Proof | None:
        """A proof of `triple` with `steps` steps, if none has fewer."""
        if not self._graph.is_inferred(triple):
            return Proof(triple, ASSERTED, "", ())
        for step in self._steps(triple):
            premises = self._premises(step, steps - 1)
            if premises is not None:
                return Proof(triple, step.rule, step.axiom, premises)
        return None

    def _premises(self, step: Step, most: int) -> tuple[Proof, ...] | None:
        """The shortest proofs of the premises of a step, if they have at most `most` steps together."""
        found: list[Proof] = []
        left = most - sum(map(self._least_of, step.premises))
        for premise in step.premises:
            if left < 0:
                return None
            least = self._least_of(premise)
            proof = self._within(premise, left + least)
            if proof is None:
                return None
            left -= proof.steps - least
            found.append(proof)
        return tuple(found) if left >= 0 else None

    def _steps(self, triple: ox.Triple) -> tuple[Step, ...]:
        """The steps that conclude `triple`; none once a search has asked for too many."""
        return self._graph.steps(triple) if len(self._graph) < self._goals + _MOST_GOALS else ()

    # -- all of them

    def _up_to(self, triple: ox.Triple, most: int, above: frozenset[ox.Triple], search: "_Search") -> Iterator[Proof]:
        """All proofs of `triple` with at most `most` steps in which no triple stands below itself."""
        if not self._graph.is_inferred(triple):
            yield Proof(triple, ASSERTED, "", ())
            return
        for step in self._steps(triple):
            for premises in self._all_premises(step.premises, most - 1, above | {triple}, search):
                yield Proof(triple, step.rule, step.axiom, premises)

    def _all_premises(
        self, premises: Sequence[ox.Triple], most: int, above: frozenset[ox.Triple], search: "_Search"
    ) -> Iterator[tuple[Proof, ...]]:
        """All proofs of `premises` with at most `most` steps together."""
        if not premises:
            yield ()
            return
        if above & {*premises}:
            return
        first, *others = premises
        spare = most - sum(map(self._least_of, premises))
        if spare < 0 or any(self._within(premise, spare + self._least_of(premise)) is None for premise in premises):
            search.cut = True
            return
        for proof in self._up_to(first, most - sum(map(self._least_of, others)), above, search):
            yield from ((proof, *rest) for rest in self._all_premises(others, most - proof.steps, above, search))


class _Search:
    """A search for proofs of so many steps, and whether it met one that would need more."""

    def __init__(self) -> None:
        self.cut = False
