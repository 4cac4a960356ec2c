"""The policy agent: checks the bundles that operators publish, and says which one is to be used (ADR 7)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import faust

from assay.pipeline.core.clock import Clock, rfc3339
from assay.pipeline.core.errors import ConfigError, Problem
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.publication import CANDIDATE, Active, Candidate, Refused, decode, encode, key_of
from assay.pipeline.policy.publication_log import PolicyLog

from .bundles import BundleEvents
from .policy_review import Review
from .policy_topic import MOST_BYTES, too_large
from .settings import Settings
from .topics import topic_name

log = logging.getLogger(__name__)

AGENT = "policy"
RETRY_S = 1.0

ReadLog = Callable[[], Awaitable[PolicyLog]]
Send = Callable[[bytes, bytes], Awaitable[None]]
"""Key and value; returns when Kafka has them, raises whatever its client does when it has not."""


class PolicyDesk:
    """Answers candidates, each once, in their order. ``directory`` is in use while nothing is published."""

    def __init__(
        self, settings: Settings, directory: Bundle, read_log: ReadLog, clock: Clock, events: BundleEvents
    ) -> None:
        self._source = settings.policy_source
        self._directory = directory
        self._read_log = read_log
        self._clock = clock
        self._events = events

    async def take(self, key: bytes | None, value: bytes | None, offset: int, send: Send) -> None:
        """Answer a record of the topic, if it is a candidate without an answer. Raises nothing.

        Tries for as long as it takes: a candidate that is passed over would leave a person waiting.
        """
        if key != CANDIDATE.encode() or value is None:
            return
        answer: Active | Refused | None = None
        while True:
            try:
                if answer is None:
                    answered = await self._read_log()
                    if answered.answers(offset) is not None:
                        return
                    answer = await asyncio.to_thread(self._review, value, offset, answered.active)
                await send(key_of(answer).encode(), encode(answer))
            except Exception as error:  # noqa: BLE001 - the edge: an agent body that lets one out stops for ever
                log.warning("the candidate at offset %d waits: %s", offset, type(error).__name__)
                await asyncio.sleep(RETRY_S)
            else:
                self._tell(answer)
                return

    def _review(self, value: bytes, offset: int, active: Active | None) -> Active | Refused:
        """The answer; runs in a thread."""
        if self._source == "directory":
            return self._refused(
                offset,
                Problem(
                    "ASSAY_POLICY_SOURCE",
                    "is directory: workers take no bundle from the topic",
                    "Set it to topic and restart the workers, or change the directories and restart them",
                ),
            )
        if len(value) > MOST_BYTES:
            return self._refused(offset, too_large(len(value)))
        try:
            candidate = decode(CANDIDATE, value)
        except ValueError:
            return self._refused(
                offset, Problem("candidate", "was not written by Assay", "Use assay policy publish")
            )
        assert isinstance(candidate, Candidate)
        return Review(self._clock, self._in_use(active))(candidate, offset)

    def _refused(self, offset: int, problem: Problem) -> Refused:
        return Refused(offset, None, (problem,), rfc3339(self._clock.now_ns()))

    def _in_use(self, active: Active | None) -> Bundle:
        if active is None:
            return self._directory
        try:
            return load_bundle(active.files)
        except ConfigError:  # of another version; no worker of this one could use it
            return self._directory

    def _tell(self, answer: Active | Refused) -> None:
        match answer:
            case Active():
                self._events.bundle_activated()
                log.info("bundle %s is active now", answer.bundle[:12])
            case Refused():
                self._events.bundle_refused()
                log.error("the candidate at offset %d is refused, nothing changes", answer.candidate)
                for problem in answer.problems:
                    log.error("candidate at offset %d: %s", answer.candidate, problem)


def add_policy_agent(app: faust.App, settings: Settings, desk: PolicyDesk) -> None:
    """Give the app the agent that feeds the desk. Faust's group sees to it that one process at a time answers."""
    topic = app.topic(
        topic_name(TopicRole.POLICY, settings.topic_prefix),
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
    )

    async def send(key: bytes, value: bytes) -> None:
        # The inner wait is Kafka's acknowledgement.
        await (await topic.send(key=key, value=value, partition=0))

    @app.agent(topic, name=AGENT, concurrency=1)  # type: ignore[untyped-decorator]  # faust ships no types
    async def policy(stream: Any) -> None:
        async for event in stream.events():
            await desk.take(event.key, event.value, event.message.offset, send)
