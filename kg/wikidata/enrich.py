"""What Wikidata adds to the linked items, as a graph of its own: never among the article's facts, with its own origin, date and licence.

The terms are Wikidata's, about its items: labels, and the direct claims (`wdt:`) of the properties in `PROPERTIES`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import pyoxigraph as ox

from kg.engine import Engine, values
from kg.errors import ParseError
from kg.export import write_quads
from kg.load import read_text
from kg.namespaces import DCTERMS, PREFIXES, PROV, RDF, RDFS, SKOS, WIKIDATA, WIKIDATA_GRAPH, WIKIDATA_PREFIXES, XSD
from kg.wikidata.client import Client

LANGUAGES = ("az", "kk", "ru", "en", "mul")
"""The languages of the labels; `mul` has the label for all languages that have none of their own:
https://www.wikidata.org/wiki/Help:Default_values_for_labels_and_aliases"""

PROPERTIES = {
    "coordinate location": "P625",
    "ISO 3166-1 alpha-2 code": "P297",
    "ISO 3166-1 alpha-3 code": "P298",
    "ISO 3166-2 code": "P300",
    "image": "P18",
}
"""Numbers of properties by their English labels."""

_LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
_COMMONS_FILE = "http://commons.wikimedia.org/wiki/Special:FilePath/"
_PREFIXES = {**PREFIXES, **{prefix: WIKIDATA_PREFIXES[prefix] for prefix in ("geo", "schema", "wdt")}}
_GRAPH = ox.NamedNode(WIKIDATA_GRAPH)
_LABEL, _NAME = ox.NamedNode(RDFS + "label"), ox.NamedNode(WIKIDATA_PREFIXES["schema"] + "name")


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What `endpoint` said at `generated` (of kept answers: when the oldest was asked for), and about how many items."""

    endpoint: str
    generated: datetime
    triples: tuple[ox.Triple, ...]
    items: int

    def quads(self) -> Iterator[ox.Quad]:
        """The triples and what is told of their graph, in that graph."""
        generated = ox.Literal(self.generated.isoformat(timespec="seconds"), datatype=ox.NamedNode(XSD + "dateTime"))
        yield ox.Quad(_GRAPH, ox.NamedNode(RDF + "type"), ox.NamedNode(PROV + "Entity"), _GRAPH)
        yield ox.Quad(_GRAPH, ox.NamedNode(PROV + "wasDerivedFrom"), ox.NamedNode(self.endpoint), _GRAPH)
        yield ox.Quad(_GRAPH, ox.NamedNode(PROV + "generatedAtTime"), generated, _GRAPH)
        yield ox.Quad(_GRAPH, ox.NamedNode(DCTERMS + "license"), ox.NamedNode(_LICENCE), _GRAPH)
        for triple in self.triples:
            yield ox.Quad(triple.subject, triple.predicate, triple.object, _GRAPH)

    def to_trig(self) -> str:
        """The graph as TriG."""
        return write_quads(self.quads(), "trig", _PREFIXES).decode()


def enrichment(engine: Engine, client: Client) -> Enrichment:
    """What `client` finds of the items that things of the graph are linked to. Raises as `Client.ask` does."""
    links = values(engine, f"SELECT DISTINCT ?item {{ ?thing <{SKOS}exactMatch>|<{SKOS}closeMatch> ?item }}")
    items = [ox.NamedNode(item) for (item,) in links if item.startswith(WIKIDATA)]
    triples = tuple(dict.fromkeys([*_labels(client, items), *_claims(client, items)]))
    about = {triple.subject for triple in triples} & set(items)
    return Enrichment(client.endpoint.url, client.oldest or datetime.now(UTC), triples, len(about))


def _labels(client: Client, items: list[ox.NamedNode]) -> Iterator[ox.Triple]:
    languages = ", ".join(f'"{language}"' for language in LANGUAGES)
    query = f"SELECT ?item ?label {{ VALUES ?item {{ }} ?item rdfs:label ?label FILTER(LANG(?label) IN ({languages})) }}"
    for row in client.ask(query, items):
        item, label = row["item"], row["label"]
        if isinstance(item, ox.NamedNode) and isinstance(label, ox.Literal):
            yield ox.Triple(item, _LABEL, label)


def _claims(client: Client, items: list[ox.NamedNode]) -> Iterator[ox.Triple]:
    properties = " ".join(f"wdt:{number}" for number in PROPERTIES.values())
    query = f"SELECT ?item ?property ?value {{ VALUES ?item {{ }} VALUES ?property {{ {properties} }} ?item ?property ?value }}"
    for row in client.ask(query, items):
        item, property_, value = row["item"], row["property"], row["value"]
        if isinstance(item, ox.NamedNode) and isinstance(property_, ox.NamedNode) and isinstance(value, ox.NamedNode | ox.Literal):
            yield ox.Triple(item, property_, value)
            if isinstance(value, ox.NamedNode) and value.value.startswith(_COMMONS_FILE):
                yield ox.Triple(value, _NAME, ox.Literal(unquote(value.value.removeprefix(_COMMONS_FILE))))


def read_enriched(path: Path) -> tuple[ox.Quad, ...]:
    """The quads of a file that `Enrichment.to_trig` wrote. Raises `FileError`; `ParseError` for what is no TriG, or has another graph."""
    try:
        quads = tuple(ox.parse(read_text(path), format=ox.RdfFormat.TRIG))
    except SyntaxError as error:
        raise ParseError(f"{path}:{error.lineno or 1}: is no TriG: {error.msg.rstrip('.')}.") from error
    other = sorted({str(quad.graph_name) for quad in quads if quad.graph_name != _GRAPH})
    if other or not quads:
        found = f"has {other[0]}" if other else "is empty"
        raise ParseError(f"{path}: {found}, and is to have the graph <{WIKIDATA_GRAPH}> alone; write it with `kg wikidata enrich`.")
    return quads
