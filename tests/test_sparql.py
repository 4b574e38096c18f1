"""SPARQL text before any engine sees it."""

import socket
import threading
from collections.abc import Iterator
from functools import partial

import pyoxigraph as ox
import pytest
from conftest import processor_seconds
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from kg.errors import QueryError, QuerySyntaxError, RefusedQuery
from kg.sparql import DEEPEST_NESTING, MOST_BYTES, MOST_TOKENS, Parameter, bind, form_of, guard, page_of, parameters, tokens


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
        ("true.a.1 a.b:c", [("word", "true"), ("other", "."), ("word", "a"), ("number", ".1"), ("name", "a.b:c")]),
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
        "PREFIX dip: <http://x.test/service#> SELECT * { ?s dip:from dip:service }",
        '''SELECT * { ?s ?p """a 'service' <from>""" }''',
        "SELECT * { ?a <urn:x:service> ?b FILTER(?a<'service>' && ?b>2) }",
        r"SELECT * { ?s ?p 'a \u00e9 service' }",
        "SELECT * { # from here\r\n?s ?p ?o }",
        "SELECT * FROM <https://w3id.org/bilateral/graph/asserted> { ?service ?load ?from }",
    ],
)
def test_the_words_themselves_are_harmless_elsewhere(text: str) -> None:
    """In strings, names, variables and comments these words mean nothing."""
    guard(text)


HERE = "<http://127.0.0.1:{port}/x>"
HIDDEN = [
    "SELECT * {{ FILTER(1<2)SERVICE#>\n{here}{{?s ?p ?o}} }}",
    "SELECT * {{ FILTER(1<2)#>'''\nSERVICE{here}{{?s ?p ?o}}#'''\n}}",
    "PREFIX :{here} SELECT * {{ SERVICE:y{{?s ?p ?o}} }}",
    "PREFIX SERVICE:<x:> PREFIX :{here} SELECT * {{ SERVICE:y{{?s ?p ?o}} }}",
    "SELECT * {{ ?s ?p trueSERVICE{here}{{?s ?p ?o}} }}",
    "PREFIX :{here} SELECT * {{ ?s ?p trueSERVICE:y{{?s ?p ?o}} }}",
    "SELECT * {{ SERVICESILENT{here}{{?s ?p ?o}} }}",
    "SELECT * {{ VALUES ?x {{'''a'}} SERVICE {here}{{}} #\\q'''}}\n}}",
    "SELECT * {{ #\rSERVICE {here}{{}} }}",
    "SELECT * {{ {{ SELECT * {{ OPTIONAL {{ FILTER(1<2)SERVICE#>\n{here}{{?s ?p ?o}} }} }} }} }}",
]


class Listener:
    """A server that counts who comes, and closes the door."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.here = HERE.format(port=self._socket.getsockname()[1])
        self.asked = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:  # closed
                return
            self.asked += 1
            connection.close()

    def close(self) -> None:
        self._socket.close()

    def is_asked_by(self, text: str) -> bool:
        """Whether pyoxigraph asks for `text` here, or would for its syntax."""
        before = self.asked
        store = ox.Store()
        for value in (ox.Literal(True), ox.Literal(1), ox.Literal("x", language="en"), ox.NamedNode("x:a")):
            store.add(ox.Quad(ox.NamedNode("x:a"), ox.NamedNode("x:b"), value))
        try:
            result = store.query(text)
            if not isinstance(result, ox.QueryBoolean):
                list(result)
        except (OSError, RuntimeError, SyntaxError):
            pass
        return self.asked > before


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


@pytest.mark.parametrize("pattern", HIDDEN)
def test_a_service_that_only_the_engine_sees_is_refused(listener: Listener, pattern: str) -> None:
    """The engine asks the server for each of these, in which the longest tokens have no keyword SERVICE or one in another place."""
    text = pattern.format(here=listener.here)
    assert listener.is_asked_by(text)
    asked = listener.asked
    with pytest.raises(RefusedQuery, match="SERVICE"):
        guard(text)
    assert asked == listener.asked


BEFORE = [
    "FILTER(1<2)",
    "FILTER(1<2)#>'''\n",
    'FILTER(1<2)#>"""\n',
    "FILTER(1<2)#>'",
    "FILTER('a'<'>')",
    "FILTER(1<2&&3>2)",
    "?s ?p true",
    "?s ?p 1",
    "?s ?p x:a.",
    "?s ?p 'x'@en.",
    "?s ?p ?o;",
    "VALUES ?v {'''a'}",
    'VALUES ?v {""""a"}',
    "VALUES ?v {''''}",
    "BIND('\\''AS ?b)",
    "#\r",
    "#'''\r",
    '#"""\n',
    "#\x0c",
    "#\x00",
    "#\u2028",
    "#<\n",
    "\ufeff",
    "BIND(1<2 AS ?c)",
    "BIND(1 AS ?service)",
    "MINUS{<x:from> ?p 1}",
    "{",
    "}",
]
SERVICES = [
    "SERVICE",
    "service ",
    "SERVICESILENT",
    "SERVICE SILENT",
    "SERVICE#>\n",
    "SERVICE#c\r",
    "S\\u0045RVICE",
    "\u017fERVICE",
    "SERVICE?q",
]
ADDRESSES = ["{here}", " {here}", ":y", "#>\n{here}"]
AFTER = ["", "#'''\n", "#\\q'''\n", "#>\n", '#"""\n', '#\\q"""\n', "#'>\n", "}", "FILTER(3>2)", ". ?s ?p ?o"]


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(BEFORE), max_size=3).map("".join),
    st.sampled_from(SERVICES),
    st.sampled_from(ADDRESSES),
    st.lists(st.sampled_from(AFTER), max_size=2).map("".join),
    st.sampled_from(["", "PREFIX SERVICE:<x:> ", "PREFIX trueSERVICE:<x:> "]),
)
@example("FILTER(1<2)#>'''\n", "SERVICE", "{here}", "#'''\n", "")
def test_whatever_makes_the_engine_ask_a_server_is_refused(
    listener: Listener, before: str, service: str, address: str, after: str, prologue: str
) -> None:
    """By the count of a server: no text that the guard lets through is asked there."""
    group = f"{before}{service}{address.replace('{here}', listener.here)}{{ ?s ?p ?o }}{after}"
    text = f"PREFIX x:<x:> PREFIX :{listener.here} {prologue}SELECT * {{ {group} }}"
    asked = listener.is_asked_by(text)
    event(f"asked: {asked}")
    if asked:
        with pytest.raises(QueryError):
            guard(text)


@pytest.mark.parametrize(
    "text",
    [
        "ASK { FILTER(1<2)#>'''\n" + "{" * (DEEPEST_NESTING + 1) + "#'''\n}",
        "ASK { VALUES ?x {'''a'} " + "{" * (DEEPEST_NESTING + 1) + " \\q''' }",
        "ASK { FILTER(1<2)#>'''\nFILTER(" + "!" * (MOST_TOKENS + 1) + "true)#'''\n}",
    ],
)
def test_nesting_that_only_the_engine_sees_is_refused(text: str) -> None:
    """Deeper, each of these would end the process that parses it: brackets and signs in what looks like a string."""
    with pytest.raises(RefusedQuery, match=r"nests|more than"):
        guard(text)


def test_escapes_and_line_ends_of_other_engines_hide_no_keyword() -> None:
    """rdflib writes out escapes before it reads, and ends a comment at a line feed alone; pyoxigraph reads these two as strings."""
    for text in (
        "SELECT * { FILTER(1<2)#>'''\n\\u0053ERVICE<http://127.0.0.1/x>{?s ?p ?o}#'''\n}",
        "SELECT * { VALUES ?x {#\r'''\n} SERVICE <http://127.0.0.1/x>{} VALUES ?x {#'''\n} }",
    ):
        with pytest.raises(QueryError):
            guard(text)


def test_a_foreign_from_that_only_an_engine_sees_is_refused() -> None:
    """As a SERVICE."""
    with pytest.raises(QueryError):
        guard("SELECT(1<2AS?x)FROM#>\n<http://127.0.0.1/x>{?s ?p ?o}")


def test_a_mistake_beside_the_word_service_is_told_as_one() -> None:
    """Not as a SERVICE that is refused."""
    with pytest.raises(QuerySyntaxError, match="line 2, column"):
        guard("PREFIX x: <x:>\nSELECT * { ?s x:service ] }")


@given(st.text(alphabet=st.characters(exclude_characters="\\", exclude_categories=["Cs"]), max_size=20))
def test_service_in_a_string_is_no_service(value: str) -> None:
    """Whatever stands around it there."""
    guard(f"SELECT * {{ ?s ?p {ox.Literal(value + 'service' + value)} }}")


def test_the_time_of_reading_grows_with_the_length() -> None:
    """A text of words and full stops is looked through once: twice the length takes some twice the time, not four times."""

    form_of("a." * 1000)
    long, short = (processor_seconds(partial(form_of, "a." * count)) for count in (64_000, 16_000))
    ratio = long / short
    assert ratio < 9  # four times the length; squared it would be sixteen
    with pytest.raises(RefusedQuery, match="more than 3,000 words"):
        guard("a." * 32_000)


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


EXPRESSIONS = st.recursive(
    st.sampled_from(["BOUND(?__p)", "!BOUND(?__p)", "?a = ?__p", "?a = 1", "BOUND(?a)", "?none = 1", "?a"]),
    lambda inner: st.builds("{} || {}".format, inner, inner) | st.builds("{} && {}".format, inner, inner) | st.builds("({})".format, inner)
    | st.builds("!({})".format, inner) | st.builds("({}) = true".format, inner) | st.builds("!BOUND(?__p) || {}".format, inner),
    max_leaves=6,
)  # fmt: skip


@given(EXPRESSIONS, EXPRESSIONS)
@example("?a = 1 && !BOUND(?__p) || ?a = ?__p", "true")
@example("true", "(!BOUND(?__p) || ?a)")
@example("(!BOUND(?__p) || ?a) = true", "!BOUND(?__p) || ?a")
def test_a_bound_parameter_means_what_values_for_it_mean(filtered: str, computed: str) -> None:
    """Whatever stands around it in a FILTER or BIND: the rows are those of the variable with that value."""
    pattern = f"VALUES ?a {{ 1 2 'x' UNDEF }} BIND({computed} AS ?c) FILTER({filtered})"

    def rows(text: str) -> list[str]:
        solutions = ox.Store().query(text)
        assert isinstance(solutions, ox.QuerySolutions)
        return [f"{solution['a']} {solution['c']}" for solution in solutions]

    valued = f"SELECT ?a ?c {{ VALUES ?__p {{ 2 }} {pattern} }}"
    assert rows(valued) == rows(bind(f"SELECT ?a ?c {{ {pattern} }}", {"__p": "2"}))


def test_what_looks_like_a_given_parameter_left_out_is_left_out_at_the_beginning_alone() -> None:
    """Behind `&&` it binds less than what stands before it."""
    assert "FILTER(?a = 1 && !true || ?b = <x>)" == bind("FILTER(?a = 1 && !BOUND(?__x_iri) || ?b = ?__x_iri)", {"__x_iri": "<x>"})


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


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { " + " ".join(f"?service{i} ?from ?o ." for i in range(400)) + " }",
        "SELECT * { ?s ?p 'service', \"FROM\" } # from a service",
        "SELECT * { ?s <http://x/from#service> <urn:service:from> }",
    ],
)
def test_the_parser_is_not_asked_where_the_words_are_surely_none(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It optimizes as well, in the fourth power of the patterns."""
    monkeypatch.setattr("kg.sparql.guarding._syntax_error", lambda text: pytest.fail(text))
    guard(text)


def test_an_iri_that_is_no_comparison_is_one_word() -> None:
    """So that a long list of them is let through; one more than the most is not."""
    things = [f"<urn:x:{number}>" for number in range(MOST_TOKENS)]
    guard(f"SELECT * {{ VALUES ?x {{ {' '.join(things[:1200])} }} }}")
    with pytest.raises(RefusedQuery, match=f"more than {MOST_TOKENS:,} words and signs"):
        guard(f"SELECT * {{ VALUES ?x {{ {' '.join(things)} }} }}")
