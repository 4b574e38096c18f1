"""SPARQL endpoints over HTTP, reached politely: queries and updates through SPARQLWrapper, whose only door this is, and graph stores.

`answers` is what an answer must be, `credentials` who asks, `web` how a request is sent, repeated and what may go wrong with it, `queries`
the SPARQL 1.1 Protocol, `store` the Graph Store HTTP Protocol, `addresses` where known servers have the one and the other.
"""

from kg.endpoint.addresses import Addresses, addresses
from kg.endpoint.answers import Answer, Result
from kg.endpoint.credentials import Credentials, credentials_for
from kg.endpoint.queries import Endpoint
from kg.endpoint.store import GraphStore
from kg.endpoint.web import Patience

__all__ = [
    "Addresses",
    "Answer",
    "Credentials",
    "Endpoint",
    "GraphStore",
    "Patience",
    "Result",
    "addresses",
    "credentials_for",
]
