"""What must add up behind a trace's end: issue groups, calls, tasks. Read from the topics alone, apart from the agents.

``assay audit`` judges a trace's way and its tallies; this judges what follows from it: every fact is in its group once,
every dead letter in its task once, and every step of an escalation was said once (D-12, D-13).
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from assay.agents.audit.facts import Place
from assay.agents.audit.reader import TopicReader
from assay.agents.settings import Settings
from assay.agents.topics import TOPICS, topic_name
from assay.pipeline.core import headers as names
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.escalate import Escalation, load_state

DETECTED = "assay.issue.detected.v1"
ROLES = (
    TopicRole.ISSUES,
    TopicRole.ISSUE_GROUPS,
    TopicRole.ESCALATION_STATE,
    TopicRole.ESCALATIONS,
    TopicRole.DEAD_LETTER,
    TopicRole.TASKS,
    TopicRole.REPLAYS,
    TopicRole.REFUSED,
)
CLOSED = ("resolved", "ignored")
Document = dict[str, Any]


@dataclass
class Books:
    """What committed readers see, entered record by record."""

    facts: Counter[str] = field(default_factory=Counter)
    """Traces of each problem, by fingerprint."""
    occurrences: Counter[str] = field(default_factory=Counter)
    groups: dict[str, Document] = field(default_factory=dict)
    escalations: dict[str, Escalation] = field(default_factory=dict)
    said: Counter[str] = field(default_factory=Counter)
    """Events on ``quality.escalations``, by id."""
    dead_letters: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Fingerprint → source → how often."""
    tasks: dict[str, Document] = field(default_factory=dict)
    events: Counter[tuple[TopicRole, str]] = field(default_factory=Counter)
    """Ids of facts and replay events: each is written once."""
    refused: Counter[str] = field(default_factory=Counter)
    """Why records were set aside."""
    hanging: list[Place] = field(default_factory=list)
    """Partitions of any topic of which readers do not reach the end."""

    def enter(self, role: TopicRole, record: RawRecord) -> None:
        """Book a record; each partition's in order."""
        key = (record.key or b"").decode("ascii", "replace")
        match role:
            case TopicRole.ISSUES:
                self._fact(key, record)
            case TopicRole.ISSUE_GROUPS:
                _keep(self.groups, key, record.value)
            case TopicRole.ESCALATION_STATE:
                self.escalations.pop(key, None)
                if record.value is not None:
                    self.escalations[key] = load_state(record.value)
            case TopicRole.ESCALATIONS:
                self.said[_header(record, names.CE_ID)] += 1
            case TopicRole.DEAD_LETTER:
                self.dead_letters[_header(record, names.FINGERPRINT)][_header(record, names.SRC)] += 1
            case TopicRole.TASKS:
                _keep(self.tasks, key, record.value)
            case TopicRole.REFUSED:
                self.refused[_header(record, names.DLQ_MESSAGE)] += 1
            case _:
                self.events[role, _header(record, names.CE_ID)] += 1

    def _fact(self, key: str, record: RawRecord) -> None:
        if _header(record, names.CE_TYPE) != DETECTED:
            return
        self.facts[key] += 1
        self.occurrences[key] += json.loads(record.value or b"")["occurrences"]
        self.events[TopicRole.ISSUES, _header(record, names.CE_ID)] += 1

    @property
    def reopened(self) -> int:
        """Groups that were closed and came back."""
        return sum(group["episode"] > 1 for group in self.groups.values())

    @property
    def steps(self) -> int:
        """Calls that were made."""
        return sum(count for name, count in self.said.items() if _is_step(name))

    def findings(self) -> list[str]:
        """Everything that does not add up, in words without values."""
        found = [f"a transaction stays open on {place.topic}/{place.partition}" for place in self.hanging]
        found += [f"{count} records set aside: {why}" for why, count in self.refused.items()]
        found += [f"{role} has {name} {n} times" for (role, name), n in self.events.items() if n > 1]
        return [*found, *self._of_groups(), *self._of_escalations(), *self._of_tasks()]

    def _of_groups(self) -> Iterator[str]:
        for name in sorted(self.facts.keys() | self.groups.keys()):
            group = self.groups.get(name, {})
            counted = (group.get("count", 0), group.get("occurrences", 0))
            if counted != (self.facts[name], self.occurrences[name]):
                yield f"group {name} counts {counted}, facts {(self.facts[name], self.occurrences[name])}"

    def _of_escalations(self) -> Iterator[str]:
        yield from (f"said {count} times: {name}" for name, count in self.said.items() if count > 1)
        for name, group in self.groups.items():
            if name not in self.escalations and group["status"] not in CLOSED:
                yield f"nobody is called for group {name}"
        for name in self.escalations.keys() - self.groups.keys():
            yield f"an escalation of no group: {name}"
        states = self.escalations.values()
        wanted = {each for state in states for each in events_of(state)}
        current = {(state.group.fingerprint, str(state.group.episode)) for state in states}
        said = {each for each in self.said if "/" in each and _group_of(each) in current}
        yield from (f"never said: {each}" for each in sorted(wanted - said))
        asked = {each for state in states for each in questions_of(state)}
        yield from (f"said, and not remembered: {each}" for each in sorted(said - wanted - asked))

    def _of_tasks(self) -> Iterator[str]:
        for name in sorted(self.dead_letters.keys() | self.tasks.keys()):
            task = self.tasks.get(name)
            letters = self.dead_letters.get(name, Counter())
            covered = 0 if task is None else task["dead_letters"]["count"]
            if covered != letters.total() or len(letters) != letters.total():
                yield f"the task of {name} covers {covered}, of {letters.total()} of {len(letters)} traces"
        for name in sorted(name for name in self.said if "/assigned/" in name):
            if name.split("/")[0] not in {_task_id(task) for task in self.tasks.values()}:
                yield f"assigned, and there is no such task: {name}"
        assigned = {name.split("/")[0] for name in self.said if "/assigned/" in name}
        for task in self.tasks.values():
            if _task_id(task) not in assigned:
                yield f"nobody heard of the task of {task['fingerprint']}"


def read_books(settings: Settings) -> Books:
    """Everything that is committed now."""
    books = Books()
    with TopicReader(settings) as reader:
        every = reader.partitions([topic_name(role, settings.topic_prefix) for role in TOPICS])
        high, stable, low = reader.high(every), reader.stable(every), reader.low(every)
        books.hanging = [place for place in every if stable[place] < high[place]]
        for role in ROLES:
            topic = topic_name(role, settings.topic_prefix)
            ranges = {place: (low[place], stable[place]) for place in every if place.topic == topic}
            reader.read(ranges, partial(books.enter, role))
    return books


def events_of(state: Escalation) -> Iterator[str]:
    """The ids of all that a state says was said in its episode, worked out apart from the agent (D-12)."""
    name, episode = state.group.fingerprint, state.group.episode
    for track in state.tracks:
        for index, _, status in track.steps():
            step = f"{name}/{track.chain.name}@{track.chain.version}/{index}/{episode}"
            word: Mapping[str, str] = {
                "fired": step,
                "asked": f"{step}/confirmation",
                "skipped": f"{step}/skipped",
            }
            if status.value in word:
                yield word[status.value]
    if state.volume is not None:
        for index in range(state.volume.fired):
            yield f"{name}/volume@{state.volume.rule.version}/{index}/{episode}"
    for why in state.stopped:
        yield f"{name}/stopped/{why}/{episode}"


def questions_of(state: Escalation) -> Iterator[str]:
    """The ids of questions that may have been asked before their steps were taken, or left out (D-20)."""
    name, episode = state.group.fingerprint, state.group.episode
    for track in state.tracks:
        for index, _, _ in track.steps():
            yield f"{name}/{track.chain.name}@{track.chain.version}/{index}/{episode}/confirmation"


def _group_of(event_id: str) -> tuple[str, str]:
    """Fingerprint and episode of an escalation's event."""
    parts = event_id.split("/")
    return parts[0], parts[3] if len(parts) > 3 else ""


def _is_step(event_id: str) -> bool:
    parts = event_id.split("/")
    return len(parts) == 4 and parts[1] != "stopped"


def _task_id(task: Document) -> str:
    digest = hashlib.sha256(f"task/{task['fingerprint']}/{task['episode']}".encode()).hexdigest()
    return f"t-{digest[:12]}"


def _keep(found: dict[str, Document], key: str, value: bytes | None) -> None:
    found.pop(key, None)
    if value is not None:
        found[key] = json.loads(value)


def _header(record: RawRecord, name: str) -> str:
    return (names.first(record.headers, name) or b"").decode("utf-8", "replace")
