"""What is still to be told, of one partition of ``quality.escalations``: a fold over its records, nothing else.

Reading the same records again gives the same outbox. That is what a restart does, so nothing that was confirmed is
sent twice and everything else is sent (D-12).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..core.record import Record
from .answer import Reason
from .attempt import Attempt, Result, read_attempt
from .delivery import Delivery, DeliveryKey, Queueing
from .notice import Action, Nothing, Notice, Stopped, read_event

NO_CHANNEL = "none"
"""The channel of a message for which there is none."""
STOPPED_REASON = {Action.ACKNOWLEDGE: Reason.ACKNOWLEDGED, Action.RESOLVE: Reason.ENDED}

Group = tuple[str, int]
"""A fingerprint and an episode."""
Route = Callable[[Notice], Sequence[str]]
"""The channels of a step, by today's policy."""
Follows = Callable[[str], bool]
"""Whether a channel wants to hear that what it was told is acknowledged or over."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A message that nothing more is done about."""

    notice: Notice
    result: Result
    digest: str | None


class Outbox:
    """The fold. ``route`` is asked once per step; what it said is in the first event about the step (``channels``)."""

    def __init__(self, partition: int, route: Route, follows: Follows) -> None:
        self.partition = partition
        self._route = route
        self._follows = follows
        self._notices: dict[str, Notice] = {}
        self._waiting: dict[DeliveryKey, Delivery] = {}
        self._settled: dict[Group, dict[DeliveryKey, Settled]] = {}
        self._frozen: set[str] = set()
        self._stops: dict[Group, list[Stopped]] = {}

    def take(self, record: Record) -> Attempt | None:
        """Fold one record in; gives it back when it was an attempt that the limiter counts and had not heard of."""
        attempt = read_attempt(record)
        if attempt is not None:
            delivery = self._waiting.get(DeliveryKey(attempt.event_id, attempt.channel))
            self.settle(attempt)
            return attempt if delivery is not None and delivery.may_wait else None
        match read_event(record):
            case Notice() as notice:
                self._told(notice)
            case Stopped() as stopped:
                self._stop(stopped)
            case Nothing():
                pass
        return None

    def waiting(self) -> Iterator[Delivery]:
        """Messages that are not settled."""
        yield from self._waiting.values()

    def get(self, key: DeliveryKey) -> Delivery | None:
        """The message, while it is not settled."""
        return self._waiting.get(key)

    def hold(self, key: DeliveryKey) -> None:
        """The limiter held it."""
        if key in self._waiting:
            self._waiting[key] = replace(self._waiting[key], queueing=Queueing.HELD)

    def settle(self, attempt: Attempt) -> None:
        """Take in what came of a message; the second time changes nothing."""
        self._freeze(attempt.event_id, tuple(attempt.channels))
        key = DeliveryKey(attempt.event_id, attempt.channel)
        delivery = self._waiting.get(key)
        if delivery is None:
            return
        if attempt.result is Result.FAILED:
            self._waiting[key] = replace(
                delivery,
                attempts=max(delivery.attempts, attempt.attempts),
                not_before_ns=max(delivery.not_before_ns, attempt.next_at_ns or 0),
                first_failure_ns=delivery.first_failure_ns or attempt.at_ns,
            )
            return
        del self._waiting[key]
        group = delivery.notice.group
        settled = Settled(delivery.notice, attempt.result, attempt.digest)
        self._settled.setdefault(group, {})[key] = settled
        for stopped in self._stops.get(group, ()):
            self._follow_up(stopped, key, settled)

    def forget(self, before_ns: int) -> None:
        """Drop what is settled and older than that."""
        waiting = {key.event_id for key in self._waiting}
        old = {
            event_id
            for event_id, notice in self._notices.items()
            if notice.at_ns < before_ns and event_id not in waiting
        }
        self._notices = {key: one for key, one in self._notices.items() if key not in old}
        self._settled = {
            group: kept
            for group, settled in self._settled.items()
            if (kept := {key: one for key, one in settled.items() if key.event_id not in old})
        }
        self._frozen -= old
        self._stops = {
            group: remaining
            for group, stops in self._stops.items()
            if (remaining := [one for one in stops if one.at_ns >= before_ns])
        }

    def _told(self, notice: Notice) -> None:
        if notice.event_id in self._notices:
            return
        self._notices[notice.event_id] = notice
        channels = tuple(self._route(notice)) or (NO_CHANNEL,)
        for channel in channels:
            self._add(Delivery(notice, channel, channels, self.partition))

    def _add(self, delivery: Delivery) -> None:
        self._waiting.setdefault(delivery.key, delivery)

    def _freeze(self, event_id: str, channels: tuple[str, ...]) -> None:
        """Where the step goes was decided when it was first tried: by the policy of then."""
        notice = self._notices.get(event_id)
        if notice is None or event_id in self._frozen or not channels:
            return
        self._frozen.add(event_id)
        before = [key for key in self._waiting if key.event_id == event_id]
        for key in before:
            if key.channel not in channels:
                del self._waiting[key]
        for channel in channels:
            self._add(Delivery(notice, channel, channels, self.partition))

    def _stop(self, stopped: Stopped) -> None:
        stops = self._stops.setdefault(stopped.group, [])
        if any(one.event_id == stopped.event_id for one in stops):
            return
        stops.append(stopped)
        for key, delivery in self._waiting.items():
            notice = delivery.notice
            if notice.group == stopped.group and notice.action is Action.TRIGGER:
                self._waiting[key] = replace(delivery, stopped=STOPPED_REASON[stopped.action])
        for key, settled in self._settled.get(stopped.group, {}).items():
            self._follow_up(stopped, key, settled)

    def _follow_up(self, stopped: Stopped, key: DeliveryKey, settled: Settled) -> None:
        """Tell a channel that keeps incidents open of the end of what it was told, where it was told of it alone."""
        notice = settled.notice
        told = settled.result is Result.SENT and settled.digest is None and notice.action is Action.TRIGGER
        if not told or stopped.at_ns < notice.at_ns or not self._follows(key.channel):
            return
        event_id = f"{stopped.event_id}+{notice.event_id}+{key.channel}"
        self._notices[event_id] = replace(
            notice, event_id=event_id, action=stopped.action, at_ns=stopped.at_ns
        )
        self._add(Delivery(self._notices[event_id], key.channel, (key.channel,), self.partition))
