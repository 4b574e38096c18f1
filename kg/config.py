"""Which engine is asked, and where: what the caller says, else the environment, else the file `kg.toml` in the working folder."""

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from kg.errors import ConfigError, nearest, path_of, text_of

ENGINES = ("embedded", "disk", "remote", "rdflib")
"""In memory; in a folder on disk; a SPARQL server; and rdflib's own, in memory too."""

_PLACES = {"disk": "store", "remote": "endpoint"}
_VARIABLES = {"engine": "KG_ENGINE", "store": "KG_STORE", "endpoint": "KG_ENDPOINT"}
_TIMEOUT = "KG_TIMEOUT"
FILE = "kg.toml"
TIMEOUT = 70.0
"""Seconds for one answer of an endpoint, where nothing else is said."""
CHUNK = 20_000
"""How many triples one request of a push has, where nothing else is said: some megabytes."""


class Target(NamedTuple):
    """The engine to ask, with the folder of its store if it is "disk", and the query URL of its server if it is "remote".

    `by_file`: only the file kg.toml names the server, which may have come with somebody else's folder.
    """

    engine: str = "embedded"
    store: Path | None = None
    endpoint: str | None = None
    by_file: bool = False


def target(engine: str | None = None, store: str | Path | None = None, endpoint: str | None = None, *, alone: bool = False) -> Target:
    """The target that the arguments name; what they leave open is taken from the environment, then from kg.toml, unless they stand `alone`.

    The variables are KG_ENGINE, KG_STORE and KG_ENDPOINT, the file's keys engine, store and endpoint. A store by itself means the engine
    "disk", an endpoint "remote". Raises `ConfigError` for an unknown engine, or for settings that do not go together.
    """
    given = _given(engine, store, endpoint)
    layers = (given,) if alone else (given, _environment(), _file())
    name = next(filter(None, map(_engine_of, layers)), "embedded")
    if name not in ENGINES:
        raise ConfigError(f"No engine is called {name!r}.{nearest(name, ENGINES)}")
    naming = [layer for layer in layers if "engine" in layer][:1]
    for layer in (given, *(naming if name not in _PLACES else ())):
        for key in layer.keys() & set(_PLACES.values()) - {_PLACES.get(name)}:
            raise ConfigError(f"The {name} engine has no {key}: leave out {layer[key]}, or take another engine.")
    if name not in _PLACES:
        return Target(name)
    key = _PLACES[name]
    found, by_file = _nearest(key, layers)
    if found is None:
        raise ConfigError(f"The {name} engine needs its {key}: --{key}, {_VARIABLES[key]}, or {key} in {FILE}.")
    return Target(name, Path(found).expanduser()) if name == "disk" else Target(name, endpoint=found, by_file=by_file)


def store() -> Path | None:
    """The folder of the store that the environment or kg.toml names, if one of them does. Raises `ConfigError`."""
    found, _ = _nearest("store", (_environment(), _file()))
    return None if found is None else Path(found).expanduser()


def endpoint(given: str | None = None) -> Target | None:
    """The server whose query URL is given, else the one that the environment or kg.toml names, if any. Raises `ConfigError`."""
    url, by_file = _nearest("endpoint", (_given(None, None, given), _environment(), _file()))
    return None if url is None else Target("remote", endpoint=url, by_file=by_file)


def _nearest(key: str, layers: Sequence[Mapping[str, str]]) -> tuple[str | None, bool]:
    """What `key` is set to by the first of `layers` that sets it, and whether that is the file, which is the last of several."""
    return next(((layer[key], at == len(layers) - 1 > 0) for at, layer in enumerate(layers) if key in layer), (None, False))


def timeout(given: float | None = None) -> float:
    """Seconds that an answer of a server may take: those given, else KG_TIMEOUT, else timeout in kg.toml, else 70. Raises `ConfigError`."""
    for name, value in (("The timeout", given), (_TIMEOUT, os.environ.get(_TIMEOUT)), (f"{FILE}: timeout", _read().get("timeout"))):
        if value is not None and value != "":
            try:
                seconds = float(str(value))
            except ValueError:
                seconds = 0.0
            if not 0 < seconds < math.inf:
                raise ConfigError(f"{name} is {value!r}; it must be a number of seconds, more than 0.")
            return seconds
    return TIMEOUT


def _given(engine: str | None, store: str | Path | None, endpoint: str | None) -> dict[str, str]:
    """The settings that are given, as text."""
    folder = str(store) if path_of(store, "The folder of a store") else store
    names = {"engine": "The name of an engine", "store": "The folder of a store", "endpoint": "The query URL of an endpoint"}
    settings = {"engine": engine, "store": folder, "endpoint": endpoint}
    given = {key: text_of(value, names[key]) for key, value in settings.items() if value is not None}
    for key, text in given.items():
        if not text:
            raise ConfigError(f"{names[key]} is empty: give one, or leave it out.")
    return given


def _engine_of(layer: Mapping[str, str]) -> str | None:
    """The engine that the settings of one layer name, or that goes with the only place in them."""
    places = [name for name, key in _PLACES.items() if key in layer]
    if "engine" in layer:
        return layer["engine"]
    if len(places) > 1:
        raise ConfigError(f"A store and an endpoint are given: say which one is meant by the engine, {' or '.join(places)}.")
    return places[0] if places else None


def _environment() -> dict[str, str]:
    return {key: os.environ[variable] for key, variable in _VARIABLES.items() if os.environ.get(variable)}


def _file() -> dict[str, str]:
    """The settings in the working folder's kg.toml, if it is there."""
    path = Path(FILE)
    settings: dict[str, str] = {}
    for key, value in _read().items():
        if key not in (*_VARIABLES, "timeout"):
            raise ConfigError(f"{path}: no setting is called {key!r}.{nearest(key, (*_VARIABLES, 'timeout'))}")
        if key in _VARIABLES:
            if not isinstance(value, str):
                raise ConfigError(f"{path}: {key} is {value!r}; it must be a text.")
            if not value:
                raise ConfigError(f"{path}: {key} is empty: give one, or leave it out.")
            settings[key] = value
    return settings


def _read() -> Mapping[str, object]:
    """What kg.toml says, if it is there. Raises `ConfigError`."""
    path = Path(FILE)
    if not path.exists():
        return {}
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}.") from error
