"""Names of things."""

from pathlib import Path

import pytest

from kg import KnowledgeGraph
from kg.errors import AmbiguousName, UnknownName
from kg.names import fold
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
        ("medal Astana", ID + "medal-astana"),
        ("dip:Embassy", DIP + "Embassy"),
    ],
)
def test_a_thing_is_found_by_any_of_its_names(graph: KnowledgeGraph, name: str, iri: str) -> None:
    """Label, other name, CURIE or IRI; case, accents, quotation marks and white space do not count."""
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
