"""Python's search for garbage, which looks at each triple in memory again and again, and finds none: no triple is part of a cycle."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Makes many triples without that search; what is not used any more goes all the same. A block of `with`, or a decorator."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()
