"""What the generated pages say in words: of each topic, header, outcome, disposition and reason, in a sentence.

``tests/docs/test_reference.py`` fails when one has none.
"""

from collections.abc import Mapping, Sequence

from assay.pipeline.core import headers
from assay.pipeline.core.outcome import Disposition, Hop, Outcome, Reason
from assay.pipeline.core.topics import TopicRole

TOPIC_WORDS: Mapping[TopicRole, str] = {
    TopicRole.RAW: "What producers publish, and what is replayed. Nobody but the replay agent writes to it for Assay.",
    TopicRole.VALID: "Traces that passed, byte for byte as they came, with `assay-*` headers.",
    TopicRole.INVALID: "Traces with a blocking issue: the envelope, with the payload sealed.",
    TopicRole.DEAD_LETTER: "Traces that nobody could judge, such as one that ended the process.",
    TopicRole.CLASSIFIED: "The same envelopes with severity, team, fingerprint and what is to be done; payloads as they were.",
    TopicRole.ISSUES: "One CloudEvent per failing trace and issue group: what is wrong, where, whose; no payload.",
    TopicRole.TALLIES: "One record per transaction: how many of what, for whom, from which offsets.",
    TopicRole.REMEDIATED: "Traces that were repaired and then passed every detector, with the id of the receipt; without a value: a repair that was taken back ([ADR 8](../adr/0008-undoing-a-rule.md)).",
    TopicRole.QUARANTINE: "Failing traces that are contained: the classified envelope, sealed, with why.",
    TopicRole.RECEIPTS: "One CloudEvent per attempted repair or replayed edit: rule, version, result, hashes; the patch and its inverse sealed.",
    TopicRole.ISSUE_GROUPS: "The state of each issue group by fingerprint: lifecycle, counts, first bad version.",
    TopicRole.ESCALATION_STATE: "What has been escalated of each group: the escalation agent's own state.",
    TopicRole.ESCALATIONS: "One CloudEvent per escalation step, and what the notifier did with it.",
    TopicRole.TASK_COMMANDS: "What people tell the manual-remediation agent: take, note, complete.",
    TopicRole.TASKS: "The state of each manual task by fingerprint, with the dead letters it covers.",
    TopicRole.REPLAYS: "Replay jobs: plan, commands, progress.",
    TopicRole.REFUSED: "Records that a keyed lane could not take in, as they came, with why: for an operator to look at.",
    TopicRole.AUDIT: "Who did or opened what, and why; each record holds the hash of the one before.",
    TopicRole.POLICY: "The bundle to use, by three keys: `candidate`, `active`, `refused` ([ADR 7](../adr/0007-bundles-at-run-time.md)).",
}

_PASSING, _FAILING, _RAW, _DEAD = "valid", "invalid, classified, dead letter", "raw", "dead letter"
_CLASSIFIED, _ISSUES = "classified", "issues"
_DERIVED = f"{_PASSING}, {_FAILING}"
HEADER_WORDS: Sequence[tuple[str, str, str]] = (
    (headers.SRC, f"{_DERIVED}, {_ISSUES}", "`topic/partition/offset` of the raw record."),
    (
        headers.TENANT,
        f"{_DERIVED}, {_ISSUES}",
        "Whose trace it is, as established from the topic; `none` when nobody can tell.",
    ),
    (
        headers.BUNDLE,
        f"{_DERIVED}, {_ISSUES}",
        "First 12 hex digits of the id of the bundle that judged or classified it.",
    ),
    (headers.OUTCOME, f"{_PASSING}, {_DEAD}", "What became of the trace: see [outcomes](codes.md#outcomes)."),
    (headers.REASON, _DERIVED, "Why it went there: see [reasons](codes.md#reasons)."),
    (headers.SHA256, _DERIVED, "SHA-256 of the raw value, hexadecimal."),
    (
        headers.ATTEMPT,
        f"{_DERIVED}, {_ISSUES}",
        "0 for a first pass; every replay adds one. On a replayed raw record too.",
    ),
    (headers.SEVERITY, _FAILING, "Severity of the worst issue."),
    (headers.FINGERPRINT, _FAILING, "16 hex digits that are equal for traces with the same problem."),
    (
        headers.DISPOSITION,
        _CLASSIFIED,
        "What is to be done with the trace: see [dispositions](codes.md#dispositions).",
    ),
    (
        headers.WARNINGS,
        _PASSING,
        "Codes of the issues that do not block, comma separated; absent when there are none.",
    ),
    (
        headers.SUBJECT,
        _RAW,
        "Which subject the trace is of. The one `assay-*` header that a producer may set.",
    ),
    (
        headers.RECEIPT,
        f"traces.remediated, {_RAW}",
        "Id of the repair's receipts on `quality.receipts`; on a replayed record, of the edit that a person made.",
    ),
    (
        headers.REPLAY_OF,
        f"{_RAW}, {_DERIVED}",
        "Of what it is a new try: source of the very first raw record. Only on replayed records and what became of them.",
    ),
    (headers.REPLAY_JOB, f"{_RAW}, {_DERIVED}", "Id of the job that replayed it; where the header above is."),
    (
        headers.REPLAY_TIMESTAMP,
        _RAW,
        "On a replayed record: the time of the very first one, by which the trace is judged; milliseconds since 1970.",
    ),
    (
        headers.REPLAY_PROOF,
        _RAW,
        "The last header of a replayed record: HMAC-SHA256 over all of it, without which the four others count for nothing.",
    ),
    (
        headers.REPLAY_WITHOUT,
        f"{_RAW}, traces.remediated",
        "Reserved for `assay rules undo`: rules as `name@version` that never repair this trace again; of a retraction, the rule that was undone.",
    ),
    (
        headers.RETRACTS,
        "traces.remediated",
        "Source of the repaired trace that this record, which has no value, takes back: see [ADR 8](../adr/0008-undoing-a-rule.md).",
    ),
    (headers.TRACEPARENT, "all but issues", "W3C trace context, passed through."),
    (
        headers.CE_ID,
        _ISSUES,
        "CloudEvents 1.0: source, attempt and number of the event; the same when it is written again.",
    ),
    (headers.CE_SOURCE, _ISSUES, "Who says so."),
    (headers.CE_TYPE, _ISSUES, "Kind and version of the event."),
    (headers.CE_SPECVERSION, _ISSUES, "`1.0`."),
    (headers.CE_TIME, _ISSUES, "When the verdict was given."),
    (headers.CE_SUBJECT, _ISSUES, "Fingerprint of the issue group: the record's key as well."),
    (headers.CONTENT_TYPE, _ISSUES, "`application/json`."),
    (headers.DLQ_TOPIC, _DEAD, "Topic of the raw record (KIP-1191, as the five below)."),
    (headers.DLQ_PARTITION, _DEAD, "Its partition."),
    (headers.DLQ_OFFSET, _DEAD, "Its offset."),
    (headers.DLQ_GROUP, _DEAD, "Consumer group that gave it up."),
    (headers.DLQ_DELIVERY_COUNT, _DEAD, "How often it was tried."),
    (
        headers.DLQ_MESSAGE,
        _DEAD,
        "Why, in a sentence of at most 500 characters without a value of the trace.",
    ),
)

OUTCOME_WORDS: Mapping[Outcome | Hop, str] = {
    Outcome.VALID: "Passed: it is on `traces.valid`, perhaps with warnings.",
    Outcome.REMEDIATED: "Repaired, judged again, and passed.",
    Outcome.QUARANTINED: "Contained by policy.",
    Outcome.DEAD_LETTERED: "Kept for a person.",
    Hop.INVALID: "Not an outcome but a hop: it has a blocking issue and is on `traces.invalid`.",
    Hop.CLASSIFIED: "Not an outcome but a hop: it is decided what is to be done, and it is on `traces.classified`.",
}
DISPOSITION_WORDS: Mapping[Disposition, str] = {
    Disposition.REMEDIATE: "To be repaired: every blocking issue has a rule.",
    Disposition.QUARANTINE: "To be contained.",
    Disposition.DEAD_LETTER: "A person is needed.",
}
REASON_WORDS: Mapping[Reason, str] = {
    Reason.PASSED: "No issue.",
    Reason.PASSED_WITH_WARNINGS: "Issues, none of which blocks.",
    Reason.UNREADABLE: "The bytes cannot be decoded.",
    Reason.BLOCKING_ISSUES: "At least one issue blocks.",
    Reason.WORKER_CRASH: "It ended the process that judged it, more than once.",
    Reason.ATTEMPTS_EXHAUSTED: "It has failed as often as a trace may.",
    Reason.SECURITY_OR_COMPLIANCE: "An issue of security or compliance blocks: never repaired automatically.",
    Reason.RULES_APPLY: "Every blocking issue has a remediation rule.",
    Reason.NO_RULE_APPLIES: "A blocking issue has no remediation rule, or is not known here.",
    Reason.ENVELOPE_UNREADABLE: "What is on `traces.invalid` cannot be read as an envelope: a worker is broken, or newer.",
    Reason.REPAIRED: "Rules repaired it, and then it passed every detector.",
    Reason.REPAIR_FAILED: "A repair was tried, and the trace still did not pass.",
    Reason.RULE_UNDONE: "The rule that is for it was undone for this trace: it does not repair it a second time.",
    Reason.RULE_NOT_TRUSTED: "A rule would apply, but does not succeed often enough at present.",
    Reason.PERSON_MUST_LOOK: "The policy wants a person to decide.",
    Reason.BREAKER_OPEN: "A rule fails for this tenant and producer version: contained until it is tried again.",
    Reason.KEY_DESTROYED: "The tenant's key is destroyed, so nobody can open it any more.",
}
