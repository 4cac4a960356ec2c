"""The second half of the loop for people: a repair, a task with its replay, the calls, and where every record is."""

from collections.abc import Callable, Iterator

from rich.table import Table
from rich.text import Text

from assay.pipeline.core.outcome import Outcome

from .loop_result import Loop
from .result import DemoResult

MOST_CHANGES = 5


def repaired(loop: Loop, table: Table) -> Table:
    """One receipt: which rule did what and where. A value of the trace is nowhere in it."""
    for name, text, note in _receipt(loop):
        table.add_row(name, Text(text), note)
    return table


def _receipt(loop: Loop) -> Iterator[tuple[str, str, str]]:
    receipt = loop.receipt
    if receipt is None:
        yield "receipt", "none", "no trace was repaired"
        return
    yield "trace", receipt.source, ""
    yield "repaired by", ", ".join(receipt.rules), f"for {', '.join(receipt.codes)}"
    for change in receipt.changes[:MOST_CHANGES]:
        yield f"  {change.op}", change.path, "what was there, and what is, stays sealed"
    if len(receipt.changes) > MOST_CHANGES:
        yield "  and more", f"{len(receipt.changes) - MOST_CHANGES:,}", "changes"


def people(result: DemoResult, table: Table) -> Table:
    """The task, its replay, and who was called."""
    loop, replays = result.loop, result.audit.replays
    worked, called = loop.worked, loop.called
    table.add_row("task", Text(worked.task or "none"), f"{worked.status}: taken, edited, tried, completed")
    table.add_row("  dead letters", f"{worked.dead_letters:,}", "of one problem, so one task")
    table.add_row("  replayed", f"{result.replayed:,}", "through traces.raw and every detector again")
    for word, count in replays.current.items():
        table.add_row(f"    now {word}", f"{count:,}", "the current outcome of their sources")
    table.add_row("webhook calls", f"{called.messages:,}", "signed, at a server of this demo on loopback")
    for headline in filter(None, (called.step, called.task)):
        table.add_row("  e.g.", "", Text(headline))
    return table


def conserved(result: DemoResult, judged: Callable[..., Text]) -> Text | None:
    """The conservation law over the four outcomes, in one line."""
    balance = result.audit.balance
    if balance is None:
        return None
    parts = " + ".join(f"{balance.ends.get(word, 0):,} {word.value}" for word in Outcome)
    total = sum(balance.ends.values())
    waiting = sum(balance.in_flight.values())
    good = total == balance.raw and not (balance.lost or balance.doubled)
    note = f"of {balance.raw:,} raw records, {result.replayed:,} of them replays"
    return judged(f"{parts} = {total:,}", note + (f"; {waiting:,} in flight" if waiting else ""), good=good)
