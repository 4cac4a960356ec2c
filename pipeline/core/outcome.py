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


class Reason(Word):
    """Why a trace went where it went: the value of header ``assay-reason``, and a metric label."""

    PASSED = "passed"
    PASSED_WITH_WARNINGS = "passed_with_warnings"
    UNREADABLE = "unreadable"
    BLOCKING_ISSUES = "blocking_issues"
    WORKER_CRASH = "worker_crash"
