"""Whom to tell and through what: ``policies/notifications.yaml`` as data (OPERATIONS 5.2, D-30)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import TypeAlias

from ..core.word import Word


class ChannelKind(Word):
    """What stands behind a channel."""

    PAGERDUTY = "pagerduty"
    SLACK = "slack"
    TEAMS = "teams"
    WEBHOOK = "webhook"
    EMAIL = "email"
    CONSOLE = "console"


class Enabled(Word):
    """Whether a channel is used. ``auto`` is what makes a policy fit for places with and without secrets (D-30)."""

    AUTO = "auto"
    """On when its secrets are there."""
    ON = "on"
    """A worker without its secrets does not start."""
    OFF = "off"


class PayloadMode(Word):
    """What a message may say of traces."""

    NONE = "none"
    """Nothing: codes, pointers, counts."""
    SELECTED = "selected"
    """The values at the channel's ``paths``, of one sample, opened with permission and audited."""
    FULL = "full"
    """The whole of one sample, likewise."""


class SecretPlace(Word):
    """Where a secret is; never in the policy."""

    ENV = "env"
    FILE = "file"


class MailTls(Word):
    """How a connection to a mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SecretRef:
    """The name of a secret: an environment variable, or a file in the directory for secrets."""

    place: SecretPlace
    name: str


Address: TypeAlias = str | SecretRef
"""A URL; a secret where whoever knows it may post."""
Network: TypeAlias = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class PagerDuty:
    """Events API v2."""

    routing_key: SecretRef
    address: Address = "https://events.pagerduty.com/v2/enqueue"
    kind: ChannelKind = ChannelKind.PAGERDUTY


@dataclass(frozen=True, slots=True)
class Slack:
    """An incoming webhook."""

    address: Address
    kind: ChannelKind = ChannelKind.SLACK


@dataclass(frozen=True, slots=True)
class Teams:
    """A workflow that starts with a webhook."""

    address: Address
    kind: ChannelKind = ChannelKind.TEAMS


@dataclass(frozen=True, slots=True)
class Webhook:
    """Anybody's endpoint; signed as Standard Webhooks has it."""

    address: Address
    signing_secret: SecretRef
    kind: ChannelKind = ChannelKind.WEBHOOK


@dataclass(frozen=True, slots=True)
class Email:
    """A mail server that takes mail for ``to``."""

    host: str
    port: int
    tls: MailTls
    sender: str
    to: Sequence[str]
    username: str | None = None
    password: SecretRef | None = None
    kind: ChannelKind = ChannelKind.EMAIL


@dataclass(frozen=True, slots=True)
class Console:
    """The notifier's own log."""

    kind: ChannelKind = ChannelKind.CONSOLE


Target: TypeAlias = PagerDuty | Slack | Teams | Webhook | Email | Console


@dataclass(frozen=True, slots=True)
class Channel:
    """One destination. The limiter counts by channel: two roles that share one share its limit."""

    name: str
    target: Target
    enabled: Enabled = Enabled.AUTO
    payload: PayloadMode = PayloadMode.NONE
    paths: Sequence[str] = ()
    """JSON Pointers; for ``payload: selected``."""
    allow_networks: Sequence[Network] = ()
    """Addresses that are not public and may be connected to all the same."""

    def secrets(self) -> tuple[SecretRef, ...]:
        """What must be there for it to work."""
        match self.target:
            case PagerDuty(routing_key, address):
                wanted: tuple[object, ...] = (routing_key, address)
            case Slack(address) | Teams(address):
                wanted = (address,)
            case Webhook(address, signing_secret):
                wanted = (address, signing_secret)
            case Email():
                wanted = (self.target.password,)
            case Console():
                wanted = ()
        return tuple(one for one in wanted if isinstance(one, SecretRef))


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How many messages a channel gets (GCRA); more become one digest (S2-44, S2-45)."""

    per_minute: int = 10
    burst: int = 20


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long a message is tried. Seconds."""

    first: int = 5
    most: int = 300
    give_up_after: int = 86_400
    """Of the step's age: later it would tell of yesterday."""


CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class Notifications:
    """The whole of it. Without a file everything goes to the console."""

    channels: Mapping[str, Channel] = field(default_factory=lambda: {CONSOLE: Channel(CONSOLE, Console())})
    roles: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    """Role → names of channels."""
    otherwise: Sequence[str] = (CONSOLE,)
    """For roles without a row, and for those whose channels are all off: no step goes unheard."""
    limit: RateLimit = field(default_factory=RateLimit)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    link: str | None = None
    """A URL with ``{fingerprint}`` in it: where people look at a problem."""
