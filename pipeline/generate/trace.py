"""Clean ``workflow_trace`` 1.2.0 documents, as a producer would write them (DESIGN 6)."""

import math
import random
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import TypeVar

from ..core.clock import NANOS_PER_MILLI, NANOS_PER_SECOND, rfc3339
from ..core.document import Json
from .prose import Prose
from .vocabulary import (
    ACTORS,
    AUDIT_ACTIONS,
    ENVIRONMENTS,
    OVERRIDE_REASONS,
    POLICY_IDS,
    POLICY_PACKS,
    PRODUCERS,
    REGIONS,
    STEP_NAMES,
    TAGS,
    WORKFLOWS,
)

FIRST_TENANT = 1001
MEDIAN_BYTES, SPREAD = 1_480.0, 0.5
"""Sizes are log-normal: half of all traces lie within a factor 1.4 of the median; the mean is 1.8 KB (DESIGN 12)."""
LEAST_BYTES, MOST_BYTES = 900.0, 11_500.0
OVERHEAD_BYTES, STEP_BYTES, LEAN_STEP_BYTES = 800, 285, 150
"""What a trace weighs without steps, and a step without its prose: so that a size can be aimed at."""
LEAN_BYTES = OVERHEAD_BYTES + 2 * STEP_BYTES
"""A smaller trace has steps without inputs, outputs and governance of their own."""

T = TypeVar("T")
_TYPES = tuple(STEP_NAMES)
_WINDOW_NS = 5 * 60 * NANOS_PER_SECOND


class TraceMaker:
    """Makes one document after another from a seeded generator: same seed, same documents.

    Tenants are integers from :data:`FIRST_TENANT`; the n-th is 1/n as busy as the first (Zipf).
    """

    def __init__(self, rng: random.Random, tenants: int, now_ns: int) -> None:
        if tenants < 1:
            raise ValueError("at least one tenant")
        self._rng = rng
        self._now_ns = now_ns
        self._prose = Prose(rng)
        self._busy = tuple(accumulate(1 / rank for rank in range(1, tenants + 1)))

    def make(self) -> dict[str, Json]:
        """The next trace. Times end within the five minutes before ``now_ns``; everything in it agrees."""
        rng = self._rng
        size = MEDIAN_BYTES * math.exp(rng.gauss(0.0, SPREAD))
        size = min(max(size, LEAST_BYTES), MOST_BYTES)
        each = LEAN_STEP_BYTES if size < LEAN_BYTES else STEP_BYTES * (0.9 + rng.random())
        count = min(max(2, round((size - OVERHEAD_BYTES) / each)), 12)
        talk = int((size - OVERHEAD_BYTES) / count) - STEP_BYTES

        status = _status(rng)
        took_ms = 20 + int(rng.random() ** 3 * 8_000)
        ended_ns = self._now_ns - int(rng.random() * _WINDOW_NS)
        started_ns = ended_ns - took_ms * NANOS_PER_MILLI
        trace_id = f"{rng.getrandbits(128):032x}"
        name, version = _one(rng, PRODUCERS)
        steps = self._steps(count, talk, started_ns, ended_ns, status)
        document: dict[str, Json] = {
            "schema_version": "1.2.0",
            "trace_id": f"{trace_id[:8]}-{trace_id[8:12]}-{trace_id[12:16]}-{trace_id[16:20]}-{trace_id[20:]}",
            "trace_type": "workflow_trace",
            "workflow_id": _one(rng, WORKFLOWS),
            "status": status,
            "started_at": _time(started_ns),
            "context": {
                "tenant_id": FIRST_TENANT + bisect_right(self._busy, rng.random() * self._busy[-1]),
                "user_id": f"u-{rng.getrandbits(32):08x}",
                "region": _one(rng, REGIONS),
                "environment": _one(rng, ENVIRONMENTS),
                "producer": {"name": name, "version": version},
            },
            "inputs": {"documents": 1 + int(rng.random() * 9), "language": "en"},
            "outputs": {"accepted": status == "completed"},
            "steps": steps,
            "governance": _governance(rng, trace_id, started_ns),
            "audit": _audit(rng, started_ns, took_ms),
            "trust_score": round(0.75 + rng.random() * 0.25, 3),
            "metrics": {
                "execution_time_ms": took_ms,
                "tokens_in": int(rng.random() * 4_000),
                "tokens_out": int(rng.random() * 900),
                "retries": 0,
            },
            "tags": [_one(rng, TAGS)],
        }
        if status != "running":
            document["ended_at"] = _time(ended_ns)
        return document

    def _steps(self, count: int, talk: int, started_ns: int, ended_ns: int, status: str) -> list[Json]:
        """One after the other within the trace's time, each under an earlier one; the last has the trace's status."""
        rng = self._rng
        each_ns = (ended_ns - started_ns) // count
        steps: list[Json] = []
        for number in range(1, count + 1):
            begin_ns = started_ns + each_ns * (number - 1)
            kind = _one(rng, _TYPES)
            state = status if number == count else "completed"
            step: dict[str, Json] = {
                "step_id": f"s{number}",
                "type": kind,
                "name": _one(rng, STEP_NAMES[kind]),
                "status": state,
                "started_at": _time(begin_ns),
            }
            if talk >= 0:
                step["inputs"] = {"attempt": 1}
                step["outputs"] = {"summary": self._prose.take(rng, talk)} if talk > 40 else {"items": number}
                step["governance"] = {"policy_ids": [_one(rng, POLICY_IDS)]}
            if number > 1:
                step["parent_id"] = f"s{1 + int(rng.random() * (number - 1))}"
            if state != "running":
                step["ended_at"] = _time(begin_ns + each_ns)
            steps.append(step)
        return steps


def _status(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.90:
        return "completed"
    return "failed" if draw < 0.96 else "running" if draw < 0.99 else "cancelled"


def _governance(rng: random.Random, trace_id: str, at_ns: int) -> dict[str, Json]:
    governance: dict[str, Json] = {
        "policy_pack": _one(rng, POLICY_PACKS),
        "policy_ids": [_one(rng, POLICY_IDS)],
        "consent_id": f"con-{trace_id[:10]}",
        "evidence_id": f"evd-{trace_id[10:20]}",
    }
    if rng.random() < 0.04:
        governance["override"] = {
            "by": "reviewer-2",
            "reason": _one(rng, OVERRIDE_REASONS),
            "approved_by": "reviewer-7",
            "at": _time(at_ns),
        }
    return governance


def _audit(rng: random.Random, started_ns: int, took_ms: int) -> list[Json]:
    apart_ns = took_ms * NANOS_PER_MILLI // 2
    return [
        {"actor": _one(rng, ACTORS), "action": action, "at": _time(started_ns + number * apart_ns)}
        for number, action in enumerate(AUDIT_ACTIONS[1 : 2 + int(rng.random() * 2)])
    ]


def _one(rng: random.Random, words: Sequence[T]) -> T:
    # Three times quicker than rng.choice, which is drawn twenty times a trace.
    return words[int(rng.random() * len(words))]


def _time(at_ns: int) -> str:
    """RFC 3339 with nine digits. A trace has some twenty times within a few seconds: formatting dates is cached."""
    seconds, nanos = divmod(at_ns, NANOS_PER_SECOND)
    return f"{_second(seconds)}.{nanos:09d}Z"


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    return rfc3339(seconds * NANOS_PER_SECOND)[:19]
