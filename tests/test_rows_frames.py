"""Rows as data frames and in notebooks."""

from collections.abc import Callable
from typing import Any

import pytest

from kg import KnowledgeGraph
from kg.rows import Rows

Framed = Callable[[Rows], Any]
FRAMES = pytest.mark.parametrize("framed", [Rows.to_pandas, Rows.to_polars], ids=["pandas", "polars"])


def rows(graph: KnowledgeGraph, name: str, **parameters: object) -> Rows:
    answer = graph.query(name, **parameters)
    assert isinstance(answer, Rows)
    return answer


def selected(graph: KnowledgeGraph, text: str) -> Rows:
    answer = graph.sparql(text)
    assert isinstance(answer, Rows)
    return answer


def header(answer: Rows) -> list[str]:
    return answer.to_csv().splitlines()[0].split(",")


# ---- what a row rests on


@FRAMES
def test_a_data_frame_of_cited_rows_has_their_sources(graph: KnowledgeGraph, framed: Framed) -> None:
    """In the columns that CSV has; what is so or not is a truth value, and what is not there is missing."""
    answer = rows(graph, "honours").cited()
    frame = framed(answer)
    assert header(answer) == list(frame.columns)
    assert ["fact_nodes", "sources", "voices", "hedges", "inferred", "references"] == list(frame.columns)[-6:]
    assert ["; ".join(dict.fromkeys(map(str, row.citations))) for row in answer] == list(frame["sources"])
    assert [any(citation.inferred for citation in row.citations) for row in answer] == list(frame["inferred"])
    referring = [any(citation.references for citation in row.citations) for row in answer]
    assert {True, False} == set(referring)
    assert referring == [isinstance(text, str) for text in frame["references"]]


@FRAMES
def test_a_data_frame_as_of_a_day_tells_which_rows_have_no_date(graph: KnowledgeGraph, framed: Framed) -> None:
    """Decision 15; the signing of 2001 has one, the other treaties have not."""
    treaties = rows(graph.as_of("2002-01-01"), "treaties")
    frame = framed(treaties)
    assert header(treaties) == list(frame.columns)
    assert [False, True, True] == sorted(frame["undated"])
    assert "undated" not in framed(rows(graph, "treaties")).columns


def test_a_notebook_shows_the_sources_of_cited_rows(graph: KnowledgeGraph) -> None:
    """As Markdown does: beside each row, with the references below."""
    answer = rows(graph, "honours")
    assert "<th>sources</th>" not in answer._repr_html_()
    html = answer.cited()._repr_html_()
    assert html.count("<th>sources</th>") == html.count("<th>voices</th>") == 1
    assert "<th>fact_nodes</th>" not in html
    assert "<td>Political relations, paragraph" in html
    (first, *_) = [reference for row in answer.cited() for citation in row.citations for reference in citation.references]
    assert f"<p>[{first.number}] " in html.split("</table>")[1]


def test_a_notebook_shows_which_rows_have_no_date(graph: KnowledgeGraph) -> None:
    """In a graph as of a day."""
    html = rows(graph.as_of("2002-01-01"), "treaties")._repr_html_()
    assert 1 == html.count("<th>undated</th>")
    assert 2 == html.count("<td>undated</td>")


@pytest.mark.parametrize("column", ["sources", "undated", "place_iri", "inferred", "sources_of_row"])
def test_a_column_of_the_query_keeps_its_name(graph: KnowledgeGraph, column: str) -> None:
    """What is written beside it gets another, in every form."""
    day = graph.as_of("2002-01-01")
    answer = selected(day, f"SELECT ?place ('own' AS ?{column}) {{ ?place a schema:City }} ORDER BY ?place LIMIT 2").cited()
    names = header(answer)
    assert len(names) == len(set(names)) == 2 + 1 + 1 + 6
    assert ["own", "own"] == [record[column] for record in answer.records()] == list(answer.to_pandas()[column])
    assert names == list(answer.to_pandas().columns) == answer.to_polars().columns


def test_each_column_of_things_has_its_own_column_of_iris(graph: KnowledgeGraph) -> None:
    """Whatever the query's columns are called."""
    answer = selected(graph, "SELECT ?place ?place_iri { ?place_iri dip:host ?place } LIMIT 2")
    assert ["place", "place_iri_iri", "place_iri", "place_iri_iri_iri"] == header(answer)
    assert [term.value for terms in answer.terms for term in terms] == [  # type: ignore[union-attr]
        record[name] for record in answer.records() for name in ("place_iri_iri", "place_iri_iri_iri")
    ]
