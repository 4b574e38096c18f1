"""SHACL compiled to SPARQL: each constraint a query, so that data are validated where they are, in memory, on disk or at an endpoint.

The results are those of pySHACL, the reference: focus node, path, value, shape, component and severity. What is not known to be compiled
rightly raises `ShapeError`.
"""

from collections.abc import Callable, Iterable, Iterator

import pyoxigraph as ox

from kg.engine import Engine, select
from kg.namespaces import RDFS
from kg.shapes.checks import Check, Finding, checks
from kg.shapes.portions import Source, in_portions
from kg.shapes.reading import ShapesGraph, Term
from kg.shapes.reporting import report_triples

__all__ = ["PORTION", "Check", "Finding", "Source", "checks_of", "report_triples", "validate_in"]


PORTION = 6_000_000
"""As many triples as are held in memory at once of a store on disk, at some 650 bytes each."""


def validate_in(
    engine: Engine, shapes: Iterable[ox.Triple], *, portion: int | None = None, source: Source | None = None
) -> Iterator[Finding]:
    """The results of validating what `engine` sees, the data and their ontology, against `shapes`: told as they are found.

    Nothing is kept here but the classes of the ontology. With `portion` the triples are taken into memory, about so many at a time: for a
    store on disk, where the many small look-ups are slow. `source` gives the same triples faster than the engine does. Raises `ShapeError`.
    """
    found = checks_of(engine, shapes)
    if portion:
        yield from in_portions(engine, found, portion, source)
    else:
        for check in found:
            yield from check.findings(engine)


def checks_of(engine: Engine, shapes: Iterable[ox.Triple]) -> list[Check]:
    """The queries that `shapes` become, with the subclasses that `engine` knows. Raises `ShapeError`."""
    return list(checks(ShapesGraph(shapes), _classes_below(engine)))


def _classes_below(engine: Engine) -> Callable[[Term], list[Term]]:
    """What gives all subclasses of a class, itself first."""
    below: dict[Term, list[Term]] = {}
    for row in select(engine, f"SELECT ?below ?above WHERE {{ ?below <{RDFS}subClassOf> ?above }}"):
        if row[0] is not None and row[1] is not None:
            below.setdefault(row[1], []).append(row[0])

    def classes(above: Term) -> list[Term]:
        found = {above: None}
        for one in (todo := [above]):
            new = [other for other in below.get(one, ()) if other not in found]
            found.update(dict.fromkeys(new))
            todo += new
        return [one for one in found if isinstance(one, ox.NamedNode)]

    return classes
