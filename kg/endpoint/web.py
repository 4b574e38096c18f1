"""One web address: how a request to it is sent, when it is sent again, and what is said when it fails.

Requests are opened by urllib, as SPARQLWrapper does it, but by an opener of this address alone: one that follows no redirect (neither a
query nor credentials are sent on), opens no file: or ftp: address, verifies certificates, and knows who asks.
"""

import http.client
import io
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import IO, TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import urlsplit
from urllib.request import Request

from kg import config
from kg.endpoint.answers import WHOLE, excerpt, is_deadlock, is_late
from kg.endpoint.credentials import Authorization, Credentials
from kg.errors import EndpointError, NotAnEndpoint, NotResults, Overloaded, Refused, TimedOut, Unauthorized, Unreachable, Untrusted
from kg.version import __version__

if TYPE_CHECKING:
    from tenacity import RetryCallState, Retrying

_CONTACT = "https://w3id.org/bilateral/ontology"

_NOT_DONE = frozenset({429, 503})
"""The statuses of a request that was not looked at, and may be answered later."""
_PASSING = _NOT_DONE | {502}
"""Also a gateway's that had no answer: the request may have been carried out."""
_LATE_STATUSES = frozenset({408, 504})
_HANDSHAKE = 10.0
"""Seconds for a connection and the handshake of TLS."""


def user_agent() -> str:
    """The User-Agent of this package: name, version and where its users can be asked, as Wikimedia's policy wants it."""
    return f"bilateral-kg/{__version__} ({_CONTACT}) SPARQLWrapper"


class Patience(NamedTuple):
    """How often a request is made, and how long is waited in between (seconds): doubling from `first`, and never more than `longest`."""

    attempts: int = 5
    first: float = 1.0
    longest: float = 120.0


class Reply(NamedTuple):
    """The answer to a request: status, headers and the whole body, which is nothing where it went into a file."""

    status: int
    headers: Message
    body: bytes


Checked = TypeVar("Checked")


class Address:
    """A web address that is asked one request at a time, whichever thread asks; see `kg.endpoint.queries.Endpoint` for the arguments."""

    _for = "queries, or for updates? Many servers have these at /query or /sparql, and at /update."

    def __init__(
        self,
        url: str,
        *,
        agent: str | None = None,
        timeout: float | None = None,
        patience: Patience = Patience(),  # noqa: B008 - it cannot be changed
        credentials: Credentials = Credentials(),  # noqa: B008 - it cannot be changed
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Raises `NotAnEndpoint` if `url` is no http or https address, or has a password in it, and as `kg.config.timeout` does."""
        self.url = _checked(url)
        self.agent = agent or user_agent()
        self.timeout = config.timeout(timeout)
        self.patience = patience
        self.requests = 0
        self._credentials = credentials
        self._sleep, self._clock, self._now = sleep, clock, now
        self._one_at_a_time = threading.Lock()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.url}>"

    def _exchange(
        self, request: Callable[[], Request], check: Callable[[Reply], Checked], *, repeatable: bool = True, into: IO[bytes] | None = None
    ) -> Checked:
        """What `check` makes of the reply to `request`, made anew each time that it is sent; the body goes `into` a file, if one is given.

        Sent again, a bounded number of times, after 429, 502, 503, a deadlock and a broken connection: as long after as `Retry-After`
        says, else after waits that double; if it is not `repeatable`, only after 429 and 503. Raises an `EndpointError`.
        """
        with self._one_at_a_time:
            try:
                checked: Checked = self._retrying(repeatable)(self._once, request, check, into)
                return checked
            except _Again as again:
                raise again.error from again.__cause__

    def _retrying(self, repeatable: bool) -> "Retrying":
        from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential, wait_random

        doubling = wait_exponential(multiplier=self.patience.first) + wait_random(0, self.patience.first)

        def wait(state: "RetryCallState") -> float:
            again = state.outcome.exception() if state.outcome else None
            asked = again.wait if isinstance(again, _Again) else None
            return min(doubling(state), self.patience.longest) if asked is None else asked

        return Retrying(
            retry=retry_if_exception(lambda error: isinstance(error, _Again) and (repeatable or error.not_done)),
            stop=stop_after_attempt(self.patience.attempts),
            wait=wait,
            sleep=self._sleep,
            reraise=True,
        )

    def _once(self, request: Callable[[], Request], check: Callable[[Reply], Checked], into: IO[bytes] | None) -> Checked:
        """The checked reply to one request. Raises `_Again` where it may be made once more, else an `EndpointError`."""
        self.requests += 1
        started = self._clock()
        try:
            with self._opener.open(request(), timeout=self.timeout) as response:
                self._check_head(response)
                reply = Reply(response.status, response.headers, self._read(response, started, into))
            return check(reply)
        except urllib.error.HTTPError as error:
            with error:
                raise self._for_status(error, _start_of(error)) from error
        except urllib.error.URLError as error:
            raise self._for_network(error.reason) from error
        except TimeoutError as error:
            late = "no whole answer within" if into is None else "nothing came for"
            raise TimedOut(f"{self.url}: {late} {self._allowed}") from error
        except OSError as error:
            raise self._for_network(error) from error
        except http.client.HTTPException as error:
            raise NotResults(f"{self.url}: what it sends is not HTTP ({type(error).__name__}).") from error

    @cached_property
    def _opener(self) -> urllib.request.OpenerDirector:
        """What opens requests to this address, and to it alone."""
        opener = urllib.request.OpenerDirector()
        handlers: list[urllib.request.BaseHandler] = [
            urllib.request.ProxyHandler(),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
            Authorization(self.url, self._credentials),
        ]
        if self.url.startswith("https:"):
            handlers.append(_HTTPSHandler(context=ssl.create_default_context()))
        else:
            handlers.append(urllib.request.HTTPHandler())
        for handler in handlers:
            opener.add_handler(handler)
        return opener

    # ---- what an answer must be

    def _check_head(self, response: http.client.HTTPResponse) -> None:
        if response.status == 206 or response.headers.get("X-SQL-State", WHOLE) != WHOLE:
            raise TimedOut(f"{self.url}: took too long and answered in part only.")

    def _read(self, response: http.client.HTTPResponse, started: float, into: IO[bytes] | None) -> bytes:
        """The body, as long as it was announced to be, read within the timeout in all.

        Nothing where it goes `into` a file: that may be of any size, and takes its time as long as something comes.
        """
        announced = response.headers.get("Content-Length", "")
        own = io.BytesIO()
        body = own if into is None else into
        body.seek(0)
        body.truncate()  # what came before a connection broke off
        length = 0
        for chunk in _chunks(response):
            length += body.write(chunk)
            if into is None and self._clock() - started > self.timeout:
                raise TimedOut(f"{self.url}: no whole answer within {self._allowed}")
        if announced.isdigit() and length < int(announced):
            raise ConnectionError(f"{length:,} of {int(announced):,} bytes came")
        return own.getvalue()

    # ---- what went wrong, and whether to ask again

    def _for_status(self, error: urllib.error.HTTPError, body: bytes) -> Exception:
        status, headers = error.code, error.headers
        if 300 <= status < 400:
            target = headers.get("Location", error.url)
            return Refused(f"{self.url}: redirects to {target}, and a query is not sent on. Give that address if you trust it.", status)
        if status == 401:
            return Unauthorized(f"{self.url}: answered 401 ({error.reason}): {self._credentials.refusal()}", status)
        late = status in (500, 503) and "Retry-After" not in headers and is_late(body)
        if late or status in _LATE_STATUSES:
            return TimedOut(f"{self.url}: the query took longer than it allows (status {status}).", status)
        said = f"{self.url}: answered {status} ({error.reason})"
        if status not in _PASSING and not is_deadlock(body):
            hint = f" Is it the address for {self._for}" if status == 404 else ""
            return Refused(f"{said}: {excerpt(body)}{hint}", status)
        wait = retry_after(headers.get("Retry-After", ""), self._server_time(headers))
        if wait is not None and wait > self.patience.longest:
            return Overloaded(
                f"{said} and wants {wait:.0f} s of rest, more than is waited for ({self.patience.longest:g} s). Try again then.",
                status,
            )
        final = Overloaded(f"{said}, {self.patience.attempts} times in a row. Try again later.", status)
        return _Again(final, wait, not_done=status in _NOT_DONE)

    @property
    def _allowed(self) -> str:
        """How long was waited, and how to wait longer, as the end of a message."""
        return f"{self.timeout:g} s; KG_TIMEOUT=SECONDS gives it longer."

    def _for_network(self, reason: object) -> Exception:
        if isinstance(reason, TimeoutError):
            return TimedOut(f"{self.url}: no answer within {self._allowed}")
        if isinstance(reason, ssl.SSLCertVerificationError):
            return Untrusted(
                f"{self.url}: its certificate does not verify: {reason.verify_message}. Nothing was sent to it. "
                "If you trust who issued it, name the file with the issuer's certificate in SSL_CERT_FILE."
            )
        said = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        if isinstance(reason, ssl.SSLError):
            said += ". If it speaks no TLS, its address begins with http://"
        if isinstance(reason, ConnectionRefusedError) or not isinstance(reason, ConnectionError):
            return Unreachable(f"{self.url}: cannot be reached: {said}.")
        return _Again(Unreachable(f"{self.url}: the connection broke off, {self.patience.attempts} times in a row: {said}."), None)

    def _server_time(self, headers: Message) -> datetime:
        """The time by the server's own clock if it tells it, else by ours."""
        return _http_date(headers.get("Date", "")) or self._now()


def _chunks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """The body, as it comes. Raises `ConnectionError` where one in HTTP's chunks does not end."""
    try:
        yield from iter(lambda: response.read1(1 << 16), b"")
    except http.client.IncompleteRead as error:
        raise ConnectionError("the body did not come to its end") from error


class _HTTPSConnection(http.client.HTTPSConnection):
    """One that waits a shorter while for the handshake: a server that speaks no TLS says nothing."""

    def connect(self) -> None:
        """Connect. Raises `SSLError`, and other `OSError`s."""
        whole, self.timeout = self.timeout, min(_HANDSHAKE, self.timeout or _HANDSHAKE)
        try:
            super().connect()
        except TimeoutError as error:
            raise ssl.SSLError(0, f"no connection with TLS within {self.timeout:g} s") from error
        self.timeout = whole
        self.sock.settimeout(whole)


class _HTTPSHandler(urllib.request.HTTPSHandler):
    """One for such connections."""

    def https_open(self, req: Request) -> http.client.HTTPResponse:
        """The response to `req`."""
        return self.do_open(_HTTPSConnection, req, context=self._context)  # type: ignore[attr-defined]


class _Again(Exception):
    """A request that may be made once more: what to raise if it may not any more, and the seconds to wait that the server named.

    `not_done` is whether it is sure that the request was not carried out.
    """

    def __init__(self, error: EndpointError, wait: float | None, *, not_done: bool = False) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait
        self.not_done = not_done


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
    if "#" in url:
        raise NotAnEndpoint(f"{url!r}: what follows # is never sent to a server, nor would be what is asked there; leave it out.")
    if parts.username is not None or parts.password is not None:
        raise NotAnEndpoint(f"The address of the endpoint at {parts.hostname} has a user name in it; leave that out.")
    return url


def _start_of(error: IO[bytes]) -> bytes:
    try:
        return error.read(10_000)
    except (OSError, http.client.HTTPException):
        return b""
