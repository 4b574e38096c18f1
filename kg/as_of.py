"""A dataset as of a day: without the facts that began later, and those that were over by then, and without what follows from them.

docs/decisions/0015-as-of-a-day.md tells what a date allows.
"""

from collections.abc import Iterable
from datetime import date

import pyoxigraph as ox

from kg.build import Dataset, content_of
from kg.engine import Engine, values
from kg.engines import Contents
from kg.namespaces import ASSERTED_GRAPH, CLOSURE_GRAPH, DCTERMS, DIP, ONTOLOGY_GRAPH, PREFIXES, RDF, XSD
from kg.reason import closure

_Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_REIFYING = (RDF + "subject", RDF + "predicate", RDF + "object")
_VOICE, _CREATOR = DIP + "assertedBy", DCTERMS + "creator"
_ARTICLE = ox.NamedNode(PREFIXES["schema"] + "Article")


def as_of(engine: Engine, contents: Contents, day: date) -> Dataset:
    """What `engine` answers from, with only what the dates of its facts allow on `day`, reasoned over anew; a fact without dates stays."""
    left_out = _left_out(engine, day)
    graphs: dict[str, list[ox.Triple]] = {}
    for quad in contents.quads():
        graphs.setdefault(getattr(quad.graph_name, "value", ""), []).append(quad.triple)
    unsaid = _said_only_by(graphs[ASSERTED_GRAPH], left_out)
    kept = [triple for triple in graphs[ASSERTED_GRAPH] if triple not in unsaid and not left_out & {triple.subject, triple.object}]
    inferred = closure(kept, graphs[ONTOLOGY_GRAPH])
    return Dataset(content_of({**graphs, ASSERTED_GRAPH: kept, CLOSURE_GRAPH: inferred}, contents.prefixes), fresh=True)


def _left_out(engine: Engine, day: date) -> set[_Term]:
    """The facts that began after `day`, those of an interval that ended before it, events apart, and the undated ones that hang on them.

    Such are details, what a statement is about, the occasion, and what is told of a thing or treaty that came of it.
    """
    literal = f'"{day.isoformat()}"^^<{XSD}date>'
    query = f"""PREFIX dip: <{DIP}> PREFIX rdf: <{RDF}> PREFIX schema: <{PREFIXES["schema"]}> SELECT DISTINCT ?fact WHERE {{
        {{ ?whole dip:notBefore ?first FILTER(?first > {literal}) }}
        UNION {{ ?whole dip:notAfter ?last ; dip:date ?date FILTER(?last < {literal} && CONTAINS(STR(?date), "/"))
            FILTER NOT EXISTS {{ ?whole a dip:ReportedEvent }} }}
        ?fact (dip:detailOf|schema:about|^dip:occasion|rdf:subject/(^dip:result|^dip:treaty))* ?whole
        FILTER(?fact = ?whole || NOT EXISTS {{ ?fact dip:notBefore|dip:notAfter ?own }}) }}"""
    return {ox.NamedNode(fact) for (fact,) in values(engine, query)}


def _said_only_by(triples: Iterable[ox.Triple], facts: set[_Term]) -> set[ox.Triple]:
    """The plain triples that binary facts state, if all of these that are in an article's own voice are among `facts`."""
    told: dict[str, dict[_Term, set[_Term]]] = {predicate: {} for predicate in (*_REIFYING, _VOICE, _CREATOR, RDF + "type")}
    for triple in triples:
        if triple.predicate.value in told:
            told[triple.predicate.value].setdefault(triple.subject, set()).add(triple.object)
    articles = {one for one, classes in told[RDF + "type"].items() if _ARTICLE in classes}
    own = {creator for article in articles for creator in told[_CREATOR].get(article, ())}
    unsaid: set[ox.Triple] = set()
    said: set[ox.Triple] = set()
    for fact in told[_REIFYING[0]]:
        s, p, o = (next(iter(told[part].get(fact, ())), None) for part in _REIFYING)
        if isinstance(s, ox.NamedNode | ox.BlankNode) and isinstance(p, ox.NamedNode) and o is not None:
            if fact in facts:
                unsaid.add(ox.Triple(s, p, o))
            elif told[_VOICE].get(fact, own) & own:
                said.add(ox.Triple(s, p, o))
    return unsaid - said
