"""`KnowledgeGraph`: the Python face of the project."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

import pyoxigraph as ox

from kg import paths
from kg.build import Progress
from kg.config import target
from kg.engine import Embedded, Engine, answering, values
from kg.engines import Contents, in_memory, open_engine, validated_in_place
from kg.errors import ConfigError, FormatError, ParameterError, RefusedQuery, path_of, text_of
from kg.formats import find_format
from kg.linked import Linked, called
from kg.names import Names
from kg.namespaces import ASSERTED_GRAPH, CLOSURE_GRAPH, LINKS_GRAPH, PREFIXES
from kg.query import Catalogue, StoredQuery
from kg.rows import Rows, Solutions, Values
from kg.sparql import as_select, declared, guard, page_of, refuse_oversized
from kg.terms import Term, literal_of
from kg.triples import Triples

if TYPE_CHECKING:
    from kg.cite import Citer
    from kg.coverage import Coverage
    from kg.describe import Description
    from kg.explain import Explanation
    from kg.reason.proofs import Prover
    from kg.validate import Report
    from kg.verify import Verification
    from kg.wikidata.client import Client


Answer = Rows | Triples | bool

_MOST_GROUNDS = 10
_REMEMBERED = 256
"""How many bound queries are kept, so that a question asked again costs little more than its evaluation."""


class KnowledgeGraph(Linked):
    """A knowledge graph that is open for questions.

    >>> graph = KnowledgeGraph.open()
    >>> [str(row.treaty) for row in graph.query("treaties", since="2001-01-01", until="2001-12-31")]
    ['Agreement on Delimitation of the Bottom of the Caspian Sea']
    """

    def __init__(
        self, engine: Engine, dataset: Contents, *, data: Path | None = None, links: Path = paths.DATA, queries: Path | None = None
    ) -> None:
        self.engine = engine
        self.dataset = dataset
        self.queries = Catalogue(queries or paths.QUERIES)
        """The stored queries by name."""
        self.prefixes = self.dataset.prefixes
        self.day: date | None = None
        """The day that the graph is as of; None for the graph as it is."""
        self._data_files, self._links = data, links
        """The folders of the data files, None where the engine has none, and of the tables of links."""
        self._enriched: Path | None = None
        self._names = Names(engine, self.prefixes, dataset.languages)
        self._bound: dict[tuple[str, str], str] = {}
        self._values = Values(self._names.labels, self.prefixes)

    @classmethod
    def open(
        cls,
        data: str | Path | None = None,
        *,
        engine: str | None = None,
        store: str | Path | None = None,
        endpoint: str | None = None,
        queries: str | Path | None = None,
        cache: bool = True,
        progress: Progress | None = None,
        enriched: str | Path | None = None,
        unfinished: bool = False,
        timeout: float | None = None,
    ) -> Self:
        """The graph of the Turtle files in the folder `data` (the article's own, if None), built or from the cache; or of another engine.

        `engine` is "embedded", "rdflib", "disk" with the folder of a `store`, or "remote" with the query URL of an `endpoint`; what is left
        open is taken from the environment and from kg.toml, as `kg.config.target` says, unless `data` is given. `enriched`, for the
        embedded engine, is a file of `kg wikidata enrich`, whose graph GRAPH alone finds.
        Segments may lack facts if `unfinished`. An endpoint has `timeout` seconds for an answer, or as many as
        `kg.config.timeout` says.
        Raises `ConfigError`, `FileError`, `ParseError`, `FormatError`, `NotConforming`, `Inconsistent`, `StoreError` or `EndpointError`.
        """
        folder = path_of(data, "The data folder")
        chosen = target(engine, store, endpoint, alone=data is not None)
        opened = open_engine(chosen, folder, cache=cache, progress=progress, unfinished=unfinished, wait=timeout)
        stored = path_of(queries, "The folder of queries")
        graph = cls(opened.engine, opened.contents, data=opened.data_files, links=opened.links, queries=stored)
        file = path_of(enriched, "The file with an enriched graph")
        return graph if file is None else graph._with(file)

    def _with(self, enriched: Path) -> Self:
        """The graph itself, with the graph in the file `enriched` beside its own. Raises `FileError`, `ParseError` or `FormatError`."""
        from kg.wikidata.enrich import read_enriched

        if not isinstance(self.engine, Embedded) or self.engine.name != "embedded":
            raise FormatError(f"The {self.engine.name} engine does not take an enriched graph; use the embedded one.")
        self.engine.add_apart(read_enriched(enriched))
        self._enriched = enriched
        return self

    def __repr__(self) -> str:
        day = f", as of {self.day}" if self.day else ""
        return f"<KnowledgeGraph of {self._data_files or self.dataset}, {self.engine.name} engine{day}>"

    # -- questions

    def query(self, name: str, /, *, limit: object = None, offset: object = None, **parameters: object) -> Answer:
        """The answer of the stored query `name`: `Rows` of a SELECT, `Triples` of a CONSTRUCT, a bool of an ASK.

        Parameters are Python values, or text: a thing by its label, CURIE, IRI or Wikidata number, a day as 2004-03-31. `limit` is how many
        rows there are at most, `offset` how many of the first ones are left out.
        Raises `UnknownQuery`, `ParameterError`, `UnknownName` or `AmbiguousName`; `RefusedQuery` for one that asks another server.
        """
        stored = self.queries[text_of(name, "The name of a stored query")]
        if stored.federated:
            raise RefusedQuery(f"Query {name} asks another server (SERVICE): it is run with --allow-service, in Python by `federated`.")
        return self._answer(page_of(self._text(stored, parameters), limit, offset), stored)

    def federated(self, name: str, reach: "Callable[[str], Client] | None" = None, /, **parameters: object) -> Answer:
        """The answer of the stored query `name`, which may ask another server: that is reached by what `reach` gives for its address.

        Raises as `query` does, and `EndpointError`.
        """
        from kg.federate import federated, polite

        text, stored = self.bound(name, **parameters), self.queries[name]
        return self._answer(federated(self.engine, text, reach or polite) if stored.federated else text, stored)

    def bound(self, name: str, /, **parameters: object) -> str:
        """The text of the stored query `name` with its parameters in place. Raises as `query` does."""
        return self._text(self.queries[text_of(name, "The name of a stored query")], parameters)

    def _text(self, stored: StoredQuery, parameters: Mapping[str, object]) -> str:
        asked = (stored.name, repr(parameters))
        if asked not in self._bound:
            if stored.enriched and self._enriched is None:
                raise ParameterError(
                    f"Query {stored.name} asks the enriched graph: `kg wikidata enrich -o FILE` writes it, --enriched FILE gives it, "
                    "in Python `KnowledgeGraph.open(enriched=FILE)`."
                )
            text = stored.bind(parameters, self._names.resolve)
            guard(text, reach_out=stored.federated)
            if len(self._bound) == _REMEMBERED:
                self._bound.pop(next(iter(self._bound)))
            self._bound[asked] = text
        return self._bound[asked]

    def sparql(self, text: str, *, reach_out: bool = False) -> Answer:
        """The answer of a SPARQL query; the project's prefixes need no PREFIX. `reach_out` allows SERVICE.

        Raises `QuerySyntaxError` or `RefusedQuery`; with `reach_out` also `Unreachable`, for whatever goes wrong elsewhere.
        """
        text = declared(refuse_oversized(text_of(text, "A SPARQL query")), self.prefixes)
        guard(text, reach_out=reach_out)
        with answering(reach_out):
            return self._answer(text, None, reach_out)

    def grounds(self, text: str, *, reach_out: bool = False) -> Rows:
        """What makes an ASK true: the first ten solutions of its pattern as rows with their citations; none if it is false.

        Raises `QuerySyntaxError` for a query that is no ASK, or that has modifiers behind its pattern, and as `sparql` does.
        """
        from heapq import nsmallest

        select = as_select(declared(refuse_oversized(text_of(text, "A SPARQL query")), self.prefixes))
        guard(select, reach_out=reach_out)
        with answering(reach_out):
            result = self.engine.query(select)
            if not isinstance(result, ox.QuerySolutions):
                raise TypeError(type(result))
            columns = [variable.value for variable in result.variables]
            terms = nsmallest(_MOST_GROUNDS, (tuple(solution) for solution in result), key=str)
        return self._rows(select, Solutions.from_terms(columns, terms), reach_out=reach_out).cited()

    def _answer(self, text: str, stored: StoredQuery | None, reach_out: bool = False) -> Answer:
        result = self.engine.query(text)
        if isinstance(result, ox.QueryBoolean):
            return bool(result)
        if isinstance(result, ox.QueryTriples):
            triples = Triples.of(result)
            triples.prefixes, triples.cite = self.prefixes, lambda named: self._citer.triples(named)
            return triples
        return self._rows(text, Solutions.of(result), stored.types if stored else {}, reach_out)

    def _rows(self, text: str, solutions: Solutions, types: Mapping[str, str] | None = None, reach_out: bool = False) -> Rows:
        """The rows of the SELECT `text`, which is asked again when they are cited."""
        return Rows(
            solutions,
            self._values,
            types=types,
            cite=lambda rows: answering(reach_out)(self._citer.rows)(text, rows.solutions),
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
        dataset = as_of(self.engine, self.dataset, day)
        graph = type(self)(in_memory(self.engine.name, dataset), dataset, links=self._links, queries=self.queries.folder)
        graph.day = day
        return graph._with(self._enriched) if self._enriched else graph

    # -- things

    def describe(self, name: str | Term) -> "Description":
        """Everything the graph says of the thing called `name`, with sources. Raises as `resolve` does."""
        from kg.describe import describe

        iri, dated = self.resolve(name).iri, self.day is not None
        return describe(self.engine, self._citer, self._names, iri, self.links(), dated=dated, prefixes=self.prefixes)

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

        triple = triple_of(self.engine, self._names, called(subject), called(predicate), called(object))
        return explain(self.engine, self._prover, self._citer, self._names, triple, every=every)

    # -- the whole

    def coverage(self, progress: Callable[[str], None] = lambda line: None) -> "Coverage":
        """Which sentences have facts, which facts a reference, and which terms, facts and stored queries are of no use.

        All stored queries are asked for it, and cited as far as need be; `progress` is told which.
        """
        from kg.coverage import coverage

        answers: dict[str, Rows] = {}
        for name, stored in self.queries.items():
            if stored.form == "SELECT" and stored.alone:
                progress(f"asking {name} …")
                if isinstance(answer := self.query(name), Rows):
                    answers[name] = answer
        return coverage(self.engine, self._names, answers, progress)

    def verify(self, text: str, *, old: str | None = None) -> "Verification":
        """Which segments of the article a copy of it, `text`, has intact, moved or changed, which are gone, and which sentences are new.

        `old` is the text that the data describe: with it changes tell the words that are gone. Raises `AnotherText`.
        """
        from kg.verify import verify

        old = old if old is None else text_of(old, "The old text of the article")
        return verify(self.engine, self._names, text_of(text, "The text of the article"), old)

    def export(self, format: str = "turtle", *, graphs: Iterable[str] = ("asserted",)) -> str:
        """The dataset in an RDF format, or the facts as `csv`. `graphs` are any of asserted, closure, ontology, links; or all.

        Raises `FormatError`.
        """
        from kg.export import export, facts_csv, graphs_named

        if find_format(format).name == "csv":
            return facts_csv(self.engine, self._names.label)
        return export(self.dataset.quads(graphs_named(graphs)), format, prefixes=self.prefixes).decode()

    def export_to(self, file: IO[bytes], format: str = "turtle", *, graphs: Iterable[str] = ("asserted",)) -> None:
        """Write what `export` gives into `file`; as it comes if it is on disk or at a server: of any size, and in no fixed order.

        Raises `FormatError`, `EndpointError`, and `FileError` where there is no room for what a server gives.
        """
        if self.engine.name in ("disk", "remote") and find_format(format).name != "csv":
            from kg.export import graphs_named, stream

            stream(self.dataset.quads(graphs_named(graphs)), file, format, prefixes=self.prefixes)
        else:
            file.write(self.export(format, graphs=graphs).encode())

    def validate(self) -> "Report":
        """The report on the data files, by the shapes and the ontology.

        What is on disk or at an endpoint is asked by SPARQL: its results have no lines, and contradictions were looked for when it was
        built. Raises `LinkError`, `StoreError` for a damaged store, `EndpointError`, and `ConfigError` for a graph as of a day.
        """
        if self.day is not None:
            raise ConfigError(
                f"The graph as of {self.day} is only a part, which is not validated: validate the graph that it was taken from."
            )
        if self._data_files is None:
            return validated_in_place(self.engine, self.dataset)
        from kg.build import check
        from kg.links import links_of
        from kg.load import load

        documents = load(self._data_files)
        links_of(self._links, [triple for document in documents for triple in document.triples])
        return check(documents)

    @property
    def data(self) -> Path:
        """The folder of the data files. Raises `ConfigError` for an engine that has none, and for a graph as of a day."""
        if self._data_files is None:
            what = f"{self.engine.name} engine" if self.day is None else f"graph as of {self.day}"
            raise ConfigError(f"The {what} has no data files: open the folder that they are in.")
        return self._data_files

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many facts, things, sentences, references and triples the graph has, how many it infers, and its links."""
        counted = {name: next(values(self.engine, f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}")) for name, pattern in _COUNTED.items()}
        return {name: int(row[0]) for name, row in counted.items()}


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
