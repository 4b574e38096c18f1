"""The rules run inside a store on disk: what follows is added to it in bulk, and only what is new leaves the engine."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import pyoxigraph as ox

from kg.engine import Embedded
from kg.garbage import uncollected
from kg.namespaces import CLOSURE_GRAPH, SCRATCH_GRAPH
from kg.reason.axioms import SAME, Axioms
from kg.reason.rules import Rule, concluded, saturate

_CHUNK = 500_000
_FEW = 10_000
"""Of so many quads a transaction is cheaper than new files on disk."""

_CLOSURE, _SCRATCH = ox.NamedNode(CLOSURE_GRAPH), ox.NamedNode(SCRATCH_GRAPH)


@uncollected()
def reason_in(store: ox.Store, axioms: Axioms, rules: Sequence[Rule], advance: Callable[[int], None]) -> int:
    """Add all that follows by `rules` from the named graphs of `store`, and return how many triples of it are in the graph of the closure.

    What follows but is not worth keeping, as `kg.reason.closure` says, is in the graph SCRATCH. `advance` is told how many triples came.
    """
    kept = 0

    def apply(rule: Rule) -> int:
        nonlocal kept
        count = 0
        for chunk in _chunks(_new(store, rule)):
            quads = [_placed(triple, axioms) for triple in chunk]
            kept += sum(quad.graph_name == _CLOSURE for quad in quads)
            (store.bulk_extend if len(quads) > _FEW else store.extend)(quads)
            count += len(quads)
            advance(len(quads))
        return count

    saturate(rules, apply, next(store.quads_for_pattern(None, SAME, None, None), None) is not None)
    return kept


def _new(store: ox.Store, rule: Rule) -> Iterator[ox.Triple]:
    """What `rule` says and the store does not.

    MINUS goes through what has the predicate or class of the head once, where NOT EXISTS looks for each triple; without such a word it
    would go through everything.
    """
    without = "MINUS" if rule.gives else "FILTER NOT EXISTS"
    return concluded(Embedded(store), rule, f"{without} {{ {rule.head} }}")


def _placed(triple: ox.Triple, axioms: Axioms) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object, _CLOSURE if axioms.keeps(triple) else _SCRATCH)


def _chunks(triples: Iterable[ox.Triple]) -> Iterator[list[ox.Triple]]:
    """`triples` in lists of a bounded length."""
    chunk: list[ox.Triple] = []
    for triple in triples:
        chunk.append(triple)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
