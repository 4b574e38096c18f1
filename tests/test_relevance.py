"""What cannot take part in a contradiction is left out, and no contradiction is lost by it."""

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import paths
from kg.load import load, parse, parse_text
from kg.reason.axioms import SAME, TYPE, Axioms
from kg.reason.clashes import clashes
from kg.reason.relevance import relevant
from kg.reason.rules import rules_for, saturated

AXIOMS = Axioms.read(parse(paths.ONTOLOGY).triples)
PART = relevant(AXIOMS)
DATA = [triple for document in load(paths.DATA) for triple in document.triples]
_THINGS = sorted({t.subject for t in DATA if isinstance(t.subject, ox.NamedNode)}, key=str)
_CLASSES, _PROPERTIES = sorted(AXIOMS.classes), sorted(AXIOMS.properties | {SAME.value})
_STATEMENTS = st.builds(ox.Triple, st.sampled_from(_THINGS), st.just(TYPE), st.sampled_from(_CLASSES).map(ox.NamedNode)) | st.builds(
    ox.Triple, st.sampled_from(_THINGS), st.sampled_from(_PROPERTIES).map(ox.NamedNode), st.sampled_from(_THINGS)
)


@given(st.lists(_STATEMENTS, min_size=1, max_size=3))
@settings(max_examples=15, deadline=None)
def test_what_is_relevant_has_the_contradictions_of_the_whole(more: list[ox.Triple]) -> None:
    """Of the article's data with statements that clash or do not, by the part of the axioms and of the data, and by all of them."""
    whole = [*DATA, *more]
    part = [triple for triple in whole if PART.takes_part(triple)]
    of_whole, of_part = saturated(whole, AXIOMS, rules_for(AXIOMS)), saturated(part, AXIOMS, PART.rules)
    assert clashes(of_whole.store, AXIOMS, whole) == clashes(of_part.store, AXIOMS, part)


def test_much_is_left_out() -> None:
    """A label, which nothing forbids, and the rules that lead to nothing that is forbidden."""
    label = parse_text('<x:a> <http://www.w3.org/2000/01/rdf-schema#label> "a"@en .', Path("a.ttl")).triples[0]
    assert not PART.takes_part(label)
    assert len(PART.rules) < len(rules_for(AXIOMS))


@pytest.mark.parametrize(
    ("data", "taking_part"),
    [
        ("<x:a> a <x:Town> .", True),
        ("<x:a> a <x:City> .", True),
        ("<x:a> a <x:Ship> .", False),
        ("<x:a> a <x:Vessel> .", False),
        ("<x:a> <x:mayor> <x:b> .", True),
        ("<x:a> <x:twin> <x:b> .", True),
        ("<x:a> <x:near> <x:b> .", False),
        ("<x:a> <http://www.w3.org/2002/07/owl#sameAs> <x:b> .", True),
        ("<x:g> a <http://www.w3.org/2002/07/owl#AllDifferent> .", True),
    ],
)
def test_what_takes_part(data: str, taking_part: bool) -> None:
    """Towns and states are disjoint; a city is a town, what has a mayor is a city, no town is its own twin. Ships and vessels are one."""
    ontology = parse_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "<x:Town> owl:disjointWith <x:State> . <x:City> rdfs:subClassOf <x:Town> . <x:mayor> rdfs:domain <x:City> .\n"
        "<x:twin> a owl:IrreflexiveProperty . <x:near> rdfs:range <x:Ship> . <x:Ship> owl:equivalentClass <x:Vessel> .",
        Path("ontology.ttl"),
    )
    (triple,) = parse_text(data, Path("data.ttl")).triples
    assert taking_part == relevant(Axioms.read(ontology.triples)).takes_part(triple)
