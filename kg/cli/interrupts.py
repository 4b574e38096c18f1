"""What Ctrl-C does: it ends at once what only reads, and lets clean up what writes.

Python hears of SIGINT only between two of its own steps, and an engine may work for hours in one. To a command that only reads the signal
therefore does what it does to other programs; the exit status that a shell sees is 130. A command that writes, be it into a temporary
folder as the validation of very large data may, gets a `KeyboardInterrupt`, and exits with the same number. Where SIGINT is ignored, or is
somebody else's, it is left so. `kg.__main__` sees to the time before any of this is read; Python's own start is not the command's yet.
"""

import contextlib
import signal
import threading
from collections.abc import Iterator

EXIT_CODE = 130
"""128 and the number of SIGINT, as shells count."""


_OURS = (signal.SIG_DFL, signal.default_int_handler)


def at_once() -> None:
    """From now on an interrupt ends the process."""
    _answer_by(signal.SIG_DFL)


@contextlib.contextmanager
def cleaned_up() -> Iterator[None]:
    """While the block runs an interrupt is a `KeyboardInterrupt`; afterwards it is what it was before."""
    before = signal.getsignal(signal.SIGINT)
    _answer_by(signal.default_int_handler)
    try:
        yield
    finally:
        _answer_by(before)


def _answer_by(handler: "signal._HANDLER") -> None:
    """Have `handler` take SIGINT, if it and the one before are of ours; only the main thread may."""
    in_main = threading.current_thread() is threading.main_thread()
    if in_main and handler in _OURS and signal.getsignal(signal.SIGINT) in _OURS:
        signal.signal(signal.SIGINT, handler)
