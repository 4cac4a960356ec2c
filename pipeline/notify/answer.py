"""What a destination answered, in three kinds: done, try again, do not try again."""

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TypeAlias

from ..core.word import Word


class Reason(Word):
    """Why a message went as it went: a metric label, and a member of the events. It never quotes an answer."""

    ACCEPTED = "accepted"
    PARTLY_ACCEPTED = "partly_accepted"
    """A mail server took it for some of the mailboxes."""
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    TLS_FAILED = "tls_failed"
    NAME_UNKNOWN = "name_unknown"
    REFUSED = "refused"
    """It understood and said no: the message or the secret is wrong."""
    REDIRECTED = "redirected"
    """It pointed elsewhere; nobody follows it there."""
    ADDRESS_FORBIDDEN = "address_forbidden"
    """Its address is not public, and the channel does not allow it."""
    NO_CHANNEL = "no_channel"
    """No channel of its roles is on, and none of those for such cases."""
    CHANNEL_OFF = "channel_off"
    """The channel that it was meant for is gone from the policy, or off."""
    ACKNOWLEDGED = "acknowledged"
    ENDED = "ended"
    """The problem was resolved, or is ignored."""
    FAULTY = "faulty"
    """The notifier itself failed at it."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The destination has it."""

    reason: Reason = Reason.ACCEPTED
    status: int | None = None
    """Of HTTP or SMTP."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It may work later."""

    reason: Reason
    status: int | None = None
    retry_after_s: float | None = None
    """What the destination asked for."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The same message would be refused again."""

    reason: Reason
    status: int | None = None


Answer: TypeAlias = Delivered | Failed | Refused

MOST_RETRY_AFTER_S = 3600.0


def http_answer(status: int, retry_after: str | None, now_s: float) -> Answer:
    """What an HTTP status means (PagerDuty, Slack, Teams and Standard Webhooks agree on this).

    ``retry_after`` is the header as it came; more than an hour is cut to one.
    """
    match status:
        case _ if 200 <= status < 300:
            return Delivered(status=status)
        case 408 | 425:
            return Failed(Reason.SERVER_ERROR, status)
        case 429:
            return Failed(Reason.RATE_LIMITED, status, retry_after_seconds(retry_after, now_s))
        case _ if status >= 500:
            return Failed(Reason.SERVER_ERROR, status, retry_after_seconds(retry_after, now_s))
        case _ if 300 <= status < 400:
            return Refused(Reason.REDIRECTED, status)
        case _:
            return Refused(Reason.REFUSED, status)


def retry_after_seconds(header: str | None, now_s: float) -> float | None:
    """Seconds from now: of ``Retry-After`` as a number or as an HTTP date (RFC 9110); ``None`` when it is neither."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        seconds = float(text)
    else:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - now_s
        except (ValueError, TypeError, OverflowError):
            return None
    return min(max(seconds, 0.0), MOST_RETRY_AFTER_S)
