"""The ontology is written as ontology/style.ttl says, and each rule there is seen to object to what breaks it."""

import re
from pathlib import Path

import pyshacl
import pytest
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SH, SKOS

ROOT = Path(__file__).parent.parent
S = Namespace("https://w3id.org/bilateral/shapes#")
DIP = Namespace("https://w3id.org/bilateral/ontology#")

STYLE = Graph().parse(ROOT / "ontology" / "style.ttl")
ONTOLOGY = Graph().parse(ROOT / "ontology" / "relations.ttl")
RULES = sorted(str(shape).removeprefix(S) for shape in STYLE.subjects(SH.message))

PREFIXES = """
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix dip: <https://w3id.org/bilateral/ontology#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix vann: <http://purl.org/vocab/vann/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

HEADER = """
<https://w3id.org/bilateral/ontology> a owl:Ontology ;
    owl:versionIRI <https://w3id.org/bilateral/ontology/0.1.0> ;
    owl:versionInfo "0.1.0" ;
    dcterms:title "Bilateral Relations Ontology"@en ;
    dcterms:description "What a text reports."@en ;
    dcterms:license <https://creativecommons.org/publicdomain/zero/1.0/> ;
    dcterms:created "2026-11-24"^^xsd:date ;
    dcterms:modified "2026-11-24"^^xsd:date ;
    vann:preferredNamespacePrefix "dip" ;
    vann:preferredNamespaceUri "https://w3id.org/bilateral/ontology#" .
"""

OWN = "rdfs:isDefinedBy <https://w3id.org/bilateral/ontology>"
DEFINED = f'skos:definition "What it is."@en ; {OWN}'


def term(kind: str, label: str, rest: str = DEFINED) -> str:
    return f'a owl:{kind} ; rdfs:label "{label}"@en ; {rest} .'


CITY = f"dip:City {term('Class', 'city')}"
TWIN = f"dip:twinnedWith {term('ObjectProperty', 'twinned with')}"

# For each rule: what to add to the header above, and the terms that the rule must then object to.
BAD = {
    "S02": (
        f"""dip:Mayor a owl:Class ; {DEFINED} .
        dip:Town {term("Class", "Town")}
        dip:Street a owl:Class ; rdfs:label "street"@en , "rue"@fr ; {DEFINED} .""",
        {"dip:Mayor", "dip:Town", "dip:Street"},
    ),
    "S03": (
        f"""dip:Mayor {term("Class", "mayor", OWN)}
        dip:Town {term("Class", "town", f'skos:definition "a town"@en ; {OWN}')}
        dip:Street {term("Class", "street", f'skos:definition "A street."@en , "A road."@en ; {OWN}')}
        dip:Square {term("Class", "square", f'skos:definition "Ein Platz."@de ; {OWN}')}
        org:Post {term("Class", "office", "rdfs:isDefinedBy <http://www.w3.org/ns/org#>")}""",
        {"dip:Mayor", "dip:Town", "dip:Street", "dip:Square"},
    ),
    "S04": (
        f"""org:Post a owl:Class ; rdfs:label "office"@en .
        dip:Town {term("Class", "town", f"{DEFINED} , <http://www.w3.org/ns/org#>")}""",
        {"org:Post", "dip:Town"},
    ),
    "S05": (
        f"""org:Post {term("Class", "office", OWN)}
        dip:Town {term("Class", "town", 'skos:definition "A town."@en ; rdfs:isDefinedBy <http://www.w3.org/ns/org#>')}""",
        {"org:Post", "dip:Town"},
    ),
    "S06-class": (
        f"""dip:Post {term("Class", "office")}
        org:Post {term("Class", "office", "rdfs:isDefinedBy <http://www.w3.org/ns/org#>")}
        dip:office {term("ObjectProperty", "office")}""",
        {"dip:Post", "org:Post"},
    ),
    "S06-property": (
        f"""dip:office {term("ObjectProperty", "office")}
        dip:officeName {term("DatatypeProperty", "office")}
        dip:Office {term("Class", "office")}""",
        {"dip:office", "dip:officeName"},
    ),
    "S07-class": (
        f"""dip:city {term("Class", "city")}
        dip:Twin_Town {term("Class", "twin town")}""",
        {"dip:city", "dip:Twin_Town"},
    ),
    "S07-property": (
        f"""dip:TwinnedWith {term("ObjectProperty", "twinned with")}
        dip:twin-since {term("DatatypeProperty", "twin since")}""",
        {"dip:TwinnedWith", "dip:twin-since"},
    ),
    "S08": (
        f"""dip:twinnedWith a owl:DatatypeProperty . {TWIN}
        dip:near {term("SymmetricProperty", "near")}
        dip:twinnedWith rdfs:subPropertyOf dip:undeclared .""",
        {"dip:twinnedWith", "dip:near", "dip:undeclared"},
    ),
    "S09-class": (
        f"""dip:City rdfs:subClassOf dip:Place ; owl:disjointWith dip:Person . {CITY}
        dip:twinnedWith rdfs:domain dip:Town . {TWIN}""",
        {"dip:Place", "dip:Person", "dip:Town"},
    ),
    "S09-range": (
        f"""dip:twinnedWith rdfs:range dip:Town . {TWIN}
        dip:since rdfs:range xsd:date . dip:since {term("DatatypeProperty", "since")}""",
        {"dip:Town"},
    ),
    "S09-members": (
        f"""{CITY}
        dip:apart owl:members ( dip:City dip:Person ) . dip:apart {term("AllDisjointClasses", "apart")}
        dip:alone owl:members ( dip:City ) . dip:alone {term("AllDisjointClasses", "alone")}""",
        {"dip:apart", "dip:alone"},
    ),
    "S10": (
        f"""{CITY} dip:Town {term("Class", "town")}
        dip:none {term("NamedIndividual", "none")}
        dip:two a dip:City , dip:Town . dip:two {term("NamedIndividual", "two")}
        dip:one a dip:City . dip:one {term("NamedIndividual", "one")}""",
        {"dip:none", "dip:two"},
    ),
    "S11": (
        f"""{TWIN} dip:since {term("DatatypeProperty", "since")}
        dip:nearOf owl:propertyChainAxiom ( dip:twinnedWith [ owl:inverseOf dip:twinnedWith ] ) .
        dip:nearOf {term("ObjectProperty", "near", f'skos:definition "Derived."@en ; {OWN}')}
        dip:lateFor owl:propertyChainAxiom ( dip:twinnedWith dip:since ) .
        dip:lateFor {term("ObjectProperty", "late for", f'skos:definition "Derived."@en ; {OWN}')}""",
        {"dip:nearOf", "dip:lateFor"},
    ),
    "S12": (
        f"""{TWIN}
        dip:nearOf a owl:IrreflexiveProperty ; owl:propertyChainAxiom ( dip:twinnedWith dip:twinnedWith ) .
        dip:nearOf {term("ObjectProperty", "near", f'skos:definition "Derived."@en ; {OWN}')}""",
        {"dip:nearOf"},
    ),
    "S13": (
        f"""{TWIN}
        dip:nearOf owl:propertyChainAxiom ( dip:twinnedWith dip:twinnedWith ) .
        dip:nearOf {term("ObjectProperty", "near")}""",
        {"dip:nearOf"},
    ),
    "S14": (
        f"""dip:since a owl:FunctionalProperty . dip:since {term("DatatypeProperty", "since")}
        dip:seat a owl:FunctionalProperty . dip:seat {term("ObjectProperty", "seat")}""",
        {"dip:since"},
    ),
}

# The rules on the header: a property of it, and a wrong value; without the property the rule objects as well.
BAD_HEADER = {
    "S01-versionIRI": ("owl:versionIRI", '"0.1.0"'),
    "S01-versionInfo": ("owl:versionInfo", '"first"'),
    "S01-title": ("dcterms:title", '"Ontologie"@fr'),
    "S01-description": ("dcterms:description", '"What a text reports."'),
    "S01-licence": ("dcterms:license", '"CC0"'),
    "S01-created": ("dcterms:created", '"2026-11-25"^^xsd:date'),
    "S01-modified": ("dcterms:modified", '"yesterday"'),
    "S01-prefix": ("vann:preferredNamespacePrefix", '"dip" , "bi"'),
    "S01-namespace": ("vann:preferredNamespaceUri", '"https://w3id.org/bilateral/" , "https://w3id.org/bilateral/#"'),
}


def objections(ontology: Graph) -> set[tuple[str, str]]:
    """The rule and the term of each result that the style gives."""
    _, report, _ = pyshacl.validate(ontology, shacl_graph=STYLE)
    assert isinstance(report, Graph)
    return {
        (
            str(report.value(result, SH.sourceShape)).removeprefix(S),
            str(report.value(result, SH.focusNode)).replace(DIP, "dip:").replace("http://www.w3.org/ns/org#", "org:"),
        )
        for result in report.objects(None, SH.result)
    }


def parsed(header: str, terms: str = "") -> Graph:
    return Graph().parse(data=PREFIXES + header + terms, format="turtle")


def test_the_ontology_is_in_style() -> None:
    """Every rule of style.ttl holds in ontology/relations.ttl."""
    assert set() == objections(ONTOLOGY)


@pytest.mark.parametrize("rule", sorted(BAD))
def test_a_rule_objects_to_the_terms_that_break_it(rule: str) -> None:
    """And to no other term, whatever else is wrong there."""
    terms, culprits = BAD[rule]
    assert culprits == {name for objector, name in objections(parsed(HEADER, terms)) if objector == rule}


@pytest.mark.parametrize("rule", sorted(BAD_HEADER))
def test_a_rule_objects_to_a_header_without_its_property_or_with_a_wrong_value(rule: str) -> None:
    """The rule objects to the ontology, once for the missing property and once for the wrong value."""
    predicate, wrong = BAD_HEADER[rule]
    line = re.compile(rf"^    {predicate} .+? ([;.])$", re.MULTILINE)
    missing = line.sub(r"    rdfs:comment 'none'@en \1", HEADER)
    spoilt = line.sub(rf"    {predicate} {wrong} \1", HEADER)
    ontology = "https://w3id.org/bilateral/ontology"
    assert (rule, ontology) in objections(parsed(missing))
    assert (rule, ontology) in objections(parsed(spoilt))
    assert set() == objections(parsed(HEADER))


def test_every_rule_is_seen_to_object() -> None:
    """No rule of style.ttl is without an example that breaks it."""
    assert set(RULES) == {*BAD, *BAD_HEADER}


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_says_what_must_hold_and_how_to_mend_it(rule: str) -> None:
    """A rule has one label, message and description, in English; the message starts with its number."""
    for predicate in (RDFS.label, SH.message, SH.description):
        (text,) = STYLE.objects(S[rule], predicate)
        assert isinstance(text, Literal)
        assert text.language == "en"
    assert str(STYLE.value(S[rule], SH.message)).startswith(rule.partition("-")[0] + " ")


def test_the_style_is_itself_valid_shacl() -> None:
    """The style's shapes conform to the shapes of SHACL."""
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=STYLE, meta_shacl=True)
    assert conforms, text


def test_no_definition_is_written_twice() -> None:
    """Two terms with the same definition would be one term."""
    definitions = [str(text) for term_, text in ONTOLOGY.subject_objects(SKOS.definition) if isinstance(term_, URIRef)]
    assert len(set(definitions)) == len(definitions)


def test_no_class_is_loose() -> None:
    """A class of ours is below or above another, or is the domain or range of a property."""
    own = {name for name in ONTOLOGY.subjects(RDF.type, OWL.Class) if str(name).startswith(DIP)}
    tied = set(ONTOLOGY.subjects(RDFS.subClassOf))
    for predicate in (RDFS.subClassOf, RDFS.domain, RDFS.range):
        tied |= set(ONTOLOGY.objects(None, predicate))
    assert set() == own - tied
