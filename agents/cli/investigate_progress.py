"""What verbs share that may have to look for long: a bar, once they do."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from assay.agents.investigate.window_reader import Progress as Told

PATIENCE_S = 2.0


@contextmanager
def progress(console: Console | None = None) -> Iterator[Told]:
    """A bar for each stage on the terminal's error stream, after two seconds; nothing where there is no terminal."""
    on = console or Console(stderr=True)
    bars = Progress(
        TextColumn("{task.description:>24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=on,
        transient=True,
        disable=not on.is_terminal,
    )
    tasks: dict[str, TaskID] = {}
    began = time.monotonic()

    def advance(stage: str, done: int, total: int) -> None:
        if time.monotonic() - began < PATIENCE_S:
            return
        if not tasks:
            bars.start()
        if stage not in tasks:
            tasks[stage] = bars.add_task(stage)
        bars.update(tasks[stage], completed=done, total=total)

    try:
        yield advance
    finally:
        bars.stop()
