"""From an answer to what is remembered of each message that it was about."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.clock import NANOS_PER_SECOND
from ..policy.notifications import RetryPolicy
from .answer import Answer, Delivered, Failed, Reason, Refused
from .attempt import Attempt, Result
from .delivery import Delivery
from .retry import wait_ns


@dataclass(frozen=True, slots=True)
class Sent:
    """A message went out, and this came back."""

    answer: Answer
    at_ns: int
    digest: str | None = None
    """Its id, when it told of several."""


def attempts_of(
    deliveries: Sequence[Delivery], sent: Sent, policy: RetryPolicy, fraction: float
) -> list[Attempt]:
    """One attempt per delivery that the message told of.

    ``fraction`` (0 to 1) is the jitter, the same for a digest's members: they stay together.
    """
    return [_attempt(delivery, sent, policy, fraction) for delivery in deliveries]


def settled_unsent(delivery: Delivery, result: Result, reason: Reason, now_ns: int) -> Attempt:
    """For a message that is given up or not needed any more, without another try."""
    return Attempt(
        event_id=delivery.notice.event_id,
        channel=delivery.channel,
        fingerprint=delivery.notice.fingerprint,
        result=result,
        reason=reason,
        attempts=delivery.attempts,
        at_ns=now_ns,
        channels=delivery.channels,
    )


def _attempt(delivery: Delivery, sent: Sent, policy: RetryPolicy, fraction: float) -> Attempt:
    attempts = delivery.attempts + 1
    result, next_at_ns = Result.SENT, None
    match sent.answer:
        case Delivered():
            pass
        case Refused():
            result = Result.UNDELIVERABLE
        case Failed(_, _, asked_s):
            since = sent.at_ns if delivery.first_failure_ns is None else delivery.first_failure_ns
            if sent.at_ns - since >= policy.give_up_after * NANOS_PER_SECOND:
                result = Result.UNDELIVERABLE
            else:
                result = Result.FAILED
                next_at_ns = sent.at_ns + wait_ns(policy, attempts, fraction, asked_s)
    return Attempt(
        event_id=delivery.notice.event_id,
        channel=delivery.channel,
        fingerprint=delivery.notice.fingerprint,
        result=result,
        reason=sent.answer.reason,
        attempts=attempts,
        at_ns=sent.at_ns,
        channels=delivery.channels,
        next_at_ns=next_at_ns,
        status=sent.answer.status,
        digest=sent.digest,
    )
