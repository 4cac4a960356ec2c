"""Running drills: the steps of each on one screen (S0-198)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from assay.pipeline.drill import (
    Drill,
    DrillReport,
    Run,
    Step,
    StepName,
    StepVerdict,
    synthetic_traces,
    traces_needed,
)

from .cleaning import released, resolved, tasks_closed
from .people import acknowledged, escalated, grouped, notified, scheduled
from .stage import Site, Stage
from .tasks import replayed, task_completed, task_edited, task_made, task_taken
from .watch import Watch
from .way import contained, dead_lettered, detected, injected, planned, receipted, repaired

Work = Callable[[Stage], Awaitable[str]]
Steps = Sequence[tuple[StepName, Work]]
Progress = Callable[[Drill, Step], None]

_BEGINNING: Steps = (
    (StepName.PLANNED, planned),
    (StepName.INJECTED, injected),
    (StepName.DETECTED, detected),
)
STEPS: Mapping[Drill, Steps] = {
    Drill.CRITICAL: (
        *_BEGINNING,
        (StepName.CONTAINED, contained),
        (StepName.GROUPED, grouped),
        (StepName.ESCALATED, escalated),
        (StepName.NOTIFIED, notified),
    ),
    Drill.REMEDIATION: (
        *_BEGINNING,
        (StepName.REPAIRED, repaired),
        (StepName.RECEIPTED, receipted),
    ),
    Drill.MANUAL: (
        *_BEGINNING,
        (StepName.DEAD_LETTERED, dead_lettered),
        (StepName.TASK_MADE, task_made),
        (StepName.TASK_TAKEN, task_taken),
        (StepName.TASK_EDITED, task_edited),
        (StepName.TASK_COMPLETED, task_completed),
        (StepName.REPLAYED, replayed),
    ),
    Drill.ESCALATION: (
        *_BEGINNING,
        (StepName.GROUPED, grouped),
        (StepName.ESCALATED, escalated),
        (StepName.SCHEDULED, scheduled),
        (StepName.NOTIFIED, notified),
        (StepName.ACKNOWLEDGED, acknowledged),
    ),
}
"""Until one fails; the rest makes no sense then."""
CLEANING: Steps = (
    (StepName.RELEASED, released),
    (StepName.TASKS_CLOSED, tasks_closed),
    (StepName.RESOLVED, resolved),
)
"""All of them, whatever came before (S0-203)."""


async def rehearse(site: Site, drill: Drill, name: str, progress: Progress) -> DrillReport:
    """Run one drill, and clean up after it. ``name`` is new each time, up to 16 small letters and digits.

    Raises ``DependencyUnavailableError`` and other ``TransientError``: then nobody can say what was found, and what was
    written is to be cleaned up by hand.
    """
    run = Run(drill, name, site.bundle.drill.tenant, site.clock.now_ns())
    traces = synthetic_traces(run, traces_needed(site.bundle.escalation))
    with Watch(site.settings) as watch:
        stage = Stage(site, run, traces, watch)
        await _do(stage, STEPS[drill], progress)
        if stage.sources:
            for step, work in CLEANING:
                await stage.step(step, work)
                progress(drill, stage.steps[-1])
    sources = [str(source) for source in stage.sources]
    return DrillReport(drill, stage.steps, sources, [*stage.groups])


async def _do(stage: Stage, steps: Steps, progress: Progress) -> None:
    going = True
    for name, work in steps:
        if going:
            going = await stage.step(name, work)
        else:
            stage.steps.append(Step(name, StepVerdict.NOT_RUN))
        progress(stage.run.drill, stage.steps[-1])
