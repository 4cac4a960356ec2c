"""An e-mail: plain text, and an id by which mailboxes know it when it comes twice."""

import hashlib
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from ..core.clock import NANOS_PER_SECOND
from ..core.issue import Severity
from ..core.text import clip
from .message import Message
from .notice import Action
from .values import values_text

MAX_SUBJECT = 200
_DONE = {Action.TRIGGER: "", Action.ACKNOWLEDGE: "acknowledged: ", Action.RESOLVE: "resolved: "}


def mail_of(message: Message, sender: str, to: Sequence[str]) -> EmailMessage:
    """The mail. Steps of one problem form a thread."""
    mail = EmailMessage(policy=SMTP)
    domain = sender.rpartition("@")[2]
    mail["From"] = sender
    mail["To"] = ", ".join(to)
    mail["Subject"] = clip(_DONE[message.action] + message.headline, MAX_SUBJECT)
    mail["Date"] = formatdate(message.at_ns // NANOS_PER_SECOND)
    mail["Message-ID"] = _id(message.id, domain)
    mail["References"] = _id(message.dedup_key, domain)
    mail["Auto-Submitted"] = "auto-generated"
    if message.severity is Severity.CRITICAL:
        mail["Importance"] = "high"
    mail.set_content(mail_text(message))
    return mail


def mail_text(message: Message) -> str:
    """The body."""
    width = max(len(label) for label, _ in message.facts)
    parts = [
        message.headline,
        "\n".join(f"{label.ljust(width)}  {text}" for label, text in message.facts),
        "\n".join(message.lines),
        values_text(message.values),
        message.link or "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _id(text: str, domain: str) -> str:
    return f"<{hashlib.sha256(text.encode()).hexdigest()[:40]}@{domain}>"
