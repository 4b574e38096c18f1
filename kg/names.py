"""Names of things: the label of an IRI, and the IRI that a name stands for."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cached_property

import pyoxigraph as ox

from kg.engine import Engine, values
from kg.errors import AmbiguousName, UnknownName, nearest
from kg.namespaces import DIP, ID, ONTOLOGY, PREFIXES, RDFS, SKOS, WIKIDATA, expand, shrink

_CHUNK = 500


def fold(text: str) -> str:
    """`text` for comparing: case, accents, white space and kinds of dashes and quotation marks do not count.

    >>> fold("Polad  Bülbüloğlu") == fold("polad bulbuloglu")
    True
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i").replace("ə", "e"))
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    letters = re.sub(r"[\u2010-\u2015]", "-", re.sub(r"[\u2018\u2019\u201c\u201d\"']", "", letters))
    return " ".join(letters.split())


def languages(engine: Engine) -> tuple[str, ...]:
    """The language tags of all labels and other names, sorted; an empty one for those without."""
    query = f"SELECT DISTINCT ?tag WHERE {{ {{ ?s <{RDFS}label> ?name }} UNION {{ ?s <{SKOS}altLabel> ?name }} BIND(LANG(?name) AS ?tag) }}"
    return tuple(sorted(tag for (tag,) in values(engine, query)))


class Names:
    """Labels and what they stand for, asked of an engine when needed and remembered.

    `languages` are the language tags of all names, if they are known: with them a name is looked up, not looked for.
    """

    def __init__(self, engine: Engine, prefixes: Mapping[str, str] = PREFIXES, languages: Iterable[str] | None = None) -> None:
        self._engine = engine
        self._prefixes = prefixes
        self._known_languages = languages
        self._labels: dict[str, str] = {}

    def labels(self, iris: Iterable[str]) -> Mapping[str, str]:
        """The English label of each of `iris`, or else any label; no entry, or an empty one, where it has none."""
        missing = sorted({iri for iri in iris if iri not in self._labels})
        for start in range(0, len(missing), _CHUNK):
            self._fetch(missing[start : start + _CHUNK])
        return self._labels

    def _fetch(self, iris: list[str]) -> None:
        things = " ".join(str(ox.NamedNode(iri)) for iri in iris)
        self._labels.update(dict.fromkeys(iris, ""))
        query = f"SELECT ?thing ?label (LANG(?label) AS ?language) WHERE {{ VALUES ?thing {{ {things} }} ?thing <{RDFS}label> ?label }}"
        for thing, label, _ in sorted(values(self._engine, query), key=lambda row: (row[2] == "en", row)):
            self._labels[thing] = label

    def label(self, iri: str) -> str:
        """The label of `iri`, or else its CURIE."""
        known = self._labels.get(iri)
        return (self.labels([iri]).get(iri) if known is None else known) or shrink(iri, self._prefixes)

    def resolve(self, name: str) -> str:
        """The IRI that `name` stands for: an IRI, a CURIE, a Wikidata number, a name of one thing, or the last part of its IRI.

        In that order; a full match counts before one without regard to case and accents, and things before terms of the ontology.
        Raises `UnknownName` with the nearest names, or `AmbiguousName` with the candidates.
        """
        name = name.strip()
        written = expand(name, self._prefixes)
        if written is not None:
            return self._existing(name, written)
        if re.fullmatch(r"Q[1-9][0-9]*", name):
            return self._one(name, self._linked_to(WIKIDATA + name))
        return self._one(name, self._called(name) or self._index[1].get(fold(name)) or self._by_local_name.get(name) or set())

    def _called(self, name: str) -> set[str]:
        """The things of which `name` is a name as written, in any language."""
        written = " ".join(str(ox.Literal(name, language=tag) if tag else ox.Literal(name)) for tag in self._languages)
        pattern = f"VALUES ?name {{ {written} }} {{ ?thing <{RDFS}label> ?name }} UNION {{ ?thing <{SKOS}altLabel> ?name }}"
        return {thing for (thing,) in values(self._engine, f"SELECT ?thing WHERE {{ {pattern} }}")}

    @cached_property
    def _languages(self) -> tuple[str, ...]:
        """The language tags of all names, an empty one for those without."""
        if self._known_languages is not None:
            return tuple(self._known_languages)
        return languages(self._engine)

    def _existing(self, name: str, iri: str) -> str:
        try:
            node = ox.NamedNode(iri)
        except ValueError:
            raise UnknownName(f"{name!r} is not a valid IRI.") from None
        if iri.startswith(WIKIDATA):
            return self._one(name, self._linked_to(iri))
        if not self._engine.query(f"ASK {{ {{ {node} ?p ?o }} UNION {{ ?s ?q {node} }} UNION {{ ?x {node} ?y }} }}"):
            curies = {shrink(known, self._prefixes) for found in self._index[0].values() for known in found}
            raise UnknownName(f"The graph says nothing of {name}.{nearest(shrink(iri, self._prefixes), curies)}")
        return iri

    def _linked_to(self, item: str) -> set[str]:
        """The things that are the Wikidata item `item`; if none is, those that are nearly so."""
        for match in ("exactMatch", "closeMatch"):
            found = {thing for (thing,) in values(self._engine, f"SELECT ?thing WHERE {{ ?thing <{SKOS}{match}> <{item}> }}")}
            if found:
                return found
        return set()

    def _one(self, name: str, found: set[str]) -> str:
        things = {iri for iri in found if not iri.startswith((DIP, ONTOLOGY))} or found
        if len(things) == 1:
            return next(iter(things))
        if not things:
            raise UnknownName(f"Nothing in the graph is called {name!r}.{nearest(name, self._index[0])}")
        candidates = ", ".join(f"{self.label(iri)} ({shrink(iri, self._prefixes)})" for iri in sorted(things))
        raise AmbiguousName(f"{name!r} may be any of: {candidates}. Name one by its CURIE.")

    @cached_property
    def _by_local_name(self) -> dict[str, set[str]]:
        """The named things of the data by the last part of their IRIs: `s26`, `visit-ilham-2004`."""
        found: dict[str, set[str]] = {}
        for iri in {iri for iris in self._index[0].values() for iri in iris if iri.startswith(ID)}:
            found.setdefault(iri.rsplit("/", 1)[-1], set()).add(iri)
        return found

    @cached_property
    def _index(self) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
        """The things that have a name, by the name as written, and by its folded form."""
        exact: dict[str, set[str]] = {}
        folded: dict[str, set[str]] = {}
        query = f"SELECT ?thing ?name WHERE {{ {{ ?thing <{RDFS}label> ?name }} UNION {{ ?thing <{SKOS}altLabel> ?name }} }}"
        for thing, name in values(self._engine, query):
            exact.setdefault(name, set()).add(thing)
            folded.setdefault(fold(name), set()).add(thing)
        return exact, folded
