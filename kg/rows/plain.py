"""A table as plain text, for `print`: a line a row, long cells cut."""

from collections.abc import Iterable, Sequence

_LONGEST = 64


def drawn(header: Sequence[str], lines: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table: header, rule, rows."""
    cells = [[_short(cell) for cell in line] for line in (header, *lines)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, ["-" * width for width in widths])
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]


def _short(cell: str) -> str:
    cell = " ".join(cell.split())
    return cell if len(cell) <= _LONGEST else cell[: _LONGEST - 1] + "…"
