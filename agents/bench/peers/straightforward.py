"""All the checks as one would write them first: ``json``, ``jsonschema``, ``re`` and ``datetime``."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from .checking import workflow_schema

PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:\d[ -]?){13,19}\b",
        r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}\b",
        r"\b\d{3}-\d{2}-\d{4}\b",
        r"[\w.+-]+@[\w-]+\.[\w.]+",
        r"\+\d[\d ()-]{7,}\d",
        r"\b(?:\d{1,3}\.){3}\d{1,3}\b",
        r"eyJ[\w-]+\.[\w-]+\.[\w-]+",
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
        r"\bAKIA[0-9A-Z]{16}\b",
        r"\bgh[pousr]_\w{36}",
        r"\bxox[abpr]-[\w-]+",
        r"\bsk_live_\w+",
        r"\bAIza[\w-]{35}",
    )
)
LARGEST = 200_000
SLOWEST = timedelta(hours=1)
LEAST_TRUST = 0.5
ENDED = frozenset({"completed", "failed", "cancelled"})


def checks() -> Callable[[bytes | None], bool]:
    """Value → whether it passes."""
    conforms = Draft202012Validator(workflow_schema(), format_checker=FormatChecker()).is_valid

    def passes(value: bytes | None) -> bool:
        try:
            trace = json.loads(value or b"")
            return bool(
                conforms(trace)
                and not _exposes(trace)
                and _is_governed(trace)
                and _is_consistent(trace)
                and len(value or b"") < LARGEST
            )
        except (ValueError, RecursionError, TypeError, KeyError, AttributeError):
            return False

    return passes


def _exposes(node: Any) -> bool:
    match node:
        case dict():
            return any(_exposes(key) or _exposes(value) for key, value in node.items())
        case list():
            return any(_exposes(value) for value in node)
        case str():
            return any(pattern.search(node) for pattern in PATTERNS)
        case _:
            return False


def _is_governed(trace: Any) -> bool:
    governance = trace["governance"]
    entries = [_time(entry["at"]) for entry in trace["audit"]]
    return bool(governance["policy_pack"] and governance["consent_id"]) and entries == sorted(entries)


def _is_consistent(trace: Any) -> bool:
    started = _time(trace["started_at"])
    if trace["status"] in ENDED:
        took = _time(trace["ended_at"]) - started
        if not timedelta(0) <= took < SLOWEST:
            return False
    ids = [step["step_id"] for step in trace["steps"]]
    known = set(ids)
    return (
        len(known) == len(ids)
        and all(step.get("parent_id") in known | {None} for step in trace["steps"])
        and all(_time(step["started_at"]) >= started for step in trace["steps"] if step.get("started_at"))
        and trace.get("trust_score", 1) >= LEAST_TRUST
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
