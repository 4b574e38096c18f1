"""Names of things."""

from functools import partial
from pathlib import Path

import pytest
from conftest import processor_seconds

from kg import KnowledgeGraph
from kg.errors import AmbiguousName, UnknownName
from kg.names import fold, suggested
from kg.namespaces import DIP, ID

AZKZ = ID + "azerbaijan-kazakhstan/"


@pytest.mark.parametrize(
    ("name", "iri"),
    [
        ("Ilham Aliyev", ID + "ilham-aliyev"),
        ("  ilham   ALIYEV ", ID + "ilham-aliyev"),
        ("polad bulbuloglu", ID + "polad-bulbuloglu"),
        ("Abay Kunanbayev", ID + "abai-qunanbaiuli"),
        ("id:ilham-aliyev", ID + "ilham-aliyev"),
        ("azkz:s26", AZKZ + "s26"),
        ("s26", AZKZ + "s26"),
        ("id:azerbaijan-kazakhstan/s26", AZKZ + "s26"),
        (f"<{ID}astana>", ID + "astana"),
        (ID + "astana", ID + "astana"),
        ("OSCE", ID + "osce"),
        ("OIC", ID + "oic"),
        ("Commonwealth of Independent States (CIS)", ID + "cis"),
        ("medal Astana", ID + "medal-astana"),
        ("dip:Embassy", DIP + "Embassy"),
    ],
)
def test_a_thing_is_found_by_any_of_its_names(graph: KnowledgeGraph, name: str, iri: str) -> None:
    """Label, other name, CURIE or IRI, or how that ends; case, accents, quotation marks, white space and brackets behind do not count."""
    assert iri == graph.resolve(name).iri


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Ilham Alyev", "Did you mean Ilham Aliyev"),
        ("id:astanaa", "says nothing of id:astanaa. Did you mean id:astana"),
        ("http://[", "says nothing of|not a valid IRI"),
        ("<a b>", "not a valid IRI"),
        ("Q42", "Nothing in the graph is called 'Q42'"),
        ("", "Nothing in the graph is called ''"),
    ],
)
def test_an_unknown_name_is_an_error_with_the_nearest(graph: KnowledgeGraph, name: str, message: str) -> None:
    """No guess is made."""
    with pytest.raises(UnknownName, match=message):
        graph.resolve(name)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Polad", " Did you mean Polad Bülbüloğlu?"),
        ("bulbul", " Did you mean Polad Bülbüloğlu?"),
        ("Aliev", " Did you mean Ilham Aliyev or Heydar Aliyev?"),
        ("Commonwealth", " Did you mean Commonwealth of Independent States?"),
        ("commonwealth of", " Did you mean Commonwealth of Independent States?"),
        ("Cambul", " Did you mean Cambul province?"),
        ("MI-8", " Did you mean crash of the MI-8?"),
        ("Nur-Sultan", " Did you mean Nursultan Nazarbayev?"),
        ("Nazarbaev", " Did you mean Nazarbayev?"),
        ("lead", " Did you mean lead section?"),
        ("has misson to", " Did you mean has mission to?"),
        ("dip:Embasy", " Did you mean dip:Embassy?"),
        ("dip:visits", " Did you mean dip:Visit or dip:visitor?"),
        ("dip:receivingStat", " Did you mean dip:receivingState?"),
        ("id:polad", " Did you mean id:polad-bulbuloglu?"),
        ("USSR", ""),
        ("Zürich", ""),
        ("Q4", ""),
        ("a", ""),
        ("-", ""),
    ],
)
def test_names_that_are_meant_are_suggested_and_no_others(graph: KnowledgeGraph, name: str, hint: str) -> None:
    """One with a word that begins so, or else nearly is so, or else one that is nearly so as a whole; the shortest, of each thing one."""
    with pytest.raises(UnknownName) as caught:
        graph.resolve(name)
    assert hint == str(caught.value).partition(".")[2]


def test_a_thing_is_suggested_before_a_term_of_the_ontology(other_data: Path) -> None:
    """Also where its name is longer."""
    with (other_data / "relations.ttl").open("a", encoding="utf-8") as file:
        file.write('\nid:embassy-row a schema:City ; rdfs:label "Embassy Row in the capital"@en .\n')
    with pytest.raises(UnknownName, match="Did you mean Embassy Row in the capital or Graustark's embassy in Streslau or embassy"):
        KnowledgeGraph.open(other_data).resolve("embass")


def test_suggestions_among_thirty_thousand_names_are_quick() -> None:
    """A pass over the names, whatever is asked for: less than four times what folding them takes."""
    words = ["visit", "treaty", "mission", "Aliyev", "embassy", "Nazarbayev", "summit"]
    names = [f"{words[i % 7]} {words[i % 5]} number {i} of state {i % 997}" for i in range(30_000)]
    folded = {name: fold(name) for name in names}
    folding = processor_seconds(lambda: [fold(name) for name in names])
    for name in ("Aliev", "Zürich", "visi", "visit treaty numbr", "visit treaty number 12345 of stade 77"):
        assert processor_seconds(partial(suggested, name, folded, lambda name: 0)) < 4 * folding


def test_a_name_is_found_again(graph: KnowledgeGraph) -> None:
    """A term of the ontology, asked for twice."""
    assert [DIP + "hasMissionTo"] * 2 == [graph.resolve("has mission to").iri for _ in range(2)]


def test_a_name_of_two_things_is_ambiguous(two_namesakes: Path) -> None:
    """Both are named with their CURIEs."""
    with pytest.raises(AmbiguousName, match=r"id:springfield-1.*id:springfield-2"):
        KnowledgeGraph.open(two_namesakes).resolve("springfield")


def test_a_wikidata_number_stands_for_the_thing_linked_to_it(other_data: Path) -> None:
    """By skos:exactMatch, as a number, a CURIE or an IRI."""
    with (other_data / "relations.ttl").open("a", encoding="utf-8") as file:
        file.write("\n@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n")
        file.write("id:graustark skos:exactMatch <http://www.wikidata.org/entity/Q99999999> .\n")
    graph = KnowledgeGraph.open(other_data)
    for name in ("Q99999999", "wd:Q99999999", "http://www.wikidata.org/entity/Q99999999"):
        assert ID + "graustark" == graph.resolve(name).iri


def test_letters_that_have_no_accent_form_are_folded_too() -> None:
    """ə and ı, which Unicode does not decompose."""
    assert fold("Vətən") == fold("Veten")
    assert fold("Qazı") == fold("QAZI")
