"""``assay audit-log verify``: no change of the account goes unseen, and each is named (DESIGN 9)."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from assay.agents.audit_checkpoints import Checkpoints
from assay.agents.audit_log import AuditLog
from assay.agents.audit_topic import MemoryAuditTopic
from assay.agents.audit_verdict import SENTENCES, verdict_document
from assay.agents.cli import audit_log_verify as module
from assay.agents.cli.audit_log import audit_log
from assay.agents.transport.memory import MemoryLog, MemoryTransport
from assay.agents.transport.protocol import TopicPartition
from assay.pipeline.core.audit_chain import NOTHING, Act, AuditVerdict, Tampering, chained
from assay.pipeline.core.canonical import canonical

TOPIC = "quality.audit"
AT = "2999-01-02T03:04:05.000000006Z"
Change = Callable[[list[bytes]], list[bytes]]
Verify = Callable[..., Result]


@pytest.fixture
def verify(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Verify:
    """The command, on six entries that somebody changed, on the machine that saw them written."""
    checkpoints = Checkpoints(tmp_path / "noted.jsonl")

    def run(change: Change, *arguments: str) -> Result:
        values, last = list[bytes](), NOTHING
        for number in range(6):
            value, last = chained(Act("operator", "quarantine.open", f"t-{number}", "a reason", AT), last)
            values.append(value)
            checkpoints.note(last, AT)
        log = MemoryLog({TOPIC: 1})
        for value in change(values):
            log.append(TopicPartition(TOPIC, 0), None, value)
        topic = MemoryAuditTopic(log)

        @asynccontextmanager
        async def in_memory(_settings: object) -> AsyncIterator[AuditLog]:
            yield AuditLog(MemoryTransport(log), topic, checkpoints, "audit")

        monkeypatch.setattr(module, "audit_log", in_memory)
        return CliRunner(catch_exceptions=False).invoke(audit_log, ["verify", *arguments])

    return run


def edited(value: bytes) -> bytes:
    return canonical(orjson.loads(value) | {"reason": "planted text"})


def test_a_log_that_nobody_touched_is_whole(verify: Verify) -> None:
    result = verify(lambda values: values)
    assert result.exit_code == 0
    assert result.output.startswith("6 entries, up to 5 (")
    assert result.output.endswith("): no findings.\n")


def test_an_empty_log_is_whole() -> None:
    assert verdict_document(AuditVerdict(0, NOTHING, ())) == {
        "ok": True,
        "entries": 0,
        "last": None,
        "findings": [],
    }


@pytest.mark.parametrize(
    ("change", "kind", "place"),
    [
        (lambda v: [*v[:2], edited(v[2]), *v[3:]], "rewritten", "entry 2"),
        (lambda v: [*v[:2], b"{}", *v[3:]], "edited", "entry 2"),
        (lambda v: [*v[:2], *v[3:]], "deleted", "entry 3"),
        (lambda v: [*v[:3], v[2], *v[3:]], "inserted", "entry 2"),
        (lambda v: [*v[:2], v[3], v[2], *v[4:]], "swapped", "entry 2"),
        (lambda v: v[:4], "truncated", "entry 4"),
        (lambda _: [], "truncated", "entry 0"),
    ],
)
def test_whatever_was_done_to_it_is_named_with_its_place(
    verify: Verify, change: Change, kind: str, place: str
) -> None:
    result = verify(change)
    assert result.exit_code == 1
    assert any(line.startswith(f"{kind}: {place} ") for line in result.output.splitlines())


def test_scripts_get_the_same_as_json(verify: Verify) -> None:
    result = verify(lambda values: values[:4], "--json")
    assert result.exit_code == 1
    document = json.loads(result.output)
    assert (document["ok"], document["entries"], document["last"]["seq"]) == (False, 4, 3)
    (finding,) = document["findings"]
    assert (finding["kind"], finding["seq"], finding["offset"]) == ("truncated", 4, None)


def test_what_an_entry_says_is_not_repeated(verify: Verify) -> None:
    """An entry that somebody put there may hold anything."""
    planted: Sequence[str] = ("planted text", "t-2")
    for arguments in ((), ("--json",)):
        result = verify(lambda v: [*v[:2], edited(v[2]), *v[3:]], *arguments)
        assert not [text for text in planted if text in result.output]


def test_every_kind_of_change_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Tampering)
