"""The IRIs of outside and own vocabularies, each written once."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

DIP = "https://w3id.org/bilateral/ontology#"
ID = "https://w3id.org/bilateral/id/"
SHAPES = "https://w3id.org/bilateral/shapes#"
MAP = "https://w3id.org/bilateral/mapping#"
ONTOLOGY = "https://w3id.org/bilateral/ontology"

ASSERTED_GRAPH = "https://w3id.org/bilateral/graph/asserted"
CLOSURE_GRAPH = "https://w3id.org/bilateral/graph/closure"
ONTOLOGY_GRAPH = "https://w3id.org/bilateral/graph/ontology"
LINKS_GRAPH = "https://w3id.org/bilateral/graph/links"
SCRATCH_GRAPH = "https://w3id.org/bilateral/graph/scratch"
PREFIXES_GRAPH = "https://w3id.org/bilateral/graph/prefixes"
WIKIDATA_GRAPH = "https://w3id.org/bilateral/graph/wikidata"

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SH = "http://www.w3.org/ns/shacl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
PROV = "http://www.w3.org/ns/prov#"
PTR = "http://www.w3.org/2009/pointers#"
SSSOM = "https://w3id.org/sssom/"
SEMAPV = "https://w3id.org/semapv/vocab/"
WIKIDATA = "http://www.wikidata.org/entity/"
_WIKIDATA_PROPERTY = "http://www.wikidata.org/prop/"

PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "bibo": "http://purl.org/ontology/bibo/",
        "dbo": "http://dbpedia.org/ontology/",
        "dcterms": DCTERMS,
        "dip": DIP,
        "edtf": "http://id.loc.gov/datatypes/edtf/",
        "fabio": "http://purl.org/spar/fabio/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "id": ID,
        "oa": "http://www.w3.org/ns/oa#",
        "org": "http://www.w3.org/ns/org#",
        "owl": OWL,
        "prov": PROV,
        "ptr": PTR,
        "qb": "http://purl.org/linked-data/cube#",
        "rdf": RDF,
        "rdfs": RDFS,
        "s": SHAPES,
        "schema": "https://schema.org/",
        "sdmxd": "http://purl.org/linked-data/sdmx/2009/dimension#",
        "sdmxm": "http://purl.org/linked-data/sdmx/2009/measure#",
        "sem": "http://semanticweb.cs.vu.nl/2009/11/sem/",
        "sh": SH,
        "skos": SKOS,
        "vann": "http://purl.org/vocab/vann/",
        "wd": WIKIDATA,
        "xsd": XSD,
    }
)

PREFERRED_PREFIX = "http://purl.org/vocab/vann/preferredNamespacePrefix"

WIKIDATA_PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "geo": "http://www.opengis.net/ont/geosparql#",
        "owl": OWL,
        "p": _WIKIDATA_PROPERTY,
        "pq": _WIKIDATA_PROPERTY + "qualifier/",
        "pqv": _WIKIDATA_PROPERTY + "qualifier/value/",
        "pr": _WIKIDATA_PROPERTY + "reference/",
        "prov": PROV,
        "ps": _WIKIDATA_PROPERTY + "statement/",
        "psv": _WIKIDATA_PROPERTY + "statement/value/",
        "rdf": RDF,
        "rdfs": RDFS,
        "schema": "http://schema.org/",
        "skos": SKOS,
        "wd": WIKIDATA,
        "wdref": "http://www.wikidata.org/reference/",
        "wds": WIKIDATA + "statement/",
        "wdt": _WIKIDATA_PROPERTY + "direct/",
        "wdv": "http://www.wikidata.org/value/",
        "wikibase": "http://wikiba.se/ontology#",
        "xsd": XSD,
    }
)
"""The prefixes of Wikidata's own RDF, named as its query service names them. Its schema.org is http, ours https."""

_LOCAL = re.compile(r"[\w][\w.-]*(?<!\.)")
_LOCAL_CHARACTER = re.compile(r"[\w.-]")
_CURIE = re.compile(r"([A-Za-z][\w.-]*)?:(?!//)(\S*)")


def shrink(iri: str, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """`iri` as a CURIE if one of `prefixes` fits (the longest that does), else `<iri>`.

    >>> shrink("https://w3id.org/bilateral/ontology#Embassy")
    'dip:Embassy'
    >>> shrink("http://example.org/x")
    '<http://example.org/x>'
    """
    fits = [(len(space), prefix) for prefix, space in prefixes.items() if iri.startswith(space) and _LOCAL.fullmatch(iri, len(space))]
    if not fits:
        return f"<{iri}>"
    length, prefix = max(fits)
    return f"{prefix}:{iri[length:]}"


def shrinker(prefixes: Mapping[str, str]) -> Callable[[str], str]:
    """What writes IRIs as `shrink` does, in the same time however many `prefixes` there are.

    >>> shrinker(PREFIXES)("https://w3id.org/bilateral/ontology#Embassy")
    'dip:Embassy'
    """
    known = {space: prefix for prefix, space in sorted(prefixes.items())}

    def write(iri: str) -> str:
        for end in range(len(iri) - 1, -1, -1):
            if not _LOCAL_CHARACTER.match(iri, end):
                break
            if iri[:end] in known and _LOCAL.fullmatch(iri, end):
                return f"{known[iri[:end]]}:{iri[end:]}"
        return f"<{iri}>"

    return write


def expand(text: str, prefixes: Mapping[str, str] = PREFIXES) -> str | None:
    """The IRI that `text` writes, as `<iri>`, `http…` or a CURIE of `prefixes`; None if it is none of these.

    >>> expand("dip:Embassy")
    'https://w3id.org/bilateral/ontology#Embassy'
    >>> expand("Ilham Aliyev") is None
    True
    """
    if text.startswith("<") and text.endswith(">"):
        return text[1:-1]
    if re.match(r"(https?|urn|file|tag):\S+$", text):
        return text
    curie = _CURIE.fullmatch(text)
    if curie and (curie[1] or "") in prefixes:
        return prefixes[curie[1] or ""] + curie[2]
    return None
