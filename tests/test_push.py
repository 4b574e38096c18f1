"""Sending a dataset to a server: whole, once, and in place of the old only when it is there."""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pyoxigraph as ox
import pytest
import servers
from click.testing import CliRunner
from conftest import OTHER
from hypothesis import given
from hypothesis import strategies as st
from servers import Oxigraph
from virtuoso import PASSWORD, USER

from kg import KnowledgeGraph, paths
from kg.build import UNREASONED, Dataset, build, content_of
from kg.claim import PUSHES_GRAPH
from kg.cli import cli
from kg.endpoint import Addresses, Credentials, Endpoint, GraphStore, Patience, addresses
from kg.errors import DataError, Inconsistent, Miscounted, NotAnEndpoint, NotLoaded, NotResults, QuerySyntaxError, Unreachable
from kg.load import parse
from kg.namespaces import ASSERTED_GRAPH, CLOSURE_GRAPH, DIP, ID, LINKS_GRAPH, ONTOLOGY_GRAPH, PREFIXES_GRAPH, RDFS
from kg.push import Target, graphs_of, push, reason_at, target_at
from kg.reason.axioms import Axioms
from kg.remote import UNION, Remote
from kg.rows import Rows

PUSHED = {*UNION, PREFIXES_GRAPH}
"""The graphs that a server has after a push."""

HASTY = Patience(attempts=3, first=0.01, longest=0.1)


@pytest.fixture(scope="module")
def article(_own_cache: None) -> Dataset:
    return build()


@pytest.fixture(scope="module")
def other(_own_cache: None) -> Dataset:
    return build(OTHER)


@pytest.fixture(scope="module")
def oxigraph() -> Iterator[str]:
    with servers.oxigraph_server() as base:
        yield base


def emptied(target: Target) -> Target:
    """The same server, with none of our graphs."""
    assert target.update is not None
    for graph in graphs_at(target):
        target.update.update(f"DROP SILENT GRAPH <{graph}>")
    return target


@pytest.fixture(params=["oxigraph", "virtuoso"])
def target(request: pytest.FixtureRequest) -> Target:
    """An empty server of each kind."""
    base = request.getfixturevalue(request.param)
    if request.param == "oxigraph":
        return emptied(target_at(addresses(f"{base}/query"), Credentials(), patience=HASTY))
    return emptied(target_at(addresses(f"{base}/sparql"), Credentials(USER, PASSWORD), patience=HASTY))


def oxigraph_at(base: str) -> Target:
    return target_at(addresses(f"{base}/query", f"{base}/update", f"{base}/store"), Credentials(), patience=HASTY)


def quads_of(dataset: Dataset) -> ox.Dataset:
    """The quads of a dataset, as the embedded engine has them, blank nodes named canonically."""
    return canonical(dataset.store())


def canonical(quads: Iterable[ox.Quad]) -> ox.Dataset:
    found = ox.Dataset(quads)
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return found


def quads_at(target: Target) -> ox.Dataset:
    """The quads of our graphs at a server."""
    return canonical(ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode(graph)) for graph in UNION for t in target.store.get(graph))


def graphs_at(target: Target) -> set[str]:
    """The names of all graphs of the project at a server, leftovers too."""
    query = 'SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } FILTER(STRSTARTS(STR(?g), "https://w3id.org/bilateral/graph/")) }'
    result = target.query.query(query)
    assert isinstance(result, ox.QuerySolutions)
    return {row[0].value for row in result if isinstance(row[0], ox.NamedNode)}


def counts_of(dataset: Dataset) -> Mapping[str, int]:
    return {graph: len(list(lines())) for graph, lines in graphs_of(dataset).items()}


# ---- what arrives


def test_all_triples_arrive_and_nothing_else(target: Target, article: Dataset) -> None:
    """In four named graphs, and one for the prefixes, by several requests; what was gathered on the way is gone."""
    pushed = push(graphs_of(article), target, chunk=700)
    assert counts_of(article) == pushed.counts
    assert (sum(pushed.counts.values()), 0, 0) == pushed[1:]
    assert PUSHED == graphs_at(target)
    assert quads_of(article) == quads_at(target) or "sparql-graph-crud" in target.store.url  # Virtuoso writes a duration anew


def test_pushed_again_nothing_is_doubled(target: Target, article: Dataset) -> None:
    """Blank nodes neither."""
    once, twice = (push(graphs_of(article), target).counts for _ in range(2))
    assert once == twice == counts_of(article)
    assert PUSHED == graphs_at(target)


def test_new_data_take_the_place_of_the_old(target: Target, article: Dataset, other: Dataset) -> None:
    """Also where a graph has become empty."""
    push(graphs_of(article), target)
    assert {**counts_of(other), LINKS_GRAPH: 0} == push(graphs_of(other), target).counts
    assert PUSHED - {LINKS_GRAPH} == graphs_at(target)
    rows = KnowledgeGraph(Remote(target.query), other).query("state-visits")
    assert isinstance(rows, Rows)
    assert 1 == len(rows)


@given(chunk=st.integers(1, 12), ground=st.integers(0, 30), blank=st.integers(0, 15), there=st.integers(0, 60))
def test_whatever_a_server_has_already_the_rest_is_sent(chunk: int, ground: int, blank: int, there: int) -> None:
    """What the requests hold is all that is not surely there; the first one replaces, and has all blank nodes."""
    from kg.push import _Part

    blanks = ("_:b{} <a:p> <a:o> .\n", "<a:s> <a:p> _:b{} .\n", "<a:s> <a:p> <<( _:b{} <a:p> <a:o> )>> .\n")
    lines = [f"<a:s> <a:p> <a:{n}> .\n".encode() for n in range(ground)] + [blanks[n % 3].format(n).encode() for n in range(blank)]
    part = _Part("a:graph", lambda: iter(lines), chunk)
    start = part._whole_chunks(min(there, len(lines)))
    chunks = list(part._chunks(start))
    sent = [line for _, content in chunks for line in content.splitlines(keepends=True)]
    assert start in [0, *range(part.first, min(there, len(lines)) + 1, chunk)]
    assert sorted(lines) == sorted([*list(part._in_order())[:start], *sent])
    assert [done for done, _ in chunks] == [part.first, *range(part.first + chunk, len(lines), chunk), len(lines)][
        -len(chunks) :
    ] or not chunks
    if start == 0 and lines:
        assert blank == chunks[0][1].count(b"_:")
        assert all(content.count(b"\n") <= max(chunk, blank) for _, content in chunks)
    else:
        assert not any(line.startswith(b"_:") for line in sent)


# ---- reasoning in the server


def test_the_closure_worked_out_in_the_server_is_that_of_the_build(target: Target, article: Dataset) -> None:
    """By the same rules, as updates of named graphs."""
    unreasoned = build(method=UNREASONED)
    pushed = push(graphs_of(unreasoned), target, reason=Axioms.read(parse(paths.ONTOLOGY).triples))
    assert counts_of(article) == pushed.counts
    assert pushed.rounds > 1
    expected = {quad.triple for quad in article.quads() if quad.graph_name == ox.NamedNode(CLOSURE_GRAPH)}
    assert expected == set(target.store.get(CLOSURE_GRAPH))


def test_what_a_server_has_is_reasoned_over_anew(target: Target, article: Dataset) -> None:
    """What no longer follows goes, what was missing comes, and nothing is left over; also after one that broke off."""
    assert target.update is not None
    push(graphs_of(article), target)
    stale = f"INSERT DATA {{ GRAPH <{CLOSURE_GRAPH}> {{ <{ID}armenia> <{DIP}memberOf> <{ID}osce> }} }}"
    lost = f"DELETE WHERE {{ GRAPH <{CLOSURE_GRAPH}> {{ <{ID}azerbaijan> ?p ?o }} }}"
    left = f"INSERT DATA {{ GRAPH <{CLOSURE_GRAPH}/incoming/reasoned> {{ <{ID}armenia> <{DIP}memberOf> <{ID}cis> }} }}"
    for update in (stale, lost, left):
        target.update.update(update)
    reasoned = reason_at(target, Axioms.read(parse(paths.ONTOLOGY).triples))
    closure = {quad.triple for quad in article.quads() if quad.graph_name == ox.NamedNode(CLOSURE_GRAPH)}
    assert closure == set(target.store.get(CLOSURE_GRAPH))
    assert len(closure) == reasoned.counts[CLOSURE_GRAPH]
    assert graphs_at(target) == PUSHED


def test_the_command_reasons_in_the_server(oxigraph: str, article: Dataset) -> None:
    """And tells the sizes of the graphs."""
    push(graphs_of(article), emptied(oxigraph_at(oxigraph)))
    run = CliRunner().invoke(cli, ["reason", "--endpoint", f"{oxigraph}/query"])
    counts = counts_of(article)
    lines = [f"{graph}\t{counts[graph]}" for graph in (ASSERTED_GRAPH, ONTOLOGY_GRAPH, CLOSURE_GRAPH)]
    assert (0, lines) == (run.exit_code, run.stdout.splitlines())


def test_a_contradiction_is_found_in_the_server_and_the_old_data_stay(target: Target, other: Dataset) -> None:
    """With the words of the local reasoner."""
    push(graphs_of(other), target)
    iri, type_ = ox.NamedNode, iri_of_type()
    clash = [ox.Triple(iri(ID + "x"), type_, iri(DIP + "Visit")), ox.Triple(iri(ID + "x"), type_, iri(DIP + "TextSegment"))]
    graphs = {ASSERTED_GRAPH: clash, ONTOLOGY_GRAPH: parse(paths.ONTOLOGY).triples}
    with pytest.raises(Inconsistent) as caught:
        push(graphs_of(Dataset(content_of(graphs, {}))), target, reason=Axioms.read(parse(paths.ONTOLOGY).triples))
    assert "is both" in str(caught.value)
    assert counts_of(other)[ASSERTED_GRAPH] == len(target.store.get(ASSERTED_GRAPH))


def iri_of_type() -> ox.NamedNode:
    return ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


# ---- servers that can less


def test_a_closure_about_things_without_a_name_is_not_sent(oxigraph: str) -> None:
    """The server would take them for others than those of the data; nothing is done to it."""
    target = target_at(addresses(f"{oxigraph}/query"), Credentials())
    closure = [b"_:b <http://example.org/p> <http://example.org/o> .\n"]
    before = target.query.count(CLOSURE_GRAPH)
    with pytest.raises(DataError, match=r"^1 inferred triples are about things without a name, .* Add --reason"):
        push({ASSERTED_GRAPH: lambda: closure, CLOSURE_GRAPH: lambda: closure}, target)
    assert before == target.query.count(CLOSURE_GRAPH)


def test_reasoning_in_an_empty_server_is_refused() -> None:
    """As any question is there, by the names of the graphs that a push would make; nothing is left of it."""
    with servers.oxigraph_server() as base:
        target = target_at(addresses(f"{base}/query"), Credentials())
        with pytest.raises(NotLoaded, match=f"has nothing in the graphs {ASSERTED_GRAPH}, "):
            reason_at(target, Axioms.read(parse(paths.ONTOLOGY).triples))
        assert not target.query.query("ASK { GRAPH ?g { ?s ?p ?o } }")


def test_a_server_without_updates_has_each_graph_replaced(oxigraph: str, article: Dataset, other: Dataset) -> None:
    """One after the other; to reason it must take updates."""
    target = emptied(oxigraph_at(oxigraph))._replace(update=None)
    push(graphs_of(article), target)
    push(graphs_of(other), target, chunk=50)
    assert quads_of(other) == quads_at(target)
    with pytest.raises(NotAnEndpoint, match="--update-endpoint URL"):
        push(graphs_of(other), target, reason=Axioms.read(()))


def test_in_place_each_graph_is_replaced_too(target: Target, article: Dataset, other: Dataset) -> None:
    """Without a copy on the way, and with the closure worked out anew."""
    push(graphs_of(other), target, in_place=True)
    pushed = push(graphs_of(build(method=UNREASONED)), target, in_place=True, reason=Axioms.read(parse(paths.ONTOLOGY).triples))
    assert counts_of(article) == pushed.counts
    assert PUSHED == graphs_at(target)


def test_without_an_address_for_graphs_there_is_no_push() -> None:
    """And it is said which option names it."""
    with pytest.raises(NotAnEndpoint, match="give it as --graph-store URL"):
        target_at(Addresses("http://127.0.0.1:1/odd", None, None), Credentials())


def test_a_fragment_in_an_address_is_refused(oxigraph: str) -> None:
    """It would swallow the name of the graph, and the whole server would be replaced."""
    for known in (addresses(f"{oxigraph}/query#x"), Addresses(f"{oxigraph}/query", f"{oxigraph}/update", f"{oxigraph}/store#x")):
        with pytest.raises(NotAnEndpoint, match="what follows # is never sent to a server"):
            target_at(known, Credentials())


def test_graphs_do_not_go_to_another_server_than_queries_do(oxigraph: str, article: Dataset, other: Dataset) -> None:
    """Both are as they were, and nothing is left noted in either."""
    asked = emptied(oxigraph_at(oxigraph))
    push(graphs_of(other), asked)
    with servers.oxigraph_server() as elsewhere:
        beside = oxigraph_at(elsewhere)
        push(graphs_of(other), beside)
        with pytest.raises(NotAnEndpoint, match=r"does not have the graph that .* has; give the address of that server's graphs"):
            push(graphs_of(article), asked._replace(store=beside.store))
        for target in (asked, beside):
            assert quads_of(other) == quads_at(target)
            assert () == target.store.get(PUSHES_GRAPH)


def test_a_graph_store_that_is_not_there_leaves_nothing_behind(oxigraph: str, article: Dataset) -> None:
    """Another path of the server, or a port where nobody listens: told by that address."""
    target = emptied(oxigraph_at(oxigraph))
    for url, error in ((f"{oxigraph}/graphs", NotAnEndpoint), (f"http://127.0.0.1:{servers.free_port()}/store", Unreachable)):
        with pytest.raises(error, match=f"^{url}: "):
            push(graphs_of(article), target._replace(store=GraphStore(url, patience=HASTY)))
        assert () == target.store.get(PUSHES_GRAPH)


def test_what_a_server_takes_for_the_same_is_told_and_the_old_data_stay(virtuoso: str, other: Dataset) -> None:
    """Virtuoso 7 takes true for 1."""
    target = emptied(target_at(addresses(f"{virtuoso}/sparql"), Credentials(USER, PASSWORD), patience=HASTY))
    push(graphs_of(other), target)
    s, p, boolean = ox.NamedNode("http://example.org/s"), ox.NamedNode("http://example.org/p"), "http://www.w3.org/2001/XMLSchema#boolean"
    content = content_of(
        {ASSERTED_GRAPH: [ox.Triple(s, p, ox.Literal(1)), ox.Triple(s, p, ox.Literal("true", datatype=ox.NamedNode(boolean)))]}, {}
    )
    with pytest.raises(Miscounted, match=r"2 triples were sent for .*asserted, and it has 1\. Some that differ here may be the same there"):
        push(graphs_of(Dataset(content)), target)
    assert counts_of(other)[ASSERTED_GRAPH] == len(target.store.get(ASSERTED_GRAPH))


# ---- what goes wrong


def test_a_server_that_goes_in_mid_load_is_told_and_gone_on_with(tmp_path: Path, article: Dataset, other: Dataset) -> None:
    """One message; what it answered before is still there; the second push sends the rest only."""
    server = Oxigraph("--location", str(tmp_path))
    try:
        push(graphs_of(other), oxigraph_at(server.url))
        with servers.misbehaving_proxy(f"{server.url}/query") as proxy:
            target = oxigraph_at(proxy.base)

            def gone(handler: servers.Handler, _: object) -> None:
                server.kill()
                proxy.close()
                servers.reset(handler, lambda: servers.Reply(0, {}, b""))

            proxy.then(*[servers.passed] * 7, gone)
            with pytest.raises(Unreachable) as caught:
                push(graphs_of(article), target, chunk=500)
            assert "\n" not in str(caught.value)
        server.start()
        target = oxigraph_at(server.url)
        assert quads_of(other) == quads_at(target)
        pushed = push(graphs_of(article), target, chunk=500)
        assert 0 < pushed.found < sum(pushed.counts.values())
        assert sum(pushed.counts.values()) == pushed.found + pushed.sent
        assert quads_of(article) == quads_at(target)
    finally:
        server.kill()


@pytest.mark.parametrize(
    "behaviour", [servers.reset, servers.broken_off, servers.busy, servers.answers(502)], ids=["reset", "cut", "503", "502"]
)
def test_an_answer_that_is_lost_does_not_double_what_was_done(oxigraph: str, article: Dataset, behaviour: servers.Behaviour) -> None:
    """Of each request the first answer: it is sent again, and was carried out twice."""

    def lost(handler: servers.Handler, real: Callable[[], servers.Reply]) -> None:
        real()
        behaviour(handler, real)

    emptied(oxigraph_at(oxigraph))
    with servers.misbehaving_proxy(f"{oxigraph}/query", [lost, servers.passed] * 100) as proxy:
        pushed = push(graphs_of(article), oxigraph_at(proxy.base), chunk=500)
        assert len(proxy.seen) > 40
    assert counts_of(article) == pushed.counts
    assert quads_of(article) == quads_at(oxigraph_at(oxigraph))


def test_an_update_that_may_have_been_done_is_not_sent_again() -> None:
    """Unless it says that it may: only 429 and 503 are sure."""
    insert = "INSERT DATA { <a:s> <a:p> [] }"
    with servers.oxigraph_server() as base, servers.misbehaving_proxy(f"{base}/update") as proxy:
        endpoint = Endpoint(proxy.url, patience=HASTY)
        proxy.then(servers.reset)
        with pytest.raises(Unreachable):
            endpoint.update(insert)
        assert 1 == endpoint.requests
        proxy.then(servers.busy, servers.too_many("0"))
        endpoint.update(insert)
        assert 4 == endpoint.requests
        proxy.then(servers.reset)
        endpoint.update("CLEAR ALL", idempotent=True)
        assert 6 == endpoint.requests


def test_leftovers_of_pushes_that_broke_off_long_ago_are_dropped(oxigraph: str, other: Dataset) -> None:
    """Those of yesterday; those of a push that may be under way stay."""
    target = emptied(oxigraph_at(oxigraph))
    assert target.update is not None
    old, new = f"{ASSERTED_GRAPH}/incoming/0", f"{ASSERTED_GRAPH}/incoming/1"
    created, now = "<http://purl.org/dc/terms/created>", time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
    for graph, day in ((old, "2004-03-01T00:00:00+00:00"), (new, now)):
        date = f'"{day}"^^<http://www.w3.org/2001/XMLSchema#dateTime>'
        target.update.update(
            f"INSERT DATA {{ GRAPH <{graph}> {{ <a:s> <a:p> <a:o> }} GRAPH <{PUSHES_GRAPH}> {{ <{graph}> {created} {date} }} }}"
        )
    push(graphs_of(other), target)
    assert PUSHED - {LINKS_GRAPH} | {new, PUSHES_GRAPH} == graphs_at(target)


def settled(target: Target) -> ox.Dataset:
    """The quads at a server that has done what it was asked by one who was killed: its graphs are read one after the other."""
    found, last = quads_at(target), None
    while found != last:
        time.sleep(0.05)
        found, last = quads_at(target), found
    return found


KILLS = 20
STARTING = 0.1
"""A push does nothing before so much of its time."""


def killed_again_and_again(command: list[str], seed: int) -> Iterator[None]:
    """Start `command` and kill it at any moment, as often as said; one that ends before that does not count."""
    start = time.monotonic()
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    whole = time.monotonic() - start
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    kills = 0
    while kills < KILLS:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(STARTING, whole))
        process.kill()
        kills += process.wait(timeout=10) < 0
        yield


def test_a_push_killed_at_any_moment_is_made_good_by_the_next(tmp_path: Path, article: Dataset, other: Dataset) -> None:
    """At several random moments: the old data or the new are there, whole; then the new, and nothing doubled."""
    server = Oxigraph("--location", str(tmp_path / "store"))
    try:
        target = oxigraph_at(server.url)
        push(graphs_of(other), target)
        command = [sys.executable, "-m", "kg", "push", "--endpoint", f"{server.url}/query", "--chunk", "40"]
        before, after = quads_of(other), quads_of(article)
        for _ in killed_again_and_again(command, 20261125):
            assert settled(target) in (before, after)
            push(graphs_of(other), target)
        check_pushed(command, target, article)
        assert after == quads_at(target)
    finally:
        server.kill()


def check_pushed(command: list[str], target: Target, dataset: Dataset) -> None:
    """The push `command` ends well, and the server then has `dataset` and no leftovers."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (0, []) == (done.returncode, [line for line in done.stderr.splitlines() if not line.startswith("kg: ")])
    assert counts_of(dataset) == {graph: len(target.store.get(graph)) for graph in PUSHED}
    assert PUSHED == graphs_at(target)


def test_a_push_to_virtuoso_killed_at_any_moment_is_made_good_by_the_next(
    virtuoso: str, article: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its requests are no transactions, so what is there meanwhile is not promised; nothing is lost or doubled in the end."""
    monkeypatch.setenv("KG_USER", USER)
    monkeypatch.setenv("KG_PASSWORD", PASSWORD)
    target = emptied(target_at(addresses(f"{virtuoso}/sparql"), Credentials(USER, PASSWORD)))
    command = [sys.executable, "-m", "kg", "push", "--endpoint", f"{virtuoso}/sparql", "--chunk", "40"]
    for _ in killed_again_and_again(command, 7):
        pass
    check_pushed(command, target, article)


def test_graphs_are_read_replaced_added_to_and_deleted(target: Target) -> None:
    """The four methods of the Graph Store HTTP Protocol; a graph that is not there has no triples, and may be deleted."""
    graph, store = f"{ID}a graph & more/é?#".replace(" ", "%20"), target.store
    triples = [
        ox.Triple(ox.NamedNode(ID + "a"), ox.NamedNode(RDFS + "label"), ox.Literal(text, language="az")) for text in ("Vətən", "\"'\\ \n")
    ]
    content = [ox.serialize([triple], format=ox.RdfFormat.N_TRIPLES) or b"" for triple in triples]
    assert () == store.get(graph)
    store.put(graph, content[0])
    assert triples[:1] == list(store.get(graph))
    store.post(graph, content[1], idempotent=True)
    assert set(triples) == set(store.get(graph))
    store.put(graph, content[1])
    assert triples[1:] == list(store.get(graph))
    store.delete(graph)
    store.delete(graph)
    assert () == store.get(graph)


def test_the_store_says_nothing_of_its_credentials() -> None:
    """In no repr."""
    store = GraphStore("http://127.0.0.1:1/store", credentials=Credentials("me", "secret", "token"))
    assert "<GraphStore http://127.0.0.1:1/store>" == repr(store)
    assert "Credentials(user='me')" == repr(Credentials("me", "secret", "token"))


def test_a_graph_that_comes_in_part_is_an_error(oxigraph: str) -> None:
    """Never fewer triples: cut in a line, cut by the connection, or no triples at all."""
    graph, iri = "http://example.org/g", "<http://example.org/{}>".format
    lines = "".join(f"{iri('s')} {iri('p')} {iri(number)} .\n" for number in range(9)).encode()
    GraphStore(f"{oxigraph}/store").put(graph, lines)
    with servers.misbehaving_proxy(f"{oxigraph}/query") as proxy:
        store = GraphStore(f"{proxy.base}/store", patience=HASTY)
        for behaviour, message in (
            (servers.truncated(), "the graph is damaged or cut off; it ends in "),
            (servers.html, "answered with text/html, not with triples: "),
        ):
            proxy.then(behaviour)
            with pytest.raises(NotResults, match=f"{proxy.base}/store: {message}"):
                store.get(graph)
        proxy.then(servers.broken_off)
        assert 9 == len(store.get(graph))


def test_a_query_is_no_update(oxigraph: str) -> None:
    """It is not sent."""
    endpoint = Endpoint(f"{oxigraph}/update")
    with pytest.raises(QuerySyntaxError, match="The update is not SPARQL: it holds no INSERT"):
        endpoint.update("SELECT * { ?s ?p ?o }")
    assert 0 == endpoint.requests


# ---- the command


def test_the_command_tells_the_guess_and_the_counts(oxigraph: str) -> None:
    """The one on standard error, the other as data; and what was there from a push that broke off."""
    target, dataset = emptied(oxigraph_at(oxigraph)), build(OTHER)
    command = ["push", "--endpoint", f"{oxigraph}/query", "--data", str(OTHER), "--chunk", "50"]
    result = CliRunner().invoke(cli, command)
    guess = f"kg: {oxigraph}/query looks like Oxigraph: updates go to {oxigraph}/update, graphs to {oxigraph}/store.\n"
    assert (0, guess) == (result.exit_code, result.stderr)
    assert [f"{graph}\t{count}" for graph, count in counts_of(dataset).items()] == result.stdout.splitlines()
    target = emptied(target)
    with servers.misbehaving_proxy(f"{oxigraph}/query", [*[servers.passed] * 8, *[servers.reset] * 9]) as proxy, pytest.raises(Unreachable):
        push(graphs_of(dataset), oxigraph_at(proxy.base), chunk=50)
    resumed = CliRunner().invoke(cli, command)
    assert 0 == resumed.exit_code
    assert 50 < counts_of(dataset)[ASSERTED_GRAPH] < 100
    found, sent = 50, sum(counts_of(dataset).values()) - 50  # one whole chunk of the first graph; the other is sent again
    assert f"{guess}kg: {found:,} triples were there from a push that broke off; {sent:,} were sent.\n" == resumed.stderr


def test_a_store_on_disk_is_sent_too(oxigraph: str, article: Dataset, tmp_path: Path) -> None:
    """All of it, and read from the folder as often as that takes; or without its closure, which is then worked out there."""
    target, store = emptied(oxigraph_at(oxigraph)), tmp_path / "store"
    assert 0 == CliRunner().invoke(cli, ["build", "--store", str(store)]).exit_code
    for more in ([], ["--reason"]):
        result = CliRunner().invoke(cli, ["push", "--endpoint", f"{oxigraph}/query", "--store", str(store), "--chunk", "300", *more])
        assert [f"{graph}\t{count}" for graph, count in counts_of(article).items()] == result.stdout.splitlines()
        assert quads_of(article) == quads_at(target)
    both = CliRunner().invoke(cli, ["push", "--endpoint", f"{oxigraph}/query", "--store", str(store), "--data", str(OTHER)])
    assert (2, True) == (both.exit_code, "Give --data or --store, not both." in both.stderr)


def test_what_is_set_for_questions_is_set_for_a_push(oxigraph: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server by kg.toml, the store by a variable, which is told; what is named counts more."""
    emptied(oxigraph_at(oxigraph))
    store, data = tmp_path / "store", build(OTHER)
    assert 0 == CliRunner().invoke(cli, ["build", "--store", str(store), str(OTHER / "relations.ttl")]).exit_code
    monkeypatch.chdir(tmp_path)
    nowhere = CliRunner().invoke(cli, ["push"])
    assert (2, True) == (nowhere.exit_code, "Which server? Give its query URL as --endpoint, by KG_ENDPOINT, or" in nowhere.stderr)
    (tmp_path / "kg.toml").write_text(f'endpoint = "{oxigraph}/query"', encoding="utf-8")
    monkeypatch.setenv("KG_STORE", str(store))
    pushed = CliRunner().invoke(cli, ["push"])
    assert [f"{graph}\t{count}" for graph, count in counts_of(data).items()] == pushed.stdout.splitlines()
    assert f"kg: sending the store in {store}.\n" in pushed.stderr
    named = CliRunner().invoke(cli, ["push", "--data", str(paths.DATA)])
    assert [f"{graph}\t{count}" for graph, count in counts_of(build()).items()] == named.stdout.splitlines()
    assert 0 == CliRunner().invoke(cli, ["reason"]).exit_code


@pytest.mark.parametrize("seconds", ["nan", "inf", "0", "-1"])
def test_a_timeout_is_a_number_of_seconds(seconds: str) -> None:
    """Above none."""
    refused = CliRunner().invoke(cli, ["push", "--endpoint", "http://127.0.0.1:1/query", "--timeout", seconds])
    assert (2, True) == (refused.exit_code, "Invalid value for '--timeout'" in refused.stderr)


def test_the_command_tells_of_nobody_there_in_one_message() -> None:
    """And of a server that it does not know."""
    url = f"http://127.0.0.1:{servers.free_port()}"
    nobody = CliRunner().invoke(cli, ["push", "--endpoint", f"{url}/query", "--data", str(OTHER)])
    assert (1, f"kg: {url}/store: cannot be reached: Connection refused.") == (nobody.exit_code, nobody.stderr.splitlines()[-1])
    unknown = CliRunner().invoke(cli, ["push", "--endpoint", f"{url}/odd", "--data", str(OTHER)])
    assert (2, f"kg: {url}/odd: no address for its graphs is known; give it as --graph-store URL.\n") == (unknown.exit_code, unknown.stderr)
