"""From the policy to channels that work here: with their secrets, or off (D-30)."""

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import SecretStr
from yarl import URL

from assay.pipeline.core.clock import Clock
from assay.pipeline.core.errors import ConfigError, Problem
from assay.pipeline.notify.notice import Notice
from assay.pipeline.notify.pagerduty import ROUTING_KEY_LENGTH
from assay.pipeline.notify.slack import slack_body
from assay.pipeline.notify.teams import teams_body
from assay.pipeline.notify.webhook import signing_key
from assay.pipeline.policy.drill_rules import DrillRules
from assay.pipeline.policy.notifications import (
    Address,
    Channel,
    ChannelKind,
    Console,
    Email,
    Enabled,
    Notifications,
    PagerDuty,
    SecretRef,
    Slack,
    Teams,
    Webhook,
)

from .http import HttpPoster
from .secrets import Secrets
from .senders import BodySender, ConsoleSender, MailSender, PagerDutySender, Sender, WebhookSender
from .smtp import Mailer


@dataclass(frozen=True, slots=True)
class Ready:
    """A channel that is on, and what sends for it."""

    channel: Channel
    sender: Sender


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels that are on, by name, and the policy that they come from."""

    policy: Notifications
    ready: Mapping[str, Ready]
    drill: DrillRules = field(default_factory=DrillRules)

    def route(self, notice: Notice) -> Sequence[str]:
        """Where a step goes: its roles' channels, each once; else those for everything that nobody hears of.

        A task rings nobody's telephone as long as it can be told otherwise: its problem's escalation does that.
        What a drill raises goes to the drill's channels, and to nobody when all of those are off.
        """
        if notice.tenant == self.drill.tenant:
            return [name for name in self.drill.channels if name in self.ready]
        rows = (self.policy.roles.get(role, self.policy.otherwise) for role in notice.roles)
        found = dict.fromkeys(name for row in rows for name in row if name in self.ready)
        names = [*found] or [name for name in self.policy.otherwise if name in self.ready]
        quiet = [name for name in names if not self.follows(name)] if notice.is_task else []
        return quiet or names

    def follows(self, name: str) -> bool:
        """PagerDuty keeps incidents open; the others only tell."""
        ready = self.ready.get(name)
        return ready is not None and ready.channel.target.kind is ChannelKind.PAGERDUTY


def ready_channels(
    policy: Notifications,
    secrets: Secrets,
    clock: Clock,
    tls: ssl.SSLContext | None = None,
    drill: DrillRules | None = None,
) -> Channels:
    """The channels that are on. ``drill``: whose steps go apart, and where. ``tls``: whom to trust; the system's authorities when not given.

    Raises :class:`ConfigError` with all secrets that are missing though ``enabled: on``, or that cannot be right.
    It quotes none of them.
    """
    problems: list[Problem] = []
    ready: dict[str, Ready] = {}
    for name, channel in policy.channels.items():
        if channel.enabled is Enabled.OFF:
            continue
        found = {ref: secret for ref in channel.secrets() if (secret := secrets.find(ref)) is not None}
        missing = [ref for ref in channel.secrets() if ref not in found]
        if missing and channel.enabled is Enabled.ON:
            problems += [_missing(name, ref, secrets) for ref in missing]
        if missing:
            continue
        sender = _Maker(channel, found, clock, tls, problems).sender()
        if sender is not None:
            ready[name] = Ready(channel, sender)
    if problems:
        raise ConfigError(problems)
    return Channels(policy, ready, drill or DrillRules())


def _missing(name: str, ref: SecretRef, secrets: Secrets) -> Problem:
    where = f"variable {ref.name}" if ref.place == "env" else f"file {secrets.directory / ref.name}"
    return Problem(
        f"policies/notifications.yaml: channels.{name}",
        f"is on, and its secret is not there: {where}",
        "Set it, or say enabled: auto",
    )


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes one channel's sender, or notes what is wrong with its secrets."""

    channel: Channel
    found: Mapping[SecretRef, SecretStr]
    clock: Clock
    tls: ssl.SSLContext | None
    problems: list[Problem]

    def sender(self) -> Sender | None:
        match self.channel.target:
            case Console():
                return ConsoleSender()
            case Email() as server:
                password = None if server.password is None else self.found[server.password]
                return MailSender(Mailer(server, password, tuple(self.channel.allow_networks), tls=self.tls))
            case PagerDuty(routing_key, address):
                url, key = self._url(address), self.found[routing_key]
                text = key.get_secret_value()
                if len(text) != ROUTING_KEY_LENGTH or not text.isalnum():
                    self._wrong("its routing key has not 32 letters and digits", "Copy the integration key")
                    return None
                return None if url is None else PagerDutySender(self._poster(), url.get_secret_value(), key)
            case Slack(address):
                url = self._url(address)
                return None if url is None else BodySender(self._poster(), url, slack_body)
            case Teams(address):
                url = self._url(address)
                return None if url is None else BodySender(self._poster(), url, teams_body)
            case Webhook(address, signing_secret):
                url, bare = self._url(address), signing_key(self.found[signing_secret].get_secret_value())
                if bare is None:
                    self._wrong(
                        "its signing secret is not whsec_ and 24 to 64 bytes in base64", "Make a new one"
                    )
                    return None
                return None if url is None else WebhookSender(self._poster(), url, bare, self.clock)

    def _poster(self) -> HttpPoster:
        return HttpPoster(tuple(self.channel.allow_networks), tls=self.tls)

    def _url(self, address: Address) -> SecretStr | None:
        url = self.found[address] if isinstance(address, SecretRef) else SecretStr(address)
        try:
            parsed = URL(url.get_secret_value())
            right = bool(parsed.host) and parsed.user is None
        except ValueError:
            right = False
        if not right:
            self._wrong("its URL is none", "Write https://host/path")
            return None
        if parsed.scheme != "https" and not (parsed.scheme == "http" and self.channel.allow_networks):
            self._wrong("its URL is not https", "Use https; http is for networks that allow_networks names")
            return None
        return url

    def _wrong(self, why: str, remedy: str) -> None:
        where = f"policies/notifications.yaml: channels.{self.channel.name}"
        self.problems.append(Problem(where, why, remedy))
