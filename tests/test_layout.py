"""Tables that fit the terminal without breaking words."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from kg import KnowledgeGraph
from kg.cli.layout import as_table
from kg.rows import Rows

NAMES = ["honours", "references", "signatories", "memberships", "figures", "treaties", "places", "event-participants", "trade-balance"]


def words(text: str) -> set[str]:
    """What stands between spaces."""
    return set(text.split())


@pytest.mark.parametrize("name", NAMES)
def test_no_word_is_broken_at_a_hundred_columns(graph: KnowledgeGraph, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither of a header nor of a cell; no line is wider, but for a word that is."""
    monkeypatch.setenv("COLUMNS", "100")
    rows = graph.query(name)
    assert isinstance(rows, Rows)
    cells = [["" if value is None else str(value) for value in row] for row in rows]
    drawn = as_table(list(rows.columns), cells)
    told = {word for line in cells for cell in line for word in words(cell)}
    assert told <= words(drawn)
    assert set(rows.columns) <= words(drawn.replace(":", " "))
    assert 100 >= max(map(cell_len, drawn.splitlines()))


def test_a_narrow_table_takes_the_room_that_others_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    """A column of long words is as wide as these, and prose is folded instead."""
    monkeypatch.setenv("COLUMNS", "60")
    drawn = as_table(["when", "what"], [["[..2010-12-15]", "a visit " * 20]])
    assert "[..2010-12-15]   a visit a visit" in drawn
    assert [60] == sorted({len(line) for line in drawn.splitlines()})[-1:]


def test_what_does_not_fit_is_a_list_of_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """If columns as wide as their longest words are wider than the terminal."""
    monkeypatch.setenv("COLUMNS", "40")
    drawn = as_table(["university", "rejected"], [["a" * 21, "b" * 20]], numbered=True)
    assert f"1.\n   university: {'a' * 21}\n   rejected: {'b' * 20}" == drawn


def test_a_word_is_broken_at_its_hyphens_before_there_are_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nowhere else; a date has none."""
    monkeypatch.setenv("COLUMNS", "40")
    drawn = as_table(["source", "thing", "day"], [["countries-states-cities", "university", "2004-03-31"]])
    assert ["countries-", "states-cities"] == [line.split()[0] for line in drawn.splitlines()[2:]]
    assert {"university", "2004-03-31"} <= words(drawn)


def test_only_a_word_of_half_the_width_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address: it takes the room that there is, and no other word is broken for it."""
    monkeypatch.setenv("COLUMNS", "60")
    address = "https://example.org/" + "x" * 100
    drawn = as_table(["address", "thing"], [[address, "university degree"]])
    assert address in re.sub(r"\s|university|degree", "", drawn.partition("─\n")[2])
    assert "university" in words(drawn)


@given(
    width=st.integers(40, 140),
    cells=st.lists(st.lists(st.text(string.ascii_letters + "  ", max_size=60), min_size=3, max_size=3), min_size=1, max_size=4),
)
def test_a_table_is_never_wider_than_the_terminal_and_says_all(width: int, cells: list[list[str]]) -> None:
    """Letter by letter, in a table or in records."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        drawn = as_table(["one", "two", "three"], cells)
    assert width >= max(map(len, drawn.splitlines()))
    told = sorted("".join(letter for line in cells for cell in line for letter in cell if letter != " "))
    shown = [letter for letter in drawn if letter in string.ascii_letters]
    assert len(told) <= len(shown)
    assert {letter: told.count(letter) for letter in told} == {letter: min(told.count(letter), shown.count(letter)) for letter in told}
