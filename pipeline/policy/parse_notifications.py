"""``policies/notifications.yaml``: channels, and which role hears of things through which of them."""

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_network

from ..core.document import Json
from ..core.errors import Problem
from .fields import Fields, closest
from .notifications import (
    Address,
    Channel,
    Console,
    Email,
    Enabled,
    MailTls,
    Network,
    Notifications,
    PagerDuty,
    PayloadMode,
    RateLimit,
    RetryPolicy,
    SecretPlace,
    SecretRef,
    Slack,
    Target,
    Teams,
    Webhook,
)
from .quoted import quoted

KEYS = ("channels", "roles", "otherwise", "limit", "retry", "link")
MAX_CHANNELS = 32
"""Each is a label of metrics."""
NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
ENV = re.compile(r"ASSAY_NOTIFY_[A-Z0-9_]{1,64}")
"""A policy may be published by others than those who set the environment: it can name no other secret of theirs."""
FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
"""A name, no path, for the same reason."""
URL = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]{1,255}(/[!-~]{0,1024})?")
LINK = re.compile(r"https?://[!-z|~]{1,512}\{fingerprint\}[!-z|~]{0,512}")
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.\-]{0,252})")
MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}")
USERNAME = re.compile(r"[!-~]{1,128}")
POINTER = re.compile(r"/(?:[^~\s]|~[01]){0,255}")
COMMON = ("kind", "enabled", "payload", "paths", "allow_networks")

Reader = Callable[[Fields], Target | None]


def parse_notifications(where: str, document: Json, problems: list[Problem]) -> Notifications:
    """What the file says; every wrong thing in it is a problem."""
    fields = Fields(where, document, KEYS, problems)
    channels = _channels(fields, problems)
    roles = _roles(fields, channels, problems)
    otherwise = _names(fields, "otherwise", channels)
    if not otherwise:
        fields.problem("otherwise", "names no channel", "Name those that hear of what nobody else hears of")
    return Notifications(
        channels=channels,
        roles=roles,
        otherwise=otherwise,
        limit=_limit(fields, problems),
        retry=_retry(fields, problems),
        link=fields.text("link", LINK) if fields.has("link") else None,
    )


def _channels(fields: Fields, problems: list[Problem]) -> Mapping[str, Channel]:
    rows = fields.get("channels")
    if not isinstance(rows, dict) or not rows:
        fields.problem(
            "channels", "is no mapping of names to channels", "Give it at least one, kind: console"
        )
        return {}
    if len(rows) > MAX_CHANNELS:
        fields.problem("channels", f"has more than {MAX_CHANNELS} channels", "Remove some")
        return {}
    found: dict[str, Channel] = {}
    for name, row in rows.items():
        if not NAME.fullmatch(name):
            fields.problem("channels", f"{quoted(name)} is no name", f"Names match {NAME.pattern}")
            continue
        channel = _channel(name, fields.place(f"channels.{name}"), row, problems)
        if channel is not None:
            found[name] = channel
    return found


def _channel(name: str, where: str, row: Json, problems: list[Problem]) -> Channel | None:
    kind = row.get("kind") if isinstance(row, dict) else None
    if not isinstance(kind, str) or kind not in _KINDS:
        remedy = closest(str(kind), sorted(_KINDS))
        problems.append(Problem(f"{where}.kind", f"{quoted(kind)} is no kind of channel", remedy))
        return None
    keys, read = _KINDS[kind]
    before = len(problems)
    fields = Fields(where, row, (*COMMON, *keys), problems)
    target = read(fields)
    payload = (fields.word("payload", PayloadMode) if fields.has("payload") else None) or PayloadMode.NONE
    paths = fields.texts("paths", POINTER)
    if (payload is PayloadMode.SELECTED) != bool(paths):
        fields.problem("paths", "goes with payload: selected, and that with it", "Give both, or neither")
    if isinstance(target, Console) and payload is not PayloadMode.NONE:
        fields.problem("payload", "would write values into a log", "Leave it out")
    enabled = (fields.word("enabled", Enabled) if fields.has("enabled") else None) or Enabled.AUTO
    networks = _networks(fields)
    if target is None or len(problems) > before:
        return None
    return Channel(name, target, enabled, payload, paths, networks)


def _pagerduty(fields: Fields) -> Target | None:
    key = _secret(fields, "routing_key")
    if not fields.has("url"):
        return None if key is None else PagerDuty(key)
    address = _address(fields)
    return None if key is None or address is None else PagerDuty(key, address)


def _slack(fields: Fields) -> Target | None:
    address = _address(fields)
    return None if address is None else Slack(address)


def _teams(fields: Fields) -> Target | None:
    address = _address(fields)
    return None if address is None else Teams(address)


def _webhook(fields: Fields) -> Target | None:
    address, secret = _address(fields), _secret(fields, "signing_secret")
    return None if address is None or secret is None else Webhook(address, secret)


def _email(fields: Fields) -> Target | None:
    host = fields.text("host", HOST)
    port = fields.integer("port", 1, 65_535, default=587)
    tls = fields.word("tls", MailTls) if fields.has("tls") else MailTls.STARTTLS
    sender = fields.text("from", MAILBOX)
    to = fields.texts("to", MAILBOX)
    if not to:
        fields.problem("to", "names nobody", "Name at least one mailbox")
    username = fields.text("username", USERNAME) if fields.has("username") else None
    password = _secret(fields, "password") if fields.has("password") else None
    if (username is None) != (password is None):
        fields.problem("username", "goes with password, and that with it", "Give both, or neither")
    if password is not None and tls is MailTls.NONE:
        fields.problem("tls", "is none, and a password would travel in the clear", "Use starttls or tls")
    if host is None or port is None or tls is None or sender is None or not to:
        return None
    return Email(host, port, tls, sender, to, username, password)


def _console(_fields: Fields) -> Target:
    return Console()


_KINDS: Mapping[str, tuple[tuple[str, ...], Reader]] = {
    # kind: the keys that it has beside COMMON, and who reads them
    "pagerduty": (("routing_key", "url"), _pagerduty),
    "slack": (("url",), _slack),
    "teams": (("url",), _teams),
    "webhook": (("url", "signing_secret"), _webhook),
    "email": (("host", "port", "tls", "from", "to", "username", "password"), _email),
    "console": ((), _console),
}


def _address(fields: Fields) -> Address | None:
    value = fields.get("url")
    return _secret(fields, "url") if isinstance(value, dict) else fields.text("url", URL)


def _secret(fields: Fields, key: str) -> SecretRef | None:
    match fields.get(key):
        case {"env": str(name), **more} if not more and ENV.fullmatch(name):
            return SecretRef(SecretPlace.ENV, name)
        case {"file": str(name), **more} if not more and FILE.fullmatch(name):
            return SecretRef(SecretPlace.FILE, name)
        case _:
            # What stands there is not shown: somebody may have written the secret itself.
            fields.problem(
                key,
                "does not name a secret" if fields.has(key) else "is missing",
                f"Write {{env: NAME}}, NAME matching {ENV.pattern}, or {{file: NAME}}, {FILE.pattern}; "
                "never the secret itself",
            )
            return None


def _networks(fields: Fields) -> tuple[Network, ...]:
    found: list[Network] = []
    for text in fields.texts("allow_networks", re.compile(r"[0-9a-fA-F.:]{2,45}(/[0-9]{1,3})?")):
        try:
            found.append(ip_network(text))
        except ValueError:
            fields.problem("allow_networks", f"{quoted(text)} is no network", "Write it as 10.1.0.0/16")
    return tuple(found)


def _roles(
    fields: Fields, channels: Mapping[str, Channel], problems: list[Problem]
) -> Mapping[str, tuple[str, ...]]:
    rows = fields.get("roles")
    if rows is None:
        return {}
    if not isinstance(rows, dict):
        fields.problem("roles", "is not a mapping", "Write role: [channel, channel]")
        return {}
    names = [name for name in rows if NAME.fullmatch(name)]
    for name in rows.keys() - set(names):
        fields.problem("roles", f"{quoted(name)} is no name", f"Names match {NAME.pattern}")
    inner = Fields(fields.place("roles"), rows, tuple(rows), problems)
    return {name: _names(inner, name, channels) for name in names}


def _names(fields: Fields, key: str, channels: Mapping[str, Channel]) -> tuple[str, ...]:
    names = fields.texts(key, NAME)
    declared = set(channels)
    for name in names:
        if name not in declared:
            remedy = closest(name, sorted(declared)) if declared else "Declare it under channels"
            fields.problem(key, f"{quoted(name)} is no channel that is declared here", remedy)
    return tuple(name for name in names if name in declared)


def _limit(fields: Fields, problems: list[Problem]) -> RateLimit:
    if not fields.has("limit"):
        return RateLimit()
    row = Fields(fields.place("limit"), fields.get("limit"), ("per_minute", "burst"), problems)
    per_minute = row.integer("per_minute", 1, 600, default=RateLimit().per_minute)
    burst = row.integer("burst", 1, 1000, default=RateLimit().burst)
    return RateLimit() if per_minute is None or burst is None else RateLimit(per_minute, burst)


def _retry(fields: Fields, problems: list[Problem]) -> RetryPolicy:
    if not fields.has("retry"):
        return RetryPolicy()
    usual = RetryPolicy()
    row = Fields(
        fields.place("retry"), fields.get("retry"), ("first_s", "most_s", "give_up_after_s"), problems
    )
    first = row.integer("first_s", 1, 3600, default=usual.first)
    most = row.integer("most_s", 1, 3600, default=usual.most)
    give_up_after = row.integer("give_up_after_s", 60, 259_200, default=usual.give_up_after)
    if first is None or most is None or give_up_after is None:
        return usual
    if first > most:
        row.problem("first_s", f"{first} is more than most_s, {most}", "The first wait is the shortest")
    return RetryPolicy(first, most, give_up_after)
