"""An issue group under investigation: what was seen of it, how it stands, and what to do next (S0-91, S0-95)."""

from dataclasses import asdict, dataclass

from ..core.document import Json
from .group_window import GroupWindow


@dataclass(frozen=True, slots=True)
class Standing:
    """The group as the issues agent has it."""

    status: str
    is_open: bool
    severity: str
    team: str
    episode: int
    first_seen: str
    """Ever, not only within the window."""
    count: int
    """Ever."""
    first_bad: str
    """The producer and version that the episode began with."""
    first_bad_source: str
    assigned_to: str
    acknowledged_by: str


@dataclass(frozen=True, slots=True)
class TaskStanding:
    """The manual task of the group's dead letters."""

    task_id: str
    status: str
    priority: str
    assigned_to: str
    dead_letters: int
    is_done: bool


@dataclass(frozen=True, slots=True)
class EscalationStanding:
    """Who was called, and what comes next."""

    phase: str
    called: tuple[str, ...]
    next_step_at: str
    """Empty when only people can change anything."""
    awaits_confirmation: bool


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do: a command, and why."""

    command: str
    why: str


@dataclass(frozen=True, slots=True)
class Investigated:
    """All of it. ``None`` where an agent has said nothing of the group."""

    window: GroupWindow
    standing: Standing | None
    task: TaskStanding | None
    escalation: EscalationStanding | None

    @property
    def urgency(self) -> tuple[int, int, str]:
        """Sorts: the worst first, then the most frequent."""
        return -self.window.severity.rank, -self.window.traces, self.window.fingerprint

    def document(self) -> dict[str, Json]:
        """Its JSON form."""
        window = self.window
        return {
            "fingerprint": window.fingerprint,
            "code": window.code,
            "category": window.category.value,
            "severity": window.severity.value,
            "path": window.path,
            "rule": window.rule,
            "subject": window.subject,
            "window": window.document(),
            "group": None if self.standing is None else asdict(self.standing),
            "task": None if self.task is None else asdict(self.task),
            "escalation": None
            if self.escalation is None
            else asdict(self.escalation) | {"called": [*self.escalation.called]},
            "next": [asdict(step) for step in next_steps(self)],
        }


def next_steps(found: Investigated) -> list[Step]:
    """What a person would do now, the most pressing first. Commands as they can be typed."""
    named = found.window.fingerprint
    return [
        *_of_group(found, named),
        *_of_escalation(found, named),
        *_of_task(found),
        Step(
            f"assay patterns --fingerprint {named}",
            "what these traces have in common that passing ones do not",
        ),
        *(
            Step(f"assay trace show {source}", "the story of the newest")
            for source in found.window.sources[:1]
        ),
        *_of_cure(found, named),
    ]


def _of_group(found: Investigated, named: str) -> list[Step]:
    standing = found.standing
    if standing is None:
        return [Step("assay worker --agents issues", "nobody has made a group of these issues yet")]
    if not standing.is_open:
        return [
            Step(f"assay issues show {named}", f"it is {standing.status}: what was done then, and by whom")
        ]
    steps = []
    if not standing.acknowledged_by:
        steps.append(
            Step(f"assay issues ack {named} --reason TEXT", "say that you take care of it: escalation stops")
        )
    if standing.status == "detected":
        steps.append(Step(f"assay issues triage {named} --reason TEXT", "nobody has looked at it yet"))
    if not standing.assigned_to:
        steps.append(
            Step(f"assay issues assign {named} --to NAME --reason TEXT", f"it is for {standing.team}")
        )
    return steps


def _of_escalation(found: Investigated, named: str) -> list[Step]:
    if found.escalation is None or not found.escalation.awaits_confirmation:
        return []
    return [
        Step(
            f"assay issues confirm {named} --reason TEXT",
            "the next step waits for a person to say that it is real",
        )
    ]


def _of_task(found: Investigated) -> list[Step]:
    task = found.task
    if task is None or task.is_done:
        return []
    return [
        Step(
            f"assay tasks show {task.task_id}",
            f"{task.dead_letters} dead letters wait for {task.assigned_to}",
        )
    ]


def _of_cure(found: Investigated, named: str) -> list[Step]:
    if found.standing is None or not found.standing.is_open:
        return []
    return [
        Step(f"assay replay plan --fingerprint {named}", "once the cause is gone: what would pass today"),
        Step(f"assay issues resolve {named} --reason TEXT", "and then close it"),
    ]
