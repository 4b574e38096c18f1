"""The steps that `scale.py` measures, each in a process of its own: `python benchmarks/steps.py STEP FOLDER` prints its figures as JSON.

FOLDER holds data.ttl, made by generate.py. A step says how many seconds its own part took, without what it needs first; the time of
the processor and the peak memory are those of the whole process, or of the command that it starts.
"""

import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from kg import paths
from kg.engine import Embedded
from kg.graph import KnowledgeGraph
from kg.load import parse, to_rdflib
from kg.namespaces import ASSERTED_GRAPH, ONTOLOGY_GRAPH, PREFIXES
from kg.reason import closure
from kg.reason.axioms import Axioms
from kg.reason.in_store import reason_in
from kg.reason.rules import rules_for
from kg.sources import load_into, sources
from kg.store.folder import StoredDataset

DATA, STORE, LOADED = "data.ttl", "store", "loaded"
"""The files of a size: the data, a store that `kg build` made, and what a step loads into."""

_ASSERTED = ox.NamedNode(ASSERTED_GRAPH)


class Clock:
    """Wall-clock and processor seconds of the part of a step that counts."""

    def __init__(self) -> None:
        self.seconds = self.processor = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Counts what is done within."""
        wall, used = time.perf_counter(), _processor()
        yield
        self.seconds += time.perf_counter() - wall
        self.processor += _processor() - used


def _processor() -> float:
    """The seconds of the processor that this process, and the commands that have ended, have used."""
    found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in found)


Figures = dict[str, object]
Measured = Callable[[Path, Clock], Figures]


class Step(NamedTuple):
    """A step: what is measured and by whom, the most triples that it is tried with, and how."""

    what: str
    by: str
    most: int
    run: Measured


_ANY = 10**9


def _size(folder: Path) -> int:
    """The bytes of the files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _fresh(folder: Path) -> Path:
    """An empty folder to load into."""
    shutil.rmtree(folder / LOADED, ignore_errors=True)
    return folder / LOADED


def _command(*arguments: str | Path) -> None:
    subprocess.run([*map(str, arguments)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _script(name: str) -> Path:
    """A command beside this Python."""
    return Path(sys.executable).parent / name


# ---- load


def load_in_memory(folder: Path, clock: Clock) -> Figures:
    """The data into a pyoxigraph store in memory."""
    store = ox.Store()
    with clock.running():
        store.bulk_load(path=str(folder / DATA), to_graph=_ASSERTED)
    return {"triples": len(store)}


def load_rdflib(folder: Path, clock: Clock) -> Figures:
    """The data into an rdflib graph."""
    import rdflib

    graph = rdflib.Graph()
    with clock.running():
        graph.parse(folder / DATA)
    return {"triples": len(graph)}


def load_pyoxigraph(folder: Path, clock: Clock) -> Figures:
    """The data into a pyoxigraph store on disk."""
    path = _fresh(folder)
    with clock.running():
        store = ox.Store(str(path))
        store.bulk_load(path=str(folder / DATA), to_graph=_ASSERTED)
        store.flush()
    return {"triples": len(store), "bytes": _size(path)}


def load_oxigraph(folder: Path, clock: Clock) -> Figures:
    """The data into a store on disk by the command `oxigraph load`."""
    path = _fresh(folder)
    with clock.running():
        _command(_script("oxigraph"), "load", "--location", path, "--file", folder / DATA, "--graph", ASSERTED_GRAPH)
    return {"bytes": _size(path)}


def load_kg(folder: Path, clock: Clock) -> Figures:
    """The loading of `kg build --store`."""
    path = _fresh(folder)
    (source,) = sources([folder / DATA])
    with clock.running():
        store = ox.Store(str(path))
        load_into(store, source, _ASSERTED, lambda done: None)
        store.flush()
    return {"triples": len(store), "bytes": _size(path)}


def build_kg(folder: Path, clock: Clock) -> Figures:
    """The whole of `kg build --store`."""
    with clock.running():
        _command(_script("kg"), "build", "--store", folder / STORE, folder / DATA)
    manifest = StoredDataset(folder / STORE).manifest
    return {"triples": sum(manifest.graphs.values()), "inferred": manifest.graphs["closure"], "bytes": _size(folder / STORE)}


# ---- reason


def _by_closure(method: str) -> Measured:
    """Reasoning in memory by a method of `kg.reason`."""

    def run(folder: Path, clock: Clock) -> Figures:
        data, ontology = parse(folder / DATA).triples, parse(paths.ONTOLOGY).triples
        with clock.running():
            inferred = closure(data, ontology, method)
        return {"inferred": len(inferred)}

    return run


def reason_on_disk(folder: Path, clock: Clock) -> Figures:
    """The reasoning of `kg build --store`, once the store has merged what was loaded, which it does beside what comes next."""
    store = ox.Store(str(_fresh(folder)))
    store.bulk_load(path=str(folder / DATA), to_graph=_ASSERTED)
    store.optimize()
    ontology = parse(paths.ONTOLOGY).triples
    store.extend(ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(ONTOLOGY_GRAPH)) for triple in ontology)
    with clock.running():
        axioms = Axioms.read(ontology)
        return {"inferred": reason_in(store, axioms, rules_for(axioms), lambda done: None)}


def reason_reasonable(folder: Path, clock: Clock) -> Figures:
    """OWL 2 RL by `reasonable`, which keeps all that follows; from its files, as our own reasoning also fills its store first."""
    import reasonable

    reasoner = reasonable.PyReasoner()
    with clock.running():
        reasoner.load_file(str(paths.ONTOLOGY))
        reasoner.load_file(str(folder / DATA))
        return {"triples": len(reasoner.reason())}


# ---- validate


def _by_validate(*options: str) -> Measured:
    """The command `kg validate` with some options."""

    def run(folder: Path, clock: Clock) -> Figures:
        with clock.running():
            _command(_script("kg"), "validate", *options, folder / DATA)
        return {}

    return run


def validate_pyshacl(folder: Path, clock: Clock) -> Figures:
    """pySHACL alone, over an rdflib graph in memory."""
    import pyshacl

    data, shapes, ontology = (to_rdflib(parse(path).triples) for path in (folder / DATA, paths.SHAPES, paths.ONTOLOGY))
    with clock.running():
        conforms, _, _ = pyshacl.validate(data, shacl_graph=shapes, ont_graph=ontology, inference="none", inplace=True)
    return {"conforms": bool(conforms)}


def validates_by_sparql() -> bool:
    """Whether `kg validate` has shapes asked by SPARQL."""
    told = subprocess.run([str(_script("kg")), "validate", "--help"], capture_output=True, text=True, check=True)
    return "--method" in told.stdout


# ---- export


def export_kg(folder: Path, clock: Clock) -> Figures:
    """The asserted graph from disk as Turtle, as `kg export --store` writes it."""
    graph = KnowledgeGraph.open(store=folder / STORE)
    with (folder / "export.ttl").open("wb") as file, clock.running():
        graph.export_to(file, "turtle")
    return {"bytes": (folder / "export.ttl").stat().st_size}


def export_pyoxigraph(folder: Path, clock: Clock) -> Figures:
    """The asserted graph from disk as Turtle, dumped by pyoxigraph."""
    store = StoredDataset(folder / STORE).store
    with (folder / "export.ttl").open("wb") as file, clock.running():
        store.dump(file, ox.RdfFormat.TURTLE, from_graph=_ASSERTED, prefixes=dict(PREFIXES))
    return {"bytes": (folder / "export.ttl").stat().st_size}


def export_rdflib(folder: Path, clock: Clock) -> Figures:
    """The data as Turtle, serialized by rdflib from memory."""
    graph = to_rdflib(parse(folder / DATA).triples)
    with clock.running():
        graph.serialize(folder / "export.ttl", format="turtle")
    return {"bytes": (folder / "export.ttl").stat().st_size}


# ---- query


QUERY = "agenda"
"""The stored query that slow peers are asked."""


def _queries(folder: Path, clock: Clock, on_disk: bool) -> Figures:
    from questions import measured

    contents = StoredDataset(folder / STORE)
    if on_disk:
        return {"questions": measured(KnowledgeGraph(Embedded(contents.store, "disk"), contents), clock)}
    store = ox.Store()
    store.bulk_extend(contents.quads())
    return {"questions": measured(KnowledgeGraph(Embedded(store), contents), clock)}


def query_rdflib(folder: Path, clock: Clock) -> Figures:
    """One stored query on rdflib, in memory."""
    from kg.engine import rdflib_engine, select

    engine = rdflib_engine(StoredDataset(folder / STORE).quads())
    text = (paths.QUERIES / f"{QUERY}.rq").read_text(encoding="utf-8")
    with clock.running():
        return {"rows": sum(1 for _ in select(engine, text))}


def query_comunica(folder: Path, clock: Clock) -> Figures:
    """One stored query on Comunica over a file: a whole process, which parses the file first."""
    quads = folder / "data.nt"
    with quads.open("wb") as file:
        triples = (quad.triple for quad in StoredDataset(folder / STORE).quads())
        ox.serialize(triples, file, ox.RdfFormat.N_TRIPLES)
    command = [str(shutil.which("comunica-sparql-file")), str(quads), "-f", str(paths.QUERIES / f"{QUERY}.rq")]
    with clock.running():
        done = subprocess.run(command, check=True, capture_output=True)
    return {"rows": len(json.loads(done.stdout))}


STEPS: Mapping[str, Step] = {
    "load-memory": Step("load into memory", "pyoxigraph", _ANY, load_in_memory),
    "load-rdflib": Step("load into memory", "rdflib", 100_000, load_rdflib),
    "load-pyoxigraph": Step("load on disk", "pyoxigraph", _ANY, load_pyoxigraph),
    "load-oxigraph": Step("load on disk", "`oxigraph load`", _ANY, load_oxigraph),
    "load-kg": Step("load on disk", "kg", _ANY, load_kg),
    "build-kg": Step("load, reason and check", "`kg build --store`", _ANY, build_kg),
    "reason-memory": Step("reason in memory", "kg", 3_000_000, _by_closure("rules")),
    "reason-disk": Step("reason on disk", "kg", _ANY, reason_on_disk),
    "reason-reasonable": Step("reason in memory", "reasonable", 3_000_000, reason_reasonable),
    "reason-owlrl": Step("reason in memory", "owlrl", 100_000, _by_closure("owlrl")),
    "validate-kg": Step("validate", "`kg validate --method pyshacl`", 100_000, _by_validate("--method", "pyshacl")),
    "validate-sparql": Step("validate", "`kg validate --method sparql`", _ANY, _by_validate("--method", "sparql")),
    "validate-pyshacl": Step("validate", "pySHACL", 10_000, validate_pyshacl),
    "query-disk": Step("query on disk", "kg", _ANY, lambda folder, clock: _queries(folder, clock, on_disk=True)),
    "query-memory": Step("query in memory", "kg", 1_000_000, lambda folder, clock: _queries(folder, clock, on_disk=False)),
    "query-rdflib": Step(f"query {QUERY}", "rdflib", 10_000, query_rdflib),
    "query-comunica": Step(f"query {QUERY}", "Comunica, with the file parsed", 100_000, query_comunica),
    "export-kg": Step("export", "kg", _ANY, export_kg),
    "export-pyoxigraph": Step("export", "pyoxigraph", _ANY, export_pyoxigraph),
    "export-rdflib": Step("export", "rdflib", 100_000, export_rdflib),
}
"""The steps in the order in which they are run: `build-kg` makes the store that later ones read."""


def missing(name: str) -> str:
    """Why a step cannot be run here; empty if it can."""
    if name == "query-comunica" and shutil.which("comunica-sparql-file") is None:
        return "comunica-sparql-file is not on the PATH (npm install -g @comunica/query-sparql-file)"
    if name == "validate-sparql" and not validates_by_sparql():
        return "kg validate has no --method"
    if name == "reason-reasonable":
        try:
            import reasonable  # noqa: F401
        except ImportError:
            return "reasonable is not installed (pip install --group benchmark)"
    return ""


def main() -> None:
    """Run one step, and print its figures."""
    name, folder = sys.argv[1:]
    clock = Clock()
    figures = STEPS[name].run(Path(folder), clock)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"seconds": clock.seconds, "processor": clock.processor, "megabytes": peak / 1024, **figures}))


if __name__ == "__main__":
    main()
