"""A table of links in SSSOM/TSV: a YAML header in `#` lines, then a line for each link.

Read strictly; written back byte for byte where nothing changed.
"""

import codecs
import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from kg.errors import LinkError, nearest
from kg.links.cells import COLUMNS
from kg.links.consistency import inconsistencies
from kg.load import read_text
from kg.namespaces import OWL, RDF, RDFS, SEMAPV, SKOS, SSSOM, WIKIDATA, XSD
from kg.paths import written_whole

_BUILT_IN = {"owl": OWL, "rdf": RDF, "rdfs": RDFS, "semapv": SEMAPV, "skos": SKOS, "sssom": SSSOM, "xsd": XSD}
"""The prefixes that SSSOM lets a table leave out of its curie_map."""
_REQUIRED = ("curie_map", "license", "mapping_set_id")
_VERSIONS = (None, "1.0", "1.1")


class Link(NamedTuple):
    """A line of a table: that the thing `subject` is the Wikidata item `item`, or is not (`negated`), or that none was found (None).

    IRIs are written out. `path`, `line` and `text` are where and how it stands, if it was read.
    """

    subject: str
    subject_label: str
    predicate: str
    negated: bool
    item: str | None
    item_label: str
    justification: str
    authors: tuple[str, ...]
    source: str
    date: date
    confidence: Decimal
    comment: str
    path: Path = Path()
    line: int = 0
    text: str = ""

    @property
    def is_match(self) -> bool:
        """Whether it says that the thing is the item, exactly or closely."""
        return self.item is not None and not self.negated

    @property
    def number(self) -> str:
        """The item's Q-number, or nothing."""
        return (self.item or "").removeprefix(WIKIDATA)

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class LinkSet:
    """A table of links. `head` is the text of the header and the line of column names; `metadata` the header's values."""

    path: Path
    head: str
    metadata: Mapping[str, Any]
    prefixes: Mapping[str, str]
    columns: tuple[str, ...]
    links: tuple[Link, ...]

    @property
    def text(self) -> str:
        """The whole table as it was read."""
        return self.head + "".join(link.text for link in self.links)

    def with_link(self, link: Link, replacing: Link | None = None) -> "LinkSet":
        """The table with `link` as its last line, or in place of `replacing`; every other byte stays. Raises `LinkError`."""
        if replacing is not None and replacing not in self.links:
            raise LinkError([f"{self.path}: has no line {replacing.text.strip()!r}; read the table again."])
        ending = "\r\n" if self.head.endswith("\r\n") else "\n"
        row = io.StringIO()
        csv.writer(row, csv.excel_tab, lineterminator=ending).writerow([self._cell(link, column) for column in self.columns])
        texts = [row.getvalue() if old == replacing else old.text for old in self.links]
        if replacing is None:
            texts = [_ended(text, ending) for text in (*texts, row.getvalue())]
        return parse_links(_ended(self.head, ending) + "".join(texts), self.path)

    def _cell(self, link: Link, column: str) -> str:
        """What `link` has to stand in `column`."""
        field, _, written = COLUMNS[column]
        return written(getattr(link, field), self.prefixes)


def _ended(text: str, ending: str) -> str:
    return text if text.endswith("\n") else text + ending


# ---- reading and writing


def read_links(path: Path) -> LinkSet:
    """The table of links in the file `path`. Raises `FileError`, `ParseError` (not UTF-8) or `LinkError`, all its problems together."""
    text = read_text(path)
    if path.read_bytes().startswith(codecs.BOM_UTF8):
        raise LinkError([f"{path}:1: begins with a byte order mark; save the file as UTF-8 without one."])
    return parse_links(text, path)


def write_links(links: LinkSet) -> None:
    """Write a table to its file, whole or not at all. Raises `FileError`."""
    with written_whole(links.path) as file:
        file.write(links.text.encode())


def parse_links(text: str, path: Path) -> LinkSet:
    """The table of links that `text` is, as the file `path` would hold it. Raises `LinkError`."""
    *whole, rest = text.split("\n")
    lines = [f"{line}\n" for line in whole] + [rest] * bool(rest)
    headed = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    metadata, prefixes = _metadata(lines[:headed], path)
    columns = _columns(lines[headed : headed + 1], path, headed + 1)
    links: list[Link] = []
    problems: list[str] = []
    for number, line in enumerate(lines[headed + 1 :], headed + 2):
        fields, wrong = _row(line, columns, prefixes)
        problems += (f"{path}:{number}: {message}" for message in wrong)
        if not wrong:
            links.append(Link(**fields, path=path, line=number, text=line))
    problems += inconsistencies(links)
    if problems:
        raise LinkError(problems)
    return LinkSet(path, "".join(lines[: headed + 1]), MappingProxyType(metadata), MappingProxyType(prefixes), columns, tuple(links))


def _metadata(lines: list[str], path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """The values of the header, and its prefixes with those that need not be declared."""
    import yaml

    try:
        values = yaml.safe_load("".join(line[1:] for line in lines)) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        number = min(mark.line + 1, len(lines)) if mark else 1
        raise LinkError([f"{path}:{number}: the header is not YAML: {getattr(error, 'problem', error)}."]) from error
    if not isinstance(values, dict):
        raise LinkError([f"{path}:1: the header (lines that start with #) is no mapping; write NAME: VALUE."])
    missing = [name for name in _REQUIRED if name not in values]
    if missing:
        raise LinkError([f"{path}:1: the header has no {missing[0]}; add a line '# {missing[0]}: …'."])
    if values.get("sssom_version") not in _VERSIONS:
        place = f"{path}:{_line(lines, 'sssom_version')}"
        raise LinkError([f'{place}: sssom_version {values["sssom_version"]!r} is not known; write "1.1", with the quotation marks.'])
    declared = values["curie_map"]
    if not isinstance(declared, dict) or not all(isinstance(part, str) for pair in declared.items() for part in pair):
        place = f"{path}:{_line(lines, 'curie_map')}"
        raise LinkError([f"{place}: curie_map is no mapping of prefixes to IRIs; write PREFIX: IRI, one a line."])
    return values, {**_BUILT_IN, **declared}


def _line(lines: list[str], name: str) -> int:
    """The line of the header that has the value called `name`."""
    return next((number for number, line in enumerate(lines, 1) if line[1:].strip().startswith(name)), 1)


def _columns(lines: list[str], path: Path, number: int) -> tuple[str, ...]:
    """The names of the columns, each of those that a table of links has, once."""
    columns = tuple("".join(lines).rstrip("\r\n").split("\t"))
    unknown = [column for column in columns if column not in COLUMNS]
    if lines and unknown:
        known = nearest(unknown[0], COLUMNS) or f" The columns are {', '.join(COLUMNS)}."
        raise LinkError([f"{path}:{number}: {unknown[0]!r} is no column of a table of links.{known}"])
    missing = [column for column in COLUMNS if column not in columns]
    if missing:
        raise LinkError([f"{path}:{number}: there is no column {missing[0]!r}; add it, with a tab between two columns."])
    if len(columns) > len(COLUMNS):
        twice = next(column for column in columns if columns.count(column) > 1)
        raise LinkError([f"{path}:{number}: the column {twice!r} stands there twice; delete one."])
    return columns


def _row(line: str, columns: tuple[str, ...], prefixes: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """The fields of the link that `line` is, and what is wrong with it."""
    try:
        cells = next(csv.reader([line.rstrip("\r\n")], csv.excel_tab, strict=True), [])
    except csv.Error as error:
        return {}, [f"is no line of tab-separated values: {error}; a cell is one line of text, a quotation mark in a quoted one doubled."]
    if len(cells) != len(columns):
        return {}, [f"has {len(cells)} cells where there are {len(columns)} columns; put a tab between two cells, none in a cell."]
    fields: dict[str, Any] = {}
    problems: list[str] = []
    for column, cell in zip(columns, cells, strict=True):
        field, read, _ = COLUMNS[column]
        try:
            fields[field] = read(_clean(cell), prefixes)
        except ValueError as error:
            problems.append(f"{column} {cell!r}: {error}" + "." * (not str(error).endswith((".", "?"))))
    if not problems and fields["item"] is None and (fields["negated"] or fields["item_label"]):
        problems.append("sssom:NoTermFound has neither a predicate_modifier nor an object_label; delete it, or name the item.")
    return fields, problems


def _clean(cell: str) -> str:
    """`cell`, if it is one line of text without spaces around it."""
    if cell != cell.strip():
        raise ValueError("has spaces around it; delete them")
    if not cell.isprintable():
        raise ValueError("has a tab, line break or other control character in it; delete it")
    return cell
