"""Alerts about what waits for people, and about rules and policies that need one."""

from ..core.metrics import (
    BUNDLE_TIME,
    BUNDLES_REFUSED,
    DEAD_LETTERS,
    ISSUES_DETECTED,
    NOTIFICATIONS,
    QUARANTINE_OLDEST,
    RECORDS_REFUSED,
    REMEDIATION_SUCCESS,
    UNKNOWN_WORDS,
)
from .expressions import DEAD_LETTERS_HOUR, JUDGED, risen
from .pace import DAY_S, HOUR_S, MINUTE_S
from .rule import Alert, AlertSeverity

QUARANTINE_OLD_S = 60 * DAY_S
"""A month is left until the topic forgets."""
TRUSTED = 0.95
"""DESIGN 8: below it a rule repairs nothing."""


def alerts_of_people() -> tuple[Alert, ...]:
    """In the order of the page of runbooks."""
    crashes = f'{DEAD_LETTERS.name}{{reason="worker_crash"}}'
    detector_failed = f'{ISSUES_DETECTED.name}{{code="detector.failed"}}'
    undeliverable = f'{NOTIFICATIONS.name}{{outcome="undeliverable"}}'
    return (
        Alert(
            "DeadLetterGrowth",
            f"{DEAD_LETTERS_HOUR} > 10\nand {DEAD_LETTERS_HOUR} / sum(increase({JUDGED}[1h])) > 0.001",
            AlertSeverity.WARNING,
            "More and more traces wait for a person",
            "More than ten within the hour, and more than one in a thousand.",
        ),
        Alert(
            "WorkerCrashTrace",
            _any("", crashes),
            AlertSeverity.CRITICAL,
            "A trace ended worker processes",
            "It was found and dead-lettered unparsed; the lane goes on.",
        ),
        Alert(
            "QuarantineOld",
            f"max({QUARANTINE_OLDEST.name}) > {QUARANTINE_OLD_S}",
            AlertSeverity.WARNING,
            "A contained trace is forgotten within a month",
            "The oldest trace in quarantine is older than 60 days; at 90 it is gone.",
        ),
        Alert(
            "NotificationUndeliverable",
            _any("channel", undeliverable),
            AlertSeverity.WARNING,
            "A message to people was given up",
            "Channel {{ $labels.channel }} did not take it, and it will not be tried again.",
        ),
        Alert(
            "RemediationRuleDistrusted",
            # Some rules only ever propose: their rate is 0 from the beginning.
            f"min by (rule) ({REMEDIATION_SUCCESS.name}) < {TRUSTED}\n"
            f"and max by (rule) (max_over_time({REMEDIATION_SUCCESS.name}[1d])) >= {TRUSTED}",
            AlertSeverity.WARNING,
            "A remediation rule repairs nothing any more",
            "The success rate of {{ $labels.rule }} fell below 0.95. What it would have repaired waits for a person.",
            for_s=MINUTE_S,
        ),
        Alert(
            "RecordsRefused",
            _any("lane", RECORDS_REFUSED.name),
            AlertSeverity.WARNING,
            "A lane set records aside",
            "Lane {{ $labels.lane }} could not take them in; they lie on dlq.quality.",
        ),
        Alert(
            "UnknownWords",
            _any("member", UNKNOWN_WORDS.name),
            AlertSeverity.WARNING,
            "The classifier met words that it does not know",
            "Member {{ $labels.member }}. It took them for the worst. Are all workers of one version?",
        ),
        Alert(
            "DetectorFailed",
            _any("", detector_failed),
            AlertSeverity.WARNING,
            "A detector failed on a trace",
            "The trace was blocked, and the other detectors judged it. It is a bug.",
        ),
        Alert(
            "PolicyBundleRefused",
            _any("", BUNDLES_REFUSED.name),
            AlertSeverity.WARNING,
            "A policy bundle was not taken into use",
            "The bundle before it is still in use.",
        ),
        Alert(
            "WorkersDisagreeOnPolicy",
            # 0 = the directory's; a process whose agents judge by no policy says so for ever.
            f"max({BUNDLE_TIME.name}) - min({BUNDLE_TIME.name} > 0) > 0",
            AlertSeverity.WARNING,
            "Workers judge by different policy bundles",
            "One has not taken the active bundle.",
            for_s=2 * MINUTE_S,
        ),
    )


def _any(label: str, series: str) -> str:
    """That a counter rose at all within ten minutes, by a label or by none."""
    by = f"sum by ({label})" if label else "sum"
    return f"{by} (\n  {risen(series, 10 * MINUTE_S, HOUR_S)}\n) > 0"
