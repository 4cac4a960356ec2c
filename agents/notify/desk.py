"""The notifier without Kafka and without tasks: records in, messages out, attempts written."""

import asyncio
import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from assay.pipeline.core.clock import NANOS_PER_SECOND, Clock
from assay.pipeline.core.errors import TransientError
from assay.pipeline.core.record import Record
from assay.pipeline.notify.answer import Answer, Failed, Reason
from assay.pipeline.notify.attempt import Attempt, Result, outgoing
from assay.pipeline.notify.delivery import Delivery, DeliveryKey
from assay.pipeline.notify.gcra import Gcra
from assay.pipeline.notify.message import Frame, Message, digest_id, digest_of, message_of
from assay.pipeline.notify.notice import Notice
from assay.pipeline.notify.outbox import NO_CHANNEL, Outbox
from assay.pipeline.notify.schedule import ChannelState, Send, Wait, next_move
from assay.pipeline.notify.settling import Sent, attempts_of, settled_unsent

from .channels import Channels
from .events import NotifierEvents
from .journal import Journal
from .samples import Samples

log = logging.getLogger(__name__)

JOURNAL_PAUSE_S = 1.0
RECALL_NS = 3600 * NANOS_PER_SECOND
"""How far back the limiter looks when it starts."""


@dataclass(slots=True)
class _Partition:
    """What is known of one partition that is ours."""

    outbox: Outbox
    live: bool = False
    """Whether its history is read: before that, nothing of it is sent."""


@dataclass(slots=True)
class Desk:
    """Decides, sends and writes. One caller per channel for :meth:`turn`; all else from one task."""

    channels: Channels
    environment: str
    journal: Journal
    clock: Clock
    random: Random
    samples: Samples
    events: NotifierEvents
    _partitions: dict[int, _Partition] = field(default_factory=dict[int, _Partition])
    _states: dict[str, ChannelState] = field(default_factory=dict[str, ChannelState])
    _recalled: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    """By channel: when what went out before. Of partitions that come and go, so each has its mark."""
    _in_flight: dict[DeliveryKey, int] = field(default_factory=dict[DeliveryKey, int])
    """Messages that somebody is at work on, and their partitions."""
    _landed: asyncio.Event = field(default_factory=asyncio.Event)

    def assigned(self, partition: int) -> None:
        """The partition is ours from now on; its history comes next."""
        self._partitions[partition] = _Partition(Outbox(partition, self._route, self._follows))

    def revoked(self, partition: int) -> None:
        """Nothing more of it is begun."""
        self._partitions.pop(partition, None)

    async def landed(self, partitions: Collection[int]) -> None:
        """Returns when nobody is at work on a message of these partitions."""
        while any(partition in partitions for partition in self._in_flight.values()):
            self._landed.clear()
            await self._landed.wait()

    def take(self, partition: int, record: Record) -> None:
        """A record of a partition, in order. Of one that is not ours nothing is taken."""
        ours = self._partitions.get(partition)
        if ours is None:
            return
        attempt = ours.outbox.take(record)
        if attempt is not None and not ours.live and attempt.result in {Result.SENT, Result.FAILED}:
            mark = attempt.digest or f"{attempt.event_id}/{attempt.attempts}"
            self._recalled.setdefault(attempt.channel, {})[mark] = attempt.at_ns

    def caught_up(self, partition: int) -> None:
        """Its history is read: what is still waiting is to be sent."""
        if partition not in self._partitions:
            return
        self._partitions[partition].live = True
        since_ns = self.clock.now_ns() - RECALL_NS
        for channel, marks in self._recalled.items():
            self._recalled[channel] = {mark: at_ns for mark, at_ns in marks.items() if at_ns > since_ns}
            state = self._states.get(channel, ChannelState())
            tat_ns = self._limiter.replay(self._recalled[channel].values())
            self._states[channel] = state.recalled(tat_ns)

    def forget(self, before_ns: int) -> None:
        """Drop what is settled and older than that."""
        for ours in self._partitions.values():
            ours.outbox.forget(before_ns)

    async def tidy(self) -> None:
        """Settle what will never be sent: what was acknowledged in time, and what has no channel (any more)."""
        settled: list[tuple[Delivery, Attempt]] = []
        now_ns = self.clock.now_ns()
        for delivery in self._waiting():
            if delivery.key in self._in_flight:
                continue
            if delivery.stopped is not None:
                attempt = settled_unsent(delivery, Result.CANCELLED, delivery.stopped, now_ns)
            elif delivery.channel not in self.channels.ready:
                off = Reason.NO_CHANNEL if delivery.channel == NO_CHANNEL else Reason.CHANNEL_OFF
                attempt = settled_unsent(delivery, Result.UNDELIVERABLE, off, now_ns)
            else:
                continue
            settled.append((delivery, attempt))
        self._in_flight |= {delivery.key: delivery.partition for delivery, _ in settled}
        try:
            await self._record(settled)
        finally:
            self._land(delivery.key for delivery, _ in settled)

    async def turn(self, channel: str) -> Wait | None:
        """Do the channel's next thing. ``None``: ask again at once; else when to ask again, if nothing new comes."""
        waiting = [
            delivery
            for delivery in self._waiting()
            if delivery.channel == channel and delivery.stopped is None
        ]
        self.events.waiting(channel, len(waiting))
        state = self._states.setdefault(channel, ChannelState())
        match next_move(waiting, state, self._limiter, self.clock.now_ns()):
            case Wait(_, held) as wait:
                for delivery in waiting:
                    if delivery.key in held:
                        self._partitions[delivery.partition].outbox.hold(delivery.key)
                return wait
            case Send() as send:
                await self._send(channel, send)
                return None

    async def _send(self, channel: str, send: Send) -> None:
        self._in_flight |= {delivery.key: delivery.partition for delivery in send.deliveries}
        try:
            answer = await self._answer(channel, send.deliveries)
            now_ns = self.clock.now_ns()
            self._states[channel] = self._states[channel].tried(send, answer, self._limiter, now_ns)
            digest = digest_id(send.deliveries) if len(send.deliveries) > 1 else None
            sent = Sent(answer, now_ns, digest)
            attempts = attempts_of(send.deliveries, sent, self.channels.policy.retry, self.random.random())
            await self._record(list(zip(send.deliveries, attempts, strict=True)))
        finally:
            self._land(delivery.key for delivery in send.deliveries)

    def _land(self, keys: Iterable[DeliveryKey]) -> None:
        for key in keys:
            self._in_flight.pop(key, None)
        self._landed.set()

    async def _answer(self, channel: str, deliveries: Sequence[Delivery]) -> Answer:
        ready = self.channels.ready[channel]
        try:
            return await ready.sender.send(await self._message(channel, deliveries))
        except Exception as error:  # noqa: BLE001 - the edge: whatever a sender raises must not stop the others
            log.error("channel %s failed: %s", channel, type(error).__name__)  # noqa: TRY400 - texts may quote secrets
            return Failed(Reason.FAULTY)

    async def _message(self, channel: str, deliveries: Sequence[Delivery]) -> Message:
        frame = Frame(self.environment, self.channels.policy.link, self.channels.drill.tenant)
        if len(deliveries) > 1:
            return digest_of(deliveries, frame)
        (delivery,) = deliveries
        values = await self.samples.values(delivery.notice, self.channels.ready[channel].channel)
        return message_of(delivery, frame, values)

    async def _record(self, settled: Sequence[tuple[Delivery, Attempt]]) -> None:
        """Write attempts, for as long as it takes: a message that went out and is forgotten would go out again."""
        if not settled:
            return
        records = [outgoing(attempt, delivery.partition) for delivery, attempt in settled]
        while True:
            try:
                await self.journal.write(records)
            except TransientError as error:
                log.warning("%d attempts wait to be written: %s", len(records), error)
                await asyncio.sleep(JOURNAL_PAUSE_S)
            else:
                break
        for delivery, attempt in settled:
            ours = self._partitions.get(delivery.partition)
            if ours is not None:
                ours.outbox.settle(attempt)
            self._tell(delivery, attempt)

    def _tell(self, delivery: Delivery, attempt: Attempt) -> None:
        since = (attempt.at_ns - delivery.notice.at_ns) / NANOS_PER_SECOND
        self.events.recorded(attempt, max(since, 0.0))
        about = (attempt.channel, delivery.notice.severity, attempt.fingerprint, attempt.reason)
        if attempt.result is Result.UNDELIVERABLE:
            log.error("channel %s does not get a %s message on %s: %s", *about)
        elif attempt.result is Result.FAILED:
            log.warning("channel %s will get a %s message on %s later: %s", *about)

    def _waiting(self) -> Iterator[Delivery]:
        for ours in self._partitions.values():
            if ours.live:
                yield from ours.outbox.waiting()

    def _route(self, notice: Notice) -> Sequence[str]:
        return self.channels.route(notice)

    def _follows(self, channel: str) -> bool:
        return self.channels.follows(channel)

    @property
    def _limiter(self) -> Gcra:
        limit = self.channels.policy.limit
        return Gcra(limit.per_minute, limit.burst)
