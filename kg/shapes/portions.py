"""Validation of more than memory holds: the checks in portions, each with the triples that it can look at in a store in memory."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pyoxigraph as ox

from kg.engine import Embedded
from kg.namespaces import RDF
from kg.shapes.checks import Check, Finding, once
from kg.sparql import Token, iri_of, prologue, tokens
from kg.spool import Spool
from kg.watch import Watch


class Looked(NamedTuple):
    """The triples that a query can look at, by their predicates: some that it names, and what has its values in a variable."""

    named: frozenset[str]
    objects_of: frozenset[str] = frozenset()
    """Predicates whose values are predicates that it looks at: `rdf:predicate`."""
    classes: frozenset[str] = frozenset()
    """Classes whose instances are predicates that it looks at: `owl:SymmetricProperty`."""


class Portion(NamedTuple):
    """Checks, and the predicates of all triples that they look at; None if they may look at any."""

    checks: tuple[Check, ...]
    predicates: frozenset[str] | None


def in_portions(checks: Sequence[Check], spool: Spool, most: int, watch: Watch) -> Iterator[Finding]:
    """The results of `checks` on the triples of `spool`, about `most` of them in memory at a time; more if one check looks at more.

    Checks that may look at any triple have them all in a store on disk. `watch` is told how many are done.
    """
    spool.flush()
    watch.stage("validating", len(checks), "checks")
    for portion in portions(((check, _seen(check, spool)) for check in checks), spool.sizes, most):
        yield from (
            _of_all(portion.checks, spool, watch)
            if portion.predicates is None
            else _of_some(portion.checks, spool.store(portion.predicates), watch)
        )


def _of_some(checks: Iterable[Check], store: ox.Store, watch: Watch) -> Iterator[Finding]:
    """The results of `checks` in a store in memory, which nobody else has: it is gone before the next one is made."""
    engine = Embedded(store)
    for check in _settled(store, checks):
        yield from check.findings(engine)
        watch.advance(1)


def _of_all(checks: Iterable[Check], spool: Spool, watch: Watch) -> Iterator[Finding]:
    """The results of `checks` in a store on disk with all triples."""
    with TemporaryDirectory(prefix="kg-validate-") as folder:
        engine = Embedded(spool.store(spool.sizes, ox.Store(str(Path(folder, "store")))))
        for check in checks:
            yield from check.findings(engine)
            watch.advance(1)
        del engine


def _settled(store: ox.Store, checks: Iterable[Check]) -> Iterator[Check]:
    """`checks` with their focus nodes looked up, once for all that have the same, in the order in which they came into `store`.

    Things that came after each other are near each other in memory: to go through them in their order takes half as long.
    """
    known: dict[str, str] = {}
    for check in checks:
        if check.nodes not in known:
            name = f"<urn:kg:target:{len(known)}>"
            store.update(f"INSERT {{ {name} {name} ?this }} WHERE {{ {check.nodes} }}")
            known[check.nodes] = f"{{ SELECT ?this WHERE {{ {name} {name} ?this }} }}"
        yield replace(check, text=check.text.replace(once(check.nodes), known[check.nodes]))


def portions(checks: Iterable[tuple[Check, frozenset[str] | None]], sizes: Mapping[str, int], most: int) -> Iterator[Portion]:
    """`checks`, given the predicates that each looks at, in portions, given how many triples each predicate has.

    A portion has at most as many triples as the check that looks at most, and no more than `most` unless that check has. Each check goes
    where it adds the fewest triples.
    """
    found = list(checks)
    needed = {i: predicates & sizes.keys() for i, (_, predicates) in enumerate(found) if predicates is not None}
    weights = {i: sum(sizes[one] for one in predicates) for i, predicates in needed.items()}
    bound = min(most, max(weights.values(), default=0))
    groups: list[tuple[list[int], set[str]]] = []
    for i in sorted(needed, key=lambda i: -weights[i]):
        fits = []
        for members, predicates in groups:
            whole = sum(sizes[one] for one in predicates | needed[i])
            added = whole - sum(sizes[one] for one in predicates)
            if whole <= bound or not added:
                fits.append((added, members, predicates))
        _, members, predicates = min(fits, key=lambda fit: fit[0], default=(0, [], set[str]()))
        if not members:
            groups.append((members, predicates))
        members.append(i)
        predicates |= needed[i]
    yield from (Portion(tuple(found[i][0] for i in sorted(members)), frozenset(predicates)) for members, predicates in groups)
    if len(needed) < len(found):
        yield Portion(tuple(check for check, predicates in found if predicates is None), None)


# ---- what a query looks at


def _seen(check: Check, spool: Spool) -> frozenset[str] | None:
    """The predicates of all triples that a check can look at; None for any."""
    looked = looked_at(check.text)
    if looked is None:
        return None
    told = {getattr(triple.object, "value", "") for triple in spool.triples(looked.objects_of)}
    if looked.classes:
        told |= {triple.subject.value for triple in spool.triples([RDF + "type"]) if getattr(triple.object, "value", "") in looked.classes}  # type: ignore[union-attr]
    return looked.named | told


def looked_at(text: str) -> Looked | None:
    """What a query can look at; None if it may be anything, by a variable as predicate of which nothing is known, or by a BASE.

    What is known of one: its VALUES, `FILTER(?p IN (…))`, `?x rdf:predicate ?p` or `?p a …` in the outermost group.

    >>> sorted(looked_at("PREFIX e: <http://e/> SELECT ?a WHERE { ?a e:b/<http://e/c> ?d }").named)
    ['http://e/', 'http://e/b', 'http://e/c']
    >>> looked_at("SELECT ?a ?b ?c WHERE { ?a ?b ?c }") is None
    True
    """
    found = list(tokens(text))
    if any(token.kind == "word" and token.text.upper() == "BASE" for token in found):
        return None
    iris = _iris(found)
    known = {variable.text for values, variable in pairwise(found) if values.text == "VALUES"}
    limits = [next(_limits(found, variable, iris), None) for variable in _as_predicates(found) - known]
    if None in limits:
        return None
    told = {kind: frozenset(limit.iri for limit in limits if limit and limit.kind == kind) for kind in ("object of", "instance of")}
    return Looked(frozenset(iris.values()), told["object of"], told["instance of"])


class _Limit(NamedTuple):
    """What a variable is: listed, the object of a predicate, or the instance of a class."""

    kind: str
    iri: str = ""


_PLACES = {"{": 0, "}": 0, ".": 0, ")": 0, ";": 1, "[": 1, "]": 1, ",": 2}
"""What comes next in a group after a mark: subject, predicate or object."""
_TERMS = frozenset({"variable", "iri", "name", "string", "number"})


def _as_predicates(found: list[Token]) -> set[str]:
    """The variables of a query that stand where a predicate does; a bracket for a list as subject, behind which anything may stand."""
    predicates = set[str]()
    place: int | None = None
    for token in found:
        if token.text in _PLACES:
            place = _PLACES[token.text]
        elif token.text == "(" and place == 0:
            predicates.add(token.text)
        elif place is not None and (token.kind in _TERMS or token.text == "a"):
            if place == 1 and token.kind == "variable":
                predicates.add(token.text)
            place += 1
        elif not place or token.text not in "^/|+*":
            place = None
    return predicates


def _limits(found: list[Token], variable: str, iris: Mapping[str, str]) -> Iterator[_Limit]:
    """What the outermost group of a query says of a variable."""
    for i, token in enumerate(found):
        if token.text != variable:
            continue
        texts = [one.text.upper() for one in found[max(i - 2, 0) : i + 3]]
        start, before, _, after, last = (*texts, *("",) * 5)[:5]
        if (start, before, after, last) == ("FILTER", "(", "IN", "(") and found[i - 2].depth == 1 and _only_listed(found[i + 3 :]):
            yield _Limit("listed")
        elif token.depth == 1 and found[i - 1].text in iris and (found[i - 2].kind == "variable" or start == ";"):
            yield _Limit("object of", iris[found[i - 1].text])
        elif token.depth == 1 and after == "A" and found[i + 2].text in iris:
            yield _Limit("instance of", iris[found[i + 2].text])


def _only_listed(rest: list[Token]) -> bool:
    """Whether `rest`, behind `FILTER(?p IN (`, is IRIs, and then the end of the filter."""
    members = list(takewhile(lambda token: token.kind in ("iri", "name") or token.text == ",", rest))
    return [token.text for token in rest[len(members) : len(members) + 2]] == [")", ")"]


def _iris(found: list[Token]) -> dict[str, str]:
    """The IRIs in a query, as they are written there and in full; among them all predicates that are named."""
    prefixes = prologue(found)
    iris = {token.text: iri_of(token.text, prefixes) for token in found if token.kind in ("iri", "name") and token.text[:2] != "_:"}
    return iris | ({"a": RDF + "type"} if any(token.text == "a" for token in found) else {})
