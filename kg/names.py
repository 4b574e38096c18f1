"""Names of things: the label of an IRI, and the IRI that a name stands for."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

import pyoxigraph as ox

from kg.engine import Engine, values
from kg.errors import AmbiguousName, UnknownName, did_you_mean
from kg.namespaces import DIP, ID, ONTOLOGY, PREFIXES, RDFS, SKOS, WIKIDATA, expand, shrink

_CHUNK = 500
_SHORTEST = 3
"""What is shorter begins too many words."""
_NEAR = 0.75
"""So much alike are four letters of which one is wrong."""
_NEAR_AS_A_WHOLE = 0.8
_AS_GOOD = 0.1
"""Words that are so much less alike than those most alike are not suggested beside them."""
_AS_SHORT = 1.5
"""Nor are names so much longer than the first: they speak of the thing that it names."""
_WORD = re.compile(r"\w+")
_BRACKETED = re.compile(r"\s*\([^()]*\)$")
"""What is behind a name in brackets, often a shorter name of the same."""


def fold(text: str) -> str:
    """`text` for comparing: case, accents, white space and kinds of dashes and quotation marks do not count.

    >>> fold("Polad  Bülbüloğlu") == fold("polad bulbuloglu")
    True
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i").replace("ə", "e"))
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    letters = re.sub(r"[\u2010-\u2015]", "-", re.sub(r"[\u2018\u2019\u201c\u201d\"']", "", letters))
    return " ".join(letters.split())


def suggested(name: str, folded: Mapping[str, str], rank: Callable[[str], int]) -> list[str]:
    """The names, of those in `folded` with their folded forms, that may be meant by `name`: of the lowest `rank`, and the shortest, first.

    They have a word that begins like `name`; or, if none does, words that are nearly its words; or they are nearly the same as a whole.
    """
    wanted = fold(name)
    if len(wanted) < _SHORTEST or not wanted[0].isalnum():
        return []
    for look in (_beginning, _worded, _whole):
        found = sorted(look(wanted, folded), key=lambda known: (rank(known), len(known), known))
        if found:
            return [known for known in found if len(known) <= _AS_SHORT * len(found[0])]
    return []


def _beginning(wanted: str, folded: Mapping[str, str]) -> list[str]:
    """The names with a word that begins so."""
    begins = re.compile(r"\b" + re.escape(wanted)).search
    return [name for name, form in folded.items() if begins(form)]


def _worded(wanted: str, folded: Mapping[str, str]) -> list[str]:
    """The names that have nearly all the words of `wanted`, spelt most like these."""
    words = set(_WORD.findall("\n".join(folded.values())))
    near = [_near(word, words, _NEAR) for word in wanted.split()]
    scores = {}
    for name, form in folded.items() if all(near) else ():
        own = _WORD.findall(form)
        if not any(likenesses.keys().isdisjoint(own) for likenesses in near):
            scores[name] = sum(max(likenesses.get(word, 0.0) for word in own) for likenesses in near) / len(near)
    return _best(scores)


def _whole(wanted: str, folded: Mapping[str, str]) -> list[str]:
    """The names that are most like `wanted`."""
    near = _near(wanted, folded.values(), _NEAR_AS_A_WHOLE)
    return _best({name: near[form] for name, form in folded.items() if form in near})


def _near(word: str, known: Iterable[str], least: float) -> dict[str, float]:
    """How much like `word` those of `known` are that are it at `least` so much."""
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, "", word)
    near = {}
    for other in known:
        if abs(len(other) - len(word)) <= (1 - least) * (len(other) + len(word)):  # else they cannot be
            matcher.set_seq1(other)
            if matcher.quick_ratio() >= least and matcher.ratio() >= least:
                near[other] = matcher.ratio()
    return near


def _best(scores: Mapping[str, float]) -> list[str]:
    """Those that score most, or hardly less."""
    least = max(scores.values(), default=0.0) - _AS_GOOD
    return [name for name, score in scores.items() if score >= least]


NAMED = f"{{ ?thing <{RDFS}label> ?name }} UNION {{ ?thing <{SKOS}altLabel> ?name }}"
"""The pattern of a thing and each of its names."""


def label_of(labels: Iterable[tuple[str, str]]) -> str:
    """The label that stands for a thing, of all that it has with their languages: the English one, else the last by its text."""
    return max(labels, key=lambda label: (label[1] == "en", label), default=("", ""))[0]


def languages(engine: Engine) -> tuple[str, ...]:
    """The language tags of all labels and other names, sorted; an empty one for those without."""
    query = f"SELECT DISTINCT ?tag WHERE {{ {NAMED} BIND(LANG(?name) AS ?tag) }}"
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
        labels: dict[str, list[tuple[str, str]]] = {iri: [] for iri in iris}
        query = f"SELECT ?thing ?label (LANG(?label) AS ?language) WHERE {{ VALUES ?thing {{ {things} }} ?thing <{RDFS}label> ?label }}"
        for thing, label, language in values(self._engine, query):
            labels.setdefault(thing, []).append((label, language))
        self._labels.update((iri, label_of(found)) for iri, found in labels.items())

    def label(self, iri: str) -> str:
        """The label of `iri`, or else its CURIE."""
        known = self._labels.get(iri)
        return (self.labels([iri]).get(iri) if known is None else known) or shrink(iri, self._prefixes)

    def resolve(self, name: str) -> str:
        """The IRI that `name` stands for: an IRI, a CURIE, a Wikidata number, a name of one thing, or the last part of its IRI.

        In that order; a full match counts before one without regard to case and accents, and things before terms of the ontology. What
        stands in brackets behind a name may be left out.
        Raises `UnknownName` with the nearest names, or `AmbiguousName` with the candidates.
        """
        name = name.strip()
        written = expand(name, self._prefixes)
        if written is not None:
            return self._existing(name, written)
        if re.fullmatch(r"Q[1-9][0-9]*", name):
            return self._one(name, self._linked_to(WIKIDATA + name))
        return self._one(name, self._named(name) or self._named(_BRACKETED.sub("", name)))

    def _named(self, name: str) -> set[str]:
        """The things that are called `name`, or whose IRI ends so."""
        return self._called(name) or self._index[1].get(fold(name)) or self._by_local_name.get(fold(name)) or set()

    def _called(self, name: str) -> set[str]:
        """The things of which `name` is a name as written, in any language."""
        written = " ".join(str(ox.Literal(name, language=tag) if tag else ox.Literal(name)) for tag in self._languages)
        return {thing for (thing,) in values(self._engine, f"SELECT ?thing WHERE {{ VALUES ?name {{ {written} }} {NAMED} }}")}

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
            written = shrink(iri, self._prefixes)
            curies = {shrink(known, self._prefixes) for found in self._index[0].values() for known in found}
            forms = {curie: fold(curie) for curie in curies if curie.partition(":")[0] == written.partition(":")[0]}
            alike = suggested(written, forms, lambda _: 0)
            raise UnknownName(f"The graph says nothing of {name}.{did_you_mean(alike)}")
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
            raise UnknownName(f"Nothing in the graph is called {name!r}.{did_you_mean(self._suggested(name))}")
        candidates = ", ".join(f"{self.label(iri)} ({shrink(iri, self._prefixes)})" for iri in sorted(things))
        raise AmbiguousName(f"{name!r} may be any of: {candidates}. Name one by its CURIE.")

    def _suggested(self, name: str) -> list[str]:
        """What may be meant by `name`: of each thing one name, the things of the data before terms of the ontology."""
        exact, _, forms = self._index
        things: dict[frozenset[str], str] = {}
        for known in suggested(name, forms, lambda known: not any(iri.startswith(ID) for iri in exact[known])):
            things.setdefault(frozenset(exact[known]), known)
        return list(things.values())

    @cached_property
    def _by_local_name(self) -> dict[str, set[str]]:
        """The named things of the data by the folded last part of their IRIs: `s26`, `visit-ilham-2004`."""
        found: dict[str, set[str]] = {}
        for iri in {iri for iris in self._index[0].values() for iri in iris if iri.startswith(ID)}:
            found.setdefault(fold(iri.rsplit("/", 1)[-1]), set()).add(iri)
        return found

    @cached_property
    def _index(self) -> tuple[dict[str, set[str]], dict[str, set[str]], dict[str, str]]:
        """The things that have a name, by the name as written, and by its folded form; and the folded form of each name."""
        exact: dict[str, set[str]] = {}
        folded: dict[str, set[str]] = {}
        forms: dict[str, str] = {}
        for thing, name in values(self._engine, f"SELECT ?thing ?name WHERE {{ {NAMED} }}"):
            exact.setdefault(name, set()).add(thing)
            form = forms[name] if name in forms else forms.setdefault(name, fold(name))
            folded.setdefault(form, set()).add(thing)
        return exact, folded, forms
