"""What the notifier tells those who count."""

from typing import Protocol

from assay.pipeline.notify.attempt import Attempt


class NotifierEvents(Protocol):
    """Who counts. ``NotifierTelemetry`` in a worker."""

    def recorded(self, attempt: Attempt, since_step_s: float) -> None:
        """An attempt is on the topic; ``since_step_s``: how long ago the step was taken."""
        ...

    def waiting(self, channel: str, messages: int) -> None:
        """So many messages wait for this channel."""
        ...


class NobodyCounts:
    """For those who do not care."""

    def recorded(self, attempt: Attempt, since_step_s: float) -> None:
        """See :class:`NotifierEvents`."""

    def waiting(self, channel: str, messages: int) -> None:
        """See :class:`NotifierEvents`."""
