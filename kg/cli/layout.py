"""How text is fitted to the terminal: lines folded, columns narrowed."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from textwrap import fill

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

_WITHOUT_TERMINAL = (100, 24)
NARROWEST = 40
NARROWEST_COLUMN = 11
_TREE = re.compile("[ │├└]*")


def terminal_width() -> int:
    """The columns of the terminal, or as many as without one."""
    return shutil.get_terminal_size(_WITHOUT_TERMINAL).columns


def is_watched() -> bool:
    """Whether a person looks, or says how wide it is to be: a message that an editor reads stays on its line."""
    return sys.stdout.isatty() or "COLUMNS" in os.environ


def in_lines(text: str, mark: str = "") -> str:
    """`text` behind `mark`, folded between words where a person looks."""
    if not is_watched():
        return mark + text
    return fill(text, max(terminal_width(), NARROWEST), initial_indent=mark, subsequent_indent=" " * len(mark), break_on_hyphens=False)


def folded(mark: str, text: str) -> str:
    """`text` behind `mark`, folded to the width of the terminal."""
    return fill(text, max(terminal_width(), NARROWEST), initial_indent=mark, subsequent_indent=" " * len(mark))


def branched(line: str, deeper: str = "  ") -> str:
    """A line of a tree, folded to the width of the terminal, its branches drawn on; a path with its line number stays whole."""
    mark = _TREE.match(line)
    branches = mark[0] if mark else ""
    below = branches.replace("├", "│").replace("└", " ") + deeper
    return fill(
        line.removeprefix(branches),
        max(terminal_width(), NARROWEST),
        initial_indent=branches,
        subsequent_indent=below,
        break_long_words=False,
        break_on_hyphens=False,
    )


def as_records(columns: tuple[str, ...], cells: list[list[str]]) -> Iterator[str]:
    """Each line of cells as a numbered list of those that say something."""
    for number, line in enumerate(cells, 1):
        yield f"{number}."
        yield from (folded("   ", f"{name}: {cell}") for name, cell in zip(columns, line, strict=True) if cell)


def as_table(header: list[str], lines: list[list[str]], width: int, wide: str = "") -> str:
    """A table, at most `width` wide, cells folded; the column `wide` gets what the others leave, which are narrowed."""
    drawn = Table(*header, box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name, column in zip(header, drawn.columns, strict=True):
        column.overflow = "fold"
        if wide and name != wide:
            column.max_width = max(NARROWEST_COLUMN, width // 7)
    for line in lines:
        drawn.add_row(*line)
    console = Console(width=width, markup=False, highlight=False, emoji=False, force_terminal=False, no_color=True)
    with console.capture() as captured:
        console.print(drawn)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())
