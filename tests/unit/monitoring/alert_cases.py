"""When each alert fires and when it does not: series as ``promtool`` writes them, one sample every 30 seconds."""

from collections.abc import Mapping
from dataclasses import dataclass

CATEGORIES = {
    "schema": "platform_engineering",
    "performance": "platform_engineering",
    "security": "security_team",
    "compliance": "compliance_team",
    "business_logic": "product_engineering",
}


@dataclass(frozen=True)
class Case:
    alert: str
    name: str
    series: Mapping[str, str]
    at: str
    fires: Mapping[str, str] | None = None
    """Labels beside severity and team; ``None`` = it does not fire."""
    team: str = "platform_engineering"

    def __str__(self) -> str:
        return f"{self.alert}: {self.name}"


def judged(valid: str, invalid: str) -> dict[str, str]:
    """Traces as the detector counts them; one that fails is counted at two more places on its way."""
    hops = dict.fromkeys(("invalid", "classified", "quarantined"), invalid)
    return {
        'traces_processed_total{outcome="valid"}': valid,
        **{f'traces_processed_total{{outcome="{outcome}"}}': series for outcome, series in hops.items()},
        'invalid_traces_total{tenant_id="7"}': invalid,
    }


def detected(samples: str, severity: str = "critical", category: str = "security") -> dict[str, str]:
    labels = f'severity="{severity}",category="{category}",code="security.pii_card"'
    return {f"invalid_trace_issues_detected_total{{{labels}}}": samples}


def groups(samples: str, status: str = "detected", severity: str = "critical") -> dict[str, str]:
    return {
        f'invalid_trace_issues{{severity="{severity}",category="security",status="{status}"}}': samples,
        'invalid_trace_issues{severity="critical",category="security",status="resolved"}': "0x60",
    }


SECURITY = {"category": "security"}
LANE = {"lane": "detector"}
RATE, FIRST, OPEN = "HighInvalidTraceRate", "CriticalTraceIssue", "UnresolvedCriticalIssues"
LAG = 'lane_lag_records{lane="detector",partition="3"}'
BATCHES = 'lane_batch_seconds_count{lane="detector"}'
LATE, ALL = 'trace_detection_seconds_bucket{le="10.0"}', "trace_detection_seconds_count"
DEAD = 'dead_letters_total{reason="repair_failed"}'
RULE = 'remediation_success_ratio{rule="fill_in@1"}'
IN_USE = "policy_bundle_active_timestamp_seconds"

CASES = (
    Case(RATE, "one in ten", judged("0+90x20", "0+10x20"), "5m", {}),
    Case(RATE, "hops do not thin it", judged("0+948x20", "0+52x20"), "5m", {}),
    Case(RATE, "one in twenty-five", judged("0+96x20", "0+4x20"), "5m"),
    Case(RATE, "D-01: more than one in twenty seconds, of many", judged("0+9000x20", "0+10x20"), "5m"),
    Case(RATE, "a few that all fail say nothing", judged("0x20", "0+2x20"), "5m"),
    Case(RATE, "nothing at all", judged("0x20", "0x20"), "5m"),
    *(
        Case(
            FIRST,
            f"the first one ever, of category {category}",
            detected("0x3 1x20", category=category),
            "2m",
            {"category": category},
            team,
        )
        for category, team in CATEGORIES.items()
    ),
    Case(FIRST, "D-04: a scrape is lost", detected("0x30 _ 1x5"), "16m", SECURITY, "security_team"),
    Case(FIRST, "D-04: two scrapes are lost", detected("0x30 _ _ 1x5"), "16m30s", SECURITY, "security_team"),
    Case(
        FIRST, "D-04: it came before the first scrape", detected("_ _ 1x5"), "1m", SECURITY, "security_team"
    ),
    Case(
        FIRST,
        "a worker starts anew and meets one before it is looked at",
        detected("5x40 stale 1x5"),
        "21m",
        SECURITY,
        "security_team",
    ),
    Case(FIRST, "none", detected("0x20"), "5m"),
    Case(FIRST, "it was told", detected("0x3 1x20"), "6m"),
    Case(FIRST, "an old one", detected("5x40"), "15m"),
    Case(FIRST, "D-04: a scrape that failed makes no old one new", detected("5x40 stale 5x10"), "22m30s"),
    Case(FIRST, "D-02: a restart is no rise", detected("5x40 stale 0x10"), "22m30s"),
    Case(FIRST, "not critical", detected("0x3 1x20", severity="high"), "2m"),
    Case(OPEN, "one is open", groups("1x10"), "1m", SECURITY, "security_team"),
    Case(OPEN, "one is being worked on", groups("1x10", "in_progress"), "1m", SECURITY, "security_team"),
    Case(
        OPEN,
        "it is still open during a restart",
        groups("1x10 stale 1x9"),
        "5m30s",
        SECURITY,
        "security_team",
    ),
    Case(OPEN, "D-03: series without a group", groups("0x10"), "1m"),
    Case(OPEN, "it was resolved", groups("1x10 stale"), "8m"),
    Case(OPEN, "it was ignored", groups("1x10", "ignored"), "1m"),
    Case(OPEN, "not critical", groups("1x10", severity="high"), "1m"),
    Case("UnaccountedTraces", "one", {"unaccounted_traces": "0 1x5"}, "1m", {}),
    Case("UnaccountedTraces", "none", {"unaccounted_traces": "0x5"}, "1m"),
    Case(
        "AuditFindings", "two outcomes", {'audit_findings{kind="doubled"}': "2x5"}, "1m", {"kind": "doubled"}
    ),
    Case("AuditFindings", "the books balance", {'audit_findings{kind="doubled"}': "0x5"}, "1m"),
    Case("AuditFindings", "another alert tells of these", {'audit_findings{kind="missing"}': "1x5"}, "1m"),
    Case("AuditOverdue", "the last was yesterday", {"audit_finished_timestamp_seconds": "0x4000"}, "28h", {}),
    Case("AuditOverdue", "there was never one", {}, "2h", {}),
    Case("AuditOverdue", "the last was an hour ago", {"audit_finished_timestamp_seconds": "0x4000"}, "1h"),
    Case("DataLost", "some", {'lane_data_lost_records_total{lane="detector"}': "0x3 12x10"}, "4m", LANE),
    Case(
        "DataLost",
        "while a worker starts",
        {'lane_data_lost_records_total{lane="detector"}': "12x10"},
        "30s",
        LANE,
    ),
    Case("DataLost", "long ago", {'lane_data_lost_records_total{lane="detector"}': "12x100"}, "30m"),
    Case(
        "WorkerDown",
        "it does not come back",
        {'up{job="assay",instance="worker:6067"}': "1x3 0x10"},
        "4m",
        {"job": "assay", "instance": "worker:6067"},
    ),
    Case("WorkerDown", "one scrape fails", {'up{job="assay",instance="worker:6067"}': "1x3 0 1x10"}, "2m30s"),
    Case("WorkerDown", "something else is down", {'up{job="prometheus"}': "0x10"}, "4m"),
    Case("NoWorkers", "no target", {'up{job="prometheus"}': "1x20"}, "6m", {"job": "assay"}),
    Case("NoWorkers", "one that is down", {'up{job="assay"}': "0x20"}, "6m"),
    Case("ConsumerStalled", "records and no batch", {LAG: "5x40", BATCHES: "7x40"}, "11m", LANE),
    Case("ConsumerStalled", "it works", {LAG: "5x40", BATCHES: "7+1x40"}, "11m"),
    Case("ConsumerStalled", "nothing to do", {LAG: "0x40", BATCHES: "7x40"}, "11m"),
    Case("TracesStopped", "there were some before", judged("0+10x80 800x60", "0x140"), "57m", {}),
    Case("TracesStopped", "there were never any", judged("0x140", "0x140"), "57m"),
    Case("TracesStopped", "they come", judged("0+1x140", "0x140"), "57m"),
    Case("LagGrows", "for half an hour", {LAG: "2000+10x80"}, "31m", {**LANE, "partition": "3"}),
    Case("LagGrows", "it shrinks", {LAG: "9000-10x80"}, "31m"),
    Case("LagGrows", "less than a batch", {LAG: "10+1x80"}, "31m"),
    Case("DetectionSlow", "three of a hundred", {LATE: "0+97x40", ALL: "0+100x40"}, "11m", {}),
    Case("DetectionSlow", "for a moment", {LATE: "0+100x8 850 950+100x30", ALL: "0+100x40"}, "7m"),
    Case("DetectionSlow", "one of a thousand", {LATE: "0+999x40", ALL: "0+1000x40"}, "11m"),
    Case(
        "ProducersRebuilt",
        "again and again",
        {'lane_producer_rebuilds_total{lane="detector",cause="FencedError"}': "0+1x40"},
        "15m",
        {**LANE, "cause": "FencedError"},
    ),
    Case(
        "ProducersRebuilt",
        "once",
        {'lane_producer_rebuilds_total{lane="detector",cause="FencedError"}': "0x3 1x40"},
        "15m",
    ),
    Case(
        "RedisDegraded",
        "for a minute",
        {'view_available{view="groups"}': "1x3 0x10"},
        "4m",
        {"view": "groups"},
    ),
    Case("RedisDegraded", "for a moment", {'view_available{view="groups"}': "1x3 0 1x10"}, "2m30s"),
    Case("Watchdog", "always", {}, "0m", {}),
    Case("DeadLetterGrowth", "one in a hundred", {DEAD: "0+1x130", **judged("0+100x130", "0x130")}, "1h", {}),
    Case(
        "DeadLetterGrowth", "one in ten thousand", {DEAD: "0+1x130", **judged("0+10000x130", "0x130")}, "1h"
    ),
    Case("DeadLetterGrowth", "a few", {DEAD: "0x60 5x70", **judged("0+10x130", "0x130")}, "1h"),
    Case("WorkerCrashTrace", "one", {'dead_letters_total{reason="worker_crash"}': "0x3 1x10"}, "4m", {}),
    Case("WorkerCrashTrace", "another reason", {DEAD: "0x3 1x10"}, "4m"),
    Case("QuarantineOld", "61 days", {"quarantine_oldest_age_seconds": "5270400x5"}, "1m", {}),
    Case("QuarantineOld", "59 days", {"quarantine_oldest_age_seconds": "5097600x5"}, "1m"),
    Case(
        "NotificationUndeliverable",
        "one",
        {'notifications_total{channel="pager",outcome="undeliverable"}': "0x3 1x10"},
        "4m",
        {"channel": "pager"},
    ),
    Case(
        "NotificationUndeliverable",
        "it is tried again",
        {
            'notifications_total{channel="pager",outcome="failed"}': "0x3 1x10",
            'notifications_total{channel="pager",outcome="undeliverable"}': "0x13",
        },
        "4m",
    ),
    Case("RemediationRuleDistrusted", "it fell", {RULE: "0.98x20 0.9x10"}, "12m", {"rule": "fill_in@1"}),
    Case("RemediationRuleDistrusted", "it only proposes", {RULE: "0x40"}, "12m"),
    Case("RemediationRuleDistrusted", "it is trusted", {RULE: "0.96x40"}, "12m"),
    Case("RecordsRefused", "one", {'lane_records_refused_total{lane="detector"}': "0x3 1x10"}, "4m", LANE),
    Case("RecordsRefused", "none", {'lane_records_refused_total{lane="detector"}': "0x13"}, "4m"),
    Case(
        "UnknownWords",
        "one",
        {'classifier_unknown_words_total{member="code"}': "0x3 1x10"},
        "4m",
        {"member": "code"},
    ),
    Case("UnknownWords", "none", {'classifier_unknown_words_total{member="code"}': "0x13"}, "4m"),
    Case(
        "DetectorFailed",
        "one",
        {'invalid_trace_issues_detected_total{code="detector.failed"}': "0x3 1x10"},
        "4m",
        {},
    ),
    Case("DetectorFailed", "another issue", detected("0x3 1x10", "high"), "4m"),
    Case("PolicyBundleRefused", "one", {"policy_bundles_refused_total": "0x3 1x10"}, "4m", {}),
    Case("PolicyBundleRefused", "none", {"policy_bundles_refused_total": "0x13"}, "4m"),
    Case(
        "WorkersDisagreeOnPolicy",
        "one was left behind",
        {f'{IN_USE}{{instance="a"}}': "200x20", f'{IN_USE}{{instance="b"}}': "100x20"},
        "5m",
        {},
    ),
    Case(
        "WorkersDisagreeOnPolicy",
        "one judges by none",
        {f'{IN_USE}{{instance="a"}}': "200x20", f'{IN_USE}{{instance="b"}}': "0x20"},
        "5m",
    ),
    Case(
        "WorkersDisagreeOnPolicy",
        "for a moment",
        {f'{IN_USE}{{instance="a"}}': "200x20", f'{IN_USE}{{instance="b"}}': "100x6 200x14"},
        "5m",
    ),
)
ALWAYS = {"Watchdog"}
"""There is nothing in which it does not fire: that is its use."""
