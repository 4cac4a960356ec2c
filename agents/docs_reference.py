"""The generated pages of docs/reference, so that they cannot lie: each is a pure function of the code.

``make docs`` writes them; ``tests/docs/test_reference.py`` fails when a page differs from what this gives.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from assay.pipeline.core import headers
from assay.pipeline.core.codes import REMEDIES, REQUIREMENTS, SENTENCES, IssueCode
from assay.pipeline.core.metrics import ALL_METRICS
from assay.pipeline.core.outcome import Disposition, Hop, Outcome, Reason
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.generate.faults import FAULTS
from assay.pipeline.policy.classification import CLASSIFICATION

from .cli.main import FINDINGS, REFUSED, UNAVAILABLE, USAGE, cli
from .settings import Settings
from .topics import DAY_MS, MIB, TOPICS, TopicSpec

NOTICE = "<!-- Written by `make docs` from the code: change the code, not this page. -->"

TOPIC_WORDS: Mapping[TopicRole, str] = {
    TopicRole.RAW: "What producers publish. The only topic that Assay reads from them and never writes to.",
    TopicRole.VALID: "Traces that passed, byte for byte as they came, with `assay-*` headers.",
    TopicRole.INVALID: "Traces with a blocking issue: the envelope, with the payload sealed.",
    TopicRole.DEAD_LETTER: "Traces that nobody could judge, such as one that ended the process.",
    TopicRole.CLASSIFIED: "The same envelopes with severity, team, fingerprint and what is to be done; payloads as they were.",
    TopicRole.ISSUES: "One CloudEvent per failing trace and issue group: what is wrong, where, whose; no payload.",
    TopicRole.TALLIES: "One record per transaction: how many of what, for whom, from which offsets.",
    TopicRole.REMEDIATED: "Traces that were repaired and then passed every detector, with the id of the receipt.",
    TopicRole.QUARANTINE: "Failing traces that are contained: the classified envelope, sealed, with why.",
    TopicRole.RECEIPTS: "One CloudEvent per attempted repair: rule, version, result, hashes; the patch and its inverse sealed.",
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
    (headers.ATTEMPT, f"{_DERIVED}, {_ISSUES}", "0 for a first pass; every replay adds one."),
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
    (headers.RECEIPT, "traces.remediated", "Id of the repair's receipts on `quality.receipts`."),
    (headers.REPLAY_OF, _RAW, "Reserved for replay: source of the original."),
    (headers.REPLAY_JOB, _RAW, "Reserved for replay: id of the job."),
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
    Reason.RULE_NOT_TRUSTED: "A rule would apply, but does not succeed often enough at present.",
    Reason.PERSON_MUST_LOOK: "The policy wants a person to decide.",
    Reason.BREAKER_OPEN: "A rule fails for this tenant and producer version: contained until it is tried again.",
    Reason.KEY_DESTROYED: "The tenant's key is destroyed, so nobody can open it any more.",
}
EXIT_CODES: Mapping[int, str] = {
    0: "ok",
    FINDINGS: "findings, or below target",
    USAGE: "wrong usage or wrong configuration",
    UNAVAILABLE: "something Assay depends on is not available",
    REFUSED: "refused: it would break a promise",
}


def settings_page() -> str:
    """Every environment variable."""
    properties: Mapping[str, Mapping[str, Any]] = Settings.model_json_schema()["properties"]
    rows = [
        (f"`ASSAY_{name.upper()}`", _allowed(schema), _default(schema), schema["description"])
        for name, schema in properties.items()
    ]
    return _page(
        "Settings",
        "Assay is configured by environment variables. Wrong ones are reported all at once, each with its remedy.",
        _table(("variable", "allowed", "default", "meaning"), rows),
    )


def _allowed(schema: Mapping[str, Any]) -> str:
    schema = {**schema, **schema.get("anyOf", ({},))[0]}
    if "enum" in schema:
        return ", ".join(f"`{word}`" if word else "empty" for word in schema["enum"])
    if "minimum" in schema:
        top = schema.get("maximum")
        return f"at least {schema['minimum']}" if top is None else f"{schema['minimum']} to {top}"
    if "pattern" in schema:
        return f"`{schema['pattern']}`"
    return {"path": "path", "password": "secret"}.get(schema.get("format", ""), "text")


def _default(schema: Mapping[str, Any]) -> str:
    default = schema.get("default")
    return "" if default in (None, "") else f"`{default}`"


def topics_page() -> str:
    """Every topic as Assay creates or verifies it."""
    rows = [_topic_row(role, spec) for role, spec in TOPICS.items()]
    return _page(
        "Topics",
        "Names as they are without a prefix (`ASSAY_TOPIC_PREFIX`). `assay topics apply` creates what is missing.\n"
        "*Follows* means as many partitions as `traces.raw`: a record keeps its partition, so order per key survives.\n"
        "Times are the *source*'s (`CreateTime`) or the *broker*'s (`LogAppendTime`):\n"
        "[ADR 5](../adr/0005-whose-time-a-record-carries.md) says why.",
        _table(
            ("topic", "partitions", "kept for", "largest record", "times", "content"),
            rows,
        ),
        "## Their settings, by Kafka's names",
        *(
            f"`{role.value}`: " + ", ".join(f"`{name}={value}`" for name, value in spec.configs().items())
            for role, spec in TOPICS.items()
        ),
    )


def _topic_row(role: TopicRole, spec: TopicSpec) -> Sequence[str]:
    return (
        f"`{role.value}`",
        _partitions(role, spec),
        "for ever (compacted)" if spec.compacted else f"{spec.retention_ms // DAY_MS} d",
        f"{spec.max_message_bytes / MIB:.4g} MiB",
        "broker" if spec.own_timestamps else "source",
        TOPIC_WORDS[role],
    )


def _partitions(role: TopicRole, spec: TopicSpec) -> str:
    if role is TopicRole.RAW:
        return "`ASSAY_PARTITIONS`"
    return "follows" if spec.partitions is None else str(spec.partitions)


def headers_page() -> str:
    """Every record header."""
    return _page(
        "Headers",
        f"Values are UTF-8 text and hold nothing of a trace but, on a shared topic, the id of its tenant.\n"
        f"A producer's own headers are kept; its `{headers.PREFIX}*` headers are removed, except {_listed(headers.FROM_PRODUCERS)}.",
        _table(
            ("header", "on", "content"), [(f"`{name}`", where, what) for name, where, what in HEADER_WORDS]
        ),
    )


def _producer(code: IssueCode) -> str:
    """The test that makes a trace with this code, and finds that code alone."""
    if code in FAULTS:
        return f"`tests/unit/generate/test_faults.py::test_a_fault_is_found_under_its_code[{code}]`"
    return "`tests/unit/hostile/test_hostile_table.py::test_a_detector_that_gives_up_costs_the_trace_and_nothing_else`"


def codes_page() -> str:
    """Every issue code with its policy, and the words for outcomes and reasons."""
    rows = [
        (
            f"`{code}`",
            CLASSIFICATION[code].severity,
            CLASSIFICATION[code].category,
            CLASSIFICATION[code].mode,
            SENTENCES[code],
            REMEDIES[code],
            ", ".join(REQUIREMENTS[code]),
            _producer(code),
        )
        for code in IssueCode
    ]
    return _page(
        "Codes",
        "What can be wrong with a trace. An issue in mode `strict` keeps it from passing; `warn` tags it, `audit` only counts, `off` says nothing.",
        "## Issues",
        _table(
            (
                "code",
                "severity",
                "category",
                "mode",
                "meaning",
                "remedy",
                "asked for by",
                "test that produces it",
            ),
            rows,
        ),
        "## Outcomes",
        _table(("word", "meaning"), [(f"`{word}`", OUTCOME_WORDS[word]) for word in (*Outcome, *Hop)]),
        "## Dispositions",
        _table(("word", "meaning"), [(f"`{word}`", DISPOSITION_WORDS[word]) for word in Disposition]),
        "## Reasons",
        _table(("word", "meaning"), [(f"`{word}`", REASON_WORDS[word]) for word in Reason]),
    )


def metrics_page() -> str:
    """Every metric of a worker process."""
    rows = [
        (f"`{metric.name}`", metric.kind, ", ".join(f"`{label}`" for label in metric.labels), metric.help)
        for metric in ALL_METRICS
    ]
    return _page(
        "Metrics",
        "A worker process serves those of its agents at `/metrics`, on `ASSAY_WEB_HOST` and `ASSAY_WEB_PORT`.\n"
        "What counts traces is fed from [tallies](../adr/0004-tallies.md). No label holds an id or a value of a trace.",
        _table(("metric", "kind", "labels", "meaning"), rows),
    )


def cli_page() -> str:
    """Every verb of the command ``assay``, with its options."""
    return _page(
        "Command line",
        "`assay --help` and `assay VERB --help` say the same.",
        "Exit codes: " + ", ".join(f"`{code}` {words}" for code, words in EXIT_CODES.items()) + ".",
        *_commands(click.Context(cli, info_name="assay")),
    )


def _commands(context: click.Context, level: str = "##") -> Iterator[str]:
    group = context.command
    assert isinstance(group, click.Group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        below = click.Context(command, info_name=name, parent=context)
        yield f"{level} `{below.command_path}`"
        yield f"```\n{below.command_path} {' '.join(command.collect_usage_pieces(below))}\n```"
        yield (command.help or "").replace("\b\n", "").strip()
        helps = [parameter.get_help_record(below) for parameter in command.get_params(below)]
        options = [(f"`{names}`", text) for names, text in filter(None, helps) if "--help" not in names]
        if options:
            yield _table(("option", "meaning"), options)
        if isinstance(command, click.Group):
            yield from _commands(below, f"{level}#")


PAGES: Mapping[str, Callable[[], str]] = {
    "cli.md": cli_page,
    "codes.md": codes_page,
    "headers.md": headers_page,
    "metrics.md": metrics_page,
    "settings.md": settings_page,
    "topics.md": topics_page,
}


def _page(title: str, *blocks: str) -> str:
    return "\n\n".join((NOTICE, f"# {title}", *(block for block in blocks if block))) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in sorted(words))


def main(directory: Path) -> None:
    """Write every page. Raises ``OSError`` when the directory cannot be written."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, render in PAGES.items():
        (directory / name).write_text(render(), encoding="utf-8")
        click.echo(f"wrote {directory / name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
