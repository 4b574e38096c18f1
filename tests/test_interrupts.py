"""Ctrl-C: what only reads ends at once, what writes cleans up first."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import cli
from kg.version import __version__

pytestmark = pytest.mark.skipif(os.name != "posix", reason="this system sends no SIGINT to one process")

KG = [sys.executable, "-m", "kg"]
LONG = "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
"""So many solutions that no engine comes to an end of them."""
SECONDS = 60
OWN_TIME = {"start_new_session": True, "text": True, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
PATIENT = "import sys, time\nfrom unittest.mock import patch\nfrom kg.cli import main\n"


@pytest.fixture(autouse=True)
def _heeded() -> Iterator[None]:
    """SIGINT is heeded, also by what is started here; a shell has what it starts in the background ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def running(command: list[str], **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A process that is ended in any case."""
    process = subprocess.Popen(command, env={**os.environ, **environment}, **OWN_TIME)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def interrupted(process: subprocess.Popen[str], when: Callable[[], bool]) -> tuple[int, str]:
    """The exit status and the messages of `process`, interrupted once `when` holds."""
    deadline = time.monotonic() + SECONDS
    while not when():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "it does not come so far"
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate(timeout=SECONDS)
    return process.returncode, messages


def busy(process: subprocess.Popen[str], seconds: float = 3.0) -> Callable[[], bool]:
    """Whether `process` has computed for so long that it is in the engine."""

    def computes() -> bool:
        fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") > seconds

    return computes


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    """The dataset is in the cache, so that time goes to the question."""
    subprocess.run([*KG, "build"], check=True, capture_output=True)


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system does not tell how long a process computed")


@needs_proc
@pytest.mark.parametrize("engine", ["embedded", "rdflib"])
def test_a_question_that_the_engine_works_on_ends_at_once(engine: str) -> None:
    """By the signal itself, which a shell sees as 130, without a word: Python would hear of it only when the engine returns."""
    with running([*KG, "sparql", f"SELECT (COUNT(*) AS ?n) {LONG}", "--engine", engine]) as process:
        assert (-signal.SIGINT, "") == interrupted(process, busy(process))


@needs_proc
def test_a_question_on_a_store_ends_at_once_and_the_store_is_as_it_was(tmp_path: Path) -> None:
    """What is only read is not harmed."""
    store = str(tmp_path / "store")
    subprocess.run([*KG, "build", "--store", store], check=True, capture_output=True)
    with running([*KG, "sparql", f"SELECT (COUNT(*) AS ?n) {LONG}", "--store", store]) as process:
        assert (-signal.SIGINT, "") == interrupted(process, busy(process))
    run = subprocess.run([*KG, "query", "state-visits", "--store", store], check=True, capture_output=True, text=True)
    assert "2004-03" in run.stdout


def test_an_output_file_is_left_as_it_was(tmp_path: Path) -> None:
    """While a file is written an interrupt is heard by Python, which removes what was begun."""
    path = tmp_path / "visits.csv"
    path.write_text("old", encoding="utf-8")
    begun = tmp_path / "begun"
    program = f"""{PATIENT}
def wait(*_):
    open({str(begun)!r}, "w").close()
    time.sleep({SECONDS})
with patch("os.fsync", wait):
    main()
"""
    for arguments in (["query", "state-visits"], ["export", "--format", "nt"]):
        begun.unlink(missing_ok=True)
        with running([sys.executable, "-c", program, *arguments, "-o", str(path)]) as process:
            assert (130, "kg: interrupted.\n") == interrupted(process, begun.exists)
        begun.unlink()
        assert ("old", [path]) == (path.read_text(encoding="utf-8"), list(tmp_path.iterdir()))


def test_a_build_takes_away_what_it_began(tmp_path: Path) -> None:
    """One line, and 130 as from a shell."""
    file = tmp_path / "many.nt"
    with file.open("w", encoding="utf-8") as lines:
        lines.writelines(f"<http://example.org/{i}> <http://example.org/p> <http://example.org/{i % 999}> .\n" for i in range(400_000))
    store = tmp_path / "store"
    with running([*KG, "build", "--store", str(store), "--no-validate", str(file)]) as process:
        assert (130, "kg: interrupted.\n") == interrupted(process, lambda: store.is_dir() and any(store.iterdir()))
    assert not [path for path in store.glob("*") if path.is_dir()]


@pytest.mark.parametrize(
    "arguments",
    [("push",), ("reason",), ("wikidata", "compare"), ("query", "wikidata-populations", "--allow-service")],
    ids=lambda arguments: arguments[0],
)
def test_what_waits_for_a_server_says_that_it_was_interrupted(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """And not "Aborted!" with 1, which is the no of an answer."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}/sparql"
        where = ["--service", address] if arguments[0] == "query" else ["--endpoint", address]
        more = ["--update-endpoint", address] if arguments[0] in ("push", "reason") else []
        with running([*KG, *arguments, *where, *more], KG_CACHE_DIR=str(tmp_path)) as process:
            deaf.settimeout(SECONDS)
            connection, _ = deaf.accept()
            with connection:
                code, messages = interrupted(process, lambda: True)
    assert (130, "kg: interrupted.") == (code, messages.splitlines()[-1])


EARLY = """import os, signal, sys
class Interrupting:
    def find_spec(self, name, *_):
        if name == "kg.cli":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
from kg.__main__ import main
"""
"""An interrupt comes when the code of the command is looked for."""


def test_an_interrupt_while_the_code_is_read_ends_the_command_without_a_word() -> None:
    """Not with a traceback of Python; one that is to be ignored is ignored then, too."""
    run = subprocess.run([sys.executable, "-c", f"{EARLY}main()", "--version"], capture_output=True, text=True, check=False)
    assert (-signal.SIGINT, "", "") == (run.returncode, run.stdout, run.stderr)
    ignoring = f"{EARLY}signal.signal(signal.SIGINT, signal.SIG_IGN)\nmain()"
    run = subprocess.run([sys.executable, "-c", ignoring, "--version"], capture_output=True, text=True, check=False)
    assert (0, f"kg, version {__version__}\n", "") == (run.returncode, run.stdout, run.stderr)


def test_the_command_that_is_installed_begins_there() -> None:
    """As `python -m kg` does."""
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {"kg": "kg.__main__:main"} == project["scripts"]


def test_an_interrupt_that_is_to_be_ignored_is_ignored() -> None:
    """As a shell without job control has it for what runs in the background."""
    program = f"""{PATIENT}
import os, signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
with patch("kg.cli.asking._answer", lambda *_, **__: os.kill(os.getpid(), signal.SIGINT) or print("answered")):
    main()
"""
    run = subprocess.run([sys.executable, "-c", program, "query", "state-visits"], capture_output=True, text=True, check=False)
    assert (0, "answered\n") == (run.returncode, run.stdout)


def test_a_program_that_runs_a_command_keeps_its_own_way() -> None:
    """After the command an interrupt is what it was before."""
    before = signal.getsignal(signal.SIGINT)
    assert 0 == CliRunner().invoke(cli, ["query", "state-visits"]).exit_code
    assert before == signal.getsignal(signal.SIGINT) != signal.SIG_DFL
