"""Files become triples: parsed by pyoxigraph exactly as written, with errors that name file and line."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from kg.errors import FileError, FormatError, ParseError
from kg.formats import FORMATS
from kg.garbage import uncollected
from kg.namespaces import PREFIXES, RDF
from kg.packed import is_packed, unpacked
from kg.sparql import line_of

if TYPE_CHECKING:
    import rdflib

PARSERS: Mapping[str, ox.RdfFormat] = {
    "turtle": ox.RdfFormat.TURTLE,
    "jsonld": ox.RdfFormat.JSON_LD,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "nquads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "rdfxml": ox.RdfFormat.RDF_XML,
}


BROKEN = (SyntaxError, ValueError, MemoryError)
"""What pyoxigraph's parsers raise for what they cannot read; the last for a term of more than 16 MiB."""

LINKS = ".sssom.tsv"
"""How the names of tables of links end."""

_LONE_CR = re.compile(r"\r(?!\n)")


class Document(NamedTuple):
    """A parsed file: its triples in the order of the file, and the prefixes that it declares."""

    path: Path
    text: str
    triples: tuple[ox.Triple, ...]
    prefixes: Mapping[str, str]

    def __repr__(self) -> str:
        return f"<Document {self.path}, {len(self.triples)} triples>"


def read_text(path: Path) -> str:
    """The text of `path`, unpacked if its name ends in `.gz` or `.zst`. Raises `FileError` or `ParseError` (not UTF-8)."""
    return decoded(content_of(path), path)


def content_of(path: Path, most: int = -1) -> bytes:
    """The bytes of `path`, unpacked if its name ends in `.gz` or `.zst`, at most `most`. Raises `FileError`."""
    try:
        with unpacked(path) as file:
            return file.read(most)
    except OSError as error:
        raise FileError(f"{path}: cannot be read: {error.strerror or error}.") from error


def decoded(content: bytes, path: Path) -> str:
    """`content` of `path` as text. Raises `ParseError` with file:line if it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before, wrong = error.object[: error.start], error.object[error.start]  # without the mark of the encoding, if there is one
        line = line_of(before.decode("latin-1"), len(before))
        raise ParseError(f"{path}:{line}: not UTF-8 (byte 0x{wrong:02x}); save the file as UTF-8.") from error


def parse(path: Path) -> Document:
    """`path` parsed by the format that its extension names; named graphs are merged.

    Raises `FileError`, `ParseError` with file:line, or `FormatError`.
    """
    format = format_of(path)
    return parse_text(read_text(path), path, format)


def format_of(path: Path) -> str:
    """The RDF format that the extension of `path` names, before `.gz` or `.zst`; case does not count. Raises `FormatError`."""
    suffixes = [suffix.lower().removeprefix(".") for suffix in path.suffixes if not is_packed(suffix)]
    name = next((name for name in PARSERS if suffixes and suffixes[-1] in FORMATS[name].extensions), None)
    if name is None:
        what = "no RDF format has this extension" if suffixes else "no extension tells the RDF format"
        raise FormatError(f"{path}: {what}; use one like .ttl, .nt, .jsonld or .nq.gz.")
    return name


@uncollected()
def parse_text(text: str, path: Path, format: str = "turtle") -> Document:
    """`text`, as `path` would hold it, parsed. Raises `ParseError` with file:line."""
    if format == "rdfxml" and "<!DOCTYPE" in text:
        raise ParseError(f"{path}:{line_of(text, text.index('<!DOCTYPE'))}: RDF/XML with a DOCTYPE is refused; remove the entities.")
    parser = ox.parse(text, format=PARSERS[format], rename_blank_nodes=True)
    try:
        triples = tuple(quad.triple for quad in parser)
    except SyntaxError as error:
        if _LONE_CR.search(text):  # the parser counts LF only
            return parse_text(_LONE_CR.sub("\n", text), path, format)
        place = f"{path}:{error.lineno}" if error.lineno else f"{path}"
        raise ParseError(f"{place}: {plain(error)}") from error
    except MemoryError as error:
        raise too_long(path, error) from error
    return Document(path, text, triples, dict(parser.prefixes))


def too_long(path: Path, error: MemoryError) -> ParseError | MemoryError:
    """What is wrong with `path` where pyoxigraph's parser has no room for a term of it; `error` itself where there is no memory left."""
    if "buffer maximal size" not in str(error):
        return error
    return ParseError(f"{path}: one of its terms takes more than 16 MiB, which is not read; keep such a text elsewhere and link to it.")


def plain(error: SyntaxError) -> str:
    """The message of a parser of pyoxigraph, with a full stop and without its own account of the place."""
    message = re.sub(r"^Parser error (at|between) line [^:]*: ", "", error.msg)
    if "LoadDocumentCallback" in message:
        message = "its JSON-LD context is an address, and nothing is fetched; write the context into the file, or convert it"
    return message.rstrip(". ") + "."


def data_files(folder: Path) -> list[Path]:
    """The Turtle files of a data folder, sorted by name. Raises `FileError` if there is none."""
    if folder.is_file():
        raise FileError(f"{folder}: is a file; name the folder with the data files (*.ttl).")
    files = sorted(folder.glob("*.ttl"))
    if not files:
        what = "holds no *.ttl file" if folder.is_dir() else "there is no such folder"
        raise FileError(f"{folder}: {what}.")
    return files


def link_files(folder: Path) -> list[Path]:
    """The tables of links of a data folder, sorted by name."""
    return sorted(folder.glob("*" + LINKS))


def load(folder: Path) -> list[Document]:
    """The parsed Turtle files of `folder`. Raises as `parse` and `data_files` do, and `FileError` if they hold no triple."""
    documents = [parse(path) for path in data_files(folder)]
    if not any(document.triples for document in documents):
        raise FileError(f"{folder}: its Turtle files hold no triple.")
    return documents


def merged_prefixes(documents: Iterable[Document]) -> dict[str, str]:
    """The prefixes of the project and of all `documents`; on a clash the project's own stays."""
    merged: dict[str, str] = {}
    for document in documents:
        for prefix, space in document.prefixes.items():
            merged.setdefault(prefix, space)
    return {**merged, **PREFIXES}


# ---- to and from rdflib, literals kept as they are written


def to_rdflib(triples: Iterable[ox.Triple], prefixes: Mapping[str, str] = PREFIXES) -> "rdflib.Graph":
    """An `rdflib.Graph` of `triples`, lexical forms unchanged."""
    import logging

    import rdflib

    logging.getLogger("rdflib.term").setLevel(logging.ERROR)  # an ill-typed literal is for the shapes to report, not for a log
    graph = rdflib.Graph(bind_namespaces="none")
    for prefix, space in prefixes.items():
        graph.bind(prefix, space)
    for triple in triples:
        graph.add((to_rdflib_term(triple.subject), to_rdflib_term(triple.predicate), to_rdflib_term(triple.object)))
    return graph


def to_rdflib_term(term: object) -> "rdflib.term.Node":
    """One pyoxigraph term as an rdflib term."""
    import rdflib

    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, ox.Literal):
        if term.language:
            return rdflib.Literal(term.value, lang=term.language)
        if term.datatype.value == rdflib.XSD.string.toPython():
            return rdflib.Literal(term.value)
        return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value), normalize=False)
    raise FormatError(f"{term}: rdflib holds no triple terms.")


def from_rdflib(triples: "Iterable[tuple[rdflib.term.Node, rdflib.term.Node, rdflib.term.Node]]") -> Iterator[ox.Triple]:
    """pyoxigraph's triples; those that are no RDF (a literal as subject) are left out."""
    for s, p, o in triples:
        subject, predicate, object_ = _from_rdflib_term(s), _from_rdflib_term(p), _from_rdflib_term(o)
        if isinstance(subject, ox.NamedNode | ox.BlankNode) and isinstance(predicate, ox.NamedNode):
            yield ox.Triple(subject, predicate, object_)


def _from_rdflib_term(term: "rdflib.term.Node") -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """One rdflib term as a pyoxigraph term."""
    import rdflib

    if isinstance(term, rdflib.URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, rdflib.BNode):
        return ox.BlankNode(str(term))
    literal = term if isinstance(term, rdflib.Literal) else rdflib.Literal(str(term))
    if literal.language:
        return ox.Literal(str(literal), language=literal.language)
    if literal.datatype:
        return ox.Literal(str(literal), datatype=ox.NamedNode(str(literal.datatype)))
    return ox.Literal(str(literal))


def query_triples(content: bytes, format: ox.RdfFormat) -> ox.QueryTriples:
    """The triples of `content` as a query's result. Raises `SyntaxError`."""
    store = ox.Store()
    store.load(content, format)
    result = store.query("CONSTRUCT WHERE { ?s ?p ?o }")
    if not isinstance(result, ox.QueryTriples):
        raise TypeError(type(result))
    return result


def sorted_quads(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """`quads` without repeats, blank nodes named by RDFC-1.0, in a total order that does not depend on the input's."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(dataset, key=_in_order)


def _in_order(quad: ox.Quad) -> tuple[str, str, bool, str, str]:
    """By graph, then by subject, its classes first, then by predicate and object."""
    return str(quad.graph_name), str(quad.subject), quad.predicate.value != RDF + "type", quad.predicate.value, str(quad.object)


def sorted_triples(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """`triples` as `sorted_quads` sorts and names them."""
    return [quad.triple for quad in sorted_quads(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)]
