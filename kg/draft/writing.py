"""A draft on its way to Turtle: one subject a block, in the order of the article, with comments on what is to be added."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

import pyoxigraph as ox

from kg.draft import Draft, Section, Segment
from kg.namespaces import ID, PREFIXES

_USED = "bibo dbo dcterms dip edtf fabio foaf id oa org owl prov rdf rdfs schema sdmxd sdmxm sem skos xsd".split()
"""The prefixes of data/relations.ttl."""
_WIKIPEDIA = "id:wikipedia-contributors"
_LICENCE = "<https://creativecommons.org/licenses/by-sa/4.0/>"


def blocks(draft: Draft) -> Iterator[str]:
    """The parts of the file, each without its last line end."""
    return _Writer(draft).blocks()


def _states(title: str) -> tuple[str, str] | None:
    """The names of the two states in a title such as "Graustark–Ruritania relations"."""
    match = re.fullmatch(r"(.+?) ?– ?(.+) relations", title) or re.fullmatch(r"([^-]+)-([^-]+) relations", title)
    return (match[1].strip(), match[2].strip()) if match and all(map(_slug_of, match.groups())) else None


def _slug_of(name: str) -> str:
    """`name` as the end of an IRI.

    >>> _slug_of("Côte d'Ivoire")
    'cote-d-ivoire'
    """
    return re.sub("[^a-z0-9]+", "-", unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()).strip("-")


def _text(value: str, language: str = "en") -> str:
    return str(ox.Literal(value, language=language))


def _prefix(slug: str) -> str:
    """A short prefix for the names below `slug`."""
    parts = slug.split("-")
    made = parts[0][:2] + (parts[-1][:2] if len(parts) > 1 else "")
    return made if made[0].isalpha() and made not in PREFIXES else "article"


class _Writer:
    """A draft on its way to Turtle."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.prefix = _prefix(draft.slug)
        self.references = {segment.position: segment for segment in draft.of("ReferenceEntry")}
        self.states = _states(draft.title)

    def blocks(self) -> Iterator[str]:
        """The parts of the file, each without its last line end."""
        yield from self._head()
        yield from self._article()
        yield from self._listed(
            "InfoboxLine", "infobox", "add what a line states, or name it with dip:restatedIn at the fact that it repeats"
        )
        for section in self.draft.sections:
            yield from self._section(section)
        yield from self._listed(
            "ReferenceEntry", "references", "correct the titles and their language; add dcterms:type, dcterms:publisher …"
        )
        yield from self._listed("ExternalLink", "external links", "add a fact to each, or take it out")
        yield from self._things()

    def _head(self) -> Iterator[str]:
        yield f"# The article {_text(self.draft.title).removesuffix('@en')} as facts: a draft, until they stand where comments say so."
        yield "# Derived from the article of that name, by its contributors; put its licence here and below."
        yield "# No sentence of the article stands here: a segment is a place in it and a digest of its wording.\n"
        spaces: Mapping[str, str] = {**{prefix: PREFIXES[prefix] for prefix in _USED}, self.prefix: f"{ID}{self.draft.slug}/"}
        yield from (f"@prefix {prefix}: <{spaces[prefix]}> ." for prefix in sorted(spaces))

    def _article(self) -> Iterator[str]:
        yield _heading("the article and its sections")
        title = _text(self.draft.title)
        parts = ["a schema:Article", f"rdfs:label {title}", f"dcterms:title {title}", f"dcterms:creator {_WIKIPEDIA}"]
        about = " , ".join(f"id:{_slug_of(name)}" for name in self.states or ())
        parts += [f"dcterms:license {_LICENCE}", *([f"schema:about {about}"] if about else [])]
        yield self._block("article", parts)
        if not about:
            yield "# add schema:about with the two states, and the states below\n"
        for section in self.draft.sections:
            heading = [f"dcterms:title {_text(section.title)}"] if section.title else []
            numbered = [f"schema:position {section.number}", f"dcterms:isPartOf {self._name('article')}"]
            yield self._block(f"section-{section.number}", ["a dip:Section", f"rdfs:label {_text(section.label)}", *heading, *numbered])

    def _listed(self, kind: str, heading: str, what: str) -> Iterator[str]:
        found = self.draft.of(kind)
        if found:
            yield _heading(heading)
            cited = {number for segment in self.draft.segments for number in segment.footnotes}
            for segment in found:
                yield self._segment(segment)
                if kind == "ReferenceEntry" and segment.position not in cited:
                    yield f"# no footnote marker cites {segment.name}: add dip:cites where it is cited, or take it out\n"
            yield f"# {what}\n"

    def _section(self, section: Section) -> Iterator[str]:
        yield _heading(section.label)
        sentences = [one for one in self.draft.of("Sentence") if one.part == f"section-{section.number}"]
        yield from map(self._segment, sentences)
        for one in sentences:
            yield f"# {one.name} · {section.label}, paragraph {one.paragraph}, sentence {one.position}: add its facts here"
            unknown = [str(number) for number in one.footnotes if number not in self.references]
            if unknown:
                yield f"# {one.name} has a marker of no reference in the list: {', '.join(unknown)}"
            if one.clauses:
                yield f"# {one.name} has a marker within: if its references back parts of it, put clauses in place of its dip:cites:"
                yield from (f"#   {line}" for clause in one.clauses for line in self._segment(clause).splitlines())
            yield ""

    def _segment(self, one: Segment) -> str:
        numbers = [*([f"dip:paragraph {one.paragraph}"] if one.paragraph else []), f"schema:position {one.position}"]
        cites = " , ".join(self._name(self.references[number].name) for number in one.footnotes if number in self.references)
        language = "und" if one.kind == "ReferenceEntry" else "en"
        parts = [
            f"a dip:{one.kind} , oa:SpecificResource",
            f"rdfs:label {_text(one.label)}",
            f"dcterms:isPartOf {self._name(one.part)}",
            *numbers,
            f"oa:hasSource {self._name('article')}",
            f"oa:hasSelector [ a oa:TextPositionSelector ; oa:start {one.start} ; oa:end {one.end} ]",
            f'dip:sha256 "{one.sha256}"',
            f'dip:wordingSha256 "{one.wording}"',
            f'dip:fingerprint "{one.fingerprint}"',
            *([f"dcterms:title {_text(one.title, language)}"] if one.title else []),
            *([f"dip:cites {cites}"] if cites else []),
        ]
        return self._block(one.name, parts)

    def _things(self) -> Iterator[str]:
        yield _heading("things")
        for name in self.states or ():
            yield self._block(f"id:{_slug_of(name)}", ["a dip:State", f"rdfs:label {_text(name)}"])
        yield self._block(_WIKIPEDIA, ["a foaf:Group , prov:Agent", 'rdfs:label "Wikipedia contributors"@en'])
        yield "# add whatever a fact points to, each with its class and one English rdfs:label"

    def _name(self, local: str) -> str:
        return f"{self.prefix}:{local}"

    def _block(self, name: str, parts: Sequence[str]) -> str:
        return (name if ":" in name else self._name(name)) + " " + " ;\n    ".join(parts) + " .\n"


def _heading(text: str) -> str:
    return f"\n# {'-' * 64} {text}\n"
