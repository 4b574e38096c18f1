"""Citations are derived from the query's pattern."""

import json
import re

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from kg import KnowledgeGraph, paths
from kg.citation import Citation, Reference
from kg.cite.pattern import MARK, readings, widened
from kg.cite.statements import statement
from kg.cli import cli
from kg.engine import Result
from kg.errors import QuerySyntaxError, RefusedQuery
from kg.namespaces import PROV
from kg.query import Catalogue
from kg.rows import Rows, references

AZKZ = "https://w3id.org/bilateral/id/azerbaijan-kazakhstan/"


def cited(graph: KnowledgeGraph, text: str) -> Rows:
    answer = graph.sparql(text)
    assert isinstance(answer, Rows)
    return answer.cited()


def stored(graph: KnowledgeGraph, name: str, **values: str) -> Rows:
    answer = graph.query(name, **values)
    assert isinstance(answer, Rows)
    return answer.cited()


def segments(rows: Rows) -> list[list[str]]:
    """For each row the names of its segments."""
    return [[citation.segment.rsplit("/", 1)[-1] for citation in row.citations] for row in rows]


def test_a_citation_tells_place_voice_hedges_and_references(graph: KnowledgeGraph) -> None:
    """All that a person needs to find the sentence and to weigh it."""
    rows = cited(graph, "SELECT ?mediator { ?fact dip:mediator ?mediator } ORDER BY ?mediator")
    (citation,) = rows[0].citations
    assert isinstance(citation, Citation)
    assert ("azerbaijan-kazakhstan/mediation-nk", "azerbaijan-kazakhstan/s34", 1, 2, ("Wikipedia contributors",), ()) == (
        str(citation.fact).split("/id/")[1],
        citation.segment.split("/id/")[1],
        citation.paragraph,
        citation.sentence,
        citation.voices,
        citation.hedges,
    )
    assert [8] == [reference.number for reference in citation.references]
    assert "retrieved 2010-04-14" in citation.references[0].line


def test_a_citation_names_the_other_places_of_its_fact(graph: KnowledgeGraph) -> None:
    """Where the article says it, or a part of it, once more: in text, JSON, CSV and RDF. Most facts have none."""
    rows = stored(graph, "memberships", organisation="Turkic Council")
    again = "again, whole or in part: Cultural relations (second), paragraph 1, sentence 1 (s40)"
    told = f"lead section, paragraph 3, sentence 4 (s08), no reference, {again}"
    assert {told} == {str(citation) for row in rows for citation in row.citations}
    also = [{"segment": AZKZ + "s40", "section": "Cultural relations (second)", "paragraph": 1, "sentence": 1}]
    assert [[also], [also]] == [[citation["also"] for citation in row["citations"]] for row in json.loads(rows.to_json())]
    assert 2 == rows.to_csv().count(told)
    (relations,) = stored(graph, "relations-established")
    (citation,) = relations.citations
    assert ["infobox line 1 (i01)", "infobox line 2 (i02)", "lead section, paragraph 1, sentence 1 (s01)"] == [*map(str, citation.also)]
    stated = statement(ox.BlankNode(), ox.Triple(ox.NamedNode("ex:a"), ox.NamedNode("ex:b"), ox.NamedNode("ex:c")), [citation])
    sources = {triple.object for triple in stated if triple.predicate.value == PROV + "hadPrimarySource"}
    assert {ox.NamedNode(AZKZ + name) for name in ("s07", "i01", "i02", "s01")} == sources
    assert [()] * 4 == [citation.also for row in stored(graph, "honours") for citation in row.citations][:4]


def test_a_word_that_grades_is_not_called_a_doubt() -> None:
    """Of those on board some were high-ranking; nobody limits that the helicopter was shot down."""
    found = CliRunner().invoke(cli, ["query", "aircraft-incidents", "--cite", "--format", "table"])
    assert "Qualifying words: high-ranking." in " ".join(found.output.split())
    assert "Hedged" not in found.output


LINES = {
    1: "“…”",
    2: "“…”, Gunaz TV, archived 2012-04-05",
    3: "“…”",
    4: "“…”",
    5: "Ramiz Mehdiyev, “…”, Azərnəşr, p. 94",
    6: "“…”, library.aliyev-heritage.org",
    7: "“…”",
    8: "“…”, retrieved 2010-04-14",
    9: "Kristen Eichensehr, W. Michael Reisman, “…”, Martinus Nijhoff Publishers, Leiden, 1998, p. 54, ISBN 978-90-04-17855-7, "
    "retrieved 2010-04-14",
    10: "“…”",
    11: "“…”, Zaman, archived 2012-04-07",
    12: "“…”, Newskaz.ru, 2010-12-15, retrieved 2011-01-04",
    13: "“…”, UNESCO, retrieved 2007-03-19",
    14: "“…”",
    15: "“…”, archived 2012-04-05",
    16: "“…”",
}
"""What the article's list of references says of each beside its title: who, where, when. The title of 8 is its publisher and its number."""


def test_a_line_says_what_the_entry_says_each_part_once(graph: KnowledgeGraph) -> None:
    """Authors, title, publisher and its town, year, page, ISBN, and the days it was read or archived."""
    found = references(cited(graph, "SELECT ?entry { ?entry a dip:ReferenceEntry }"))
    assert LINES == {reference.number: re.sub("“.*”", "“…”", reference.line) for reference in found}
    assert "“The Transitional Justice Peace Agreements Database. Record 617”" in found[7].line


def test_a_clause_has_the_place_of_its_sentence_and_a_reference_of_its_own(graph: KnowledgeGraph) -> None:
    """The two clauses of the eleventh sentence."""
    rows = cited(graph, "SELECT ?n { { ?fact schema:minValue ?n } UNION { ?fact sdmxm:obsValue ?n ; dip:population ?who } } ORDER BY ?n")
    assert [["s11b"], ["s11a"]] == segments(rows)
    assert [[3], [2]] == [[reference.number for citation in row.citations for reference in citation.references] for row in rows]
    assert [(1, 3), (1, 3)] == [(row.citations[0].paragraph, row.citations[0].sentence) for row in rows]


def test_a_quoted_sentence_is_backed_through_the_quotation(graph: KnowledgeGraph) -> None:
    """Reference 5 closes it some sentences later."""
    rows = cited(graph, "SELECT ?fact { ?fact a dip:Occasion ; dip:assertedBy id:nursultan-nazarbayev }")
    assert [["s18"]] == segments(rows)
    assert [5] == [reference.number for reference in references(rows)]


def test_hidden_variables_count_and_distinct_order_and_limit_do_not(graph: KnowledgeGraph) -> None:
    """The fact is not projected, the row is one of several, and it is still found."""
    rows = cited(graph, "SELECT DISTINCT ?state { ?fact a dip:Membership ; org:member ?state } ORDER BY ?state LIMIT 1")
    assert [6] == [len(row.citations) for row in rows]
    assert [{"s08"}] == [set(names) for names in segments(rows)]


def test_an_aggregate_is_cited_by_its_groups(graph: KnowledgeGraph) -> None:
    """Each group has the facts that were counted, HAVING left aside."""
    rows = cited(
        graph,
        "SELECT ?state (COUNT(?fact) AS ?n) { ?fact a dip:Representation ; dip:sendingState ?state }"
        " GROUP BY ?state HAVING(COUNT(?fact) > 0) ORDER BY ?state",
    )
    assert [2, 1] == [row.n for row in rows]
    assert [["s02", "s02"], ["s03"]] == segments(rows)


def test_a_plain_triple_is_cited_by_the_fact_that_names_both_ends(graph: KnowledgeGraph) -> None:
    """Twin towns have no fact in the pattern."""
    rows = cited(graph, "SELECT ?a ?b { ?a dip:twinnedWith ?b } ORDER BY ?a")
    assert [["s46"], ["s46"]] == segments(rows)


def test_a_row_about_a_sentence_cites_the_sentence(graph: KnowledgeGraph) -> None:
    """Without a fact."""
    rows = cited(graph, "SELECT ?s { ?s a dip:Sentence ; rdfs:label 'sentence 41'@en }")
    (citation,) = rows[0].citations
    assert (None, [12]) == (citation.fact, [reference.number for reference in citation.references])


def test_a_row_that_rests_on_no_fact_has_no_citation(graph: KnowledgeGraph) -> None:
    """A class of the ontology is no statement of the article."""
    assert [[]] == segments(cited(graph, "SELECT ?c { ?c a owl:Class ; rdfs:label 'embassy'@en }"))


def test_a_fact_that_is_only_spoken_of_is_not_cited(graph: KnowledgeGraph) -> None:
    """An evaluation without a reference is about a mediation with one; a signing has its occasion."""
    rows = cited(
        graph, "SELECT ?statement ?about { ?statement dip:term 'first peace attempt'@en ; schema:about ?about . FILTER(isIRI(?about)) }"
    )
    assert {("s33",)} == {tuple(names) for names in segments(rows)}
    (row,) = cited(graph, "SELECT ?occasion { ?signature dip:occasion ?occasion ; a dip:TreatySignature }")
    assert ["sig-caspian-2001"] == [str(citation.fact).rsplit("/", 1)[-1] for citation in row.citations]


def test_a_widened_query_is_looked_through_as_the_query_is() -> None:
    """It is made of the query's tokens, and an engine that takes none may find a keyword there; what has one openly was allowed it."""
    with pytest.raises(RefusedQuery, match="SERVICE"):
        readings("SELECT * { ?s ?p trueSERVICE<http://127.0.0.1/x>{?s ?p ?o} }")
    assert 1 == len(readings("SELECT * { ?s ?p ?o SERVICE <http://127.0.0.1/x> { ?s ?p ?o } }"))


@pytest.mark.parametrize(
    ("text", "variables", "keys"),
    [
        ("SELECT ?a { ?a ?p '?b' } LIMIT 1", ("a", "p"), ("a",)),
        ("SELECT * WHERE { ?a ?p ?o } ORDER BY ?a", ("a", "p", "o"), ("a", "p", "o")),
        ("SELECT (?a + 1 AS ?n) ?a { ?a ?p ?o }", ("a", "p", "o", "n"), ("a", "n")),
        ("SELECT ?a (SUM(?o) AS ?n) { ?a ?p ?o } GROUP BY ?a ORDER BY ?o", ("a", "p", "o"), ("a",)),
        ("SELECT (COUNT(*) AS ?n) { ?a ?p ?o }", ("a", "p", "o"), ()),
        ("SELECT ?a { ?a ?p ?o } VALUES ?o { 1 }", ("a", "p", "o"), ("a",)),
    ],
)
def test_a_widened_query_shows_all_variables(text: str, variables: tuple[str, ...], keys: tuple[str, ...]) -> None:
    """And knows which ones tie it to the answer."""
    wide = widened(text)
    assert (variables, keys) == (wide.variables, wide.keys)
    assert ("VALUES ?o { 1 }" in wide.text) is ("VALUES" in text)
    assert not {"LIMIT", "GROUP", "ORDER", "SUM"} & set(wide.text.replace("(", " ").split())


@pytest.mark.parametrize("text", ["ASK { ?a ?b ?c }", "CONSTRUCT WHERE { ?a ?b ?c }"])
def test_only_a_select_can_be_cited(text: str) -> None:
    """The others have no rows."""
    with pytest.raises(QuerySyntaxError, match="Only the rows of a SELECT"):
        widened(text)


def test_a_reference_line_is_put_together_from_the_entry(graph: KnowledgeGraph) -> None:
    """Authors, title, publisher, year, page and ISBN of the ninth."""
    rows = cited(graph, "SELECT ?fact { ?fact a dip:AircraftIncident }")
    (reference,) = references(rows)
    assert isinstance(reference, Reference)
    assert 9 == reference.number
    for part in ("Reisman", "Stopping Wars and Making Peace", "Martinus Nijhoff", "1998", "p. 54", "978-90-04-17855-7"):
        assert part in reference.line


def test_a_computed_column_ties_a_row_to_its_own_sentences(graph: KnowledgeGraph) -> None:
    """An expression is a key like a variable, in a projection and in GROUP BY."""
    rows = cited(graph, "SELECT (STR(?label) AS ?l) { ?f a dip:Representation ; rdfs:label ?label } ORDER BY ?l")
    assert [["s02"], ["s02"], ["s03"]] == segments(rows)
    years = cited(graph, "SELECT ?y (COUNT(?f) AS ?n) { ?f a dip:ReportedFact ; dip:notBefore ?d } GROUP BY (YEAR(?d) AS ?y) ORDER BY ?y")
    assert ["s07"] == segments(years)[0]
    assert {"s30", "s44"} == set(segments(years)[[row.y for row in years].index(2006)])


def test_a_row_about_an_uncited_sentence_cites_no_reference(graph: KnowledgeGraph) -> None:
    """Nor the section that it is in, which has references."""
    rows = graph.query("uncited-sentences")
    assert isinstance(rows, Rows)
    assert 26 == len(rows)
    assert [()] * 26 == [citation.references for row in rows.cited() for citation in row.citations]
    assert [1] * 26 == [len(row.citations) for row in rows.cited()]


def test_the_engines_cite_alike(graph: KnowledgeGraph, rdflib_graph: KnowledgeGraph) -> None:
    """Some queries of every kind: plain, optional, aggregated, and about sentences."""
    for name in ("honours", "trade-balance", "sentence-backing", "uncited-sentences", "direct-relations"):
        one, other = graph.query(name), rdflib_graph.query(name)
        assert isinstance(one, Rows)
        assert isinstance(other, Rows)
        assert [row.citations for row in one.cited()] == [row.citations for row in other.cited()], name


def test_each_direction_of_a_relation_rests_on_its_own_sentence(graph: KnowledgeGraph) -> None:
    """Azerbaijan's mission is no source for Kazakhstan's, though both rows name both states."""
    rows = cited(graph, "SELECT ?a ?b { ?a dip:hasMissionTo ?b } ORDER BY ?a")
    assert ["Azerbaijan", "Kazakhstan"] == [str(row.a) for row in rows]
    assert [["s02"], ["s03"]] == segments(rows)


def test_a_citation_says_whether_the_row_is_told_or_inferred(graph: KnowledgeGraph) -> None:
    """A membership is told in a fact, being a member follows from it; the seat of a mission is told, its place follows."""
    told = cited(graph, "SELECT ?o { ?fact org:member id:azerbaijan ; org:organization ?o }")
    follows = cited(graph, "SELECT ?o { id:azerbaijan dip:memberOf ?o }")
    assert [{False}] * 6 == [{citation.inferred for citation in row.citations} for row in told]
    assert [{True}] * 6 == [{citation.inferred for citation in row.citations} for row in follows]
    (stated,) = cited(graph, "SELECT ?b { id:aktau dip:twinnedWith ?b }")
    (mirrored,) = cited(graph, "SELECT ?a { id:sumgayit dip:twinnedWith ?a }")
    assert {True, False} == {stated.citations[0].inferred, mirrored.citations[0].inferred}


def test_what_a_fact_tells_is_told_in_more_general_words_too(graph: KnowledgeGraph) -> None:
    """That the state visit of 2004 was somewhere, and that its visitor took part in it; and whatever its reference is."""
    (told,) = cited(graph, "SELECT ?place { azkz:visit-ilham-2004 sem:hasPlace ?place }")
    assert [False] == [citation.inferred for citation in told.citations]
    (visitor,) = cited(
        graph, "SELECT ?actor { ?f dip:date ?date ; sem:hasActor ?actor FILTER(STR(?date) = '2004-03' && ?actor = id:ilham-aliyev) }"
    )
    assert [False] == [citation.inferred for citation in visitor.citations]
    (backed,) = cited(graph, "SELECT ?r { azkz:op-suleimenov-occupier dip:term ?term ; dip:backedBy ?r }")
    assert [False] == [citation.inferred for citation in backed.citations]


def test_a_citation_has_the_date_of_its_fact(graph: KnowledgeGraph) -> None:
    """A figure has its year; a fact without a date says so, a bare sentence has none to have."""
    rows = cited(
        graph, "SELECT ?f { VALUES ?f { azkz:visit-ilham-2004 azkz:obs-export-2005 azkz:emb-az-kz azkz:s41 } ?f ?p ?o } ORDER BY ?f"
    )
    found = {
        str(citation.fact or citation.segment).rsplit("/", 1)[-1]: (citation.date, citation.undated)
        for row in rows
        for citation in row.citations
    }
    assert {
        "visit-ilham-2004": ("2004-03", False),
        "obs-export-2005": ("2005", False),
        "emb-az-kz": (None, True),
        "s41": (None, False),
    } == found


def test_the_command_says_for_how_many_rows_it_found_no_sentence() -> None:
    """A path over two memberships is no triple; a membership is."""
    path = CliRunner().invoke(
        cli, ["sparql", "SELECT ?b { id:azerbaijan dip:memberOf/^dip:memberOf ?b FILTER(?b = id:kazakhstan) }", "--cite"]
    )
    assert "kg: no sentence was found for 6 of 6 rows.\n" == path.stderr
    found = CliRunner().invoke(cli, ["sparql", "SELECT ?o { id:azerbaijan dip:memberOf ?o }", "--cite"])
    assert "" == found.stderr


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("?a <u:p> ?b ; <u:q> <u:o> , ?c . ?d a <u:C>", ["a <u:p> b", "a <u:q> <u:o>", "a <u:q> c", "d a <u:C>"]),
        ("?a <u:p>/<u:q> ?b . ?a ^<u:p> ?c . ?a (<u:p>|<u:q>)* ?d . ?e !<u:p> ?f", ["a - b", "a - c", "a - d", "e - f"]),
        (
            "?a <u:p> ?b FILTER(?b > <u:x>) ?b <u:q> ?c FILTER NOT EXISTS { ?c <u:r> ?d } ?d <u:s> ?e",
            ["a <u:p> b", "b <u:q> c", "d <u:s> e"],
        ),
        ("OPTIONAL { ?a <u:p> ?b } { ?c <u:q> ?d } UNION { ?e <u:r> ?f } MINUS { ?a <u:s> ?g }", ["a <u:p> b", "c <u:q> d", "e <u:r> f"]),
        ("GRAPH ?g { ?a <u:p> ?b } BIND(<u:x> AS ?c) VALUES (?d ?e) { (<u:y> UNDEF) } ?d <u:q> ?e", ["a <u:p> b", "d <u:q> e"]),
        (
            "{ SELECT DISTINCT ?a (COUNT(*) AS ?n) WHERE { ?a <u:p> ?b } GROUP BY ?a ORDER BY ?n LIMIT 3 } ?a <u:q> ?c",
            ["a <u:q> c"],
        ),
        (
            "?a <u:p> 'x'@en , \"y\"^^<u:t> , 1.5 ; <u:q> [ <u:r> ?b ] ; <u:s> (1 2) . ?c <u:t> ?d",
            [*["a <u:p> -"] * 3, "a <u:q> -", "a <u:s> -", "c <u:t> d"],
        ),
        ("SERVICE <u:e> { ?a <u:p> ?b } ?c $p ?d", ["c p d"]),
    ],
)
def test_the_triple_patterns_of_a_query_are_read(where: str, expected: list[str]) -> None:
    """What must not match, what is matched elsewhere and what is computed is none of them; a path or a literal leaves its place open."""

    def written(slot: object) -> str:
        return "-" if slot is None else slot if isinstance(slot, str) else "a" if str(slot).endswith("#type>") else str(slot)

    patterns = widened(f"SELECT * WHERE {{ {where} }}").patterns
    assert expected == [" ".join(map(written, pattern[:3])) for pattern in patterns]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a fact beside a plain triple: both are what the row says
        ("SELECT ?o { ?p dip:parentOf ?o . ?f dip:recipient ?p ; dip:award id:medal-astana }", [{"s24", "s42"}]),
        # a fact that is named, and one that is not
        ("SELECT ?city { azkz:emb-az-kz dip:seat ?city . ?m dip:seat id:baku }", [{"s02", "s03"}]),
        # a branch and an option that did not match, though they are true elsewhere
        ("SELECT ?a { { ?a dip:hasMissionTo ?b } UNION { ?b dip:hasMissionTo ?a FILTER(false) } } ORDER BY ?a", [{"s02"}, {"s03"}]),
        ("SELECT ?a { ?a dip:hasMissionTo ?b OPTIONAL { ?b dip:hasMissionTo ?a FILTER(false) } } ORDER BY ?a", [{"s02"}, {"s03"}]),
        # the same name for another thing inside a subquery
        (
            "SELECT ?y { ?x dip:hasMissionTo id:kazakhstan { SELECT ?y { ?x dip:memberOf id:osce . ?y dip:twinnedWith id:aktau } } }",
            [{"s02", "s46"}] * 2,
        ),
        # groups by what is not shown
        ("SELECT (COUNT(?f) AS ?n) { ?f dip:sendingState ?s } GROUP BY ?s", [set(), set()]),
        ("SELECT (STR(?s) AS ?x) (COUNT(?f) AS ?n) { ?f dip:sendingState ?s } GROUP BY ?s", [set(), set()]),
    ],
)
def test_a_row_cites_all_that_it_says_and_nothing_else(graph: KnowledgeGraph, text: str, expected: list[set[str]]) -> None:
    """Facts and plain triples alike, only from the groups that matched; and nothing where rows cannot be told apart."""
    assert expected == [set(names) for names in segments(cited(graph, text))]


def test_what_one_option_infers_is_not_said_of_another_fact(graph: KnowledgeGraph) -> None:
    """Membership follows from its fact; the consulate in Aktau is told."""
    (row,) = cited(graph, "SELECT ?x { ?x dip:memberOf id:osce . ?f dip:sendingState ?x ; dip:seat id:aktau }")
    assert {"s08": True, "s02": False} == {citation.segment.rsplit("/", 1)[-1]: citation.inferred for citation in row.citations}


PAGED = [name for name, stored in Catalogue(paths.QUERIES).items() if stored.form == "SELECT" and stored.alone]
"""The stored queries with rows that need no option."""


@pytest.mark.parametrize("name", PAGED)
def test_a_page_is_cited_as_the_same_rows_of_the_whole(graph: KnowledgeGraph, name: str) -> None:
    """Whatever is asked for to cite it."""
    whole, page = graph.query(name), graph.query(name, limit=3, offset=1)
    assert isinstance(whole, Rows)
    assert isinstance(page, Rows)
    assert [row.citations for row in whole.cited()[1:4]] == [row.citations for row in page.cited()]


def test_no_more_is_matched_than_what_a_page_shows() -> None:
    """The values of the page stand in front of the pattern: those that any solution has, from no optional part and no branch."""
    text = "SELECT ?s ?o ?b { ?s <p:> ?q OPTIONAL { ?s <q:> ?o } { ?s <r:> ?b } UNION { ?b <r:> ?s } } LIMIT 3"
    wide = widened(text)
    assert ("s",) == wide.fixed
    assert "WHERE { VALUES (?s) { (<x:>) }  ?s <p:> ?q " in wide.among("(<x:>)", wide.fixed)
    assert () == widened(text.replace("LIMIT 3", "")).fixed
    assert () == widened("SELECT ?s { { SELECT ?s { ?s ?p ?o } } UNION { ?x ?y ?s } } LIMIT 3").fixed
    assert ("a",) == widened("SELECT ?a ?b { ?a ?p ?c BIND(?c AS ?b) ?b ?q ?d } LIMIT 3").fixed
    assert () == widened("SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s LIMIT 3").fixed


def test_a_branch_without_a_pattern_has_no_mark() -> None:
    """It says nothing, and Virtuoso 7 finds no solution of one that only assigns."""
    wide = widened("SELECT ?s { { FILTER(!BOUND(?x)) } UNION { ?s <q:> ?x } ?s <p:> ?o }")
    assert ["kgMatched2"] == [name for name in wide.variables if name.startswith(MARK)]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("{ SELECT DISTINCT ?a { ?f <u:p> ?a } } { SELECT ?b { ?g <u:q> ?b } } ?a <u:r> ?b", ["a f", "a g"]),
        ("{ SELECT ?a { ?f <u:p> ?a OPTIONAL { ?f <u:q> ?h } } }", ["f"]),
        # the same name outside, a number, some of the rows, what begins no triple, what must not match
        ("{ SELECT ?a { ?f <u:p> ?a } } ?f <u:q> ?a", ["f"]),
        ("{ SELECT ?a (COUNT(?f) AS ?n) { ?f <u:p> ?a } GROUP BY ?a }", [""]),
        ("{ SELECT ?a { ?f <u:p> ?a } LIMIT 1 }", [""]),
        ("{ SELECT ?a { ?a ?p <u:o> } }", [""]),
        ("?a <u:p> <u:o> FILTER NOT EXISTS { SELECT ?a { ?f <u:p> ?a } }", ["a"]),
    ],
)
def test_a_subquery_that_only_chooses_is_read_with_its_facts_in_sight(where: str, expected: list[str]) -> None:
    """One subquery at a time; the others, and those that count or cut off, show what they show."""
    assert expected == [" ".join(sorted(wide.subjects)) for wide in readings(f"SELECT ?a ?b WHERE {{ {where} }}")]


def test_a_page_asks_for_its_own_facts_alone(graph: KnowledgeGraph) -> None:
    """To cite two rows of many, not all are matched again."""
    asked: list[str] = []

    class Recording:
        name = "embedded"

        def query(self, text: str) -> Result:
            asked.append(text)
            return graph.engine.query(text)

    page = KnowledgeGraph(Recording(), graph.dataset).query("timeline", limit=2)
    assert isinstance(page, Rows)
    facts = sorted(str(term) for _, _, _, term in page.terms)
    list(page.cited())
    (wide,) = [text for text in asked if "SELECT DISTINCT" in text and "sdmxd:refPeriod" in text]
    assert f"VALUES (?fact) {{ ({facts[0]}) ({facts[1]}) }}" in wide


def test_a_relative_iri_is_no_reason_to_fail(graph: KnowledgeGraph) -> None:
    """It is not looked up against its BASE, so that no sentence is found; beside it others are."""
    rows = graph.sparql("BASE <https://w3id.org/bilateral/id/> SELECT ?o { <astana> rdfs:label ?name . ?o dip:seat id:baku }")
    assert isinstance(rows, Rows)
    assert [["s03"]] == [[citation.segment.rsplit("/", 1)[-1] for citation in row.citations] for row in rows.cited()]
