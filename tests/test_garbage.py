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
    """It stays off where the one who calls had stopped it himself."""
    (gc.enable if before else gc.disable)()
    with uncollected():
        assert not gc.isenabled()
    assert before == gc.isenabled()


def test_the_search_goes_on_after_an_error() -> None:
    """What goes wrong within does not leave it off."""
    with pytest.raises(ZeroDivisionError), uncollected():
        raise ZeroDivisionError
    assert gc.isenabled()
