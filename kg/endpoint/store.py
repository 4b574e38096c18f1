"""The SPARQL 1.1 Graph Store HTTP Protocol: whole named graphs are read, replaced, added to and deleted.

SPARQLWrapper does not know this protocol. Its requests are urllib's, as SPARQLWrapper's are, so that one opener stands for redirects,
certificates, credentials and timeouts of both. https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from urllib.parse import quote
from urllib.request import Request

import pyoxigraph as ox

from kg.endpoint.answers import TRIPLES, excerpt
from kg.endpoint.web import Address, Reply
from kg.errors import NotResults, Refused

N_TRIPLES = "application/n-triples"
_NOT_THERE = 404


class GraphStore(Address):
    """A graph store, whose graphs are named by IRIs; contents go to it as N-Triples in UTF-8. For the arguments, see `Endpoint`."""

    _for = "graphs? Many servers have these at /store or /data."

    def get(self, graph: str) -> tuple[ox.Triple, ...]:
        """The triples of `graph`, none if it is not there; of Virtuoso no more than its ResultSetMaxRows. Raises an `EndpointError`."""
        try:
            return self._exchange(lambda: self._request("GET", graph), self._triples)
        except Refused as refused:
            if refused.status == _NOT_THERE:
                return ()
            raise

    def put(self, graph: str, content: bytes) -> None:
        """Replace `graph` by `content`. Raises an `EndpointError`."""
        self._exchange(lambda: self._request("PUT", graph, content), _nothing)

    def post(self, graph: str, content: bytes, *, idempotent: bool) -> None:
        """Add `content` to `graph`. `idempotent`: it has no blank node, and may be sent twice. Raises an `EndpointError`."""
        self._exchange(lambda: self._request("POST", graph, content), _nothing, repeatable=idempotent)

    def delete(self, graph: str) -> None:
        """Delete `graph`, which need not be there. Raises an `EndpointError`."""
        try:
            self._exchange(lambda: self._request("DELETE", graph), _nothing)
        except Refused as refused:
            if refused.status != _NOT_THERE:
                raise

    def _request(self, method: str, graph: str, content: bytes | None = None) -> Request:
        joint = "&" if "?" in self.url else "?"
        request = Request(f"{self.url}{joint}graph={quote(graph, safe='')}", content, method=method)  # noqa: S310 - `Address` checked it
        request.add_header("User-Agent", self.agent)
        request.add_header("Accept", f"{N_TRIPLES}, text/turtle;q=0.9" if method == "GET" else "*/*")  # Virtuoso 7 deletes for nobody else
        if content is not None:
            request.add_header("Content-Type", N_TRIPLES)
        return request

    def _triples(self, reply: Reply) -> tuple[ox.Triple, ...]:
        kind = reply.headers.get_content_type()
        if kind not in TRIPLES:
            raise NotResults(f"{self.url}: answered with {kind}, not with triples: {excerpt(reply.body)}")
        try:
            return tuple(quad.triple for quad in ox.parse(reply.body, format=TRIPLES[kind]))
        except SyntaxError as error:
            raise NotResults(f"{self.url}: the graph is damaged or cut off; it ends in {excerpt(reply.body[-80:])}") from error


def _nothing(_: Reply) -> None:
    """Whatever is answered, it was done."""
