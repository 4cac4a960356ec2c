"""Asking for replays, and what became of each first raw record through all its tries; from the topics alone."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from confluent_kafka import Producer

from assay.agents.audit.reader import TopicReader
from assay.agents.replay.desk import send
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core import headers as names
from assay.pipeline.core.clock import NANOS_PER_SECOND, ns_of, rfc3339
from assay.pipeline.core.record import RawRecord, Source
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.replay import Command, EventKind, ReplayDecision, ReplayRequest, Verb
from assay.pipeline.replay.event import EVENT_TYPE, read_event, type_of

JOB = "campaign"
ENDS = (TopicRole.VALID, TopicRole.REMEDIATED, TopicRole.QUARANTINE, TopicRole.DEAD_LETTER)


class Try(NamedTuple):
    """A try of a first raw record, and where it ended."""

    attempt: int
    end: TopicRole


class Progress(NamedTuple):
    """One event of a job: when, by the job's own clock, and how many traces it replayed."""

    kind: EventKind
    at_ns: int
    replayed: Sequence[str]


def ask_for_replay(settings: Settings, job: str = JOB, rate_per_s: int = 500) -> None:
    """Write the command of a job over all failing traces."""
    at = rfc3339(time.time_ns())
    request = ReplayRequest(rate_per_s=rate_per_s)
    command = Command(job, Verb.START, "campaign", "what was wrong is mended", at, request)
    asyncio.run(send(settings, [command.to_outgoing("/tests/faults")]))


def progress(settings: Settings, job: str = JOB) -> list[Progress]:
    """What the agent says it did, in order."""
    found: list[Progress] = []
    for record in records(settings, TopicRole.REPLAYS):
        if type_of(record) == EVENT_TYPE:
            event = read_event(record)
            if event.job == job:
                replayed = [str(source) for source, _ in event.done.get(ReplayDecision.REPLAY, ())]
                found.append(Progress(event.kind, ns_of(event.at), replayed))
    return found


def replay_is_over(settings: Settings, job: str = JOB) -> bool:
    """Whether the job has done all that it was asked for."""
    return any(each.kind is EventKind.SUCCEEDED for each in progress(settings, job))


def replayed_per_second(events: Sequence[Progress]) -> float:
    """From one progress to the last one, as the job's own clock counts."""
    first, *others = [each for each in events if each.kind is EventKind.PROGRESS]
    seconds = (others[-1].at_ns - first.at_ns) / NANOS_PER_SECOND
    return sum(len(each.replayed) for each in others) / seconds


def roots_on_raw(settings: Settings) -> Iterator[tuple[Source, int]]:
    """Of each replayed raw record the first one, and the try."""
    for record in records(settings, TopicRole.RAW):
        if names.first(record.headers, names.REPLAY_OF) is not None:
            yield _root(record), _attempt(record)


def tries(settings: Settings) -> Mapping[Source, Sequence[Try]]:
    """Where each first raw record ended, every time."""
    found: dict[Source, list[Try]] = defaultdict(list)
    for role in ENDS:
        for record in records(settings, role):
            found[_root(record)].append(Try(_attempt(record), role))
    return found


def put_again(settings: Settings, role: TopicRole, chosen: Callable[[int], bool]) -> int:
    """Write some records of a topic a second time as they are, as a tool that knows no transactions would."""
    producer = Producer({"bootstrap.servers": settings.bootstrap_servers, "linger.ms": 20})
    copies = [record for number, record in enumerate(records(settings, role)) if chosen(number)]
    for record in copies:
        producer.produce(
            record.topic, record.value, record.key, record.partition, headers=list(record.headers)
        )
        producer.poll(0)
    assert producer.flush(60) == 0
    return len(copies)


def records(settings: Settings, role: TopicRole) -> Iterable[RawRecord]:
    """All that a committed reader sees of a topic now, each partition in order."""
    found: list[RawRecord] = []
    with TopicReader(settings) as reader:
        places = reader.partitions([topic_name(role, settings.topic_prefix)])
        low, stable = reader.low(places), reader.stable(places)
        reader.read({place: (low[place], stable[place]) for place in places}, found.append)
    return found


def _root(record: RawRecord) -> Source:
    root = names.first(record.headers, names.REPLAY_OF) or names.first(record.headers, names.SRC)
    return Source.parse((root or b"").decode())


def _attempt(record: RawRecord) -> int:
    return int(names.first(record.headers, names.ATTEMPT) or b"-1")
