"""The generated pages of docs/reference, so that they cannot lie: each is a pure function of the code.

``make docs`` writes them; ``tests/docs/test_reference.py`` fails when a page differs from what this gives.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from assay.pipeline.core import headers
from assay.pipeline.core.code_words import REMEDIES, REQUIREMENTS, SENTENCES
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.metrics import ALL_METRICS
from assay.pipeline.core.outcome import Disposition, Hop, Outcome, Reason
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.generate.faults import FAULTS
from assay.pipeline.policy.classification import CLASSIFICATION

from .asyncapi import asyncapi_page
from .cli.main import FINDINGS, REFUSED, UNAVAILABLE, USAGE, cli
from .reference_words import DISPOSITION_WORDS, HEADER_WORDS, OUTCOME_WORDS, REASON_WORDS, TOPIC_WORDS
from .settings import Settings
from .topics import DAY_MS, MIB, TOPICS, TopicSpec

NOTICE = "<!-- Written by `make docs` from the code: change the code, not this page. -->"

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
    "asyncapi.json": asyncapi_page,
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
