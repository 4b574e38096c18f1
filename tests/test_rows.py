"""Rows of an answer."""

import csv
import io
import json
import pickle
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kg import KnowledgeGraph
from kg.errors import FormatError
from kg.rows import Rows, Solutions, Values
from kg.terms import OxTerm, Term, typed

XSD = "http://www.w3.org/2001/XMLSchema#"


def literal(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))


def rows_of(columns: Sequence[str], terms: Iterable[Sequence[OxTerm | None]], labels: Mapping[str, str] | None = None) -> Rows:
    return Rows(Solutions.from_terms(columns, terms), Values(lambda iris: labels or {}))


ROWS = rows_of(
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
    {"http://example.org/a": "A & B"},
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
    pairs += [("NaN", "decimal"), ("INF", "decimal"), ("1e5", "decimal"), ("1_0", "decimal"), ("1_0", "double"), ("infinity", "double")]
    rows = rows_of(["x"], [(literal(*pair),) for pair in pairs])
    assert [text for text, _ in pairs] == [row.x for row in rows]


@pytest.mark.parametrize(
    "name",
    "long int short byte nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger "
    "unsignedLong unsignedInt unsignedShort unsignedByte".split(),
)
def test_whatever_is_derived_from_integer_is_an_integer(name: str) -> None:
    """The twelve types that XSD 1.1 (part 2, section 3.4) has below xsd:integer."""
    text = "-5" if name in ("nonPositiveInteger", "negativeInteger") else "5"
    assert (int, int(text)) == (type(typed(literal(text, name))), typed(literal(text, name)))


SPECIAL = rows_of(["x"], [(literal(text, type),) for type in ("double", "float") for text in ("INF", "-INF", "NaN", "1.5")])


def test_json_has_no_number_that_json_does_not_have() -> None:
    """Infinities and what is no number are text, spelt as XSD does (RFC 8259, section 6, has none of them)."""

    def refused(constant: str) -> None:
        raise AssertionError(constant)

    assert ["INF", "-INF", "NaN", 1.5] * 2 == [record["x"] for record in json.loads(SPECIAL.to_json(), parse_constant=refused)]
    huge = rows_of(["x"], [(literal("1" + "0" * 400 + ".5", "decimal"),), (literal("1" * 5000, "decimal"),)])
    assert ["1" + "0" * 400 + ".5", "1" * 5000] == [record["x"] for record in json.loads(huge.to_json(), parse_constant=refused)]


def test_text_has_numbers_as_xsd_spells_them() -> None:
    """An infinity, what is no number, and a decimal, which has no exponent."""
    assert ["x", *["INF", "-INF", "NaN", "1.5"] * 2] == SPECIAL.to_csv().splitlines()
    assert "0.0000001" == rows_of(["x"], [(literal("0.0000001", "decimal"),)]).to_csv().splitlines()[1]


def test_data_frames_have_floats_of_all_kinds() -> None:
    """A column of doubles is one of floats; in polars with each, in pandas with nothing where there is no number."""
    from math import inf, isnan

    assert [inf, -inf, 1.5] == [value for value in SPECIAL.to_polars()["x"][:4] if not isnan(value)]
    assert ("Float64", [inf, -inf, 1.5]) == (str(SPECIAL.to_pandas()["x"].dtype), list(SPECIAL.to_pandas()["x"][:4].dropna()))


def test_a_format_may_be_named_in_any_case_and_by_its_extension() -> None:
    """As everywhere."""
    assert ROWS.to_csv() == ROWS.write("CSV") == ROWS.write(".csv")
    with pytest.raises(FormatError, match="Rows cannot be written as 'turtle'"):
        ROWS.write("ttl")


def test_a_column_comes_before_what_a_tuple_has(graph: KnowledgeGraph) -> None:
    """`count` and `index` are names for columns; what a row has itself keeps its meaning, and such a column is found by its name."""
    counted = graph.sparql("SELECT (COUNT(*) AS ?count) { ?s a dip:State }")
    assert isinstance(counted, Rows)
    assert [5] == [getattr(row, "count") for row in counted]  # noqa: B009 - mypy knows the method only
    number = literal("7", "integer")
    (row,) = rows_of(["index", "keys", "citations", "undated", "as_dict", "_columns", "__class__"], [[number] * 7])
    assert [7, 7] == [getattr(row, name) for name in ("index", "keys")]
    assert ((), False) == (row.citations, row.undated)
    assert dict.fromkeys(["index", "keys", "citations", "undated", "as_dict", "_columns", "__class__"], 7) == row.as_dict()
    assert [7, 7, 7] == [row["citations"], row["undated"], row["__class__"]]
    copied = pickle.loads(pickle.dumps(row))  # noqa: S301
    assert (7, row) == (getattr(copied, "index"), copied)  # noqa: B009


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
    assert r'a \| "b"<br>\<c>' in ROWS.to_markdown()
    html = ROWS._repr_html_()
    assert "&lt;c&gt;" in html
    assert '<a href="http://example.org/a">A &amp; B</a>' in html


def test_only_addresses_of_the_web_are_links() -> None:
    """Another scheme may be a program that runs when it is clicked: it is written, and is no link."""
    things = ["https://example.org/a", "HTTP://example.org/b", "javascript:alert(1)", "data:text/html,x", "urn:x:y", "httpx://a"]
    html = rows_of(["x"], [(ox.NamedNode(thing),) for thing in things])._repr_html_()
    assert things[:2] == re.findall('href="([^"]*)"', html)
    assert all(f"&lt;{thing}&gt;" in html for thing in things)


def rendered(markdown: str) -> tuple[list[str], list[str]]:
    """The texts of the cells of a table in Markdown as a reader shows them, and the names of the elements in them."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    cells = [token.children or [] for token in tokens if token.type == "inline"]
    texts = ["".join("\n" if one.content == "<br>" and one.type == "html_inline" else one.content for one in cell) for cell in cells]
    markup = [one for cell in cells for one in cell if one.type not in ("text", "link_close") and one.content != "<br>"]
    return texts, sorted({str(one.attrGet("href") or one.content) for one in markup})


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)>",
        "a|b\\|c\\",
        "`code` and ``more`` `",
        "[x](javascript:alert(1)) ![y](z) [n]",
        "[6] [6](javascript:alert(1)) [6][7] [a [6]](b)",
        "*a* _ _b_ __b__ _c_ ~~d~~ ~e~ a_b_c",
        "&lt;b&gt; &#42; &amp R&D AT&T; a&b",
        "one\ntwo\r\nthree",
        "<https://example.org/a>",
        "$x$ \\(y\\)",
    ],
)
def test_markdown_shows_text_as_it_is(text: str) -> None:
    """No markup in a cell comes to be: what is shown is the text, without elements in it."""
    texts, elements = rendered(rows_of(["x"], [(ox.Literal(text),)]).to_markdown())
    assert ["x", text.replace("\r\n", "\n")] == texts
    assert set(elements) <= {"https://example.org/a"}


SHOWN = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]) | st.sampled_from("`|\\[]()<>!*_~&;#$: \n\r"), min_size=1)


@given(st.lists(SHOWN, min_size=1, max_size=3))
def test_markdown_keeps_any_text(cells: list[str]) -> None:
    """In its cell, and as text."""
    rows = rows_of([f"c{number}" for number in range(len(cells))], [[ox.Literal(cell) for cell in cells]])
    texts, elements = rendered(rows.to_markdown())
    assert [" ".join(cell.split()) for cell in cells] == [" ".join(text.split()) for text in texts[len(cells) :]]
    assert all(element.startswith(("http://", "https://")) for element in elements)


def test_an_address_in_markdown_is_a_link_to_it() -> None:
    """All of it, and not the full stop behind it."""
    text = "See https://example.org/a_b_(c)?d=*e*&f=~g~#h. And (http://example.org/), http://example.org/Baku_(city)."
    texts, elements = rendered(rows_of(["x"], [(ox.Literal(text),)]).to_markdown())
    assert text == texts[1]
    assert ["http://example.org/", "http://example.org/Baku_(city)", "https://example.org/a_b_(c)?d=*e*&f=~g~#h"] == elements


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
    rows = rows_of(["a", "b"], [])
    assert "a,b\n" == rows.to_csv()
    assert "| a | b |\n| --- | --- |\n" == rows.to_markdown()
    assert [] == json.loads(rows.to_json())
    assert ["a", "b"] == list(rows.to_pandas().columns) == rows.to_polars().columns


def test_an_unknown_format_is_refused(graph: KnowledgeGraph) -> None:
    """With the known ones named."""
    with pytest.raises(FormatError, match="Known: csv, tsv, json, srj, md"):
        ROWS.write("xlsx")


def test_values_are_remembered_until_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the last answer's are remembered in their place, unless they alone are too many; an answer has all of its own in any case."""
    monkeypatch.setattr("kg.rows.values._MOST_KNOWN", 3)
    asked: list[str] = []

    def labels(iris: Iterable[str]) -> Mapping[str, str]:
        asked.extend(iris)
        return {}

    values = Values(labels)

    def asked_for(*numbers: int) -> list[int]:
        """The things that had to be made values of."""
        terms = [ox.NamedNode(f"http://example.org/{number}") for number in numbers]
        asked.clear()
        rows = Rows(Solutions.from_terms(["x"], [(term,) for term in terms]), values)
        assert [term.value for term in terms] == [row.x.iri for row in rows if isinstance(row.x, Term)]
        return sorted(int(iri.rpartition("/")[2]) for iri in asked)

    assert [1, 2] == asked_for(1, 2)
    assert [3] == asked_for(2, 3)
    assert [4] == asked_for(4, 3)  # a fourth: of 1 to 3 that of the answer alone is kept
    assert [] == asked_for(3, 4)
    assert [1, 2] == asked_for(4, 1, 2)
    assert [5, 6, 7, 8] == asked_for(5, 6, 7, 8)
    assert [] == asked_for(4, 1, 2)


# ---- the cells that an answer is kept as

IRIS = st.builds("http://example.org/{}".format, st.text("abcé/?=&20ə\u2028", max_size=8)).map(ox.NamedNode)
TEXTS = st.text(max_size=12) | st.text("\t\n\r\"'\\\x00\x0b\x0c\x1c\x1d\x1e\x85\xa0\u2028\u2029?_:<>@^ .ntr", max_size=8)
NUMBERS = st.sampled_from("0 -0 +0 01 1 1. .5 1.0 1.50 -1.5 1e5 1E5 1.e5 1.0E+05 INF -INF NaN true false TRUE 1_0 ١ 2001-11-29".split())
DATATYPES = st.sampled_from([ox.NamedNode(XSD + name) for name in "integer int decimal double float boolean date string gYear".split()])
NUMERALS = st.builds(ox.Literal, NUMBERS | TEXTS, datatype=DATATYPES)
TAGGED = st.builds(lambda text, tag: ox.Literal(text, language=tag), TEXTS, st.sampled_from("en en-GB az-Latn x-a".split()))
LITERALS = st.builds(ox.Literal, TEXTS) | NUMERALS | TAGGED | st.builds(ox.Literal, TEXTS, datatype=IRIS)
NODES = IRIS | st.from_regex(r"[A-Za-z0-9_]([\w.-]*[\w-])?", fullmatch=True, alphabet="ab0é_-.").map(ox.BlankNode)
TRIPLES = st.builds(ox.Triple, NODES, IRIS, st.deferred(lambda: TERMS))
TERMS: st.SearchStrategy[OxTerm] = LITERALS | NODES | TRIPLES


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[tuple[OxTerm | None, ...]]]:
    """Columns, and rows of terms, some unbound."""
    columns = draw(st.lists(st.sampled_from(["a", "b", "ə", "d1"]), unique=True, max_size=3))
    return columns, draw(st.lists(st.tuples(*(st.none() | TERMS for _ in columns)), max_size=4))


def solutions_of(columns: Sequence[str], rows: Iterable[Iterable[OxTerm | None]]) -> ox.QuerySolutions:
    """The result that a server gives by sending these terms."""
    bindings = [{name: srj(term) for name, term in zip(columns, row, strict=True) if term is not None} for row in rows]
    document = json.dumps({"head": {"vars": columns}, "results": {"bindings": bindings}})
    solutions = ox.parse_query_results(document, ox.QueryResultsFormat.JSON)
    assert isinstance(solutions, ox.QuerySolutions)
    return solutions


def srj(term: OxTerm) -> dict[str, object]:
    """A term in SPARQL 1.2 Query Results JSON."""
    if isinstance(term, ox.Triple):
        return {"type": "triple", "value": dict(zip(("subject", "predicate", "object"), map(srj, term), strict=True))}
    if isinstance(term, ox.Literal):
        told = {"xml:lang": term.language} if term.language else {"datatype": term.datatype.value}
        return {"type": "literal", "value": term.value, **told}
    return {"type": "uri" if isinstance(term, ox.NamedNode) else "bnode", "value": term.value}


def value_of(term: OxTerm | None) -> object:
    """The value that a term has in a row."""
    if isinstance(term, ox.NamedNode):
        return Term(term.value, term.value.upper())
    return typed(term) if isinstance(term, ox.Literal) else None if term is None else str(term)


@given(tables())
def test_an_answer_has_the_terms_and_values_of_its_solutions(table: tuple[list[str], list[tuple[OxTerm | None, ...]]]) -> None:
    """Whatever they are, as an engine gives them and as they are given: terms, unbound cells, no columns."""
    columns, rows = table
    values = Values(lambda iris: {iri: iri.upper() for iri in iris})
    for solutions in (Solutions.of(solutions_of(columns, rows)), Solutions.from_terms(columns, rows)):
        for answer in (Rows(solutions, values), Rows(solutions, values)):  # the second from what is remembered
            assert tuple(columns) == answer.columns
            assert len(rows) == len(answer)
            assert rows == answer.terms
            assert [[repr(value_of(term)) for term in row] for row in rows] == [[repr(value) for value in row] for row in answer]


def test_the_blank_nodes_of_an_answer_are_those_of_the_store() -> None:
    """What a row has is found again."""
    node = ox.BlankNode()
    store = ox.Store()
    store.add(ox.Quad(node, ox.NamedNode(XSD + "p"), ox.Literal("x")))
    result = store.query("SELECT ?s { ?s ?p ?o }")
    assert isinstance(result, ox.QuerySolutions)
    rows = Rows(Solutions.of(result), Values(lambda iris: {}))
    assert [(node,)] == rows.terms
    assert [(str(node),)] == list(rows)
