"""SPARQL text before any engine sees it."""

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import QueryError, QuerySyntaxError, RefusedQuery
from kg.sparql import DEEPEST_NESTING, MOST_BYTES, Parameter, bind, guard, page_of, parameters, tokens


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("?s ?p $o", [("variable", "?s"), ("variable", "?p"), ("variable", "$o")]),
        ("\"?a\" '?b'", [("string", '"?a"'), ("string", "'?b'")]),
        ('"""a "quoted" ?x"""', [("string", '"""a "quoted" ?x"""')]),
        (r'"a \" ?x" ?y', [("string", r'"a \" ?x"'), ("variable", "?y")]),
        ("<http://x#?y> ?z", [("iri", "<http://x#?y>"), ("variable", "?z")]),
        ("?a < ?b # ?c", [("variable", "?a"), ("other", "<"), ("variable", "?b")]),
        ("dip:service dip:a.b .", [("name", "dip:service"), ("name", "dip:a.b"), ("other", ".")]),
        ("_:load :x", [("name", "_:load"), ("name", ":x")]),
        ('"x"@en', [("string", '"x"'), ("word", "@en")]),
    ],
)
def test_strings_iris_comments_and_names_are_told_from_variables(text: str, expected: list[tuple[str, str]]) -> None:
    """A question mark inside a string, an IRI or a comment is no variable."""
    assert expected == kinds(text)


def test_the_depth_of_a_bracket_is_that_outside_it() -> None:
    """Opening and closing bracket of a pair have the same depth."""
    assert [("{", 0), ("(", 1), (")", 1), ("}", 0)] == [(token.text, token.depth) for token in tokens("{ ( ) }")]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://127.0.0.1/x> { ?s ?p ?o } }",
        "SELECT * { service#c\n<http://127.0.0.1/x> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT ?s { ?s ?p ?o } }",
        "SELECT * FROM <http://127.0.0.1/x> { ?s ?p ?o }",
        "SELECT * FROM NAMED <file:///etc/passwd> { ?s ?p ?o }",
        "PREFIX x: <http://127.0.0.1/> SELECT * FROM x:y { ?s ?p ?o }",
    ],
)
def test_a_query_that_reaches_out_is_refused(text: str) -> None:
    """SERVICE, LOAD and FROM of anything but the dataset's own graphs are refused."""
    with pytest.raises(RefusedQuery, match=r"line \d"):
        guard(text)


@pytest.mark.parametrize(
    "text",
    [
        'SELECT * { ?s ?p "SERVICE <x>" } # LOAD',
        "SELECT * { ?s dip:from dip:service }",
        "SELECT * FROM <https://w3id.org/bilateral/graph/asserted> { ?service ?load ?from }",
    ],
)
def test_the_words_themselves_are_harmless_elsewhere(text: str) -> None:
    """In strings, names, variables and comments these words mean nothing."""
    guard(text)


def test_service_is_let_through_when_asked_for() -> None:
    """reach_out allows SERVICE."""
    guard("SELECT * { SERVICE <http://127.0.0.1/x> { ?s ?p ?o } }", reach_out=True)


def test_nesting_and_size_are_capped_before_any_parser_runs() -> None:
    """One level or byte more than the cap is refused, the cap itself is not."""
    guard("ASK" + "{" * DEEPEST_NESTING + "}" * DEEPEST_NESTING)
    with pytest.raises(RefusedQuery, match="nests"):
        guard("ASK" + "{" * (DEEPEST_NESTING + 1) + "?x")
    guard("ASK".ljust(MOST_BYTES))
    with pytest.raises(RefusedQuery, match="bytes"):
        guard("ASK".ljust(MOST_BYTES + 1))


@pytest.mark.parametrize(
    "text", ["INSERT DATA { <a:a> <a:b> 1 }", "PREFIX a: <x:> DELETE WHERE { ?s ?p ?o }", "LOAD <http://127.0.0.1/x>", "drop all"]
)
def test_an_update_is_refused(text: str) -> None:
    """With the word that would change the graph."""
    with pytest.raises(RefusedQuery, match="would change the graph; only SELECT"):
        guard(text)


@pytest.mark.parametrize("text", ["", " # SELECT", "hello"])
def test_a_text_without_a_query_is_no_sparql(text: str) -> None:
    """Empty, a comment, or something else."""
    with pytest.raises(QuerySyntaxError, match="holds no SELECT"):
        guard(text)


def test_parameters_are_read_by_the_basil_convention() -> None:
    """One underscore is required, two are optional; the suffix is the type, text without one."""
    text = "?_who_iri ?__since_date\n$_what ?plain '?_not' # ?_nor"
    assert {
        "who": Parameter("_who_iri", "who", "iri", required=True, line=1),
        "since": Parameter("__since_date", "since", "date", required=False, line=1),
        "what": Parameter("_what", "what", "string", required=True, line=2),
    } == parameters(text)


def test_one_parameter_with_two_spellings_is_an_error() -> None:
    """?_a and ?__a_iri cannot be the same parameter."""
    with pytest.raises(QuerySyntaxError, match="line 2: parameter a is written"):
        parameters("?_a\n?__a_iri")


def test_bound_of_a_given_parameter_is_true() -> None:
    """BOUND takes a variable only, so it is replaced whole, with the alternative that is false; a parameter that is not given stays."""
    assert "FILTER( ?x = 1) FILTER(!BOUND(?__b)) FILTER(!true) FILTER(true || !true && ?y)" == bind(
        "FILTER(!BOUND( ?__a_integer ) || ?x = ?__a_integer) FILTER(!BOUND(?__b)) FILTER(!BOUND(?__a_integer))"
        " FILTER(BOUND(?__a_integer) || !BOUND(?__a_integer) && ?y)",
        {"__a_integer": "1"},
    )


@given(st.text())
def test_a_bound_string_comes_back_as_it_was(value: str) -> None:
    """Whatever the text of a value, it is one term: quotes, braces and comments in it do nothing."""
    try:
        literal = ox.Literal(value)
    except UnicodeEncodeError:  # lone surrogates are no text
        return
    text = bind("SELECT ?x WHERE { BIND(?_v AS ?x) } # ?_v", {"_v": str(literal)})
    solutions = ox.Store().query(text)
    assert isinstance(solutions, ox.QuerySolutions)
    assert [literal] == [solution["x"] for solution in solutions]


@given(st.text(alphabet="?_ab{}()<>\"'#\\ \n:.", max_size=60))
def test_tokens_and_what_lies_between_them_make_up_the_text(text: str) -> None:
    """No character is lost or seen twice, and only white space and comments lie between tokens."""
    position = 0
    for token in tokens(text):
        between = text[position : token.start]
        assert not between.strip() or between.lstrip().startswith("#")
        assert token.text == text[token.start : token.start + len(token.text)]
        position = token.start + len(token.text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { S\\u0045RVICE <http://127.0.0.1/x> { ?s ?p ?o } }",
        "SELECT ?x { BIND(" + "1+" * 7000 + "1 AS ?x) }",
        "ASK { FILTER(1<" + "(" * 4700 + "2" + ")" * 4700 + ">0) }",
    ],
)
def test_what_would_hide_a_keyword_or_end_the_process_is_refused(text: str) -> None:
    """An escape outside strings, a sum of thousands, brackets that look like an IRI."""
    with pytest.raises(RefusedQuery):
        guard(text)


@pytest.mark.parametrize("text", ["ASK { ?s ?p ?o }", "SELECT * { ?s ?p ?o } LIMIT 1", "SELECT * { ?s ?p ?o } VALUES ?s { <x:> }"])
def test_a_page_is_of_rows_that_nothing_else_limits(text: str) -> None:
    """Two limits would contradict each other."""
    with pytest.raises(QueryError):
        page_of(text, 1, None)


def test_a_limit_within_is_no_limit_of_the_whole() -> None:
    """A subquery may have one; and a comment at the end does not swallow what comes after it."""
    text = "SELECT * { { SELECT ?s { ?s ?p ?o } LIMIT 9 } } # LIMIT 4"
    assert f"{text}\nLIMIT 2\nOFFSET 1" == page_of(text, 2, 1)
