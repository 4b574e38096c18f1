"""Build a store: load the files in bulk, validate, reason inside it, and only then let it count."""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from traceback import clear_frames

import pyoxigraph as ox

from kg import paths
from kg.at_size import violations_in
from kg.engine import Embedded
from kg.errors import DataError, FileError, Inconsistent, NotConforming, StoreError, counted
from kg.links import checked_links, link_triples
from kg.load import link_files, parse
from kg.names import languages
from kg.namespaces import ASSERTED_GRAPH, LINKS_GRAPH, ONTOLOGY_GRAPH, PREFIXES, RDFS, SCRATCH_GRAPH
from kg.reason.axioms import TYPE, Axioms, axiomatic_terms
from kg.reason.clashes import clashes, telling
from kg.reason.in_store import reason_in
from kg.reason.rules import rules_for
from kg.sources import Source, load_into, sample, sources
from kg.store.folder import Manifest, digests, links_folder, new_generation, publish
from kg.watch import Watch

_MOST_NAMED = 3
_ASSERTED = ox.NamedNode(ASSERTED_GRAPH)


def build_store(folder: Path, files: Iterable[Path], watch: Watch, *, validate: bool = True) -> Manifest:
    """Build a store in `folder` from `files`, or the folders of them, and return what is in it; the one before counts until it is whole.

    Without `validate` the shapes are not asked: what does not conform is let in.
    Raises `FileError`, `ParseError`, `FormatError`, `LinkError`, `DataError`, `NotConforming`, `Inconsistent` or `StoreError`.
    """
    files = list(files)
    found = sources(files)
    tables = {table.resolve(): table for path in files if path.is_dir() for table in link_files(path)}
    with new_generation(folder) as path:
        try:
            manifest = _built(path, found, [*tables.values()], watch, validate)
            ox.Store(str(path))  # opened again, it lets go of the log of what is in its files by now
            manifest = replace(manifest, digests=digests(path))
        except BaseException as error:
            _close(error)
            if isinstance(error, OSError):
                raise StoreError(f"{folder}: cannot be built: {error.strerror or error}.") from error
            raise
        publish(path, manifest)
    return manifest


def _close(error: BaseException) -> None:
    """Let go of the store that the frames of `error` hold: while open, it may write files into a folder that is being removed."""
    chain: BaseException | None = error
    while chain is not None:
        clear_frames(chain.__traceback__)
        chain = chain.__cause__ or chain.__context__


def _built(path: Path, found: Sequence[Source], tables: Sequence[Path], watch: Watch, validate: bool) -> Manifest:
    """The generation at `path`, made of the files, and what is in it."""
    store = ox.Store(str(path))
    prefixes = dict(PREFIXES)
    what = found[0].path.name if len(found) == 1 else counted(len(found), "file")
    watch.stage(f"loading {what}", sum(source.size for source in found), "bytes")
    for source in found:
        known = sample(source)
        prefixes = {**known.prefixes, **prefixes}
        load_into(store, source, _ASSERTED, partial(_advance, watch, known.density))
    asserted = len(store)
    if not asserted:
        raise FileError(f"{', '.join(str(source.path) for source in found)}: no triple is in there.")
    ontology = parse(paths.ONTOLOGY).triples
    terms = _add(store, ontology, ONTOLOGY_GRAPH)
    _refuse_axioms(store)
    if validate:
        _validate(found, ontology, watch)
    watch.stage("reasoning")
    inferred = _reason(store, Axioms.read(ontology), watch)
    links = _add_links(store, path, tables)
    watch.stage("merging")
    store.optimize()  # what came in several goes lies in layers, each of which a question looks through
    store.flush()
    tags = languages(Embedded(store))
    graphs = {"asserted": asserted, "ontology": terms, "closure": inferred, "links": links}
    built = datetime.now(UTC).isoformat(timespec="seconds")
    return Manifest(path.name, built, ox.__version__, tuple(source.path.name for source in found), prefixes, graphs, tags)


def _advance(watch: Watch, density: float, done: int) -> None:
    """So many bytes more, of a file that has so many triples to a byte, about."""
    watch.advance(done, done * density)


def _add(store: ox.Store, triples: Iterable[ox.Triple], graph: str) -> int:
    """Add those of `triples` that are not asserted, and return how many they are: no triple is in two graphs."""
    new = {
        ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(graph))
        for triple in triples
        if ox.Quad(triple.subject, triple.predicate, triple.object, _ASSERTED) not in store
    }
    store.extend(new)
    return len(new)


def _refuse_axioms(store: ox.Store) -> None:
    """Raise `DataError` for an axiom among the data."""
    for term in map(ox.NamedNode, axiomatic_terms()):
        for predicate, class_ in ((term, None), (TYPE, term)):
            for quad in store.quads_for_pattern(None, predicate, class_, _ASSERTED):
                raise DataError(f"The data hold the axiom {quad.triple}; axioms belong into the ontology.")


def _validate(found: Sequence[Source], ontology: Iterable[ox.Triple], watch: Watch) -> None:
    """Raise `NotConforming` for violations of the shapes by the files, whose triples can be read faster than the store gives them."""
    report = violations_in(found, ontology, parse(paths.SHAPES), watch)
    if not report.conforms:
        files = [source.path for source in found]
        named = " ".join(map(str, files[:_MOST_NAMED])) + (" …" if len(files) > _MOST_NAMED else "")
        raise NotConforming("The data", map(str, report.of("Violation")), f"kg validate {named}")


def _reason(store: ox.Store, axioms: Axioms, watch: Watch) -> int:
    """Add the closure, and return how many triples it has. Raises `Inconsistent`."""
    inferred = reason_in(store, axioms, rules_for(axioms), watch.advance)
    found = clashes(Embedded(store), axioms, telling(store, axioms, _ASSERTED))
    if found:
        raise Inconsistent(found)
    store.remove_graph(ox.NamedNode(SCRATCH_GRAPH))
    return inferred


def _add_links(store: ox.Store, path: Path, tables: Sequence[Path]) -> int:
    """Keep the tables of links beside the generation, add their triples, and return how many they are.

    Tables of several folders may not contradict each other, as those of one may not: raises `LinkError`.
    """
    if not tables:
        return 0
    label = ox.NamedNode(RDFS + "label")
    checked = checked_links(tables, (quad.triple for quad in store.quads_for_pattern(None, label, None, _ASSERTED)))
    folder = links_folder(path)
    folder.mkdir()
    for table in tables:
        shutil.copyfile(table, _free(folder / table.name))
    return _add(store, link_triples(checked), LINKS_GRAPH)


def _free(path: Path) -> Path:
    """`path`, or with a number in its name if another table has that."""
    stem, dot, suffixes = path.name.partition(".")
    names = (path.with_name(f"{stem}-{number}{dot}{suffixes}") for number in count(2))
    return path if not path.exists() else next(name for name in names if not name.exists())
