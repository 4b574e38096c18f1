"""The rows of an answer written out: as tables, as JSON, as data frames."""

import csv
import io
import json
import re
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from kg.citation import Reference
from kg.errors import FormatError
from kg.formats import FORMATS
from kg.namespaces import XSD
from kg.rows import frames
from kg.rows.frames import json_of_value, text_of_value
from kg.rows.row import Row, references
from kg.terms import OxTerm, Term, Value

if TYPE_CHECKING:
    import pandas
    import polars


class Written(Sequence[Row]):
    """Rows that can be written out, with the marks that tell what each rests on."""

    columns: tuple[str, ...]
    """The names of the columns."""
    types: Mapping[str, str]
    """The types of the columns where the stored query declares them."""
    dated: bool
    """Whether they are as of a day, and have a mark where a fact has no date."""
    has_citations: bool
    """Whether these are rows of `cited()`, and written with their sources."""

    @property
    @abstractmethod
    def terms(self) -> Sequence[Sequence[OxTerm | None]]:
        """The RDF terms of each row, as the engine gave them."""

    def cells(self) -> tuple[list[str], list[list[str]]]:
        """Header and rows as text for people: a thing as its label, followed by a column with its IRI; then what they rest on."""
        iris = self._iri_names
        lines = []
        for row in self:
            line: list[str] = []
            for name, value in zip(self.columns, row, strict=True):
                line.append("" if value is None else text_of_value(value))
                if name in iris:
                    line.append(value.iri if isinstance(value, Term) else "")
            lines.append(line)
        for mark in self._marks:
            for line, row in zip(lines, self, strict=True):
                line.append(mark.write(row))
        return self._header(), lines

    def _header(self) -> list[str]:
        """The names of the columns as they are written."""
        iris = self._iri_names
        own = [written for name in self.columns for written in (name, *([iris[name]] if name in iris else ()))]
        return [*own, *(mark.name for mark in self._marks)]

    @property
    def _marks(self) -> Sequence["_Mark"]:
        """The columns that tell of each row what it rests on; a column of the query's own keeps its name."""
        marks = (*(_DATED if self.dated else ()), *(_CITED if self.has_citations else ()))
        return [mark._replace(name=_free(mark.name, "_of_row", self.columns)) for mark in marks]

    @cached_property
    def _iri_names(self) -> Mapping[str, str]:
        """For each column of things the name of the one with their IRIs: those declared as such, and those that have any."""
        names: dict[str, str] = {}
        for name in self.columns:
            names[name] = _free(f"{name}_iri", "_iri", {*self.columns, *names.values()})
        return {
            name: names[name]
            for name, column in zip(self.columns, self._by_column(), strict=True)
            if self.types.get(name) == "iri" or any(isinstance(value, Term) for value in column)
        }

    def _by_column(self) -> Iterable[Sequence[Value]]:
        return zip(*self, strict=True) if len(self) else [()] * len(self.columns)

    def to_csv(self) -> str:
        """The rows as CSV (RFC 4180, lines end in LF): `cells()`."""
        return self._separated(csv.excel)

    def to_tsv(self) -> str:
        """The rows as tab-separated values: `cells()`."""
        return self._separated(csv.excel_tab)

    def _separated(self, dialect: type[csv.Dialect]) -> str:
        header, lines = self.cells()
        text = io.StringIO()
        writer = csv.writer(text, dialect, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(lines)
        return text.getvalue()

    def to_json(self) -> str:
        """The rows as a JSON list of objects: a thing as `{"iri", "label"}`, a date as text, an unbound value as null.

        A number that JSON does not have is text, as XSD spells it: `"INF"`, `"NaN"`.
        """
        records: list[dict[str, object]] = []
        for row in self:
            record: dict[str, object] = {name: json_of_value(value) for name, value in zip(self.columns, row, strict=True)}
            if self.dated:
                record["undated"] = row.undated
            if self.has_citations:
                record["citations"] = [citation.as_dict() for citation in row.citations]
            records.append(record)
        return json.dumps(records, ensure_ascii=False, indent=2, allow_nan=False) + "\n"

    def to_srj(self) -> str:
        """The rows in the SPARQL 1.1 Query Results JSON format, without labels; what they rest on as literals, in variables of its own."""
        bindings = [
            {name: _sparql_json(term) for name, term in zip(self.columns, row, strict=True) if term is not None} for row in self.terms
        ]
        marks = self._marks
        for binding, row in zip(bindings, self if marks else (), strict=False):
            told = {mark.name: mark.write(row) for mark in marks}
            binding.update({name: {"type": "literal", "value": text} for name, text in told.items() if text})
        document = {"head": {"vars": [*self.columns, *(mark.name for mark in marks)]}, "results": {"bindings": bindings}}
        return json.dumps(document, ensure_ascii=False) + "\n"

    def to_markdown(self) -> str:
        """The rows as a Markdown table: labels, then the sources, voices and hedges, with a list of the references below."""
        header, cells = self.shown()
        table = "".join("| " + " | ".join(map(_markdown, line)) + " |\n" for line in (header, ["---"] * len(header), *cells))
        return table + "".join(f"\n{_markdown(str(reference))}\n" for reference in self._below())

    def _below(self) -> list[Reference]:
        """The references that the sources beside the rows are numbered by."""
        return references(self) if self.has_citations else []

    def shown(self) -> tuple[list[str], list[list[str]]]:
        """Header and rows as people are shown them: labels, then the sources, voices and hedges."""
        marks = self._shown_marks()
        header = [*self.columns, *(mark.name for mark in marks)]
        return header, [
            [*("" if value is None else text_of_value(value) for value in row), *(mark.write(row) for mark in marks)] for row in self
        ]

    def _shown_marks(self) -> Sequence["_Mark"]:
        """The marks that people are shown beside the rows: the sources, and of the others those that any row has."""
        return [mark for mark in self._marks if mark.shown and (mark.always or any(map(mark.write, self)))]

    def _repr_html_(self) -> str:
        """An HTML table for notebooks: a thing as a link with its label, then what `to_markdown` has, with the references below."""
        from html import escape

        marks = self._shown_marks()
        head = "".join(f"<th>{escape(name)}</th>" for name in (*self.columns, *(mark.name for mark in marks)))
        cells = ([*map(_html, row), *(escape(mark.write(row)) for mark in marks)] for row in self)
        body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in line) + "</tr>" for line in cells)
        below = "".join(f"<p>{escape(str(reference))}</p>" for reference in self._below())
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}"

    def to_pandas(self) -> "pandas.DataFrame":
        """A pandas DataFrame of `records()`, each column of one type. Raises `ImportError` if pandas is not installed."""
        return frames.to_pandas(self._frame_columns(), len(self))

    def to_polars(self) -> "polars.DataFrame":
        """A polars DataFrame of `records()`, each column of one type. Raises `ImportError` if polars is not installed."""
        return frames.to_polars(self._frame_columns())

    def _frame_columns(self) -> list[frames.Column]:
        """The columns of `records()` with the types that are known whatever the rows are."""
        types = {**dict.fromkeys(self._iri_names.values(), "iri"), **{name: self.types.get(name) for name in self.columns}}
        types |= {mark.name: "boolean" if mark.flag else "string" for mark in self._marks}
        records = self.records()
        return [frames.Column(name, types[name], [record[name] for record in records]) for name in self._header()]

    def records(self) -> list[dict[str, Value]]:
        """The rows as dicts of plain values: for a thing its label, and under `NAME_iri` its IRI; then what the row rests on."""
        header, iris, marks = self._header(), self._iri_names, self._marks
        records = []
        for row in self:
            record: dict[str, Value] = dict.fromkeys(header)
            for name, value in zip(self.columns, row, strict=True):
                record[name] = value.label if isinstance(value, Term) else value
                if isinstance(value, Term):
                    record[iris[name]] = value.iri
            for mark in marks:
                record[mark.name] = bool(mark.write(row)) if mark.flag else mark.write(row) or None
            records.append(record)
        return records

    def write(self, format: str) -> str:
        """The rows in a format called `csv`, `tsv`, `json`, `srj` or `md`. Raises `FormatError`."""
        writers = {"csv": self.to_csv, "tsv": self.to_tsv, "json": self.to_json, "srj": self.to_srj, "md": self.to_markdown}
        name = next((known.name for known in FORMATS.values() if known.goes_by(format)), format)
        if name not in writers:
            raise FormatError(f"Rows cannot be written as {name!r}. Known: {', '.join(writers)}.")
        return writers[name]()


def _joined(values: Iterable[object]) -> str:
    """Each of `values` once."""
    return "; ".join(dict.fromkeys(map(str, values)))


def _free(name: str, ending: str, taken: Collection[str]) -> str:
    """`name`, with `ending` as often as it takes to be none of `taken`."""
    while name in taken:
        name += ending
    return name


class _Mark(NamedTuple):
    """A column that tells of a row what it rests on: its name, and its text.

    `flag`: it is there or not. `shown`: to people, too; `always`, where no row has it as well.
    """

    name: str
    write: Callable[[Row], str]
    flag: bool = False
    shown: bool = True
    always: bool = False


_DATED = (_Mark("undated", lambda row: "undated" if row.undated else "", flag=True),)
_CITED = (
    _Mark("fact_nodes", lambda row: _joined(citation.fact for citation in row.citations if citation.fact), shown=False),
    _Mark("sources", lambda row: _joined(row.citations), always=True),
    _Mark("voices", lambda row: _joined(voice for citation in row.citations for voice in citation.voices)),
    _Mark("hedges", lambda row: _joined(hedge for citation in row.citations for hedge in citation.hedges)),
    _Mark("inferred", lambda row: "inferred" if any(citation.inferred for citation in row.citations) else "", flag=True),
    _Mark("references", lambda row: _joined(references([row])), shown=False),
)
"""What is written of the citations of a row. Fact nodes are for machines, and people find the references below."""


def _sparql_json(term: OxTerm) -> dict[str, str]:
    """A term as the SPARQL 1.1 Query Results JSON format writes it."""
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if not isinstance(term, ox.Literal):
        raise FormatError(f"{term}: SPARQL 1.1 results hold no triple terms.")
    if term.language:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    if term.datatype.value == XSD + "string":
        return {"type": "literal", "value": term.value}
    return {"type": "literal", "value": term.value, "datatype": term.datatype.value}


_IN_ADDRESS = r"[^\s<>|`\\\x00-\x1f\x7f()]"
_ADDRESS = re.compile(
    rf"(https?://(?:{_IN_ADDRESS}|\({_IN_ADDRESS}*\))*(?:[^\s<>|`\\\x00-\x1f\x7f()\[\].,:;!?'\"]|\({_IN_ADDRESS}*\)))", re.IGNORECASE
)
"""One that ends before a stop or a closing bracket, but with a bracket that it opens itself."""
_ENTITY = r"&(?=#?\w+;)"
_LINK = r"\[(?![0-9]+\](?![\[(:]))"
_MARKUP = re.compile(rf"[\\`*<|~$]|(?<![^\W_])_|_(?![^\W_])|{_LINK}|{_ENTITY}")
"""What may mean something in a cell of GitHub-flavoured Markdown: https://github.github.com/gfm/#inlines

Not _ within a word, nor a number in brackets with nothing behind it, which is no link where nothing says whereto.
"""
_LINE_END = re.compile(r"\r\n|\r|\n")


def _markdown(cell: str) -> str:
    """`cell` as text in Markdown, addresses as links to themselves."""
    parts = (
        f"<{part}>" if place % 2 and not re.search(_ENTITY, part) else _escaped(part) for place, part in enumerate(_ADDRESS.split(cell))
    )
    return "".join(parts)


def _escaped(text: str) -> str:
    """`text` with a backslash before what would be markup."""
    return _LINE_END.sub("<br>", _MARKUP.sub(r"\\\g<0>", text))


def _html(value: Value) -> str:
    """A value in a cell of HTML: a thing as a link if its IRI is an address of the web, which no program hides behind."""
    from html import escape

    if isinstance(value, Term) and value.iri.lower().startswith(("http://", "https://")):
        return f'<a href="{escape(value.iri)}">{escape(value.label)}</a>'
    return "" if value is None else escape(text_of_value(value))
