"""`KnowledgeGraph`: the Python face of the project."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pyoxigraph as ox

from kg import paths
from kg.build import Dataset, Progress, build
from kg.engine import Embedded, Engine, rdflib_engine, values
from kg.errors import FormatError, ParameterError, nearest, text_of
from kg.names import Names
from kg.namespaces import ASSERTED_GRAPH, CLOSURE_GRAPH, LINKS_GRAPH, PREFIXES
from kg.query import Catalogue, StoredQuery
from kg.rows import Rows
from kg.sparql import as_select, declared, guard
from kg.terms import OxTerm, Term, literal_of
from kg.triples import Triples

if TYPE_CHECKING:
    from kg.cite import Citer
    from kg.coverage import Coverage
    from kg.describe import Description
    from kg.explain import Explanation
    from kg.links import Link, LinkCoverage, LinkSet
    from kg.reason.proofs import Prover
    from kg.validate import Report
    from kg.verify import Verification
    from kg.wikidata.check import LinkCheck
    from kg.wikidata.client import Client
    from kg.wikidata.compare import Comparison
    from kg.wikidata.enrich import Enrichment
    from kg.wikidata.mapping import Mappings
    from kg.wikidata.quickstatements import Contributions
    from kg.wikidata.suggest import Suggestions

ENGINES: Mapping[str, Callable[[Dataset], Engine]] = {
    "embedded": lambda dataset: Embedded(dataset.store()),
    "rdflib": lambda dataset: rdflib_engine(dataset.quads()),
}


Answer = Rows | Triples | bool

_MOST_GROUNDS = 10
_REMEMBERED = 256
"""How many bound queries are kept, so that a question asked again costs little more than its evaluation."""


class KnowledgeGraph:
    """A knowledge graph that is open for questions.

    >>> graph = KnowledgeGraph.open()
    >>> [str(row.treaty) for row in graph.query("treaties", since="2001-01-01", until="2001-12-31")]
    ['Agreement on Delimitation of the Bottom of the Caspian Sea']
    """

    def __init__(self, engine: Engine, dataset: Dataset, *, data: Path | None = None, queries: Path | None = None) -> None:
        self.engine = engine
        self.dataset = dataset
        self.queries = Catalogue(queries or paths.QUERIES)
        """The stored queries by name."""
        self.prefixes = dataset.prefixes
        self.day: date | None = None
        """The day that the graph is as of; None for the graph as it is."""
        self._data = data
        self._enriched: Path | None = None
        self._names = Names(engine, self.prefixes)
        self._bound: dict[tuple[object, ...], str] = {}

    @classmethod
    def open(
        cls,
        data: str | Path | None = None,
        *,
        engine: str = "embedded",
        queries: str | Path | None = None,
        cache: bool = True,
        progress: Progress | None = None,
        enriched: str | Path | None = None,
    ) -> Self:
        """The graph of the Turtle files in the folder `data` (the article's own, if None), built or from the cache.

        `engine` is "embedded" or "rdflib"; `enriched`, for the embedded one, a file of `kg wikidata enrich`, whose graph GRAPH alone finds.
        Raises `FileError`, `ParseError`, `FormatError`, `NotConforming` or `Inconsistent`.
        """
        if text_of(engine, "The name of an engine") not in ENGINES:
            raise FormatError(f"No engine is called {engine!r}.{nearest(engine, ENGINES)}")
        folder = Path(data) if data is not None else None
        dataset = build(folder, cache=cache, progress=progress)
        graph = cls(ENGINES[engine](dataset), dataset, data=folder, queries=Path(queries) if queries is not None else None)
        return graph._with(Path(enriched)) if enriched is not None else graph

    def _with(self, enriched: Path) -> Self:
        """The graph itself, with the graph in the file `enriched` beside its own. Raises `FileError`, `ParseError` or `FormatError`."""
        from kg.wikidata.enrich import read_enriched

        if not isinstance(self.engine, Embedded):
            raise FormatError(f"The {self.engine.name} engine does not take an enriched graph; use the embedded one.")
        self.engine.add_apart(read_enriched(enriched))
        self._enriched = enriched
        return self

    def __repr__(self) -> str:
        return f"<KnowledgeGraph {self._data or 'of the article'}, {self.engine.name} engine>"

    # -- questions

    def query(self, name: str, /, **parameters: object) -> Answer:
        """The answer of the stored query `name`: `Rows` of a SELECT, `Triples` of a CONSTRUCT, a bool of an ASK.

        Parameters are Python values, or text: a thing by its label, CURIE, IRI or Wikidata number, a day as 2004-03-31.
        Raises `UnknownQuery`, `ParameterError`, `UnknownName` or `AmbiguousName`.
        """
        return self._answer(self.bound(name, **parameters), self.queries[name])

    def bound(self, name: str, /, **parameters: object) -> str:
        """The text of the stored query `name` with its parameters in place. Raises as `query` does."""
        stored = self.queries[text_of(name, "The name of a stored query")]
        asked = (name, *sorted((parameter, repr(value)) for parameter, value in parameters.items()))
        if asked not in self._bound:
            text = stored.bind(parameters, self._names.resolve)
            guard(text)
            if len(self._bound) == _REMEMBERED:
                self._bound.pop(next(iter(self._bound)))
            self._bound[asked] = text
        return self._bound[asked]

    def sparql(self, text: str, *, reach_out: bool = False) -> Answer:
        """The answer of a SPARQL query; the project's prefixes need no PREFIX. `reach_out` allows SERVICE.

        Raises `QuerySyntaxError` or `RefusedQuery`.
        """
        text = declared(text_of(text, "A SPARQL query"), self.prefixes)
        guard(text, reach_out=reach_out)
        return self._answer(text, None)

    def grounds(self, text: str) -> Rows:
        """What makes an ASK true: the first ten solutions of its pattern as rows with their citations; none if it is false.

        Raises `QuerySyntaxError` for a query that is no ASK, or that has modifiers behind its pattern.
        """
        from heapq import nsmallest

        select = as_select(declared(text_of(text, "A SPARQL query"), self.prefixes))
        guard(select)
        result = self.engine.query(select)
        if not isinstance(result, ox.QuerySolutions):
            raise TypeError(type(result))
        columns = [variable.value for variable in result.variables]
        terms = nsmallest(_MOST_GROUNDS, (tuple(solution) for solution in result), key=str)
        return self._rows(select, columns, terms).cited()

    def _answer(self, text: str, stored: StoredQuery | None) -> Answer:
        result = self.engine.query(text)
        if isinstance(result, ox.QueryBoolean):
            return bool(result)
        if isinstance(result, ox.QueryTriples):
            triples = Triples(sorted(result, key=str))
            triples.prefixes, triples.cite = self.prefixes, lambda named: self._citer.triples(named)
            return triples
        columns = [variable.value for variable in result.variables]
        types = {column.name: column.type for column in stored.columns} if stored else {}
        return self._rows(text, columns, [tuple(solution) for solution in result], types)

    def _rows(
        self, text: str, columns: Sequence[str], terms: Sequence[Sequence[OxTerm | None]], types: Mapping[str, str] | None = None
    ) -> Rows:
        """The rows of the SELECT `text`."""
        return Rows(
            columns,
            terms,
            self._names.labels,
            types=types,
            prefixes=self.prefixes,
            cite=lambda rows: self._citer.rows(text, rows.columns, rows.terms),
            dated=self.day is not None,
        )

    def as_of(self, day: date | str) -> Self:
        """The graph with only what the dates of its facts allow on `day`, a date or its text like 2004-03-31.

        Facts without dates stay, and rows that rest on them say so. Raises `ParameterError` for what is no date.
        """
        from kg.as_of import as_of

        try:
            day = date.fromisoformat(literal_of("date", day).value)
        except ValueError:
            raise ParameterError(f"The graph can be as of a date like 2004-03-31, not of {day!r}.") from None
        dataset = as_of(self.dataset, day)
        graph = type(self)(ENGINES[self.engine.name](dataset), dataset, data=self._data, queries=self.queries.folder)
        graph.day = day
        return graph._with(self._enriched) if self._enriched else graph

    # -- things

    def resolve(self, name: str | Term) -> Term:
        """The thing that `name` stands for: its label or other name, CURIE, IRI or Wikidata number.

        Raises `UnknownName` with the nearest names, or `AmbiguousName` with the candidates.
        """
        iri = self._names.resolve(_named(name))
        return Term(iri, self._names.label(iri))

    def describe(self, name: str | Term) -> "Description":
        """Everything the graph says of the thing called `name`, with sources. Raises as `resolve` does."""
        from kg.describe import describe

        return describe(self.engine, self._citer, self._names, self.resolve(name).iri, self.links())

    @cached_property
    def _prover(self) -> "Prover":
        from kg.reason.proofs import Prover

        return Prover(self.engine, self.prefixes)

    @cached_property
    def _citer(self) -> "Citer":
        from kg.cite import Citer

        return Citer(self.engine, self._prover)

    def explain(self, subject: str | Term, predicate: str | Term, object: str | Term, *, every: bool = False) -> "Explanation":
        """Why the graph says a triple, each term by its label, CURIE or IRI: the shortest proof, or `every` one.

        Raises as `resolve` does.
        """
        from kg.explain import explain, triple_of

        triple = triple_of(self.engine, self._names, _named(subject), _named(predicate), _named(object))
        return explain(self.engine, self._prover, self._citer, self._names, triple, every=every)

    # -- links

    @cached_property
    def link_sets(self) -> "tuple[LinkSet, ...]":
        """The tables of links of the data folder, read when first asked for. Raises `FileError`, `ParseError` or `LinkError`."""
        from kg.links import read_links
        from kg.load import link_files

        return tuple(read_links(path) for path in link_files(self.data))

    def links(self, kind: str | Term | None = None) -> "tuple[Link, ...]":
        """The lines of the tables of links: matches, rejected candidates, none found; of the things of the class `kind`, if given.

        Raises as `resolve` does, and `LinkError`.
        """
        wanted = self._instances(kind)
        return tuple(link for table in self.link_sets for link in table.links if wanted is None or link.subject in wanted)

    def link_rows(self, kind: str | Term | None = None) -> Rows:
        """`links` as rows: thing, predicate, item, item_label, confidence, justification, comment."""
        from kg.links.show import link_rows

        return link_rows(self.links(kind), self.prefixes)

    def link_coverage(self, kind: str | Term | None = None) -> "LinkCoverage":
        """How many things of each class are linked, were looked for in vain, or had a candidate rejected."""
        from kg.links import link_coverage

        return link_coverage(self.engine, self._names, self.links(), self._instances(kind))

    def compare(self, client: "Client") -> "Comparison":
        """The article's facts beside the statements of the Wikidata-like endpoint that `client` asks. Raises `EndpointError`."""
        from kg.wikidata.compare import compare

        return compare(self.engine, self._names, client, self._mappings)

    @cached_property
    def _mappings(self) -> "Mappings":
        from kg.load import parse
        from kg.wikidata.mapping import read_mappings

        return read_mappings(parse(paths.MAPPINGS))

    def check_links(self, client: "Client") -> "LinkCheck":
        """What the Wikidata-like endpoint that `client` asks says of the items of `links`. Raises `EndpointError`."""
        from kg.wikidata.check import check_links

        return check_links(self.engine, self.links(), client, self._mappings)

    def suggest(self, client: "Client", thing: str | Term | None = None) -> "Suggestions":
        """The candidates that `client` finds for things without an item, or for `thing`. Raises as `resolve` does; `EndpointError`."""
        from kg.wikidata.suggest import suggest

        wanted = None if thing is None else self.resolve(thing).iri
        return suggest(self.engine, self._names, self.links(), client, self._mappings, wanted)

    def contributions(self, client: "Client", *, uncited: bool = False) -> "Contributions":
        """What Wikidata lacks and the article cites, as QuickStatements commands; with `uncited` what it does not cite, too.

        Raises `EndpointError`.
        """
        from kg.wikidata.quickstatements import contributions

        return contributions(self.engine, self.compare(client), uncited=uncited)

    def enrichment(self, client: "Client") -> "Enrichment":
        """Labels, coordinates, codes and images of the linked items, as `client` finds them. Raises `EndpointError`."""
        from kg.wikidata.enrich import enrichment

        return enrichment(self.engine, client)

    def _instances(self, kind: str | Term | None) -> set[str] | None:
        """The things of a class; None, for all, of no class."""
        if kind is None:
            return None
        iri = self.resolve(kind).iri
        return {row[0] for row in values(self.engine, f"SELECT ?thing WHERE {{ ?thing a <{iri}> }}")}

    # -- the whole

    def coverage(self) -> "Coverage":
        """Which sentences have facts, which facts a reference, and which terms, facts and stored queries are of no use."""
        from kg.coverage import coverage

        returned: dict[str, set[str]] = {}
        for name, stored in self.queries.items():
            if stored.form == "SELECT" and not any(p.required and p.name not in stored.defaults for p in stored.parameters.values()):
                answer = self.query(name)
                if isinstance(answer, Rows):
                    returned[name] = {term.iri for row in answer for term in row if isinstance(term, Term)}
                    returned[name] |= {citation.fact for row in answer.cited() for citation in row.citations if citation.fact}
                    returned[name] |= {str(value) for row in answer for value in row if value is not None}
        return coverage(self.engine, self._names, returned)

    def verify(self, text: str, *, old: str | None = None) -> "Verification":
        """Which segments of the article a copy of it, `text`, has intact, moved or changed, which are gone, and which sentences are new.

        `old` is the text that the data describe: with it changes tell the words that are gone. Raises `AnotherText`.
        """
        from kg.verify import verify

        old = old if old is None else text_of(old, "The old text of the article")
        return verify(self.engine, self._names, text_of(text, "The text of the article"), old)

    def export(self, format: str = "turtle", *, graphs: Iterable[str] = ("asserted",)) -> str:
        """The dataset in an RDF format, or the facts as `csv`. `graphs` are any of asserted, closure, ontology, links.

        Raises `FormatError`.
        """
        from kg.export import export, facts_csv

        if format == "csv":
            return facts_csv(self.engine, self._names.label)
        return export(self.dataset.quads(), format, graphs=graphs, prefixes=self.prefixes).decode()

    def validate(self) -> "Report":
        """The report on the graph's data files: what the shapes say, and contradictions with the ontology.

        Raises `LinkError` for a table of links that is wrong.
        """
        from kg.build import check
        from kg.links import links_of
        from kg.load import load

        documents = load(self.data)
        links_of(self.data, [triple for document in documents for triple in document.triples])
        return check(documents)

    @property
    def data(self) -> Path:
        """The folder of the data files."""
        return self._data or paths.DATA

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many facts, things, sentences, references and triples the graph has, how many it infers, and its links."""
        counted = {name: next(values(self.engine, f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}")) for name, pattern in _COUNTED.items()}
        return {name: int(row[0]) for name, row in counted.items()}


def _named(name: object) -> str:
    """The name, or the IRI of the `Term`, that a thing is called by. Raises `ParameterError` for anything else."""
    return text_of(name.iri if isinstance(name, Term) else name, "The name of a thing (its label, CURIE or IRI)")


def _count_of(class_name: str) -> str:
    return f"?x a <{PREFIXES['dip']}{class_name}>"


_COUNTED = {
    "facts": _count_of("ReportedFact"),
    "sentences": _count_of("Sentence"),
    "references": _count_of("ReferenceEntry"),
    "triples": f"GRAPH <{ASSERTED_GRAPH}> {{ ?s ?p ?o }}",
    "inferred": f"GRAPH <{CLOSURE_GRAPH}> {{ ?s ?p ?o }}",
    "links": f"GRAPH <{LINKS_GRAPH}> {{ ?s ?p ?o }}",
}
