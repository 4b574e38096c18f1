"""How a long build goes on, for who looks at a terminal."""

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


class Bar:
    """A progress bar on standard error, if somebody looks: what is done, about how many triples per second, the time left."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), TextColumn("{task.fields[told]}"), TimeRemainingColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
        self._task: TaskID | None = None
        self._total: int | None = None
        self._unit = ""
        self._done = 0
        self._triples = 0.0
        self._began = time.perf_counter()

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._progress.stop()

    def stage(self, name: str, total: int | None = None, unit: str = "triples") -> None:
        """See `kg.watch.Watch`."""
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(name, total=total, told="")
        self._total, self._unit, self._done, self._triples, self._began = total, unit, 0, 0.0, time.perf_counter()

    def advance(self, amount: int, triples: float = 0.0) -> None:
        """See `kg.watch.Watch`."""
        self._done += amount
        self._triples += triples
        if self._task is not None:
            self._progress.update(self._task, completed=self._done if self._total is not None else None, told=self._told())

    def _told(self) -> str:
        elapsed = time.perf_counter() - self._began or 1.0
        if self._total is None:
            return f"{self._done:,} {self._unit}, {self._done / elapsed:,.0f}/s"
        if self._unit != "bytes":
            return f"{self._done:,} of {self._total:,} {self._unit}"
        size = f"{self._done / 1e6:,.1f} of {self._total / 1e6:,.1f} MB"
        return f"{size}, ≈{self._triples / elapsed:,.0f} triples/s" if self._triples else size
