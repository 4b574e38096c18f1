"""What the command shows to people: tables, sources, descriptions and reports, as text that fits the terminal."""

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from textwrap import fill

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from kg.coverage import Coverage, summary
from kg.describe import Description
from kg.explain import Explanation
from kg.graph import KnowledgeGraph
from kg.links import Link, LinkCoverage
from kg.links.show import said
from kg.namespaces import SEMAPV, shrink
from kg.rows import Row, Rows, references
from kg.terms import Reference, Term, Value
from kg.validate import Report
from kg.verify import Checked, Verification
from kg.wikidata.check import NOTES, PROBLEMS, LinkCheck
from kg.wikidata.compare import Comparison
from kg.wikidata.suggest import Suggestions

_WITHOUT_TERMINAL = (100, 24)
_NARROWEST = 40
_NARROWEST_COLUMN = 11


def overview(graph: KnowledgeGraph) -> str:
    """What the graph knows, and the stored queries, one line each."""
    counts = graph.counts
    width = max(map(len, graph.queries), default=0)
    return "\n".join(
        [
            f"{counts['facts']} facts from {counts['sentences']} sentences and {counts['references']} references: "
            f"{counts['triples']:,} triples, and {counts['inferred']:,} inferred.",
            "",
            "Stored queries (kg query NAME, kg show NAME):",
            *(f"  {name:{width}}  {' '.join([stored.summary, '', *stored.options()])}".rstrip() for name, stored in graph.queries.items()),
            "",
            "More: kg describe 'THING', kg sparql 'SELECT …', kg wikidata links, kg export, kg validate, kg --help.",
        ]
    )


# ---- rows


def table(rows: Rows, *, iris: bool) -> str:
    """`rows` as a table, or as records where the columns would be too narrow; below it the sources, if they are cited."""
    columns = (*rows.columns, *(["undated"] if rows.dated else []))
    cells = [[_cell(value, rows, iris=iris) for value in row] + (["undated" * row.undated] if rows.dated else []) for row in rows]
    width = _width()
    if len(columns) * _NARROWEST_COLUMN > width:
        text = "\n".join(_records(columns, cells))
    else:
        numbers = [[str(number)] if rows.has_citations else [] for number in range(1, len(cells) + 1)]
        header = ["", *columns] if rows.has_citations else [*columns]
        text = _drawn(header, [number + line for number, line in zip(numbers, cells, strict=True)], width)
    return "\n".join([text, *(_sources(rows) if rows.has_citations else ())]) + "\n"


def _cell(value: Value, rows: Rows, *, iris: bool) -> str:
    if isinstance(value, Term) and iris:
        return f"{value} {shrink(value.iri, rows.prefixes)}"
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _records(columns: tuple[str, ...], cells: list[list[str]]) -> Iterator[str]:
    for number, line in enumerate(cells, 1):
        yield f"{number}."
        yield from (_folded("   ", f"{name}: {cell}") for name, cell in zip(columns, line, strict=True) if cell)


def _drawn(header: list[str], lines: list[list[str]], width: int, wide: str = "") -> str:
    """A table, at most `width` wide, cells folded; the column `wide` gets what the others leave, which are narrowed."""
    drawn = Table(*header, box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name, column in zip(header, drawn.columns, strict=True):
        column.overflow = "fold"
        if wide and name != wide:
            column.max_width = max(_NARROWEST_COLUMN, width // 7)
    for line in lines:
        drawn.add_row(*line)
    console = Console(width=width, markup=False, highlight=False, emoji=False, force_terminal=False, no_color=True)
    with console.capture() as captured:
        console.print(drawn)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def _sources(rows: Rows) -> Iterator[str]:
    """For each row its sentences, then the references once."""
    yield "\nSources"
    for number, row in enumerate(rows, 1):
        yield from (_folded(f"  {number}  ", line) for line in _row_sources(row))
    yield from _reference_list(references(rows))


def grounded(rows: Rows) -> str:
    """Below the yes of an ASK: the sentences that its solutions rest on, each once, and the references."""
    lines = dict.fromkeys(line for row in rows for line in _row_sources(row) if row.citations)
    if not lines:
        return "Sources\n" + _folded("  ", "no sentence found for this answer")
    return "\n".join(["Sources", *(_folded("  ", line) for line in lines), *_reference_list(references(rows))])


def _row_sources(row: Row) -> Iterator[str]:
    if not row.citations:
        yield "no sentence found for this row"
    for citation in row.citations:
        label = f": {citation.label}" if citation.label and citation.fact else ""
        hedges = f" Qualifying words: {', '.join(citation.hedges)}." if citation.hedges else ""
        yield f"{citation}{label}.{_voices(citation.voices)}{hedges}{' Inferred.' * citation.inferred}"


def _voices(voices: tuple[str, ...]) -> str:
    return f" Voice: {', '.join(voices)}." if voices else ""


def _reference_list(cited: list[Reference]) -> Iterator[str]:
    if cited:
        yield "\nReferences"
    yield from (_folded("  ", str(reference)) for reference in cited)


# ---- descriptions and reports


def described(description: Description, _: KnowledgeGraph) -> str:
    """A thing with its names, classes, statements and facts, each with its sentences, and the references once."""
    return "\n".join(_hanging(line) if line.startswith(" ") else line for line in description.lines())


def _hanging(line: str) -> str:
    """A line folded to the width of the terminal, below the place where its text begins."""
    text = line.lstrip(" ")
    return _folded(" " * (len(line) - len(text)), text)


def covered(account: Coverage, *, show_all: bool) -> str:
    """The account of what is covered; the facts without a reference by name if asked for."""
    lines = [_branch(line, "") for line in summary(account)]
    if show_all:
        lines += ["Facts that rest on no reference:" if account.uncited else "Every fact rests on a reference."]
        lines += [_branch(f"  {fact.label} ({fact.iri.rsplit('/', 1)[-1]})") for fact in account.uncited]
    elif account.uncited:
        lines.append(_folded("", "--all names the facts that rest on no reference."))
    return "\n".join(lines)


def explained(explanation: Explanation) -> str:
    """The proofs of an explanation as trees, or what the graph says instead, and the references once."""
    return "\n".join([*map(_branch, explanation.drawn()), *map(_hanging, explanation.besides())])


def reported(report: Report, *, show_all: bool) -> str:
    """The violations of a report, or all of it, and the verdict."""
    shown = report.results if show_all else report.of("Violation")
    verdict = "conforms" if report.conforms else "does NOT conform"
    lines = [line for result in shown for line in str(result).splitlines()] + [f"{verdict}: {report.counts()}"]
    return "\n".join(_branch(line, "    ") if _narrow() else line for line in lines)


def verified(verification: Verification) -> str:
    """What is not as it was, the facts that rest on it, what is new, and the sum."""
    lines = [line for status in ("changed", "gone", "moved") for one in verification.of(status) for line in _checked(one)]
    lines += [line for new in verification.new for line in ("new", _folded("    ", new.text))]
    return "\n".join([*lines, *[""][: len(lines)], f"{verification.article.label}. {verification.counts()}."])


def _checked(one: Checked) -> Iterator[str]:
    """A segment with what changed, new words in {+ +} and words that are gone in [- -], and its facts."""
    place = f", {one.place}" if one.place else ""
    near = f" ({one.match.nearness:.0%} the same)" if one.match.status == "changed" else ""
    yield f"{one.match.status}  {one.segment.label} ({one.segment.iri.rsplit('/', 1)[-1]}){place}{near}"
    marks = {"same": "{}", "added": "{{+{}+}}", "removed": "[-{}-]"}
    if one.match.changes:
        yield _folded("    ", " ".join(marks[change.kind].format(" ".join(change.text.split())) for change in one.match.changes))
    if one.match.status != "moved":
        yield from (_folded("    fact: ", fact.label) for fact in one.facts)


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
    if len(columns) * _NARROWEST_COLUMN > _width():
        return "\n".join(_records(columns, lines)) + "\n"
    return _drawn(list(columns), lines, _width(), wide="comment") + "\n"


def _words(name: str) -> str:
    """`ManualMappingCuration` as words in lower case."""
    return re.sub("(?<=[a-z])(?=[A-Z])", " ", name).lower()


def reached(coverage: LinkCoverage) -> str:
    """For each class the number of things, and of those that are linked, were looked for in vain, or had a candidate rejected."""
    lines = [
        [reach.kind.label, *(str(number) for number in (reach.things, reach.linked, reach.not_found, reach.rejected))]
        for reach in (*coverage.classes, coverage.total)
    ]
    table = _drawn(["class", "things", "linked", "none found", "rejected"], lines, _width())
    unlooked = f"\n{len(coverage.unlooked)} of the things have no line: {', '.join(term.label for term in coverage.unlooked)}."
    return table + (_folded("", unlooked) if coverage.unlooked else "") + "\n"


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
            lines.append(_folded("  ", f"{one.subject} · {one.property} · {one.value}{detail}"))
    notes = dict.fromkeys(
        f"{one.property}: {one.note}" for one in comparison.results if one.note and (show_all or one.status != "unlinked")
    )
    lines += ["Notes", *(_folded("  ", note) for note in notes)] if notes else []
    counts = comparison.counts()
    total = ", ".join(f"{heading}: {counts[status]}" for status, heading in _HEADINGS.items())
    return "\n".join([*lines, *[""][: len(lines)], f"{total}."])


def checked(check: LinkCheck) -> str:
    """What was found of the links that are not wholly right, a line each with place and mend, and the sum."""
    lines = []
    for heading, kinds in (("Problems", PROBLEMS), ("Notes", NOTES)):
        found = [_folded("  ", str(one)) for kind in kinds for one in check.of(kind)]
        lines += [heading, *found] if found else []
    counts = ", ".join(f"{kind}: {number}" for kind, number in check.counts().items() if number)
    return "\n".join([*lines, *[""][: len(lines)], f"{check.links} links checked, {len(check.problems)} problems. {counts}."])


def suggested(suggestions: Suggestions) -> str:
    """The candidates of each thing that has any, with score and reasons, what was left out, and the sum."""
    lines = []
    for thing in suggestions.things:
        found = suggestions.of(thing)
        lines += [f"{thing}  {shrink(thing.iri)}"] if found else []
        lines += [_folded("  ", f"{one.score}  {one.number} {one.label}: {'; '.join(one.reasons)}") for one in found]
    left = [_folded("  ", f"{one.thing}: {shrink(one.item)} {one.why}") for one in suggestions.left_out]
    lines += ["Left out", *left] if left else []
    with_any = len({one.thing.iri for one in suggestions.candidates})
    return "\n".join(
        [*lines, *[""][: len(lines)], f"{len(suggestions.candidates)} candidates for {with_any} of {len(suggestions.things)} things."]
    )


def _width() -> int:
    return shutil.get_terminal_size(_WITHOUT_TERMINAL).columns


def _narrow() -> bool:
    """Whether a person looks, or says how wide it is to be: a message that an editor reads stays on its line."""
    return sys.stdout.isatty() or "COLUMNS" in os.environ


_TREE = re.compile("[ │├└]*")


def _branch(line: str, deeper: str = "  ") -> str:
    """A line of a tree, folded to the width of the terminal, its branches drawn on; a path with its line number stays whole."""
    mark = _TREE.match(line)
    branches = mark[0] if mark else ""
    below = branches.replace("├", "│").replace("└", " ") + deeper
    return fill(
        line.removeprefix(branches),
        max(_width(), _NARROWEST),
        initial_indent=branches,
        subsequent_indent=below,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _folded(mark: str, text: str) -> str:
    """`text` behind `mark`, folded to the width of the terminal."""
    return fill(text, max(_width(), _NARROWEST), initial_indent=mark, subsequent_indent=" " * len(mark))
