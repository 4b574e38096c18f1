"""Rows as data frames and in notebooks."""

import math
from collections.abc import Callable
from datetime import date
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_rows import literal, tables

from kg import KnowledgeGraph
from kg.query import COLUMN_TYPES
from kg.rows import Rows, Solutions, Values
from kg.terms import OxTerm

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


def test_references_stand_below_the_sources_that_name_them_alone(graph: KnowledgeGraph) -> None:
    """Not below rows as of a day, which have none beside them."""
    answer = rows(graph.as_of("2012-01-01"), "honours")
    assert "</table>" == answer._repr_html_()[-len("</table>") :]
    assert "|" == answer.to_markdown().rstrip()[-1]
    assert answer.cited()._repr_html_().endswith("</p>")
    assert "|" != answer.cited().to_markdown().rstrip()[-1]


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


# ---- the types of columns


def dtypes(frame: Any) -> list[str]:
    """The types of a data frame's columns, as the library writes them."""
    return [str(dtype) for dtype in frame.dtypes]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "trade-balance",
            "reporter text, reporter_iri text, counterpart text, counterpart_iri text, year text, exports integer, imports integer, "
            "balance integer, currency text, voice text, voice_iri text",
        ),
        ("facts-by-section", "section text, section_iri text, position integer, sentences integer, facts integer"),
        (
            "state-visits",
            "visitor text, visitor_iri text, host text, host_iri text, place text, place_iri text, date text, visit text, visit_iri text",
        ),
    ],
)
@pytest.mark.parametrize("limit", [None, 0, 1])
def test_the_type_of_a_column_is_the_declared_one(graph: KnowledgeGraph, name: str, expected: str, limit: int | None) -> None:
    """Whatever rows there are, none included: things, text and dates are text, integers are integers also where a cell is empty."""
    answer = rows(graph, name, limit=limit)
    pandas, polars = answer.to_pandas(), answer.to_polars()
    names = {"string": "text", "String": "text", "Int64": "integer"}
    for frame in (pandas, polars):
        told = ", ".join(f"{column} {names[dtype]}" for column, dtype in zip(frame.columns, dtypes(frame), strict=True))
        assert expected == told
    assert {"string", "Int64"} >= set(dtypes(pandas))
    assert {"String", "Int64"} >= set(dtypes(polars))


@FRAMES
def test_a_page_of_any_stored_query_has_the_types_of_the_whole_answer(graph: KnowledgeGraph, framed: Framed) -> None:
    """So that pages can be put one after the other, and cited ones too."""
    seen = 0
    for name, stored in graph.queries.items():
        if stored.form == "SELECT" and stored.alone and "enriched" not in stored.tags:
            whole, none = framed(rows(graph, name)), framed(rows(graph, name, limit=0))
            assert (name, list(whole.columns), dtypes(whole)) == (name, list(none.columns), dtypes(none))
            seen += 1
    assert seen > 30
    cited = [framed(rows(graph, "treaties", limit=limit).cited()) for limit in (None, 0)]
    assert dtypes(cited[0]) == dtypes(cited[1])


def test_a_column_of_dates_can_be_sorted(graph: KnowledgeGraph) -> None:
    """Days, months and years, as text."""
    answer = rows(graph, "timeline")
    assert {str, date} == {type(row["date"]) for row in answer}
    ordered = sorted(str(row["date"]) for row in answer)
    assert ordered == list(answer.to_pandas().sort_values("date")["date"]) == list(answer.to_polars().sort("date")["date"])


def column_of(*terms: OxTerm | None, declared: str | None = None) -> Rows:
    solutions = Solutions.from_terms(["x"], [(term,) for term in terms])
    return Rows(solutions, Values(lambda iris: {}), types={"x": declared} if declared else {})


@pytest.mark.parametrize(
    ("texts", "types", "pandas", "polars", "expected"),
    [
        (("7", "-1", None), ("integer", "integer", ""), "Int64", "Int64", [7, -1, None]),
        (("1.50", "2", None), ("decimal", "integer", ""), "Float64", "Float64", [1.5, 2.0, None]),
        (("1.5e0", "INF", None), ("double", "double", ""), "Float64", "Float64", [1.5, math.inf, None]),
        (("true", "0", None), ("boolean", "boolean", ""), "boolean", "Boolean", [True, False, None]),
        (("2004-03-31", None), ("date", ""), "datetime64[s]", "Date", [date(2004, 3, 31), None]),
        (("2004-03-31", "2004"), ("date", "gYear"), "string", "String", ["2004-03-31", "2004"]),
        (("7", "seven"), ("integer", "string"), "string", "String", ["7", "seven"]),
        (("7", "true"), ("integer", "boolean"), "string", "String", ["7", "true"]),
        (("7", "9223372036854775807"), ("integer", "integer"), "Int64", "Int64", [7, 2**63 - 1]),
        (("7", "9223372036854775808"), ("integer", "integer"), "string", "String", ["7", "9223372036854775808"]),
        (("1.5", "9007199254740993"), ("decimal", "integer"), "string", "String", ["1.5", "9007199254740993"]),
        (("1.5", "9" * 400), ("decimal", "decimal"), "string", "String", ["1.5", "9" * 400]),
        ((None, None), ("", ""), "string", "String", [None, None]),
    ],
)
def test_the_column_of_another_query_has_the_type_that_all_its_values_have(
    texts: tuple[str | None, ...], types: tuple[str, ...], pandas: str, polars: str, expected: list[object]
) -> None:
    """Else it is text."""
    terms = [None if text is None else literal(text, datatype) for text, datatype in zip(texts, types, strict=True)]
    answer = column_of(*terms)
    assert [pandas] == dtypes(answer.to_pandas())
    assert [polars] == dtypes(answer.to_polars())
    assert expected == list(answer.to_polars()["x"])
    found = answer.to_pandas()["x"]
    plain = [value.date() if hasattr(value, "date") else value for value in found]
    assert expected == [None if gone else value for value, gone in zip(plain, found.isna(), strict=True)]


@pytest.mark.parametrize("declared", ["integer", "decimal", "boolean"])
def test_what_is_not_of_the_declared_type_makes_a_column_text(declared: str) -> None:
    """Rather than that it is lost."""
    answer = column_of(ox.Literal("about ten"), literal("7", "integer"), None, declared=declared)
    assert ["about ten", "7", None] == list(answer.to_polars()["x"])
    assert ["about ten", "7"] == list(answer.to_pandas()["x"].dropna())
    assert ["string"] == dtypes(answer.to_pandas())


def as_text(value: object) -> str:
    """A cell as CSV has it, or the number nearest to it, or its day; what is missing is empty."""
    if value is None or "NA" in repr(value) or str(value) == "NaT":
        return ""
    if hasattr(value, "date"):
        return str(value.date().isoformat())
    return str(value).lower() if str(value) in ("True", "False") else str(value)


@given(tables(), st.lists(st.none() | st.sampled_from(COLUMN_TYPES), min_size=3, max_size=3))
def test_any_rows_make_data_frames_that_keep_their_text(
    table: tuple[list[str], list[tuple[OxTerm | None, ...]]], declared: list[str | None]
) -> None:
    """Whatever the terms and the declared types are; but a fraction is the nearest that a float can be, and pandas knows no NaN."""
    columns, terms = table
    types = {name: type for name, type in zip(columns, declared, strict=False) if type}
    answer = Rows(Solutions.from_terms(columns, terms), Values(lambda iris: {}), types=types)
    header, lines = answer.cells()
    for frame in (answer.to_pandas(), answer.to_polars()):
        assert header == list(frame.columns)
        assert len(frame) == len(lines) or not columns
        for place, name in enumerate(header):
            for line, cell in zip(lines, frame[name], strict=True):
                text = line[place]
                if "Float" in str(frame[name].dtype) and text:
                    nearest = float(text)
                    assert as_text(cell) in ({"nan", ""} if math.isnan(nearest) else {str(nearest)})
                else:
                    assert text == as_text(cell)
