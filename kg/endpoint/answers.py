"""What an answer to a query must be: results of its form, whole. An answer that is not whole is an error, never fewer rows."""

import io
import json
import re
from collections.abc import Mapping
from email.message import Message
from typing import IO, NamedTuple

import pyoxigraph as ox

from kg.errors import EndpointError, NotResults, TimedOut
from kg.load import BROKEN, query_triples

Result = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples

_ROWS = {"application/sparql-results+json": ox.QueryResultsFormat.JSON, "application/json": ox.QueryResultsFormat.JSON}
TRIPLES: Mapping[str, ox.RdfFormat] = {"application/n-triples": ox.RdfFormat.N_TRIPLES, "text/turtle": ox.RdfFormat.TURTLE}
ACCEPT = {
    **dict.fromkeys(("SELECT", "ASK"), "application/sparql-results+json, application/json;q=0.5"),
    **dict.fromkeys(("CONSTRUCT", "DESCRIBE"), "application/n-triples, text/turtle;q=0.9"),
}
"""The media types that are asked for, by the form of the query."""
_KINDS = {"SELECT": ox.QuerySolutions, "ASK": ox.QueryBoolean, "CONSTRUCT": ox.QueryTriples, "DESCRIBE": ox.QueryTriples}

_TAG = re.compile(r"(?is)<(script|style)\b.*?</\1>|<[!/a-z][^>]*>")
_LATE_WORDS = (b"timeoutexception", b"timed out", b"time limit", b"deadline is expired", b"estimated execution time")
"""What Blazegraph, Fuseki, QLever and Virtuoso write with status 500 or 503 when a query takes too long, in lower case."""


WHOLE = "00000"
"""The state of an answer of Virtuoso that is whole, which it names where it had to do the request again after a deadlock."""
_DEADLOCK = b"SR172: Transaction deadlocked"
"""What Virtuoso says with status 500, as text or in a page, when it has undone a request for another one that changed the same."""

_ENOUGH = 2000
"""So many bytes of a body that is no answer are looked at."""
_SILENT = "Virtuoso"
"""The server that has a most of triples as well as of rows, and no header for them."""
_VIRTUOSO_TRUTH = b'"vars": ["__ASK_RETVAL"]'
"""How Virtuoso 7 begins the answer to an ASK: a table."""
_VIRTUOSO_TERMS = (
    (b'"type": "bnode", "value": "nodeID://', b'"type": "bnode", "value": "'),
    (b'XMLSchema#boolean", "value": "1" }', b'XMLSchema#boolean", "value": "true" }'),
    (b'XMLSchema#boolean", "value": "0" }', b'XMLSchema#boolean", "value": "false" }'),
)
"""How Virtuoso 7 writes blank nodes, whose labels may have no colon, and truth values, beside how others do."""


class Answer(NamedTuple):
    """The body of an answer, checked to be whole, and its format; `silent` if its server leaves out triples without a word."""

    body: bytes
    format: ox.QueryResultsFormat | ox.RdfFormat
    silent: bool = False

    @property
    def triples(self) -> int:
        """How many triples the body of such an answer has, as they are written."""
        return sum(1 for _ in ox.parse(self.body, self.format)) if isinstance(self.format, ox.RdfFormat) else 0

    def result(self) -> Result:
        """The answer as pyoxigraph's result. Raises `SyntaxError` where it is damaged."""
        if isinstance(self.format, ox.RdfFormat):
            return query_triples(self.body, self.format)
        return ox.parse_query_results(self.body, self.format)


def checked(url: str, headers: Message, body: bytes, form: str) -> Answer:
    """The body as the answer of `url` to a query of the form `form`. Raises `NotResults` or `TimedOut`."""
    formats: Mapping[str, ox.QueryResultsFormat | ox.RdfFormat] = _ROWS if form in ("SELECT", "ASK") else TRIPLES
    if headers.get_content_type() not in formats:
        raise _other(url, headers, body)
    silent = form == "CONSTRUCT" and _SILENT in headers.get("Server", "")
    answer = Answer(_mended(body, form), formats[headers.get_content_type()], silent)
    found = _examined(answer)
    if found.kind is None:
        raise _damaged(url, body)
    if found.kind is not _KINDS[form]:
        raise NotResults(f"{url}: answered a {form} with something else: {excerpt(body)}")
    most = headers.get("X-SPARQL-MaxRows", "")
    if most.isdigit() and found.rows >= int(most):
        raise NotResults(
            f"{url}: gives at most {most} rows or triples, and the answer has as many: some may be missing. Ask for less, or have the "
            "server give more (Virtuoso: ResultSetMaxRows)."
        )
    return answer


class Download(NamedTuple):
    """What a file holds that triples were put into: their format, and how many there are, as they are written."""

    format: ox.RdfFormat
    triples: int


def downloaded(url: str, headers: Message, file: IO[bytes]) -> Download:
    """What `url` has put into `file` as the answer to a CONSTRUCT; read, but not held in memory. Raises `NotResults` or `TimedOut`."""
    format = TRIPLES.get(headers.get_content_type())
    file.seek(0)
    if format is None:
        raise _other(url, headers, file.read(_ENOUGH))
    try:
        return Download(format, sum(1 for _ in ox.parse(file, format)))
    except BROKEN:
        file.seek(max(0, file.seek(0, io.SEEK_END) - _ENOUGH))
        raise _damaged(url, file.read()) from None


def _other(url: str, headers: Message, body: bytes) -> NotResults:
    """A body that is of another media type, told by its start."""
    return NotResults(f"{url}: answered with {headers.get_content_type()}, not with SPARQL results: {excerpt(body)}")


def _damaged(url: str, body: bytes) -> EndpointError:
    """A body that breaks off, told by its end."""
    if is_late(body[-_ENOUGH:]):
        return TimedOut(f"{url}: the query took longer than it allows, and the answer breaks off.")
    return NotResults(f"{url}: the answer is damaged or cut off; it ends in {excerpt(body[-80:])}")


def _mended(body: bytes, form: str) -> bytes:
    """`body` as the standard has it, where Virtuoso 7 writes something else that means the same."""
    if form == "SELECT":
        for theirs, ours in _VIRTUOSO_TERMS:
            body = body.replace(theirs, ours)
        return body
    return _truth(body) if form == "ASK" and _VIRTUOSO_TRUTH in body else body


def _truth(body: bytes) -> bytes:
    """The truth value that is given as a table of one row if it is true and of none if not, as an ASK has it; `body` if damaged."""
    try:
        rows = json.loads(body)["results"]["bindings"]
    except (ValueError, KeyError, TypeError):
        return body
    return json.dumps({"head": {}, "boolean": bool(rows)}).encode()


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
    except BROKEN:
        return _Found(None)


def is_late(body: bytes) -> bool:
    """Whether a server says with `body` that a query took too long."""
    return any(word in body.lower() for word in _LATE_WORDS)


def is_deadlock(body: bytes) -> bool:
    """Whether a server says with `body` that it gave a request up in favour of others that changed the same at the same time."""
    return _DEADLOCK in body


def excerpt(body: bytes) -> str:
    """The beginning of a body, on one line and without the tags of HTML, as a message shows it."""
    text = " ".join(_TAG.sub(" ", body[:10_000].decode("utf-8", "replace")).split())
    if not text:
        return "nothing."
    return repr(text if len(text) <= 160 else text[:160] + "…") + "."
