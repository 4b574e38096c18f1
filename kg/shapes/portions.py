"""Validation of a large store in portions that fit into memory: a disk takes ten times as long for the many small look-ups of a check."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import pyoxigraph as ox

from kg.engine import Embedded, Engine, select
from kg.namespaces import RDF
from kg.shapes.checks import Check, Finding
from kg.sparql import tokens


class Portion(NamedTuple):
    """Checks, and the predicates of all triples that they look at; None if they may look at any."""

    checks: tuple[Check, ...]
    predicates: frozenset[str] | None


Source = Callable[[], Iterable[ox.Triple]]
"""What gives all triples, once more each time: files are read again faster than a store on disk is asked."""


def in_portions(engine: Engine, checks: Iterable[Check], most: int, source: Source | None = None) -> Iterator[Finding]:
    """The results of `checks`, whose triples are taken into memory for some checks at a time, about `most` at once.

    More are taken only if one check looks at more. They come from `source`, else from `engine`. A check that may look at any triple is
    answered by `engine` itself.
    """
    counted = select(engine, "SELECT ?p (COUNT(*) AS ?n) WHERE { ?s ?p ?o } GROUP BY ?p")
    sizes = {p.value: int(n.value) for p, n in counted if p is not None and n is not None}
    for portion in portions(checks, sizes, most):
        where = engine if portion.predicates is None else _held(portion.predicates, source or partial(_asked, engine, portion.predicates))
        for check in portion.checks:
            yield from check.findings(where)


def portions(checks: Iterable[Check], sizes: Mapping[str, int], most: int) -> Iterator[Portion]:
    """`checks` in portions, those after each other together, given how many triples each predicate has."""
    held: list[Check] = []
    predicates: frozenset[str] = frozenset()
    open_checks: list[Check] = []
    for check in checks:
        needed = looked_at(check.text)
        if needed is None:
            open_checks.append(check)
            continue
        needed &= sizes.keys()
        if held and needed - predicates and sum(sizes[one] for one in predicates | needed) > most:
            yield Portion(tuple(held), predicates)
            held, predicates = [], frozenset()
        held.append(check)
        predicates |= needed
    if held:
        yield Portion(tuple(held), predicates)
    if open_checks:
        yield Portion(tuple(open_checks), None)


def looked_at(text: str) -> frozenset[str] | None:
    """The IRIs in a query, so all predicates of the triples that it can match; None if it has a variable as predicate of its own.

    >>> sorted(looked_at("PREFIX e: <http://e/> SELECT ?a WHERE { ?a e:b/<http://e/c> ?d }"))
    ['http://e/', 'http://e/b', 'http://e/c']
    >>> looked_at("SELECT ?a ?b ?c WHERE { ?a ?b ?c }") is None
    True
    """
    found = list(tokens(text))
    body = next((token.start for token in found if token.text == "{"), 0)
    listed = {variable for values, variable in pairwise(found) if values.text == "VALUES"}
    known = {variable.text for variable in listed}
    for before, token in pairwise(found):
        if before.kind == token.kind == "variable" and before.start > body and token.text not in known and before.text not in known:
            return None
    prefixes = {name.text: space.text[1:-1] for name, space in pairwise(found) if name.text.endswith(":") and space.kind == "iri"}
    iris = {token.text[1:-1] for token in found if token.kind == "iri"}
    for token in found:
        prefix, colon, local = token.text.partition(":")
        if token.kind == "name" and prefix + colon in prefixes:
            iris.add(prefixes[prefix + colon] + local)
    return frozenset(iris | ({RDF + "type"} if any(token.text == "a" for token in found) else set()))


def _held(predicates: frozenset[str], source: Source) -> Embedded:
    """An engine in memory with all triples of some predicates."""
    store = ox.Store()
    store.bulk_extend(ox.Quad(t.subject, t.predicate, t.object) for t in source() if t.predicate.value in predicates)
    return Embedded(store)


def _asked(engine: Engine, predicates: frozenset[str]) -> Iterator[ox.Triple]:
    """The triples of some predicates, asked for at once, so that blank nodes keep together."""
    names = " ".join(f"<{one}>" for one in sorted(predicates))
    for s, p, o in select(engine, f"SELECT ?s ?p ?o WHERE {{ VALUES ?p {{ {names} }} ?s ?p ?o }}"):
        if isinstance(s, ox.NamedNode | ox.BlankNode) and isinstance(p, ox.NamedNode) and o is not None:
            yield ox.Triple(s, p, o)
