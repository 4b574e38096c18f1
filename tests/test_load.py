"""Files become triples."""

import gzip
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import FileError, FormatError, ParseError
from kg.load import decoded, from_rdflib, load, parse, sorted_triples, to_rdflib
from kg.sources import Reading, load_into, sources

EX = "http://example.org/"


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_literals_stay_as_they_are_written(tmp_path: Path) -> None:
    """01, 1.50 and xsd:int are not rewritten."""
    path = write(tmp_path / "a.ttl", f'<{EX}s> <{EX}p> 01 , 1.50 , "1"^^<http://www.w3.org/2001/XMLSchema#int> .')
    objects = {str(triple.object) for triple in parse(path).triples}
    assert {
        '"01"^^<http://www.w3.org/2001/XMLSchema#integer>',
        '"1.50"^^<http://www.w3.org/2001/XMLSchema#decimal>',
        '"1"^^<http://www.w3.org/2001/XMLSchema#int>',
    } == objects


def test_a_syntax_error_names_file_and_line(tmp_path: Path) -> None:
    """The message starts with file:line and says what is wrong there."""
    path = write(tmp_path / "a.ttl", "@prefix a: <x:> .\na:b a a:c ;\n  foo:bar 1 .\n")
    with pytest.raises(ParseError) as error:
        parse(path)
    assert f"{path}:3: The prefix foo: has not been declared." == str(error.value)


def test_a_syntax_error_over_several_lines_names_its_first(tmp_path: Path) -> None:
    """A text that is never closed."""
    path = write(tmp_path / "a.ttl", "@prefix a: <x:> .\na:b a:c 'open\n\n")
    with pytest.raises(ParseError, match=rf"^{path}:2: (?!Parser)"):
        parse(path)


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("a.ttl", b"\xff\xfe", ParseError, r"a\.ttl:1: not UTF-8"),
        ("a.ttl.gz", b"not gzip", FileError, "cannot be unpacked"),
        ("a.ttl", b"<relative> <x:p> 1 .", ParseError, r"a\.ttl:1: "),
        ("a", b"", FormatError, "no extension"),
        ("a.docx", b"", FormatError, "no RDF format"),
        ("a.csv", b"", FormatError, "no RDF format"),
        ("a.rdf", b'<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a "b">]>', ParseError, r"a\.rdf:2: RDF/XML with a DOCTYPE"),
        ("a.jsonld", b'{"@context": "http://127.0.0.1:9/c", "a": 1}', ParseError, r"a\.jsonld"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(
    tmp_path: Path, name: str, content: bytes, error: type[Exception], message: str
) -> None:
    """Each with one message that names the file."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=message):
        parse(tmp_path / name)


def test_a_missing_file_and_an_empty_folder_are_told_apart(tmp_path: Path) -> None:
    """No such file, no such folder, no Turtle in it, and a file in place of a folder."""
    with pytest.raises(FileError, match="No such file"):
        parse(tmp_path / "none.ttl")
    with pytest.raises(FileError, match="there is no such folder"):
        load(tmp_path / "none")
    with pytest.raises(FileError, match=r"holds no \*\.ttl file"):
        load(tmp_path)
    with pytest.raises(FileError, match="hold no triple"):
        load(write(tmp_path / "empty.ttl", "# nothing\n").parent)
    with pytest.raises(FileError, match="is a file"):
        load(write(tmp_path / "a.ttl", ""))


def test_packed_files_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    """.gz is unpacked, and U+FEFF at the start is no part of the text."""
    (tmp_path / "a.ttl.gz").write_bytes(gzip.compress(f"\ufeff<{EX}s> <{EX}p> <{EX}o> .".encode()))
    assert 1 == len(parse(tmp_path / "a.ttl.gz").triples)


NODES = st.sampled_from([ox.NamedNode(EX + name) for name in "abc"])
LITERALS = st.one_of(
    st.text(st.characters(blacklist_categories=["Cs"], min_codepoint=1)).map(ox.Literal),
    st.text(st.characters(blacklist_categories=["Cs"], min_codepoint=1)).map(lambda text: ox.Literal(text, language="az")),
    st.sampled_from(["01", "1.50", "-0", "x"]).map(
        lambda text: ox.Literal(text, datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer"))
    ),
    st.just(ox.Literal("2004-03", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#gYearMonth"))),
)
TRIPLES = st.lists(st.builds(ox.Triple, NODES, NODES, st.one_of(NODES, LITERALS)), max_size=12)


@given(TRIPLES)
def test_triples_survive_the_way_to_rdflib_and_back(triples: list[ox.Triple]) -> None:
    """Lexical forms, languages and datatypes are kept."""
    assert set(triples) == set(from_rdflib(to_rdflib(triples)))


@given(TRIPLES, st.randoms())
def test_sorted_triples_do_not_depend_on_the_order_of_the_input(triples: list[ox.Triple], random: object) -> None:
    """Shuffled input gives the same list."""
    shuffled = list(triples)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert sorted_triples(triples) == sorted_triples(shuffled)


def test_sorted_triples_name_blank_nodes_by_what_they_are() -> None:
    """Two graphs that differ in the names of their blank nodes only give the same list."""
    p = ox.NamedNode(EX + "p")

    def chain(*names: str) -> list[ox.Triple]:
        nodes = [ox.BlankNode(name) for name in names]
        return [ox.Triple(nodes[0], p, nodes[1]), ox.Triple(nodes[1], p, ox.Literal("x"))]

    assert sorted_triples(chain("a", "b")) == sorted_triples(chain("z", "y"))


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_an_error_has_its_line_whatever_ends_lines(tmp_path: Path, end: str) -> None:
    """The parser itself counts LF only."""
    path = tmp_path / "data.ttl"
    path.write_bytes(end.join(["@prefix : <x:> .", ":a :b :c .", "oops"]).encode())
    with pytest.raises(ParseError) as error:
        parse(path)
    assert str(error.value).startswith(f"{path}:3: ")


def test_the_mark_of_the_encoding_does_not_shift_the_line_of_a_byte() -> None:
    """The byte that is told is the wrong one, in its own line."""
    with pytest.raises(ParseError) as error:
        decoded(b"\xef\xbb\xbfa\nb\xff", Path("f"))
    assert "f:2: not UTF-8 (byte 0xff); save the file as UTF-8." == str(error.value)


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_bytes_that_are_no_text_have_their_line(tmp_path: Path, end: bytes) -> None:
    """Whatever ends lines."""
    path = tmp_path / "data.ttl"
    path.write_bytes(end.join([b"# one", b"# two", b"# \xff"]))
    with pytest.raises(ParseError) as error:
        parse(path)
    assert str(error.value).startswith(f"{path}:3: not UTF-8 (byte 0xff)")


@pytest.mark.parametrize("name", ["a.nt", "a.ttl", "a.nt.gz"])
def test_a_text_that_is_longer_than_the_parser_reads_is_told(tmp_path: Path, name: str) -> None:
    """In one message, whether the file is read at once or as it comes."""
    path = tmp_path / name
    content = b'<x:s> <x:p> "' + b"x" * (1 << 24) + b'" .\n'
    path.write_bytes(gzip.compress(content, 1) if name.endswith(".gz") else content)
    (source,) = sources([path])
    for read in (
        lambda: parse(path),
        lambda: list(Reading(source)),
        lambda: load_into(ox.Store(), source, ox.NamedNode("x:g"), lambda done: None),
    ):
        with pytest.raises(ParseError) as error:
            read()
        assert f"{path}: one of its terms takes more than 16 MiB, which is not read; keep such a text elsewhere and link to it." == str(
            error.value
        )
