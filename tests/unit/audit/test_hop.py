"""The audit of the classifier: what it writes has no finding, and the smallest change to it has its own."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.agents.audit.audit import Audit
from assay.agents.audit.facts import Place
from assay.agents.audit.finding import FindingKind
from assay.agents.audit.hop import HopAudit
from assay.agents.audit.ledger import Ledger, RawPartition
from assay.agents.audit.report import AuditReport
from assay.agents.classifier import ClassifierStep
from assay.agents.lanes.step import SourceRange
from assay.pipeline.core import headers as names
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import FailingWriter
from assay.pipeline.dispose.testing import BUNDLE, KeylessSealer, a_record, a_verdict, an_issue

INVALID, CLASSIFIED, ISSUES = TopicRole.INVALID, TopicRole.CLASSIFIED, TopicRole.ISSUES
NOW_NS = 1_700_000_000_000_000_000
PER_PARTITION = 3
PARTITIONS = 2


@dataclass
class HopStory:
    """Failing traces on two partitions, with a hole before the third of each, and what the classifier made of them."""

    invalid: list[RawRecord] = field(default_factory=list)
    written: list[tuple[TopicRole, RawRecord]] = field(default_factory=list)
    tallies: list[RawRecord] = field(default_factory=list)
    committed: dict[int, int] = field(default_factory=dict)
    low: int = 0
    facts_trimmed: bool = False

    def fail(self, partition: int, number: int, *members: Any) -> None:
        issues = [an_issue(path=f"/steps/{index}/name") for index in range(1 + number)]
        issues.append(an_issue(IssueCode.SCHEMA_TYPE_INVALID, path="/context"))
        raw = a_record(b"{}", key=b"k%d" % number, partition=partition, offset=10 * number)
        made = FailingWriter(BUNDLE, KeylessSealer(), "g")(raw, a_verdict(*issues), NOW_NS)
        offset = number + 2 * (number == PER_PARTITION - 1)
        self.invalid.append(
            RawRecord(INVALID.value, partition, offset, 0, made.key, made.value, tuple(made.headers))
        )

    def classify(self) -> None:
        """One transaction per partition."""
        for partition in range(PARTITIONS):
            records = [record for record in self.invalid if record.partition == partition]
            end = records[-1].offset + 1
            work = ClassifierStep(BUNDLE, "assay.classifier").begin()
            work.add(records, NOW_NS)
            for each in work.finish([SourceRange(INVALID.value, partition, 0, end, len(records))], NOW_NS):
                self._write(each)
            self.committed[partition] = end

    def _write(self, each: Outgoing) -> None:
        partition = 0 if each.partition is None else each.partition
        offset = sum(role is each.role and r.partition == partition for role, r in self.written)
        record = RawRecord(each.role.value, partition, offset, 0, each.key, each.value, tuple(each.headers))
        if each.role is TopicRole.TALLIES:
            self.tallies.append(record)
        else:
            self.written.append((each.role, record))

    def index(self, role: TopicRole, turn: int = 0) -> int:
        return [index for index, (each, _) in enumerate(self.written) if each is role][turn]

    def change(self, role: TopicRole, turn: int = 0, **members: Any) -> None:
        index = self.index(role, turn)
        self.written[index] = (role, replace(self.written[index][1], **members))

    def edit(self, role: TopicRole, **members: Any) -> None:
        """Other members in the document of the first record of that kind."""
        value = json.loads(self.written[self.index(role)][1].value or b"") | members
        self.change(role, value=json.dumps(value).encode())

    def report(self) -> AuditReport:
        places = {
            Place(INVALID.value, partition): RawPartition(self.low, self.committed.get(partition, -1))
            for partition in range(PARTITIONS)
        }
        hop = HopAudit(places, facts_trimmed=self.facts_trimmed)
        hop.ledger.committed_after = {place: partition.committed for place, partition in places.items()}
        audit = Audit(Ledger({}), "detector", hop)
        for record in self.invalid:
            if record.offset >= self.low:
                audit.failing(record)
        for role, record in sorted(self.written, key=lambda each: each[1].offset):
            if role is CLASSIFIED:
                audit.classified(record)
        for role, record in self.written:
            if role is ISSUES:
                audit.fact(record)
        for record in self.tallies:
            audit.tally(record)
        return audit.report("detector", (), "assay.classifier")


@pytest.fixture
def story() -> HopStory:
    return right()


def right() -> HopStory:
    story = HopStory()
    for partition in range(PARTITIONS):
        for number in range(PER_PARTITION):
            story.fail(partition, number)
    story.classify()
    return story


def kinds(story: HopStory) -> dict[FindingKind, int]:
    return dict(story.report().counts)


def test_what_the_classifier_writes_has_no_finding(story: HopStory) -> None:
    report = story.report()
    assert report.ok, report.examples
    hop = report.classified
    assert (hop.records, hop.accounted, hop.in_flight, hop.tallies) == (6, 6, 0, 2)
    assert (hop.facts, hop.issue_groups) == (12, 2)
    assert hop.by_severity == {"critical": 6}
    assert hop.by_team == {"platform_engineering": 6}
    assert hop.by_disposition == {"quarantine": 6}
    assert report.to_json()["classified"] == hop.to_json()
    assert hop.group == "assay.classifier"


def test_what_cannot_be_read_as_an_envelope_has_no_finding_either(story: HopStory) -> None:
    """D-15: it went on as it came, with no facts."""
    story = HopStory()
    for partition in range(PARTITIONS):
        for number in range(PER_PARTITION):
            story.fail(partition, number)
    for index, value in ((1, b"\xff"), (4, b'{"issues":[]}')):
        story.invalid[index] = replace(story.invalid[index], value=value)
    story.invalid[5] = replace(story.invalid[5], value=None, key=None, headers=())
    story.classify()
    report = story.report()
    # What has no headers lacks what an outcome must have: that is the detector's fault, and is said here too.
    assert set(report.counts) <= {FindingKind.ALTERED}
    assert report.counts.get(FindingKind.ALTERED, 0) <= 5
    assert (report.classified.accounted, report.classified.facts) == (6, 6)


def test_what_people_ask_for_stands_between_the_facts_and_is_none(story: HopStory) -> None:
    """S0-82: a group that somebody acknowledges or resolves is no finding of the audit."""
    headers = [(names.CE_TYPE, b"assay.issue.command.v1"), (names.CE_SUBJECT, b"0" * 16)]
    command = RawRecord(ISSUES.value, 0, 100, 0, b"0" * 16, b'{"command":"resolve"}', tuple(headers))
    story.written.append((ISSUES, command))
    report = story.report()
    assert report.ok, report.examples
    assert (report.classified.facts, report.classified.issue_groups) == (12, 2)


def test_what_is_not_committed_yet_is_in_flight(story: HopStory) -> None:
    fresh = HopStory(invalid=story.invalid)
    report = fresh.report()
    assert report.ok
    assert (report.classified.records, report.classified.in_flight) == (6, 6)


def rename(story: HopStory) -> None:
    """Another fingerprint, in the envelope and in its header alike."""
    other = "0" * 16
    story.edit(CLASSIFIED, fingerprint=other)
    headers = story.written[story.index(CLASSIFIED)][1].headers
    story.change(
        CLASSIFIED,
        headers=[(name, other.encode() if name == names.FINGERPRINT else value) for name, value in headers],
    )


Change = Callable[[HopStory], object]
CHANGES: dict[str, tuple[Change, FindingKind]] = {
    "a classified record is lost": (
        lambda story: story.written.pop(story.index(CLASSIFIED)),
        FindingKind.MISSING,
    ),
    "one is there twice": (
        lambda story: story.written.append(
            (CLASSIFIED, replace(story.written[story.index(CLASSIFIED)][1], offset=99))
        ),
        FindingKind.DOUBLED,
    ),
    "one is of nothing": (
        lambda story: story.change(CLASSIFIED, headers=with_source(story, CLASSIFIED, b"traces.raw/0/99")),
        FindingKind.INVENTED,
    ),
    "one names no source": (
        lambda story: story.change(CLASSIFIED, headers=with_source(story, CLASSIFIED, b"nowhere")),
        FindingKind.INVENTED,
    ),
    "the payload is sealed anew": (
        lambda story: story.edit(CLASSIFIED, payload={"ciphertext": "AAAA"}),
        FindingKind.ALTERED,
    ),
    "attempts are counted anew": (lambda story: story.edit(CLASSIFIED, attempts=7), FindingKind.ALTERED),
    "issues are left out": (lambda story: story.edit(CLASSIFIED, issues=[]), FindingKind.ALTERED),
    "the key is another": (lambda story: story.change(CLASSIFIED, key=b"other"), FindingKind.ALTERED),
    "a header is lost": (
        lambda story: story.change(
            CLASSIFIED,
            headers=[
                pair for pair in story.written[story.index(CLASSIFIED)][1].headers if pair[0] != names.SHA256
            ],
        ),
        FindingKind.ALTERED,
    ),
    "envelope and header disagree": (
        lambda story: story.edit(CLASSIFIED, severity="low"),
        FindingKind.ALTERED,
    ),
    "its problem is none of its own": (rename, FindingKind.ALTERED),
    "there is no such team": (lambda story: story.edit(CLASSIFIED, team="nobody"), FindingKind.ALTERED),
    "the partition is another": (lambda story: story.change(CLASSIFIED, partition=1), FindingKind.MISPLACED),
    "the order is another": (lambda story: story.change(CLASSIFIED, offset=50), FindingKind.REORDERED),
    "a fact is forgotten": (
        lambda story: story.written.pop(story.index(ISSUES)),
        FindingKind.FACTS_MISMATCH,
    ),
    "a fact is there twice": (
        lambda story: story.written.append(story.written[story.index(ISSUES)]),
        FindingKind.FACTS_MISMATCH,
    ),
    "a fact is of another issue": (
        lambda story: story.edit(ISSUES, fingerprint="0" * 16),
        FindingKind.FACTS_MISMATCH,
    ),
    "a fact holds the payload": (
        lambda story: story.edit(ISSUES, payload={"value": "e30="}),
        FindingKind.FACTS_MISMATCH,
    ),
    "a fact is of no trace": (
        lambda story: story.change(ISSUES, headers=with_source(story, ISSUES, b"traces.raw/0/99")),
        FindingKind.INVENTED,
    ),
    "a fact names another tenant": (
        lambda story: story.edit(ISSUES, tenant_id="globex"),
        FindingKind.WRONG_TENANT,
    ),
    "a tally is lost": (lambda story: story.tallies.pop(), FindingKind.TALLY_GAP),
    "a tally is there twice": (
        lambda story: story.tallies.append(story.tallies[0]),
        FindingKind.TALLY_OVERLAP,
    ),
    "a tally counts otherwise": (
        lambda story: story.tallies.append(recounted(story.tallies.pop())),
        FindingKind.TALLY_MISMATCH,
    ),
    "the offset was not committed": (lambda story: story.committed.clear(), FindingKind.AHEAD),
}


def with_source(story: HopStory, role: TopicRole, source: bytes) -> list[tuple[str, bytes | None]]:
    record = story.written[story.index(role)][1]
    return [(name, source if name == names.SRC else value) for name, value in record.headers]


def recounted(tally: RawRecord) -> RawRecord:
    return replace(tally, value=(tally.value or b"").replace(b'"records":3', b'"records":4'))


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_found_for_what_it_is(story: HopStory, change: str) -> None:
    make, kind = CHANGES[change]
    make(story)
    assert kind in kinds(story)


@given(st.data())
def test_no_change_to_a_single_byte_goes_unseen(data: st.DataObject) -> None:
    """Of a classified envelope: in whatever place."""
    story = right()
    record = story.written[story.index(CLASSIFIED, data.draw(st.integers(0, 5)))][1]
    value = record.value or b""
    place = data.draw(st.integers(0, len(value) - 1))
    other = data.draw(st.integers(33, 126).filter(lambda byte: byte != value[place]))
    changed = value[:place] + bytes([other]) + value[place + 1 :]
    index = next(i for i, (_, each) in enumerate(story.written) if each is record)
    story.written[index] = (CLASSIFIED, replace(record, value=changed))
    assert not story.report().ok


def test_facts_and_classified_records_outlive_what_they_came_from(story: HopStory) -> None:
    """Retention removes a hop sooner than facts: what cannot be verified is no finding."""
    story.low = 1
    story.tallies.clear()
    report = story.report()
    assert FindingKind.INVENTED not in report.counts
    assert FindingKind.FACTS_MISMATCH not in report.counts
    assert report.classified.out_of_reach == 2


def test_facts_that_retention_removed_are_not_missed(story: HopStory) -> None:
    story.written.pop(story.index(ISSUES))
    story.facts_trimmed = True
    assert story.report().ok


def test_nothing_of_an_envelope_is_repeated_in_a_finding(story: HopStory) -> None:
    """Promise 4."""
    secret = "geheim-4111"
    story.edit(CLASSIFIED, team=secret, severity=secret, fingerprint=secret)
    story.edit(ISSUES, tenant_id=secret, fingerprint=secret)
    assert secret not in json.dumps(story.report().to_json()["findings"])
