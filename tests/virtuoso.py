"""A real Virtuoso 7 on loopback, as Debian packages it: virtuoso-opensource."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from servers import free_port, missing, wait_for

USER, PASSWORD = "dba", "dba"
"""Those of a new database."""

_CONFIGURATION = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
TempStorage = TempDatabase
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
DirsAllowed = .
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = .
ServerThreads = 10
Charset = UTF-8
[SPARQL]
ResultSetMaxRows = {most}
"""


def virtuoso_command() -> str:
    """The command `virtuoso-t`; where it is missing the test is skipped, aloud, and fails under CI."""
    command = shutil.which("virtuoso-t")
    if command is None:
        missing("the server virtuoso-t is missing: apt-get install virtuoso-opensource")
    return command


@contextlib.contextmanager
def virtuoso_server(folder: Path, *, most: int = 1_000_000) -> Iterator[str]:
    """The base URL (no slash at its end) of a Virtuoso with a new database in `folder`; /sparql and the others are below it.

    `most` is how many rows it gives at most: 10,000 as Debian sets it up.
    """
    command = virtuoso_command()
    http = free_port()
    (folder / "virtuoso.ini").write_text(_CONFIGURATION.format(sql=free_port(), http=http, most=most))
    process = subprocess.Popen(
        [command, "-f", "+configfile", "virtuoso.ini"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(http, process, seconds=60)
        yield f"http://127.0.0.1:{http}"
    finally:
        process.kill()
        process.wait(timeout=30)
