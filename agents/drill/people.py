"""Steps about people: the issue group, who is called, what is told, and whether an acknowledgement stops it."""

from collections.abc import Iterator
from typing import Any

import orjson

from assay.pipeline.core import headers as names
from assay.pipeline.core.clock import NANOS_PER_SECOND
from assay.pipeline.core.record import Record
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.drill import Call, Drill, Why, calls_at_once, next_after_s, volume_call
from assay.pipeline.escalate import Escalation, Phase, load_state, next_due, phase_of
from assay.pipeline.issues import Group, Happening, command_record, from_json
from assay.pipeline.notify.attempt import Attempt, Result, read_attempt

from .stage import SOURCE, Stage, StepFailedError, StepSkippedError

_STEP = b"assay.escalation.step.v1"
_CALLS = {_STEP: "step", b"assay.escalation.confirmation.v1": "confirmation"}
_STOPPED = b"assay.escalation.stopped.v1"


def groups(stage: Stage) -> dict[str, Group]:
    """The drill's issue groups as they were written last."""
    last = stage.watch.last(TopicRole.ISSUE_GROUPS)
    return {key: from_json(last[key].value or b"") for key in stage.groups if key in last}


async def grouped(stage: Stage) -> str:
    """Every trace is counted in its issue group, and nobody else's is."""

    def seen() -> dict[str, Group] | None:
        found = groups(stage)
        complete = all(key in found and found[key].count >= number for key, number in stage.groups.items())
        return found if complete else None

    found = await stage.until([TopicRole.ISSUE_GROUPS], seen)
    for group in found.values():
        if [each.tenant_id for each in group.tenants] != [stage.run.tenant]:
            raise StepFailedError(Why.NOT_OURS, f"group {group.fingerprint} holds traces of others")
    return ", ".join(found) if len(found) == 1 else f"{len(found)} groups"


async def escalated(stage: Stage) -> str:
    """S0-201, S0-206: those are called, or asked, whom the policy says, and each once (D-12, D-13)."""
    expected = _expected(stage)
    if not any(call.kind == "step" for call in expected):
        raise StepFailedError(Why.NOBODY_CALLED)

    def seen() -> bool | None:
        return expected <= {call for _, call in _calls(stage)} or None

    def detail() -> str:
        missing = expected - {call for _, call in _calls(stage)}
        return ", ".join(sorted(f"{call.chain} {call.step}" for call in missing)) + " is missing"

    await stage.until([TopicRole.ESCALATIONS], seen, detail)
    _check_calls(stage, expected)
    return ", ".join(sorted({role for call in expected for role in call.roles}))


def _expected(stage: Stage) -> set[Call]:
    (issue,) = stage.issues.values()
    matrix = stage.site.bundle.escalation
    volume = volume_call(matrix, len(stage.traces)) if stage.run.drill is Drill.ESCALATION else None
    calls = calls_at_once(matrix, issue.severity, issue.category)
    return {*calls, *([volume] if volume else [])}


def _check_calls(stage: Stage, expected: set[Call]) -> None:
    found = [call for _, call in _calls(stage)]
    wrong = {f"{call.chain} {call.step}" for call in found if call not in expected}
    if wrong:
        raise StepFailedError(Why.WRONG_CALL, ", ".join(sorted(wrong)))
    if len(set(found)) < len(found):
        raise StepFailedError(Why.CALLED_TWICE)


def _calls(stage: Stage) -> Iterator[tuple[str, Call]]:
    """The calls so far, each with its event's id."""
    for record in stage.watch.found(TopicRole.ESCALATIONS):
        kind = _CALLS.get(names.first(record.headers, names.CE_TYPE) or b"")
        if kind is not None:
            data = _data(record)
            event_id = (names.first(record.headers, names.CE_ID) or b"").decode()
            yield event_id, Call(kind, data["chain"], data["step"], tuple(data["roles"]))


async def notified(stage: Stage) -> str:
    """S0-201: every call was told through a channel for drills, and through no other."""
    events = {event_id for event_id, _ in _calls(stage)}

    def seen() -> set[str] | None:
        attempts = [attempt for attempt in _attempts(stage) if attempt.event_id in events]
        _check_attempts(stage, attempts)
        sent = {attempt.event_id for attempt in attempts if attempt.result is Result.SENT}
        return {attempt.channel for attempt in attempts} if events <= sent else None

    channels = await stage.until([TopicRole.ESCALATIONS], seen)
    return ", ".join(sorted(channels))


def _attempts(stage: Stage) -> Iterator[Attempt]:
    for record in stage.watch.found(TopicRole.ESCALATIONS):
        attempt = read_attempt(record)
        if attempt is not None:
            yield attempt


def _check_attempts(stage: Stage, attempts: list[Attempt]) -> None:
    for attempt in attempts:
        if attempt.result is Result.UNDELIVERABLE:
            raise StepFailedError(Why.NOT_TOLD, f"channel {attempt.channel}: {attempt.reason}")
        if attempt.channel not in stage.site.bundle.drill.channels:
            raise StepFailedError(Why.WRONG_CHANNEL, f"channel {attempt.channel}")


async def scheduled(stage: Stage) -> str:
    """S0-206: the next step waits for its time, counted from the first detection."""
    (issue,) = stage.issues.values()
    after_s = next_after_s(stage.site.bundle.escalation, issue.severity, issue.category)
    if after_s is None:
        raise StepSkippedError(Why.NOTHING_SCHEDULED)
    state = await stage.until([TopicRole.ESCALATION_STATE], lambda: _state(stage))
    if next_due(state) != state.since_ns + after_s * NANOS_PER_SECOND:
        raise StepFailedError(Why.WRONG_CALL, f"the next step is not due after {after_s} s")
    return f"next step {after_s} s after detection"


def _state(stage: Stage) -> Escalation | None:
    (key,) = stage.groups
    record = stage.watch.last(TopicRole.ESCALATION_STATE).get(key)
    return None if record is None or record.value is None else load_state(record.value)


async def acknowledged(stage: Stage) -> str:
    """S0-82, S0-206: somebody takes care of it, and nobody else is called."""
    (key,) = stage.groups
    await tell(stage, key, Happening.ACKNOWLEDGE)

    def seen() -> bool | None:
        state = _state(stage)
        stopped = any(_is_stop(record) for record in stage.watch.found(TopicRole.ESCALATIONS))
        return (stopped and state is not None and phase_of(state) is Phase.ACKNOWLEDGED) or None

    await stage.until([TopicRole.ESCALATIONS, TopicRole.ESCALATION_STATE], seen)
    _check_calls(stage, _expected(stage))
    return ""


def _is_stop(record: Record) -> bool:
    is_stop = names.first(record.headers, names.CE_TYPE) == _STOPPED
    return is_stop and _data(record).get("why") == "acknowledged"


async def tell(stage: Stage, fingerprint: str, command: Happening) -> None:
    """A command to the issues agent, in the audit log first. Only for groups of this drill."""
    assert fingerprint in stage.groups, "never anybody else's"
    at = await stage.note(f"issues.{command}", fingerprint)
    await stage.send(
        command_record(
            fingerprint,
            command,
            actor=stage.site.actor,
            reason=stage.reason,
            at=at,
            source=SOURCE,
            notes=stage.reason if command is Happening.RESOLVE else "",
        )
    )


def _data(record: Record) -> dict[str, Any]:
    data: dict[str, Any] = orjson.loads(record.value or b"{}")
    return data
