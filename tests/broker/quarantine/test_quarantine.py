"""Contained traces on the real Kafka and Valkey: found, opened with permission, released, erased by tenant (DESIGN 8, 9)."""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assay.agents.audit_log import audit_log
from assay.agents.cli.quarantine import quarantine
from assay.agents.cli.tenants import tenants
from assay.agents.cli.views import views
from assay.agents.clock import SystemClock
from assay.agents.sealing import EnvelopeSealer, FileKeyProvider
from assay.agents.settings import Settings
from assay.agents.transport.kafka import KafkaTransport
from assay.agents.transport.protocol import TopicPartition
from assay.agents.views.service import projection
from assay.agents.views.specs import VIEWS
from assay.agents.views.verify import verify
from assay.pipeline.core import headers as names
from assay.pipeline.core.errors import DependencyUnavailableError
from assay.pipeline.core.outcome import Disposition
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Record, Source
from assay.pipeline.core.team import DEFAULT_TEAM
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose.envelope import EnvelopeWriter, Failure, failure_id
from assay.pipeline.dispose.testing import BUNDLE, a_record, an_issue
from assay.pipeline.replay import read_command

pytestmark = pytest.mark.broker
VALUE = b'{"card":"4111 1111 1111 1111"}'
SPEC = VIEWS["quarantine"]
WHO = ("--actor", "duty", "--reason", "a customer asks")


def contained(settings: Settings, tenant: str, offset: int) -> Outgoing:
    sealer = EnvelopeSealer(FileKeyProvider(settings.keys_path), SystemClock())
    record = a_record(VALUE, partition=0, offset=offset, headers=[("h", b"\xff")])
    issue = an_issue()
    failure = Failure(
        tenant=tenant,
        subject="workflow_trace",
        schema_version="1.2.0",
        trace_id=f"t-{offset}",
        issues=[issue],
        severity=issue.severity,
        fingerprint="0123456789abcdef",
        team=DEFAULT_TEAM,
        disposition=Disposition.QUARANTINE,
    )
    source = Source("traces.raw", 0, offset)
    value = EnvelopeWriter(BUNDLE, sealer)(record, failure, failure_id(source), 0, "0" * 64)
    headers = [
        (names.SRC, str(source).encode()),
        (names.TENANT, tenant.encode()),
        (names.SEVERITY, issue.severity.encode()),
        (names.FINGERPRINT, b"0123456789abcdef"),
        (names.REASON, b"no_rule_applies"),
        (names.ATTEMPT, b"0"),
    ]
    return Outgoing(TopicRole.QUARANTINE, 0, b"k", value, headers, None)


async def fill(settings: Settings) -> None:
    """Three traces of tenant a and two of b, and the view of them."""
    transport = KafkaTransport(settings)
    await transport.start()
    producer = transport.producer(f"{settings.env}-fill")
    await producer.start()
    await producer.begin()
    await producer.send([contained(settings, tenant, offset) for offset, tenant in enumerate("aaabb")])
    await producer.commit()
    await producer.close()
    projected = projection(SPEC, settings, transport)
    await projected.start()
    try:
        async with asyncio.timeout(20):
            documents = 0
            while documents < 5:
                with suppress(DependencyUnavailableError):  # topics that were just made have no leaders yet
                    documents = (await verify(SPEC, settings, SystemClock())).documents
                await asyncio.sleep(0.05)
    finally:
        await projected.stop()
        await transport.stop()


Run = Callable[..., Result]


@pytest.fixture
def run(settings_for_test: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    asyncio.run(fill(settings_for_test))
    for name in ("env", "home", "bootstrap_servers", "redis_url", "topic_prefix"):
        monkeypatch.setenv(f"ASSAY_{name.upper()}", str(getattr(settings_for_test, name)))

    def called(command: Any, *words: str) -> Result:
        return CliRunner().invoke(command, list(words))

    return called


def listed(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [entry["source"] for entry in json.loads(result.stdout)]


def audited(settings: Settings) -> list[tuple[str, str]]:
    async def read() -> list[tuple[str, str]]:
        async with audit_log(settings) as log:
            assert (await log.verify(time.time_ns())).findings == ()
            return [(entry.act.action, entry.act.target) for entry in await log.entries()]

    return asyncio.run(read())


def test_contained_traces_are_found_by_what_they_are(run: Run) -> None:
    everything = listed(run(quarantine, "list", "--json"))
    assert sorted(everything) == [f"traces.raw/0/{offset}" for offset in range(5)]
    of_b = ("--tenant", "b", "--code", "schema.required_missing", "--severity", "critical")
    assert sorted(listed(run(quarantine, "list", "--json", *of_b))) == ["traces.raw/0/3", "traces.raw/0/4"]
    assert listed(run(quarantine, "list", "--json", "--code", "corrupt.empty")) == []
    assert "89 d" in run(quarantine, "list").output or "88 d 23 h" in run(quarantine, "list").output
    assert run(views, "verify", "quarantine").exit_code == 0


def test_another_tenants_trace_is_not_there(run: Run) -> None:
    """DESIGN 9."""
    assert run(quarantine, "show", "traces.raw/0/3", "--tenant", "b", *WHO).exit_code == 0
    result = run(quarantine, "show", "traces.raw/0/3", "--tenant", "a", *WHO)
    missing = run(quarantine, "show", "traces.raw/0/9", "--tenant", "a", *WHO)
    assert result.exit_code == missing.exit_code == 1
    assert str(result.exception).replace("/3", "/9") == str(missing.exception)


def test_a_trace_is_opened_only_where_that_is_allowed_and_the_audit_log_says_so_first(
    run: Run, settings_for_test: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    closed = run(quarantine, "show", "traces.raw/0/1", *WHO)
    assert "4111" not in closed.output
    assert "may not be opened here" in str(
        run(quarantine, "show", "traces.raw/0/1", "--open", *WHO).exception
    )
    assert audited(settings_for_test) == []
    monkeypatch.setenv("ASSAY_MAY_OPEN_TRACES", "true")
    opened = run(quarantine, "show", "traces.raw/0/1", "--open", "--json", *WHO)
    assert json.loads(opened.stdout)["opened"] == {
        "key": "k",
        "value": VALUE.decode(),
        "headers": [["h", {"base64": "/w=="}]],
    }
    file = tmp_path / "value"
    run(quarantine, "show", "traces.raw/0/1", "--open", "--value-to", str(file), *WHO)
    assert file.read_bytes() == VALUE
    assert audited(settings_for_test) == [("quarantine.open", "traces.raw/0/1")] * 2


def test_a_release_is_a_replay_with_a_reason(run: Run, settings_for_test: Settings) -> None:
    assert run(quarantine, "release", *WHO).exit_code == 2
    result = run(quarantine, "release", "traces.raw/0/1", "--timeout", "1", "--json", *WHO)
    assert result.exit_code == 3, "nobody answers: no replay agent runs here"
    job = json.loads(result.stdout)["job"]
    (command,) = asyncio.run(_commands(settings_for_test))
    assert (command.job, command.actor, command.reason) == (job, "duty", "a customer asks")
    assert command.request is not None
    assert command.request.filter.sources == {Source("traces.raw", 0, 1)}
    assert audited(settings_for_test) == [("quarantine.release", job), ("replay.start", job)]


async def _commands(settings: Settings) -> list[Any]:
    transport = KafkaTransport(settings)
    found: list[Record] = []
    await transport.read([TopicPartition(f"{settings.topic_prefix}quality.replays", 0)], found.extend)
    return [read_command(record) for record in found]


def test_shredding_erases_one_tenant_in_two_steps(run: Run, settings_for_test: Settings) -> None:
    """RELIABILITY, data at rest: 100 % of that tenant's fail to open, 0 % of others."""
    first = json.loads(run(tenants, "shred", "a", "--json", *WHO).stdout)
    assert (first["opens"]["traces.quarantine"], first["shredded"]) == (3, False)
    of_b = json.loads(run(tenants, "shred", "b", "--json", *WHO).stdout)
    wrong = run(tenants, "shred", "a", "--confirm", of_b["token"], *WHO)
    assert "does not fit" in str(wrong.exception)
    assert audited(settings_for_test) == []
    done = run(tenants, "shred", "a", "--confirm", first["token"], "--json", *WHO)
    assert done.exit_code == 0
    after = json.loads(done.stdout)
    assert after["opens"]["traces.quarantine"] == 0
    assert after["sealed_for_ever"]["traces.quarantine"] == 3
    others = json.loads(run(tenants, "shred", "b", "--json", *WHO).stdout)
    assert (others["opens"]["traces.quarantine"], others["sealed_for_ever"]["traces.quarantine"]) == (2, 0)
    assert "has no key" in str(run(tenants, "shred", "a", *WHO).exception)
    assert audited(settings_for_test) == [("tenant.shred", "a"), ("tenant.shredded", "a")]


def test_a_tenant_above_its_limit_is_found(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(quarantine, "limits").exit_code == 0
    monkeypatch.setenv("ASSAY_QUARANTINE_TENANT_RECORDS", "2")
    result = run(quarantine, "limits", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == [{"tenant": "a", "what": "records", "number": 3, "most": 2}]
