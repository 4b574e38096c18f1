"""Where statements stand in a Turtle file."""

from pathlib import Path

import pyoxigraph as ox
from hypothesis import given
from hypothesis import strategies as st

from kg.load import parse, parse_text
from kg.places import Place, Places, literal_spans, statement_lines

EX = "http://example.org/"


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_line_of_a_subject_is_where_its_first_statement_starts(tmp_path: Path) -> None:
    """Also with several statements on a line, objects and strings that look like subjects, and nested brackets."""
    path = write(
        tmp_path / "a.ttl",
        f"""@prefix a: <{EX}> .
a:one a:p a:two ; a:q "a:three a:p ." . a:two a:p 1 .
<{EX}three> a:p [ a:q a:four ; a:r ( a:five . a:six ) ] .   # a:seven
a:one a:p 1.5 .
a:four a:p '''
a:eight a:p a:nine .
''' .
""".replace("a:five . a:six", "a:five a:six"),
    )
    document = parse(path)
    assert {EX + "one": 2, EX + "two": 2, EX + "three": 3, EX + "four": 5} == {
        words[0]: line for words, line in statement_lines(document).items() if len(words) == 1
    }
    places = Places([document])
    assert Place(path, 5) == places.find(EX + "four")
    assert f"{path}:5" == str(places.find(EX + "four"))
    assert None is places.find(EX + "eight")


def test_the_line_of_a_triple_is_that_of_its_object(tmp_path: Path) -> None:
    """Else that of its predicate, else that of its subject; with both spellings of a prefix."""
    path = write(
        tmp_path / "a.ttl",
        f"""PREFIX a: <{EX}>
@base <{EX}> .
a:one a a:Kind ;
  a:p a:two ,
    a:three , "x" ;
  a:q [ a:r a:four ] .
""",
    )
    places = Places([parse(path)])
    lines = {
        ("one", "p", "two"): 4,
        ("one", "p", "three"): 5,
        ("one", "p", "five"): 4,
        ("one", "q", "four"): 6,
        ("one", "z", "two"): 3,
    }
    assert lines == {key: getattr(places.find(*(EX + word for word in key)), "line", None) for key in lines}
    assert Place(path, 3) == places.find(EX + "one", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", EX + "Kind")


def test_values_are_found_by_their_characters(tmp_path: Path) -> None:
    """Also in nested brackets, which count as the subject's own; strings with tricky contents; numbers with signs; not in lists."""
    text = f"""@prefix a: <{EX}> .
a:one a:p "x ; a:q 5" ; a:q [ a a:Kind ; a:r -12 ; a:t [ a:u 3.5 ] ; a:v "z"@en ] ;
   a:l ( 1 [ a:r 2 ] ) ; a:w '''y'''^^a:d , 7 .
[ a:p 8 ] a:q 9 .
"""
    found = {
        (subject.removeprefix(EX), predicate.removeprefix(EX)): [text[start:end] for start, end in spans]
        for (subject, predicate), spans in literal_spans(parse(write(tmp_path / "a.ttl", text))).items()
    }
    assert {
        ("one", "p"): ['"x ; a:q 5"'],
        ("one", "r"): ["-12"],
        ("one", "u"): ["3.5"],
        ("one", "v"): ['"z"'],
        ("one", "w"): ["'''y'''", "7"],
        ("", "p"): ["8"],
        ("", "q"): ["9"],
    } == found


TEXTS = st.text(st.characters(blacklist_categories=["Cs"], min_codepoint=1))
VALUES = st.one_of(TEXTS.map(ox.Literal), st.integers(-(10**6), 10**6).map(ox.Literal))
SUBJECTS = st.sampled_from([ox.NamedNode(EX + name) for name in "abc"])
STATEMENTS = st.dictionaries(st.tuples(SUBJECTS, SUBJECTS), VALUES, max_size=6)


@given(STATEMENTS)
def test_the_characters_of_a_value_are_its_own(statements: dict[tuple[ox.NamedNode, ox.NamedNode], ox.Literal]) -> None:
    """As pyoxigraph writes them: each read back alone is the value."""
    triples = [ox.Triple(s, p, value) for (s, p), value in statements.items()]
    text = (ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes={"a": EX}) or b"").decode()
    document = parse_text(text, Path("a.ttl"))
    spans = literal_spans(document)
    assert {(s.value, p.value) for s, p in statements} == set(spans)
    for (s, p), value in statements.items():
        ((start, end),) = spans[s.value, p.value]
        (quad,) = ox.parse(f"<x:s> <x:p> {text[start:end]} .", format=ox.RdfFormat.TURTLE)
        assert value == quad.object
