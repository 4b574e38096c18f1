"""Which engine is opened, over which dataset, for a target."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pyoxigraph as ox

from kg import paths
from kg.build import Dataset, Progress, build
from kg.config import Target
from kg.engine import Embedded, Engine, rdflib_engine
from kg.errors import ConfigError

if TYPE_CHECKING:
    from kg.remote import Remote
    from kg.validate import Report


class Contents(Protocol):
    """What an engine answers from. `problem` is why it could not be kept, if it should have been."""

    @property
    def problem(self) -> str | None:
        """Why the dataset could not be kept in the cache; None where it was, or is not to be."""

    @property
    def prefixes(self) -> Mapping[str, str]:
        """The prefixes of the data and of the project."""

    @property
    def languages(self) -> Sequence[str] | None:
        """The language tags of all names in the dataset; None where they are not known."""

    def quads(self, graphs: Iterable[str] | None = None) -> Iterator[ox.Quad]:
        """The quads of some graphs, of all if None, read anew."""


class Opened(NamedTuple):
    """An engine, what it answers from, the folder of its data files, None if it has none, and that of the tables of links."""

    engine: Engine
    contents: Contents
    data_files: Path | None
    links: Path


class _OnServer:
    """The dataset of a server: asked for graph by graph."""

    problem: str | None = None
    languages: Sequence[str] | None = None

    def __init__(self, engine: "Remote", prefixes: Mapping[str, str]) -> None:
        self._engine = engine
        self.prefixes = prefixes

    def quads(self, graphs: Iterable[str] | None = None) -> Iterator[ox.Quad]:
        return chain.from_iterable(map(self._engine.quads, self._engine.graphs if graphs is None else graphs))


def open_engine(
    target: Target,
    data: Path | None,
    *,
    cache: bool = True,
    progress: Progress | None = None,
    unfinished: bool = False,
    wait: float | None = None,
) -> Opened:
    """The engine that `target` names; in memory over the data folder `data`, or the article's own, which may be `unfinished`.

    A server has `wait` seconds for an answer, or as many as are set.

    Raises `ConfigError`, `StoreError`, `NotAnEndpoint`, `Unauthorized`, or as `build` does.
    """
    if data is not None and target.engine in ("disk", "remote"):
        raise ConfigError(f"The {target.engine} engine has data of its own: leave out {data}, or take another engine.")
    if target.store is not None:
        from kg.store.folder import StoredDataset

        stored = StoredDataset(target.store)
        return Opened(Embedded(stored.store, "disk"), stored, None, stored.links)
    if target.endpoint is not None:
        from kg.endpoint import Endpoint, credentials_for
        from kg.remote import Remote, ServersPrefixes

        credentials = credentials_for(target.endpoint, by_file=target.by_file)
        endpoint = Endpoint(target.endpoint, credentials=credentials, timeout=wait)
        remote = Remote(endpoint)
        return Opened(remote, _OnServer(remote, ServersPrefixes(endpoint)), None, paths.DATA)
    dataset = build(data, cache=cache, progress=progress, unfinished=unfinished)
    folder = data or paths.DATA
    return Opened(in_memory(target.engine, dataset), dataset, folder, folder)


def _as_asserted(engine: Engine) -> Engine:
    """The engine over what is asserted, and the ontology, alone. Raises `ConfigError` for one that cannot leave graphs out."""
    from kg.at_size import VALIDATED
    from kg.remote import Remote

    if not isinstance(engine, Embedded | Remote):
        raise ConfigError(f"The {engine.name} engine does not leave graphs out; use another one.")
    return engine.seeing(VALIDATED)


def validated_in_place(engine: Engine, contents: Contents) -> "Report":
    """The report of validating what `engine` has, asked by SPARQL; of a store on disk each file is read first, and a part at a time.

    Raises `ConfigError`, `StoreError` for a damaged store, and `EndpointError`.
    """
    from kg.at_size import validate_in
    from kg.load import parse
    from kg.shapes import PORTION
    from kg.store.folder import StoredDataset

    portion = None
    if isinstance(contents, StoredDataset):
        contents.verify()
        portion = PORTION
    return validate_in(_as_asserted(engine), parse(paths.SHAPES), portion=portion, graph=True)


def in_memory(engine: str, dataset: Dataset) -> Engine:
    """An engine in memory with the quads of `dataset`: rdflib's if `engine` is "rdflib", else pyoxigraph's."""
    return rdflib_engine(dataset.quads()) if engine == "rdflib" else Embedded(dataset.store())
