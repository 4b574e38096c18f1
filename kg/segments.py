"""Where in the article asserted statements come from, read from triples that may be wrong: for reports on data that do not conform."""

from collections.abc import Callable, Iterable, Iterator, Sequence, Set

import pyoxigraph as ox

from kg.citation import where
from kg.namespaces import DCTERMS, DIP, PREFIXES, RDF, RDFS

_STATES = (DIP + "statedIn", DIP + "restatedIn")
_PARTS = {RDF + "subject": 0, RDF + "predicate": 1, RDF + "object": 2}
_KINDS = frozenset(DIP + name for name in ("Sentence", "Clause", "InfoboxLine", "ReferenceEntry", "ExternalLink"))
_LABEL, _PART_OF, _PARAGRAPH, _POSITION = RDFS + "label", DCTERMS + "isPartOf", DIP + "paragraph", PREFIXES["schema"] + "position"


class Segments:
    """The segments behind the nodes and statements of some triples."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._stated: dict[tuple[str, str], list[str]] = {}
        self._said: dict[str, dict[str, str]] = {}
        self._segments: set[str] = set()
        reified: dict[str, list[str]] = {}
        for triple in triples:
            subject, predicate, value = getattr(triple.subject, "value", ""), triple.predicate.value, getattr(triple.object, "value", "")
            if predicate in _STATES:
                self._stated.setdefault((predicate, subject), []).append(value)
            if predicate == RDF + "type" and value in _KINDS:
                self._segments.add(subject)
            if predicate in _PARTS:
                reified.setdefault(subject, ["", "", ""])[_PARTS[predicate]] = value
            if predicate in (_LABEL, _PART_OF, _PARAGRAPH, _POSITION):
                self._said.setdefault(subject, {})[predicate] = value
        self._facts: dict[tuple[str, ...], list[str]] = {}
        for fact, words in reified.items():
            self._facts.setdefault(tuple(words), []).append(fact)

    def behind(self, *words: str) -> tuple[str, ...]:
        """The segments that state a node or a triple, given as one to three IRIs: its own if it is a fact, else those of its facts.

        That which states a fact comes before those that state it again. A segment itself stands behind what is said of it. Nothing if
        nothing is known.
        """
        facts = [words[0], *self._facts.get(words, ())]
        found = [segment for fact in facts for predicate in _STATES for segment in self._stated.get((predicate, fact), ())]
        found += [words[0]] if words[0] in self._segments else []
        return tuple(dict.fromkeys(found))

    def place(self, segment: str) -> str:
        """Where a segment stands: its section, paragraph and number as far as they are known, and its name.

        >>> Segments(()).place("https://w3id.org/bilateral/id/azerbaijan-kazakhstan/s24")
        's24'
        """
        said = self._said.get(segment, {})
        if _PARAGRAPH in said:
            section = self._said.get(said.get(_PART_OF, ""), {}).get(_LABEL, "")
            place = where(section, said[_PARAGRAPH], said.get(_POSITION, "?"))
        else:
            place = said.get(_LABEL, "")
        name = segment.rsplit("/", 1)[-1]
        return f"{place} ({name})" if place else name


def needed_for(words: Iterable[Sequence[str]], triples: Callable[[Iterable[str]], Iterable[ox.Triple]]) -> Iterator[ox.Triple]:
    """The triples by which `Segments` knows what is behind some nodes and triples; `triples` gives those of some predicates."""
    words = list(words)
    nodes, starts = {one[0] for one in words}, {one[0] for one in words if len(one) == len(_PARTS)}

    def of(predicates: Iterable[str], subjects: Set[str]) -> list[ox.Triple]:
        return [triple for triple in triples(predicates) if getattr(triple.subject, "value", "") in subjects] if subjects else []

    reified = triples([RDF + "subject"]) if starts else ()
    facts = {getattr(triple.subject, "value", "") for triple in reified if getattr(triple.object, "value", "") in starts}
    stated = of(_STATES, nodes | facts)
    segments = nodes | {getattr(triple.object, "value", "") for triple in stated}
    said = of((RDF + "type", _LABEL, _PART_OF, _PARAGRAPH, _POSITION), segments)
    sections = {getattr(triple.object, "value", "") for triple in said if triple.predicate.value == _PART_OF}
    yield from (*of(_PARTS, facts), *stated, *said, *of((_LABEL,), sections - segments))
