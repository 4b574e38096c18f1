"""Where a server takes updates and graphs, told from where it takes queries."""

import pytest

from kg.endpoint import Addresses, addresses

KNOWN = [
    ("http://h:7878/query", "http://h:7878/update", "http://h:7878/store", "Oxigraph"),
    ("http://h:8890/sparql", "http://h:8890/sparql-auth", "http://h:8890/sparql-graph-crud-auth", "Virtuoso"),
    ("https://h/sparql/?a=b", "https://h/sparql-auth", "https://h/sparql-graph-crud-auth", "Virtuoso"),
    (
        "https://c.neptune.amazonaws.com:8182/sparql",
        "https://c.neptune.amazonaws.com:8182/sparql",
        "https://c.neptune.amazonaws.com:8182/sparql/gsp/",
        "Amazon Neptune",
    ),
    ("http://h:9999/bigdata/namespace/kb/sparql", "http://h:9999/bigdata/namespace/kb/sparql", None, "Blazegraph"),
    (
        "http://h:7200/repositories/r",
        "http://h:7200/repositories/r/statements",
        "http://h:7200/repositories/r/rdf-graphs/service",
        "RDF4J or GraphDB",
    ),
    ("http://h:5820/db/query", "http://h:5820/db/update", "http://h:5820/db", "Stardog"),
    ("http://h:3030/ds/query", "http://h:3030/ds/update", "http://h:3030/ds/data", "Fuseki"),
    ("http://h:3030/ds/sparql", "http://h:3030/ds/update", "http://h:3030/ds/data", "Fuseki"),
    ("http://h:7001", "http://h:7001/", "http://h:7001/", "QLever"),
]


@pytest.mark.parametrize(("query", "update", "store", "server"), KNOWN)
def test_the_addresses_of_a_known_server_are_guessed_and_said(query: str, update: str, store: str | None, server: str) -> None:
    """As its documentation has them; docs/engines.md names it."""
    guessed = addresses(query)
    assert Addresses(query, update, store, server) == guessed
    assert guessed.guess.startswith(f"{query} looks like {server}: updates go to {update}, graphs to {store or 'nowhere'}")


def test_what_is_given_is_not_guessed() -> None:
    """And only a guess is said."""
    given = addresses("http://h:7878/query", "http://u/", "http://s/")
    assert (Addresses("http://h:7878/query", "http://u/", "http://s/"), "") == (given, given.guess)
    assert Addresses("http://h:7878/query", "http://u/", "http://h:7878/store", "Oxigraph") == addresses("http://h:7878/query", "http://u/")
    assert Addresses("http://h/odd", None, None) == addresses("http://h/odd")
