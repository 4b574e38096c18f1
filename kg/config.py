"""Which engine is asked, and where: what the caller says, else the environment, else the file `kg.toml` in the working folder."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from kg.errors import ConfigError, nearest, path_of, text_of

ENGINES = ("embedded", "disk", "remote", "rdflib")
"""In memory; in a folder on disk; a SPARQL server; and rdflib's own, in memory too."""

_PLACES = {"disk": "store", "remote": "endpoint"}
_VARIABLES = {"engine": "KG_ENGINE", "store": "KG_STORE", "endpoint": "KG_ENDPOINT"}
FILE = "kg.toml"
TIMEOUT = 70.0
"""Seconds for one answer of an endpoint, where nothing else is said."""
CHUNK = 20_000
"""How many triples one request of a push has, where nothing else is said: some megabytes."""


class Target(NamedTuple):
    """The engine to ask, with the folder of its store if it is "disk", and the query URL of its server if it is "remote"."""

    engine: str = "embedded"
    store: Path | None = None
    endpoint: str | None = None


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
    found = next((layer[key] for layer in layers if key in layer), None)
    if found is None:
        raise ConfigError(f"The {name} engine needs its {key}: --{key}, {_VARIABLES[key]}, or {key} in {FILE}.")
    return Target(name, Path(found)) if name == "disk" else Target(name, endpoint=found)


def setting(key: str, given: str | None = None) -> str | None:
    """What `key`, store or endpoint, is set to: what is given, else by the environment, else by kg.toml; None if by none of them.

    Raises `ConfigError`.
    """
    layers = (_given(**{"engine": None, "store": None, "endpoint": None, key: given}), _environment(), _file())
    return next((layer[key] for layer in layers if key in layer), None)


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
    if not path.exists():
        return {}
    import tomllib

    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}.") from error
    for key, value in settings.items():
        if key not in _VARIABLES:
            raise ConfigError(f"{path}: no setting is called {key!r}.{nearest(key, _VARIABLES)}")
        if not isinstance(value, str) or not value:
            raise ConfigError(f"{path}: {key} is {value!r}; it must be a text.")
    return settings
