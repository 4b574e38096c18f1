"""Answers behave as values of Python do: sliced, printed, copied, pickled."""

import copy
import pickle
from datetime import date
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_rows import ROWS, rows_of, tables

from kg import KnowledgeGraph
from kg.cite import Citer
from kg.errors import QueryError
from kg.rows import Row, Rows
from kg.terms import OxTerm, Term
from kg.triples import Triples

Answer = TypeVar("Answer", Rows, Triples)

RELATIONS = "CONSTRUCT WHERE { id:azerbaijan dip:diplomaticRelationWith id:kazakhstan }"


def rows(graph: KnowledgeGraph, name: str, **parameters: object) -> Rows:
    answer = graph.query(name, **parameters)
    assert isinstance(answer, Rows)
    return answer


def constructed(graph: KnowledgeGraph) -> Triples:
    answer = graph.sparql(RELATIONS)
    assert isinstance(answer, Triples)
    return answer


def pickled(answer: Answer) -> Answer:
    again: Answer = pickle.loads(pickle.dumps(answer))  # noqa: S301
    return again


# ---- slices


@given(tables(), st.builds(slice, *[st.none() | st.integers(-5, 5)] * 2, st.none() | st.sampled_from([-2, -1, 1, 2])))
def test_a_slice_of_rows_is_rows(table: tuple[list[str], list[tuple[OxTerm | None, ...]]], index: slice) -> None:
    """Those that a slice of a list would have, whether they were looked at before or not."""
    columns, terms = table
    fresh, seen = rows_of(columns, terms), rows_of(columns, terms)
    expected = list(seen)[index]
    for part in (fresh[index], seen[index]):
        assert isinstance(part, Rows)
        assert (tuple(columns), expected, len(expected)) == (part.columns, list(part), len(part))
        assert terms[index] == part.terms


def test_a_slice_is_written_as_its_rows_are(graph: KnowledgeGraph) -> None:
    """With the types, the sources and the marks of the whole."""
    whole = rows(graph.as_of("2002-01-01"), "treaties").cited()
    head, *lines = whole.to_csv().splitlines()
    assert [head, *lines[1:3]] == whole[1:3].to_csv().splitlines()
    assert list(whole.to_pandas().dtypes) == list(whole[:0].to_pandas().dtypes)


def test_a_slice_may_be_cited_before_the_whole() -> None:
    """Either has the citations that it has alone; in a graph where nothing has been cited yet."""
    whole = rows(KnowledgeGraph.open(), "honours")
    first = [row.citations for row in whole[:2].cited()]
    assert [row.citations for row in whole.cited()][:2] == first
    assert all(first)


def test_only_the_rows_of_a_slice_are_cited(monkeypatch: pytest.MonkeyPatch) -> None:
    """And of the whole, afterwards, only those that were not."""
    cited: list[int] = []
    found = Citer._found

    def counted(citer: Citer, wides: Any, keys: Any, wanted: Any) -> Any:
        cited.append(len(wanted))
        return found(citer, wides, keys, wanted)

    monkeypatch.setattr(Citer, "_found", counted)
    whole = rows(KnowledgeGraph.open(), "honours")
    for part in (whole[1:3], whole[1:2], whole):
        assert all(row.citations for row in part.cited())
    assert [2, len(whole) - 2] == cited


# ---- what is shown


def test_rows_are_printed_as_a_table() -> None:
    """Of one line a row, whatever text there is; what is unbound is empty."""
    table = """\
thing  day         month    n  d     ok    text         none
-----  ----------  -------  -  ----  ----  -----------  ----
A & B  2001-11-29  2004-03  7  1.50  true  a | "b" <c>
"""
    assert table == f"{ROWS}\n"


def test_long_answers_are_printed_in_part(graph: KnowledgeGraph) -> None:
    """The first twenty rows, and how many there are; a cell is cut, too."""
    answer = graph.sparql("SELECT ?fact ?label { ?fact a dip:ReportedFact ; rdfs:label ?label } ORDER BY ?fact")
    assert isinstance(answer, Rows)
    lines = str(answer).splitlines()
    assert (2 + 20 + 1, f"… the first 20 of {len(answer)} rows") == (len(lines), lines[-1])
    assert max(map(len, lines)) <= 2 * 64 + 2
    assert "… the first 20" not in str(answer[:20])
    assert f"<Rows {len(answer)} × fact, label>" == repr(answer)
    assert "fact  label\n----  -----\nno rows" == str(answer[:0])


def test_cited_rows_are_printed_with_their_sources(graph: KnowledgeGraph) -> None:
    """And those as of a day with their mark."""
    assert "  sources  " in str(rows(graph, "honours").cited()).splitlines()[0]
    assert str(rows(graph.as_of("2002-01-01"), "treaties")).splitlines()[0].endswith("  undated")


def test_a_row_names_its_columns() -> None:
    """Where it is shown."""
    row = Row((Term("http://example.org/a", "A"), date(2001, 11, 29), None), ("thing", "day", "none"))
    assert "Row(thing=Term(iri='http://example.org/a', label='A'), day=datetime.date(2001, 11, 29), none=None)" == repr(row)
    assert "Row()" == repr(Row((), ()))


def test_a_thing_is_formatted_by_its_label() -> None:
    """With a width, as text is."""
    assert "|  A|A  |A|" == "|{0:>3}|{0:3}|{0}|".format(Term("http://example.org/a", "A"))


# ---- copies


@given(tables())
def test_rows_survive_pickling(table: tuple[list[str], list[tuple[OxTerm | None, ...]]]) -> None:
    """Whatever their terms are; also a second time."""
    answer = rows_of(*table)
    again = pickled(pickled(answer))
    assert (answer.columns, list(map(repr, answer)), answer.terms) == (again.columns, list(map(repr, again)), again.terms)


def test_pickled_rows_have_what_they_had(graph: KnowledgeGraph) -> None:
    """Labels, types, sources, marks: they are written as before, without the graph."""
    for answer in (rows(graph, "honours"), rows(graph, "honours").cited(), rows(graph.as_of("2002-01-01"), "treaties")):
        again = pickled(answer)
        assert (answer.to_csv(), answer.to_json(), answer.types) == (again.to_csv(), again.to_json(), again.types)
    again = pickled(rows(graph, "honours").cited())
    assert again.to_csv() == again.cited().to_csv()
    assert again[1:].to_csv().splitlines() == [line for number, line in enumerate(again.to_csv().splitlines()) if number != 1]


def test_what_was_pickled_without_its_citations_says_so(graph: KnowledgeGraph) -> None:
    """Rather than that it seems to rest on nothing."""
    with pytest.raises(QueryError, match=r"pickled without its graph.*`\.cited\(\)` before"):
        pickled(rows(graph, "honours")).cited().to_csv()
    with pytest.raises(QueryError, match=r"pickled without its graph.*`\.cited\(\)` before"):
        pickled(constructed(graph)).cited()


def test_an_answer_can_be_copied(graph: KnowledgeGraph) -> None:
    """It does not change: a copy is the answer itself, citations and all."""
    for answer in (rows(graph, "honours"), constructed(graph)):
        for again in (copy.copy(answer), copy.deepcopy(answer)):
            assert again is answer


def test_the_triples_of_a_construct_survive_pickling(graph: KnowledgeGraph) -> None:
    """With their prefixes; the cited ones with their statements."""
    for answer in (constructed(graph), constructed(graph).cited()):
        again = pickled(pickled(answer))
        assert (answer, answer.write()) == (again, again.write())


def test_triples_are_sliced_and_printed(graph: KnowledgeGraph) -> None:
    """As Turtle; short at the prompt."""
    answer = constructed(graph)
    assert ("<Triples 1>", answer.write("turtle")) == (repr(answer), str(answer))
    assert isinstance(answer[:1], Triples)
    assert answer.citations() == answer[:1].citations() != [()]
    assert answer.prefixes == answer[:1].prefixes
    assert "<Triples 0>" == repr(answer[1:])
