"""The one table of formats: RDF files and tables of rows, with their extensions and media types."""

from collections.abc import Iterable
from typing import NamedTuple

from kg.errors import FormatError, nearest, text_of


class Format(NamedTuple):
    """A file format. `graphs`: it can hold named graphs; `rdf`: it holds triples, else rows of a table."""

    name: str
    extensions: tuple[str, ...]
    media_type: str
    rdf: bool
    graphs: bool = False

    def goes_by(self, name: str) -> bool:
        """Whether `name`, in any case, is its name or extension. Raises `ParameterError` for what is no text."""
        wanted = text_of(name, "The name of a format").removeprefix(".").lower()
        return wanted == self.name or wanted in self.extensions


FORMATS = {
    format.name: format
    for format in (
        Format("turtle", ("ttl",), "text/turtle", rdf=True),
        Format("jsonld", ("jsonld", "json-ld"), "application/ld+json", rdf=True, graphs=True),
        Format("ntriples", ("nt",), "application/n-triples", rdf=True),
        Format("nquads", ("nq",), "application/n-quads", rdf=True, graphs=True),
        Format("trig", ("trig",), "application/trig", rdf=True, graphs=True),
        Format("rdfxml", ("rdf", "xml"), "application/rdf+xml", rdf=True),
        Format("csv", ("csv",), "text/csv", rdf=False),
        Format("tsv", ("tsv",), "text/tab-separated-values", rdf=False),
        Format("json", ("json",), "application/json", rdf=False),
        Format("srj", ("srj",), "application/sparql-results+json", rdf=False),
        Format("md", ("md",), "text/markdown", rdf=False),
        Format("table", (), "text/plain", rdf=False),
    )
}

RDF_FORMATS = tuple(name for name, format in FORMATS.items() if format.rdf)
ROW_FORMATS = tuple(name for name, format in FORMATS.items() if not format.rdf)


def find_format(name: str, fitting: Iterable[str] = FORMATS) -> Format:
    """The format called `name`, by name or by extension. Raises `FormatError`, or `ParameterError` for what is no text.

    The message names those that would be `fitting`.

    >>> find_format("ttl").name
    'turtle'
    """
    for format in FORMATS.values():
        if format.goes_by(name):
            return format
    wanted, known = name.lower(), tuple(fitting)
    hint = nearest(wanted, known) or f" Known: {', '.join(known)}."
    raise FormatError(f"No format is called {wanted!r}.{hint}")
