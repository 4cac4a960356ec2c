"""What a channel does next: one function over what waits and what is known of the channel."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from ..core.clock import NANOS_PER_SECOND
from .answer import Answer, Delivered, Failed, Reason, Refused
from .delivery import Delivery, DeliveryKey, Queueing
from .gcra import Gcra, Limited
from .retry import Breaker

MOST_IN_A_DIGEST = 200
"""Each of them is an event when the digest was sent; what is over goes into the next one."""


@dataclass(frozen=True, slots=True)
class ChannelState:
    """What is remembered of a channel. After a restart the limiter's part comes back from the topic; the rest is found
    out anew.
    """

    tat_ns: int = 0
    """The limiter's."""
    paused_to_ns: int = 0
    """The destination asked for a rest."""
    breaker: Breaker = field(default_factory=Breaker)

    def tried(self, send: "Send", answer: Answer, limiter: Gcra, now_ns: int) -> "ChannelState":
        """After a message went out, whatever came back: each counts that could have waited, or failures would flood."""
        counts = send.deliveries[0].may_wait
        state = replace(self, tat_ns=limiter.after(self.tat_ns, now_ns)) if counts else self
        match answer:
            case Delivered() | Refused():
                # A refusal is about the message: the destination works.
                return replace(state, breaker=Breaker())
            case Failed(Reason.RATE_LIMITED, _, asked):
                rest = NANOS_PER_SECOND * (USUAL_REST_S if asked is None else asked)
                return replace(state, paused_to_ns=now_ns + round(rest))
            case Failed():
                return replace(state, breaker=state.breaker.failed(now_ns))

    def recalled(self, tat_ns: int) -> "ChannelState":
        """After reading the history: the limiter goes on where it was, here or in another process."""
        return replace(self, tat_ns=max(self.tat_ns, tat_ns))


USUAL_REST_S = 30.0
"""After a 429 that does not say how long: what PagerDuty suggests."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send these: one as itself, several as a digest."""

    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing may go before ``until_ns``; ``None``: before something new comes. The limiter held ``held``."""

    until_ns: int | None
    held: tuple[DeliveryKey, ...] = ()


Move: TypeAlias = Send | Wait


def next_move(waiting: Iterable[Delivery], state: ChannelState, limiter: Gcra, now_ns: int) -> Move:
    """The first line that applies: rest, the worst that may not wait, the limiter, a digest, the next one."""
    everything = sorted(waiting, key=lambda delivery: delivery.urgency)
    if not everything:
        return Wait(None)
    rest_to = max(state.paused_to_ns, state.breaker.closed_to_ns)
    if now_ns < rest_to:
        return Wait(rest_to)
    ready = [delivery for delivery in everything if delivery.not_before_ns <= now_ns]
    later = [delivery.not_before_ns for delivery in everything if delivery.not_before_ns > now_ns]
    if not ready:
        return Wait(min(later))
    urgent = next((delivery for delivery in ready if not delivery.may_wait), None)
    if urgent is not None:
        return Send((urgent,))
    decision = limiter.decide(state.tat_ns, now_ns)
    if isinstance(decision, Limited):
        held = tuple(delivery.key for delivery in ready if delivery.queueing is Queueing.FRESH)
        return Wait(min([decision.retry_at_ns, *later]), held)
    if any(delivery.queueing is Queueing.HELD for delivery in ready):
        return Send(tuple(ready[:MOST_IN_A_DIGEST]))
    return Send((ready[0],))
