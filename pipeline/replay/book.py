"""The book of replays: everything that ``quality.replays`` says, read from its beginning. The truth of the guard."""

from collections.abc import Iterator, Sequence

from ..core.record import Record, Source
from ..core.word import Word
from .decision import ReplayDecision
from .event import (
    COMMAND_TYPE,
    EVENT_TYPE,
    Command,
    Event,
    EventKind,
    Verb,
    id_of,
    read_command,
    read_event,
    type_of,
)
from .job import MOVES, Job, Status, moved


class Refusal(Word):
    """Why a command is refused or declined."""

    UNREADABLE = "unreadable"
    NO_SUCH_JOB = "no_such_job"
    JOB_EXISTS = "job_exists"
    OVERLAPS = "overlaps_an_active_job"
    NOT_IN_THIS_STATUS = "not_in_this_status"


class Waiting:
    """A command without an answer; ``command`` is ``None`` when it cannot be read."""

    __slots__ = ("command", "command_id", "job")

    def __init__(self, command_id: str, job: str, command: Command | None) -> None:
        self.command_id = command_id
        self.job = job
        self.command = command


_WANTED = {Verb.PAUSE: EventKind.PAUSED, Verb.RESUME: EventKind.RESUMED, Verb.CANCEL: EventKind.CANCELLED}


class ReplayBook:
    """Jobs, commands that wait, and which try of which source was made last.

    Fed with all records of the topic in order. A record that is neither command nor event changes nothing.
    """

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self._waiting: dict[str, Waiting] = {}
        self._answered: set[str] = set()
        self._declined: dict[str, str] = {}
        self._tried: dict[tuple[str, int], dict[int, int]] = {}
        """Topic and partition → offset → the last try. Small, for it holds all replays that the topic remembers."""
        self._of_job: dict[str, set[Source]] = {}
        """What active jobs are done with."""

    def take(self, record: Record) -> None:
        """Take in the next record."""
        match type_of(record):
            case x if x == COMMAND_TYPE:
                self._hear(record)
            case x if x == EVENT_TYPE:
                try:
                    event = read_event(record)
                except ValueError:
                    return
                self.note(event)

    def note(self, event: Event) -> None:
        """Take in an event of the agent; one that was taken in before changes nothing."""
        if event.answers:
            self._answered.add(event.answers)
            self._waiting.pop(event.answers, None)
        if event.kind is EventKind.DECLINED:
            self._declined[event.answers] = event.reason
            return
        if event.number < self.next_number(event.job):
            return
        job = moved(self.jobs.get(event.job), event)
        if job is not None:
            self.jobs[event.job] = job
        mine = self._of_job.setdefault(event.job, set())
        for decision, sources in event.done.items():
            for source, attempt in sources:
                mine.add(source)
                if decision is ReplayDecision.REPLAY:
                    tried = self._tried.setdefault((source.topic, source.partition), {})
                    tried[source.offset] = max(tried.get(source.offset, 0), attempt)
        if job is None or not job.status.is_active:
            self._of_job.pop(event.job, None)

    def _hear(self, record: Record) -> None:
        command_id = id_of(record)
        if not command_id or command_id in self._answered or command_id in self._waiting:
            return
        try:
            command = read_command(record)
        except ValueError:
            job = (record.key or b"").decode("utf-8", "replace")
            self._waiting[command_id] = Waiting(command_id, job, None)
        else:
            self._waiting[command_id] = Waiting(command_id, command.job, command)

    def waiting(self) -> Sequence[Waiting]:
        """Commands without an answer, in order."""
        return list(self._waiting.values())

    def has_answered(self, command_id: str) -> bool:
        """Whether the agent has done something about a command, be it to decline it."""
        return command_id in self._answered

    def why_declined(self, command_id: str) -> str:
        """What it said when it declined; empty when it did not."""
        return self._declined.get(command_id, "")

    def active(self) -> Iterator[Job]:
        """Jobs that run or are paused."""
        return (job for job in self.jobs.values() if job.status.is_active)

    def awaiting(self) -> Sequence[Job]:
        """Jobs that wait for a schema, and that no active job stands in the way of."""
        active = [job.request for job in self.active()]
        return [
            job
            for job in self.jobs.values()
            if job.status is Status.AWAITING and not any(map(job.request.overlaps, active))
        ]

    def last_try(self, source: Source) -> int:
        """The last try of a first raw record that any job made; 0 when none did."""
        return self._tried.get((source.topic, source.partition), {}).get(source.offset, 0)

    def is_done(self, job: str, source: Source) -> bool:
        """Whether an active job is done with a source."""
        return source in self._of_job.get(job, ())

    def next_number(self, job: str) -> int:
        """The number of the job's next event."""
        found = self.jobs.get(job)
        return 0 if found is None else found.events

    def judged(self, waiting: Waiting) -> EventKind | Refusal:
        """The answer to a command: what is to happen, or why it is not."""
        command = waiting.command
        job = self.jobs.get(waiting.job)
        if command is None:
            return Refusal.UNREADABLE
        if command.verb is Verb.START:
            if job is not None:
                return Refusal.JOB_EXISTS
            assert command.request is not None
            if command.request.arrival is not None:
                return EventKind.AWAITING
            if any(command.request.overlaps(other.request) for other in self.active()):
                return Refusal.OVERLAPS
            return EventKind.ACCEPTED
        if job is None:
            return Refusal.NO_SUCH_JOB
        wanted = _WANTED[command.verb]
        return wanted if (job.status, wanted) in MOVES else Refusal.NOT_IN_THIS_STATUS


__all__ = ["Refusal", "ReplayBook", "Status", "Waiting"]
