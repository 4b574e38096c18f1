"""An argument of the wrong Python type is told at the door, with what was given and what is wanted."""

from collections.abc import Callable
from typing import Any

import pytest

from kg import KnowledgeGraph
from kg.errors import ParameterError, UnknownQuery, text_of

THING = "The name of a thing (its label, CURIE or IRI)"
CALLS: dict[str, tuple[Callable[[Any], object], str]] = {
    "query": (lambda graph: graph.query(3), "The name of a stored query is text, not 3."),
    "sparql": (lambda graph: graph.sparql(None), "A SPARQL query is text, not None."),
    "sparql bytes": (lambda graph: graph.sparql(b"ASK {}"), "A SPARQL query is text, not b'ASK {}'."),
    "describe": (lambda graph: graph.describe(3), f"{THING} is text, not 3."),
    "resolve": (lambda graph: graph.resolve([]), f"{THING} is text, not []."),
    "explain subject": (lambda graph: graph.explain(None, "a", "dip:State"), f"{THING} is text, not None."),
    "explain predicate": (lambda graph: graph.explain("Kazakhstan", 3, "dip:State"), f"{THING} is text, not 3."),
    "explain object": (lambda graph: graph.explain("Kazakhstan", "a", 3), f"{THING} is text, not 3."),
    "verify": (lambda graph: graph.verify(b"Ties"), "The text of the article is text, not b'Ties'."),
    "verify old": (lambda graph: graph.verify("Ties", old=3), "The old text of the article is text, not 3."),
    "export": (lambda graph: graph.export(None), "The name of a format is text, not None."),
    "write": (lambda graph: graph.query("treaties").write(["csv"]), "The name of a format is text, not ['csv']."),
    "open": (lambda graph: type(graph).open(engine=3), "The name of an engine is text, not 3."),
    "open data": (lambda graph: type(graph).open(3), "The data folder is text, not 3."),
    "open store": (lambda graph: type(graph).open(store=3), "The folder of a store is text, not 3."),
    "open endpoint": (lambda graph: type(graph).open(endpoint=3), "The query URL of an endpoint is text, not 3."),
    "open queries": (lambda graph: type(graph).open(queries=3), "The folder of queries is text, not 3."),
    "open enriched": (lambda graph: type(graph).open(enriched=3), "The file with an enriched graph is text, not 3."),
    "export graph": (lambda graph: graph.export(graphs=[3]), "The name of a graph is text, not 3."),
    "as of": (lambda graph: graph.as_of(None), "The graph can be as of a date like 2004-03-31, not of None."),
}


@pytest.mark.parametrize("call", sorted(CALLS))
def test_a_wrong_type_is_a_parameter_error(graph: KnowledgeGraph, call: str) -> None:
    """And no AttributeError or TypeError from the depths."""
    run, message = CALLS[call]
    with pytest.raises(ParameterError) as caught:
        run(graph)
    assert message == str(caught.value)


def test_what_is_no_text_is_no_stored_query(graph: KnowledgeGraph) -> None:
    """A catalogue is a mapping: what it has not is a KeyError, and `in` is false."""
    queries: Any = graph.queries
    assert 3 not in queries
    with pytest.raises(UnknownQuery):
        queries[3]


def test_a_long_value_is_told_in_part() -> None:
    """Its first eighty characters."""
    with pytest.raises(ParameterError) as caught:
        text_of(b"x" * 1000, "It")
    assert f"It is text, not b'{'x' * 78}…." == str(caught.value)


def test_a_thing_of_a_row_can_be_asked_about(graph: KnowledgeGraph) -> None:
    """Its IRI stands for it, in an explanation too."""
    azerbaijan, kazakhstan = graph.resolve("Azerbaijan"), graph.resolve("Kazakhstan")
    explained = graph.explain(azerbaijan, "dip:diplomaticRelationWith", kazakhstan)
    assert graph.explain("id:azerbaijan", "dip:diplomaticRelationWith", "id:kazakhstan") == explained
    assert explained.proofs
