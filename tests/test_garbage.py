"""Making many triples without Python's search for garbage."""

import gc
from collections.abc import Iterator

import pytest

from kg.garbage import uncollected


@pytest.fixture(autouse=True)
def searching() -> Iterator[None]:
    """Whatever a test does, Python searches afterwards."""
    yield
    gc.enable()


@pytest.mark.parametrize("before", [True, False])
def test_the_search_stands_still_within_and_is_afterwards_as_before(before: bool) -> None:
    """Also where something goes wrong, and where the one who calls had stopped it himself."""
    (gc.enable if before else gc.disable)()
    with pytest.raises(ZeroDivisionError), uncollected():
        assert not gc.isenabled()
        raise ZeroDivisionError
    assert before == gc.isenabled()
