"""A query with SERVICE, answered by one polite question to the other server, about what the graph has for it.

Engines send what stands in SERVICE as it is: pyoxigraph asks for every population that Wikidata has, for five states. Here the other server
is asked, by a `Client`, about the values alone that the rest of the query has found; its rows then stand in the query as VALUES, and the
query is one that any engine answers, and that can be cited.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pyoxigraph as ox

from kg.endpoint import Endpoint
from kg.engine import Engine, select
from kg.errors import QueryError, QuerySyntaxError
from kg.sparql import Token, closing, declared, line_of, prologue, tokens, variables
from kg.wikidata.client import Client


class Parted(NamedTuple):
    """A query that is cut at its SERVICE.

    `local` asks the graph for the values of the one variable that SERVICE shares with what stands before it, `remote` asks the other server
    about them, with an empty block of VALUES for them; `columns` are its variables. `before` and `after` are the text around SERVICE.
    """

    address: str
    local: str
    remote: str
    columns: tuple[str, ...]
    before: str
    after: str


def federated(engine: Engine, text: str, reach: Callable[[str], Client]) -> str:
    """The query `text` with the rows of the server in place of its SERVICE; `reach` gives what asks the address of that.

    The rows are a subquery, since rdflib drops solutions of an OPTIONAL that follows VALUES.

    Raises `QuerySyntaxError` as `parted` does, `QueryError` for a row with a blank node, and as `Client.ask` does.
    """
    parts = parted(text)
    things = [value for (value,) in select(engine, parts.local) if isinstance(value, ox.NamedNode | ox.Literal)]
    rows = reach(parts.address).ask(parts.remote, things) if things else []
    named = " ".join(f"?{column}" for column in parts.columns)
    lines = "\n".join(f"({' '.join(_term(row[column]) for column in parts.columns)})" for row in rows)
    return f"{parts.before}{{ SELECT {named} WHERE {{ VALUES ({named}) {{\n{lines}\n}} }} }}{parts.after}"


def polite(address: str) -> Client:
    """What asks the server at `address` as the project asks Wikidata. Raises `NotAnEndpoint`."""
    return Client(Endpoint(address))


def _term(term: object) -> str:
    """A term of a row as VALUES takes it."""
    if isinstance(term, ox.BlankNode):
        raise QueryError("The other server answered with a blank node, which means nothing here; filter it out: FILTER(!isBlank(?it)).")
    return "UNDEF" if term is None else str(term)


def parted(text: str) -> Parted:
    """`text` cut at its SERVICE.

    Raises `QuerySyntaxError` unless there is one, of an address, in the outermost group or in an OPTIONAL of that, which shares one
    variable with what stands before it in that group.
    """
    found = list(tokens(text))
    place = _only_service(text, found)
    start = _start_of_element(text, found, place)
    opening = next(number for number, token in enumerate(found) if token.text == "{" and token.depth == 0)
    end = closing(found, place + 2)
    columns = variables(found[place + 3 : end])
    shared = [name for name in columns if name in variables(found[opening + 1 : start])]
    if len(shared) != 1:
        raise _refused(text, found[place], f"shares {len(shared)} variables with what stands before it, and must share one")
    before = text[found[opening].start + 1 : found[start].start]
    inside = text[found[place + 2].start + 1 : found[end].start]
    prefixes = prologue(found[:opening])
    return Parted(
        address=found[place + 1].text[1:-1],
        local=declared(f"SELECT DISTINCT ?{shared[0]} WHERE {{ {before}\n}} ORDER BY ?{shared[0]}", prefixes),
        remote=declared(
            f"SELECT {' '.join(f'?{column}' for column in columns)} WHERE {{ VALUES ?{shared[0]} {{ }} {_one_line(inside)} }}", prefixes
        ),
        columns=columns,
        before=text[: found[place].start],
        after=text[found[end].start + 1 :],
    )


def _only_service(text: str, found: Sequence[Token]) -> int:
    """The number of the token SERVICE, which an address and a bracket must follow."""
    places = [number for number, token in enumerate(found) if token.kind == "word" and token.text.upper() == "SERVICE"]
    if not places:
        raise QuerySyntaxError("The query has no SERVICE.")
    if len(places) > 1:
        raise _refused(text, found[places[1]], "is the second one, and one other server is asked at most")
    following = found[places[0] + 1 : places[0] + 3]
    if [(token.kind, token.text[:1]) for token in following] != [("iri", "<"), ("other", "{")]:
        raise _refused(text, found[places[0]], "must have the address of a server, as <…>, and a group")
    return places[0]


def _start_of_element(text: str, found: Sequence[Token], place: int) -> int:
    """The number of the token with which the part of the outermost group begins that holds SERVICE: itself, or OPTIONAL."""
    depth = found[place].depth
    if depth == 1:
        return place
    if depth == 2 and [token.text.upper() for token in found[place - 2 : place]] == ["OPTIONAL", "{"]:
        return place - 2
    raise _refused(text, found[place], "must stand in the outermost group, or first in an OPTIONAL of it")


def _one_line(text: str) -> str:
    """`text` without comments, so that a question stays the same, and its answer is found again, whatever is said about it."""
    pieces, end = [], 0
    for token in tokens(text):
        pieces.append(" " * (token.start > end) + token.text)
        end = token.start + len(token.text)
    return "".join(pieces).strip()


def _refused(text: str, token: Token, reason: str) -> QuerySyntaxError:
    return QuerySyntaxError(f"SERVICE (line {line_of(text, token.start)}) {reason}.")
