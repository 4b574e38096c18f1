"""The one recipe: load, validate, reason; and its result in the user's cache.

A cached dataset is a file whose name is a digest of everything it depends on, and whose first line is a digest of its content. What
does not fit is built again, never trusted.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from kg import paths
from kg.errors import FileError, NotConforming
from kg.load import data_files, load, merged_prefixes, parse, sorted_quads
from kg.namespaces import ASSERTED_GRAPH, CLOSURE_GRAPH, ONTOLOGY_GRAPH
from kg.version import __version__

_RECIPE = ("load.py", "build.py", "validate.py", "namespaces.py", "reason/__init__.py", "reason/axioms.py", "reason/rules.py")
_SHOWN_VIOLATIONS = 10
_KEPT_LEFTOVERS_SECONDS = 3600

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A built dataset: N-Quads text with the graphs asserted, ontology and closure (which share no triple), and its prefixes.

    `path` is the cache file, None if there is none; `problem` tells why; `fresh` is whether this call built it.
    """

    content: bytes = field(repr=False)
    prefixes: Mapping[str, str] = field(repr=False)
    path: Path | None = None
    problem: str | None = None
    fresh: bool = False

    def quads(self) -> ox.QuadParser:
        """The quads, parsed anew."""
        return ox.parse(self.content, format=ox.RdfFormat.N_QUADS)

    def store(self) -> ox.Store:
        """A new in-memory store with the quads."""
        store = ox.Store()
        store.bulk_load(self.content, ox.RdfFormat.N_QUADS)
        return store


def build(
    data: Path | None = None, *, method: str = "rules", rebuild: bool = False, cache: bool = True, progress: Progress | None = None
) -> Dataset:
    """The dataset of the Turtle files in the folder `data` (the article's, if None), from the cache unless `rebuild`.

    Raises `FileError`, `ParseError`, `NotConforming` or `Inconsistent`.
    """
    folder = data or paths.DATA
    target = paths.cache_folder() / f"{_key(folder, method)}.nq" if cache else None
    if target and not rebuild:
        cached = _cached(target)
        if cached:
            return cached
    content, prefixes = _built(folder, method, progress or (lambda line: None))
    if not target:
        return Dataset(content, prefixes, fresh=True)
    try:
        _keep(target, content, prefixes)
    except FileError as error:
        return Dataset(content, prefixes, problem=str(error), fresh=True)
    return Dataset(content, prefixes, target, fresh=True)


def _key(folder: Path, method: str) -> str:
    """A digest of the input files, the code of the recipe, the versions and the options."""
    digest = hashlib.sha256(f"{__version__} {ox.__version__} {method}".encode())
    package = Path(__file__).parent
    for path in (*data_files(folder), paths.ONTOLOGY, paths.SHAPES, *(package / name for name in _RECIPE)):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise FileError(f"{path}: cannot be read: {error.strerror}.") from error
        digest.update(f"\0{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:32]


def _built(folder: Path, method: str, progress: Progress) -> tuple[bytes, Mapping[str, str]]:
    """The content of the dataset, made from the files."""
    from kg.reason import closure
    from kg.validate import validate

    start = time.perf_counter()
    documents = load(folder)
    ontology = parse(paths.ONTOLOGY)
    progress(f"validating {sum(len(document.triples) for document in documents):,} triples …")
    report = validate(documents, ontology, parse(paths.SHAPES))
    if not report.conforms:
        raise NotConforming(_violations(folder, [str(result) for result in report.of("Violation")]))
    progress("reasoning …")
    asserted = list(dict.fromkeys(triple for document in documents for triple in document.triples))
    inferred = closure(asserted, ontology.triples, method)
    known = set(asserted)
    terms = [triple for triple in ontology.triples if triple not in known]
    graphs = {ASSERTED_GRAPH: asserted, ONTOLOGY_GRAPH: terms, CLOSURE_GRAPH: inferred}
    quads = sorted_quads(
        ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode(graph)) for graph, triples in graphs.items() for t in triples
    )
    content = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    if content is None:
        raise TypeError("no content")
    progress(f"built {len(quads):,} triples, {len(inferred):,} of them inferred, in {time.perf_counter() - start:.1f} s")
    return content, merged_prefixes(documents)


def _violations(folder: Path, lines: list[str]) -> str:
    """The message for data that do not conform."""
    shown = lines[:_SHOWN_VIOLATIONS]
    more = [f"… and {len(lines) - len(shown)} more: kg validate --data {folder}"] if len(lines) > len(shown) else []
    return f"The data in {folder} do not conform to the shapes:\n" + "\n".join(f"  {line}" for line in (*shown, *more))


# ---- the cache


def _keep(target: Path, content: bytes, prefixes: Mapping[str, str]) -> None:
    """Write the cache file, whole or not at all. Raises `FileError`."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        paths.sweep(target.parent, time.time() - _KEPT_LEFTOVERS_SECONDS)
    except OSError as error:
        raise FileError(f"{target.parent}: cannot be made a cache folder: {error.strerror}. Set KG_CACHE_DIR to another one.") from error
    header = {"sha256": hashlib.sha256(content).hexdigest(), "prefixes": dict(prefixes)}
    with paths.written_whole(target) as file:
        file.write(b"# " + json.dumps(header, sort_keys=True).encode() + b"\n")
        file.write(content)


def _cached(target: Path) -> Dataset | None:
    """The dataset in a cache file; None if there is none or it is damaged."""
    try:
        first, _, content = target.read_bytes().partition(b"\n")
    except OSError:
        return None
    try:
        header = json.loads(first.removeprefix(b"# "))
        sound = header["sha256"] == hashlib.sha256(content).hexdigest()
        prefixes = dict(header["prefixes"])
    except (ValueError, KeyError, TypeError):
        return None
    return Dataset(content, prefixes, target) if sound else None
