"""What a drill leaves behind is put right, whatever its steps found (S0-203): released, closed, resolved."""

from collections import defaultdict

from assay.pipeline.core import headers as names
from assay.pipeline.core.outcome import Outcome
from assay.pipeline.core.record import Source
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.drill import Why
from assay.pipeline.issues import OPEN, Happening
from assay.pipeline.tasks import Happening as TaskHappening

from .people import grouped, groups
from .people import tell as tell_issues
from .replays import passed, release
from .stage import Stage, StepFailedError, StepSkippedError
from .tasks import open_tasks, tasks
from .tasks import tell as tell_tasks
from .way import ended

_HELD = frozenset({Outcome.QUARANTINED, Outcome.DEAD_LETTERED})


async def released(stage: Stage) -> str:
    """What was contained goes through the raw topic again, put right by the drill's own edit, and passes."""
    try:
        ends = await ended(stage)
    except StepFailedError as failed:
        raise StepFailedError(Why.NOT_ENDED, failed.detail) from None
    gone = stage.watch.by_source(TopicRole.VALID).keys()
    held = {source for source, outcome in ends.items() if outcome in _HELD and source not in gone}
    if not held:
        raise StepSkippedError(Why.NOTHING_LEFT)
    by_mend: dict[str, list[Source]] = defaultdict(list)
    mends = {repr(trace.mend): trace.mend for trace in stage.traces}
    for source, trace in zip(stage.sources, stage.traces, strict=True):
        if str(source) in held:
            by_mend[repr(trace.mend)].append(source)
    number = 0
    for mend, sources in by_mend.items():
        number += await release(stage, sources, mends[mend])
    if number != len(held):
        raise StepFailedError(Why.WRONG_OUTCOME, f"{number} of {len(held)} traces were released")
    await passed(stage, held)
    return f"{number} traces"


async def tasks_closed(stage: Stage) -> str:
    """No task is left for a person: what it is about was replayed."""
    letters = stage.watch.found(TopicRole.DEAD_LETTER)
    wanted = {(names.first(letter.headers, names.FINGERPRINT) or b"").decode() for letter in letters}
    if not wanted:
        raise StepSkippedError(Why.NOTHING_LEFT)
    await stage.until([TopicRole.TASKS], lambda: wanted <= tasks(stage).keys() or None)
    left = open_tasks(stage)
    for task in left:
        if task.tenant_id != stage.run.tenant:
            raise StepFailedError(Why.NOT_OURS, f"task {task.task_id}")
        await tell_tasks(stage, TaskHappening.COMPLETE, task.fingerprint, replay=False)
    return f"{len(wanted)} tasks"


async def resolved(stage: Stage) -> str:
    """Every issue group of the drill is resolved, and escalation stops with it."""
    await grouped(stage)  # raises for a group that holds traces of others
    left = [key for key, group in groups(stage).items() if group.status in OPEN]
    for key in left:
        await tell_issues(stage, key, Happening.RESOLVE)

    def seen() -> bool | None:
        return all(group.status not in OPEN for group in groups(stage).values()) or None

    await stage.until([TopicRole.ISSUE_GROUPS], seen)
    return f"{len(stage.groups)} groups"
