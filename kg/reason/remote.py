"""The same rules where the data are: SPARQL updates over named graphs of any server, run to a fixpoint.

`rules` writes into the default graph of a store of its own. On a server the default graph is not ours, so here a rule reads the union of
the asserted graph, the ontology and the closure (USING), and writes into the closure.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import pyoxigraph as ox

from kg.engine import Asked, construct
from kg.errors import Inconsistent
from kg.reason.axioms import SAME, TYPE, Axioms
from kg.reason.clashes import ALL_DIFFERENT, clashes, telling_predicates
from kg.reason.rules import EQUALITY, Rule, rules_of

_RULES_AT_ONCE = 20
"""How many rules one request has: few enough that no server finds the text too long."""


class Graphs(NamedTuple):
    """The IRIs of the graphs that the rules read and, the last, write."""

    asserted: str
    ontology: str
    closure: str


class Server(NamedTuple):
    """How the server is asked over the union of the three graphs, given an update that may be sent twice, and what a graph's size is."""

    union: Asked
    update: Callable[[str], None]
    count: Callable[[str], int]


def infer(server: Server, axioms: Axioms, graphs: Graphs, progress: Callable[[str], None]) -> int:
    """Work out the closure in the server, from what it already has of it, and return how many rounds that took.

    Raises `Inconsistent` if the data contradict the ontology, and an `EndpointError`.
    """
    rules = list(rules_of(axioms))
    rounds, before, count = 0, -1, 0
    while rules and before != count:
        before = count
        rounds += 1
        _run(server, rules, graphs)
        if server.union.query(f"ASK {{ ?x {SAME} ?y }}"):
            _run(server, EQUALITY, graphs)
        count = server.count(graphs.closure)
        progress(f"reasoning in the server, round {rounds}: {count:,} triples inferred …")
    found = clashes(server.union, axioms, _telling(server.union, axioms, graphs.asserted))
    if found:
        raise Inconsistent(found)
    for update in _tidying(axioms, graphs.closure):
        server.update(update)
    return rounds


def _run(server: Server, rules: Sequence[Rule], graphs: Graphs) -> None:
    for start in range(0, len(rules), _RULES_AT_ONCE):
        server.update(";\n".join(_update(rule, graphs) for rule in rules[start : start + _RULES_AT_ONCE]))


def _update(rule: Rule, graphs: Graphs) -> str:
    """An update that adds the head of `rule` to the closure wherever its body holds and its head does not yet."""
    using = " ".join(f"USING <{graph}>" for graph in graphs)
    return f"INSERT {{ GRAPH <{graphs.closure}> {{ {rule.head} }} }} {using} WHERE {{ {rule.body} FILTER NOT EXISTS {{ {rule.head} }} }}"


def _tidying(axioms: Axioms, closure: str) -> Iterator[str]:
    """The updates that leave in the graph `closure` what `Axioms.keeps` keeps."""
    properties, classes = _list({TYPE.value, *axioms.properties}), _list(axioms.classes)
    yield _deletion(closure, "?s ?p ?o", f"FILTER(?p NOT IN ({properties}))")
    yield _deletion(closure, f"?s {TYPE} ?o", f"FILTER(?o NOT IN ({classes}))")
    for property_, _ in axioms.chains:
        yield _deletion(closure, f"?s <{property_}> ?o", "FILTER(?s = ?o)")


def _deletion(graph: str, pattern: str, condition: str) -> str:
    return f"DELETE {{ GRAPH <{graph}> {{ {pattern} }} }} WHERE {{ GRAPH <{graph}> {{ {pattern} }} {condition} }}"


def _telling(union: Asked, axioms: Axioms, asserted: str) -> list[ox.Triple]:
    """The asserted triples that tell things apart, or may tell of one value too many."""
    values = " ".join(f"<{iri}>" for iri in telling_predicates(axioms))
    groups = f"?s {TYPE} {ALL_DIFFERENT} . ?s ?p ?o"
    triples = construct(
        union,
        f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ VALUES ?p {{ {values} }} GRAPH <{asserted}> {{ ?s ?p ?o }} }} "
        f"UNION {{ GRAPH <{asserted}> {{ {groups} }} }} }}",
    )
    return list(triples)


def _list(iris: Iterable[str]) -> str:
    return ", ".join(f"<{iri}>" for iri in sorted(iris))
