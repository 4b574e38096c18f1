"""What the command shows to people: tables, sources, descriptions and reports, as text that fits the terminal."""

import re
from collections.abc import Iterable, Iterator

from kg.cli.layout import NARROWEST, as_table, branched, folded, in_lines, is_watched, terminal_width
from kg.coverage import Coverage, summary
from kg.describe import Description
from kg.errors import counted
from kg.explain import Explanation
from kg.graph import KnowledgeGraph
from kg.links import Link, LinkCoverage
from kg.links.show import said
from kg.namespaces import SEMAPV, shrink
from kg.rows import Row, Rows, references
from kg.rows.frames import text_of_value
from kg.terms import Term, Value
from kg.told import listed, voiced
from kg.validate import Report
from kg.verify import Checked, Verification
from kg.wikidata.check import NOTES, PROBLEMS, LinkCheck
from kg.wikidata.compare import Comparison
from kg.wikidata.suggest import Suggestions


def overview(graph: KnowledgeGraph) -> str:
    """What the graph knows, and the stored queries, one line each."""
    counts = graph.counts
    facts, sentences, references, triples = (counted(counts[f"{what}s"], what) for what in ("fact", "sentence", "reference", "triple"))
    width = max(map(len, graph.queries), default=0)
    return "\n".join(
        [
            in_lines(f"{facts} from {sentences} and {references}: {triples}, and {counts['inferred']:,} inferred."),
            "",
            in_lines("Stored queries (kg query NAME, kg show NAME):"),
            *(_listed(name, " ".join([stored.summary, "", *stored.options()]).rstrip(), width) for name, stored in graph.queries.items()),
            "",
            in_lines("More: kg describe 'THING', kg sparql 'SELECT …', kg wikidata links, kg export, kg validate, kg --help."),
        ]
    )


def _listed(name: str, text: str, width: int) -> str:
    """A name in a column of `width`, and `text` beside it, or below it on a narrow terminal."""
    if not is_watched():
        return f"  {name:{width}}  {text}"
    if terminal_width() - width < NARROWEST:
        return f"  {name}\n{in_lines(text, '    ')}"
    return in_lines(text, f"  {name:{width}}  ")


# ---- rows


def table(rows: Rows, *, iris: bool, title: str = "") -> str:
    """`rows` as a table, or as records where the columns would be too narrow; above it a title, below it the sources, if they are cited."""
    columns = (*rows.columns, *(["undated"] if rows.dated else []))
    cells = [[_cell(value, rows, iris=iris) for value in row] + (["undated" * row.undated] if rows.dated else []) for row in rows]
    text = as_table(columns, cells, numbered=rows.has_citations)
    head = [folded("", title), ""] if title else []
    return "\n".join([*head, text, *(_sources(rows) if rows.has_citations and rows else ())]) + "\n"


def _cell(value: Value, rows: Rows, *, iris: bool) -> str:
    if isinstance(value, Term) and iris:
        return f"{value} {shrink(value.iri, rows.prefixes)}"
    return "" if value is None else text_of_value(value)


def _sources(rows: Rows) -> Iterator[str]:
    """For each row its sentences, then the references once."""
    yield "\nSources"
    for number, row in enumerate(rows, 1):
        yield from (folded(f"  {number}  ", line) for line in _row_sources(row))
    yield from map(_hanging, listed(references(rows)))


def grounded(rows: Rows) -> str:
    """Below the yes of an ASK: the sentences that its solutions rest on, each once, and the references."""
    lines = dict.fromkeys(line for row in rows for line in _row_sources(row) if row.citations)
    if not lines:
        return "Sources\n" + folded("  ", "no sentence found for this answer")
    return "\n".join(["Sources", *(folded("  ", line) for line in lines), *map(_hanging, listed(references(rows)))])


def _row_sources(row: Row) -> Iterator[str]:
    if not row.citations:
        yield "no sentence found for this row"
    for citation in row.citations:
        label = f": {citation.label}" if citation.label and citation.fact else ""
        yield f"{citation}{label}.{voiced(citation)}{' Inferred.' * citation.inferred}"


# ---- descriptions and reports


def _hanging(line: str) -> str:
    """A line folded to the width of the terminal, below the place where its text begins, and a little deeper where others begin there."""
    return branched(line, "" if line.lstrip().startswith("[") else "  ")


def described(description: Description) -> str:
    """A thing with its names, classes, statements and facts, each with its sentences, and the references once."""
    return "\n".join(map(_hanging, description.lines()))


def covered(account: Coverage, *, show_all: bool) -> str:
    """The account of what is covered; the facts without a reference by name if asked for."""
    lines = [branched(line, "") for line in summary(account)]
    if show_all:
        lines += ["Facts that rest on no reference:" if account.uncited else "Every fact rests on a reference."]
        lines += [branched(f"  {fact.label} ({fact.iri.rsplit('/', 1)[-1]})") for fact in account.uncited]
    elif account.uncited:
        lines.append(folded("", "--all names the facts that rest on no reference."))
    return "\n".join(lines)


def explained(explanation: Explanation) -> str:
    """The proofs of an explanation as trees, or what the graph says instead, and the references once."""
    return "\n".join([*map(branched, explanation.drawn()), *map(_hanging, explanation.besides())])


def reported(report: Report, *, show_all: bool) -> str:
    """The violations of a report, or all of it, and the verdict."""
    shown = report.results if show_all else report.of("Violation")
    verdict = "conforms" if report.conforms else "does NOT conform"
    lines = [line for result in shown for line in str(result).splitlines()] + [f"{verdict}: {report.counts()}"]
    return "\n".join(branched(line, "    ") if is_watched() else line for line in lines)


def verified(verification: Verification) -> str:
    """What is not as it was, the facts that rest on it, what is new, and the sum."""
    lines = [line for status in ("changed", "gone", "moved") for one in verification.of(status) for line in _checked(one)]
    lines += [line for one in verification.of("intact") if one.cites for line in _checked(one)]
    lines += [line for new in verification.new for line in ("new", folded("    ", new.text))]
    return "\n".join([*lines, *[""][: len(lines)], f"{verification.article.label}. {verification.counts()}."])


def _checked(one: Checked) -> Iterator[str]:
    """A segment with what changed, new words in {+ +} and words that are gone in [- -], and its facts."""
    place = f", {one.place}" if one.place else ""
    near = f" ({one.match.nearness:.0%} the same)" if one.match.status == "changed" else ""
    yield f"{one.match.status}  {one.segment.label} ({one.segment.iri.rsplit('/', 1)[-1]}){place}{near}"
    marks = {"same": "{}", "added": "{{+{}+}}", "removed": "[-{}-]"}
    if one.match.changes:
        yield folded("    ", " ".join(marks[change.kind].format(" ".join(change.text.split())) for change in one.match.changes))
    if one.cites:
        now, said = (" ".join(f"[{number or '-'}]" for number in numbers) or "nothing" for numbers in one.cites)
        yield f"    cites {now}; by the data it would cite {said}"
    if one.match.status != "moved" or one.cites:
        yield from (folded("    fact: ", fact.label) for fact in one.facts)


# ---- links


def linked(links: Iterable[Link]) -> str:
    """The lines of tables of links as a table, most of its width for the comments."""
    lines = [
        [
            link.subject_label,
            said(link),
            f"{link.number} {link.item_label}".rstrip(),
            str(link.confidence),
            _words(link.justification.removeprefix(SEMAPV)),
            link.comment,
        ]
        for link in links
    ]
    columns = ("thing", "predicate", "item", "confidence", "justification", "comment")
    return as_table(columns, lines, wide="comment") + "\n"


def _words(name: str) -> str:
    """`ManualMappingCuration` as words in lower case."""
    return re.sub("(?<=[a-z])(?=[A-Z])", " ", name).lower()


def reached(coverage: LinkCoverage) -> str:
    """For each class the number of things, and of those that are linked, were looked for in vain, or had a candidate rejected."""
    lines = [
        [reach.kind.label, *(str(number) for number in (reach.things, reach.linked, reach.not_found, reach.rejected))]
        for reach in (*coverage.classes, coverage.total)
    ]
    table = as_table(["class", "things", "linked", "none found", "rejected"], lines)
    unlooked = f"\n{len(coverage.unlooked)} of the things have no line: {', '.join(term.label for term in coverage.unlooked)}."
    return table + (folded("", unlooked) if coverage.unlooked else "") + "\n"


_HEADINGS = {
    "agrees": "Wikidata agrees",
    "lacks": "Wikidata lacks",
    "otherwise": "Wikidata says otherwise",
    "only": "only Wikidata has",
    "unlinked": "not compared, for want of an item",
}


def compared(comparison: Comparison, *, show_all: bool) -> str:
    """A comparison with Wikidata: a line each under what came of it, and the sum."""
    lines = []
    for status, heading in _HEADINGS.items():
        results = comparison.of(status) if show_all or status != "unlinked" else ()
        lines += [f"{heading}"] if results else []
        for one in results:
            detail = f"; {one.detail}" if one.detail else ""
            lines.append(folded("  ", f"{one.subject} · {one.property} · {one.value}{detail}"))
    notes = dict.fromkeys(
        f"{one.property}: {one.note}" for one in comparison.results if one.note and (show_all or one.status != "unlinked")
    )
    lines += ["Notes", *(folded("  ", note) for note in notes)] if notes else []
    counts = comparison.counts()
    total = ", ".join(f"{heading}: {counts[status]}" for status, heading in _HEADINGS.items())
    return "\n".join([*lines, *[""][: len(lines)], f"{total}."])


def checked(check: LinkCheck) -> str:
    """What was found of the links that are not wholly right, a line each with place and mend, and the sum."""
    lines = []
    for heading, kinds in (("Problems", PROBLEMS), ("Notes", NOTES)):
        found = [folded("  ", str(one)) for kind in kinds for one in check.of(kind)]
        lines += [heading, *found] if found else []
    counts = ", ".join(f"{kind}: {number}" for kind, number in check.counts().items() if number)
    total = f"{counted(check.links, 'link')} checked, {counted(len(check.problems), 'problem')}. {counts}."
    return "\n".join([*lines, *[""][: len(lines)], total])


def suggested(suggestions: Suggestions) -> str:
    """The candidates of each thing that has any, with score and reasons, what was left out, and the sum."""
    lines = []
    for thing in suggestions.things:
        found = suggestions.of(thing)
        lines += [f"{thing}  {shrink(thing.iri)}"] if found else []
        lines += [folded("  ", f"{one.score}  {one.number} {one.label}: {'; '.join(one.reasons)}") for one in found]
    left = [folded("  ", f"{one.thing}: {shrink(one.item)} {one.why}") for one in suggestions.left_out]
    lines += ["Left out", *left] if left else []
    with_any = len({one.thing.iri for one in suggestions.candidates})
    total = f"{counted(len(suggestions.candidates), 'candidate')} for {with_any} of {counted(len(suggestions.things), 'thing')}."
    return "\n".join([*lines, *[""][: len(lines)], total])
