"""Issue groups of a window of time, from the topics: facts, states, tasks, escalations (S0-91, S0-95)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from assay.agents.settings import Settings
from assay.pipeline.core import headers as names
from assay.pipeline.core.clock import NANOS_PER_MILLI, rfc3339
from assay.pipeline.core.errors import PermanentError
from assay.pipeline.core.issue import Severity
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.escalate import Escalation, Phase, load_state, next_due, phase_of
from assay.pipeline.escalate.state import StepStatus
from assay.pipeline.investigate.group_window import GroupWindow
from assay.pipeline.investigate.investigated import EscalationStanding, Investigated, Standing, TaskStanding
from assay.pipeline.issues import OPEN, Fact, Group, parse
from assay.pipeline.issues import from_json as group_from_json
from assay.pipeline.tasks import Status as TaskStatus
from assay.pipeline.tasks import Task
from assay.pipeline.tasks import from_json as task_from_json

from .window_reader import Latest, Progress, WindowReader

MARGIN_MS = 300_000
"""Facts carry the time of the verdict, their records that of the broker: clocks may differ by so much."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which issues. What is empty lets all through."""

    since_ns: int
    severity: Severity | None = None
    tenant: str = ""
    code: str = ""
    fingerprint: str = ""

    def lets_through(self, fact: Fact) -> bool:
        """Whether this is one of them."""
        return (
            fact.detected_at >= rfc3339(self.since_ns)
            and self.severity in {None, fact.severity}
            and self.tenant in {"", fact.tenant}
            and self.code in {"", fact.code}
            and self.fingerprint in {"", fact.fingerprint}
        )


def investigate(settings: Settings, wanted: Wanted, progress: Progress) -> list[Investigated]:
    """The groups of these issues, the worst and most frequent first. Opens no payload.

    Raises :class:`ConfigError` when there is no topic of issues, ``DependencyUnavailableError`` without Kafka.
    """
    with WindowReader(settings, progress) as reader:
        windows: dict[str, GroupWindow] = {}

        def take(fact: Fact) -> None:
            if (window := windows.get(fact.fingerprint)) is None:
                windows[fact.fingerprint] = GroupWindow(fact)
            else:
                window.take(fact)

        read_facts(reader, wanted, take)
        if not windows:
            return []
        groups = reader.latest(TopicRole.ISSUE_GROUPS, windows)
        tasks = reader.latest(TopicRole.TASKS, windows)
        escalations = reader.latest(TopicRole.ESCALATION_STATE, windows)
    found = [
        Investigated(
            window,
            _standing(_read(group_from_json, groups, named)),
            _task(_read(task_from_json, tasks, named)),
            _escalation(_read(load_state, escalations, named)),
        )
        for named, window in windows.items()
    ]
    return sorted(found, key=lambda each: each.urgency)


def read_facts(reader: WindowReader, wanted: Wanted, take: Callable[[Fact], None]) -> None:
    """Give ``take`` the facts that are wanted, partition by partition in the order of their writing."""

    def handle(record: RawRecord) -> None:
        headers = {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers}
        event = parse(
            headers.get(names.CE_TYPE, ""), headers.get(names.CE_ID, ""), record.key or b"", record.value
        )
        if isinstance(event, Fact) and wanted.lets_through(event):
            take(event)

    reader.require(TopicRole.ISSUES)
    since_ms = max(0, wanted.since_ns // NANOS_PER_MILLI - MARGIN_MS)
    reader.scan("issues", reader.window(reader.places(TopicRole.ISSUES), since_ms), handle)


def _read(read: Callable[[bytes], T], states: Mapping[str, Latest], named: str) -> T | None:
    """What cannot be read counts as not there."""
    state = states.get(named)
    try:
        return None if state is None else read(state.value)
    except (ValueError, PermanentError):
        return None


def _standing(group: Group | None) -> Standing | None:
    if group is None:
        return None
    return Standing(
        status=group.status.value,
        is_open=group.status in OPEN,
        severity=group.severity.value,
        team=group.team.value,
        episode=group.episode,
        first_seen=group.first_seen,
        count=group.count,
        first_bad=f"{group.first_bad.name} {group.first_bad.version}",
        first_bad_source=group.first_bad.source,
        assigned_to=group.assigned_to,
        acknowledged_by=group.acknowledged.by if group.acknowledged is not None else "",
    )


def _task(task: Task | None) -> TaskStanding | None:
    if task is None:
        return None
    return TaskStanding(
        task_id=task.task_id,
        status=task.status.value,
        priority=task.priority.value,
        assigned_to=task.assigned_to,
        dead_letters=task.dead_letters.count,
        is_done=task.status is TaskStatus.COMPLETED,
    )


def _escalation(state: Escalation | None) -> EscalationStanding | None:
    if state is None:
        return None
    due, phase = next_due(state), phase_of(state)
    roles = [
        role
        for track in state.tracks
        for _, step, status in track.steps()
        if status is StepStatus.FIRED
        for role in step.roles
    ]
    return EscalationStanding(
        phase=phase.value,
        called=tuple(dict.fromkeys(roles)),
        next_step_at="" if due is None else rfc3339(due),
        awaits_confirmation=phase is Phase.AWAITING_CONFIRMATION,
    )
