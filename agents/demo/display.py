"""What a person sees while a demo runs: bars on a terminal, now and then a line elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.text import Text

from .watch import Snapshot

LINE_EVERY_S = 3.0


class Display(Protocol):
    """Told by the demo what goes on."""

    def doing(self, what: str) -> None:
        """Something that may take a while begins."""
        ...

    def done(self, what: str) -> None:
        """Something is done that is worth knowing afterwards."""
        ...

    def flowing(self, seen: Snapshot) -> None:
        """Traces are on their way."""
        ...

    def auditing(self, stage: str, done: int, total: int) -> None:
        """The audit reads."""
        ...

    def clear(self) -> None:
        """Leave the screen to others until something is done again."""
        ...


class Lines:
    """For logs and pipes: every step on a line of its own, and a line every ``LINE_EVERY_S`` while traces flow."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._next = 0.0
        self._stages: set[str] = set()

    def doing(self, what: str) -> None:
        """See :class:`Display`."""
        self._print(f"{what} …")

    def done(self, what: str) -> None:
        """See :class:`Display`."""
        self._print(what)

    def flowing(self, seen: Snapshot) -> None:
        """See :class:`Display`."""
        if seen.seconds >= self._next:
            self._next = seen.seconds + LINE_EVERY_S
            self._print(
                f"{seen.seconds:5.1f} s  published {seen.published:,} of {seen.total:,}, "
                f"judged {seen.judged:,} ({seen.rate:,.0f}/s), lag {seen.lag:,}"
            )

    def auditing(self, stage: str, done: int, total: int) -> None:  # noqa: ARG002 - a line a stage, not a bar
        """See :class:`Display`."""
        if stage not in self._stages:
            self._stages.add(stage)
            self._print(f"  reading: {stage}")

    def clear(self) -> None:
        """See :class:`Display`."""

    def _print(self, line: str) -> None:
        self._console.print(Text(line), soft_wrap=True)


class Bars:
    """For a terminal: what is being done, and bars below; both go in the end, what was done stays."""

    def __init__(self, console: Console) -> None:
        self._step = Progress(SpinnerColumn(), TextColumn("{task.description}"), console=console)
        self._bars = Progress(
            TextColumn("  {task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}", style="dim"),
            console=console,
        )
        self._tasks: dict[str, TaskID] = {}
        # Standard output stays as it is: it may lead elsewhere.
        self._live = Live(
            Group(self._step, self._bars), console=console, transient=True, redirect_stdout=False
        )

    def doing(self, what: str) -> None:
        """See :class:`Display`."""
        self._remove_all()
        self._step.add_task(what)
        self._live.start()

    def done(self, what: str) -> None:
        """See :class:`Display`."""
        self._live.console.print(Text.assemble(("✓ ", "green"), what), soft_wrap=True)

    def flowing(self, seen: Snapshot) -> None:
        """See :class:`Display`."""
        self._bar("published", seen.published, seen.total, "")
        self._bar("judged", seen.judged, seen.total, f"{seen.rate:,.0f}/s, lag {seen.lag:,}")
        self._live.refresh()

    def auditing(self, stage: str, done: int, total: int) -> None:
        """See :class:`Display`."""
        self._bar(stage, done, total, "")

    def clear(self) -> None:
        """See :class:`Display`."""
        self._remove_all()
        self._live.stop()

    def _remove_all(self) -> None:
        for progress in (self._step, self._bars):
            for task in progress.task_ids:
                progress.remove_task(task)
        self._tasks.clear()

    def _bar(self, name: str, done: int, total: int, note: str) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(name, note=note)
        self._bars.update(self._tasks[name], completed=done, total=total, note=note)


@contextmanager
def display_on(console: Console) -> Iterator[Display]:
    """The display that suits the console."""
    display = Bars(console) if console.is_terminal else Lines(console)
    try:
        yield display
    finally:
        display.clear()
