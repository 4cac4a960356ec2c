"""The classifier lane on topics in memory: one classified record for each failing one, whatever goes wrong on the way."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from assay.agents.classifier import LANE, ClassifierStep
from assay.agents.detector import LANE as DETECTOR
from assay.agents.lanes.engine import Lane
from assay.agents.lanes.notes import OpenNote
from assay.agents.lanes.step import SourceRange
from assay.agents.telemetry import Telemetry
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.issue import Category
from assay.pipeline.core.record import source_of
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import FailingWriter
from assay.pipeline.dispose.testing import KeylessSealer, a_record, a_verdict, an_issue
from assay.pipeline.policy.bundle import Bundle

from .conftest import PARTITIONS, ProbeThatDiesOf
from .scene import ExactlyOnce, LaneScene, header

INVALID, CLASSIFIED, ISSUES = (
    TopicRole.INVALID.value,
    TopicRole.CLASSIFIED.value,
    TopicRole.ISSUES.value,
)
NOW_NS = 1_700_000_000_000_000_000
MISSING = an_issue()
CARD = an_issue(IssueCode.SECURITY_PII_CARD, category=Category.SECURITY, path="/inputs/*")
EMPTY = an_issue(IssueCode.CORRUPT_EMPTY, path="")


class AnyRule:
    def applicable(self, subject: str, code: str, keyword: str, path: str) -> bool:
        return code == MISSING.code


@dataclass
class Scene(LaneScene):
    """Failing traces, and the lane that classifies them."""

    name = LANE
    role = TopicRole.INVALID
    came_ms = NOW_NS // 10**6 - 30

    telemetry: Telemetry = field(default_factory=lambda: Telemetry(CollectorRegistry(), [DETECTOR, LANE]))

    def __post_init__(self) -> None:
        super().__post_init__()
        self._write = FailingWriter(self.bundle, KeylessSealer(), "detector")

    def step(self) -> ClassifierStep:
        return ClassifierStep(self.bundle, self.group, AnyRule())

    def lane(self, **options: Any) -> Lane:
        return super().lane(events=self.telemetry.for_lane(LANE), **options)

    def put(self, *issues: Any, **members: Any) -> None:
        """One more failing trace, as the detector writes it, or with other members."""
        partition = self._count % PARTITIONS
        raw = a_record(b"{}", partition=partition, offset=self._count)
        written = self._write(raw, a_verdict(*issues, readable=issues[0] is not EMPTY), NOW_NS)
        value = written.value or b""
        if members:
            value = json.dumps(json.loads(value) | members).encode()
        self.append(value, written.key, written.headers)

    def put_mixture(self) -> None:
        """40 of all kinds: repairable, contained, unreadable, tried too often, broken, and nothing at all."""
        for _ in range(5):
            self.put(MISSING)
            self.put(MISSING, CARD)
            self.put(EMPTY)
            self.put(MISSING, attempts=3)
            self.put(an_issue(IssueCode.BUSINESS_STATE_INVALID, category=Category.BUSINESS_LOGIC))
            self.put(MISSING, source=None)
            self.append(b"\xff", headers=[("assay-tenant", b"acme")])
            self.append(None, None)

    def assert_each_once(self) -> None:
        """Each failing record has its one classified record, on its partition, in its order; each group its one fact."""
        came: dict[int, list[object]] = {number: [] for number in range(PARTITIONS)}
        went: dict[int, list[object]] = {number: [] for number in range(PARTITIONS)}
        for topic, into in ((INVALID, came), (CLASSIFIED, went)):
            for record in self.visible(topic):
                into[record.partition].append((record.key, header(record, "assay-src")))
        assert went == came
        facts = Counter(
            (header(fact, "assay-src"), header(fact, "ce_subject")) for fact in self.visible(ISSUES)
        )
        assert facts
        assert set(facts.values()) == {1}
        ids = [header(fact, "ce_id") for fact in self.visible(ISSUES)]
        assert len(set(ids)) == len(ids)

    def reasons(self) -> Counter[str]:
        return Counter(header(record, "assay-reason") for record in self.visible(CLASSIFIED))

    def tallies(self) -> list[dict[str, Any]]:
        return [json.loads(record.value or b"") for record in self.visible(TopicRole.TALLIES.value)]

    def value(self, name: str, **labels: str) -> float | None:
        return self.telemetry.registry.get_sample_value(name, labels)


@pytest.fixture
async def scene(bundle: Bundle) -> AsyncIterator[Scene]:
    scene = Scene(bundle)
    yield scene
    for lane in scene.lanes:
        await lane.stop()


async def test_every_failing_trace_is_classified_once_with_its_facts(scene: Scene) -> None:
    """Promise 1, DESIGN 3 and 8; D-15: what is no envelope among them too."""
    scene.put_mixture()
    await scene.run()
    scene.assert_each_once()
    assert scene.reasons() == {
        "rules_apply": 5,
        "security_or_compliance": 5,
        "unreadable": 5,
        "attempts_exhausted": 5,
        "no_rule_applies": 5,
        "envelope_unreadable": 15,
    }
    assert len(scene.visible(ISSUES)) == 5 * 6


async def test_the_tallies_count_what_lies_on_the_topic_and_no_issue_again(scene: Scene) -> None:
    """DESIGN 4: sums over the tallies of all lanes count each issue once."""
    scene.put_mixture()
    await scene.run()
    counted: Counter[tuple[str, str, str]] = Counter()
    for tally in scene.tallies():
        assert tally["lane"] == LANE
        assert tally["issues"] == []
        assert all(span["topic"] == INVALID for span in tally["sources"])
        for row in tally["counts"]:
            counted[row["tenant"], row["outcome"], row["reason"]] += row["records"]
    on_topic = Counter(
        (header(record, "assay-tenant") or "none", "classified", header(record, "assay-reason"))
        for record in scene.visible(CLASSIFIED)
    )
    assert counted == on_topic
    assert sum(span["fetched"] for tally in scene.tallies() for span in tally["sources"]) == 40


async def test_metrics_count_it_as_a_hop_and_not_as_failed_again(scene: Scene) -> None:
    """S0-192: a trace that fails is one invalid trace, however many lanes it passes."""
    scene.put_mixture()
    await scene.run()
    assert scene.value("traces_processed_total", outcome="classified") == 40
    assert scene.value("traces_processed_total", outcome="invalid") == 0
    assert scene.value("invalid_traces_total", tenant_id="acme") is None
    assert scene.value("trace_detection_seconds_count") == 0
    issues = scene.value(
        "invalid_trace_issues_detected_total",
        severity="critical",
        category="schema",
        code="schema.required_missing",
    )
    assert issues == 0


async def test_words_that_are_not_known_here_are_counted(scene: Scene) -> None:
    """D-21: an operator sees that a worker writes what this one does not know."""
    assert scene.value("classifier_unknown_words_total", member="severity") == 0
    issue = {"code": "schema.type_invalid", "severity": "hihg", "blocking": True, "path": "/a"}
    scene.put(MISSING, issues=[issue, issue | {"code": "money.lost"}])
    scene.put(MISSING, issues=[issue | {"severity": "high"}])
    await scene.run()
    assert scene.value("classifier_unknown_words_total", member="severity") == 2
    assert scene.value("classifier_unknown_words_total", member="code") == 1
    first = scene.visible(CLASSIFIED)[0]
    assert header(first, "assay-severity") == "critical"


class TestTransactions(ExactlyOnce):
    """Facts included."""


async def test_a_record_that_ends_processes_goes_on_unread(scene: Scene) -> None:
    """Rule 10: an outcome for the killer, its neighbours classified as ever."""
    for _ in range(12):
        scene.put(MISSING)
    scene.notes.kept["0"] = OpenNote({0: (0, 3)}, deaths=1)
    await scene.run(new_probe=lambda: ProbeThatDiesOf(offset=1))
    scene.assert_each_once()
    assert scene.reasons() == {"rules_apply": 11, "worker_crash": 1}
    [killer] = [
        record for record in scene.visible(CLASSIFIED) if header(record, "assay-reason") == "worker_crash"
    ]
    [came] = [record for record in scene.visible(INVALID) if source_of(record) == (INVALID, 0, 1)]
    assert killer.value == came.value
    assert header(killer, "assay-disposition") == "dead_letter"


async def test_another_bundle_holds_from_the_next_transaction_on(scene: Scene) -> None:
    """Today's bundle classifies; what is begun ends under its own."""
    step = ClassifierStep(scene.bundle, scene.group)
    before = step.begin()
    step.use(Bundle("f" * 64, scene.bundle.limits, {}, {}))
    for _ in range(2):
        scene.put(MISSING)
    records = scene.visible(INVALID)
    after = step.begin()
    before.add(records[:1], NOW_NS)
    after.add(records[1:], NOW_NS)
    sources = [SourceRange(INVALID, 0, 0, 1, 1)]
    bundles = [dict(work.finish(sources, NOW_NS)[0].headers)["assay-bundle"] for work in (before, after)]
    assert bundles == [scene.bundle.short_id.encode(), b"f" * 12]
