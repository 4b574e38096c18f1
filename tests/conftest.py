"""What several test modules need: the article's graph, a folder of made-up data, and a cache of their own."""

import os
import shutil
import time
import timeit
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import servers
from hypothesis import HealthCheck, settings
from servers import Proxy
from virtuoso import virtuoso_server

from kg import KnowledgeGraph, paths
from kg.build import build
from kg.load import Document, parse

settings.register_profile("kg", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI")))
settings.load_profile("kg")

SHARED = Path(__file__).parents[2] / "shared" / "article"
"""The article and its inventory, where they lie beside the project."""


def shared(name: str) -> Path:
    """A file of the article's folder; the test is skipped, aloud, where it is not there."""
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"the article's file {name} is not beside the project")
    return path


def shared_wikidata(name: str) -> Path:
    """A file of the folder with the evidence on Wikidata; the test is skipped, aloud, where it is not there."""
    path = SHARED.with_name("wikidata") / name
    if not path.is_file():
        pytest.skip(f"the file {name} with evidence on Wikidata is not beside the project")
    return path


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the user's cache."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KG_CACHE_DIR", str(folder))
        yield


@pytest.fixture(scope="session")
def graph(_own_cache: None) -> KnowledgeGraph:
    """The article's graph on the embedded engine."""
    return KnowledgeGraph.open()


@pytest.fixture(scope="session")
def rdflib_graph(_own_cache: None) -> KnowledgeGraph:
    """The article's graph on the rdflib engine."""
    return KnowledgeGraph.open(engine="rdflib")


@pytest.fixture(scope="session")
def ontology() -> Document:
    """The parsed ontology."""
    return parse(paths.ONTOLOGY)


@pytest.fixture(scope="session")
def article_data() -> tuple[ox.Triple, ...]:
    """The asserted triples of the article."""
    return parse(paths.DATA / "relations.ttl").triples


def processor_seconds(action: Callable[[], object]) -> float:
    """The least time of the processor that `action` takes, of three runs: other work on the machine is in none of them, or in some."""
    return min(timeit.repeat(action, timer=time.process_time, number=1, repeat=3))


OTHER = Path(__file__).parent / "graustark"
"""The data of another, made-up pair of states."""


@pytest.fixture
def other_data(tmp_path: Path) -> Path:
    """A folder with a copy of the made-up pair's data, to be changed."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "relations.ttl").write_bytes((OTHER / "relations.ttl").read_bytes())
    return folder


@pytest.fixture
def two_namesakes(other_data: Path) -> Path:
    """The made-up pair with two cities of one name."""
    with (other_data / "relations.ttl").open("a", encoding="utf-8") as file:
        for number in (1, 2):
            file.write(f'\nid:springfield-{number} a schema:City ; rdfs:label "Springfield"@en .\n')
    return other_data


SNAPSHOT = Path(__file__).parent / "wikidata" / "snapshot.ttl"
"""What the tests' server answers from, in place of Wikidata."""


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    """The query URL of a server that holds the snapshot."""
    with servers.oxigraph_server(SNAPSHOT) as base:
        yield f"{base}/query"


@pytest.fixture
def no_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache without kept answers: it has the article's dataset, which takes two seconds to build, and nothing else."""
    dataset, folder = build().path, tmp_path / "cache"
    assert dataset is not None
    folder.mkdir()
    shutil.copy(dataset, folder)
    monkeypatch.setenv("KG_CACHE_DIR", str(folder))


@pytest.fixture
def proxy(upstream: str, no_answers: None) -> Iterator[Proxy]:
    """A proxy, and a cache without answers."""
    with servers.misbehaving_proxy(upstream) as running:
        yield running


@pytest.fixture(scope="module")
def virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a Virtuoso with a database of this module's own: docs/engines.md tells what was seen after many loads of one."""
    with virtuoso_server(tmp_path_factory.mktemp("virtuoso")) as base:
        yield base
