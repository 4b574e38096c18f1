"""SHACL compiled to SPARQL: each constraint a query, so that data are validated where they are, in memory, on disk or at an endpoint.

The results are those of pySHACL, the reference: focus node, path, value, shape, component and severity. What is not known to be compiled
rightly raises `ShapeError`.
"""

from collections.abc import Callable, Iterable, Iterator

import pyoxigraph as ox

from kg.engine import Embedded, Engine, select
from kg.namespaces import RDFS
from kg.shapes.checks import Check, Finding, checks
from kg.shapes.portions import in_portions
from kg.shapes.reading import ShapesGraph
from kg.shapes.reporting import report_triples
from kg.spool import Spool
from kg.terms import RdfTerm
from kg.watch import NOBODY, Watch

__all__ = ["PORTION", "Check", "Finding", "checks_of", "report_triples", "validate_in", "validate_spooled"]


PORTION = 6_000_000
"""As many triples as are held in memory at once, at some 600 bytes each."""


def validate_in(engine: Engine, shapes: Iterable[ox.Triple]) -> Iterator[Finding]:
    """The results of validating what `engine` sees, the data and their ontology, against `shapes`: told as they are found.

    Nothing is kept here but the classes of the ontology. Raises `ShapeError`.
    """
    for check in checks_of(engine, shapes):
        yield from check.findings(engine)


def validate_spooled(spool: Spool, shapes: Iterable[ox.Triple], *, most: int = PORTION, watch: Watch = NOBODY) -> Iterator[Finding]:
    """The results of validating the triples of `spool`, the data and their ontology, of which about `most` are in memory at a time.

    Raises `ShapeError`.
    """
    ontology = Embedded(spool.store([f"{RDFS}subClassOf"]))
    yield from in_portions(checks_of(ontology, shapes), spool, most, watch)


def checks_of(engine: Engine, shapes: Iterable[ox.Triple]) -> list[Check]:
    """The queries that `shapes` become, with the subclasses that `engine` knows. Raises `ShapeError`."""
    return list(checks(ShapesGraph(shapes), _classes_below(engine)))


def _classes_below(engine: Engine) -> Callable[[RdfTerm], list[RdfTerm]]:
    """What gives all subclasses of a class, itself first."""
    below: dict[RdfTerm, list[RdfTerm]] = {}
    for row in select(engine, f"SELECT ?below ?above WHERE {{ ?below <{RDFS}subClassOf> ?above }}"):
        if row[0] is not None and row[1] is not None:
            below.setdefault(row[1], []).append(row[0])

    def classes(above: RdfTerm) -> list[RdfTerm]:
        found = {above: None}
        for one in (todo := [above]):
            new = [other for other in below.get(one, ()) if other not in found]
            found.update(dict.fromkeys(new))
            todo += new
        return [one for one in found if isinstance(one, ox.NamedNode)]

    return classes
