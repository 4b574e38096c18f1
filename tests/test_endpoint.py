"""One SPARQL endpoint, in good and in bad weather."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import servers
from hypothesis import given
from hypothesis import strategies as st
from servers import Behaviour, Proxy

from kg.endpoint import Endpoint, Patience
from kg.endpoint.web import retry_after, user_agent
from kg.errors import EndpointError, NotAnEndpoint, NotResults, Overloaded, QuerySyntaxError, Refused, TimedOut, Unauthorized, Unreachable
from kg.version import __version__

ROWS = "SELECT ?o { ?s ?p ?o } ORDER BY ?o"
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The query URL of a server that holds two triples."""
    file = tmp_path_factory.mktemp("data") / "two.ttl"
    file.write_text('@prefix e: <http://example.org/> . e:a e:b "x", "y" .')
    with servers.oxigraph_server(Path(file)) as base:
        yield f"{base}/query"


@pytest.fixture
def proxy(upstream: str) -> Iterator[Proxy]:
    with servers.misbehaving_proxy(upstream) as running:
        yield running


class Asking:
    """An endpoint at the proxy whose waits are noted and not slept."""

    def __init__(self, proxy: Proxy, *, timeout: float = 10, patience: Patience = Patience()) -> None:  # noqa: B008
        self.waits: list[float] = []
        self.endpoint = Endpoint(proxy.url, timeout=timeout, patience=patience, sleep=self.waits.append, now=lambda: NOON)

    def rows(self, text: str = ROWS) -> list[str]:
        result = self.endpoint.query(text)
        assert isinstance(result, ox.QuerySolutions)
        return [solution[0].value for solution in result if isinstance(solution[0], ox.Literal)]

    def error(self, text: str = ROWS) -> EndpointError:
        """The error that the query ends in; only its message is kept of where it happened."""
        with pytest.raises(EndpointError) as caught:
            self.endpoint.query(text)
        return caught.value


def test_a_select_gives_its_rows(proxy: Proxy) -> None:
    """In the order of the query, by one request."""
    asking = Asking(proxy)
    assert ["x", "y"] == asking.rows()
    assert 1 == asking.endpoint.requests == len(proxy.seen)


@pytest.mark.parametrize(("pattern", "truth"), [("?s ?p ?o", True), ("?s <http://example.org/none> ?o", False)])
def test_an_ask_gives_its_truth_value(proxy: Proxy, pattern: str, truth: bool) -> None:
    """Yes and no."""
    result = Asking(proxy).endpoint.query(f"ASK {{ {pattern} }}")
    assert isinstance(result, ox.QueryBoolean)
    assert truth is bool(result)


@pytest.mark.parametrize("text", ["CONSTRUCT WHERE { ?s ?p ?o }", "DESCRIBE <http://example.org/a>"])
def test_a_construct_and_a_describe_give_triples(proxy: Proxy, text: str) -> None:
    """As pyoxigraph's own result."""
    result = Asking(proxy).endpoint.query(text)
    assert isinstance(result, ox.QueryTriples)
    assert {"x", "y"} == {triple.object.value for triple in result if isinstance(triple.object, ox.Literal)}


def test_triples_may_come_as_turtle(proxy: Proxy) -> None:
    """Where a server has no N-Triples."""
    proxy.then(servers.answers(200, b"<http://example.org/a> a <http://example.org/C> .", Content_Type="text/turtle;charset=utf-8"))
    result = Asking(proxy).endpoint.query("CONSTRUCT WHERE { ?s ?p ?o }")
    assert isinstance(result, ox.QueryTriples)
    assert 1 == len(list(result))


def test_a_request_is_a_post_that_says_who_asks_and_what_it_takes(proxy: Proxy) -> None:
    """URL-encoded, with the User-Agent that Wikimedia's policy wants and nothing else than the query in the body."""
    Asking(proxy).rows()
    Asking(proxy).endpoint.query("CONSTRUCT WHERE { ?s ?p ?o }")
    first, second = proxy.seen
    assert ("POST", "/sparql", ROWS) == (first.method, first.path, first.query)
    assert b"query=" == first.body[:6]
    assert b"&" not in first.body
    assert f"bilateral-kg/{__version__} (https://w3id.org/bilateral/ontology) SPARQLWrapper" == first.headers["User-Agent"] == user_agent()
    assert "application/sparql-results+json, application/json;q=0.5" == first.headers["Accept"]
    assert "application/n-triples, text/turtle;q=0.9" == second.headers["Accept"]


def test_the_form_of_a_query_is_not_guessed_from_its_comments(proxy: Proxy) -> None:
    """SPARQLWrapper by itself takes this one for an update."""
    assert ["x", "y"] == Asking(proxy).rows("# INSERT nothing\n# and DELETE nothing\n" + ROWS)
    assert "query=" == proxy.seen[0].body[:6].decode()


def test_an_update_is_not_sent(proxy: Proxy) -> None:
    """An endpoint is only asked."""
    with pytest.raises(QuerySyntaxError, match="holds no SELECT, ASK, CONSTRUCT or DESCRIBE"):
        Asking(proxy).endpoint.query("INSERT DATA { <a:a> <a:a> <a:a> }")
    assert [] == proxy.seen


# ---- asked again


@pytest.mark.parametrize(
    ("first", "wait"),
    [
        pytest.param(servers.too_many("7"), 7.0, id="429, seconds"),
        pytest.param(servers.too_many("0"), 0.0, id="429, at once"),
        pytest.param(servers.answers(503, b"timed out", Retry_After="90"), 90.0, id="503, seconds, whatever it says"),
    ],
)
def test_retry_after_in_seconds_is_obeyed(proxy: Proxy, first: Behaviour, wait: float) -> None:
    """Exactly that long is waited, then asked once more."""
    proxy.then(first)
    asking = Asking(proxy)
    assert ["x", "y"] == asking.rows()
    assert ([wait], 2) == (asking.waits, asking.endpoint.requests)


def test_retry_after_as_a_date_is_counted_by_the_clock_of_the_server(proxy: Proxy) -> None:
    """Ours may be wrong."""

    def later(handler: servers.Handler, _: object) -> None:
        handler.send_response_only(429)
        handler.send_header("Date", format_datetime(NOON - timedelta(hours=3), usegmt=True))
        handler.send_header("Retry-After", format_datetime(NOON - timedelta(hours=3) + timedelta(seconds=45), usegmt=True))
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    proxy.then(later)
    asking = Asking(proxy)
    assert ["x", "y"] == asking.rows()
    assert [45.0] == asking.waits


def test_whoever_wants_more_rest_than_is_waited_for_is_left_alone(proxy: Proxy) -> None:
    """Neither asked too early, nor waited for."""
    proxy.then(servers.too_many("3600"))
    asking = Asking(proxy)
    error = asking.error()
    assert isinstance(error, Overloaded)
    assert (429, [], 1) == (error.status, asking.waits, asking.endpoint.requests)
    assert (
        str(error)
        == f"{proxy.url}: answered 429 (Too Many Requests) and wants 3600 s of rest, more than is waited for (120 s). Try again then."
    )


PASSING = {
    "429": servers.too_many(),
    "429, unreadable": servers.too_many("soon"),
    "502": servers.answers(502),
    "503": servers.busy,
    "Virtuoso's deadlock": servers.answers(500, b"Virtuoso 40001 Error SR172: Transaction deadlocked\n\nSPARQL query:\nCOPY"),
    "that of its graphs": servers.answers(500, b"<h3>Error 40001</h3>\n<xmp>SR172: Transaction deadlocked</xmp>", Content_Type="text/html"),
    "reset": servers.reset,
    "broken off": servers.broken_off,
    "cut in a chunk": servers.cut_in_a_chunk,
}


@pytest.mark.parametrize("behaviour", PASSING.values(), ids=PASSING)
def test_what_may_pass_is_asked_again_after_waits_that_double(proxy: Proxy, behaviour: Behaviour) -> None:
    """1, 2 and 4 seconds, with up to a second of jitter."""
    proxy.then(behaviour, behaviour, behaviour)
    asking = Asking(proxy)
    assert ["x", "y"] == asking.rows()
    assert 4 == asking.endpoint.requests
    assert all(least <= wait <= least + 1 for least, wait in zip((1, 2, 4), asking.waits, strict=True)), asking.waits


@pytest.mark.parametrize("behaviour", PASSING.values(), ids=PASSING)
def test_after_so_many_requests_it_is_given_up(proxy: Proxy, behaviour: Behaviour) -> None:
    """With one message."""
    proxy.then(*[behaviour] * 9)
    asking = Asking(proxy, patience=Patience(attempts=3))
    error = asking.error()
    assert isinstance(error, Overloaded | Unreachable)
    assert ", 3 times in a row" in str(error)
    assert (3, 2) == (asking.endpoint.requests, len(asking.waits))


def test_no_wait_is_longer_than_the_longest(proxy: Proxy) -> None:
    """However often it doubled."""
    proxy.then(*[servers.busy] * 9)
    asking = Asking(proxy, patience=Patience(attempts=6, first=1, longest=3))
    asking.error()
    assert 3 == max(asking.waits)
    assert 5 == len(asking.waits)


# ---- not asked again

FINAL = {
    "a page in place of results": (
        servers.html,
        NotResults,
        "answered with text/html, not with SPARQL results: 'Please set",
    ),
    "JSON without its end": (servers.truncated(), NotResults, "the answer is damaged or cut off; it ends in "),
    "JSON without its last bracket": (servers.truncated(-1), NotResults, "the answer is damaged or cut off; it ends in "),
    "a time-out in mid-answer": (
        servers.truncated(-5, b"java.util.concurrent.TimeoutException"),
        TimedOut,
        "the query took longer than it allows, and the answer breaks off.",
    ),
    "Blazegraph's time-out": (servers.query_timeout, TimedOut, "the query took longer than it allows (status 500)."),
    "Fuseki's time-out": (servers.answers(503, b"Query timed out"), TimedOut, "the query took longer than it allows (status 503)."),
    "a gateway's time-out": (servers.answers(504), TimedOut, "the query took longer than it allows (status 504)."),
    "a part, by its status": (servers.answers(206, b"{}"), TimedOut, "took too long and answered in part only."),
    "a part, by Virtuoso's header": (servers.with_headers(X_SQL_State="S1TAT"), TimedOut, "took too long and answered in part only."),
    "as many rows as it ever gives": (
        servers.with_headers(X_SPARQL_MaxRows="2"),
        NotResults,
        "gives at most 2 rows or triples, and the answer has as many",
    ),
    "another kind of result": (
        servers.answers(200, b'{"head":{},"boolean":true}', Content_Type="application/json"),
        NotResults,
        "answered a SELECT with something else: ",
    ),
    "no HTTP": (servers.no_http, NotResults, "what it sends is not HTTP (BadStatusLine)."),
    "500": (servers.answers(500, b"oops"), Refused, "answered 500 (Internal Server Error): 'oops'."),
    "400": (servers.answers(400, b"what?"), Refused, "answered 400 (Bad Request): 'what?'."),
    "401": (servers.answers(401), Unauthorized, "answered 401 (Unauthorized): it wants to know who asks. Set KG_USER and KG_PASSWORD, or "),
    "403": (
        servers.answers(403, b"Too many requests by this agent"),
        Refused,
        "answered 403 (Forbidden): 'Too many requests by this agent'.",
    ),
    "404": (servers.answers(404, b"no"), Refused, "answered 404 (Not Found): 'no'."),
}


@pytest.mark.parametrize(("behaviour", "kind", "message"), FINAL.values(), ids=FINAL)
def test_what_will_not_pass_is_an_error_at_once(proxy: Proxy, behaviour: Behaviour, kind: type[EndpointError], message: str) -> None:
    """Named for what it is, with the address and what was answered; never fewer rows."""
    proxy.then(behaviour)
    asking = Asking(proxy)
    error = asking.error()
    assert kind is type(error)
    assert str(error).startswith(f"{proxy.url}: {message}")
    assert (1, []) == (asking.endpoint.requests, asking.waits)
    assert "\n" not in str(error)


def test_an_ask_without_its_end_is_damaged_too(proxy: Proxy) -> None:
    """pyoxigraph's parser reads no further than the truth value."""
    proxy.then(servers.truncated(-1), servers.truncated(-1, b"} java.util.concurrent.TimeoutException"))
    assert NotResults is type(Asking(proxy).error("ASK { ?s ?p ?o }"))
    assert TimedOut is type(Asking(proxy).error("ASK { ?s ?p ?o }"))


def test_damaged_triples_are_an_error(proxy: Proxy) -> None:
    """As damaged rows are."""
    proxy.then(servers.truncated())
    assert NotResults is type(Asking(proxy).error("CONSTRUCT WHERE { ?s ?p ?o }"))


def test_fewer_rows_than_a_server_ever_gives_are_all(proxy: Proxy) -> None:
    """The limit alone is no error."""
    proxy.then(servers.with_headers(X_SPARQL_MaxRows="3"))
    assert ["x", "y"] == Asking(proxy).rows()


def test_a_deadlock_that_virtuoso_resolved_by_itself_is_no_part_of_an_answer(proxy: Proxy) -> None:
    """It did the request again, says so with the state of success, and the answer is whole."""
    proxy.then(servers.with_headers(X_SQL_State="00000", X_SQL_Message="SR172: Transaction deadlocked"))
    asking = Asking(proxy)
    assert ["x", "y"] == asking.rows()
    assert 1 == asking.endpoint.requests


@pytest.mark.parametrize("behaviour", [servers.slow(30), servers.dripping(0.05)], ids=["silent", "dripping"])
def test_a_late_answer_is_given_up_after_the_timeout(proxy: Proxy, behaviour: Behaviour) -> None:
    """A fraction of a second counts, for the whole answer; and it is not asked again."""
    proxy.then(behaviour)
    asking = Asking(proxy, timeout=0.2)
    started = time.monotonic()
    error = asking.error()
    assert time.monotonic() - started < 10
    assert TimedOut is type(error)
    assert (f"{proxy.url}: no whole answer within 0.2 s; KG_TIMEOUT=SECONDS gives it longer.", 1) == (str(error), asking.endpoint.requests)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_told_and_never_taken_for_an_answer(proxy: Proxy, upstream: str, status: int) -> None:
    """Whatever the other address says to a request without the query."""
    for target in (upstream, upstream.removesuffix("query"), upstream + "/none"):
        proxy.then(servers.redirect(target, status))
        error = Asking(proxy).error()
        assert Refused is type(error)
        assert str(error) == f"{proxy.url}: redirects to {target}, and a query is not sent on. Give that address if you trust it."


def test_nobody_there_is_told_at_once() -> None:
    """Without a wait, as no network is; the exit code says no."""
    waits: list[float] = []
    url = f"http://127.0.0.1:{servers.free_port()}/sparql"
    with pytest.raises(Unreachable) as caught:
        Endpoint(url, sleep=waits.append).query(ROWS)
    assert (f"{url}: cannot be reached: Connection refused.", [], 1) == (str(caught.value), waits, caught.value.exit_code)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "query.wikidata.org",
        "file:///etc/passwd",
        "ftp://example.org/",
        "http://",
        "http://a b/",
        "http://h:x/",
        "http://h/ö",
        "http://h/\n",
    ],
)
def test_only_web_addresses_are_endpoints(url: str) -> None:
    """A file is not opened; wrong usage has exit code 2."""
    with pytest.raises(NotAnEndpoint, match="is no address of a SPARQL endpoint") as caught:
        Endpoint(url)
    assert 2 == caught.value.exit_code


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    """Addresses stand in messages."""
    with pytest.raises(NotAnEndpoint) as caught:
        Endpoint("https://me:secret@example.org/sparql")
    assert "The address of the endpoint at example.org has a user name in it; leave that out." == str(caught.value)


def test_two_threads_never_ask_at_once(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight threads, one endpoint: one request at a time is under way."""
    proxy.then(*[servers.slow(0.02)] * 8)
    asking = Asking(proxy)
    under_way: list[int] = []
    seen: list[int] = []
    once = asking.endpoint._once

    def counted(*given: Any) -> Any:
        under_way.append(1)
        seen.append(len(under_way))
        try:
            return once(*given)
        finally:
            under_way.pop()

    monkeypatch.setattr(asking.endpoint, "_once", counted)
    threads = [threading.Thread(target=asking.endpoint.fetch, args=(ROWS,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [1] * 8 == seen


# ---- Retry-After


@given(st.integers(0, 10**9))
def test_seconds_are_read_as_they_are_written(seconds: int) -> None:
    """Any number of them, with space around."""
    assert float(seconds) == retry_after(f" {seconds} ", NOON)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)))
def test_the_three_forms_of_an_http_date_are_one_moment(moment: datetime) -> None:
    """IMF-fixdate, RFC 850 and asctime (RFC 9110, 5.6.7); what is past is no wait."""
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    expected = max(0.0, (moment - NOON).total_seconds())
    for form in ("%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"):
        assert expected == retry_after(moment.strftime(form), NOON)


@given(st.text() | st.text("0123456789 :,-+GMTanFeb"))
def test_any_other_text_is_no_wait_or_a_wait_that_is_not_negative(text: str) -> None:
    """And never an error."""
    wait = retry_after(text, NOON)
    assert wait is None or wait >= 0
