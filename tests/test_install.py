"""The wheel, installed alone."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this tree."""
    folder = tmp_path_factory.mktemp("dist")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--wheel-dir",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_ships_what_the_command_needs(wheel: Path) -> None:
    """Ontology, data and queries, and neither tests nor docs."""
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = {"kg/_shipped/ontology/relations.ttl", "kg/_shipped/ontology/shapes.ttl", "kg/_shipped/data/relations.ttl", "kg/py.typed"}
    assert shipped <= names
    assert {f"kg/_shipped/queries/{path.name}" for path in (ROOT / "queries").glob("*.rq")} <= names
    assert not [name for name in names if name.startswith(("tests/", "docs/", "benchmarks/"))]


def test_the_wheel_installed_alone_answers_a_query(wheel: Path, tmp_path: Path) -> None:
    """In a new environment, in another folder, with its runtime dependencies only."""
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    command = [str(tmp_path / "venv" / "bin" / "kg"), "query", "state-visits", "--cite"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (0, "") == (run.returncode, run.stderr)
    assert "2004-03" in run.stdout
    assert "(s26)" in run.stdout
