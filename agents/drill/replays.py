"""Replays of a drill's traces: asked for by their sources, waited for, and their outcome looked at."""

import hashlib
from collections.abc import Collection, Sequence

import orjson

from assay.agents.task_desk import sealed_edit
from assay.pipeline.core.json_patch import Operation
from assay.pipeline.core.record import Source
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.drill import Why
from assay.pipeline.replay import (
    Command,
    Event,
    EventKind,
    ReplayDecision,
    ReplayFilter,
    ReplayRequest,
    Verb,
    read_event,
)

from .stage import SOURCE, Stage, StepFailedError

_ENDS = frozenset({EventKind.SUCCEEDED, EventKind.FAILED, EventKind.CANCELLED, EventKind.REFUSED})


async def release(stage: Stage, sources: Collection[Source], mend: Sequence[Operation]) -> int:
    """Replay these traces with what puts them right; how many were. They and no others are named."""
    assert set(sources) <= set(stage.sources), "never anybody else's"
    digest = hashlib.sha256("\n".join(sorted(map(str, sources))).encode()).hexdigest()
    job = f"r-{digest[:10]}"
    stage.watch.follow_keys([job])
    edit = sealed_edit(stage.run.tenant, orjson.dumps(list(mend)), f"drill/{job}", stage.site.keys)
    request = ReplayRequest(ReplayFilter(sources=frozenset(sources)), only_passing=True, edit=edit)
    at = await stage.note("replay.start", job)
    command = Command(job, Verb.START, stage.site.actor, stage.reason, at, request)
    await stage.send(command.to_outgoing(SOURCE))
    return await job_done(stage, job)


async def job_done(stage: Stage, job: str) -> int:
    """Wait for the end of a job; how many traces it replayed."""

    def seen() -> EventKind | None:
        return next((event.kind for event in _events(stage, job) if event.kind in _ENDS), None)

    end = await stage.until([TopicRole.REPLAYS], seen)
    if end is not EventKind.SUCCEEDED:
        why = next((event.reason for event in _events(stage, job) if event.kind is end), "")
        raise StepFailedError(Why.REFUSED, f"job {job} {end}: {why}")
    return sum(len(event.done.get(ReplayDecision.REPLAY, ())) for event in _events(stage, job))


def _events(stage: Stage, job: str) -> list[Event]:
    found = []
    for record in stage.watch.found(TopicRole.REPLAYS):
        try:
            event = read_event(record)
        except ValueError:  # a command
            continue
        if event.job == job:
            found.append(event)
    return found


async def passed(stage: Stage, sources: Collection[str]) -> None:
    """Wait until all of these have passed."""

    def seen() -> bool | None:
        return set(sources) <= stage.watch.by_source(TopicRole.VALID).keys() or None

    await stage.until([TopicRole.VALID], seen)
