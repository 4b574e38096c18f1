"""The dataset written out: RDF in six formats, and a table of the facts. The same input gives the same bytes.

pyoxigraph writes the files, since rdflib writes Turtle that does not parse for a text with a line break that ends in an escaped quotation
mark. JSON-LD is written here: pyoxigraph's has no context, and rdflib's drops empty strings.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import takewhile
from typing import IO

import pyoxigraph as ox

from kg.engine import Engine, values
from kg.errors import FormatError, text_of
from kg.formats import RDF_FORMATS, Format, find_format
from kg.load import PARSERS, sorted_quads, sorted_triples
from kg.namespaces import ASSERTED_GRAPH, CLOSURE_GRAPH, DIP, LINKS_GRAPH, ONTOLOGY_GRAPH, PREFIXES, RDF, RDFS, XSD, shrink

GRAPHS: Mapping[str, tuple[str, ...]] = {
    "asserted": (ASSERTED_GRAPH,),
    "closure": (CLOSURE_GRAPH,),
    "ontology": (ONTOLOGY_GRAPH,),
    "links": (LINKS_GRAPH,),
    "all": (ASSERTED_GRAPH, CLOSURE_GRAPH, ONTOLOGY_GRAPH, LINKS_GRAPH),
}
"""The graphs that each name stands for."""


def graphs_named(names: Iterable[str]) -> tuple[str, ...]:
    """The IRIs of the graphs called asserted, closure, ontology, links or all, each once. Raises `FormatError`."""
    for name in (names := tuple(names)):
        if text_of(name, "The name of a graph") not in GRAPHS:
            raise FormatError(f"No graph is called {name!r}. Known: {', '.join(GRAPHS)}.")
    return tuple(dict.fromkeys(graph for name in names for graph in GRAPHS[name]))


def export(quads: Iterable[ox.Quad], format: str, *, prefixes: Mapping[str, str] = PREFIXES) -> bytes:
    """`quads` in an RDF format, sorted, with only the prefixes that are used.

    Formats that hold named graphs (N-Quads, TriG) name them; the others merge them. Raises `FormatError`.
    """
    chosen = _rdf_format(format)
    if chosen.name == "jsonld":
        return _jsonld([quad.triple for quad in quads], prefixes)
    if not chosen.graphs:
        triples = sorted_triples(_triples(quads, chosen))
        return _serialized(triples, PARSERS[chosen.name], _used(triples, prefixes))
    return write_quads(quads, chosen.name, prefixes)


def stream(quads: Iterable[ox.Quad], file: IO[bytes], format: str, *, prefixes: Mapping[str, str] = PREFIXES) -> None:
    """Write `quads` into `file` as they come; but for JSON-LD, without holding them in memory.

    Neither the order of the statements nor the names of blank nodes are fixed. Raises `FormatError`.
    """
    chosen = _rdf_format(format)
    if chosen.name == "jsonld":
        file.write(export(quads, format, prefixes=prefixes))
    elif chosen.graphs:
        ox.serialize(quads, file, PARSERS[chosen.name], prefixes={**prefixes, "graph": _graph_space()})
    else:
        ox.serialize(_triples(quads, chosen), file, PARSERS[chosen.name], prefixes=dict(prefixes))


def _rdf_format(format: str) -> Format:
    chosen = find_format(format)
    if not chosen.rdf:
        raise FormatError(f"The graph cannot be written as {chosen.name!r}. Known: {', '.join(RDF_FORMATS)}.")
    return chosen


def _triples(quads: Iterable[ox.Quad], chosen: Format) -> Iterator[ox.Triple]:
    """The triples of `quads`. Raises `FormatError` for one that the chosen format cannot hold."""
    return (quad.triple for quad in (map(_for_xml, quads) if chosen.name == "rdfxml" else quads))


_LOCAL_NAME = re.compile(
    r"[A-Z_a-z\xC0-\xD6\xD8-\xF6\xF8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF"
    r"\uFDF0-\uFFFD\U00010000-\U000EFFFF][-.0-9A-Z_a-z\xB7\xC0-\xD6\xD8-\xF6\xF8-\u037D\u037F-\u1FFF\u200C\u200D\u203F\u2040\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF]*\Z"
)
"""An NCName of XML at the end of an IRI (https://www.w3.org/TR/xml/#NT-Name), as which RDF/XML writes a property."""
_NO_XML = re.compile(r"[^\t\n\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
"""What is no character of XML 1.0 (https://www.w3.org/TR/xml/#NT-Char), and the carriage return, which comes back as a line feed."""


def _for_xml(quad: ox.Quad) -> ox.Quad:
    """`quad`. Raises `FormatError` for what XML has no way to write, where pyoxigraph would write what is no XML."""
    if not _LOCAL_NAME.search(quad.predicate.value):
        raise FormatError(f"RDF/XML cannot name the property {quad.predicate}, whose end is no name of XML. Take another format.")
    if isinstance(quad.object, ox.Literal) and (found := _NO_XML.search(quad.object.value)):
        raise FormatError(
            f"RDF/XML cannot hold the character U+{ord(found[0]):04X}, which a text of {quad.subject} has. Take another format."
        )
    return quad


def write_quads(quads: Iterable[ox.Quad], format: str, prefixes: Mapping[str, str] = PREFIXES) -> bytes:
    """`quads` in a format that holds named graphs, sorted, with only the prefixes that are used."""
    named = sorted_quads(quads)
    return _serialized(named, PARSERS[format], _used((quad.triple for quad in named), {**prefixes, "graph": _graph_space()}))


def _graph_space() -> str:
    return ASSERTED_GRAPH.rsplit("/", 1)[0] + "/"


def write_triples(triples: Iterable[ox.Triple], format: str, prefixes: Mapping[str, str] = PREFIXES) -> bytes:
    """`triples` (the answer of a CONSTRUCT, say) in an RDF format, sorted. Raises `FormatError`."""
    graph = ox.NamedNode(ASSERTED_GRAPH)
    quads = [ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples]
    name = {"nquads": "ntriples", "trig": "turtle"}.get(find_format(format).name, format)
    return export(quads, name, prefixes=prefixes)


def _serialized(statements: list[ox.Triple] | list[ox.Quad], format: ox.RdfFormat, prefixes: dict[str, str]) -> bytes:
    """`statements` as pyoxigraph writes them, the prefixes sorted: it writes them in another order in each process."""
    content = ox.serialize(statements, format=format, prefixes=prefixes)
    if content is None:
        raise TypeError("no content")
    if format == ox.RdfFormat.RDF_XML:
        return re.sub(rb"(?<=<rdf:RDF )[^>]*(?=>)", lambda found: b" ".join(sorted(found[0].split())), content, count=1)
    lines = content.splitlines(keepends=True)
    declared = sum(1 for _ in takewhile(lambda line: line.startswith(b"@prefix "), lines))
    return b"".join([*sorted(lines[:declared]), *lines[declared:]])


def _used(triples: Iterable[ox.Triple], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Those of `prefixes` that an IRI of `triples` starts with."""
    iris: set[str] = set()
    for triple in triples:
        iris.update(term.value for term in (triple.subject, triple.predicate, triple.object) if isinstance(term, ox.NamedNode))
        if isinstance(triple.object, ox.Literal):
            iris.add(triple.object.datatype.value)
    return {prefix: space for prefix, space in sorted(prefixes.items()) if any(iri.startswith(space) for iri in iris)}


# ---- JSON-LD


def context(triples: Iterable[ox.Triple], prefixes: Mapping[str, str] = PREFIXES) -> dict[str, object]:
    """A JSON-LD context for `triples`: the prefixes used; own terms by their bare names; properties that only hold IRIs as such."""
    triples = list(triples)
    terms: dict[str, object] = dict(_used(triples, prefixes))
    only_iris: dict[str, bool] = {}
    for triple in triples:
        iri = triple.predicate.value
        only_iris[iri] = only_iris.get(iri, True) and isinstance(triple.object, ox.NamedNode)
        if iri == RDF + "type" and isinstance(triple.object, ox.NamedNode) and triple.object.value.startswith(DIP):
            terms[_key(triple.object.value, prefixes)] = shrink(triple.object.value, prefixes)
    for iri, links in sorted(only_iris.items()):
        if links and iri != RDF + "type" and not shrink(iri, prefixes).startswith("<"):
            terms[_key(iri, prefixes)] = {"@id": shrink(iri, prefixes), "@type": "@id"}
        elif iri.startswith(DIP):
            terms[_key(iri, prefixes)] = shrink(iri, prefixes)
    return terms


def _key(iri: str, prefixes: Mapping[str, str]) -> str:
    """The name of a property or class: bare for own terms, unless a prefix is called so, else a CURIE or the IRI."""
    bare = iri.removeprefix(DIP)
    return bare if iri != bare and bare.isidentifier() and bare not in prefixes else shrink(iri, prefixes).strip("<>")


def _unmistakable(triples: Iterable[ox.Triple], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Those of `prefixes` that JSON-LD takes for prefixes, and that are not the scheme of an IRI of `triples`."""
    terms = [term for triple in triples for term in (triple.subject, triple.predicate, triple.object)]
    schemes = {term.value.partition(":")[0] for term in terms if isinstance(term, ox.NamedNode)}
    schemes |= {term.datatype.value.partition(":")[0] for term in terms if isinstance(term, ox.Literal)}
    named = {prefix: space for prefix, space in prefixes.items() if re.fullmatch(r"[A-Za-z][\w-]*", prefix) and prefix not in schemes}
    return {prefix: space for prefix, space in named.items() if space.endswith(("/", "#", "?", ":", "@", "[", "]"))}


def _jsonld(triples: list[ox.Triple], prefixes: Mapping[str, str]) -> bytes:
    """`triples` as a JSON-LD document with its context inside, a node for each subject."""
    ordered = sorted_triples(triples)
    prefixes = _unmistakable(ordered, prefixes)
    chosen = context(ordered, prefixes)
    nodes: dict[str, dict[str, list[object]]] = {}
    for triple in ordered:
        node = nodes.setdefault(_reference(triple.subject, prefixes), {})
        if triple.predicate.value == RDF + "type" and isinstance(triple.object, ox.NamedNode):
            node.setdefault("@type", []).append(_key(triple.object.value, prefixes))
            continue
        key = _key(triple.predicate.value, prefixes)
        coerced = isinstance(chosen.get(key), dict)
        node.setdefault(key, []).append(_json_value(triple.object, prefixes, coerced=coerced))
    graph = [
        {"@id": iri, **{key: values[0] if len(values) == 1 else values for key, values in node.items()}} for iri, node in nodes.items()
    ]
    return (json.dumps({"@context": chosen, "@graph": graph}, ensure_ascii=False, indent=2) + "\n").encode()


def _reference(term: object, prefixes: Mapping[str, str]) -> str:
    """An IRI or blank node as JSON-LD names it."""
    return shrink(term.value, prefixes).strip("<>") if isinstance(term, ox.NamedNode) else str(term)


def _json_value(term: object, prefixes: Mapping[str, str], *, coerced: bool) -> object:
    """An object as JSON-LD has it: numbers and truth values only where they come back letter for letter."""
    if isinstance(term, ox.Triple):
        raise FormatError(f"JSON-LD cannot hold a triple about the triple {term}. Take another format.")
    if not isinstance(term, ox.Literal):
        iri = _reference(term, prefixes)
        return iri if coerced else {"@id": iri}
    if term.language:
        direction = {"@direction": term.direction.value} if term.direction else {}
        return {"@value": term.value, "@language": term.language, **direction}
    datatype = term.datatype.value
    if datatype == XSD + "string":
        return term.value
    if datatype == XSD + "integer" and re.fullmatch("0|-?[1-9][0-9]{0,14}", term.value):
        return int(term.value)
    if datatype == XSD + "boolean" and term.value in ("true", "false"):
        return term.value == "true"
    return {"@value": term.value, "@type": _reference(term.datatype, prefixes)}


# ---- the facts as a table

_FACT_ROLES = {
    RDF + "type": "classes",
    RDFS + "label": "fact",
    DIP + "statedIn": "segment",
    DIP + "assertedBy": "voices",
    DIP + "hedge": "hedges",
    DIP + "date": "date",
    PREFIXES["sdmxd"] + "refPeriod": "date",
    DIP + "notBefore": "not_before",
    DIP + "notAfter": "not_after",
    DIP + "backedBy": "references",
}
FACT_COLUMNS = ("iri", "fact", "class", "segment", "voices", "references", "hedges", "date", "not_before", "not_after")


def facts_csv(engine: Engine, label: Callable[[str], str]) -> str:
    """One line for each fact, in the order of the article: `FACT_COLUMNS`, several values in a cell joined by `; `."""
    above = f"SELECT ?a ?b WHERE {{ ?a <{RDFS}subClassOf> ?b . FILTER(STRSTARTS(STR(?b), '{DIP}')) }}"
    subclass = {row[0]: row[1] for row in values(engine, above)}
    facts: dict[str, dict[str, set[str]]] = {}
    roles = " ".join(f"<{role}>" for role in _FACT_ROLES)
    query = f"SELECT ?fact ?role ?value WHERE {{ VALUES ?role {{ {roles} }} ?fact a <{DIP}ReportedFact> ; ?role ?value }}"
    for fact, role, value in values(engine, query):
        facts.setdefault(fact, {}).setdefault(_FACT_ROLES[role], set()).add(value)
    numbered = f"SELECT ?a ?b WHERE {{ ?a a <{DIP}ReferenceEntry> ; <{PREFIXES['schema']}position> ?b }}"
    numbers = {row[0]: row[1] for row in values(engine, numbered)}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FACT_COLUMNS)
    places = _places(engine)
    order = {iri: min((*places.get(one, (one, 0)), one) for one in parts.get("segment", ("",))) for iri, parts in facts.items()}
    for iri, parts in sorted(facts.items(), key=lambda item: (order[item[0]], item[0])):
        own = {found for found in parts["classes"] if found.startswith(DIP)}
        narrowest = own - {subclass.get(found, "") for found in own}
        cells = {
            "iri": {iri},
            "class": {label(found) for found in narrowest - _ancestors(narrowest, subclass)},
            "voices": {label(voice) for voice in parts.get("voices", ())},
            "segment": {segment.rsplit("/", 1)[-1] for segment in parts.get("segment", ())},
            "references": {numbers.get(reference, reference) for reference in parts.get("references", ())},
        }
        writer.writerow("; ".join(sorted(cells.get(column) or parts.get(column) or (), key=_numbers_first)) for column in FACT_COLUMNS)
    return text.getvalue()


def _places(engine: Engine) -> dict[str, tuple[str, int]]:
    """Where each segment begins: its article, and the character."""
    oa = PREFIXES["oa"]
    found = values(engine, f"SELECT ?it ?article ?start WHERE {{ ?it <{oa}hasSource> ?article ; <{oa}hasSelector>/<{oa}start> ?start }}")
    return {it: (article, int(start)) for it, article, start in found}


def _ancestors(classes: Iterable[str], subclass: Mapping[str, str]) -> set[str]:
    """All classes above `classes`."""
    found: set[str] = set()
    for iri in classes:
        while (iri := subclass.get(iri, "")) and iri not in found:
            found.add(iri)
    return found


def _numbers_first(text: str) -> tuple[int, str]:
    return (int(text) if text.isdecimal() else 0, text)
