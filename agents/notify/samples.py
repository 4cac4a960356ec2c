"""Values of traces for channels that ask for them: opened with permission, written into the audit log first (promise 4)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from assay.pipeline.core.clock import Clock
from assay.pipeline.core.document import Json
from assay.pipeline.core.errors import AssayError
from assay.pipeline.notify.notice import Notice
from assay.pipeline.notify.values import NotOpened, NoValues, Values, chosen
from assay.pipeline.policy.notifications import Channel, PayloadMode

ACTOR = "notifier"
ACTION = "notification.values"

OpenSample = Callable[[Notice], Awaitable["Json | NotOpened"]]
"""The document of one trace of the problem, or why not. Raises :class:`AssayError` when keys or Kafka are away."""


class Audit(Protocol):
    """The audit log."""

    async def append(self, actor: str, action: str, target: str, reason: str, at_ns: int) -> object:
        """Returns when the entry is written: only then may what it says be done."""
        ...


class Samples(Protocol):
    """Where values come from."""

    async def values(self, notice: Notice, channel: Channel) -> Values:
        """What the message may say. Raises nothing: a message without values is better than none."""
        ...


class NoSamples:
    """Nobody permitted it: channels that ask for values are told so."""

    async def values(self, notice: Notice, channel: Channel) -> Values:  # noqa: ARG002 - the protocol's signature
        """See :class:`Samples`."""
        return NoValues() if channel.payload is PayloadMode.NONE else NotOpened("not permitted here")


@dataclass(frozen=True, slots=True)
class AuditedSamples:
    """Opens a sample for each message of a channel that asks for it, and says so in the audit log before."""

    open_sample: OpenSample
    audit: Audit
    clock: Clock

    async def values(self, notice: Notice, channel: Channel) -> Values:
        """See :class:`Samples`."""
        if channel.payload is PayloadMode.NONE:
            return NoValues()
        target = f"{notice.fingerprint} {channel.name}"
        reason = f"payload: {channel.payload} for {notice.event_id}"[:200]
        try:
            await self.audit.append(ACTOR, ACTION, target, reason, self.clock.now_ns())
        except AssayError:
            return NotOpened("the audit log cannot be written")
        try:
            found = await self.open_sample(notice)
        except AssayError:
            return NotOpened("it cannot be opened now")
        return found if isinstance(found, NotOpened) else chosen(found, channel)
