"""Effects as events on ``quality.escalations``: schema ``assay/escalation/1-0-0``."""

from typing import Final

import orjson

from ..core import headers as names
from ..core.clock import rfc3339
from ..core.cloud_event import event_headers
from ..core.outgoing import Outgoing
from ..core.topics import TopicRole
from .effect import Effect

SCHEMA: Final = "assay/escalation/1-0-0"
SOURCE: Final = "/assay/escalation"


def event_type(kind: str) -> str:
    """The CloudEvents type of a kind of effect."""
    return f"assay.escalation.{kind}.v1"


def to_outgoing(effect: Effect, now_ns: int, bundle: str) -> Outgoing:
    """The event: codes, names, roles and a sentence, no value of a trace. ``bundle`` is the short id of the one in use."""
    group = effect.group
    at = rfc3339(now_ns)
    value = orjson.dumps(
        {
            "schema": SCHEMA,
            "kind": effect.kind,
            "fingerprint": group.fingerprint,
            "episode": group.episode,
            "chain": effect.chain,
            "chain_version": effect.chain_version,
            "step": effect.step,
            "roles": effect.roles,
            "calls": effect.calls,
            "level": effect.trigger.escalation_level,
            "reason": effect.trigger.reason,
            "why": effect.why,
            "due_at": rfc3339(effect.due_ns),
            "at": at,
            "first_detected_at": rfc3339(effect.since_ns),
            "code": group.code,
            "category": group.category,
            "severity": group.severity,
            "status": group.status,
            "tenant_id": group.tenant,
            "rule": group.rule,
            "team": group.team,
            "count": group.count,
            "bundle": bundle,
        }
    )
    headers = event_headers(
        event_id=effect.event_id,
        source=SOURCE,
        event_type=event_type(effect.kind),
        at=at,
        subject=group.fingerprint,
        more=(
            (names.TENANT, group.tenant.encode()),
            (names.SEVERITY, group.severity.encode()),
            (names.BUNDLE, bundle.encode()),
        ),
    )
    return Outgoing(TopicRole.ESCALATIONS, None, group.fingerprint.encode(), value, headers, None)
