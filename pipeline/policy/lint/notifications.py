"""Lints of ``policies/notifications.yaml``: people who would not hear of things, and values that would leave."""

from collections.abc import Iterator, Mapping, Sequence

from ...core.document import Json
from ..bundle import Bundle
from ..bundle_files import NOTIFICATIONS_FILE
from ..note import Level, Note
from ..notifications import Channel, Console, Enabled, Notifications, PayloadMode


def unheard_roles(bundle: Bundle, documents: Mapping[str, Json]) -> Iterator[Note]:
    """Channels nobody uses, and roles whom nothing but a log would reach."""
    policy = bundle.notifications
    if NOTIFICATIONS_FILE not in documents:
        return
    used = {*policy.otherwise, *(name for names in policy.roles.values() for name in names)}
    for name in policy.channels.keys() - used:
        yield _warning(f"channels.{name}", "is used by no role", "Name it under roles, or remove it")
    for role in bundle.escalation.roles.keys() - policy.roles.keys():
        yield _warning("roles", f"has no row for {role}: it hears through otherwise", "Say how it is reached")
    for role, names in policy.roles.items():
        if not _reached(policy, names):
            yield _warning(
                f"roles.{role}",
                "has only channels that are off: its messages go where otherwise says",
                "Switch one on, or remove the row",
            )
    if not _reached(policy, policy.otherwise):
        yield _note(
            Level.ERROR,
            "otherwise",
            "has only channels that are off: what no role hears of, nobody would",
            "Switch one on",
        )
    elif all(isinstance(policy.channels[name].target, Console) for name in used):
        yield _warning(
            "channels", "are all consoles: nobody is called", "Declare a channel that reaches people"
        )


def values_that_leave(bundle: Bundle, documents: Mapping[str, Json]) -> Iterator[Note]:
    """Channels that ask for values of traces (promise 4)."""
    if NOTIFICATIONS_FILE not in documents:
        return
    for name, channel in bundle.notifications.channels.items():
        if channel.payload is not PayloadMode.NONE:
            yield _warning(
                f"channels.{name}.payload",
                f"is {channel.payload}: values of failing traces leave the pipeline, each time audited",
                "Leave it out, unless whoever reads the channel may see them",
            )


def _reached(policy: Notifications, names: Sequence[str]) -> bool:
    channels: list[Channel] = [policy.channels[name] for name in names]
    return any(channel.enabled is not Enabled.OFF for channel in channels)


def _warning(place: str, why: str, remedy: str) -> Note:
    return _note(Level.WARNING, place, why, remedy)


def _note(level: Level, place: str, why: str, remedy: str) -> Note:
    return Note(level, NOTIFICATIONS_FILE, place, why, remedy)
