"""owlrl, the reference reasoner: slow, and what the rules are tested against."""

from collections.abc import Iterator
from itertools import combinations

import pyoxigraph as ox

from kg.errors import Clash, Inconsistent
from kg.load import from_rdflib, to_rdflib
from kg.namespaces import OWL
from kg.reason.axioms import Axioms, Lists

_ERROR_MESSAGE = "http://www.daml.org/2002/03/agents/agent-ont#error"
"""owlrl reports a contradiction as a triple with this predicate, and carries on."""


def _pairs_told_apart(triples: tuple[ox.Triple, ...]) -> Iterator[ox.Triple]:
    """owl:differentFrom for each pair of an owl:AllDifferent list: owlrl 7.6.2 leaves out the list's last member."""
    lists = Lists(triples)
    for triple in triples:
        if triple.predicate.value == OWL + "distinctMembers" and isinstance(triple.object, ox.NamedNode | ox.BlankNode):
            for one, other in combinations(lists.members(triple.object), 2):
                yield ox.Triple(ox.NamedNode(one), ox.NamedNode(OWL + "differentFrom"), ox.NamedNode(other))


def infer(data: list[ox.Triple], axioms: Axioms) -> list[ox.Triple]:
    """All RDF triples that owlrl derives from `data` and `axioms.triples`, and are not in there. Raises `Inconsistent`."""
    import owlrl
    import rdflib

    graph = to_rdflib((*axioms.triples, *data, *_pairs_told_apart((*axioms.triples, *data))))
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    messages = sorted({str(message) for message in graph.objects(None, rdflib.URIRef(_ERROR_MESSAGE))})
    if messages:
        raise Inconsistent(Clash(" ".join(message.split())) for message in messages)
    known = {*axioms.triples, *data}
    return [triple for triple in from_rdflib(graph) if triple not in known]
