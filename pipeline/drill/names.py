"""The words of drills: which there are, what their steps are called, and how a step ends (S0-198 … S0-206)."""

from collections.abc import Mapping

from ..core.word import Word


class Drill(Word):
    """A rehearsal of one of the ways that a failing trace can go."""

    CRITICAL = "critical"
    """A trace with personal data in it: contained, and people are called (S0-199 … S0-203)."""
    REMEDIATION = "remediation"
    """Traces that rules can repair (S0-204)."""
    MANUAL = "manual"
    """Traces that a person has to repair: task, edit, replay (S0-205)."""
    ESCALATION = "escalation"
    """Many traces with one problem: who is called, how often, and whether an acknowledgement stops it (S0-206)."""


class StepName(Word):
    """What is measured one after the other. The last three clean up."""

    PLANNED = "planned"
    INJECTED = "injected"
    DETECTED = "detected"
    CONTAINED = "contained"
    REPAIRED = "repaired"
    RECEIPTED = "receipted"
    DEAD_LETTERED = "dead_lettered"
    GROUPED = "grouped"
    ESCALATED = "escalated"
    NOTIFIED = "notified"
    SCHEDULED = "scheduled"
    ACKNOWLEDGED = "acknowledged"
    TASK_MADE = "task_made"
    TASK_TAKEN = "task_taken"
    TASK_EDITED = "task_edited"
    TASK_COMPLETED = "task_completed"
    REPLAYED = "replayed"
    RELEASED = "released"
    TASKS_CLOSED = "tasks_closed"
    RESOLVED = "resolved"


CLEANING = (StepName.RELEASED, StepName.TASKS_CLOSED, StepName.RESOLVED)
"""S0-203."""

AGENTS: Mapping[StepName, str] = {
    # step: the agent that is to be looked at when nothing comes
    StepName.DETECTED: "detector",
    StepName.CONTAINED: "auto_remediation",
    StepName.REPAIRED: "auto_remediation",
    StepName.RECEIPTED: "auto_remediation",
    StepName.DEAD_LETTERED: "auto_remediation",
    StepName.GROUPED: "issues",
    StepName.ESCALATED: "escalation",
    StepName.NOTIFIED: "notifier",
    StepName.SCHEDULED: "escalation",
    StepName.ACKNOWLEDGED: "issues",
    StepName.TASK_MADE: "manual_remediation",
    StepName.TASK_TAKEN: "manual_remediation",
    StepName.TASK_EDITED: "manual_remediation",
    StepName.TASK_COMPLETED: "manual_remediation",
    StepName.REPLAYED: "replay",
    StepName.RELEASED: "replay",
    StepName.TASKS_CLOSED: "manual_remediation",
    StepName.RESOLVED: "issues",
}


class StepVerdict(Word):
    """How a step ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    """There was nothing to do for it."""
    NOT_RUN = "not_run"
    """A step before it failed."""


class Why(Word):
    """Why a step did not pass, or was skipped."""

    TOO_SLOW = "too_slow"
    """What it waits for did not come in time."""
    NOT_AS_EXPECTED = "not_as_expected"
    """The bundle in use says something else of the synthetic traces than the drill needs: nothing was written."""
    OTHER_TENANT = "other_tenant"
    """The raw topic belongs to a tenant, and the traces would be the tenant's: nothing was written."""
    WRONG_OUTCOME = "wrong_outcome"
    BELOW_RATE = "below_rate"
    """Fewer repairs succeeded than have to."""
    NOBODY_CALLED = "nobody_called"
    """The policy calls nobody at once for such an issue."""
    NOTHING_SCHEDULED = "nothing_scheduled"
    """The policy has no later step for such an issue."""
    CALLED_TWICE = "called_twice"
    WRONG_CALL = "wrong_call"
    """Somebody else was called than the policy says, or at another time."""
    NOT_TOLD = "not_told"
    """A channel refused the message, or there is none."""
    WRONG_CHANNEL = "wrong_channel"
    """A channel that is not for drills was used."""
    REFUSED = "refused"
    """An agent, or this machine's settings, did not let it be done."""
    NOT_OURS = "not_ours"
    """Something of others would have been touched: it was left alone."""
    NOTHING_LEFT = "nothing_left"
    """Nothing is there to be cleaned up."""
    NOT_ENDED = "not_ended"
    """A trace has no outcome yet, so that there is nothing to clean up, and later there will be."""
