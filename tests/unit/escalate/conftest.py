"""One issue group, a clock, and an agent that may lose its last transaction at any time."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from assay.pipeline.core.clock import rfc3339
from assay.pipeline.escalate import (
    Advanced,
    Effect,
    Event,
    GroupChanged,
    Tick,
    dump_state,
    load_state,
    next_due,
    read_group,
    step,
)
from assay.pipeline.policy.escalation import EscalationMatrix
from assay.pipeline.policy.escalation_shipped import SHIPPED

START_NS = 1_741_079_705_000_000_000
MINUTE_NS = 60_000_000_000
FINGERPRINT = "0123456789abcdef"


def group_document(**members: Any) -> dict[str, Any]:
    """A group as it stands on quality.issue_groups, as far as escalation reads it."""
    return {
        "schema": "assay/issue_group/1-0-0",
        "fingerprint": FINGERPRINT,
        "code": "schema.required_missing",
        "category": "schema",
        "severity": "critical",
        "status": "detected",
        "episode": 1,
        "opened_at": rfc3339(START_NS),
        "last_seen": rfc3339(START_NS),
        "count": 1,
        "rate": {"minutes": [], "hours": []},
        "tenants": [{"tenant_id": "42", "count": 1}],
        "rule": "workflow_trace/1.2.0",
        "team": "platform_engineering",
        "acknowledged": None,
        "confirmed": None,
        **members,
    }


class World:
    """The agent, its state topic and what it has written: a transaction is in all of them, or in none."""

    def __init__(self, matrix: EscalationMatrix = SHIPPED) -> None:
        self.matrix = matrix
        self.now_ns = START_NS
        self.state: bytes | None = None
        self.written: list[Effect] = []
        self.members: dict[str, Any] = {}
        self.minutes: dict[int, int] = {}
        self.lose = 0
        """So many of the next transactions are lost: everything was done, nothing was committed, all starts over."""
        self.restart_s = 3
        """How long it takes to come back."""

    def group(self, **members: Any) -> Sequence[Effect]:
        """The group is like this from now on; what the agent wrote of it."""
        self.members |= members
        rate = {"minutes": [[*row] for row in sorted(self.minutes.items())], "hours": []}
        value = json.dumps(group_document(**{"rate": rate, **self.members})).encode()
        return self._done(lambda: GroupChanged(read_group(value, self.now_ns)))

    def issues(self, number: int, **members: Any) -> Sequence[Effect]:
        """So many more issues, now."""
        minute = self.now_ns // MINUTE_NS
        self.minutes[minute] = self.minutes.get(minute, 0) + number
        count = sum(self.minutes.values())
        return self.group(count=count, last_seen=rfc3339(self.now_ns), **members)

    def mark(self, by: str = "operator-1") -> dict[str, str]:
        """Somebody's mark, now."""
        return {"by": by, "reason": "seen", "at": rfc3339(self.now_ns)}

    def wait(self, minutes: float) -> Sequence[Effect]:
        """Let time pass; the engine ticks each time that it was asked for."""
        until = self.now_ns + round(minutes * MINUTE_NS)
        done: list[Effect] = []
        while (due := self.due()) is not None and due <= until:
            self.now_ns = max(self.now_ns, due)
            done += self._done(Tick)
        self.now_ns = max(self.now_ns, until)
        return done

    def due(self) -> int | None:
        return None if self.state is None else next_due(load_state(self.state))

    def said(self) -> list[tuple[str, str, int]]:
        """Everything that was written, as kind, chain and step."""
        return [(effect.kind.value, effect.chain, effect.step) for effect in self.written]

    def called(self) -> list[tuple[float, tuple[str, ...]]]:
        """Who was called, and how many minutes after the first detection that was due."""
        return [
            ((effect.due_ns - START_NS) / MINUTE_NS, effect.roles)
            for effect in self.written
            if effect.kind == "step"
        ]

    def _done(self, event: Callable[[], Event]) -> Sequence[Effect]:
        while self.lose:
            self.lose -= 1
            self._step(event())
            self.now_ns += self.restart_s * 1_000_000_000
        state, effects = self._step(event())
        self.state = None if state is None else dump_state(state)
        self.written += effects
        return effects

    def _step(self, event: Event) -> Advanced:
        return step(None if self.state is None else load_state(self.state), event, self.now_ns, self.matrix)


@pytest.fixture
def world() -> Iterator[World]:
    """With the matrix that ships. Whatever a test did: no event was written twice."""
    world = World()
    yield world
    ids = [effect.event_id for effect in world.written]
    assert len(ids) == len(set(ids))
