"""The auto-remediation lane on topics in memory: one end for each classified trace, whatever goes wrong on the way."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from assay.agents.auto_remediation import LANE, AutoRemediationStep
from assay.agents.classifier import ClassifierStep
from assay.agents.clock import SystemClock
from assay.agents.detector import DetectorStep
from assay.agents.lanes.notes import OpenNote
from assay.agents.lanes.step import LaneStep, SourceRange
from assay.agents.repairing import Keys
from assay.agents.rule_trust import RuleTrust
from assay.agents.sealing import EnvelopeSealer, FileKeyProvider
from assay.pipeline.core.document import Json
from assay.pipeline.core.errors import TransientError
from assay.pipeline.core.json_patch import apply_patch
from assay.pipeline.core.record import RawRecord, source_of
from assay.pipeline.core.sealed import Sealed
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import open_envelope, open_receipt
from assay.pipeline.dispose.testing import KeylessSealer
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.remediation_rule import RemediationRule
from assay.pipeline.testing import raw_record

from .conftest import PARTITIONS, ProbeThatDiesOf
from .scene import ExactlyOnce, LaneScene, header

CLASSIFIED, RECEIPTS, TALLIES = (
    role.value for role in (TopicRole.CLASSIFIED, TopicRole.RECEIPTS, TopicRole.TALLIES)
)
REMEDIATED, QUARANTINE, DEAD = (
    role.value for role in (TopicRole.REMEDIATED, TopicRole.QUARANTINE, TopicRole.DEAD_LETTER)
)
ENDS = (REMEDIATED, QUARANTINE, DEAD)
NOW_NS = 1_741_079_705_000_000_000
RULE_ID = "missing_required_fields@1"
GOOD: dict[str, Any] = {
    "schema_version": "1.2.0",
    "trace_id": "wf-1",
    "trace_type": "workflow_trace",
    "workflow_id": "nightly-sync",
    "status": "pending",
    "started_at": "2025-03-04T00:00:00+00:00",
    "context": {"tenant_id": 7, "region": "eu-central-1"},
    "steps": [],
}
NO_TYPE = {name: value for name, value in GOOD.items() if name != "trace_type"}
NO_ID = {name: value for name, value in GOOD.items() if name != "trace_id"}
TWO_RULES = {name: value for name, value in NO_TYPE.items() if name != "schema_version"} | {
    "metrics": {"execution_time_ms": "12"}
}
CARD = NO_TYPE | {"inputs": {"card": "4111 1111 1111 1111"}}


def with_rule(bundle: Bundle, name: str = "missing_required_fields", **members: Any) -> Bundle:
    """The bundle with that rule alone, in another form."""
    rule = replace(bundle.remediation_rules[name], **members)
    return replace(bundle, remediation_rules={name: rule})


def writing(rule: RemediationRule, value: Any) -> Any:
    """Parameters by which the rule for missing fields writes another type of trace."""
    defaults = {**rule.parameters.field_defaults, ("trace_type",): value}
    return replace(rule.parameters, field_defaults=defaults)


@pytest.fixture
def failing_rule(bundle: Bundle) -> Bundle:
    """A rule that does not help: what it writes is not valid either."""
    rule = bundle.remediation_rules["missing_required_fields"]
    return with_rule(bundle, parameters=writing(rule, 5))


@dataclass
class Scene(LaneScene):
    """Classified traces, and the lane that ends them."""

    name = LANE
    role = TopicRole.CLASSIFIED
    came_ms = NOW_NS // 10**6

    keys: Keys = field(default_factory=KeylessSealer)
    trust: RuleTrust = field(default_factory=RuleTrust)
    raw: dict[str, RawRecord] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._before: Sequence[tuple[LaneStep, str]] = (
            (DetectorStep(self.bundle, self.keys, "detector", secret=b"s" * 32), "traces.invalid"),
            (ClassifierStep(self.bundle, "classifier"), CLASSIFIED),
        )

    def step(self) -> AutoRemediationStep:
        return AutoRemediationStep(self.bundle, self.keys, self.group, trust=self.trust)

    def put(self, trace: Any, headers: Any = (("app", b"x"),), **members: Any) -> None:
        """One more failing trace, as detector and classifier write it, or with other members."""
        value = trace if isinstance(trace, bytes) else json.dumps(trace).encode()
        partition = self._count % PARTITIONS
        raw = raw_record(value, partition=partition, offset=self._count, headers=headers)
        self.raw[str(source_of(raw))] = raw
        record = raw
        for step, topic in self._before:
            work = step.begin()
            work.add([record], NOW_NS)
            written = work.finish([SourceRange(record.topic, partition, 0, 1, 1)], NOW_NS)[0]
            record = RawRecord(topic, partition, 0, 0, written.key, written.value, tuple(written.headers))
        body = record.value or b""
        if members:
            body = json.dumps(json.loads(body) | members).encode()
        self.append(body, record.key, record.headers)

    def put_mixture(self) -> None:
        """40: repairable by one rule or two, with nothing to write, contained, unreadable, and no envelope at all."""
        for _ in range(5):
            self.put(NO_TYPE)
            self.put(TWO_RULES)
            self.put(NO_ID)
            self.put(CARD)
            self.put(b"{")
            self.put(NO_TYPE, disposition="something new")
            self.append(b"\xff", headers=[("assay-tenant", b"acme")])
            self.append(None, None)

    def assert_each_once(self) -> None:
        """Every classified record has one end, and every tried rule one receipt; order per partition is kept."""
        came = Counter(header(record, "assay-src") for record in self.visible(CLASSIFIED))
        went = Counter(header(record, "assay-src") for topic in ENDS for record in self.visible(topic))
        assert went == came
        ids = [header(receipt, "ce_id") for receipt in self.visible(RECEIPTS)]
        assert len(set(ids)) == len(ids)
        for topic in (REMEDIATED, QUARANTINE):
            for partition in range(PARTITIONS):
                sources = [
                    int(header(record, "assay-src").rpartition("/")[2])
                    for record in self.visible(topic)
                    if record.partition == partition
                ]
                assert sources == sorted(sources)

    def reasons(self) -> Counter[tuple[str, str]]:
        return Counter(
            (header(record, "assay-outcome"), header(record, "assay-reason"))
            for topic in ENDS
            for record in self.visible(topic)
        )

    def receipts(self) -> list[Any]:
        return [json.loads(record.value or b"") for record in self.visible(RECEIPTS)]


@pytest.fixture
async def scene(bundle: Bundle) -> AsyncIterator[Scene]:
    scene = Scene(bundle)
    yield scene
    for lane in scene.lanes:
        await lane.stop()


def operation(found: Json) -> dict[str, Json]:
    assert isinstance(found, dict)
    return found


async def test_every_classified_trace_ends_once_for_a_reason(scene: Scene) -> None:
    """Promise 1, DESIGN 8; D-15: what is no envelope among them too."""
    scene.put_mixture()
    await scene.run()
    scene.assert_each_once()
    assert scene.reasons() == {
        ("remediated", "repaired"): 10,
        ("quarantined", "no_rule_applies"): 5,
        ("quarantined", "security_or_compliance"): 5,
        ("dead_lettered", "unreadable"): 5,
        ("dead_lettered", "person_must_look"): 5,
        ("dead_lettered", "envelope_unreadable"): 10,
    }


async def test_a_repaired_trace_is_the_input_with_the_patch_and_can_be_undone(scene: Scene) -> None:
    """Promise 2, D-10, D-11: two rules on one copy, published once, each with its receipt."""
    scene.put(TWO_RULES)
    await scene.run()
    [record] = scene.visible(REMEDIATED)
    assert (record.key, record.partition, record.timestamp) == (b"key", 0, 1_741_079_705_000)
    assert header(record, "app") == "x"
    first, second = sorted(scene.receipts(), key=lambda receipt: int(receipt["number"]))
    assert header(record, "assay-receipt") == first["repair_id"] == second["repair_id"]
    assert {first["rule"], second["rule"]} == {"missing_required_fields", "invalid_data_types"}
    assert {first["effect"], second["effect"]} == {"fixed"}
    changes = open_receipt(first, scene.keys)
    assert changes is not None
    after = json.loads(record.value or b"")
    assert apply_patch(dict(TWO_RULES), [*map(operation, changes.patch)]) == after
    assert apply_patch(after, [*map(operation, changes.inverse)]) == TWO_RULES
    assert after["metrics"] == {"execution_time_ms": 12}


async def test_a_version_that_is_only_spelt_otherwise_is_mended(scene: Scene) -> None:
    """S0-133: before the repair no subject could be told, so it need not be the same one afterwards."""
    scene.put(GOOD | {"schema_version": "v1.2.0"})
    await scene.run()
    [repaired] = scene.visible(REMEDIATED)
    after = json.loads(repaired.value or b"")
    assert after.pop("remediation")["rules"]
    assert after == GOOD


async def test_what_is_contained_or_waits_opens_to_the_bytes_that_came(scene: Scene) -> None:
    """Promises 2 and 4: nothing of a failing trace is in the open. S0-110."""
    scene.put(CARD)
    scene.put(NO_ID, disposition="dead_letter")
    await scene.run()
    for topic in (QUARANTINE, DEAD):
        [record] = scene.visible(topic)
        assert b"4111" not in (record.value or b"")
        raw = scene.raw[header(record, "assay-src")]
        opened = open_envelope(json.loads(record.value or b""), scene.keys)
        assert opened == (raw.key, raw.value, [*raw.headers])


async def test_the_tallies_count_the_ends_that_lie_on_the_topics(scene: Scene) -> None:
    """DESIGN 4."""
    scene.put_mixture()
    await scene.run()
    counted: Counter[tuple[str, str]] = Counter()
    for record in scene.visible(TALLIES):
        tally = json.loads(record.value or b"")
        assert (tally["lane"], tally["issues"]) == (LANE, [])
        for row in tally["counts"]:
            counted[row["outcome"], row["reason"]] += row["records"]
    assert counted == scene.reasons()


class TestTransactions(ExactlyOnce):
    """Receipts included."""


async def test_a_record_that_ends_processes_is_a_dead_letter_unread(scene: Scene) -> None:
    """Rule 10, promise 6."""
    for _ in range(12):
        scene.put(NO_TYPE)
    scene.notes.kept["0"] = OpenNote({0: (0, 3)}, deaths=1)
    await scene.run(new_probe=lambda: ProbeThatDiesOf(offset=1))
    scene.assert_each_once()
    assert scene.reasons() == {("remediated", "repaired"): 11, ("dead_lettered", "worker_crash"): 1}
    [killer] = scene.visible(DEAD)
    [came] = [record for record in scene.visible(CLASSIFIED) if source_of(record) == (CLASSIFIED, 0, 1)]
    assert killer.value == came.value
    assert header(killer, "__dlq.errors.delivery.count") == "3"


async def test_one_that_killed_the_classifier_is_not_looked_into_here_either(scene: Scene) -> None:
    scene.put(NO_TYPE)
    [record] = scene.visible(CLASSIFIED)
    headers = [(name, b"worker_crash" if name == "assay-reason" else value) for name, value in record.headers]
    scene.append(record.value, record.key, headers)
    await scene.run()
    [killer] = scene.visible(DEAD)
    assert header(killer, "assay-reason") == "worker_crash"
    assert killer.value == record.value


async def test_a_repair_that_does_not_pass_is_not_published(failing_rule: Bundle) -> None:
    """D-07, S0-138, S0-140: it waits for a person, and the receipt says what was tried."""
    scene = Scene(failing_rule)
    scene.put(NO_TYPE)
    await scene.run()
    assert scene.reasons() == {("dead_lettered", "repair_failed"): 1}
    [record] = scene.visible(DEAD)
    [tried] = json.loads(record.value or b"")["remediation"]
    assert tried["rule"] == "missing_required_fields"
    assert (tried["result"], tried["error"]) == ("applied", "")
    [receipt] = scene.receipts()
    assert (receipt["effect"], receipt["outcome"]) == ("missed", "dead_lettered")


async def test_a_rule_that_starts_failing_is_shut_within_20_traces(failing_rule: Bundle) -> None:
    """Must show 3, S0-128: before the batch is over, and other versions of the producer are not asked to suffer first."""
    scene = Scene(failing_rule)
    scene.settings = scene.settings.model_copy(update={"batch_records": 500})
    for number in range(100):
        scene.put(NO_TYPE | {"context": {"tenant_id": number, "region": "eu-central-1"}})
    await scene.run()
    scene.assert_each_once()
    reasons = scene.reasons()
    assert reasons["dead_lettered", "repair_failed"] <= 20
    assert reasons["dead_lettered", "rule_not_trusted"] == 100 - reasons["dead_lettered", "repair_failed"]


async def test_a_rule_that_fails_for_one_tenant_is_not_tried_there_for_a_while(failing_rule: Bundle) -> None:
    """The breaker degrades to containment instead of flooding people."""
    scene = Scene(failing_rule)
    for _ in range(30):
        scene.put(NO_TYPE)
    await scene.run()
    reasons = scene.reasons()
    assert reasons["dead_lettered", "repair_failed"] == 5
    assert reasons["quarantined", "breaker_open"] == 25
    assert len(scene.receipts()) == 5


async def test_a_rule_that_may_only_propose_leaves_it_to_a_person(bundle: Bundle) -> None:
    """S0-128: auto_remediable is no."""
    scene = Scene(with_rule(bundle, auto_remediable=False))
    scene.put(NO_TYPE)
    await scene.run()
    assert scene.reasons() == {("dead_lettered", "person_must_look"): 1}
    assert scene.receipts() == []


async def test_traces_of_a_destroyed_key_are_contained_and_no_new_key_is_made(
    bundle: Bundle, tmp_path: Path
) -> None:
    """Crypto-shredding: what the tenant's key sealed never opens again, and nothing else stops."""
    keys = EnvelopeSealer(FileKeyProvider(tmp_path / "keys"), SystemClock())
    scene = Scene(bundle, keys=keys)
    scene.put(NO_TYPE)
    scene.put(NO_TYPE | {"context": {"tenant_id": 8, "region": "eu-central-1"}})
    keys.destroy("7")
    await scene.run()
    assert scene.reasons() == {("quarantined", "key_destroyed"): 1, ("remediated", "repaired"): 1}
    assert len(list((tmp_path / "keys").glob("*.key"))) == 1


class LockedKeys(KeylessSealer):
    """A key service that does not answer, the first times."""

    def __init__(self, times: int) -> None:
        object.__setattr__(self, "left", times)

    left: int

    def open(self, tenant: str, sealed: Sealed, aad: bytes) -> bytes:
        if self.left:
            object.__setattr__(self, "left", self.left - 1)
            raise TransientError("the key service does not answer")
        return super().open(tenant, sealed, aad)


async def test_without_the_key_service_the_lane_waits_and_skips_nothing(bundle: Bundle) -> None:
    """Promise 5."""
    scene = Scene(bundle, keys=LockedKeys(3))
    scene.settings = scene.settings.model_copy(update={"session_timeout_ms": 6000})
    for _ in range(8):
        scene.put(NO_TYPE)
    await scene.run()
    scene.assert_each_once()
    assert scene.reasons() == {("remediated", "repaired"): 8}


async def test_a_trace_too_large_to_be_kept_is_contained(scene: Scene) -> None:
    """A claim check has nothing to repair."""
    claim = {
        "claim_check": {"sha256": "0" * 64, "length": 9, "source": "traces.raw/0/0", "reason": "too_large"}
    }
    scene.put(NO_TYPE, payload=claim)
    await scene.run()
    assert scene.reasons() == {("quarantined", "no_rule_applies"): 1}


@pytest.mark.parametrize(
    "members",
    [
        {"source": {"topic": "elsewhere", "partition": 0, "offset": 0, "timestamp": 10**40}},
        {"source": {"topic": "traces.raw", "partition": 99, "offset": 0, "timestamp": "x"}},
        {"detected_at": "2025-99-99T99:99:99.000000000Z"},
        {"payload": None},
        {"payload": {"alg": "A256GCM"}},
        {"remediation": "no list"},
        {"tenant_id": "8"},
        {"schema_version": "0"},
        {"trace_id": {"a": 1}},
        {"disposition": ["remediate"]},
    ],
    ids=lambda members: next(iter(members)),
)
async def test_an_envelope_with_odd_members_has_an_end_and_stops_nobody(
    scene: Scene, members: dict[str, Any]
) -> None:
    """D-15."""
    scene.put(NO_TYPE, **members)
    scene.put(NO_TYPE)
    await scene.run()
    scene.assert_each_once()


async def test_a_bundle_without_the_rule_contains_what_was_to_be_repaired(bundle: Bundle) -> None:
    """The classifier's bundle had a rule; today's has none."""
    scene = Scene(bundle)
    scene.put(NO_TYPE)
    scene.bundle = replace(bundle, remediation_rules={})
    await scene.run()
    assert scene.reasons() == {("quarantined", "no_rule_applies"): 1}


async def test_another_bundle_holds_from_the_next_transaction_on(bundle: Bundle) -> None:
    scene = Scene(bundle)
    scene.put(NO_TYPE)
    records = scene.visible(CLASSIFIED)
    step = AutoRemediationStep(bundle, scene.keys, scene.group)
    before = step.begin()
    step.use(replace(bundle, bundle_id="f" * 64))
    after = step.begin()
    bundles = []
    for work in (before, after):
        work.add(records, NOW_NS)
        written = work.finish([SourceRange(CLASSIFIED, 0, 0, 1, 1)], NOW_NS)
        bundles.append(dict(written[0].headers)["assay-bundle"])
        assert json.loads(written[-1].value or b"")["bundle"][:12].encode() == bundles[-1]
    assert bundles == [bundle.short_id.encode(), b"f" * 12]
