"""One SPARQL 1.1 Protocol endpoint over HTTP, reached politely, through SPARQLWrapper: its only door.

What SPARQLWrapper 2.0 leaves to its caller is done here. It follows a redirect of a POST with a GET that has lost the query; it opens
file: addresses; it waits without end where a timeout is less than a second; it guesses a query's form from words in comments; it checks
neither status, media type nor that the body is whole. An answer that is not whole is an error, never fewer rows.
"""

import ast
import http.client
import json
import threading
import time
import urllib.error
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urldefrag, urlsplit

import pyoxigraph as ox

from kg.errors import EndpointError, NotAnEndpoint, NotResults, Overloaded, QuerySyntaxError, Refused, TimedOut, Unreachable
from kg.load import query_triples
from kg.sparql import form_of
from kg.version import __version__

if TYPE_CHECKING:
    from SPARQLWrapper import SPARQLWrapper
    from tenacity import RetryCallState, Retrying

Result = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples

CONTACT = "https://w3id.org/bilateral/ontology"

_ROWS = {"application/sparql-results+json": ox.QueryResultsFormat.JSON, "application/json": ox.QueryResultsFormat.JSON}
_TRIPLES = {"application/n-triples": ox.RdfFormat.N_TRIPLES, "text/turtle": ox.RdfFormat.TURTLE}
_ACCEPT = {
    **dict.fromkeys(("SELECT", "ASK"), "application/sparql-results+json, application/json;q=0.5"),
    **dict.fromkeys(("CONSTRUCT", "DESCRIBE"), "application/n-triples, text/turtle;q=0.9"),
}
_KINDS = {"SELECT": ox.QuerySolutions, "ASK": ox.QueryBoolean, "CONSTRUCT": ox.QueryTriples, "DESCRIBE": ox.QueryTriples}

_PASSING = frozenset({429, 502, 503})
"""The statuses after which the same request may be answered."""
_LATE_STATUSES = frozenset({408, 504})
_LATE_WORDS = (b"timeoutexception", b"timed out", b"time limit", b"deadline is expired", b"estimated execution time")
"""What Blazegraph, Fuseki, QLever and Virtuoso write with status 500 or 503 when a query takes too long, in lower case."""


def user_agent(contact: str = CONTACT) -> str:
    """The User-Agent of this package: name, version and where its users can be asked, as Wikimedia's policy wants it."""
    return f"bilateral-kg/{__version__} ({contact}) SPARQLWrapper"


class Patience(NamedTuple):
    """How often a request is made, and how long is waited in between (seconds): doubling from `first`, and never more than `longest`."""

    attempts: int = 5
    first: float = 1.0
    longest: float = 120.0


class Answer(NamedTuple):
    """The body of an answer, checked to be whole, and its format."""

    body: bytes
    format: ox.QueryResultsFormat | ox.RdfFormat

    def result(self) -> Result:
        """The answer as pyoxigraph's result. Raises `SyntaxError` where it is damaged."""
        if isinstance(self.format, ox.RdfFormat):
            return query_triples(self.body, self.format)
        return ox.parse_query_results(self.body, self.format)


class Endpoint:
    """A SPARQL endpoint that is asked one request at a time, whichever thread asks.

    `timeout` is for a whole answer, in seconds. `requests` counts the requests sent, repeated ones too.
    """

    def __init__(
        self,
        url: str,
        *,
        agent: str | None = None,
        timeout: float = 70.0,
        patience: Patience = Patience(),  # noqa: B008 - it cannot be changed
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Raises `NotAnEndpoint` if `url` is no http or https address, or has a password in it."""
        self.url = _checked(url)
        self.agent = agent or user_agent()
        self.timeout = timeout
        self.patience = patience
        self.requests = 0
        self._sleep, self._clock, self._now = sleep, clock, now
        self._one_at_a_time = threading.Lock()

    def __repr__(self) -> str:
        return f"<Endpoint {self.url}>"

    def query(self, text: str) -> Result:
        """The result of a SELECT, ASK, CONSTRUCT or DESCRIBE. Raises as `fetch` does."""
        return self.fetch(text).result()

    def fetch(self, text: str) -> Answer:
        """The checked answer to a SELECT, ASK, CONSTRUCT or DESCRIBE.

        Asked again, a bounded number of times, after 429, 502, 503 and a broken connection: as long after as `Retry-After` says, else
        after waits that double. Raises `QuerySyntaxError` for another text, `TimedOut`, at once, where the query takes too long, and
        else another `EndpointError`.
        """
        form = form_of(text)
        if form not in _KINDS:
            raise QuerySyntaxError("The query is not SPARQL: it holds no SELECT, ASK, CONSTRUCT or DESCRIBE.")
        with self._one_at_a_time:
            try:
                return self._retrying()(self._ask, text, form)
            except _Again as again:
                raise again.error from again.__cause__

    def _retrying(self) -> "Retrying":
        from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

        doubling = wait_exponential_jitter(initial=self.patience.first, max=self.patience.longest, jitter=self.patience.first)

        def wait(state: "RetryCallState") -> float:
            again = state.outcome.exception() if state.outcome else None
            asked = again.wait if isinstance(again, _Again) else None
            return doubling(state) if asked is None else asked

        return Retrying(
            retry=retry_if_exception_type(_Again),
            stop=stop_after_attempt(self.patience.attempts),
            wait=wait,
            sleep=self._sleep,
            reraise=True,
        )

    def _ask(self, text: str, form: str) -> Answer:
        """The answer to one request. Raises `_Again` where it may be made once more, else an `EndpointError`."""
        from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

        wrapper = self._wrapper(text, form)
        self.requests += 1
        started = self._clock()
        try:
            with wrapper.query().response as response:
                self._check_head(response)
                body = self._read(response, started)
            return self._check_body(response.headers, body, form)
        except SPARQLWrapperException as error:  # for five statuses, in place of the HTTPError
            refusal = error.__context__
            if not isinstance(refusal, urllib.error.HTTPError):
                raise
            with refusal:
                raise self._for_status(refusal, _body_of(error)) from error
        except urllib.error.HTTPError as error:
            with error:
                raise self._for_status(error, _start_of(error)) from error
        except urllib.error.URLError as error:
            raise self._for_network(error.reason) from error
        except TimeoutError as error:
            raise TimedOut(f"{self.url}: no whole answer within {self.timeout:g} s.") from error
        except (OSError, http.client.IncompleteRead) as error:
            raise self._for_network(error) from error
        except http.client.HTTPException as error:
            raise NotResults(f"{self.url}: what it sends is not HTTP ({type(error).__name__}).") from error

    def _wrapper(self, text: str, form: str) -> "SPARQLWrapper":
        from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper

        wrapper = SPARQLWrapper(self.url, agent=self.agent, returnFormat=JSON if _ACCEPT[form] == _ACCEPT["SELECT"] else TURTLE)
        wrapper.queryString, wrapper.queryType = text, form  # setQuery would guess the form
        wrapper.timeout = self.timeout  # type: ignore[assignment] # setTimeout would cut it down to whole seconds, and 0 is none
        wrapper.setMethod(POST)
        wrapper.setOnlyConneg(True)
        wrapper.addCustomHttpHeader("Accept", _ACCEPT[form])
        return wrapper

    # ---- what an answer must be

    def _check_head(self, response: http.client.HTTPResponse) -> None:
        if not self._is_here(response.geturl()):
            raise self._redirected(response.geturl())
        if response.status == 206 or "X-SQL-State" in response.headers:
            raise TimedOut(f"{self.url}: took too long and answered in part only.")

    def _read(self, response: http.client.HTTPResponse, started: float) -> bytes:
        """The body, read within the timeout in all, and as long as it was announced to be."""
        announced = response.headers.get("Content-Length", "")
        body = bytearray()
        while chunk := response.read1(1 << 16):
            body += chunk
            if self._clock() - started > self.timeout:
                raise TimedOut(f"{self.url}: no whole answer within {self.timeout:g} s.")
        if announced.isdigit() and len(body) < int(announced):
            raise http.client.IncompleteRead(bytes(body), int(announced) - len(body))
        return bytes(body)

    def _check_body(self, headers: Message, body: bytes, form: str) -> Answer:
        """The body as an answer to a query of the form `form`. Raises `NotResults` or `TimedOut`."""
        formats: Mapping[str, ox.QueryResultsFormat | ox.RdfFormat] = _ROWS if form in ("SELECT", "ASK") else _TRIPLES
        if headers.get_content_type() not in formats:
            raise NotResults(f"{self.url}: answered with {headers.get_content_type()}, not with SPARQL results: {_excerpt(body)}")
        answer = Answer(body, formats[headers.get_content_type()])
        found = _examined(answer)
        if found.kind is None:
            if _is_late(body[-2000:]):
                raise TimedOut(f"{self.url}: the query took longer than it allows, and the answer breaks off.")
            raise NotResults(f"{self.url}: the answer is damaged or cut off; it ends in {_excerpt(body[-80:])}")
        if found.kind is not _KINDS[form]:
            raise NotResults(f"{self.url}: answered a {form} with something else: {_excerpt(body)}")
        most = headers.get("X-SPARQL-MaxRows", "")
        if most.isdigit() and found.rows >= int(most):
            raise NotResults(f"{self.url}: gives at most {most} rows, and the answer has as many: some may be missing; ask for less.")
        return answer

    # ---- what went wrong, and whether to ask again

    def _for_status(self, error: urllib.error.HTTPError, body: bytes) -> Exception:
        status, headers = error.code, error.headers
        if 300 <= status < 400 or not self._is_here(error.url):
            return self._redirected(headers.get("Location", error.url))
        late = status in (500, 503) and "Retry-After" not in headers and _is_late(body)
        if late or status in _LATE_STATUSES:
            return TimedOut(f"{self.url}: the query took longer than it allows (status {status}).", status)
        said = f"{self.url}: answered {status} ({error.reason})"
        if status not in _PASSING:
            return Refused(f"{said}: {_excerpt(body)}", status)
        wait = retry_after(headers.get("Retry-After", ""), self._server_time(headers))
        if wait is not None and wait > self.patience.longest:
            return Overloaded(
                f"{said} and wants {wait:.0f} s of rest, more than is waited for ({self.patience.longest:g} s). Try again then.",
                status,
            )
        return _Again(Overloaded(f"{said}, {self.patience.attempts} times in a row. Try again later.", status), wait)

    def _for_network(self, reason: object) -> Exception:
        said = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        if isinstance(reason, ConnectionRefusedError) or not isinstance(reason, ConnectionError | http.client.IncompleteRead):
            return Unreachable(f"{self.url}: cannot be reached: {said}.")
        return _Again(Unreachable(f"{self.url}: the connection broke off, {self.patience.attempts} times in a row: {said}."), None)

    def _is_here(self, url: str) -> bool:
        """Whether the answer from `url` is one to the query: SPARQLWrapper goes where it is redirected, and leaves the query behind."""
        return urldefrag(url).url == urldefrag(self.url).url

    def _redirected(self, target: str) -> EndpointError:
        return Refused(f"{self.url}: redirects to {target}, and a query is not sent on. Give that address if you trust it.")

    def _server_time(self, headers: Message) -> datetime:
        """The time by the server's own clock if it tells it, else by ours."""
        return _http_date(headers.get("Date", "")) or self._now()


class _Again(Exception):
    """A request that may be made once more: what to raise if it may not any more, and the seconds to wait that the server named."""

    def __init__(self, error: EndpointError, wait: float | None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait


class _Found(NamedTuple):
    """What kind of result an answer is, None if it is damaged, and how many rows it has."""

    kind: type | None
    rows: int = 0


def _examined(answer: Answer) -> _Found:
    """What `answer` is. No result is left in the frames of an error: pyoxigraph's may not be freed by another thread."""
    try:
        result = answer.result()
        if isinstance(result, ox.QueryBoolean):
            json.loads(answer.body)  # pyoxigraph reads no further than the truth value
        return _Found(type(result), sum(1 for _ in result) if isinstance(result, ox.QuerySolutions) else 0)
    except (SyntaxError, ValueError):
        return _Found(None)


def retry_after(value: str, now: datetime) -> float | None:
    """The seconds to wait that the header `Retry-After` names, as a number or as a date; None if it is neither.

    >>> retry_after("120", datetime.now(UTC))
    120.0
    >>> retry_after("Wed, 25 Nov 2026 07:00:30 GMT", datetime(2026, 11, 25, 7, tzinfo=UTC))
    30.0
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value)
    date = _http_date(value)
    return None if date is None else max(0.0, (date - now).total_seconds())


def _http_date(value: str) -> datetime | None:
    """The moment that an HTTP date names, in any of its three forms; None if it names none."""
    try:
        date = parsedate_to_datetime(value)
        return date if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _checked(url: str) -> str:
    """`url` if it is the address of a web server. Raises `NotAnEndpoint`."""
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        fits = False
    if not fits or not url.isascii() or not url.isprintable() or " " in url:
        raise NotAnEndpoint(f"{url!r} is no address of a SPARQL endpoint; one looks like https://query.wikidata.org/sparql")
    if parts.username is not None or parts.password is not None:
        raise NotAnEndpoint(f"The address of the endpoint at {parts.hostname} has a user name in it; leave that out.")
    return url


def _body_of(error: Exception) -> bytes:
    """The body that SPARQLWrapper read from an error's response and kept as text in its message only."""
    _, _, text = str(error).partition("Response:\n")
    return bytes(ast.literal_eval(text)) if text else b""


def _start_of(error: urllib.error.HTTPError) -> bytes:
    try:
        return error.read(10_000)
    except (OSError, http.client.HTTPException):
        return b""


def _is_late(body: bytes) -> bool:
    return any(word in body.lower() for word in _LATE_WORDS)


def _excerpt(body: bytes) -> str:
    """The beginning of a body, on one line, as a message shows it."""
    text = " ".join(body[:2000].decode("utf-8", "replace").split())
    if not text:
        return "nothing."
    return repr(text if len(text) <= 160 else text[:160] + "…") + "."
