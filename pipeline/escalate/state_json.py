"""The state on the wire: what stands on ``quality.escalation_state``, schema ``assay/escalation_state/1-0-0``."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from ..core.errors import PermanentError
from ..core.issue import Category, Severity
from ..policy.escalation import (
    Chain,
    ChainStep,
    Confirm,
    EscalationLevel,
    VolumeRule,
    chain_document,
    volume_document,
)
from .effect import Why
from .group import Group, GroupStatus, Mark
from .state import Escalation, StepStatus, Track, VolumeWatch

SCHEMA: Final = "assay/escalation_state/1-0-0"


class UnreadableStateError(PermanentError):
    """What stands on ``quality.escalation_state`` is no state of ours: another program has written there."""


def dump_state(state: Escalation) -> bytes:
    """The state as JSON. Equal states give equal bytes."""
    watch = state.volume
    return orjson.dumps(
        {
            "schema": SCHEMA,
            "group": _group_document(state.group),
            "since_ns": state.since_ns,
            "tracks": [
                {"chain": chain_document(track.chain), "statuses": track.statuses} for track in state.tracks
            ],
            "volume": None
            if watch is None
            else {
                "rule": volume_document(watch.rule),
                "fired": watch.fired,
                "quiet_until_ns": watch.quiet_until_ns,
            },
            "stopped": state.stopped,
        }
    )


def load_state(data: bytes) -> Escalation:
    """The inverse of :func:`dump_state`. Raises :class:`UnreadableStateError` for anything else."""
    try:
        document = orjson.loads(data)
        if document["schema"] != SCHEMA:
            raise UnreadableStateError("the state follows another schema")
        volume = document["volume"]
        return Escalation(
            group=_group(document["group"]),
            since_ns=int(document["since_ns"]),
            tracks=tuple(
                Track(_chain(row["chain"]), tuple(map(StepStatus, row["statuses"])))
                for row in document["tracks"]
            ),
            volume=None if volume is None else _volume(volume),
            stopped=tuple(map(Why, document["stopped"])),
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        raise UnreadableStateError("the state cannot be read") from None


def _group_document(group: Group) -> dict[str, Any]:
    return {
        "fingerprint": group.fingerprint,
        "code": group.code,
        "category": group.category,
        "severity": group.severity,
        "status": group.status,
        "episode": group.episode,
        "opened_ns": group.opened_ns,
        "count": group.count,
        "tenant_id": group.tenant,
        "rule": group.rule,
        "team": group.team,
        "acknowledged": _mark_document(group.acknowledged),
        "confirmed": _mark_document(group.confirmed),
    }


def _group(row: Mapping[str, Any]) -> Group:
    return Group(
        fingerprint=row["fingerprint"],
        code=row["code"],
        category=Category(row["category"]),
        severity=Severity(row["severity"]),
        status=GroupStatus(row["status"]),
        episode=row["episode"],
        opened_ns=row["opened_ns"],
        count=row["count"],
        tenant=row["tenant_id"],
        rule=row["rule"],
        team=row["team"],
        acknowledged=_mark(row["acknowledged"]),
        confirmed=_mark(row["confirmed"]),
    )


def _mark_document(mark: Mark | None) -> dict[str, str] | None:
    return None if mark is None else {"by": mark.by, "at": mark.at}


def _mark(row: Mapping[str, str] | None) -> Mark | None:
    return None if row is None else Mark(row["by"], row["at"])


def _chain(row: Mapping[str, Any]) -> Chain:
    return Chain(row["name"], row["version"], tuple(map(_step, row["steps"])))


def _step(row: Mapping[str, Any]) -> ChainStep:
    return ChainStep(
        after_s=row["after_s"],
        roles=tuple(row["roles"]),
        level=EscalationLevel(row["level"]),
        reason=row["reason"],
        confirm=Confirm(row["confirm"]),
        ask=tuple(row["ask"]),
        because=row["because"],
    )


def _volume(row: Mapping[str, Any]) -> VolumeWatch:
    rule = row["rule"]
    return VolumeWatch(
        VolumeRule(
            version=rule["version"],
            more_than=rule["more_than"],
            within_s=rule["within_s"],
            roles=tuple(rule["roles"]),
            level=EscalationLevel(rule["level"]),
            reason=rule["reason"],
        ),
        row["fired"],
        row["quiet_until_ns"],
    )
