"""One SPARQL 1.1 Protocol endpoint: queries and updates, written as requests by SPARQLWrapper.

What SPARQLWrapper 2.0 leaves to its caller is done here and in `web`. It follows a redirect of a POST with a GET that has lost the query;
it opens file: addresses; it waits without end where a timeout is less than a second; it guesses a query's form from words in comments;
it checks neither status, media type nor that the body is whole. So it writes the request, and `web` opens it.
"""

from collections.abc import Callable, Iterable
from typing import IO, TYPE_CHECKING

import pyoxigraph as ox

from kg.endpoint.answers import ACCEPT, Answer, Download, Result, checked, downloaded
from kg.endpoint.web import Address
from kg.errors import QuerySyntaxError
from kg.sparql import UPDATES, form_of

if TYPE_CHECKING:
    from urllib.request import Request

    from SPARQLWrapper import SPARQLWrapper


class Endpoint(Address):
    """A SPARQL endpoint that is asked one request at a time, whichever thread asks.

    `timeout` is for a whole answer, in seconds; None: as `kg.config.timeout` has it. `requests` counts the requests sent, repeated ones
    too. `credentials` are given to this server alone.
    """

    _gives = 0
    """How many triples it is known to give, if it is a server that would not say so."""

    def query(self, text: str, *, default_graphs: Iterable[str] = (), named_graphs: Iterable[str] = ()) -> Result:
        """The result of a SELECT, ASK, CONSTRUCT or DESCRIBE. Raises as `fetch` does."""
        return self.fetch(text, default_graphs=default_graphs, named_graphs=named_graphs).result()

    def fetch(self, text: str, *, default_graphs: Iterable[str] = (), named_graphs: Iterable[str] = ()) -> Answer:
        """The checked answer to a SELECT, ASK, CONSTRUCT or DESCRIBE over the union of `default_graphs` if they are given.

        Asked again, a bounded number of times, after 429, 502, 503, a deadlock and a broken connection: as long after as `Retry-After`
        says, else after waits that double. Raises `QuerySyntaxError` for another text, `TimedOut`, at once, where the query takes too
        long, and else another `EndpointError`.
        """
        form = form_of(text)
        request = self._asking(text, form, default_graphs, named_graphs)
        answer = self._exchange(request, lambda reply: checked(self.url, reply.headers, reply.body, form))
        if answer.silent:
            self._check_gives(answer.triples)
        return answer

    def count(self, graph: str) -> int:
        """How many triples a named graph has. Raises as `fetch` does."""
        result = self.query(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
        if not isinstance(result, ox.QuerySolutions):
            raise TypeError(type(result))
        return next((int(row[0].value) for row in result if isinstance(row[0], ox.Literal)), 0)

    def download(self, graph: str, into: IO[bytes]) -> Download:
        """What a named graph is that was put into the empty file `into`, never held in memory as a whole.

        It may take its time as long as something comes: `timeout` is for that. Raises as `fetch` does, and what goes wrong with the file.
        Whether the server gives all that there is, it does not tell.
        """
        request = self._asking(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}", "CONSTRUCT")
        there = self._exchange(request, lambda reply: downloaded(self.url, reply.headers, into), into=into)
        into.seek(0)
        return there

    def _asking(
        self, text: str, form: str, default_graphs: Iterable[str] = (), named_graphs: Iterable[str] = ()
    ) -> Callable[[], "Request"]:
        """What makes the request of a query of some form. Raises `QuerySyntaxError` where that is none."""
        if form not in ACCEPT:
            raise QuerySyntaxError("The query is not SPARQL: it holds no SELECT, ASK, CONSTRUCT or DESCRIBE.")
        graphs = {"default-graph-uri": tuple(default_graphs), "named-graph-uri": tuple(named_graphs)}

        def request() -> "Request":
            wrapper = self._wrapper(text, form)
            wrapper.addCustomHttpHeader("Accept", ACCEPT[form])
            for parameter, iris in graphs.items():
                for iri in iris:
                    wrapper.addParameter(parameter, iri)
            return wrapper._createRequest()

        return request

    def _check_gives(self, triples: int) -> None:
        """Raise `NotResults` unless the server gives more than so many triples: it is asked for as many rows, of which it would say so.

        They have nothing in them: 8 bytes and half a microsecond each.
        """
        if triples > self._gives:
            self.fetch(f"SELECT ?nothing WHERE {{ ?s ?p ?o . ?a ?b ?c }} LIMIT {triples}")
            self._gives = triples

    def update(self, text: str, *, idempotent: bool = False) -> None:
        """Carry out a SPARQL Update. It is sent again only where it surely was not carried out (429, 503), or is `idempotent`.

        Raises `QuerySyntaxError` for a text that is no update, else an `EndpointError`.
        """
        form = form_of(text)
        if form not in UPDATES:
            raise QuerySyntaxError("The update is not SPARQL: it holds no INSERT, DELETE, CLEAR, COPY or the like.")
        self._exchange(lambda: self._wrapper(text, "INSERT")._createRequest(), lambda reply: None, repeatable=idempotent)

    def _wrapper(self, text: str, form: str) -> "SPARQLWrapper":
        from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper

        wrapper = SPARQLWrapper(self.url, agent=self.agent, returnFormat=JSON if form in ("SELECT", "ASK") else TURTLE)
        wrapper.queryString, wrapper.queryType = text, form  # setQuery would guess the form
        wrapper.setMethod(POST)
        wrapper.setOnlyConneg(True)
        return wrapper
