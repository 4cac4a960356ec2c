"""Issue groups of the view ``groups``, as ``models.issues`` describes them."""

from typing import Any

from assay.pipeline.issues.rate import HOUR_S, MINUTE_S

from ..times import of_millis

_ROW = (
    "fingerprint",
    "code",
    "category",
    "severity",
    "status",
    "blocking",
    "subject",
    "path",
    "team",
    "count",
    "occurrences",
    "episode",
    "opened_at",
    "first_seen",
    "last_seen",
)
"""Members that are there in a shortened document as well."""


def group_row(group: dict[str, Any], now_s: int) -> dict[str, Any]:
    """A group in a list."""
    row = {name: group.get(name) for name in _ROW}
    row["last_hour"] = _within_hour(group, now_s)
    row["tenants"] = group.get("tenants", [])
    row["assigned_to"] = group.get("assigned_to", "")
    row["acknowledged"] = group.get("acknowledged") is not None
    return row


def group_document(group: dict[str, Any], now_s: int) -> dict[str, Any]:
    """All of a group."""
    return group_row(group, now_s) | {
        "per_minute": _buckets(group, "minutes", MINUTE_S),
        "per_hour": _buckets(group, "hours", HOUR_S),
        "producers": group.get("producers", []),
        "first_bad": group.get("first_bad"),
        "samples": group.get("samples", []),
        "resolved_at": group.get("resolved_at", ""),
        "resolution_notes": group.get("resolution_notes", ""),
        "acknowledgement": group.get("acknowledged"),
        "confirmation": group.get("confirmed"),
        "transitions": group.get("transitions", []),
        "refused": group.get("refused", []),
        "shortened": group.get("shortened", False),
    }


def _within_hour(group: dict[str, Any], now_s: int) -> int:
    """As ``Rate.within_hour``, of rows as JSON has them: a list has many."""
    last = now_s // MINUTE_S
    minutes = (group.get("rate") or {}).get("minutes", ())
    return sum(count for minute, count in minutes if last - 60 < minute <= last)


def _buckets(group: dict[str, Any], name: str, seconds: int) -> list[dict[str, Any]]:
    rows = (group.get("rate") or {}).get(name, ())
    return [{"at": of_millis(number * seconds * 1000), "count": count} for number, count in rows]
