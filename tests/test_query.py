"""Stored queries: their headers, their parameters, and their exact answers."""

import csv
import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest
from generate import generate, world_of
from questions import questions

from kg import KnowledgeGraph, paths
from kg.engine import Embedded
from kg.errors import AmbiguousName, HeaderError, ParameterError, QuerySyntaxError, UnknownName, UnknownQuery
from kg.namespaces import shrink
from kg.query import Catalogue, read_query
from kg.rows import Rows
from kg.sparql import tokens
from kg.triples import Triples

ANSWERS = Path(__file__).parent / "answers"
CATALOGUE = Catalogue(paths.QUERIES)
QUERIES = sorted(CATALOGUE)
APART = frozenset(name for name in QUERIES if CATALOGUE[name].federated or CATALOGUE[name].enriched)
"""Queries that need another server, or an enriched graph: tests/test_federate.py runs them."""


def query_name(path: Path) -> str:
    """The query that an answer file is for: its name up to `--`."""
    return path.stem.split("--")[0]


ALL_ANSWER_FILES = sorted(path for path in ANSWERS.iterdir() if path.suffix in (".csv", ".ttl"))
ANSWER_FILES = [path for path in ALL_ANSWER_FILES if query_name(path) not in APART]


def parameters_of(path: Path) -> dict[str, str]:
    """The parameters in the first line of an answer file, if it is a comment."""
    first = path.read_text(encoding="utf-8").split("\n", 1)[0]
    found: dict[str, str] = json.loads(first.removeprefix("# ")) if first.startswith("# {") else {}
    return found


def cell(term: object, prefixes: Mapping[str, str]) -> str:
    """A term as the answer files write it."""
    if isinstance(term, ox.NamedNode):
        return shrink(term.value, prefixes)
    return "" if term is None else str(getattr(term, "value", term))


def answer_lines(graph: KnowledgeGraph, path: Path) -> list[list[str]]:
    """The answer to the query of an answer file, with its columns first; triples sorted."""
    answer = graph.query(query_name(path), **parameters_of(path))
    if isinstance(answer, Rows):
        return [list(answer.columns), *([cell(term, graph.prefixes) for term in row] for row in answer.terms)]
    if isinstance(answer, Triples):
        return sorted([cell(t.subject, graph.prefixes), cell(t.predicate, graph.prefixes), cell(t.object, graph.prefixes)] for t in answer)
    return [[str(answer).lower()]]


def expected_lines(path: Path) -> list[list[str]]:
    """The lines of an answer file."""
    text = path.read_text(encoding="utf-8")
    body = text.split("\n", 1)[1] if text.startswith("# {") else text
    return list(csv.reader(body.splitlines()))


@pytest.mark.parametrize("path", ANSWER_FILES, ids=lambda path: path.name)
def test_the_answer_is_exactly_that_of_the_answer_file(graph: KnowledgeGraph, path: Path) -> None:
    """Row by row and in order."""
    assert expected_lines(path) == answer_lines(graph, path)


@pytest.mark.parametrize("path", ANSWER_FILES, ids=lambda path: path.name)
def test_rdflib_gives_the_same_rows(rdflib_graph: KnowledgeGraph, path: Path) -> None:
    """One query file, the same answer from another engine."""
    assert expected_lines(path) == answer_lines(rdflib_graph, path)


def test_each_query_has_an_answer_and_each_answer_a_query() -> None:
    """Neither stands alone."""
    assert set(QUERIES) == {query_name(path) for path in ALL_ANSWER_FILES}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_is_portable_and_its_order_total_in_the_text(name: str) -> None:
    """Every prefix declared, ORDER BY in each SELECT, no option of the command as a parameter; GRAPH and SERVICE where a tag says so."""
    stored = CATALOGUE[name]
    words = [token.text.upper() for token in tokens(stored.text) if token.kind == "word"]
    assert not {"FROM", "MINUS"} & set(words)
    assert ("GRAPH" in words, "SERVICE" in words) == (stored.enriched, stored.federated)
    assert stored.form != "SELECT" or "ORDER" in words
    assert not set(stored.parameters) & {"data", "engine", "format", "output", "cite", "iris", "no-cache", "help", "enriched"}
    assert not set(stored.parameters) & {"allow-service", "refresh", "offline", "as-of", "limit", "offset"}
    assert len(stored.summary) <= 60


KINDS = frozenset(
    (query, parameter)
    for query, parameters in {
        "direct-relations": "relation",
        "event-participants": "kind role",
        "linked-facts": "link",
        "memberships-in-common": "kind",
        "missions": "kind",
        "people": "relation",
        "wordings": "role",
    }.items()
    for parameter in parameters.split()
)
"""The parameters that are no thing, but a class or a property, or one of a few kinds."""


def in_patterns(text: str) -> set[str]:
    """The variables in `text` outside FILTER and BIND."""
    found, until = set(), -1
    for token in tokens(text):
        if until < 0 and token.text.upper() in ("FILTER", "BIND"):
            until = token.depth
        elif token.depth == until and token.text in (")", "}"):
            until = -1
        elif until < 0 and token.kind == "variable":
            found.add(token.text[1:])
    return found


@pytest.mark.parametrize("name", QUERIES)
def test_a_question_about_one_thing_starts_from_it(name: str) -> None:
    """A thing stands in a triple pattern, where an index has it: in a comparison alone, every row would be made and then compared."""
    stored = CATALOGUE[name]
    things = {parameter.variable: parameter.name for parameter in stored.parameters.values() if parameter.type == "iri"}
    found = in_patterns(stored.text)
    assert {one for one in KINDS if one[0] == name} == {(name, thing) for variable, thing in things.items() if variable not in found}


@pytest.mark.parametrize("name", QUERIES)
def test_no_query_names_a_thing_of_one_article(name: str) -> None:
    """The same query serves any pair of states: only terms of vocabularies stand in it."""
    text = CATALOGUE[name].text
    assert "bilateral/id/" not in text
    assert not re.search(r"\bid:", text)


@pytest.mark.parametrize("name", [name for name in QUERIES if CATALOGUE[name].form == "SELECT" and name not in APART])
def test_no_two_rows_are_the_same(graph: KnowledgeGraph, name: str) -> None:
    """A row that comes twice would be a join that went wrong."""
    for path in ANSWER_FILES:
        if query_name(path) == name:
            lines = answer_lines(graph, path)
            assert len(lines) == len({tuple(line) for line in lines})


# ---- the questions

QUESTIONS_FILE = Path(__file__).parent / "questions.tsv"
QUESTIONS = list(csv.DictReader(QUESTIONS_FILE.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def test_all_questions_are_there() -> None:
    """The 25 competency questions, each once."""
    assert 25 == len({question["id"] for question in QUESTIONS})


# ---- headers

HEADER = """#+ summary: A test
#+ description: Only a test.
#+ tags: [time]
#+ x-question: Is it a test?
#+ x-params:
#+   - {name: who, description: somebody}
#+ x-columns:
#+   - {name: x, type: iri, description: something}
"""
TEXT = HEADER + "SELECT ?x WHERE { ?x ?p ?_who_iri } ORDER BY ?x\n"


def stored(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "a-test.rq"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_header_is_read(tmp_path: Path) -> None:
    """Name from the file, all else from the header."""
    query = read_query(stored(tmp_path, TEXT))
    assert ("a-test", "A test", "Only a test.", "Is it a test?", ("time",), "SELECT") == (
        query.name,
        query.summary,
        query.description,
        query.question,
        query.tags,
        query.form,
    )
    assert ["who"] == list(query.parameters)
    assert [("x", "iri", "something")] == [(column.name, column.type, column.description) for column in query.columns]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("#+ tags: [time]", "#+\ttags: [time]"), "a-test.rq:3: the header is not YAML"),
        (("#+ tags: [time]\n", ""), "a-test.rq:1: the header lacks 'tags'"),
        (("#+ tags: [time]", "#+ tagz: [time]"), "a-test.rq:3: unknown key 'tagz'. Did you mean tags?"),
        (("#+ tags: [time]", "#+ tags: time"), "a-test.rq:3: 'tags' must be a list of words"),
        (("#+ summary: A test", "#+ summary: 1"), "a-test.rq:1: 'summary' must be text"),
        (("type: iri", "type: iro"), "a-test.rq:8: column 'x' has the unknown type 'iro'. Did you mean iri?"),
        (("name: x,", "name: y,"), "a-test.rq:9: column 'x' is not declared under 'x-columns'"),
        (("name: who", "name: whom"), "a-test.rq:6: parameter 'whom' is not in the query. Did you mean who?"),
        (("?_who_iri", "?_who_iri ; ?p ?_more"), "a-test.rq:9: parameter 'more' is not described"),
        (("?_who_iri", "?_who_irri"), "a-test.rq:9: parameter 'who' has the unknown type 'irri'. Did you mean iri?"),
        (("SELECT ?x", "SELECT (1 AS ?x) ?p"), "a-test.rq:9: column 'p' is not declared"),
        (("SELECT ?x WHERE", "SELEC ?x WHERE"), "a-test.rq: holds no SELECT"),
        (("SELECT ?x WHERE { ?x ?p ?_who_iri } ORDER BY ?x", "ASK { ?x ?p ?_who_iri }"), "a-test.rq:7: 'x-columns' are for SELECT"),
        (("tags: [time]", "tags: [federated]"), "a-test.rq:3: the tag 'federated' and SERVICE in the query go together"),
        (("?p ?_who_iri }", "?p ?_who_iri SERVICE <x:y> { } }"), "a-test.rq:3: the tag 'federated' and SERVICE in the query go together"),
        (("tags: [time]", "tags: [enriched]"), "a-test.rq:3: the tag 'enriched' and <https://w3id"),
        (
            ("?p ?_who_iri }", "?p ?_who_iri GRAPH <https://w3id.org/bilateral/graph/wikidata> { } }"),
            "a-test.rq:3: the tag 'enriched' and <https://w3id",
        ),
        ((HEADER, ""), "a-test.rq:1: the header (lines that start with '#+ ') is missing"),
    ],
)
def test_a_bad_header_is_refused_with_file_and_line(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    """Never half-read: what is wrong is named with the place and the nearest word."""
    assert change[0] in TEXT
    with pytest.raises(HeaderError) as error:
        read_query(stored(tmp_path, TEXT.replace(*change)))
    assert message in str(error.value)


def test_an_optional_default_is_used_and_can_be_overridden(tmp_path: Path) -> None:
    """grlc's list of one-entry mappings."""
    query = read_query(stored(tmp_path, TEXT.replace("#+ x-params", "#+ defaults:\n#+   - who: http://example.org/a\n#+ x-params")))
    assert "<http://example.org/a>" in query.bind({}, str)
    assert "<http://example.org/b>" in query.bind({"who": "http://example.org/b"}, str)


# ---- parameters


def typed_query(tmp_path: Path, type: str) -> str:
    """The name of a query with one parameter v of a type, in a folder of its own."""
    text = HEADER.replace("name: who", "name: v").replace("type: iri", "type: string") + f"SELECT (?_v_{type} AS ?x) {{ }} ORDER BY ?x\n"
    stored(tmp_path, text)
    return "a-test"


@pytest.mark.parametrize(
    ("type", "value", "expected"),
    [
        ("integer", " 07 ", 7),
        ("integer", 7, 7),
        ("decimal", "1e3", "1000"),
        ("boolean", "TRUE", True),
        ("date", "2004-02-29", date(2004, 2, 29)),
        ("date", date(2004, 2, 29), date(2004, 2, 29)),
        ("string", 'say "?_v_string" \\ } #', 'say "?_v_string" \\ } #'),
        ("az", "Vətən", "Vətən"),
    ],
)
def test_values_are_bound_as_terms_of_their_type(tmp_path: Path, type: str, value: object, expected: object) -> None:
    """Text as typed on a command line, and Python values, become the same term."""
    graph = KnowledgeGraph.open(queries=tmp_path)
    name = typed_query(tmp_path, type)
    answer = graph.query(name, v=value)
    assert isinstance(answer, Rows)
    assert str(expected) == str(answer[0][0])


@pytest.mark.parametrize(
    ("type", "value", "message"),
    [
        ("integer", "many", "'v' takes a whole number, not 'many'"),
        ("integer", "1.5", "'v' takes a whole number"),
        ("integer", "1_2", "'v' takes a whole number"),
        ("integer", "١٢", "'v' takes a whole number"),
        ("decimal", "NaN", "'v' takes a number"),
        ("boolean", "maybe", "'v' takes true or false"),
        ("date", "29 February 2004", "'v' takes a date like 2004-03-31"),
        ("date", "2005-02-29", "'v' takes a date like 2004-03-31"),
        ("date", "٢٠٠٤-٠٢-٢٩", "'v' takes a date like 2004-03-31"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(tmp_path: Path, type: str, value: str, message: str) -> None:
    """The message names the query, the parameter, what it takes and what it got."""
    graph = KnowledgeGraph.open(queries=tmp_path)
    with pytest.raises(ParameterError, match=re.escape(message)):
        graph.query(typed_query(tmp_path, type), v=value)


def test_unknown_names_are_refused_with_the_nearest(graph: KnowledgeGraph) -> None:
    """A query, a parameter, a thing: never every row for a misspelt name."""
    with pytest.raises(UnknownQuery, match=r"'state-visit'\. Did you mean .*state-visits"):
        graph.query("state-visit")
    with pytest.raises(UnknownQuery, match="No stored query"):
        graph.query("../queries/timeline")
    with pytest.raises(ParameterError, match=r"no parameter 'visitr'\. Did you mean visitor\?"):
        graph.query("state-visits", visitr="Ilham Aliyev")
    with pytest.raises(UnknownName, match=r"Nothing in the graph is called 'Ilham Alyev'\. Did you mean Ilham Aliyev"):
        graph.query("state-visits", visitor="Ilham Alyev")
    with pytest.raises(ParameterError, match="about-thing needs the parameter 'thing': "):
        graph.query("about-thing")


def test_text_that_is_not_utf8_is_refused_at_the_door(graph: KnowledgeGraph) -> None:
    """Bytes of the command line that are not UTF-8 reach Python as lone surrogates, which no engine takes."""
    calls: list[Callable[[], object]] = [
        lambda: graph.describe("a\udcff"),
        lambda: graph.explain("\udcff", "a", "b"),
        lambda: graph.query("about-thing", thing="\udcff"),
        lambda: graph.query("\udcff"),
        lambda: graph.sparql("ASK {\n} # \udcff"),
        lambda: graph.grounds("ASK {\n} # \udcff"),
    ]
    for call in calls:
        with pytest.raises(ParameterError, match=r"has bytes that are not UTF-8 \(line [12]\): '.*\\udcff'; write it in UTF-8\."):
            call()


def test_a_form_feed_is_no_line_end(tmp_path: Path) -> None:
    """Neither in the header of a stored query nor in SPARQL: lines are those that editors count."""
    path = tmp_path / "q.rq"
    path.write_text("# a\x0cb\n#+ summary: a\u2028\n#+ description: é\n#+ tagz: []\nSELECT * { }", encoding="utf-8")
    with pytest.raises(HeaderError, match=r"q\.rq:4: unknown key 'tagz'"):
        read_query(path)
    path.write_text("# a\x0cb\n#+ summary: é\n#+ description: a\x0cb\nSELECT * { }", encoding="utf-8")
    with pytest.raises(HeaderError, match=r"q\.rq:3: the header is not YAML: control characters are not allowed \(U\+000C\)\.$"):
        read_query(path)
    with pytest.raises(QuerySyntaxError, match=r"line 3, column 9: something is missing: '\?x \?y }'"):
        Embedded(ox.Store()).query("SELECT * WHERE { # a\x0cb\n ?s ?p ?o\n ?x ?y }")
    with pytest.raises(QuerySyntaxError, match=r"line 3, column 9: something is missing: '\?x \?y }'"):
        Embedded(ox.Store()).query("SELECT * WHERE { # a\x0cb\r\n ?s ?p ?o\r ?x ?y }")


def test_a_period_ends_after_it_begins(graph: KnowledgeGraph) -> None:
    """One that ends before is refused, which would otherwise find what is of no known day; a single day is a period."""
    with pytest.raises(ParameterError, match=re.escape("timeline: the period ends before it begins: since 2007-01-01, until 2006-12-31.")):
        graph.query("timeline", since="2007-01-01", until="2006-12-31")
    day = graph.query("timeline", since="1992-08-27", until="1992-08-27")
    assert isinstance(day, Rows)
    assert "Azerbaijan and Kazakhstan established diplomatic relations" in [str(row["fact"]) for row in day]


def test_an_ambiguous_name_lists_its_candidates(tmp_path: Path, two_namesakes: Path) -> None:
    """Two things with one label are told apart by their CURIEs."""
    graph = KnowledgeGraph.open(two_namesakes)
    with pytest.raises(
        AmbiguousName, match=r"'Springfield' may be any of: Springfield \(id:springfield-1\), Springfield \(id:springfield-2\)"
    ):
        graph.query("about-thing", thing="Springfield")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: f"{question['id']}-{question['query']}")
def test_a_question_is_answered(graph: KnowledgeGraph, question: dict[str, str]) -> None:
    """The columns that answer it, things by their names, in the order of the rows, each distinct row once."""
    rows = graph.query(question["query"], **json.loads(question["parameters"]))
    assert isinstance(rows, Rows)
    columns = question["columns"].split(",")
    lines = [" | ".join("" if row[column] is None else str(row[column]) for column in columns) for row in rows]
    assert question["answer"] == " ; ".join(dict.fromkeys(lines))


def test_a_fact_that_a_statement_is_about_does_not_lend_it_its_reference(graph: KnowledgeGraph) -> None:
    """That the peace attempt was the first one is said without a reference; the attempt itself has one."""
    rows = graph.query("statements", about="azkz:mediation-nk")
    assert isinstance(rows, Rows)
    assert [["s33"]] == [[citation.segment.rsplit("/", 1)[-1] for citation in row.citations] for row in rows.cited()]


def test_a_plain_relation_that_only_a_quotation_tells_is_not_told_as_the_articles(other_data: Path) -> None:
    """A twinning in a quoted voice is no row of twin-towns."""
    with (other_data / "relations.ttl").open("a", encoding="utf-8") as file:
        file.write(
            'grru:quoted a dip:BinaryFact ; rdfs:label "Yetive calls the towns twins"@en ; rdf:subject id:streslau ;'
            " rdf:predicate dip:twinnedWith ; rdf:object id:edelweiss ; dip:statedIn grru:s02 ; dip:assertedBy id:yetive .\n"
            'id:edelweiss a schema:City ; rdfs:label "Edelweiss"@en .\n id:yetive a <http://www.w3.org/ns/prov#Agent> .\n'
        )
    rows = KnowledgeGraph.open(other_data).query("twin-towns")
    assert isinstance(rows, Rows)
    assert 0 == len(rows)


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up pair with what the article does not have: two files in one folder."""
    folder = tmp_path_factory.mktemp("edges")
    for path in (Path(__file__).parent / "graustark" / "relations.ttl", Path(__file__).parent / "edges.ttl"):
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def cells(graph: KnowledgeGraph, name: str, *columns: str, **parameters: object) -> list[tuple[str, ...]]:
    """Some columns of an answer, as CURIEs or text."""
    rows = graph.query(name, **parameters)
    assert isinstance(rows, Rows)
    places = [rows.columns.index(column) for column in columns]
    return [tuple(cell(row[place], graph.prefixes) for place in places) for row in rows.terms]


def test_no_query_drops_or_doubles_what_is_only_partly_told(edges: Path) -> None:
    """A membership without a kind, a visit without a host, a date with one open end, a figure that is no head count, an exact date."""
    graph = KnowledgeGraph.open(edges)
    assert [("id:graustark", ""), ("id:ruritania", "dip:full")] == cells(graph, "memberships", "member", "kind")
    assert [("id:league", "", "dip:full")] == cells(graph, "memberships-in-common", "organisation", "kindA", "kindB")
    assert {"grru:visit", "grru:visit-2", "grru:visit-3"} == {visit for (visit,) in cells(graph, "state-visits", "visit")}
    assert ("id:yetive", "", "grru:visit-3") in cells(graph, "visits", "visitor", "host", "visit")
    assert [("id:order", "1905-06-07")] == cells(graph, "honours", "award", "date")
    figures = cells(graph, "figures", "value", "unit", "area", "reference")
    assert [("9000", "square kilometres", "id:graustark", number) for number in ("1", "2")] == figures


def test_an_office_is_no_guest_of_its_own_state(edges: Path) -> None:
    """Two courts that visit each other: each is the other's guest only."""
    hosts = cells(KnowledgeGraph.open(edges), "visits", "visitor", "host", "visit")
    assert {("id:princess-of-graustark", "id:ruritania"), ("id:king-of-ruritania", "id:graustark")} == {
        row[:2] for row in hosts if row[2] == "grru:visit-4"
    }


def test_a_holder_at_that_time_is_not_in_office_for_ever(edges: Path) -> None:
    """The ball of 1930 is not in the reign that is shown in 1901."""
    events = [event for (event,) in cells(KnowledgeGraph.open(edges), "events-in-tenure", "event", holder="Yetive")]
    assert "grru:visit" in events
    assert "grru:party" not in events
    assert len(events) == len(set(events))


@pytest.fixture(scope="module")
def several(edges: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a second article, on another pair, which says some of it again."""
    folder = tmp_path_factory.mktemp("several")
    for path in (*edges.iterdir(), Path(__file__).parent / "articles.ttl"):
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.mark.parametrize("folder", ["edges", "several"])
def test_the_engines_agree_on_made_up_data_too(request: pytest.FixtureRequest, folder: str) -> None:
    """Every query that can be asked without parameters."""
    data: Path = request.getfixturevalue(folder)
    embedded, rdflib = KnowledgeGraph.open(data), KnowledgeGraph.open(data, engine="rdflib")
    for name, stored_query in embedded.queries.items():
        if stored_query.form == "SELECT" and stored_query.alone:
            columns = [column.name for column in stored_query.columns]
            assert cells(embedded, name, *columns) == cells(rdflib, name, *columns), name


@pytest.mark.parametrize(
    ("name", "parameters", "expected"),
    [
        (
            "former-polities-in-common",
            {"a": "Ruritania"},
            [("id:old-realm id:ruritania id:graustark", "axgr:part-gr axgr:part-ru grru:part-gr grru:part-ru")],
        ),
        (
            "memberships-in-common",
            {"a": "Graustark", "b": "Ruritania"},
            [
                ("id:league id:graustark - id:ruritania dip:full", "axgr:mem-ru grru:mem-gr grru:mem-ru"),
                ("id:league id:graustark dip:full id:ruritania dip:full", "axgr:mem-gr axgr:mem-ru grru:mem-ru"),
            ],
        ),
        (
            "family-honours",
            {},
            [
                (
                    "id:yetive id:order id:ruritania id:heiress id:order id:ruritania",
                    "axgr:conf axgr:kin grru:conf grru:conf-heiress grru:kin",
                )
            ],
        ),
    ],
)
def test_what_several_articles_say_is_one_row_with_all_their_facts(
    several: Path, name: str, parameters: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    """However many state it; what they state differently is a row for each."""
    graph = KnowledgeGraph.open(several)
    rows = graph.query(name, **parameters)
    assert isinstance(rows, Rows)
    assert expected == [
        (" ".join(cell(term, graph.prefixes) or "-" for term in terms), " ".join(sorted(known_as(one.fact) for one in row.citations)))
        for row, terms in zip(rows.cited(), rows.terms, strict=True)
    ]


def known_as(iri: str | None) -> str:
    """A fact of the made-up articles with the prefix of its article."""
    article, _, name = (iri or "").rpartition("/")
    return f"{'axgr' if 'axphain' in article else 'grru'}:{name}"


def test_an_event_of_other_states_is_not_told_of_a_tenure(several: Path) -> None:
    """The coronation in Axphain falls into the month in which Yetive is shown in office, but by another article."""
    graph = KnowledgeGraph.open(several)
    assert ("1901-05-10",) in cells(graph, "timeline", "date")
    assert [("grru:visit",)] == cells(graph, "events-in-tenure", "event", holder="Yetive")


def test_no_row_comes_twice_in_a_graph_of_several_articles(tmp_path: Path) -> None:
    """Neither of a list nor about a thing, where four articles speak of the same states."""
    generate(tmp_path, world_of(10_000))
    graph = KnowledgeGraph.open(tmp_path)
    for stored_query in graph.queries.values():
        for parameters in questions(graph, stored_query) if stored_query.form == "SELECT" and stored_query.name not in APART else ():
            rows = graph.query(stored_query.name, **parameters)
            assert isinstance(rows, Rows)
            assert len(rows) == len({tuple(terms) for terms in rows.terms}), (stored_query.name, parameters)


def test_two_things_of_one_name_are_asked_for_by_their_iris(two_namesakes: Path) -> None:
    """A thing given as such is not taken for its namesake that was asked for before."""
    graph = KnowledgeGraph.open(two_namesakes)
    for number in (1, 2):
        thing = graph.resolve(f"id:springfield-{number}")
        answer = graph.query("thing-graph", thing=thing)
        assert isinstance(answer, Triples)
        assert thing.iri in {getattr(triple.subject, "value", "") for triple in answer}


# ---- some of the rows


LISTS = [name for name in QUERIES if CATALOGUE[name].form == "SELECT" and CATALOGUE[name].alone and name not in APART]


@pytest.mark.parametrize("name", LISTS)
def test_pages_make_up_the_whole(graph: KnowledgeGraph, name: str) -> None:
    """Each row is on one page of three, in the order of the whole answer."""
    whole = graph.query(name)
    assert isinstance(whole, Rows)
    pages = [graph.query(name, limit=3, offset=start) for start in range(0, len(whole) + 1, 3)]
    assert list(whole) == [row for page in pages if isinstance(page, Rows) for row in page]


def test_a_limit_and_an_offset_are_each_enough(graph: KnowledgeGraph) -> None:
    """The first rows, or all after some."""
    whole = graph.query("timeline")
    first, rest = graph.query("timeline", limit=2), graph.query("timeline", offset=2)
    assert isinstance(whole, Rows)
    assert (list(whole)[:2], list(whole)[2:]) == tuple(list(rows) for rows in (first, rest) if isinstance(rows, Rows))
    assert 0 == len(rows if isinstance(rows := graph.query("twin-towns", limit=0, town="Aktau"), Rows) else [0])


@pytest.mark.parametrize(
    ("name", "some", "message"),
    [
        ("timeline", {"limit": -1}, "The limit is a whole number from 0, not -1"),
        ("timeline", {"offset": "2"}, "The offset is a whole number from 0, not '2'"),
        ("timeline", {"limit": True}, "not True"),
        ("has-diplomatic-relations", {"limit": 1, "a": "Azerbaijan", "b": "Kazakhstan"}, "is ASK: a limit and an offset are for rows"),
        ("thing-graph", {"offset": 1, "thing": "Sumgayit"}, "is CONSTRUCT"),
    ],
)
def test_what_has_no_such_rows_is_refused(graph: KnowledgeGraph, name: str, some: dict[str, object], message: str) -> None:
    """With the name of what is wrong."""
    with pytest.raises(ParameterError, match=message):
        graph.query(name, **some)
