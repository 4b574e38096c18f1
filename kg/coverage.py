"""What of the article is in the graph, and what of the graph is used: sentences and their facts, citations, terms, queries."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape

from kg.engine import Engine, values
from kg.errors import counted
from kg.names import Names
from kg.namespaces import DIP, PREFIXES
from kg.rows import Rows
from kg.rows.solutions import terms_of
from kg.terms import Term

_PREFIXED = " ".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}>" for prefix in ("dcterms", "dip", "oa", "rdf", "rdfs", "schema"))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the body with the facts that it, or a clause of it, states or restates, and the numbers of its references."""

    segment: Term
    section: Term
    start: int
    end: int
    sha256: str
    facts: tuple[Term, ...]
    restated: tuple[Term, ...]
    references: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The whole account. `unreturned` are facts that no stored query without required parameters returns or rests on."""

    sentences: tuple[Sentence, ...]
    facts: int
    uncited: tuple[Term, ...]
    voices: tuple[tuple[Term, int], ...]
    classes: tuple[tuple[Term, int], ...]
    unused: tuple[Term, ...]
    unreturned: tuple[Term, ...]
    empty: tuple[str, ...]

    @property
    def bare(self) -> tuple[Sentence, ...]:
        """The sentences without any fact."""
        return tuple(sentence for sentence in self.sentences if not sentence.facts and not sentence.restated)

    def misfits(self, text: str) -> int:
        """How many sentences are not at their place in `text`, by their digests."""
        found = (text[sentence.start : sentence.end].encode("utf-8", "surrogatepass") for sentence in self.sentences)
        return sum(hashlib.sha256(words).hexdigest() != sentence.sha256 for words, sentence in zip(found, self.sentences, strict=True))

    def to_json(self) -> str:
        """The account as a JSON object."""
        sentences = [
            {
                "segment": sentence.segment.iri,
                "section": sentence.section.label,
                "facts": [fact._asdict() for fact in sentence.facts],
                "restated": [fact._asdict() for fact in sentence.restated],
                "references": sentence.references,
            }
            for sentence in self.sentences
        ]
        document = {
            "sentences": sentences,
            "facts": self.facts,
            "factsWithoutCitation": [fact._asdict() for fact in self.uncited],
            "factsByVoice": {voice.iri: count for voice, count in self.voices},
            "factsByClass": {kind.iri: count for kind, count in self.classes},
            "termsNeverUsed": [term.iri for term in self.unused],
            "factsThatNoQueryReturns": [fact._asdict() for fact in self.unreturned],
            "queriesThatReturnNothing": self.empty,
        }
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def coverage(engine: Engine, names: Names, answers: Mapping[str, Rows], progress: Callable[[str], None] = lambda line: None) -> Coverage:
    """The account of the graph of `engine`; `answers` are those of its stored queries. `progress` is told which of them are cited."""
    facts = {row[0] for row in values(engine, f"{_PREFIXED} SELECT ?f WHERE {{ ?f a dip:ReportedFact }}")}
    returned = _returned(answers, facts, progress)

    def terms(iris: Iterable[str]) -> tuple[Term, ...]:
        known = sorted(set(iris))
        names.labels(known)
        return tuple(Term(iri, names.label(iri)) for iri in known)

    def counted(pattern: str) -> tuple[tuple[Term, int], ...]:
        query = f"{_PREFIXED} SELECT ?x (COUNT(DISTINCT ?f) AS ?n) WHERE {{ {pattern} }} GROUP BY ?x ORDER BY DESC(?n) ?x"
        return tuple((Term(iri, names.label(iri)), int(count)) for iri, count in values(engine, query))

    without = "?f a dip:ReportedFact ; dip:statedIn ?s FILTER NOT EXISTS { ?s dip:cites ?r } FILTER NOT EXISTS { ?s a dip:ReferenceEntry }"
    narrowest = (
        "?f a dip:ReportedFact , ?x . ?x rdfs:isDefinedBy ?o FILTER NOT EXISTS { ?n rdfs:subClassOf ?x . ?f a ?n } ?x a ?c FILTER(?x != ?o)"
    )
    return Coverage(
        sentences=tuple(_sentences(engine, names)),
        facts=len(facts),
        uncited=terms(row[0] for row in values(engine, f"{_PREFIXED} SELECT ?f WHERE {{ {without} }}")),
        voices=counted("?f a dip:ReportedFact ; dip:assertedBy ?x"),
        classes=tuple((term, count) for term, count in counted(narrowest) if term.iri.startswith(DIP)),
        unused=terms(_unused(engine)),
        unreturned=terms(facts.difference(*returned.values())),
        empty=tuple(sorted(name for name, found in returned.items() if not found)),
    )


def _returned(answers: Mapping[str, Rows], facts: set[str], progress: Callable[[str], None]) -> dict[str, set[str]]:
    """For each answer the text of its terms, and facts that it rests on.

    To cite an answer costs many times what asking did: none is cited that returns a term once each of `facts` is found.
    """
    found = {name: {getattr(term, "value", str(term)) for term in terms_of(_cells(rows)).values()} for name, rows in answers.items()}
    missing = facts.difference(*found.values())
    for name, rows in answers.items():
        if len(rows) and (missing or not found[name]):
            progress(f"citing {name} …")
            rests_on = {citation.fact for row in rows.cited() for citation in row.citations if citation.fact}
            found[name] |= rests_on
            missing -= rests_on
    return found


def _cells(rows: Rows) -> set[bytes]:
    """The cells of an answer that are not empty, each once."""
    return set(rows.solutions.cells) - {b""}


def _unused(engine: Engine) -> Iterable[str]:
    """The ontology's own classes and properties that nothing in the data is, or has."""
    query = f"""{_PREFIXED} SELECT ?t WHERE {{ ?t rdfs:isDefinedBy <{DIP.removesuffix("#")}> ; a ?kind
        FILTER(STRENDS(STR(?kind), "Class") || STRENDS(STR(?kind), "Property"))
        FILTER NOT EXISTS {{ ?s ?t ?o }} FILTER NOT EXISTS {{ ?x a ?t }} FILTER NOT EXISTS {{ ?f rdf:predicate ?t }} }}"""
    return (row[0] for row in values(engine, query))


def _sentences(engine: Engine, names: Names) -> Iterable[Sentence]:
    """The sentences of all articles, in the order of the text."""
    query = f"""{_PREFIXED} SELECT ?s ?section ?start ?end ?sha256 WHERE {{
        ?s a dip:Sentence ; dcterms:isPartOf ?section ; oa:hasSelector ?at ; dip:sha256 ?sha256 .
        ?at oa:start ?start ; oa:end ?end .
        ?section dcterms:isPartOf ?article }} ORDER BY ?article ?start"""
    stated = _by_sentence(engine, "?it dip:statedIn ?segment")
    restated = _by_sentence(engine, "?it dip:restatedIn ?segment")
    cited = _by_sentence(engine, "?segment dip:cites ?entry . ?entry schema:position ?it")
    rows = list(values(engine, query))
    names.labels(iri for found in (*stated.values(), *restated.values()) for iri in found)
    for segment, section, start, end, sha256 in rows:
        yield Sentence(
            segment=Term(segment, names.label(segment)),
            section=Term(section, names.label(section)),
            start=int(start),
            end=int(end),
            sha256=sha256,
            facts=tuple(Term(iri, names.label(iri)) for iri in sorted(stated.get(segment, ()))),
            restated=tuple(Term(iri, names.label(iri)) for iri in sorted(restated.get(segment, ()))),
            references=tuple(sorted(map(int, cited.get(segment, ())))),
        )


def _by_sentence(engine: Engine, pattern: str) -> dict[str, set[str]]:
    """For each sentence what the pattern calls ?it, of the sentence or a clause of it as ?segment."""
    found: dict[str, set[str]] = {}
    query = f"""{_PREFIXED} SELECT DISTINCT ?sentence ?it WHERE {{ {pattern} . {{ ?segment a dip:Sentence BIND(?segment AS ?sentence) }}
        UNION {{ ?segment a dip:Clause ; dcterms:isPartOf ?sentence }} }}"""
    for sentence, it in values(engine, query):
        found.setdefault(sentence, set()).add(it)
    return found


# ---- the page

_STYLE = """body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1b1b1b;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.2rem;border-bottom:1px solid #ccc}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.45rem .7rem;border-bottom:1px solid #e3e3e3}
td:first-child{width:42%}.covered{background:#e6f4ea}.bare{background:#fde7e7}.ref{color:#0b57d0;white-space:nowrap}.none{color:#8a4b00}
ul{margin:0;padding-left:1.1rem}.again{color:#555}code{font-size:.9em}
@media(prefers-color-scheme:dark){body{background:#161616;color:#eee}.covered{background:#173d25}.bare{background:#4d1f1f}.ref{color:#8ab4f8}.none{color:#e0a36a}
td,th{border-color:#333}.again{color:#aaa}}"""


def to_html(account: Coverage, text: str | None = None) -> str:
    """One self-contained page: the article's outline, each sentence with its facts beside it; with `text` the sentences themselves.

    `text` is the reader's own copy of the article, which the offsets of the data fit.
    """
    parts = [f"<p>{escape(line)}</p>" for line in summary(account)[:4]]
    sections: dict[Term, list[Sentence]] = {}
    for sentence in account.sentences:
        sections.setdefault(sentence.section, []).append(sentence)
    for section, sentences in sections.items():
        rows = "".join(_row(sentence, text) for sentence in sentences)
        parts.append(
            f"<h2>{escape(section.label)}</h2><table><thead><tr><th>Sentence</th><th>Facts</th></tr></thead><tbody>{rows}</tbody></table>"
        )
    body = "\n".join(parts)
    title = "What of the article is in the graph"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{_STYLE}</style></head>\n<body><h1>{title}</h1>\n{body}\n</body></html>\n"
    )


def _row(sentence: Sentence, text: str | None) -> str:
    name = sentence.segment.iri.rsplit("/", 1)[-1]
    shown = escape(text[sentence.start : sentence.end]) if text is not None else escape(sentence.segment.label)
    numbers = " ".join(f'<span class="ref">[{number}]</span>' for number in sentence.references) or '<span class="none">no reference</span>'
    facts = "".join(f'<li title="{escape(fact.iri)}">{escape(fact.label)}</li>' for fact in sentence.facts)
    again = "".join(f'<li class="again" title="{escape(fact.iri)}">again: {escape(fact.label)}</li>' for fact in sentence.restated)
    kind = "covered" if facts or again else "bare"
    return (
        f'<tr id="{escape(name)}"><td><code>{escape(name)}</code> <span class="{kind}">{shown}</span> {numbers}</td>'
        f"<td><ul>{facts}{again}</ul></td></tr>\n"
    )


def summary(account: Coverage) -> list[str]:
    """The account in some lines."""
    with_facts = len(account.sentences) - len(account.bare)
    uncited = len(account.uncited)
    lines = [
        f"{with_facts} of {counted(len(account.sentences), 'sentence')} {'has' if with_facts == 1 else 'have'} facts.",
        f"{counted(account.facts, 'fact')}; {uncited} of them {'rests' if uncited == 1 else 'rest'} on no reference.",
        f"By voice: {', '.join(f'{voice.label} {count}' for voice, count in account.voices) or 'none'}.",
        f"By class: {', '.join(f'{kind.label} {count}' for kind, count in account.classes) or 'none'}.",
    ]
    for title, found in (
        ("Sentences without facts", [sentence.segment.label for sentence in account.bare]),
        ("Terms of the ontology never used", [term.label for term in account.unused]),
        ("Facts that no stored query returns", [fact.label for fact in account.unreturned]),
        ("Stored queries that return nothing", list(account.empty)),
    ):
        lines.append(f"{title}: {', '.join(found) or 'none'}.")
    return lines
