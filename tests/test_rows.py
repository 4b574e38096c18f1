"""Rows of an answer."""

import csv
import io
import json
import pickle
from datetime import date
from decimal import Decimal

import pyoxigraph as ox
import pytest

from kg import KnowledgeGraph
from kg.errors import FormatError
from kg.rows import Rows
from kg.terms import OxTerm, Term, Value

XSD = "http://www.w3.org/2001/XMLSchema#"


def literal(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))


ROWS = Rows(
    ["thing", "day", "month", "n", "d", "ok", "text", "none"],
    [
        (
            ox.NamedNode("http://example.org/a"),
            literal("2001-11-29", "date"),
            literal("2004-03", "gYearMonth"),
            literal("07", "integer"),
            literal("1.50", "decimal"),
            literal("true", "boolean"),
            ox.Literal('a | "b"\n<c>', language="en"),
            None,
        )
    ],
    lambda iris: {"http://example.org/a": "A & B"},
)


def test_values_are_typed() -> None:
    """A thing is a Term; dates, numbers and truth values are Python's; a month stays text."""
    assert (Term("http://example.org/a", "A & B"), date(2001, 11, 29), "2004-03", 7, Decimal("1.50"), True, 'a | "b"\n<c>', None) == ROWS[0]


def test_a_value_is_found_by_position_name_and_attribute() -> None:
    """And a wrong name tells the columns."""
    row = ROWS[0]
    assert row[1] == row["day"] == row.day
    assert "A & B" == str(row.thing)
    assert ["thing", "day", "month", "n", "d", "ok", "text", "none"] == list(row.as_dict())
    with pytest.raises(KeyError, match="the columns are thing, day"):
        row["dy"]
    with pytest.raises(AttributeError, match="the columns are thing, day"):
        _ = row.dy


def test_a_row_survives_pickling() -> None:
    """Values and names."""
    assert pickle.loads(pickle.dumps(ROWS[0])).day == date(2001, 11, 29)  # noqa: S301


def test_ill_typed_literals_stay_text() -> None:
    """A date that is none is not lost, nor made up."""
    pairs = [("2001-02-30", "date"), ("20040331", "date"), ("many", "integer"), ("1_0", "integer"), ("xyz", "boolean")]
    rows = Rows(["x"], [(literal(*pair),) for pair in pairs], lambda iris: {})
    assert [text for text, _ in pairs] == [row.x for row in rows]


def test_csv_has_the_iri_beside_the_label() -> None:
    """And quotes what needs quoting."""
    lines = list(csv.reader(io.StringIO(ROWS.to_csv())))
    assert ["thing", "thing_iri", "day", "month", "n", "d", "ok", "text", "none"] == lines[0]
    assert ["A & B", "http://example.org/a", "2001-11-29", "2004-03", "7", "1.50", "true", 'a | "b"\n<c>', ""] == lines[1]
    assert ROWS.to_tsv().splitlines()[0].split("\t") == lines[0]


def test_json_has_things_as_objects() -> None:
    """Unbound is null."""
    (record,) = json.loads(ROWS.to_json())
    assert {"iri": "http://example.org/a", "label": "A & B"} == record["thing"]
    assert ("2001-11-29", 7, 1.5, True, None) == tuple(record[name] for name in ("day", "n", "d", "ok", "none"))


def test_sparql_json_is_that_of_the_standard() -> None:
    """pyoxigraph reads the same terms back."""
    solutions = ox.parse_query_results(ROWS.to_srj(), ox.QueryResultsFormat.JSON)
    assert isinstance(solutions, ox.QuerySolutions)
    assert [tuple(ROWS.terms[0])] == [tuple(solution) for solution in solutions]


def test_markdown_and_html_escape_what_would_break_them() -> None:
    """A bar, a line break, an angle bracket."""
    assert r'a \| "b"<br><c>' in ROWS.to_markdown()
    html = ROWS._repr_html_()
    assert "&lt;c&gt;" in html
    assert '<a href="http://example.org/a">A &amp; B</a>' in html


def test_an_answer_without_rows_has_the_columns_of_one_with_rows(graph: KnowledgeGraph) -> None:
    """So that pages of an answer can be put one after the other."""
    full, empty = graph.query("state-visits"), graph.query("state-visits", limit=0)
    assert isinstance(full, Rows) and isinstance(empty, Rows)  # noqa: PT018
    assert full.to_csv().splitlines()[0] + "\n" == empty.to_csv()


def test_data_frames_have_plain_values_and_an_iri_column() -> None:
    """pandas and polars, with the same columns as CSV."""
    names = ["thing", "thing_iri", "day", "month", "n", "d", "ok", "text", "none"]
    pandas, polars = ROWS.to_pandas(), ROWS.to_polars()
    assert names == list(pandas.columns) == polars.columns
    assert 7 == pandas["n"][0] == polars["n"][0]
    assert date(2001, 11, 29) == polars["day"][0]


def test_an_empty_answer_has_its_columns_all_the_same() -> None:
    """In every form."""
    rows = Rows(["a", "b"], [], lambda iris: {})
    assert "a,b\n" == rows.to_csv()
    assert "| a | b |\n| --- | --- |\n" == rows.to_markdown()
    assert [] == json.loads(rows.to_json())
    assert ["a", "b"] == list(rows.to_pandas().columns) == rows.to_polars().columns


def test_an_unknown_format_is_refused(graph: KnowledgeGraph) -> None:
    """With the known ones named."""
    with pytest.raises(FormatError, match="Known: csv, tsv, json, srj, md"):
        ROWS.write("xlsx")


def test_values_are_remembered_until_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then an answer still has all of its own."""
    monkeypatch.setattr("kg.rows._MOST_KNOWN", 2)
    known: dict[OxTerm | None, Value] = {}
    terms = [ox.NamedNode(f"http://example.org/{number}") for number in range(4)]
    few = Rows(["x"], [(term,) for term in terms[:2]], lambda iris: {}, known=known)
    many = Rows(["x"], [(term,) for term in terms], lambda iris: {}, known=known)
    assert [term.value for term in terms[:2]] == [row.x.iri for row in few if isinstance(row.x, Term)]
    assert [term.value for term in terms] == [row.x.iri for row in many if isinstance(row.x, Term)]
    assert set(terms[:2]) == set(known)
