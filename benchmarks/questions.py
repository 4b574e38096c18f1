"""Each stored query, as a list and about single things: the time of rows with typed values beside that of pyoxigraph's own rows.

A thing to ask about is taken from the middle of what the query itself lists, so that it is none of the first, which know most others.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import median

import pyoxigraph as ox
from steps import Clock

from kg.engine import Embedded
from kg.graph import KnowledgeGraph
from kg.namespaces import ID, shrink
from kg.query import StoredQuery
from kg.rows import Rows

_LOOKED_AT = 301
"""How many rows of a list a thing is taken from the middle of."""

_PAIR = (f"{ID}state-0", f"{ID}state-1")
_GIVEN: dict[str, object] = {
    "a": _PAIR[0],
    "b": _PAIR[1],
    "number": 3,
    **dict.fromkeys(("thing", "about", "state"), f"{ID}state-1"),
    "holder": f"{ID}state-1-ruler",
    "section": f"{ID}state-0-state-1/section-1",
}
"""What is asked about where the query lists nothing that the parameter could be."""

_ENDS = {"town": "a", "person": "a", "state": "a", "about": "target"}
"""Parameters that are asked of either of two columns, or of one by another name."""

LONGEST, _LONG_ENOUGH, _TOO_LONG = 3, 0.2, 12
"""Seconds: a question whose rows do not come within the first, unsorted, is left out; the rounds of a quick one make up the second, those
of a slow one no more than the third, but for two."""

_FEWEST_ROUNDS, _MOST_ROUNDS = 8, 200
"""Fewer leave a ratio to chance. More tell no more: the first dozens of a question of 0.1 ms are those in which the processor gets to
know it."""

DOUBTFUL, _TIMES = 1.25, 3
"""A question with so high a ratio is asked so many times, and the median counts: what a busy machine did to one does not come again."""

_PARTS = 4
"""Parts that the rounds are taken in, of which the quietest counts."""

KINDS = frozenset("kind role relation link".split())
"""Parameters that are a class or a property: a question with one is still about a list."""


@dataclass(frozen=True)
class Asked:
    """A question: the query with its parameters, whether it is about one thing or pair, how many rows, and median milliseconds.

    `ratio` is rows with typed values, as a multiple of pyoxigraph's rows.
    """

    query: str
    parameters: dict[str, str]
    point: bool
    rows: int
    bare: float
    ours: float
    ratio: float


def measured(graph: KnowledgeGraph, clock: Clock) -> list[dict[str, object]]:
    """The figures of each question that needs nothing from elsewhere."""
    found = []
    with clock.running():
        for stored in graph.queries.values():
            if not (stored.federated or stored.enriched):
                found += [one for parameters in questions(graph, stored) if (one := surely(graph, stored.name, parameters))]
    return [asdict(one) for one in found]


def surely(graph: KnowledgeGraph, name: str, parameters: dict[str, object]) -> Asked | None:
    """The figures of one question, asked again where they are doubtful; None if it takes too long."""
    first = asked(graph, name, parameters)
    if first is None or first.ratio < DOUBTFUL:
        return first
    again = (asked(graph, name, parameters) for _ in range(_TIMES - 1))
    figures = sorted([first, *filter(None, again)], key=lambda one: one.ratio)
    return figures[len(figures) // 2]


def questions(graph: KnowledgeGraph, stored: StoredQuery) -> Iterator[dict[str, object]]:
    """The parameters to ask with: only those that must be given, then each thing as well, then two that occur together."""
    required = {name: _GIVEN[name] for name, parameter in stored.parameters.items() if parameter.required}
    yield required
    things = [name for name, parameter in stored.parameters.items() if parameter.type == "iri" and not parameter.required]
    row = _middle(graph, stored) if things and not required else {}
    known = {name: row.get(name) or _GIVEN.get(name) for name in things if name not in KINDS}
    known = {name: value for name, value in known.items() if value is not None}
    for name, value in known.items():
        yield {**required, name: value}
    if len(known) > 1:
        yield {**required, **known}


def _middle(graph: KnowledgeGraph, stored: StoredQuery) -> dict[str, str]:
    """Where a row in the middle has things, by column."""
    unordered = stored.text.rpartition("ORDER BY")[0] + f" LIMIT {_LOOKED_AT}"
    result = _store(graph).query(unordered, use_default_graph_as_union=True)
    if not isinstance(result, ox.QuerySolutions):
        return {}
    names = [variable.value for variable in result.variables]
    rows = [dict(zip(names, solution, strict=True)) for solution in result]
    if not rows:
        return {}
    found = {name: term.value for name, term in rows[len(rows) // 2].items() if isinstance(term, ox.NamedNode)}
    return {**{parameter: found[column] for parameter, column in _ENDS.items() if column in found}, **found}


def _store(graph: KnowledgeGraph) -> ox.Store:
    if not isinstance(graph.engine, Embedded):
        raise TypeError(graph.engine)
    return graph.engine.store


def _ends(store: ox.Store, text: str) -> bool:
    """Whether the rows of a query come within the longest time."""
    until = time.perf_counter() + LONGEST
    result = store.query(text.rpartition("ORDER BY")[0] or text, use_default_graph_as_union=True)
    return isinstance(result, ox.QueryBoolean) or all(time.perf_counter() < until for _ in result)


def asked(graph: KnowledgeGraph, name: str, parameters: dict[str, object]) -> Asked | None:
    """The figures of one question, None if it takes too long; both sides take turns, after one round that does not count.

    Each goes first every other time: what one leaves of the heap makes the next quicker or slower by up to a third. Of the rounds the
    quietest part counts.
    """
    store, text = _store(graph), graph.bound(name, **parameters)

    def bare() -> int:
        return _read(store.query(text, use_default_graph_as_union=True))

    def ours() -> int:
        answer = graph.query(name, **parameters)
        if isinstance(answer, bool):
            return 1
        return sum(1 for row in answer if tuple(row) is not None) if isinstance(answer, Rows) else len(answer)

    times: tuple[list[float], list[float]] = ([], [])
    if not _ends(store, text):
        return None
    rows, start = bare(), time.perf_counter()
    ours()
    took = time.perf_counter() - start
    rounds = max(2, int(min(_MOST_ROUNDS, max(_FEWEST_ROUNDS, _LONG_ENOUGH / took), _TOO_LONG / took)) // 2 * 2)
    turn = list(zip((bare, ours), times, strict=True))
    for _ in range(rounds):
        turn.reverse()
        for action, seconds in turn:
            begun = time.process_time()
            action()
            seconds.append(time.process_time() - begun)
    about = set(parameters) - KINDS - {"number"}
    told = {key: shrink(str(value), graph.prefixes) for key, value in parameters.items()}
    one, other, ratio = quietest(*times)
    return Asked(name, told, bool(about), rows, 1000 * one, 1000 * other, ratio)


def quietest(bare: Sequence[float], ours: Sequence[float]) -> tuple[float, float, float]:
    """The medians of both sides and of their ratio, in that part of the rounds in which pyoxigraph was quickest.

    Other work on the machine comes and goes, and may make it half as fast from one round to the next: so two rounds, of which each side
    went first in one, give one ratio. Fewer rounds than would be a part each are one.

    >>> quietest([5] * 8 + [1] * 8 + [9] * 8 + [3] * 8, [6] * 8 + [2] * 8 + [9] * 8 + [3] * 8)
    (1.0, 2.0, 2.0)
    """
    turns = [(sum(bare[at : at + 2]) / 2, sum(ours[at : at + 2]) / 2) for at in range(0, len(bare), 2)]
    size = max(_FEWEST_ROUNDS // 2, -(-len(turns) // _PARTS))
    parts = (turns[start : start + size] for start in range(0, len(turns), size))
    return min((*map(median, zip(*part, strict=True)), median(other / one for one, other in part)) for part in parts)


def _read(result: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> int:
    """How many rows or triples there are, all terms read; triples kept as well, as an answer of them has to be whole to be written."""
    if isinstance(result, ox.QuerySolutions):
        return sum(1 for solution in result if tuple(solution) is not None)
    return len(list(result)) if isinstance(result, ox.QueryTriples) else 1
