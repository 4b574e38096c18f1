"""Citations: for each row of an answer the facts that it rests on, with their sentences and references.

Nobody writes provenance into a query. The query's outermost pattern is run once more with all its variables in sight, and each row of the
answer gets the fact nodes and segments that those variables stood for (`widened`). A row for which that finds nothing gets what the plain
triples between its things rest on. docs/decisions/0006-citations-from-the-pattern.md tells the limits.
"""

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

import pyoxigraph as ox

from kg.engine import Engine, select
from kg.errors import QuerySyntaxError
from kg.namespaces import RDF
from kg.reason.proofs import Prover
from kg.sources import chunks, citations_of
from kg.sparql import Token, tokens
from kg.terms import Citation, OxTerm

_CHUNK = 300
_BEFORE_SUBJECT = frozenset("{}.)")


# ---- which terms a row rests on


@dataclass(frozen=True, slots=True)
class Widened:
    """A query that shows what another one hides: `text`, all its `variables`, and the `keys` that tie its rows to the other's columns.

    `subjects` are the variables with which a triple pattern begins: a fact there is what the pattern speaks of, elsewhere it is only
    spoken of.
    """

    text: str
    variables: tuple[str, ...]
    keys: tuple[str, ...]
    subjects: frozenset[str]


def widened(text: str) -> Widened:
    """`text` (a SELECT) without aggregation, order and limits, projecting every variable of its outermost pattern.

    Raises `QuerySyntaxError` if `text` is no SELECT with a pattern.
    """
    found = list(tokens(text))
    select = next((i for i, token in enumerate(found) if token.depth == 0 and token.text.upper() == "SELECT"), None)
    if select is None:
        raise QuerySyntaxError("Only the rows of a SELECT can be cited.")
    opening = next((i for i in range(select, len(found)) if found[i].depth == 0 and found[i].text == "{"), None)
    if opening is None:
        raise QuerySyntaxError("The query has no pattern to cite.")
    closing = next(i for i in range(opening + 1, len(found)) if found[i].depth == 0 and found[i].text == "}")
    head, body, tail = found[select:opening], found[opening:closing], found[closing + 1 :]
    variables = tuple(dict.fromkeys(token.text[1:] for token in body if token.kind == "variable"))
    projected = {token.text[1:] for token in head if token.depth == 0 and token.kind == "variable"}
    if any(token.text == "*" and token.depth == 0 for token in head):
        projected = set(variables)
    group = _group_variables(tail)
    computed = _computed(text, head if group is None and not _aggregates(head) else tail)
    keys = tuple(name for name in variables if name in (projected if group is None else group & projected))
    keys += tuple(name for name in computed if name not in keys)
    pattern = text[found[opening].start : found[closing].start + 1]
    projection = " ".join([*("?" + name for name in variables), *computed.values()]) or "*"
    from_ = next((token.start for token in head if token.depth == 0 and token.text.upper() == "FROM"), None)
    dataset = "" if from_ is None else text[from_ : found[opening].start].removesuffix("WHERE ").rstrip().removesuffix("WHERE")
    begins = {
        found[i].text[1:] for i in range(opening + 1, closing) if found[i].kind == "variable" and found[i - 1].text in _BEFORE_SUBJECT
    }
    wide = f"{text[: found[select].start]}SELECT DISTINCT {projection} {dataset} WHERE {pattern} {_values_clause(text, tail)}"
    return Widened(wide, (*variables, *computed), keys, frozenset(begins))


_AGGREGATES = frozenset("COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT".split())


def _aggregates(head: Sequence[Token]) -> bool:
    """Whether a projection computes an aggregate."""
    return any(token.kind == "word" and token.text.upper() in _AGGREGATES for token in head)


def _computed(text: str, part: Sequence[Token]) -> dict[str, str]:
    """The outermost `(expression AS ?name)` in a part of a query, by name."""
    found: dict[str, str] = {}
    start, name = 0, ""
    for before, token in pairwise(part):
        if before.text == "(" and before.depth == 0:
            start, name = before.start, ""
        if before.text.upper() == "AS" and token.depth == 1:
            name = token.text[1:]
        if token.text == ")" and token.depth == 0 and name:
            found[name], name = text[start : token.start + 1], ""
    return found


def _group_variables(tail: Sequence[Token]) -> set[str] | None:
    """The plain variables of GROUP BY; None without one."""
    start = next((i for i, token in enumerate(tail) if token.text.upper() == "GROUP"), None)
    if start is None:
        return None
    group = takewhile(lambda token: token.text.upper() not in ("HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"), tail[start + 2 :])
    return {token.text[1:] for token in group if token.kind == "variable" and token.depth == 0}


def _values_clause(text: str, tail: Sequence[Token]) -> str:
    """The VALUES clause after the pattern, if there is one."""
    start = next((token.start for token in tail if token.depth == 0 and token.text.upper() == "VALUES"), None)
    return "" if start is None else text[start:]


def cite(
    engine: Engine, prover: Prover, text: str, columns: Sequence[str], rows: Sequence[Sequence[OxTerm | None]]
) -> list[tuple[Citation, ...]]:
    """For each of `rows`, the answer of `engine` to `text`, the citations that it rests on, in the order of the article.

    Raises `QuerySyntaxError` if `text` is no SELECT.
    """
    if not rows:
        return []
    wide = widened(text)
    keys = [key for key in wide.keys if key in columns]
    places = [columns.index(key) for key in keys]
    positions = [wide.variables.index(key) for key in keys]
    support: dict[tuple[OxTerm | None, ...], tuple[set[str], set[str]]] = {}
    for solution in select(engine, wide.text):
        subjects, others = support.setdefault(tuple(solution[position] for position in positions), (set(), set()))
        for name, term in zip(wide.variables, solution, strict=True):
            if isinstance(term, ox.NamedNode):
                (subjects if name in wide.subjects else others).add(term.value)
    per_row = [support.get(tuple(row[place] for place in places), (set(), set())) for row in rows]
    known = citations_of(engine, {iri for parts in per_row for iris in parts for iri in iris})
    cited = [_facts_first(*([known[iri] for iri in iris if iri in known] for iris in parts)) for parts in per_row]
    without = [i for i, citations in enumerate(cited) if not citations]
    triples = _triples_of(engine, text, [rows[i] for i in without])
    by_triple = dict(zip(triples, cite_triples(engine, prover, list(triples)), strict=True))
    for i in without:
        cited[i] = [citation for triple in _between(triples, rows[i], text) for citation in by_triple[triple]]
    return [_sorted(citations) for citations in cited]


def cite_triples(engine: Engine, prover: Prover, triples: Sequence[ox.Triple]) -> list[tuple[Citation, ...]]:
    """For each of `triples` the citations of the facts that state it, or, if it is inferred, what its shortest proof rests on."""
    leaves = [_leaves(prover, triple) for triple in triples]
    reified = _reifying(engine, {leaf for found in leaves for leaf in found})
    subjects = [{leaf.subject.value for leaf in found if isinstance(leaf.subject, ox.NamedNode)} for found in leaves]
    known = citations_of(engine, {iri for iris in (*subjects, *reified.values()) for iri in iris})
    cited = []
    for found, own in zip(leaves, subjects, strict=True):
        iris = own.union(*(reified.get(leaf, set()) for leaf in found))
        cited.append(_sorted(_facts_first([known[iri] for iri in iris if iri in known])))
    return cited


def _leaves(prover: Prover, triple: ox.Triple) -> list[ox.Triple]:
    proof = prover.proof(triple)
    return list(proof.leaves()) if proof else []


def _reifying(engine: Engine, triples: Iterable[ox.Triple]) -> dict[ox.Triple, set[str]]:
    """For each of `triples` the binary facts that state it."""
    found: dict[ox.Triple, set[str]] = {}
    wanted = sorted({triple for triple in triples if not isinstance(triple.object, ox.BlankNode | ox.Triple)}, key=str)
    wanted = [triple for triple in wanted if isinstance(triple.subject, ox.NamedNode)]
    for start in range(0, len(wanted), _CHUNK):
        chunk = " ".join(f"({triple.subject} {triple.predicate} {triple.object})" for triple in wanted[start : start + _CHUNK])
        query = f"""SELECT ?fact ?s ?p ?o WHERE {{ VALUES (?s ?p ?o) {{ {chunk} }}
            ?fact <{RDF}subject> ?s ; <{RDF}predicate> ?p ; <{RDF}object> ?o }}"""
        for fact, s, p, o in select(engine, query):
            if isinstance(fact, ox.NamedNode) and isinstance(s, ox.NamedNode) and isinstance(p, ox.NamedNode) and o is not None:
                found.setdefault(ox.Triple(s, p, o), set()).add(fact.value)
    return found


def _triples_of(engine: Engine, text: str, rows: Sequence[Sequence[OxTerm | None]]) -> dict[ox.Triple, None]:
    """The triples between things of `rows` and of the query's text, by properties of either, that the query may have matched."""
    constants = _constants(text)
    things = sorted({iri for row in rows for iri in (*_iris(row), *constants)})
    found: dict[ox.Triple, None] = {}
    if not rows:
        return found
    for chunk in chunks(things):
        query = f"SELECT ?a ?p ?b WHERE {{ VALUES ?a {{ {chunk} }} ?a ?p ?b FILTER(isIRI(?b)) }}"
        for a, p, b in select(engine, query):
            if isinstance(a, ox.NamedNode) and isinstance(p, ox.NamedNode) and isinstance(b, ox.NamedNode) and p.value in things:
                found[ox.Triple(a, p, b)] = None
    return found


def _between(triples: Iterable[ox.Triple], row: Sequence[OxTerm | None], text: str) -> Iterator[ox.Triple]:
    """Those of `triples` that tie things of `row` to each other, or to things of the query's text, by a property of either."""
    own, constants = _iris(row), _constants(text)
    for triple in triples:
        ends = {getattr(triple.subject, "value", ""), getattr(triple.object, "value", "")}
        if ends <= own | constants and ends & own and triple.predicate.value in own | constants:
            yield triple


def _iris(row: Sequence[OxTerm | None]) -> set[str]:
    return {term.value for term in row if isinstance(term, ox.NamedNode)}


@functools.lru_cache(maxsize=64)
def _constants(text: str) -> frozenset[str]:
    """The IRIs that the pattern of a query names."""
    prefixes: dict[str, str] = {}
    found: set[str] = set()
    before = ["", ""]
    for token in tokens(text):
        if token.kind == "iri":
            if before[0] == "PREFIX":
                prefixes[before[1].removesuffix(":")] = token.text[1:-1]
            else:
                found.add(token.text[1:-1])
        elif token.kind == "name" and before[1].upper() != "PREFIX":
            prefix, _, local = token.text.partition(":")
            found.add(prefixes.get(prefix, prefix + ":") + local.replace("\\", ""))
        before = [before[1].upper() if before[1].upper() == "PREFIX" else "", token.text]
    return frozenset(found)


def _facts_first(*groups: list[Citation]) -> list[Citation]:
    """The facts of the first group that has any; without facts, the bare segments of the first group that has any."""
    facts = ([citation for citation in group if citation.fact] for group in groups)
    return next((found for found in (*facts, *groups) if found), [])


def _sorted(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """`citations`, each once, in the order of the article."""
    return tuple(sorted(set(citations), key=lambda citation: (citation.article, citation.segment, citation.fact or "")))
