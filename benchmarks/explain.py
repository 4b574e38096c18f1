"""How long one explanation takes in a large graph, for each kind of inferred triple, hubs included.

`python benchmarks/explain.py --triples 1000000` generates the data, reasons by the rules, and prints a Markdown table: for each kind of
triple the steps of a shortest proof, median and worst milliseconds of `kg explain` and of `kg explain --all`, and how many times as long
as one query that finds the leaves of the same proof. Half of the sampled triples are those whose ends have the most inferred triples. The
last row is of triples that the graph does not say. `--json FILE` writes the figures as well.
"""

import argparse
import json
import platform
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from random import Random

import pyoxigraph as ox
from generate import generate, world_of

from kg import paths
from kg.cite import Citer
from kg.engine import Embedded
from kg.explain import explain
from kg.load import parse
from kg.names import Names
from kg.namespaces import ASSERTED_GRAPH, CLOSURE_GRAPH, DIP, ID, ONTOLOGY_GRAPH, PREFIXES, RDF, shrink
from kg.reason import closure
from kg.reason.proofs import Proof, Prover

GRAPHS = {"asserted": ASSERTED_GRAPH, "ontology": ONTOLOGY_GRAPH, "closure": CLOSURE_GRAPH}


@dataclass(frozen=True, slots=True)
class Row:
    """The figures for one kind of triple, in milliseconds."""

    kind: str
    triples: int
    steps: int
    median: float
    worst: float
    median_all: float
    worst_all: float
    ratio: float | None
    worst_triple: str


def timed(action: Callable[[], object]) -> float:
    """Milliseconds that an action takes."""
    start = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - start)


def dataset(triples: int, members: int) -> tuple[ox.Store, list[ox.Triple], dict[str, float]]:
    """A store of generated data and their closure, the closure, and how many seconds each part took."""
    seconds: dict[str, float] = {}

    def part(name: str, start: float) -> None:
        seconds[name] = time.perf_counter() - start
        print(f"{name}: {seconds[name]:.1f} s", file=sys.stderr)

    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        (path,) = generate(Path(folder), world_of(triples, members=members)).files
        part("generating", start)
        start = time.perf_counter()
        document = parse(path)
        part("parsing", start)
    ontology = parse(paths.ONTOLOGY).triples
    start = time.perf_counter()
    inferred = closure(document.triples, ontology)
    part(f"reasoning, {len(document.triples):,} triples and {len(inferred):,} inferred", start)
    start = time.perf_counter()
    store = ox.Store()
    for name, found in zip(GRAPHS, (document.triples, ontology, inferred), strict=True):
        graph = ox.NamedNode(GRAPHS[name])
        store.bulk_extend(ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in found)
    part("loading", start)
    return store, inferred, seconds


def samples(inferred: Iterable[ox.Triple], most: int) -> Iterator[tuple[str, list[ox.Triple]]]:
    """For each kind of inferred triple (predicate, or class) some of it: half at random, half those at the busiest ends."""
    kinds: dict[str, list[ox.Triple]] = defaultdict(list)
    busy: Counter[object] = Counter()
    for triple in inferred:
        kinds[kind_of(triple)].append(triple)
        busy[triple.subject] += 1
        busy[triple.object] += triple.predicate.value != RDF + "type"
    rng = Random(0)  # noqa: S311 - made-up data
    for kind, triples in sorted(kinds.items()):
        at_hubs = sorted(triples, key=lambda t: -busy[t.subject] - busy[t.object])[: most // 2]
        yield kind, list(dict.fromkeys((*at_hubs, *rng.sample(triples, min(len(triples), most - len(at_hubs))))))


def kind_of(triple: ox.Triple) -> str:
    """The predicate of a triple, with the class if it gives one."""
    return f"rdf:type {written(triple.object)}" if triple.predicate.value == RDF + "type" else written(triple.predicate)


def unsaid(store: ox.Store) -> list[ox.Triple]:
    """Triples that the graph does not say, of things of which it says much."""
    state, voice, organisation, other = (ox.NamedNode(ID + name) for name in ("state-0", "contributors", "organisation-0", "state-1"))
    found = [ox.Triple(one, ox.NamedNode(DIP + "twinnedWith"), two) for one in (state, voice) for two in (organisation, other)]
    found += [ox.Triple(organisation, ox.NamedNode(DIP + name), state) for name in ("memberOf", "assertedBy", "hasSignatory")]
    found += [
        ox.Triple(state, ox.NamedNode(DIP + "assertedBy"), voice),
        ox.Triple(organisation, ox.NamedNode(PREFIXES["org"] + "member"), state),
    ]
    found += [ox.Triple(state, ox.NamedNode(RDF + "type"), ox.NamedNode(DIP + name)) for name in ("ReportedFact", "TextSegment", "Clause")]
    return [triple for triple in found if not store.query(f"ASK {{ {text(triple)} }}", use_default_graph_as_union=True)]


def text(triple: ox.Triple) -> str:
    """A triple as SPARQL has it."""
    return f"{triple.subject} {triple.predicate} {triple.object}"


def written(term: object) -> str:
    """A term as a CURIE."""
    return shrink(term.value, PREFIXES) if isinstance(term, ox.NamedNode) else str(term)


def leaves_query(proof: Proof) -> str:
    """One query that finds leaves like those of `proof`: what lies between the ends of its conclusion is asked for."""
    ends = {proof.conclusion.subject, proof.conclusion.object}
    names: dict[object, str] = {}

    def asked(term: object, fixed: bool) -> str:
        return str(term) if fixed or term in ends or isinstance(term, ox.Literal) else names.setdefault(term, f"?n{len(names)}")

    patterns = [
        f"{asked(leaf.subject, False)} {leaf.predicate} {asked(leaf.object, leaf.predicate.value == RDF + 'type')} ."
        for leaf in proof.leaves()
    ]
    return f"SELECT * WHERE {{ {' '.join(patterns)} }} LIMIT 1"


def row(kind: str, store: ox.Store, triples: list[ox.Triple], total: int) -> Row:
    """The figures for some triples of one kind; each is explained by a prover of its own."""
    engine = Embedded(store)
    names = Names(engine)
    once: dict[ox.Triple, float] = {}
    every: list[float] = []
    ratios: list[float] = []
    steps: list[int] = []
    for triple in triples:
        prover = warm(engine)
        once[triple] = timed(lambda triple=triple, prover=prover: explain(engine, prover, Citer(engine, prover), names, triple))  # type: ignore[misc]
        prover = warm(engine)
        every.append(timed(lambda triple=triple, prover=prover: explain(engine, prover, Citer(engine, prover), names, triple, every=True)))  # type: ignore[misc]
        proof = prover.proof(triple)
        if proof is not None:
            steps.append(proof.steps)
            query = leaves_query(proof)
            bare = timed(lambda query=query: list(store.query(query, use_default_graph_as_union=True)))  # type: ignore[misc, arg-type]
            ratios.append(once[triple] / bare)
    worst = max(once, key=lambda triple: once[triple])
    ratio = statistics.median(ratios) if ratios else None
    times = list(once.values())
    shortest = min(steps, default=0)
    written_worst = " ".join(map(written, (worst.subject, worst.predicate, worst.object)))
    return Row(kind, total, shortest, statistics.median(times), max(times), statistics.median(every), max(every), ratio, written_worst)


def warm(engine: Embedded) -> Prover:
    """A prover that has read the axioms, and remembers nothing else of note: one small explanation is behind it."""
    prover = Prover(engine, PREFIXES)
    prover.proof(ox.Triple(ox.NamedNode(ID + "state-0"), ox.NamedNode(RDF + "type"), ox.NamedNode(PREFIXES["schema"] + "Country")))
    return prover


def table(rows: Iterable[Row]) -> Iterator[str]:
    """The figures as lines of a Markdown table."""
    yield "| triples of the kind | of them | steps | explain: median ms | worst | with all proofs: median ms | worst | times one query |"
    yield "|---|---|---|---|---|---|---|---|"
    for one in rows:
        ratio = "" if one.ratio is None else f"{one.ratio:.0f}"
        times = " | ".join(f"{time:.1f}" for time in (one.median, one.worst, one.median_all, one.worst_all))
        yield f"| {one.kind} | {one.triples:,} | {one.steps} | {times} | {ratio} |"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--triples", type=int, default=1_000_000, help="about how many asserted triples (default 1000000)")
    parser.add_argument("--members", type=int, default=0, help="how many states at least the first organisation has as members")
    parser.add_argument("--samples", type=int, default=10, help="how many triples of each kind (default 10)")
    parser.add_argument("--dataset", type=Path, help="N-Quads to measure on instead, in the graphs of a built dataset")
    parser.add_argument("--json", type=Path, help="file for the figures")
    options = parser.parse_args()
    if options.dataset:
        store, seconds = ox.Store(), dict[str, float]()
        store.bulk_load(path=options.dataset, format=ox.RdfFormat.N_QUADS)
        inferred = [quad.triple for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(CLOSURE_GRAPH))]
    else:
        store, inferred, seconds = dataset(options.triples, options.members)
    kinds = Counter(map(kind_of, inferred))
    rows = []
    for kind, triples in samples(inferred, options.samples):
        rows.append(row(kind, store, triples, kinds[kind]))
        print(rows[-1], file=sys.stderr)
    rows.append(row("what the graph does not say", store, unsaid(store), 0))
    machine = f"Python {platform.python_version()}, pyoxigraph {version('pyoxigraph')}, {platform.machine()}"
    print(f"{len(store):,} triples, {len(inferred):,} of them inferred; {machine}\n")
    print("\n".join(table(rows)))
    if options.json:
        figures = {"machine": machine, "triples": len(store), "inferred": len(inferred), "seconds": seconds}
        figures["rows"] = [asdict(one) for one in rows]
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
