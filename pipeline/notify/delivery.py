"""One message on its way: a step's event and a channel."""

from dataclasses import dataclass
from typing import NamedTuple

from ..core.issue import Severity
from ..core.word import Word
from .answer import Reason
from .notice import Action, Notice


class DeliveryKey(NamedTuple):
    """What makes a message the same message, across restarts: the idempotency key."""

    event_id: str
    channel: str

    def __str__(self) -> str:
        return f"{self.event_id}/{self.channel}"


class Queueing(Word):
    """Whether the limiter has had a word on it."""

    FRESH = "fresh"
    HELD = "held"
    """It was over the limit once: it goes into the next digest."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that is not settled."""

    notice: Notice
    channel: str
    channels: tuple[str, ...]
    """All channels of its step."""
    partition: int
    attempts: int = 0
    """How often it was tried so far."""
    not_before_ns: int = 0
    first_failure_ns: int | None = None
    queueing: Queueing = Queueing.FRESH
    stopped: Reason | None = None
    """Why it is not to be sent any more, if so."""

    @property
    def key(self) -> DeliveryKey:
        """See :class:`DeliveryKey`."""
        return DeliveryKey(self.notice.event_id, self.channel)

    @property
    def urgency(self) -> tuple[int, int, str]:
        """What goes first: the worst, then the oldest."""
        return -self.notice.severity.rank, self.notice.at_ns, self.notice.event_id

    @property
    def may_wait(self) -> bool:
        """Whether the limiter may hold it: never what is critical, and nothing that tells of an end."""
        return self.notice.action is Action.TRIGGER and self.notice.severity.rank < _CRITICAL


_CRITICAL = Severity.CRITICAL.rank
