"""owlrl, the reference reasoner: slow, and what the rules are tested against."""

import pyoxigraph as ox

from kg.errors import Inconsistent
from kg.load import from_rdflib, to_rdflib
from kg.reason.axioms import Axioms

_ERROR_MESSAGE = "http://www.daml.org/2002/03/agents/agent-ont#error"
"""owlrl reports a contradiction as a triple with this predicate, and carries on."""


def infer(data: list[ox.Triple], axioms: Axioms) -> list[ox.Triple]:
    """All RDF triples that owlrl derives from `data` and `axioms.triples`. Raises `Inconsistent`."""
    import owlrl
    import rdflib

    graph = to_rdflib((*axioms.triples, *data))
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    messages = sorted({str(message) for message in graph.objects(None, rdflib.URIRef(_ERROR_MESSAGE))})
    if messages:
        raise Inconsistent("The data contradict the ontology:\n" + "\n".join(f"  {' '.join(message.split())}" for message in messages))
    return list(from_rdflib(graph))
