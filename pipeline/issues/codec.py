"""A group as JSON, on ``quality.issue_groups`` (schema ``issue_group/1-0-0``)."""

from collections.abc import Mapping
from typing import Any

import orjson

from ..core.issue import Category, Severity
from ..core.team import Team
from .group import SCHEMA, Group
from .marks import FirstBad, Mark, Producer, Refused, Sample, TenantCount, Transition
from .rate import Rate, buckets_of
from .status import Happening, Refusal, Status


def to_json(group: Group) -> bytes:
    """The document. Equal groups have equal bytes."""
    return orjson.dumps(group)


def from_json(value: bytes) -> Group:
    """The inverse of :func:`to_json`. Raises ``ValueError`` for anything that it did not write."""
    try:
        document = orjson.loads(value)
        if document["schema"] != SCHEMA:
            raise ValueError("another schema")
        return Group(**document | _typed(document))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an issue group ({type(error).__name__})") from None


def _typed(document: Mapping[str, Any]) -> dict[str, Any]:
    rate = document["rate"]
    return {
        "category": Category(document["category"]),
        "severity": Severity(document["severity"]),
        "team": Team(document["team"]),
        "status": Status(document["status"]),
        "rate": Rate(buckets_of(rate["minutes"]), buckets_of(rate["hours"])),
        "tenants": tuple(TenantCount(**each) for each in document["tenants"]),
        "producers": tuple(Producer(**each) for each in document["producers"]),
        "first_bad": FirstBad(**document["first_bad"]),
        "samples": tuple(Sample(**each) for each in document["samples"]),
        "acknowledged": _mark(document["acknowledged"]),
        "confirmed": _mark(document["confirmed"]),
        "transitions": tuple(map(_transition, document["transitions"])),
        "refused": tuple(map(_refused, document["refused"])),
        "seen": tuple(document["seen"]),
    }


def _mark(document: dict[str, Any] | None) -> Mark | None:
    return None if document is None else Mark(**document)


def _transition(document: dict[str, Any]) -> Transition:
    words = {
        "was": Status(document["was"]),
        "became": Status(document["became"]),
        "happening": Happening(document["happening"]),
        "severity": Severity(document["severity"]),
    }
    return Transition(**document | words)


def _refused(document: dict[str, Any]) -> Refused:
    words = {
        "command": Happening(document["command"]),
        "status": Status(document["status"]),
        "why": Refusal(document["why"]),
    }
    return Refused(**document | words)
