"""Questions to a Wikidata-like endpoint, over a real server that holds a snapshot in Wikidata's own RDF model."""

import os
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyoxigraph as ox
import pytest
import servers
from conftest import SHARED, SNAPSHOT
from hypothesis import given
from hypothesis import strategies as st
from servers import Proxy

from kg import cache, paths
from kg.endpoint import Endpoint, Patience
from kg.errors import NamingError, NotCached, NotResults, Overloaded, QueryError, QuerySyntaxError, TimedOut, Unreachable
from kg.namespaces import WIKIDATA, WIKIDATA_PREFIXES
from kg.sparql import declared
from kg.wikidata.client import PUBLIC_ENDPOINT, Client, entity

LABELS = 'SELECT ?item ?label { VALUES ?item { } ?item rdfs:label ?label FILTER(LANG(?label) = "en") }'
TODAY = datetime(2026, 11, 25, 12, tzinfo=UTC)
SOME = [entity(number) for number in ("Q227", "Q232", "Q399", "Q1520", "Q9248", "Q5484", "Q649")]
NAMES = {"Azerbaijan", "Kazakhstan", "Armenia", "Astana", "Baku", "Caspian Sea", "Moscow"}


def client(proxy: Proxy, *, days: int = 0, refresh: bool = False, offline: bool = False, chunk: int = 80) -> Client:
    """A client that asks through the proxy, so many days from today."""
    endpoint = Endpoint(proxy.url, patience=Patience(attempts=2), sleep=lambda _: None)
    return Client(endpoint, refresh=refresh, offline=offline, chunk=chunk, now=lambda: TODAY + timedelta(days=days))


def labels(asking: Client, things: list[ox.NamedNode] = SOME) -> set[str]:
    return {row["label"].value for row in asking.ask(LABELS, things) if isinstance(row["label"], ox.Literal)}


def asked_about(proxy: Proxy) -> list[int]:
    """How many things each request was about."""
    return [len(re.findall(r"entity/[PQ]\d+>", seen.query.partition("VALUES")[2])) for seen in proxy.seen]


def test_the_public_service_is_the_default() -> None:
    """It is named and not asked."""
    assert "https://query.wikidata.org/sparql" == PUBLIC_ENDPOINT == Client().endpoint.url


def test_the_server_takes_exports_as_wikidata_writes_them(tmp_path: Path) -> None:
    """Their blank nodes have names that begin with a digit, which is no XML."""
    file = tmp_path / "export.rdf"
    file.write_text(
        """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:wdt="http://www.wikidata.org/prop/direct/">
        <rdf:Description rdf:about="http://www.wikidata.org/entity/Q227">
        <wdt:P17 rdf:nodeID="0b8b"/><wdt:P17 rdf:nodeID="b0b8"/></rdf:Description>
        </rdf:RDF>"""
    )
    with servers.oxigraph_server(file) as base:
        result = Endpoint(f"{base}/query").query("SELECT ?s ?o { ?s ?p ?o }")
        assert isinstance(result, ox.QuerySolutions)
        assert 2 == len(list(result))


# ---- chunks


def test_many_things_are_asked_about_at_once(proxy: Proxy) -> None:
    """One request for all, whatever their order and however often they are named."""
    asking = client(proxy)
    assert labels(asking, [*SOME, *reversed(SOME)]) == NAMES
    assert (1, [7]) == (asking.requests, asked_about(proxy))


def test_two_questions_about_eighty_links_take_two_requests(proxy: Proxy) -> None:
    """At most four are allowed."""
    asking = client(proxy)
    for question in (LABELS, "SELECT ?item ?class { VALUES ?item { } ?item wdt:P31 ?class }"):
        asking.ask(question, [entity(f"Q{number}") for number in range(1, 81)])
    assert ([80, 80], 2) == (asked_about(proxy), asking.requests)


def test_no_things_need_no_request(proxy: Proxy) -> None:
    """And have no rows."""
    asking = client(proxy)
    assert ([], 0) == (asking.ask(LABELS, []), asking.requests)


def test_rows_do_not_depend_on_the_size_of_the_chunks(proxy: Proxy) -> None:
    """They are sorted by the text of their terms."""
    whole, parts = client(proxy), client(proxy, chunk=2)
    assert [tuple(row) for row in whole.ask(LABELS, SOME)] == [tuple(row) for row in parts.ask(LABELS, SOME)]
    assert (1, 4) == (whole.requests, parts.requests)


def test_rows_do_not_depend_on_the_order_of_the_server(proxy: Proxy) -> None:
    """An ORDER BY of one chunk means nothing for all."""
    asking = client(proxy)
    orders = [[tuple(row) for row in asking.ask(f"{LABELS} ORDER BY {order}(?item)", SOME)] for order in ("ASC", "DESC")]
    assert orders[0] == orders[1]


def test_values_may_be_labels(proxy: Proxy) -> None:
    """Literals are written as terms, whatever is in them."""
    question = "SELECT ?item ?name { VALUES ?name { } ?item rdfs:label|skos:altLabel ?name }"
    rows = client(proxy).ask(question, [ox.Literal("Sumqayıt", language="az"), ox.Literal('"} # \\', language="en")])
    assert [entity("Q179833")] == [row["item"] for row in rows]


def test_a_chunk_that_times_out_is_halved(proxy: Proxy) -> None:
    """Seven are too many, and so are the first four; from then on two are asked about."""
    proxy.then(servers.query_timeout, servers.query_timeout)
    asking = client(proxy)
    assert labels(asking) == NAMES
    assert [7, 4, 2, 2, 2, 1] == asked_about(proxy)
    assert 6 == asking.requests


def test_one_thing_that_times_out_is_named(proxy: Proxy) -> None:
    """Nothing is left to halve."""
    proxy.then(*[servers.query_timeout] * 9)
    with pytest.raises(TimedOut, match=rf"^{proxy.url}: a question about wd:Q1520 alone takes too long\.$"):
        labels(client(proxy))
    assert [7, 4, 2, 1] == asked_about(proxy)


def test_one_thing_that_timed_out_is_asked_about_again_by_the_next_client(proxy: Proxy) -> None:
    """Only answers are kept, and what is better asked in halves."""
    proxy.then(servers.query_timeout)
    with pytest.raises(TimedOut):
        labels(client(proxy), SOME[:1])
    assert {"Azerbaijan"} == labels(client(proxy), SOME[:1])


@pytest.mark.parametrize("offline", [False, True])
def test_halves_are_remembered(proxy: Proxy, offline: bool) -> None:
    """The next client asks nothing, and does not try the whole again."""
    proxy.then(servers.query_timeout)
    labels(client(proxy))
    later = client(proxy, days=1, offline=offline)
    assert (labels(later), later.requests, later.oldest) == (NAMES, 0, TODAY)


# ---- kept answers


def test_an_answer_is_kept_with_its_date(proxy: Proxy) -> None:
    """Asked today, used in a week without a request, and its date told."""
    first = client(proxy)
    assert (labels(first), first.requests, first.oldest) == (NAMES, 1, None)
    later = client(proxy, days=7)
    assert (labels(later), later.requests, later.oldest, later.problem) == (NAMES, 0, TODAY, None)


def test_the_oldest_date_is_that_of_the_oldest_answer_used(proxy: Proxy) -> None:
    """Of two kept on different days; not of one that was just asked."""
    labels(client(proxy, days=-5), SOME[:2])
    labels(client(proxy, days=-9), SOME[2:4])
    asking = client(proxy)
    labels(asking, SOME[4:])
    assert asking.oldest is None
    labels(asking, SOME[:2])
    assert asking.oldest == TODAY - timedelta(days=5)
    labels(asking, SOME[2:4])
    assert asking.oldest == TODAY - timedelta(days=9)


def test_another_question_or_another_endpoint_is_asked(proxy: Proxy, upstream: str) -> None:
    """An answer is kept under both."""
    labels(client(proxy))
    other_question = client(proxy)
    other_question.ask(LABELS.replace("en", "az"), SOME)
    with servers.misbehaving_proxy(upstream) as other:
        other_endpoint = client(other)
        labels(other_endpoint)
    assert (1, 1) == (other_question.requests, other_endpoint.requests)


def test_refresh_asks_anew_and_once(proxy: Proxy) -> None:
    """The new answer takes the place and date of the old one."""
    labels(client(proxy, days=-5))
    asking = client(proxy, refresh=True)
    assert (labels(asking), labels(asking)) == (NAMES, NAMES)
    assert (1, None) == (asking.requests, asking.oldest)
    later = client(proxy, days=3)
    labels(later)
    assert later.oldest == TODAY


def test_offline_asks_nothing(proxy: Proxy) -> None:
    """What is kept is used, with its date; what is not is an error that says no."""
    labels(client(proxy, days=-2))
    asking = client(proxy, offline=True)
    assert (labels(asking), asking.oldest) == (NAMES, TODAY - timedelta(days=2))
    with pytest.raises(NotCached, match="no answer is kept for this question; ask without --offline") as caught:
        labels(asking, SOME[:3])
    assert (1, 0) == (caught.value.exit_code, asking.requests)


@pytest.mark.parametrize(
    ("behaviour", "words"), [(servers.reset, "broke off, 2 times"), (servers.busy, "answered 503")], ids=["reset", "busy"]
)
def test_without_the_network_a_kept_answer_is_used_and_it_is_told(proxy: Proxy, behaviour: servers.Behaviour, words: str) -> None:
    """Its date and the problem; the endpoint is not tried again for the next question."""
    labels(client(proxy, days=-4), SOME[:4])
    labels(client(proxy, days=-3), SOME[4:])
    proxy.seen.clear()
    proxy.then(*[behaviour] * 9)
    asking = client(proxy, refresh=True)
    assert labels(asking, SOME[:4]) | labels(asking, SOME[4:]) == NAMES
    assert asking.problem
    assert words in asking.problem
    assert (asking.oldest, asking.requests, len(proxy.seen)) == (TODAY - timedelta(days=4), 2, 2)


def test_without_the_network_and_without_a_kept_answer_it_is_an_error(proxy: Proxy) -> None:
    """Never some of the rows; and told again for the next question without another request."""
    proxy.then(*[servers.busy] * 9)
    asking = client(proxy)
    for things in (SOME, SOME[:2]):
        with pytest.raises(Overloaded, match="answered 503"):
            labels(asking, things)
    assert 2 == asking.requests


def test_no_network_at_all_is_told(proxy: Proxy, upstream: str) -> None:
    """Nobody listens at the address any more."""
    with servers.misbehaving_proxy(upstream) as gone:
        labels(client(gone, days=-1))
    asking = client(gone, refresh=True)
    assert (labels(asking), asking.oldest) == (NAMES, TODAY - timedelta(days=1))
    assert f"{gone.url}: cannot be reached: Connection refused." == asking.problem
    with pytest.raises(Unreachable):
        labels(client(gone), SOME[:2])


def test_a_refused_agent_is_an_error_though_an_answer_is_kept(proxy: Proxy) -> None:
    """Whoever is not wanted must be told so; and the page is not kept as an answer."""
    labels(client(proxy))
    proxy.then(servers.html)
    with pytest.raises(NotResults, match="answered with text/html"):
        labels(client(proxy, refresh=True))
    assert labels(client(proxy, offline=True)) == NAMES


def test_a_damaged_kept_answer_is_asked_anew(proxy: Proxy, tmp_path: Path) -> None:
    """Cut, or whole and not of this version."""
    labels(client(proxy))
    (file,) = (tmp_path / "cache").glob("answer-*")
    for damage in (
        lambda: file.write_bytes(file.read_bytes()[:-1]),
        lambda: cache.keep(file.name, b"{}\n"),
        lambda: cache.keep(file.name, b"x"),
    ):
        damage()
        asking = client(proxy)
        assert (labels(asking), asking.requests) == (NAMES, 1)


def test_a_cache_that_cannot_be_written_is_told(proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is used all the same."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("KG_CACHE_DIR", str(tmp_path / "file"))
    asking = client(proxy)
    assert labels(asking) == NAMES
    assert asking.unkept
    assert asking.unkept.startswith(f"{tmp_path / 'file'}: cannot be made a cache folder")


# ---- the text of a question


def test_a_question_is_sent_with_every_prefix_declared(proxy: Proxy) -> None:
    """Its text parses in an engine that knows no prefix by itself, and has no label service."""
    question = """SELECT ?item { VALUES ?item { } ?item p:P463 ?s . ?s ps:P463 wd:Q7809 ; wikibase:rank wikibase:NormalRank .
        OPTIONAL { ?s pq:P580 ?start . ?s prov:wasDerivedFrom/pr:P854 ?url } OPTIONAL { ?item schema:description ?d }
        OPTIONAL { ?item wdt:P31/wdt:P279* ?class }
        FILTER NOT EXISTS { ?item owl:sameAs ?other } FILTER(?start < "2000-01-01T00:00:00Z"^^xsd:dateTime || !BOUND(?start)) }"""
    client(proxy).ask(question, SOME)
    (seen,) = proxy.seen
    ox.Store().query(seen.query)
    assert "SERVICE" not in seen.query
    assert Counter(re.findall(r"PREFIX (\w+):", seen.query)) == Counter("owl p pq pr prov ps schema wd wdt wikibase xsd".split())


def test_the_prefixes_are_those_of_wikidatas_own_exports() -> None:
    """As far as the two genuine exports declare them, under whatever name; theirs is the http schema.org."""
    file = SHARED.parent / "wikidata" / "az-nso-ssc.wikidata.rdf"
    if not file.is_file():
        pytest.skip(f"Wikidata's own export {file.name} is not beside the project")
    spaces = set(re.findall(r'xmlns:\w+="([^"]+)"', file.read_text(encoding="utf-8")[:4000]))
    assert set(WIKIDATA_PREFIXES.values()) <= spaces


def test_a_declared_prefix_is_not_declared_twice() -> None:
    """The query's own declaration stands."""
    text = "PREFIX wd: <http://example.org/> ASK { wd:Q1 wd:P1 _:b }"
    assert text == declared(text, WIKIDATA_PREFIXES)


def test_an_unknown_prefix_is_told() -> None:
    """Before anything is sent."""
    with pytest.raises(QuerySyntaxError, match="uses the prefix nope: without declaring it"):
        declared("ASK { nope:a ?p ?o }", WIKIDATA_PREFIXES)


@pytest.mark.parametrize(
    ("query", "number"), [("SELECT * { ?s ?p ?o }", 0), (LABELS + " VALUES ?x { }", 2), ("SELECT * { VALUES ?x { 1 } }", 0)]
)
def test_a_question_has_one_empty_values_block(proxy: Proxy, query: str, number: int) -> None:
    """No other block is filled."""
    with pytest.raises(QuerySyntaxError, match=rf"must have one empty block `VALUES \?thing {{ }}` for its things; it has {number}"):
        client(proxy).ask(query, SOME)


def test_a_question_is_a_select(proxy: Proxy) -> None:
    """ASK has no rows."""
    with pytest.raises(QueryError, match="A SELECT was expected"):
        client(proxy).ask("ASK { VALUES ?item { } ?item ?p ?o }", SOME)


@given(st.integers(1, 10**12), st.sampled_from("PQ"))
def test_a_number_names_its_entity(number: int, kind: str) -> None:
    """Items and properties have one namespace."""
    assert WIKIDATA + f"{kind}{number}" == entity(f"{kind}{number}").value


@pytest.mark.parametrize("number", ["", "227", "q227", "Q", "Q0", "Q01", "Q227 ", "Q227\n", "Q٣", "wd:Q227", "L1"])
def test_what_is_no_number_is_refused(number: str) -> None:
    """With the value, and what one looks like."""
    with pytest.raises(NamingError, match="is no number of a Wikidata item or property; one looks like Q227 or P530") as caught:
        entity(number)
    assert repr(number) in str(caught.value)


def test_a_kept_answer_is_not_waited_for_until_it_is_on_the_disk(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """That takes longer than the request; an answer that a power failure damages counts as not there, and is asked for again."""
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    assert NAMES == labels(client(proxy)) == labels(client(proxy, offline=True))
    assert [] == synced
    (file,) = (path for path in paths.cache_folder().iterdir() if path.name.startswith("answer-"))
    file.write_bytes(file.read_bytes()[:100])
    assert NAMES == labels(client(proxy))
    assert 2 == len(proxy.seen)


# ---- the snapshot


@pytest.fixture(scope="module")
def snapshot() -> ox.Store:
    store = ox.Store()
    store.load(path=SNAPSHOT)
    return store


def rows(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    result = store.query(declared(query, WIKIDATA_PREFIXES))
    assert isinstance(result, ox.QuerySolutions)
    return [tuple("" if term is None else getattr(term, "value", "") for term in row) for row in result]


def test_direct_claims_are_the_statements_of_best_rank(snapshot: ox.Store) -> None:
    """As Wikidata derives them: preferred ones, or else normal ones, never deprecated ones."""
    direct, best = set(), set()
    wdt, p, ps = (WIKIDATA_PREFIXES[prefix] for prefix in ("wdt", "p", "ps"))
    preferred = {(s, q) for s, q in rows(snapshot, "SELECT ?s ?q { ?s ?q ?x . ?x wikibase:rank wikibase:PreferredRank }")}
    for subject, predicate, value in rows(snapshot, "SELECT ?s ?q ?v { ?s ?q ?v }"):
        if predicate.startswith(wdt):
            direct.add((subject, predicate.removeprefix(wdt), value))
    query = """SELECT ?s ?q ?r ?v ?rank ?best {
        ?s ?q ?x . ?x a wikibase:Statement ; wikibase:rank ?rank ; ?r ?v BIND(EXISTS { ?x a wikibase:BestRank } AS ?best) }"""
    for subject, predicate, role, value, rank, is_best in rows(snapshot, query):
        if role != ps + predicate.removeprefix(p):
            continue
        wanted = rank.endswith("PreferredRank") or (rank.endswith("NormalRank") and (subject, predicate) not in preferred)
        assert wanted == (is_best == "true"), (subject, predicate, value)
        if wanted:
            best.add((subject, predicate.removeprefix(p), value))
    assert direct == best
    assert len(direct) > 100


def test_every_statement_has_one_rank_and_belongs_to_one_item(snapshot: ox.Store) -> None:
    """A statement node hangs on no second item."""
    query = """SELECT ?x (COUNT(DISTINCT ?rank) AS ?ranks) (COUNT(DISTINCT ?s) AS ?items) {
        ?s ?q ?x . ?x a wikibase:Statement ; wikibase:rank ?rank } GROUP BY ?x"""
    counted = rows(snapshot, query)
    assert {("1", "1")} == {(ranks, items) for _, ranks, items in counted}
    assert len(counted) == len(rows(snapshot, "SELECT ?x { ?x a wikibase:Statement }"))


def test_the_snapshot_has_a_redirect_and_a_deleted_item(snapshot: ox.Store) -> None:
    """A redirect says nothing else; of a deleted item nothing is said."""
    assert [(WIKIDATA + "Q9900000001", WIKIDATA + "Q1520")] == rows(snapshot, "SELECT ?a ?b { ?a owl:sameAs ?b }")
    assert 1 == len(rows(snapshot, "SELECT ?p { wd:Q9900000001 ?p ?o }"))
    assert [] == rows(snapshot, "SELECT ?p { wd:Q9900000002 ?p ?o }")


def test_every_number_of_the_snapshot_has_a_source() -> None:
    """A verified row, CodEx, the tried model's table of properties, or plainly made up."""
    folder = SHARED.parent
    if not (folder / "wikidata" / "wikidata.tsv").is_file():
        pytest.skip("the lists of Wikidata numbers are not beside the project")
    lines = (folder / "wikidata" / "wikidata.tsv").read_text(encoding="utf-8").splitlines()
    verified = {fields[2] for fields in (line.split("\t") for line in lines[1:]) if fields[3] == "verified"}
    codex = set(re.findall(r"\b[PQ]\d+\b", (folder / "wikidata" / "codex-statements.tsv").read_text(encoding="utf-8")))
    model = set(re.findall(r"\bP\d+\b", (folder / "model" / "model.md").read_text(encoding="utf-8")))
    exports = set(re.findall(r"wdt:(P\d+)", (folder / "wikidata" / "az-nso-ssc.wikidata.rdf").read_text(encoding="utf-8")))
    used = set(re.findall(r"(?<=:)[PQ]\d+\b(?!-)", SNAPSHOT.read_text(encoding="utf-8")))
    unsourced = used - verified - codex - model - exports
    assert {"Q9900000001", "Q9900000002", "Q9900000003", "Q9900000004", "Q9900000010", "Q9900000011"} == unsourced
