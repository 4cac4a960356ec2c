"""What became of a trace, and why: the words of promise 1 (DESIGN 1)."""

from .word import Word


class Outcome(Word):
    """The end of a trace's way: the value of header ``assay-outcome``, and a metric label."""

    VALID = "valid"
    REMEDIATED = "remediated"
    QUARANTINED = "quarantined"
    DEAD_LETTERED = "dead_lettered"


class Hop(Word):
    """A stage on the way of a failing trace: counted in tallies beside the outcomes."""

    INVALID = "invalid"
    CLASSIFIED = "classified"


class Disposition(Word):
    """What is to be done with a failing trace: the value of header ``assay-disposition``, decided by the classifier.

    A plan, where :class:`Outcome` is what became of the trace.
    """

    REMEDIATE = "remediate"
    QUARANTINE = "quarantine"
    DEAD_LETTER = "dead_letter"


class Reason(Word):
    """Why a trace went where it went: the value of header ``assay-reason``, and a metric label."""

    PASSED = "passed"
    PASSED_WITH_WARNINGS = "passed_with_warnings"
    UNREADABLE = "unreadable"
    BLOCKING_ISSUES = "blocking_issues"
    WORKER_CRASH = "worker_crash"
    ATTEMPTS_EXHAUSTED = "attempts_exhausted"
    SECURITY_OR_COMPLIANCE = "security_or_compliance"
    RULES_APPLY = "rules_apply"
    NO_RULE_APPLIES = "no_rule_applies"
    ENVELOPE_UNREADABLE = "envelope_unreadable"
    REPAIRED = "repaired"
    REPAIR_FAILED = "repair_failed"
    RULE_NOT_TRUSTED = "rule_not_trusted"
    RULE_UNDONE = "rule_undone"
    PERSON_MUST_LOOK = "person_must_look"
    BREAKER_OPEN = "breaker_open"
    KEY_DESTROYED = "key_destroyed"
