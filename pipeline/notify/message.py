"""What is said, before it takes the form of a channel: one step, or a digest of many."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ..core.issue import Severity
from ..core.text import clip
from .delivery import Delivery
from .notice import Action, Notice
from .values import NoValues, Values

MAX_HEADLINE = 500
MOST_LISTED = 20
"""Groups that a digest names; the rest is a number."""
PRIORITY = {Severity.CRITICAL: "P0", Severity.HIGH: "P1", Severity.MEDIUM: "P2", Severity.LOW: "P3"}


@dataclass(frozen=True, slots=True)
class Frame:
    """What all messages of a process have in common."""

    environment: str
    link: str | None = None
    """With ``{fingerprint}`` in it."""
    drill: str = ""
    """The tenant of drills: what is about it says so first."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is said."""

    id: str
    """The idempotency key: the same when it is sent again."""
    action: Action
    dedup_key: str
    """Messages with the same one are about the same incident."""
    severity: Severity
    headline: str
    facts: tuple[tuple[str, str], ...]
    """Label and text."""
    lines: tuple[str, ...]
    """What to do; what a digest holds."""
    at_ns: int
    environment: str
    tenant: str
    code: str
    link: str | None
    notices: tuple[Notice, ...]
    values: Values

    @property
    def is_digest(self) -> bool:
        """Whether it tells of several steps."""
        return len(self.notices) > 1


def message_of(delivery: Delivery, frame: Frame, values: Values) -> Message:
    """The message of one step."""
    notice = delivery.notice
    facts = [
        ("Problem", notice.code),
        ("Severity", f"{notice.severity} ({PRIORITY[notice.severity]})"),
        ("Tenant", notice.tenant),
        ("Traces", f"{notice.count:,}"),
        ("Category", notice.category),
        ("Rule", notice.rule),
        ("Team", notice.team),
        ("Step", f"{notice.chain} {notice.step}, {notice.level}"),
        ("For", ", ".join(notice.roles) or "everybody who hears of the rest"),
        ("Fingerprint", notice.fingerprint),
    ]
    return Message(
        id=str(delivery.key),
        action=notice.action,
        dedup_key=_dedup_key(notice, frame),
        severity=notice.severity,
        headline=clip(
            f"[{PRIORITY[notice.severity]}] {_drill(notice, frame)}{_about(notice)}: {notice.reason}",
            MAX_HEADLINE,
        ),
        facts=tuple(facts),
        lines=tuple(_what_to_do(notice)),
        at_ns=notice.at_ns,
        environment=frame.environment,
        tenant=notice.tenant,
        code=notice.code,
        link=None if frame.link is None else frame.link.replace("{fingerprint}", notice.fingerprint),
        notices=(notice,),
        values=values,
    )


def digest_of(deliveries: Sequence[Delivery], frame: Frame) -> Message:
    """One message for many steps: the highest severity and the numbers, so that nothing goes under (S2-45)."""
    notices = tuple(delivery.notice for delivery in sorted(deliveries, key=lambda one: one.urgency))
    worst = notices[0].severity
    groups = list({notice.group: notice for notice in notices}.values())
    by_severity = Counter(notice.severity for notice in notices)
    numbers = ", ".join(f"{by_severity[one]} {one}" for one in Severity if by_severity[one])
    tenants = sorted({notice.tenant for notice in notices})
    codes = Counter(notice.code for notice in groups)
    listed = [
        f"[{PRIORITY[one.severity]}] {_about(one)}: {one.reason} ({one.fingerprint})"
        for one in groups[:MOST_LISTED]
    ]
    if len(groups) > MOST_LISTED:
        listed.append(f"and {len(groups) - MOST_LISTED} more: assay issues list")
    identity = digest_id(deliveries)
    problems = f"{len(groups)} more problems" if len(groups) > 1 else "1 more problem"
    return Message(
        id=identity,
        action=Action.TRIGGER,
        dedup_key=f"assay:{frame.environment}:{identity}",
        severity=worst,
        headline=f"[{PRIORITY[worst]}] {problems} than there is room for one by one ({numbers})",
        facts=(
            ("Steps", numbers),
            ("Problems", f"{len(groups):,}"),
            ("Tenants", clip(", ".join(tenants), 200)),
            ("Codes", clip(", ".join(f"{code} ({number})" for code, number in codes.most_common(10)), 500)),
        ),
        lines=tuple(listed),
        at_ns=max(notice.at_ns for notice in notices),
        environment=frame.environment,
        tenant=tenants[0] if len(tenants) == 1 else "several",
        code=notices[0].code if len(codes) == 1 else "several",
        link=None,
        notices=notices,
        values=NoValues(),
    )


def digest_id(deliveries: Sequence[Delivery]) -> str:
    """Made of what it holds, in any order."""
    keys = "\n".join(sorted(str(delivery.key) for delivery in deliveries))
    return f"digest-{hashlib.sha256(keys.encode()).hexdigest()[:32]}"


def _drill(notice: Notice, frame: Frame) -> str:
    return "DRILL, nothing is wrong: " if notice.tenant == frame.drill else ""


def _about(notice: Notice) -> str:
    traces = "1 trace" if notice.count == 1 else f"{notice.count:,} traces"
    return f"{notice.code}, tenant {notice.tenant}, {traces}"


def _dedup_key(notice: Notice, frame: Frame) -> str:
    """Steps that are due at once share the group's incident. Each later one has its own: added to an incident that
    is open already it would ring nobody's telephone.
    """
    incident = f"assay:{frame.environment}:{notice.fingerprint}:{notice.episode}"
    return incident if notice.opens else f"{incident}:{notice.chain}:{notice.step}"


def _what_to_do(notice: Notice) -> list[str]:
    if notice.action is not Action.TRIGGER:
        return []
    if notice.is_task:
        named = notice.fingerprint
        return [f"Look: assay tasks show {named}", f"Take it: assay tasks take {named}"]
    lines = [f"Look: assay issues show {notice.fingerprint}"]
    if notice.calls:
        called = ", ".join(notice.calls)
        lines.append(f"Nobody calls {called} unless you confirm: assay issues confirm {notice.fingerprint}")
    lines.append(f"Stop further calls: assay issues ack {notice.fingerprint}")
    return lines
