"""Which engine is asked: the arguments, then the environment, then kg.toml."""

from pathlib import Path

import pytest

from kg.cli import pushing
from kg.config import Target, endpoint, store, target, timeout
from kg.endpoint import Addresses, Credentials, Endpoint
from kg.errors import ConfigError
from kg.federate import polite
from kg.push import target_at
from kg.wikidata.client import Client


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and no variable set."""
    for name in ("KG_ENGINE", "KG_STORE", "KG_ENDPOINT", "KG_TIMEOUT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


SERVER, OTHER = "http://localhost:7878/query", "http://localhost:7879/query"


@pytest.mark.parametrize(
    ("arguments", "variables", "file", "expected"),
    [
        ({}, {}, "", Target()),
        ({"engine": "rdflib"}, {}, "", Target("rdflib")),
        ({"store": "s"}, {}, "", Target("disk", Path("s"))),
        ({"endpoint": SERVER}, {}, "", Target("remote", endpoint=SERVER)),
        ({}, {"KG_STORE": "s"}, "", Target("disk", Path("s"))),
        ({}, {}, 'store = "s"', Target("disk", Path("s"))),
        ({}, {}, 'store = "~/s"', Target("disk", Path.home() / "s")),
        ({}, {}, f'\ufeffendpoint = "{SERVER}"', Target("remote", endpoint=SERVER, by_file=True)),
        ({"endpoint": SERVER}, {}, f'endpoint = "{SERVER}"', Target("remote", endpoint=SERVER)),
        ({"engine": "remote"}, {}, f'endpoint = "{SERVER}"', Target("remote", endpoint=SERVER, by_file=True)),
        ({}, {"KG_ENDPOINT": SERVER}, 'store = "s"', Target("remote", endpoint=SERVER)),
        ({"engine": "disk"}, {"KG_ENDPOINT": SERVER}, 'store = "s"', Target("disk", Path("s"))),
        ({"engine": "embedded"}, {"KG_STORE": "s"}, "", Target()),
        ({}, {"KG_ENGINE": "rdflib"}, 'store = "s"', Target("rdflib")),
        ({"store": "other"}, {"KG_STORE": "s"}, "", Target("disk", Path("other"))),
        ({}, {"KG_ENGINE": "disk", "KG_STORE": "s", "KG_ENDPOINT": SERVER}, "", Target("disk", Path("s"))),
    ],
)
def test_the_nearest_setting_counts(
    arguments: dict[str, str], variables: dict[str, str], file: str, expected: Target, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arguments before variables before the file; a place by itself means its engine."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    (folder / "kg.toml").write_text(file, encoding="utf-8")
    assert expected == target(**arguments)  # type: ignore[arg-type]


def test_alone_the_arguments_are_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """A data folder that is named is not overruled by a variable."""
    monkeypatch.setenv("KG_STORE", "s")
    assert Target() == target(alone=True)


def test_one_setting_counts_by_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is given, else the variable, else the file; a store beside an endpoint is none too many."""
    assert (None, None) == (store(), endpoint())
    (folder / "kg.toml").write_text(f'store = "file"\nendpoint = "{SERVER}"', encoding="utf-8")
    assert (Path("file"), Target("remote", endpoint=SERVER, by_file=True)) == (store(), endpoint())
    monkeypatch.setenv("KG_STORE", "variable")
    monkeypatch.setenv("KG_ENDPOINT", OTHER)
    assert (Path("variable"), Target("remote", endpoint=OTHER)) == (store(), endpoint())
    assert Target("remote", endpoint=SERVER) == endpoint(SERVER)
    with pytest.raises(ConfigError, match="The query URL of an endpoint is empty"):
        endpoint("")


def test_a_timeout_is_the_nearest_one_set(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number of seconds, however it is written; 70 where none is."""
    assert 70.0 == timeout()
    (folder / "kg.toml").write_text("timeout = 300", encoding="utf-8")
    assert (300.0, Target()) == (timeout(), target())
    monkeypatch.setenv("KG_TIMEOUT", "1.5")
    assert (1.5, 20.0) == (timeout(), timeout(20))
    for wrong in ("soon", "0", "-1", "nan", "inf"):
        monkeypatch.setenv("KG_TIMEOUT", wrong)
        with pytest.raises(ConfigError, match=f"KG_TIMEOUT is '{wrong}'; it must be a number of seconds, more than 0"):
            timeout()
    monkeypatch.delenv("KG_TIMEOUT")
    (folder / "kg.toml").write_text("timeout = true", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"kg\.toml: timeout is True; it must be a number of seconds"):
        timeout()


def test_whoever_asks_a_server_gives_it_the_time_that_is_set(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ours, Wikidata and others alike; an update has an hour, and more only where more is set."""
    monkeypatch.setenv("KG_TIMEOUT", "1.5")
    places = Addresses(SERVER, SERVER, SERVER)
    asking = [Endpoint(SERVER), Client().endpoint, polite(SERVER).endpoint, target_at(places, Credentials()).query]
    assert [1.5] * 4 == [endpoint.timeout for endpoint in asking]
    assert 20.0 == Endpoint(SERVER, timeout=20).timeout
    for seconds, update in (("1.5", 3600.0), ("7200", 7200.0)):
        monkeypatch.setenv("KG_TIMEOUT", seconds)
        pushed_to = pushing._target(SERVER, SERVER, SERVER, None)
        assert pushed_to.update is not None
        assert (float(seconds), update) == (pushed_to.store.timeout, pushed_to.update.timeout)


@pytest.mark.parametrize(
    ("arguments", "file", "message"),
    [
        ({"engine": "dsk"}, "", "No engine is called 'dsk'. Did you mean disk?"),
        ({"engine": "disk"}, "", "The disk engine needs its store: --store, KG_STORE, or store in kg.toml."),
        ({"engine": "remote"}, "", "The remote engine needs its endpoint: --endpoint, KG_ENDPOINT, or endpoint in kg.toml."),
        ({"engine": "rdflib", "store": "s"}, "", "The rdflib engine has no store: leave out s, or take another engine."),
        ({}, "engine = 'rdflib'\nstore = 's'", "The rdflib engine has no store: leave out s, or take another engine."),
        (
            {"store": "s", "endpoint": SERVER},
            "",
            "A store and an endpoint are given: say which one is meant by the engine, disk or remote.",
        ),
        ({"store": ""}, "", "The folder of a store is empty: give one, or leave it out."),
        ({"endpoint": ""}, "", "The query URL of an endpoint is empty: give one, or leave it out."),
        ({}, "stor = 'disk'", "kg.toml: no setting is called 'stor'. Did you mean store?"),
        ({}, "store = 3", "kg.toml: store is 3; it must be a text."),
        ({}, "store = ''", "kg.toml: store is empty: give one, or leave it out."),
        ({}, "store = ", "kg.toml: cannot be read: Invalid value (at end of document)."),
    ],
)
def test_settings_that_do_not_go_together_are_refused(arguments: dict[str, str], file: str, message: str, folder: Path) -> None:
    """With what is wrong, and what to do."""
    (folder / "kg.toml").write_text(file, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        target(**arguments)  # type: ignore[arg-type]
    assert message == str(error.value)
