"""The import contracts of pyproject.toml hold for the whole package, and can be broken."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MODULES = {"pyyaml": "yaml"}
"""What is imported, where that is not the name of the package."""
ANYWHERE = "pyoxigraph"
"""Its terms are values that are used throughout: docs/decisions/0002-dependencies.md."""


def contract(name: str) -> dict[str, list[str]]:
    """The import contract of that name."""
    (found,) = (one for one in PYPROJECT["tool"]["importlinter"]["contracts"] if one["name"] == name)
    assert isinstance(found, dict)
    return found


DOORS = contract("Each dependency has its doors")


def test_every_dependency_has_its_doors() -> None:
    """Whatever is installed with the project is forbidden everywhere but there."""
    project = PYPROJECT["project"]
    needed = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    names = {re.split(r"[<>=]", one)[0] for one in needed} - {ANYWHERE}
    assert {MODULES.get(name, name) for name in names} <= set(DOORS["forbidden_modules"])
    assert set(DOORS["forbidden_modules"]) == {one.split(" -> ")[1] for one in DOORS["ignore_imports"]}
    assert ["kg"] == DOORS["source_modules"]


@pytest.mark.parametrize("module", ["explain", "wikidata.dates", "reason.rules"])
def test_an_import_through_no_door_breaks_the_contract(tmp_path: Path, module: str) -> None:
    """Of each dependency, in a module and in one below a package, also where it is imported late."""
    shutil.copytree(ROOT / "kg", tmp_path / "kg", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "kg" / (module.replace(".", "/") + ".py")).open("a", encoding="utf-8") as file:
        file.write("\n\ndef late() -> None:\n" + "".join(f"    import {name}\n" for name in DOORS["forbidden_modules"]))
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--config", str(ROOT / "pyproject.toml")]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert 1 == run.returncode, run.stdout
    for name in DOORS["forbidden_modules"]:
        assert f"kg.{module} -> {name}" in run.stdout or f"kg.{module} is not allowed to import {name}" in run.stdout, run.stdout
