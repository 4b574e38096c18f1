"""Reasoning: one meaning, two implementations."""

import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import DataError, Inconsistent
from kg.load import Document, parse
from kg.namespaces import DIP, OWL, RDF
from kg.reason import METHODS, closure
from kg.reason.rules import Rule, saturate

EXAMPLES = Path(__file__).parent / "entailments"
HOLDS = sorted((EXAMPLES / "holds").glob("*.ttl"))
NEVER = sorted((EXAMPLES / "never").glob("*.ttl"))

TYPE = ox.NamedNode(RDF + "type")


def both(data: list[ox.Triple], ontology: Document) -> list[ox.Triple]:
    """The closure, after checking that both implementations give it."""
    rules, reference = (closure(data, ontology.triples, method) for method in METHODS)
    assert reference == rules
    return rules


def test_both_reasoners_agree_on_the_article(article_data: tuple[ox.Triple, ...], ontology: Document) -> None:
    """The closure of the article is the same, and has something in it."""
    inferred = both(list(article_data), ontology)
    azerbaijan, kazakhstan = (ox.NamedNode(f"https://w3id.org/bilateral/id/{name}") for name in ("azerbaijan", "kazakhstan"))
    for name in ("diplomaticRelationWith", "hasMissionTo", "fellowMemberOf", "hasTreatyWith"):
        assert ox.Triple(azerbaijan, ox.NamedNode(DIP + name), kazakhstan) in inferred


def test_the_closure_holds_nothing_that_is_not_worth_keeping(article_data: tuple[ox.Triple, ...], ontology: Document) -> None:
    """No asserted triple, no owl:sameAs, no literal as subject, no state that is a fellow member of itself."""
    inferred = closure(article_data, ontology.triples)
    assert not set(inferred) & {*article_data, *ontology.triples}
    assert not [triple for triple in inferred if triple.predicate.value.startswith(OWL)]
    chained = {DIP + name for name in ("fellowMemberOf", "hasTreatyWith", "diplomaticRelationWith", "hasMissionTo")}
    assert not [triple for triple in inferred if triple.predicate.value in chained and triple.subject == triple.object]


STATES = [ox.NamedNode(f"http://example.org/state-{i}") for i in range(3)]
FACTS = [ox.NamedNode(f"http://example.org/fact-{i}") for i in range(4)]
OTHERS = [ox.NamedNode(f"http://example.org/other-{i}") for i in range(3)]
ROLES = ["party", "visitor", "signatory", "treaty", "recipient", "award", "statedIn", "restatedIn", "seat", "occasion", "office"]
ROLE_IRIS = [ox.NamedNode(DIP + role) for role in ROLES] + [
    ox.NamedNode("http://www.w3.org/ns/org#" + role) for role in ("member", "organization")
]
DIRECT = [
    ox.NamedNode(DIP + name) for name in ("twinnedWith", "parentOf", "wasPartOf", "littoralStateOf", "cites", "citesThroughQuotation")
]
CLASSES = [ox.NamedNode(DIP + name) for name in ("Embassy", "StateVisit", "Membership", "Treaty", "State", "OfficialVisit", "Clause")]

GRAPHS = st.lists(
    st.one_of(
        st.builds(ox.Triple, st.sampled_from(FACTS), st.sampled_from(ROLE_IRIS), st.sampled_from([*STATES, *OTHERS])),
        st.builds(ox.Triple, st.sampled_from([*STATES, *OTHERS]), st.sampled_from(DIRECT), st.sampled_from([*STATES, *OTHERS])),
        st.builds(ox.Triple, st.sampled_from([*FACTS, *OTHERS]), st.just(TYPE), st.sampled_from(CLASSES)),
        st.builds(
            ox.Triple,
            st.sampled_from(FACTS),
            st.sampled_from([ox.NamedNode(DIP + "sendingState"), ox.NamedNode(DIP + "receivingState")]),
            st.sampled_from(STATES),
        ),
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=15)
@given(GRAPHS)
def test_both_reasoners_agree_on_generated_graphs(ontology: Document, data: list[ox.Triple]) -> None:
    """They give the same closure, or both find the graph inconsistent; with two sending states, equality spreads in both."""
    verdicts = []
    for method in METHODS:
        try:
            verdicts.append(closure(data, ontology.triples, method))
        except Inconsistent:
            verdicts.append([])
    assert verdicts[0] == verdicts[1]


def expectations(path: Path, word: str) -> list[str]:
    """The text after `# word: ` in each comment line of an example."""
    found = re.findall(rf"^# {word}: (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert found or word != "entails" or "inconsistent" in path.read_text(encoding="utf-8"), f"{path.name} expects nothing"
    return found


def statement(path: Path, text: str) -> ox.Triple:
    """A triple written in the prefixes of the example."""
    document = parse(path)
    prologue = "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in document.prefixes.items())
    (quad,) = ox.parse(prologue + text, format=ox.RdfFormat.TURTLE)
    triple: ox.Triple = quad.triple
    return triple


@pytest.mark.parametrize("path", HOLDS, ids=lambda path: path.stem)
def test_what_must_follow_follows(path: Path, ontology: Document) -> None:
    """Each `entails` of a holds example is in the closure, by both reasoners."""
    inferred = both(list(parse(path).triples), ontology)
    expected = [statement(path, text) for text in expectations(path, "entails")]
    assert expected
    assert [] == [str(triple) for triple in expected if triple not in inferred]


@pytest.mark.parametrize("path", NEVER, ids=lambda path: path.stem)
def test_what_must_not_follow_does_not(path: Path, ontology: Document) -> None:
    """No `not` of a never example is in the closure; an `inconsistent` one is refused by both, with its culprits named by the rules."""
    data = list(parse(path).triples)
    contradiction = expectations(path, "inconsistent")
    if contradiction:
        for method in METHODS:
            with pytest.raises(Inconsistent) as error:
                closure(data, ontology.triples, method)
            if method == "rules":
                for culprit in contradiction[0].split()[1:]:
                    assert culprit in str(error.value)
        return
    inferred = both(data, ontology)
    unwanted = [statement(path, text) for text in expectations(path, "not")]
    assert unwanted
    assert [] == [str(triple) for triple in unwanted if triple in inferred]


def test_a_rule_waits_for_those_that_give_what_it_needs() -> None:
    """Twenty classes, each below the next and told in the worst order, take one application each."""
    applied: list[Rule] = []
    rules = [Rule(f"?x a <x:{number + 1}>", f"?x a <x:{number}> .") for number in reversed(range(20))]

    def apply(rule: Rule) -> int:
        applied.append(rule)
        return 1

    saturate(rules, apply, equality=False)
    assert rules[::-1] == applied


def test_rules_that_need_each_other_are_applied_until_nothing_is_new() -> None:
    """A property and its inverse: once more after the last that was new, and no more."""
    rules = [Rule("?y <x:q> ?x", "?x <x:p> ?y ."), Rule("?y <x:p> ?x", "?x <x:q> ?y .")]
    news = iter([1, 1, 0])
    saturate(rules, lambda rule: next(news), equality=False)
    assert [] == list(news)


EQUAL = """@prefix owl: <http://www.w3.org/2002/07/owl#> .
<x:capital> a owl:ObjectProperty, owl:FunctionalProperty .
<x:motto> a owl:DatatypeProperty .
<x:near> a owl:ObjectProperty .
"""


@pytest.mark.parametrize(
    "same",
    [
        pytest.param("<x:a> <http://www.w3.org/2002/07/owl#sameAs> <x:b> .", id="stated"),
        pytest.param("<x:s> <x:capital> <x:a> , <x:b> .", id="concluded"),
    ],
)
def test_what_is_the_same_shares_what_no_other_rule_looks_at(same: str) -> None:
    """Of two names of one town each gets what is said of the other, as subject and as object."""
    lines = f'{same} <x:a> <x:motto> "by the sea" . <x:c> <x:near> <x:b> .'
    data, ontology = ([quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)] for text in (lines, EQUAL))
    shared = {'<x:b> <x:motto> "by the sea"', "<x:c> <x:near> <x:a>"}
    for method in METHODS:
        assert shared == {str(triple) for triple in closure(data, ontology, method)}, method


def test_a_property_below_rdf_type_gives_classes() -> None:
    """What the property says a thing to be is a class of it, and leads to the classes above."""
    ontology = """@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
    <x:kind> a owl:ObjectProperty ; rdfs:subPropertyOf rdf:type . <x:Town> a owl:Class .
    <x:Port> a owl:Class ; rdfs:subClassOf <x:Town> ."""
    axioms = [quad.triple for quad in ox.parse(ontology, format=ox.RdfFormat.TURTLE)]
    port = ox.Triple(ox.NamedNode("x:a"), ox.NamedNode("x:kind"), ox.NamedNode("x:Port"))
    for method in METHODS:
        inferred = {str(triple) for triple in closure([port], axioms, method)}
        assert {f"<x:a> {TYPE} <x:Port>", f"<x:a> {TYPE} <x:Town>"} == inferred, method


def test_an_organisation_of_many_members_is_reasoned_over_pair_by_pair(ontology: Document) -> None:
    """All 200 members of an organisation are fellows of the other 199, and nothing is found twice."""
    organisation, member_of = ox.NamedNode("x:organisation"), ox.NamedNode(DIP + "memberOf")
    inferred = closure([ox.Triple(ox.NamedNode(f"x:{number}"), member_of, organisation) for number in range(200)], ontology.triples)
    fellows = [triple for triple in inferred if triple.predicate.value == DIP + "fellowMemberOf"]
    assert 200 * 199 == len(fellows) == len(set(fellows))


def test_an_axiom_that_the_rules_do_not_know_is_an_error_not_a_silence() -> None:
    """An ontology with a restriction is refused."""
    restriction = ox.Triple(
        ox.NamedNode("http://example.org/C"), ox.NamedNode(OWL + "someValuesFrom"), ox.NamedNode("http://example.org/D")
    )
    with pytest.raises(DataError, match="owl:someValuesFrom"):
        closure([], [restriction])


def test_a_list_that_goes_round_and_an_axiom_among_the_data_are_refused(ontology: Document) -> None:
    """Neither hangs nor is left out by one of the reasoners."""
    lines = "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
    circle = lines + "<x:a> owl:distinctMembers _:l . _:l rdf:first <x:b> ; rdf:rest _:l ."
    with pytest.raises(DataError, match="goes round in a circle"):
        closure([quad.triple for quad in ox.parse(circle, format=ox.RdfFormat.TURTLE)], ontology.triples)
    axiom = "<x:p> <http://www.w3.org/2000/01/rdf-schema#subPropertyOf> <x:q> ."
    with pytest.raises(DataError, match="axioms belong into the ontology"):
        closure([quad.triple for quad in ox.parse(axiom, format=ox.RdfFormat.TURTLE)], ontology.triples)
