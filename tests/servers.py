"""Real servers on loopback: an `oxigraph` SPARQL server, and a proxy in front of it that misbehaves as told."""

import contextlib
import gc
import http.client
import os
import re
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple, NoReturn
from urllib.parse import parse_qs, urlsplit

import pytest

MEDIA_TYPES = {
    ".ttl": "text/turtle",
    ".nt": "application/n-triples",
    ".nq": "application/n-quads",
    ".trig": "application/trig",
    ".rdf": "application/rdf+xml",
}


# ---- the oxigraph server


def oxigraph_command() -> str:
    """The `oxigraph` command of the PyPI package; where it is missing the test is skipped, aloud, and fails under CI."""
    beside = Path(sys.executable).with_name("oxigraph")
    command = str(beside) if beside.exists() else shutil.which("oxigraph")
    if command is None:
        missing("the command oxigraph is missing: pip install --group test")
    return command


def missing(message: str) -> NoReturn:
    """Skip the test, aloud, for want of what `message` names; fail under CI, which has to have it."""
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


class Oxigraph:
    """An `oxigraph` server: its `url` has no slash at its end; /query, /update and /store are below it."""

    def __init__(self, *options: str) -> None:
        gc.collect()  # pyoxigraph's results in the garbage of other tests may not be freed by a thread of the proxy
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._command = [oxigraph_command(), "serve", "--bind", f"127.0.0.1:{self.port}", *options]
        self.start()

    def start(self) -> None:
        """Start it, for the first time or again."""
        self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.port, self._process)

    def kill(self) -> None:
        """End it as a power cut does."""
        self._process.kill()
        self._process.wait(timeout=10)

    def load(self, file: Path) -> None:
        """Add the triples of `file` to the default graph, or quads to their graphs."""
        place = "/store" if file.suffix in (".nq", ".trig") else "/store?default"
        status, body = send(self.port, "POST", place, content_of(file), {"Content-Type": MEDIA_TYPES[file.suffix]})
        assert status in (201, 204), f"{file}: {body!r}"


@contextlib.contextmanager
def oxigraph_server(*files: Path, options: Iterable[str] = ()) -> Iterator[str]:
    """The base URL (no slash at its end) of an oxigraph server in memory that holds `files`; /query, /update and /store are below it."""
    server = Oxigraph(*options)
    try:
        for file in files:
            server.load(file)
        yield server.url
    finally:
        server.kill()


def content_of(file: Path) -> bytes:
    """The content of `file`; in RDF/XML, names of blank nodes that begin with a digit, as Wikidata's do, get a letter in front."""
    content = file.read_bytes()
    return re.sub(rb'(rdf:nodeID=")(?=[0-9])', rb"\1b", content) if file.suffix == ".rdf" else content


def free_port() -> int:
    """A port of loopback on which nobody listened just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def wait_for(port: int, process: subprocess.Popen[bytes], seconds: float = 10.0) -> None:
    """Return when somebody listens on `port`; fail if `process` ends before, or it takes too long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert process.poll() is None, f"the server ended with {process.returncode}"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.01)
    pytest.fail(f"the server did not listen on port {port} within {seconds:g} s")


def send(port: int, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """The status and body that the server on `port` answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


# ---- the misbehaving proxy


class Seen(NamedTuple):
    """A request that the proxy saw."""

    method: str
    path: str
    headers: Message
    body: bytes

    @property
    def query(self) -> str:
        """The SPARQL query of a URL-encoded POST."""
        return self.parameters("query")[0]

    def parameters(self, name: str) -> list[str]:
        """The values of a parameter of a URL-encoded POST."""
        return parse_qs(self.body.decode()).get(name, [])


class Reply(NamedTuple):
    """What the server behind the proxy answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Behaviour = Callable[["Handler", Callable[[], Reply]], None]
"""What the proxy does with one request; the second argument fetches the real server's reply."""


class Handler(BaseHTTPRequestHandler):
    """One request: recorded, then dealt with by the next behaviour of the script, or passed on when the script is at its end."""

    server: "_Server"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        proxy = self.server.proxy
        with proxy.lock:
            proxy.seen.append(Seen(self.command, self.path, self.headers, body))
            behaviour = proxy.script.popleft() if proxy.script else passed
        behaviour(self, lambda: self._real_reply(body))

    do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815 - named by http.server

    def reply(self, status: int, headers: Mapping[str, str], body: bytes, length: int | None = None) -> None:
        """Answer; `length` is what is announced, if it is not that of `body`."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body) if length is None else length), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _real_reply(self, body: bytes) -> Reply:
        parts = urlsplit(self.server.proxy.upstream)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        try:
            kept = {name: self.headers[name] for name in ("Accept", "Content-Type") if name in self.headers}
            connection.request(self.command, parts.path if self.path == "/sparql" else self.path, body, kept)
            response = connection.getresponse()
            told = {name: response.headers[name] for name in ("Content-Type",) if name in response.headers}
            return Reply(response.status, told, response.read())
        finally:
            connection.close()

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


class _Server(ThreadingHTTPServer):
    proxy: "Proxy"
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Keep quiet when a client hangs up."""


class Proxy:
    """A running proxy: its `url`, the `script` of what it does with the next requests, and the requests that it has `seen`.

    `url` stands for the query URL of the real server; any other path below `base` for the same path there.
    """

    def __init__(self, upstream: str, certificate: ssl.SSLContext | None = None) -> None:
        self.upstream = upstream
        self.script: deque[Behaviour] = deque()
        self.seen: list[Seen] = []
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.proxy = self
        if certificate is not None:
            self._server.socket = certificate.wrap_socket(self._server.socket, server_side=True)
        self.base = f"http{'s' if certificate else ''}://127.0.0.1:{self._server.server_address[1]}"
        self.url = f"{self.base}/sparql"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def then(self, *behaviours: Behaviour) -> None:
        """Add to the script."""
        self.script.extend(behaviours)

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)


@contextlib.contextmanager
def misbehaving_proxy(upstream: str, script: Iterable[Behaviour] = (), certificate: ssl.SSLContext | None = None) -> Iterator[Proxy]:
    """A proxy in front of the query URL `upstream`; over TLS if it has a `certificate`."""
    proxy = Proxy(upstream, certificate)
    proxy.then(*script)
    try:
        yield proxy
    finally:
        proxy.close()


# ---- what it may do with a request


def passed(handler: Handler, real: Callable[[], Reply]) -> None:
    """Hand on the real answer."""
    handler.reply(*real())


def answers(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    """Answer so, in place of the real server; `_` in the name of a header is a hyphen."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler, _: handler.reply(status, {"Content-Type": "text/plain", **named}, body)


def too_many(retry_after: str | None = None) -> Behaviour:
    """429, as a public service answers who asks too much."""
    return answers(429, b"Too Many Requests", **({"Retry_After": retry_after} if retry_after is not None else {}))


busy = answers(503, b"Service Unavailable")
html = answers(200, b"<!DOCTYPE html><title>Please set a user-agent</title>", Content_Type="text/html; charset=utf-8")
query_timeout = answers(500, b"SPARQL-QUERY: queryStr=SELECT\njava.util.concurrent.TimeoutException\n\tat java.util.concurrent.FutureTask")
"""As Blazegraph answers a query that is beyond its time limit."""


def redirect(target: str, status: int = 302) -> Behaviour:
    """Send the client elsewhere."""
    return answers(status, Location=target)


def with_headers(**headers: str) -> Behaviour:
    """The real answer with more headers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def behave(handler: Handler, real: Callable[[], Reply]) -> None:
        reply = real()
        handler.reply(reply.status, {**reply.headers, **named}, reply.body)

    return behave


def truncated(at: int = -10, tail: bytes = b"") -> Behaviour:
    """The real answer without its end, announced as if that were all; `tail` in place of the end."""

    def behave(handler: Handler, real: Callable[[], Reply]) -> None:
        reply = real()
        handler.reply(reply.status, reply.headers, reply.body[:at] + tail)

    return behave


def whole_lines(count: int) -> Behaviour:
    """The first lines of the real answer, announced as if they were all: what an HTTP/1.0 connection that breaks off looks like."""

    def behave(handler: Handler, real: Callable[[], Reply]) -> None:
        reply = real()
        handler.reply(reply.status, reply.headers, b"".join(reply.body.splitlines(keepends=True)[:count]))

    return behave


def broken_off(handler: Handler, real: Callable[[], Reply]) -> None:
    """The real answer, announced in full and then cut in the middle."""
    reply = real()
    handler.reply(reply.status, reply.headers, reply.body[: len(reply.body) // 2], len(reply.body))


def cut_in_a_chunk(handler: Handler, real: Callable[[], Reply]) -> None:
    """Half of the real answer in HTTP's chunks, the last of which does not end."""
    body = real().body
    handler.send_response(200)
    for name, value in {**real().headers, "Transfer-Encoding": "chunked"}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(b"%x\r\n" % len(body) + body[: len(body) // 2])
    handler.close_connection = True


def slow(seconds: float) -> Behaviour:
    """Say nothing for so long."""

    def behave(handler: Handler, real: Callable[[], Reply]) -> None:
        handler.server.proxy.closing.wait(seconds)
        passed(handler, real)

    return behave


def dripping(seconds: float, drops: int | None = None) -> Behaviour:
    """The real answer, byte by byte or in so many pieces, with a pause after each."""

    def behave(handler: Handler, real: Callable[[], Reply]) -> None:
        reply = real()
        handler.reply(reply.status, reply.headers, b"", len(reply.body))
        size = 1 if drops is None else -(-len(reply.body) // drops)
        for start in range(0, len(reply.body), size):
            handler.wfile.write(reply.body[start : start + size])
            if handler.server.proxy.closing.wait(seconds):
                return

    return behave


def reset(handler: Handler, _: Callable[[], Reply]) -> None:
    """Reset the connection without a word."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def asking_for(scheme: str, accepted: str) -> Behaviour:
    """The real answer for whoever has the header `Authorization: accepted`, else 401 with a challenge."""

    def behave(handler: Handler, real: Callable[[], Reply]) -> None:
        if handler.headers.get("Authorization") == accepted:
            passed(handler, real)
        else:
            handler.reply(401, {"WWW-Authenticate": f'{scheme} realm="graphs"'}, b"Who are you?")

    return behave


def challenging(*challenges: str) -> Behaviour:
    """401, with each of `challenges` as a header."""

    def behave(handler: Handler, _: Callable[[], Reply]) -> None:
        handler.send_response(401)
        for challenge in challenges:
            handler.send_header("WWW-Authenticate", challenge)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return behave


def no_http(handler: Handler, _: Callable[[], Reply]) -> None:
    """Answer in another protocol."""
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")
