"""OWL 2 RL reasoning: one meaning, two implementations.

`rules` compiles the axioms of an ontology to SPARQL and runs them to a fixpoint; `owlrl` is the reference. Both give the same
closure: the new triples worth keeping, as `keep` says.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import pyoxigraph as ox

from kg.errors import DataError
from kg.garbage import uncollected
from kg.reason import reference, rules
from kg.reason.axioms import Axioms, is_axiom

Reasoner = Callable[[list[ox.Triple], Axioms], list[ox.Triple]]

METHODS: Mapping[str, Reasoner] = MappingProxyType({"rules": rules.infer, "owlrl": reference.infer})


@uncollected()
def closure(data: Iterable[ox.Triple], ontology: Iterable[ox.Triple], method: str = "rules") -> list[ox.Triple]:
    """The triples that follow from `data` and `ontology` and are in neither, sorted by their text.

    Kept are triples whose predicate, or whose class if the predicate is rdf:type, is declared in the ontology; not kept are those about
    literals, owl:sameAs, schema axioms, and x p x where p has a property chain.
    Raises `Inconsistent`, and `DataError` for an OWL construct that the rules do not know.
    """
    axioms = Axioms.read(ontology)
    asserted = list(data)
    for axiom in filter(is_axiom, asserted):
        raise DataError(f"The data hold the axiom {axiom}; axioms belong into the ontology.")
    return sorted(filter(axioms.keeps, METHODS[method](asserted, axioms)), key=str)
