"""A sender for every kind of channel: a builder from ``pipeline.notify``, and a way out."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pydantic import SecretStr

from assay.pipeline.core.clock import NANOS_PER_SECOND, Clock
from assay.pipeline.core.issue import Severity
from assay.pipeline.notify.answer import Answer, Delivered
from assay.pipeline.notify.console import console_line
from assay.pipeline.notify.mail import mail_of
from assay.pipeline.notify.message import Message
from assay.pipeline.notify.pagerduty import pagerduty_body
from assay.pipeline.notify.webhook import webhook_body, webhook_headers

from .http import HttpPoster
from .smtp import Mailer

log = logging.getLogger(__name__)


class Sender(Protocol):
    """Takes a message to its destination."""

    async def send(self, message: Message) -> Answer:
        """What came of it. Raises nothing; may be called again with the same message when it is not known."""
        ...

    async def close(self) -> None:
        """Disconnect."""
        ...


@dataclass(frozen=True, slots=True)
class PagerDutySender:
    """Events API v2."""

    poster: HttpPoster
    url: str
    routing_key: SecretStr

    async def send(self, message: Message) -> Answer:
        """See :class:`Sender`."""
        return await self.poster.post(
            self.url, pagerduty_body(message, self.routing_key.get_secret_value()), {}
        )

    async def close(self) -> None:
        """See :class:`Sender`."""
        await self.poster.close()


@dataclass(frozen=True, slots=True)
class BodySender:
    """Slack and Teams: whoever knows the URL may post."""

    poster: HttpPoster
    url: SecretStr
    body: Callable[[Message], bytes]

    async def send(self, message: Message) -> Answer:
        """See :class:`Sender`."""
        return await self.poster.post(self.url.get_secret_value(), self.body(message), {})

    async def close(self) -> None:
        """See :class:`Sender`."""
        await self.poster.close()


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Signed anew for each try: the time is part of it."""

    poster: HttpPoster
    url: SecretStr
    key: bytes
    clock: Clock

    async def send(self, message: Message) -> Answer:
        """See :class:`Sender`."""
        body = webhook_body(message)
        headers = webhook_headers(message, body, self.key, self.clock.now_ns() // NANOS_PER_SECOND)
        return await self.poster.post(self.url.get_secret_value(), body, headers)

    async def close(self) -> None:
        """See :class:`Sender`."""
        await self.poster.close()


@dataclass(frozen=True, slots=True)
class MailSender:
    """E-mail."""

    mailer: Mailer

    async def send(self, message: Message) -> Answer:
        """See :class:`Sender`."""
        return await self.mailer.send(mail_of(message, self.mailer.server.sender, self.mailer.server.to))

    async def close(self) -> None:
        """Holds nothing."""


@dataclass(frozen=True, slots=True)
class ConsoleSender:
    """The log of this process."""

    async def send(self, message: Message) -> Answer:
        """See :class:`Sender`."""
        level = logging.ERROR if message.severity is Severity.CRITICAL else logging.WARNING
        log.log(level, "%s", console_line(message))
        return Delivered()

    async def close(self) -> None:
        """Holds nothing."""
