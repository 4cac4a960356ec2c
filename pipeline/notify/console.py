"""One line for a terminal or a log. Channels of this kind never carry values."""

from .message import Message
from .notice import Action

_DONE = {Action.TRIGGER: "", Action.ACKNOWLEDGE: "acknowledged: ", Action.RESOLVE: "resolved: "}


def console_line(message: Message) -> str:
    """What happened, for whom, and how to look at it."""
    if message.is_digest:
        return message.headline
    (notice,) = message.notices
    roles = ", ".join(notice.roles) or "everybody"
    return f"{_DONE[message.action]}{message.headline} [for {roles}; assay issues show {notice.fingerprint}]"
