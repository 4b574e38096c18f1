"""Whether the article still says what the graph rests on: which of its segments another copy of it has, moved, changed or lost."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg.citation import where
from kg.engine import Engine, values
from kg.errors import AnotherText, FileError, counted
from kg.names import Names
from kg.namespaces import ASSERTED_GRAPH, DIP, PREFIXES
from kg.terms import Term
from kg.verify.compare import Match, Segment, compare, heading, stands
from kg.verify.markers import Cites, recited

_PREFIXED = " ".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}>" for prefix in ("dcterms", "dip", "oa", "rdfs", "schema"))
_LINES = frozenset(DIP + name for name in ("InfoboxLine", "ReferenceEntry", "ExternalLink"))
_SENTENCE = DIP + "Sentence"
_FEWEST_FOUND = 0.1
"""A text with less of the sentences than that is another text, not another copy."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A segment, what became of it, and the facts that it states, or that rest on it as a reference.

    `cites` is what it cites in the copy, where that is not what the data say.
    """

    segment: Term
    place: str
    match: Match
    facts: tuple[Term, ...]
    cites: Cites | None = None

    @property
    def broken(self) -> bool:
        """Whether facts rest on a wording, or a citation, that is no longer there."""
        return bool(self.facts) and (self.cites is not None or self.match.status in ("changed", "gone"))


@dataclass(frozen=True, slots=True)
class NewSentence:
    """A sentence, or an entry of a list, that no segment is: its characters, and its text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Verification:
    """An article as the data have it against a copy of it."""

    article: Term
    checked: tuple[Checked, ...]
    new: tuple[NewSentence, ...]

    @property
    def holds(self) -> bool:
        """Whether every fact's own segment is still there, in its wording, and cites what it did; and each reference that it cites."""
        return not any(one.broken for one in self.checked)

    def of(self, status: str) -> tuple[Checked, ...]:
        """The segments of one status: intact, moved, changed or gone."""
        return tuple(one for one in self.checked if one.match.status == status)

    def counts(self) -> str:
        """How many segments are of each status, in words."""
        told = [f"{len(self.of(status))} {status}" for status in ("intact", "moved", "changed", "gone")]
        return f"{counted(len(self.checked), 'segment')}: {', '.join(told)}; {counted(len(self.new), 'new sentence')}"

    def to_json(self) -> str:
        """The verification as a JSON object; places are characters of the copy, from 0."""
        segments = [
            {
                "segment": one.segment.iri,
                "place": one.place,
                "status": one.match.status,
                "start": one.match.start if one.match.status != "gone" else None,
                "end": one.match.end if one.match.status != "gone" else None,
                "nearness": one.match.nearness if one.match.status == "changed" else None,
                "changes": [change._asdict() for change in one.match.changes],
                "facts": [fact._asdict() for fact in one.facts],
                "cites": one.cites._asdict() if one.cites else None,
            }
            for one in self.checked
        ]
        new = [{"start": one.start, "end": one.end, "text": one.text} for one in self.new]
        document = {"article": self.article._asdict(), "holds": self.holds, "segments": segments, "new": new}
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def verify(engine: Engine, names: Names, text: str, old: str | None = None) -> Verification:
    """The article of the graph, or the one of several that `text` has most of, against `text`.

    `old` is the text that the data describe, if it is at hand: with it the words that are gone are told, not only their number.
    Raises `AnotherText` if `text` has less than a tenth of the sentences of any, `FileError` if `old` has less of the segments.
    """
    text, old = _lines_ended(text), old and _lines_ended(old)
    best: tuple[float, Verification] | None = None
    described: list[Segment] = []
    for article, segments in _articles(engine).items():
        matches, new = compare([*segments, *_headings(engine, article)], text, old)
        found = [matches[segment.iri] for segment in segments if not segment.line and not segment.whole]
        kept = sum(match.nearness for match in found if match.status != "gone")
        if kept and kept >= _FEWEST_FOUND * len(found) and (best is None or kept > best[0]):
            cites = recited(text, segments, _cited(engine, segments), matches, new)
            checked = tuple(_checked(engine, names, segments, matches, cites))
            sentences = tuple(NewSentence(unit.start, unit.end, " ".join(text[unit.start : unit.end].split())) for unit in new)
            best = kept, Verification(Term(article, names.label(article)), checked, sentences)
            described = segments
    if best is None:
        raise AnotherText("Less than a tenth of the sentences that the data know are in it; it is another text.")
    if old is not None:
        _refuse_another(described, old)
    return best[1]


def _refuse_another(segments: Sequence[Segment], old: str) -> None:
    """Raise `FileError` if nearly none of `segments` stands in `old` at its place: with such a text no word that is gone could be told."""
    found = sum(stands(segment, old) for segment in segments)
    if found < _FEWEST_FOUND * len(segments):
        told = f"has {found} of the {len(segments)} segments of the article at their places, by digest"
        raise FileError(f"The old text {told}; it is not the text that the data describe.")


def _lines_ended(text: str) -> str:
    """`text` with LF where a line ends in CR alone; each character stays where it is."""
    return re.sub(r"\r(?!\n)", "\n", text)


def _articles(engine: Engine) -> Mapping[str, list[Segment]]:
    """The segments of each article, in the order of its text."""
    query = f"""{_PREFIXED} SELECT ?article ?s ?kind ?start ?end ?sha256 ?wording ?fingerprint ?part ?partKind WHERE {{
        ?s oa:hasSource ?article ; a ?kind ; oa:hasSelector ?at ; dip:sha256 ?sha256 ; dcterms:isPartOf ?part .
        ?at oa:start ?start ; oa:end ?end . ?part a ?partKind .
        FILTER(?kind IN (dip:Sentence, dip:Clause, dip:InfoboxLine, dip:ReferenceEntry, dip:ExternalLink))
        FILTER(?partKind IN (dip:Sentence, dip:Section, schema:Article))
        OPTIONAL {{ ?s dip:wordingSha256 ?wording }} OPTIONAL {{ ?s dip:fingerprint ?fingerprint }} }} ORDER BY ?article ?start ?end"""
    articles: dict[str, list[Segment]] = {}
    for article, iri, kind, start, end, sha256, wording, fingerprint, part, part_kind in values(engine, query):
        prints = bytes.fromhex(fingerprint) if wording else b""
        whole = part if part_kind == _SENTENCE else ""
        segment = Segment(iri, int(start), int(end), sha256, wording, prints, line=kind in _LINES, whole=whole)
        articles.setdefault(article, []).append(segment)
    return articles


def _headings(engine: Engine, article: str) -> Iterator[Segment]:
    """The headings of the sections of an article: what stands under another than before has moved."""
    query = f"""{_PREFIXED} SELECT ?title (MIN(?start) AS ?before) WHERE {{
        ?section a dip:Section ; dcterms:isPartOf <{article}> ; dcterms:title ?title .
        ?s dcterms:isPartOf ?section ; oa:hasSelector/oa:start ?start }} GROUP BY ?section ?title ORDER BY ?before"""
    for number, (title, before) in enumerate(values(engine, query)):
        yield heading(number, title, int(before))


def _cited(engine: Engine, segments: Iterable[Segment]) -> dict[str, set[str]]:
    """The references that each sentence cites by a marker of its own, or of its clauses."""
    wholes = {segment.iri: segment.whole or segment.iri for segment in segments}
    found: dict[str, set[str]] = {}
    query = f"{_PREFIXED} SELECT ?s ?reference WHERE {{ GRAPH <{ASSERTED_GRAPH}> {{ ?s dip:cites ?reference }} }}"
    for segment, reference in values(engine, query):
        if segment in wholes:
            found.setdefault(wholes[segment], set()).add(reference)
    return found


def _checked(
    engine: Engine, names: Names, segments: Iterable[Segment], matches: Mapping[str, Match], cites: Mapping[str, Cites]
) -> Iterator[Checked]:
    stated: dict[str, list[str]] = {}
    rests = "{ ?fact dip:statedIn ?s } UNION { ?fact dip:backedBy ?s }"
    for fact, segment in values(engine, f"{_PREFIXED} SELECT DISTINCT ?fact ?s WHERE {{ {rests} }} ORDER BY ?fact"):
        stated.setdefault(segment, []).append(fact)
    places = _places(engine)
    names.labels([iri for facts in stated.values() for iri in facts])
    for one in segments:
        facts = tuple(Term(iri, names.label(iri)) for iri in stated.get(one.iri, ()))
        yield Checked(Term(one.iri, names.label(one.iri)), places.get(one.iri, ""), matches[one.iri], facts, cites.get(one.iri))


def _places(engine: Engine) -> dict[str, str]:
    """Section, paragraph and number of each sentence."""
    query = f"""{_PREFIXED} SELECT ?s ?section ?paragraph ?position WHERE {{
        ?s a dip:Sentence ; dcterms:isPartOf/rdfs:label ?section ; dip:paragraph ?paragraph ; schema:position ?position }}"""
    return {s: where(section, paragraph, position) for s, section, paragraph, position in values(engine, query)}
