"""IRIs are written by prefixes, the same one by one and many at a time."""

from hypothesis import given
from hypothesis import strategies as st

from kg.namespaces import shrink, shrinker

_SPACES = st.sampled_from(["http://e/", "http://e/a", "http://e/a/", "http://e/a/b.", "http://e/a#", "urn:x:", "h", ""])
_IRIS = st.sampled_from(["http://e/", "http://e/a", "http://e/a/", "http://e/a/b.c", "http://e/a#", "urn:x:", "urn:x:é"])


@given(st.dictionaries(st.sampled_from(["", "a", "b", "c", "d"]), _SPACES), _IRIS, st.text("ab.-_/#é0", max_size=5))
def test_many_are_written_as_one_is(prefixes: dict[str, str], start: str, end: str) -> None:
    """By the longest namespace that fits, of equal ones by the last prefix; else in angle brackets."""
    assert shrink(start + end, prefixes) == shrinker(prefixes)(start + end)
