"""A policy is changed while traces flow: nobody is restarted, nothing is lost, every record says who judged it."""

import asyncio
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from confluent_kafka import Message, Producer

from assay.agents.audit import run_audit
from assay.agents.cli.policy import policy
from assay.agents.policy_files import load_policies, policy_roots, read_roots
from assay.agents.policy_in_use import bundle_for_probe, bundle_in_use
from assay.agents.policy_topic import KafkaPolicySource, publish, read_policy_log
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.record import Source
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.publication import Active, Candidate
from assay.pipeline.policy.publication_log import PolicyLog

from ...processes import LANES
from ..conftest import Workers, outcomes

pytestmark = [pytest.mark.broker, pytest.mark.long(40)]

SUBJECT = """
subject: run
current: 2.0.0
deprecated: [1.0.0]
pointers: {trace_id: /id, tenant: /tenant, schema_version: /version}
"""
BINDINGS = """
bindings:
  - {topic: traces.raw, tenant: null, default_subject: run, subjects: [run]}
"""
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {"version": {"type": "string"}, "id": {"type": "string"}, "tenant": {"type": "integer"}},
    "required": ["version", "id", "tenant"],
}
GOOD = b'{"version": "2.0.0", "id": "r-1", "tenant": 7}'
DEBATABLE = b'{"version": "1.0.0", "id": "r-1", "tenant": 7}'
"""Its version is deprecated: it passes with a warning, until somebody says that it must not."""
WARNED = IssueCode.SCHEMA_FIELD_DEPRECATED.value
STRICTER = f"codes:\n  {WARNED}: {{mode: strict}}\n"
SHARED = (
    *("env", "home", "bootstrap_servers", "redis_url", "topic_prefix"),
    *("schemas_dir", "policies_dir", "remediation_rules_dir"),
)
LIMIT_S = 60
POLL_S = 0.05
PACE_S = 0.002


def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(POLL_S)


@dataclass
class Load:
    """Traces that keep coming while operators do things."""

    settings: Settings
    values: dict[Source, bytes] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def more(self, records: int = 200) -> None:
        """Wait until that many more were acknowledged."""
        target = len(self.values) + records
        until(lambda: len(self.values) >= target, "the load stands still")

    def _run(self) -> None:
        producer = Producer({"bootstrap.servers": self.settings.bootstrap_servers, "linger.ms": 5})
        topic = topic_name(TopicRole.RAW, self.settings.topic_prefix)
        number = 0
        while not self._stop.is_set():
            number += 1
            value = GOOD if number % 2 else DEBATABLE
            producer.produce(topic, value, str(number), on_delivery=self._acknowledged)
            producer.poll(PACE_S)
        assert producer.flush(30) == 0

    def _acknowledged(self, error: object, message: Message) -> None:
        assert error is None
        topic, partition, offset = message.topic(), message.partition(), message.offset()
        assert topic is not None
        assert partition is not None
        assert offset is not None
        self.values[Source(topic, partition, offset)] = message.value() or b""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A bundle of the test's own, so that nobody's change to the shipped one changes what it shows."""
    directory = tmp_path / "bundle"
    for name in ("schemas/run", "policies", "remediation_rules"):
        (directory / name).mkdir(parents=True)
    (directory / "schemas/run/subject.yaml").write_text(SUBJECT)
    for version in ("1.0.0", "2.0.0"):
        (directory / f"schemas/run/{version}.json").write_text(json.dumps(SCHEMA))
    (directory / "policies/bindings.yaml").write_text(BINDINGS)
    return directory


@pytest.fixture
def settings_for_test(settings_for_test: Settings, directory: Path) -> Settings:
    """Workers, the auditor and the command line start with that bundle."""
    names = ("schemas", "policies", "remediation_rules")
    return settings_for_test.model_copy(update={f"{name}_dir": directory / name for name in names})


@pytest.fixture
def load(settings_for_test: Settings) -> Iterator[Load]:
    load = Load(settings_for_test)
    yield load
    load.stop()


@pytest.fixture(autouse=True)
def environment(settings_for_test: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """What workers and the command line are told."""
    for name in SHARED:
        monkeypatch.setenv(f"ASSAY_{name.upper()}", str(getattr(settings_for_test, name)))


def shell(*arguments: str) -> Result:
    """``assay policy …``."""
    return CliRunner().invoke(policy, arguments)


@pytest.fixture
def stricter(directory: Path) -> Path:
    """What an operator publishes: the same with one line more."""
    stricter = directory.parent / "stricter"
    shutil.copytree(directory, stricter)
    (stricter / "policies/classification.yaml").write_text(STRICTER)
    return stricter


def header(message: Message, name: str) -> str:
    value = dict(message.headers() or [])[name]
    assert isinstance(value, bytes)
    return value.decode()


def judged(settings: Settings) -> Mapping[Source, tuple[TopicRole, Message]]:
    return {
        source: (role, message)
        for role in (TopicRole.VALID, TopicRole.INVALID)
        for source, message in outcomes(settings, role).items()
    }


def bundles_seen(settings: Settings) -> set[str]:
    return {header(message, "assay-bundle") for _, message in judged(settings).values()}


def log_of(settings: Settings) -> PolicyLog:
    return asyncio.run(read_policy_log(KafkaPolicySource(settings)))


def test_a_policy_is_changed_while_traces_flow(
    settings_for_test: Settings, workers: Workers, load: Load, stricter: Path
) -> None:
    """S0-99."""
    old = load_policies(settings_for_test).short_id
    workers.start("policy")
    first = workers.start()
    load.start()
    until(lambda: bundles_seen(settings_for_test) == {old}, "nothing is judged")
    load.more()

    done = shell("publish", str(stricter), "--note", "name your producers", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    new = told["bundle"][:12]
    assert told["fate"] == "active"
    assert new != old
    until(lambda: bundles_seen(settings_for_test) == {old, new}, "the worker does not take it")
    load.more()

    # A bad one: refused where it is published, and by the agent when somebody goes around that.
    broken = stricter.parent / "broken"
    shutil.copytree(stricter, broken)
    (broken / "policies/limits.yaml").write_text("max_depth: very\nmax_sighs: 3\n")
    refused = shell("publish", str(broken))
    assert refused.exit_code == 1, refused.output
    assert "max_depth" in refused.output
    assert "max_sighs" in refused.output
    files = {path.relative_to(broken).as_posix(): path.read_bytes() for path in broken.rglob("*.yaml")}
    offset = asyncio.run(
        publish(settings_for_test, Candidate(files, "", "2024-01-01T00:00:00Z", restart=False))
    )
    until(lambda: log_of(settings_for_test).answers(offset), "the agent does not answer")
    shown = json.loads(shell("active", "--json").stdout)
    assert shown["active"]["bundle"] == told["bundle"]
    assert shown["active"]["note"] == "name your producers"
    assert any("max_sighs" in problem["where"] for problem in shown["refused"]["problems"])
    load.more()

    # Who comes later starts with the active one, not with its directory's.
    workers.start()
    first.terminate()
    assert first.wait(20) == 0
    load.more(400)
    load.stop()
    until(lambda: len(judged(settings_for_test)) >= len(load.values), "the rest is never judged")

    found = judged(settings_for_test)
    assert found.keys() == load.values.keys(), "none lost, none invented"
    for source, (role, message) in found.items():
        bundle = header(message, "assay-bundle")
        passes = load.values[source] == GOOD or bundle == old
        assert role is (TopicRole.VALID if passes else TopicRole.INVALID), source
        if role is TopicRole.INVALID:
            envelope = json.loads(message.value() or b"")
            assert envelope["bundle"][:12] == bundle
            assert [issue["code"] for issue in envelope["issues"] if issue["blocking"]] == [WARNED]
    for partition in {source.partition for source in found}:
        in_order = [
            source for source in sorted(found, key=lambda s: s.offset) if source.partition == partition
        ]
        ids = [header(found[source][1], "assay-bundle") for source in in_order]
        assert ids == sorted(ids, key=[old, new].index), "nobody goes back to the old one"
    report = run_audit(settings_for_test, wait_s=30, wait_for=LANES)
    assert report.ok, report
    assert workers.stop() == [0, 0, 0]
    said = workers.log.read_text()
    assert f"bundle {new} is active now" in said
    assert "is refused, nothing changes" in said


def test_other_topics_are_taken_by_workers_that_start_only(
    settings_for_test: Settings, workers: Workers, stricter: Path
) -> None:
    bindings = stricter / "policies/bindings.yaml"
    bindings.write_text(
        bindings.read_text()
        + "  - {topic: traces.raw.acme, tenant: acme, default_subject: run, subjects: [run]}\n"
    )
    workers.start("policy")
    workers.start()
    until(lambda: "LaneService]: Starting" in workers.log.read_text(), "the worker does not start")
    refused = shell("publish", str(stricter))
    assert refused.exit_code == 4, refused.output
    assert "--restart" in refused.output
    assert "none was published" in shell("active").output

    taken = shell("publish", str(stricter), "--restart")
    assert taken.exit_code == 0, taken.output
    until(lambda: "stays in use" in workers.log.read_text(), "the running worker takes it, or says nothing")
    assert "is in use" not in workers.log.read_text()
    workers.start()
    until(
        lambda: "is in use from the next batch on" in workers.log.read_text(),
        "one that starts does not take it",
    )
    again = shell("publish", str(stricter), "--restart")
    assert again.exit_code == 0
    assert "active one already" in again.output


def test_without_an_agent_the_publisher_is_told_so(settings_for_test: Settings, stricter: Path) -> None:
    left = shell("publish", str(stricter), "--timeout", "1")
    assert left.exit_code == 3, left.output
    assert "no policy agent has answered" in left.output
    assert "waiting" in shell("active").output


@pytest.mark.parametrize(("source", "status"), [("topic", 2), ("directory", None)])
def test_a_worker_that_cannot_use_the_active_bundle_does_not_start_unless_told_to(
    settings_for_test: Settings, workers: Workers, load: Load, source: str, status: int | None
) -> None:
    """Judging by an older bundle than the active one would be silent; an operator at night has a way out."""
    now = "2024-01-01T00:00:00.000000000Z"
    foreign = Active(0, "f" * 64, {"policies/of_a_later_version.yaml": b"a: 1"}, "", now, now)
    asyncio.run(publish(settings_for_test, foreign))
    worker = workers.start(policy_source=source)
    if status is None:
        load.start()
        until(lambda: bundles_seen(settings_for_test), "nothing is judged")
        load.stop()
        assert bundles_seen(settings_for_test) == {load_policies(settings_for_test).short_id}
    else:
        assert worker.wait(30) == status
        assert "the active bundle ffffffffffff cannot be used by this version" in workers.log.read_text()
        assert "ASSAY_POLICY_SOURCE=directory" in workers.log.read_text()


def test_who_looks_over_a_workers_shoulder_sees_with_the_same_bundle(
    settings_for_test: Settings, stricter: Path
) -> None:
    """The auditor and the probes; and where nobody can have published anything, the directory counts."""
    own = load_policies(settings_for_test)
    assert bundle_in_use(settings_for_test) == own
    files = read_roots(policy_roots(settings_for_test, stricter))
    other = load_bundle(files)
    now = "2024-01-01T00:00:00.000000000Z"
    asyncio.run(publish(settings_for_test, Active(0, other.bundle_id, files, "", now, now)))
    assert bundle_in_use(settings_for_test) == bundle_for_probe(settings_for_test) == other
    for elsewhere in ({"policy_source": "directory"}, {"topic_prefix": "no.such."}):
        assert bundle_in_use(settings_for_test.model_copy(update=elsewhere)) == own
    assert bundle_for_probe(settings_for_test.model_copy(update={"bootstrap_servers": "127.0.0.1:1"})) == own
