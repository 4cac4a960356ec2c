"""The audit on real topics: what a transactional writer leaves on Kafka is what the auditor reads."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from confluent_kafka import Consumer, Producer
from confluent_kafka import TopicPartition as KafkaPartition

from assay.agents.audit import AuditReport, run_audit
from assay.agents.audit.finding import FindingKind
from assay.agents.cli.audit import audit
from assay.agents.cli.main import exit_code
from assay.agents.clock import SystemClock
from assay.agents.detector import DetectorStep
from assay.agents.lanes.step import SourceRange
from assay.agents.names import lane_group
from assay.agents.policy_files import load_policies
from assay.agents.replay.secret import replay_secret
from assay.agents.sealing import EnvelopeSealer, FileKeyProvider
from assay.agents.settings import Settings, load_settings
from assay.agents.topics import topic_name
from assay.pipeline.core.errors import ConfigError, DependencyUnavailableError
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.generate import generate

pytestmark = [pytest.mark.broker, pytest.mark.long(40)]

TIMEOUT_S = 30
COUNT = 200
NOW_NS = 1_700_000_000_000_000_000

Change = Callable[[list[Outgoing]], list[Outgoing]]


class HandMadeLane:
    """The detector's pure part, driven by librdkafka, one transaction per partition; wrong where a test says so."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.raw = topic_name(TopicRole.RAW, settings.topic_prefix)
        self.group = lane_group(settings, "detector")
        self.producer = self._transactional("lane")
        self.consumer = Consumer(
            {
                "bootstrap.servers": settings.bootstrap_servers,
                "group.id": self.group,
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "fetch.wait.max.ms": 20,
            }
        )
        sealer = EnvelopeSealer(FileKeyProvider(settings.keys_path), SystemClock())
        bundle, secret = load_policies(settings), replay_secret(settings)
        self.step = DetectorStep(bundle, sealer, self.group, settings.topic_prefix, secret=secret)

    def publish(self, count: int = COUNT, faults: float = 0.3) -> None:
        """Raw records in transactions of ten, every third of them aborted: offsets with holes."""
        producer = self._transactional("source")
        items = list(generate(seed=5, count=count, tenants=3, fault_share=faults, now_ns=NOW_NS))
        for start in range(0, count, 10):
            for ending in [producer.abort_transaction] * (start % 3 == 0) + [producer.commit_transaction]:
                producer.begin_transaction()
                for number, item in enumerate(items[start : start + 10]):
                    producer.produce(
                        self.raw,
                        partition=number % self.settings.partitions,
                        key=item.key,
                        value=item.value,
                        headers=list(item.headers),
                    )
                producer.flush(TIMEOUT_S)  # else what is aborted may never have been there
                ending(TIMEOUT_S)

    def work(
        self, change: Change = lambda outgoing: outgoing, *, offsets: bool = True, end: bool = True
    ) -> None:
        """Give everything on the raw topic its outcome; ``change`` is what goes wrong on the way to Kafka."""
        for partition in range(self.settings.partitions):
            records, position = self._read(partition)
            work = self.step.begin()
            work.add(records, NOW_NS)
            span = SourceRange(self.raw, partition, 0, position, len(records))
            self.producer.begin_transaction()
            for each in change(list(work.finish([span], NOW_NS))):
                self.producer.produce(
                    topic_name(each.role, self.settings.topic_prefix),
                    key=each.key,
                    value=each.value,
                    headers=list(each.headers),
                    **({} if each.partition is None else {"partition": each.partition}),
                )
            if offsets:
                self.producer.send_offsets_to_transaction(
                    [KafkaPartition(self.raw, partition, position)],
                    self.consumer.consumer_group_metadata(),
                    TIMEOUT_S,
                )
            if not end:
                self.producer.flush(TIMEOUT_S)
                return
            self.producer.commit_transaction(TIMEOUT_S)

    def close(self) -> None:
        self.consumer.close()

    def _transactional(self, name: str) -> Producer:
        producer = Producer(
            {
                "bootstrap.servers": self.settings.bootstrap_servers,
                "transactional.id": f"{self.settings.topic_prefix}{name}",
                "message.max.bytes": 4_000_000,
            }
        )
        producer.init_transactions(TIMEOUT_S)
        return producer

    def _read(self, partition: int) -> tuple[list[RawRecord], int]:
        self.consumer.assign([KafkaPartition(self.raw, partition, 0)])
        self.consumer.list_topics(self.raw, TIMEOUT_S)  # who leads it: else found out within a second
        records: list[RawRecord] = []
        deadline = time.monotonic() + TIMEOUT_S
        while time.monotonic() < deadline:
            for message in self.consumer.consume(500, timeout=0.02):
                if message.error() is not None:
                    return records, message.offset()
                headers = message.headers() or ()
                records.append(
                    RawRecord(
                        self.raw,
                        partition,
                        message.offset(),
                        NOW_NS // 10**6,
                        message.key(),
                        message.value(),
                        headers,
                    )
                )
        raise AssertionError("the end of the partition never came")


@pytest.fixture
def lane(settings_for_test: Settings) -> Iterator[HandMadeLane]:
    lane = HandMadeLane(settings_for_test)
    lane.publish()
    yield lane
    lane.close()


def audited(lane: HandMadeLane, settle_s: float = 20) -> AuditReport:
    return run_audit(lane.settings, settle_s=settle_s)


def test_right_work_has_no_finding(lane: HandMadeLane) -> None:
    """S0-14, promise 1 and 2: faults of every code, opened from their envelopes and compared."""
    lane.work()
    report = audited(lane)
    assert report.ok, report.examples
    assert (report.raw, report.accounted, report.in_flight) == (COUNT, COUNT, 0)
    assert report.outcomes["invalid"] == report.opened + report.claim_checks > 0
    assert report.tallies == lane.settings.partitions
    assert report.p50_ms is not None


def test_before_the_work_everything_is_in_flight(lane: HandMadeLane) -> None:
    report = audited(lane)
    assert report.ok
    assert (report.raw, report.in_flight) == (COUNT, COUNT)


def test_a_lost_outcome_is_missing(lane: HandMadeLane) -> None:
    lane.work(lambda outgoing: outgoing[1:])
    assert audited(lane).counts[FindingKind.MISSING] == lane.settings.partitions


def test_an_outcome_written_twice_is_doubled(lane: HandMadeLane) -> None:
    lane.work(lambda outgoing: [outgoing[0], *outgoing])
    assert audited(lane).counts[FindingKind.DOUBLED] == lane.settings.partitions


def test_outcomes_without_their_offsets_are_ahead(lane: HandMadeLane) -> None:
    lane.work(offsets=False)
    assert audited(lane, settle_s=0.5).counts == {FindingKind.AHEAD: COUNT}


def test_a_transaction_that_stays_open_is_hanging(lane: HandMadeLane) -> None:
    lane.work(end=False)
    report = audited(lane, settle_s=0.5)
    assert set(report.counts) == {FindingKind.HANGING}
    assert report.in_flight == COUNT
    lane.producer.abort_transaction(TIMEOUT_S)
    assert audited(lane).ok


def test_an_altered_header_value_or_key_is_found(lane: HandMadeLane) -> None:
    lane.work(lambda outgoing: [each._replace(headers=[*each.headers, ("more", b"")]) for each in outgoing])
    assert audited(lane).counts == {FindingKind.ALTERED: audited(lane).outcomes["valid"]}


def test_a_destroyed_key_leaves_payloads_that_do_not_open(lane: HandMadeLane, tmp_path: Path) -> None:
    lane.work()
    elsewhere = lane.settings.model_copy(update={"keys_dir": tmp_path / "other"})
    report = run_audit(elsewhere)
    assert set(report.counts) == {FindingKind.UNOPENED}
    assert run_audit(elsewhere, check_payloads=False).ok


def test_waiting_ends_when_the_group_has_passed_the_last_visible_record(lane: HandMadeLane) -> None:
    """The end of a raw partition is a transaction marker: no position has to get behind it."""
    lane.work()
    stages: list[str] = []
    report = run_audit(
        lane.settings,
        wait_s=TIMEOUT_S,
        wait_for=["detector"],
        progress=lambda stage, *_: stages.append(stage),
    )
    assert report.ok
    assert stages.count("waiting") == 1


def test_waiting_is_given_up_in_time(lane: HandMadeLane) -> None:
    assert run_audit(lane.settings, wait_s=0.3).in_flight == COUNT


@pytest.mark.usefixtures("lane")
def test_topics_that_do_not_exist_are_named(settings_for_test: Settings) -> None:
    nowhere = settings_for_test.model_copy(update={"topic_prefix": "none.such."})
    with pytest.raises(ConfigError, match=r"none\.such\.quality\.tallies: does not exist"):
        run_audit(nowhere)


def test_the_verb_exits_with_1_on_findings_and_0_without(
    lane: HandMadeLane, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("env", "home", "bootstrap_servers", "topic_prefix"):
        monkeypatch.setenv(f"ASSAY_{name.upper()}", str(getattr(lane.settings, name)))
    lane.work(lambda outgoing: outgoing[1:])
    result = CliRunner().invoke(audit, ["--json"])
    assert result.exit_code == 1
    assert '"kind": "missing"' in result.stdout


def test_a_group_that_never_committed_cannot_have_outcomes(lane: HandMadeLane) -> None:
    lane.work()
    report = run_audit(lane.settings, group="nobody", settle_s=0.5)
    assert report.counts == {FindingKind.AHEAD: COUNT}


def test_kafka_out_of_reach_says_what_to_do() -> None:
    settings = load_settings(bootstrap_servers="127.0.0.1:9")
    with pytest.raises(DependencyUnavailableError, match="assay dev up") as raised:
        run_audit(settings)
    assert exit_code(raised.value) == 3
