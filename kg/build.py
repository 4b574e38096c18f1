"""The one recipe: load, validate, reason, add the links; and its result in the user's cache.

A dataset is cached under a digest of everything that it depends on.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from kg import paths
from kg.cache import keep, recall
from kg.errors import FileError, Inconsistent, NotConforming
from kg.load import Document, data_files, link_files, load, merged_prefixes, parse, sorted_quads
from kg.namespaces import ASSERTED_GRAPH, CLOSURE_GRAPH, LINKS_GRAPH, ONTOLOGY_GRAPH
from kg.version import __version__

if TYPE_CHECKING:
    from kg.validate import Report

_PACKAGE = Path(__file__).parent

Progress = Callable[[str], None]

_MISSING = frozenset(("s:V07", "s:V27"))
"""The checks that a draft fails until its facts are there: a segment without a fact, a reference that nothing cites."""

UNREASONED = "none"
"""The method of a dataset without a closure, which is worked out elsewhere."""


class Dataset(NamedTuple):
    """A built dataset: N-Quads text with the graphs asserted, ontology, closure and links, which share no triple.

    A comment in front has the prefixes of the data files. `path` is the cache file, None if there is none; `problem` tells why; `fresh`
    is whether this call built it.
    """

    content: bytes
    path: Path | None = None
    problem: str | None = None
    fresh: bool = False
    languages: Sequence[str] | None = None

    def __repr__(self) -> str:
        return f"<Dataset of {len(self.content):,} bytes, {self.path or 'not cached'}>"

    @property
    def prefixes(self) -> Mapping[str, str]:
        """The prefixes of the data files and of the project."""
        comment = self.content.partition(b"\n")[0]
        prefixes: dict[str, str] = json.loads(comment.removeprefix(b"# "))
        return prefixes

    def quads(self, graphs: Iterable[str] | None = None) -> Iterator[ox.Quad]:
        """The quads of some graphs, of all if None, parsed anew."""
        every = ox.parse(self.content, format=ox.RdfFormat.N_QUADS)
        wanted = None if graphs is None else set(map(ox.NamedNode, graphs))
        return every if wanted is None else (quad for quad in every if quad.graph_name in wanted)

    def store(self) -> ox.Store:
        """A new in-memory store with the quads."""
        store = ox.Store()
        store.bulk_load(self.content, ox.RdfFormat.N_QUADS, lenient=True)  # pyoxigraph wrote it, and its digest was right
        return store


def build(
    data: Path | None = None,
    *,
    method: str = "rules",
    rebuild: bool = False,
    cache: bool = True,
    progress: Progress | None = None,
    unfinished: bool = False,
) -> Dataset:
    """The dataset of the Turtle files and link tables in the folder `data` (the article's, if None), from the cache unless `rebuild`.

    `method` is rules, owlrl or none. If `unfinished`, segments may lack facts; a dataset in which some do is not cached.
    Raises `FileError`, `ParseError`, `LinkError`, `NotConforming` or `Inconsistent`.
    """
    folder = data or paths.DATA
    name = f"{_key(folder, method)}.nq"
    known = recall(name) if cache and not rebuild else None
    if known is not None:
        return Dataset(known, path=paths.cache_folder() / name)
    made = _made(folder, method, progress or (lambda line: None), _MISSING if unfinished else frozenset())
    if not cache or not made.conforms:
        return Dataset(made.content, fresh=True)
    try:
        return Dataset(made.content, path=keep(name, made.content), fresh=True)
    except FileError as error:
        return Dataset(made.content, problem=str(error), fresh=True)


def _key(folder: Path, method: str) -> str:
    """A digest of the input files, the code, the versions and the options."""
    digest = hashlib.sha256(f"{__version__} {ox.__version__} {method} {_reasoner(method)} {_code()}".encode())
    for path in (*data_files(folder), *link_files(folder), paths.ONTOLOGY, paths.SHAPES):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise FileError(f"{path}: cannot be read: {error.strerror}.") from error
        digest.update(f"\0{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:32]


def _reasoner(method: str) -> str:
    """The versions of what reasons by `method` and is not this project's own."""
    if method != "owlrl":
        return ""
    from importlib.metadata import version  # takes longer than a query

    return f"{version('owlrl')} {version('rdflib')}"


def _code() -> str:
    """What changes when a Python file of this project does; nothing where it is installed: there its version says which code it is."""
    if paths.INSTALLED:
        return ""
    found = []
    folders = [str(_PACKAGE)]
    while folders:  # twice as fast as pathlib, and on the way of each question
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name.startswith((".", "__pycache__")):  # what editors and Python keep beside the code
                    continue
                if entry.name.endswith(".py"):
                    status = entry.stat()
                    found.append((os.path.relpath(entry.path, _PACKAGE), status.st_size, status.st_mtime_ns))
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
    return str(sorted(found))


class _Made(NamedTuple):
    """What was made of the files: the content of a `Dataset`, and whether they conform to all shapes, also to those that may be failed."""

    content: bytes
    conforms: bool


def _made(folder: Path, method: str, progress: Progress, allowed: Set[str]) -> _Made:
    """The dataset made from the files of `folder`, whatever is cached; they may fail the checks `allowed`, and no others.

    Raises as `build` does.
    """
    from kg.at_size import method_for, validated
    from kg.contradict import contradictions
    from kg.findings import beside, misplaced_in, refuse_unreadable
    from kg.links import link_triples, links_of
    from kg.reason import closure

    start = time.perf_counter()
    documents = load(folder)
    ontology = parse(paths.ONTOLOGY)
    progress(f"validating {sum(len(document.triples) for document in documents):,} triples …")
    refuse_unreadable(documents)
    checked = validated(documents, ontology, parse(paths.SHAPES), method_for(data_files(folder)))
    report = beside(checked, misplaced_in(documents, ontology), merged_prefixes(documents))
    refused = [result for result in report.of("Violation") if result.shape not in allowed]
    if refused:
        raise NotConforming(f"The data in {folder}", map(str, refused), f"kg validate --data {folder}")
    progress("reasoning …")
    asserted = list(dict.fromkeys(triple for document in documents for triple in document.triples))
    tables = links_of(folder, asserted)
    try:
        inferred = [] if method == UNREASONED else closure(asserted, ontology.triples, method)
    except Inconsistent as error:
        raise Inconsistent([found.clash for found in contradictions(documents, ontology)] or error.clashes) from error
    known = set(asserted)
    terms = [triple for triple in ontology.triples if triple not in known]
    links = [triple for triple in dict.fromkeys(link_triples(tables)) if triple not in known]
    graphs = {ASSERTED_GRAPH: asserted, ONTOLOGY_GRAPH: terms, CLOSURE_GRAPH: inferred, LINKS_GRAPH: links}
    content = content_of(graphs, merged_prefixes(documents))
    count = sum(map(len, graphs.values()))
    progress(f"built {count:,} triples, {len(inferred):,} of them inferred, in {time.perf_counter() - start:.1f} s")
    return _Made(content, report.conforms)


def content_of(graphs: Mapping[str, Iterable[ox.Triple]], prefixes: Mapping[str, str]) -> bytes:
    """The content of a `Dataset` with the triples of each graph, by the graph's IRI, and the prefixes of the data files."""
    quads = sorted_quads(
        ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode(graph)) for graph, triples in graphs.items() for t in triples
    )
    content = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    if content is None:
        raise TypeError("no content")
    return b"# " + json.dumps(dict(prefixes), sort_keys=True).encode() + b"\n" + content


def check(documents: Sequence[Document], method: str = "pyshacl") -> "Report":
    """The report on `documents`, taken together: axioms and unknown terms, contradictions, then what the shapes say.

    `method` is how the shapes are asked: pyshacl or sparql.
    """
    from kg.at_size import validated
    from kg.findings import beside, contradictions_in, misplaced_in, refuse_unreadable

    ontology = parse(paths.ONTOLOGY)
    refuse_unreadable(documents)
    report = validated(documents, ontology, parse(paths.SHAPES), method)
    return beside(report, [*misplaced_in(documents, ontology), *contradictions_in(documents, ontology)], merged_prefixes(documents))
