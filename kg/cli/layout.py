"""How text is fitted to the terminal: lines folded, columns narrowed, or records in their place."""

import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from textwrap import fill

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

_WITHOUT_TERMINAL = (100, 24)
NARROWEST = 40
_NARROWEST_COLUMN = 11
_GAP = 3
"""Between two columns."""
_WORD = 24
"""Words that are not longer are never broken, but at hyphens."""
_SPACE = re.compile(r"\s+")
_SPACE_OR_HYPHEN = re.compile(r"\s+|(?<=[^\W\d]{2}-)(?=[^\W\d]{2})")
"""Where `textwrap` ends a line, about."""
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


def as_table(header: Sequence[str], lines: Sequence[Sequence[str]], *, numbered: bool = False, wide: str = "") -> str:
    """A table that fits the terminal, or records where it would have to break words, but at a hyphen, or have very narrow columns.

    The column `wide` gets what the others leave, which are narrowed.
    """
    width = terminal_width()
    columns = ["", *header] if numbered else header
    shown = [[str(number), *line] for number, line in enumerate(lines, 1)] if numbered else lines
    widths = _widths(list(zip(columns, *shown, strict=True)), width, wide)
    if not widths or len(header) * _NARROWEST_COLUMN > width:
        return "\n".join(_records(header, lines))
    drawn = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name, column_width in zip(columns, widths, strict=True):
        drawn.add_column(name, width=column_width, overflow="fold")
    for line in shown:
        drawn.add_row(*map(_hyphenated, line, widths))
    console = Console(width=width, markup=False, highlight=False, emoji=False, force_terminal=False, no_color=True)
    with console.capture() as captured:
        console.print(drawn)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def _widths(columns: Sequence[Sequence[str]], width: int, wide: str) -> list[int]:
    """How wide each of `columns` is in a table of `width`: as its cells if there is room, at least as its longest word; empty if none fits.

    Where there is no room for that, words of half the width are broken, then those of a quarter, then others at hyphens. rich's own
    narrowing forgets what is the least for a column.
    """
    room = width - _GAP * (len(columns) - 1)
    most = [max(cell_len(line) for cell in column for line in cell.splitlines() or [""]) for column in columns]
    if wide:
        narrowed = max(_NARROWEST_COLUMN, width // 7)
        most = [size if column[0] == wide else min(size, narrowed) for column, size in zip(columns, most, strict=True)]
    for pieces, longest in ((_SPACE, width // 2), (_SPACE, width // 4), (_SPACE_OR_HYPHEN, width // 4)):
        bound = max(longest, _WORD)
        least = [min(bound, max(cell_len(word) for cell in column for word in pieces.split(cell))) for column in columns]
        if sum(least) <= room:
            return _shared(least, [max(pair) for pair in zip(least, most, strict=True)], room)
    return []


def _shared(least: list[int], most: list[int], room: int) -> list[int]:
    """Widths between `least` and `most` that fit `room`: all that can be wider are alike; what is left over goes to the first of them."""
    widths = least
    for level in range(1, max(most) + 1):
        wider = [min(max(level, low), high) for low, high in zip(least, most, strict=True)]
        if sum(wider) > room:
            grown = [i for i, (now, then) in enumerate(zip(widths, wider, strict=True)) if then > now][: room - sum(widths)]
            return [size + (i in grown) for i, size in enumerate(widths)]
        widths = wider
    return widths


def _hyphenated(cell: str, width: int) -> str:
    """A cell, its lines ended at hyphens if a word with some is longer than `width`."""
    return fill(cell, width) if max(map(cell_len, cell.split()), default=0) > width else cell


def _records(header: Sequence[str], lines: Sequence[Sequence[str]]) -> Iterator[str]:
    """Each line of cells as a numbered list of those that say something."""
    for number, line in enumerate(lines, 1):
        yield f"{number}."
        yield from (folded("   ", f"{name}: {cell}") for name, cell in zip(header, line, strict=True) if cell)
