"""Stored queries: one file, one question, with its header, its parameters and how values are bound to them."""

import contextlib
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from kg.cache import keep, recall
from kg.errors import FileError, HeaderError, ParameterError, QueryError, UnknownQuery, did_you_mean, nearest, text_of
from kg.load import read_text
from kg.namespaces import WIKIDATA_GRAPH
from kg.sparql import Parameter, bind, form_of, line_of, parameters, projected, tokens
from kg.terms import literal_of

COLUMN_TYPES = ("iri", "string", "integer", "decimal", "date", "boolean")

_KEYS = frozenset(
    "summary description tags defaults enumerate endpoint method endpoint_in_url pagination x-question x-params x-columns x-expect".split()
)
_REQUIRED = ("summary", "description", "tags", "x-question")
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")


_LINE_END = re.compile(r"\r\n?|\n")

_NEEDS = {"federated": "--allow-service", "enriched": "--enriched FILE"}
"""The option that a query with this tag is run with."""


class Column(NamedTuple):
    """A column of a stored query's answer."""

    name: str
    type: str
    description: str


class StoredQuery(NamedTuple):
    """A stored query as its file has it."""

    name: str
    path: Path
    text: str
    form: str
    summary: str
    description: str
    question: str
    tags: tuple[str, ...]
    columns: tuple[Column, ...]
    types: Mapping[str, str]
    parameters: Mapping[str, Parameter]
    descriptions: Mapping[str, str]
    defaults: Mapping[str, str]

    def __repr__(self) -> str:
        return f"<StoredQuery {self.name}: {self.summary}>"

    @property
    def federated(self) -> bool:
        """Whether it asks another server, by SERVICE."""
        return "federated" in self.tags

    @property
    def enriched(self) -> bool:
        """Whether it asks the graph that `kg wikidata enrich` writes."""
        return "enriched" in self.tags

    def options(self) -> list[str]:
        """What is typed after its name: what it needs, then the parameters; those that may be left out in brackets."""
        needs = [option for tag, option in _NEEDS.items() if tag in self.tags]
        return needs + [f"--{p.name}" if p.required and p.name not in self.defaults else f"[--{p.name}]" for p in self.parameters.values()]

    @property
    def alone(self) -> bool:
        """Whether it can be run as it is, with no option."""
        return all(option.startswith("[") for option in self.options())

    def usage(self) -> str:
        """How the query is run."""
        return " ".join(["Usage: kg query", self.name, *self.options()])

    def bind(self, values: Mapping[str, object], resolve: Callable[[str], str]) -> str:
        """The query's text with `values` (by parameter name) in place; None counts as not given.

        A value is a Python value of the parameter's type, or text for it; for an IRI, whatever `resolve` turns into one.
        Raises `ParameterError` for an unknown or missing parameter, a wrong type or a period that ends before it begins, and what `resolve`
        raises.
        """
        for name in values:
            if name not in self.parameters:
                known = nearest(name, self.parameters) or " It takes none."
                raise ParameterError(f"Query {self.name} has no parameter {name!r}.{known}")
        terms: dict[str, ox.NamedNode | ox.Literal] = {}
        for name, parameter in self.parameters.items():
            value = values.get(name)
            if value is None:
                value = self.defaults.get(name)
            if value is not None:
                terms[name] = self._term(parameter, value, resolve)
            elif parameter.required:
                raise ParameterError(f"Query {self.name} needs the parameter {name!r}: {self.descriptions[name]}.")
        since, until = (terms[name].value if name in terms else "" for name in ("since", "until"))
        if until and since > until:
            raise ParameterError(f"Query {self.name}: the period ends before it begins: since {since}, until {until}.")
        return bind(self.text, {self.parameters[name].variable: str(term) for name, term in terms.items()})

    def _term(self, parameter: Parameter, value: object, resolve: Callable[[str], str]) -> ox.NamedNode | ox.Literal:
        if isinstance(value, str):
            text_of(value, f"Query {self.name}: {parameter.name!r}")
        iri = getattr(value, "iri", None)
        if parameter.type == "iri":
            return ox.NamedNode(iri or resolve(str(value)))
        try:
            if parameter.type == "url":
                return ox.NamedNode(str(value).strip())
            return literal_of(parameter.type, value)
        except ValueError:
            raise ParameterError(f"Query {self.name}: {parameter.name!r} takes {type_name(parameter.type)}, not {str(value)!r}.") from None


_TYPE_NAMES = {
    "integer": "a whole number",
    "decimal": "a number",
    "boolean": "true or false",
    "date": "a date like 2004-03-31",
    "iri": "a thing: its label, CURIE or IRI",
    "string": "text",
    "url": "the address of a server",
}


def type_name(type: str) -> str:
    """What values of a parameter's type are, in words."""
    return _TYPE_NAMES.get(type, f"text in the language {type!r}")


# ---- the folder of stored queries


class Catalogue(Mapping[str, StoredQuery]):
    """The stored queries of a folder by name, each read when first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, StoredQuery] = {}

    @cached_property
    def _names(self) -> list[str]:
        if not self.folder.is_dir():
            raise FileError(f"{self.folder}: there is no such folder of stored queries.")
        return sorted(path.stem for path in self.folder.glob("*.rq"))

    def __getitem__(self, name: str) -> StoredQuery:
        """The stored query called `name`. Raises `UnknownQuery` or `HeaderError`."""
        if not isinstance(name, str):
            raise UnknownQuery(f"No stored query is called {name!r}: a name is text.")
        if name not in self._read:
            path = self.folder / f"{name}.rq"
            if not re.fullmatch(r"[\w-]+", name) or not path.is_file():
                raise UnknownQuery(f"No stored query is called {name!r}.{_nearest_query(name, self._names)}")
            self._read[name] = read_query(path)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _nearest_query(name: str, known: list[str]) -> str:
    """A hint at the nearest query names, also those that have a word in common with `name`."""
    import difflib

    hint = nearest(name, known)
    words = set(re.findall(r"\w{4,}", name.lower()))
    related = [other for other in known if any(difflib.get_close_matches(word, other.split("-"), 1, 0.8) for word in words)]
    return hint or did_you_mean(related) or " `kg` lists them."


def read_query(path: Path) -> StoredQuery:
    """The stored query in `path`. Raises `HeaderError` with file:line for whatever is wrong with it."""
    text = read_text(path)
    header = _Header(path, text)
    form = form_of(text)
    if form not in _FORMS:
        raise HeaderError(f"{path}: holds no SELECT, ASK, CONSTRUCT or DESCRIBE.")
    try:
        found = parameters(text)
    except QueryError as error:
        raise HeaderError(f"{path}: {error}") from error
    columns = tuple(header.columns())
    query = StoredQuery(
        name=path.stem,
        path=path,
        text=text,
        form=form,
        summary=header.text_of("summary"),
        description=header.text_of("description"),
        question=header.text_of("x-question"),
        tags=tuple(header.list_of("tags")),
        columns=columns,
        types={column.name: column.type for column in columns},
        parameters=found,
        descriptions=header.parameter_descriptions(),
        defaults=header.defaults(),
    )
    _check_tags(query, header)
    _check_parameters(query, header)
    _check_columns(query, header)
    return query


class _Header:
    """The YAML in the `#+ ` lines of a stored query, with errors that name the line."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self._lines = [(number, line) for number, line in enumerate(_LINE_END.split(text), 1) if line.startswith("#+")]
        self._values = self._parsed()
        for key in self._values:
            if key not in _KEYS:
                raise self.error(f"unknown key {key!r}.{nearest(str(key), _KEYS)}", str(key))
        for key in _REQUIRED:
            if key not in self._values:
                raise self.error(f"the header lacks {key!r}.")

    def _parsed(self) -> dict[object, object]:
        source = "\n".join(line[2:].removeprefix(" ") for _, line in self._lines)
        name = f"header-{hashlib.sha256(source.encode()).hexdigest()[:32]}.json"
        known = recall(name)
        values = self._from_yaml(source) if known is None else json.loads(known)
        if known is None:
            with contextlib.suppress(FileError, TypeError):  # without a cache, or with a date in it, the header is parsed each time
                keep(name, json.dumps(values).encode(), synced=False)
        if not isinstance(values, dict):
            raise HeaderError(f"{self.path}:1: the header (lines that start with '#+ ') is missing or no mapping.")
        return values

    def _from_yaml(self, source: str) -> object:
        """The value of a YAML text. To import and run a YAML parser takes longer than most queries: hence the cache."""
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            return yaml.load(source, loader)  # noqa: S506 - one of the two safe loaders
        except yaml.YAMLError as error:
            place, problem = 0, str(error)
            if isinstance(error, yaml.reader.ReaderError):
                place, problem = source.index(chr(error.character)), f"{error.reason} (U+{error.character:04X})"
            elif isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
                place, problem = error.problem_mark.index, str(error.problem)
            number = self._lines[min(source.count("\n", 0, place), len(self._lines) - 1)][0] if self._lines else 1
            raise HeaderError(f"{self.path}:{number}: the header is not YAML: {problem}.") from error

    def line(self, word: str) -> int:
        """The first line of the header that has an entry of the name `word`, else the first that has the word, else 1."""
        entries = (number for number, line in self._lines if f"name: {word}," in line)
        return next(entries, next((number for number, line in self._lines if word in line), 1))

    def error(self, message: str, word: str = "") -> HeaderError:
        return HeaderError(f"{self.path}:{self.line(word)}: {message}")

    def text_of(self, key: str) -> str:
        value = self._values[key]
        if not isinstance(value, str) or not value.strip():
            raise self.error(f"{key!r} must be text.", key)
        return " ".join(value.split())

    def list_of(self, key: str) -> list[str]:
        value = self._values.get(key) or []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(f"{key!r} must be a list of words.", key)
        return value

    def _entries(self, key: str, *fields: str) -> Iterator[dict[str, str]]:
        """The mappings listed under `key`, each with exactly `fields`."""
        entries = self._values.get(key) or []
        if not isinstance(entries, list):
            raise self.error(f"{key!r} must be a list.", key)
        for entry in entries:
            if not isinstance(entry, dict) or set(entry) != set(fields) or not all(isinstance(entry[name], str) for name in fields):
                raise self.error(f"each entry of {key!r} must have the text fields {', '.join(fields)}; {entry!r} has not.", key)
            yield entry

    def columns(self) -> Iterator[Column]:
        for entry in self._entries("x-columns", "name", "type", "description"):
            if entry["type"] not in COLUMN_TYPES:
                raise self.error(
                    f"column {entry['name']!r} has the unknown type {entry['type']!r}.{nearest(entry['type'], COLUMN_TYPES)}", entry["name"]
                )
            yield Column(**entry)

    def parameter_descriptions(self) -> dict[str, str]:
        return {entry["name"]: entry["description"] for entry in self._entries("x-params", "name", "description")}

    def defaults(self) -> dict[str, str]:
        """The default values by parameter name, from grlc's list of one-entry mappings."""
        value = self._values.get("defaults") or []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.error("'defaults' must be a list of 'name: value'.", "defaults")
        return {str(name): str(default) for item in value for name, default in item.items()}


def _check_tags(query: StoredQuery, header: _Header) -> None:
    """Raise `HeaderError` unless the tags tell of a query with SERVICE, or about the enriched graph, that it is one."""
    found = {token.text.upper() if token.kind == "word" else token.text for token in tokens(query.text)}
    for tag, sign in (("federated", "SERVICE"), ("enriched", f"<{WIKIDATA_GRAPH}>")):
        if (sign in found) != (tag in query.tags):
            raise header.error(f"the tag {tag!r} and {sign} in the query go together; one of them is missing.", "tags")


def _check_parameters(query: StoredQuery, header: _Header) -> None:
    """Raise `HeaderError` unless header and text have the same parameters, of known types."""
    for name in (*query.descriptions, *query.defaults):
        if name not in query.parameters:
            raise header.error(f"parameter {name!r} is not in the query.{nearest(name, query.parameters)}", name)
    for parameter in query.parameters.values():
        if parameter.name not in query.descriptions:
            raise HeaderError(f"{query.path}:{parameter.line}: parameter {parameter.name!r} is not described under 'x-params'.")
        if parameter.type not in _TYPE_NAMES and not re.fullmatch("[a-z]{2}", parameter.type):
            raise HeaderError(
                f"{query.path}:{parameter.line}: parameter {parameter.name!r} has the unknown type {parameter.type!r}."
                f"{nearest(parameter.type, _TYPE_NAMES)}"
            )


def _check_columns(query: StoredQuery, header: _Header) -> None:
    """Raise `HeaderError` unless a SELECT projects exactly the columns that the header declares, in that order."""
    if query.form != "SELECT":
        if query.columns:
            raise header.error(f"'x-columns' are for SELECT, not {query.form}.", "x-columns")
        return
    shown = list(projected(tokens(query.text)))
    declared = [column.name for column in query.columns]
    names = [token.text[1:] for token in shown]
    for name, token in zip(names, shown, strict=True):
        if name not in declared:
            raise HeaderError(f"{query.path}:{line_of(query.text, token.start)}: column {name!r} is not declared under 'x-columns'.")
    for name in declared:
        if name not in names:
            raise header.error(f"column {name!r} is not projected by the query.{nearest(name, names)}", name)
    if names != declared:
        raise header.error(f"'x-columns' must be in the order of the query: {', '.join(names)}.", "x-columns")
