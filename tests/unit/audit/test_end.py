"""The audit of the whole way: what the three lanes write has no finding, and the smallest change behind them has its own."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.agents.audit.audit import Audit
from assay.agents.audit.end import LANE, EndAudit
from assay.agents.audit.facts import Place, RawFact
from assay.agents.audit.finding import FindingKind
from assay.agents.audit.hop import HopAudit
from assay.agents.audit.ledger import Ledger, RawPartition
from assay.agents.audit.observe import digest_of, digest_of_headers, observe_outcome
from assay.agents.audit.replays import ReplayAudit
from assay.agents.audit.report import AuditReport
from assay.agents.auto_remediation import AutoRemediationStep
from assay.agents.classifier import ClassifierStep
from assay.agents.detector import DetectorStep
from assay.agents.lanes.step import LaneStep, SourceRange
from assay.agents.policy_files import load_policies
from assay.agents.settings import load_settings
from assay.pipeline.core import headers as names
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.replay_mark import read_mark
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import open_envelope, open_receipt
from assay.pipeline.dispose.testing import KeylessSealer
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.remediate import Permission
from assay.pipeline.testing import raw_record

KEYS = KeylessSealer()
NOW_NS = 1_741_079_705_000_000_000
SECRET = b"s" * 32
PARTITIONS = 2
RAW, VALID, INVALID, CLASSIFIED, ISSUES, TALLIES, RECEIPTS, REMEDIATED, QUARANTINE, DEAD = (
    TopicRole.RAW,
    TopicRole.VALID,
    TopicRole.INVALID,
    TopicRole.CLASSIFIED,
    TopicRole.ISSUES,
    TopicRole.TALLIES,
    TopicRole.RECEIPTS,
    TopicRole.REMEDIATED,
    TopicRole.QUARANTINE,
    TopicRole.DEAD_LETTER,
)
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
KINDS: Sequence[Any] = (
    GOOD,
    {name: value for name, value in GOOD.items() if name != "trace_type"},
    {name: value for name, value in GOOD.items() if name not in {"trace_type", "schema_version"}}
    | {"metrics": {"execution_time_ms": "12"}},
    {name: value for name, value in GOOD.items() if name != "trace_id"},
    GOOD | {"inputs": {"card": "4111 1111 1111 1111"}},
    b"{",
)
"""Passes; repaired by one rule; by two; has a code with a rule that has nothing to say; contained; unreadable."""


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    return load_policies(load_settings())


class Refusing(AutoRemediationStep):
    """With every breaker open."""

    def use(self, bundle: Bundle) -> None:
        super().use(bundle)
        self.trust.permission = lambda *_: Permission.REFUSED  # type: ignore[method-assign]  # for a test


@dataclass
class WholeStory:
    """Traces of every kind on two partitions, with a hole in each, through three lanes: a transaction per lane and partition."""

    bundle: Bundle
    records: dict[TopicRole, list[RawRecord]] = field(
        default_factory=lambda: {role: [] for role in TopicRole}
    )
    committed: dict[str, dict[int, int]] = field(
        default_factory=lambda: {"detector": {}, "classifier": {}, LANE: {}}
    )
    low: dict[TopicRole, int] = field(default_factory=dict)
    trimmed: frozenset[tuple[TopicRole, int]] = frozenset()
    receipts_trimmed: bool = False
    sealed: bool = False
    """Whether the auditor has no keys."""

    def publish(self) -> None:
        for partition in range(PARTITIONS):
            for number, kind in enumerate(KINDS):
                value = kind if isinstance(kind, bytes) else json.dumps(kind).encode()
                record = raw_record(
                    value,
                    key=b"k%d" % number,
                    headers=(("app", b"x"),),
                    partition=partition,
                    offset=number + 2 * (number == len(KINDS) - 1),
                    timestamp=NOW_NS // 10**6,
                )
                self.records[RAW].append(record)

    def run(self, *lanes: str, last: type[AutoRemediationStep] = AutoRemediationStep) -> None:
        """These lanes over all there is for them."""
        steps: dict[str, tuple[TopicRole, LaneStep]] = {
            "detector": (RAW, DetectorStep(self.bundle, KEYS, "detector", secret=SECRET)),
            "classifier": (INVALID, ClassifierStep(self.bundle, "classifier")),
            LANE: (CLASSIFIED, last(self.bundle, KEYS, LANE)),
        }
        for lane in lanes or steps:
            role, step = steps[lane]
            for partition in range(PARTITIONS):
                came = [record for record in self.records[role] if record.partition == partition]
                work = step.begin()
                work.add(came, NOW_NS)
                end = came[-1].offset + 1
                for each in work.finish([SourceRange(role.value, partition, 0, end, len(came))], NOW_NS):
                    self._write(each)
                self.committed[lane][partition] = end

    def _write(self, each: Outgoing) -> None:
        partition = 0 if each.partition is None else each.partition
        there = self.records[each.role]
        offset = sum(record.partition == partition for record in there)
        there.append(
            RawRecord(each.role.value, partition, offset, 0, each.key, each.value, tuple(each.headers))
        )

    def change(self, role: TopicRole, turn: int = 0, **members: Any) -> None:
        self.records[role][turn] = replace(self.records[role][turn], **members)

    def edit(self, role: TopicRole, turn: int = 0, **members: Any) -> None:
        """Other members in the document of a record."""
        value = json.loads(self.records[role][turn].value or b"") | members
        self.change(role, turn, value=json.dumps(value).encode())

    def relabel(self, role: TopicRole, turn: int = 0, **headers: bytes) -> None:
        """Other values of headers; ``reason`` is ``assay-reason``."""
        new = {f"assay-{name.replace('_', '-')}": value for name, value in headers.items()}
        old = self.records[role][turn].headers
        self.change(role, turn, headers=tuple((name, new.get(name, value)) for name, value in old))

    def places(self, role: TopicRole, lane: str) -> Mapping[Place, RawPartition]:
        committed = self.committed[lane]
        return {
            Place(role.value, partition): RawPartition(self.low.get(role, 0), committed.get(partition, -1))
            for partition in range(PARTITIONS)
        }

    def left(self, role: TopicRole) -> Sequence[RawRecord]:
        """What retention has left, by offset."""
        there = [record for record in self.records[role] if record.offset >= self.low.get(role, 0)]
        return sorted(there, key=lambda record: record.offset)

    def _raw(self) -> tuple[dict[Place, RawPartition], ReplayAudit]:
        raw = dict(self.places(RAW, "detector"))
        replays = ReplayAudit()
        for record in self.left(RAW):
            mark = read_mark(record, SECRET)
            if mark is not None:
                replays.came(record, mark)
            raw[Place(record.topic, record.partition)].facts[record.offset] = RawFact(
                digest_of(record.key, record.value, record.headers),
                digest_of_headers(names.kept(record.headers)),
                "none" if record.value == b"{" else "7",
                mark.attempt if mark else 0,
                mark.of if mark else None,
            )
        return raw, replays

    def report(self) -> AuditReport:
        raw, replays = self._raw()
        hop = HopAudit(self.places(INVALID, "classifier"), trimmed=self.trimmed)
        ends = EndAudit(
            self.places(CLASSIFIED, LANE),
            trimmed=self.trimmed,
            receipts_trimmed=self.receipts_trimmed,
            opening=None if self.sealed else lambda document: open_receipt(document, KEYS),
        )
        ledger = Ledger(raw, shared=frozenset({RAW.value}), trimmed=self.trimmed)
        for books in (ledger, hop.ledger, ends.ledger):
            books.committed_after = {place: each.committed for place, each in books.raw.items()}
        audit = Audit(ledger, "detector", hop, ends, replays)
        opening = None if self.sealed else lambda document: open_envelope(document, KEYS)
        for role in (VALID, INVALID):
            for record in self.left(role):
                audit.outcome(observe_outcome(role, record, opening))
                if role is INVALID:
                    audit.failing(record)
        for record in self.left(CLASSIFIED):
            audit.classified(record)
        for record in self.left(RECEIPTS):
            audit.receipt(record)
        for role in (REMEDIATED, QUARANTINE, DEAD):
            for record in self.left(role):
                audit.ended(observe_outcome(role, record, opening), record)
        for record in self.left(ISSUES):
            audit.fact(record)
        for record in self.left(TALLIES):
            audit.tally(record)
        return audit.report("detector", (), "classifier", LANE)


@pytest.fixture
def story(bundle: Bundle) -> WholeStory:
    return right(bundle)


def right(bundle: Bundle) -> WholeStory:
    story = WholeStory(bundle)
    story.publish()
    story.run()
    return story


def test_what_the_three_lanes_write_has_no_finding_and_every_trace_one_end(story: WholeStory) -> None:
    """Promises 1 and 2 over four outcomes."""
    report = story.report()
    assert report.ok, report.examples
    balance, ended = report.balance, report.ended
    assert balance is not None
    assert balance.raw == 12
    assert balance.ends == {"valid": 2, "remediated": 4, "quarantined": 4, "dead_lettered": 2}
    assert sum(balance.in_flight.values()) == balance.lost == balance.doubled == 0
    assert (ended.records, ended.accounted, ended.in_flight, ended.tallies) == (10, 10, 0, 2)
    assert ended.by_outcome == {"remediated": 4, "quarantined": 4, "dead_lettered": 2}
    assert ended.by_reason["repaired"] == 4
    assert ended.receipts == 6
    assert ended.repairs_proved == 4
    assert report.to_json()["ended"] == ended.to_json()
    assert report.to_json()["balance"] == balance.to_json()


@pytest.mark.parametrize(
    ("lanes", "waiting"),
    [
        ((), {"detector": 12, "classifier": 0, LANE: 0}),
        (("detector",), {"detector": 0, "classifier": 10, LANE: 0}),
        (("detector", "classifier"), {"detector": 0, "classifier": 0, LANE: 10}),
    ],
)
def test_what_has_no_end_yet_is_in_flight_before_one_lane(
    bundle: Bundle, lanes: tuple[str, ...], waiting: dict[str, int]
) -> None:
    story = WholeStory(bundle)
    story.publish()
    if lanes:
        story.run(*lanes)
    report = story.report()
    assert report.ok, report.examples
    assert report.balance is not None
    assert report.balance.in_flight == waiting
    assert sum(report.balance.ends.values()) + sum(waiting.values()) == 12


def test_a_repair_that_is_not_published_has_no_finding_either(bundle: Bundle) -> None:
    """Where breakers are open, traces are contained and nothing was tried."""
    story = WholeStory(bundle)
    story.publish()
    story.run("detector", "classifier")
    story.run(LANE, last=Refusing)
    report = story.report()
    assert report.ok, report.examples
    assert report.ended.by_outcome == {"remediated": 0, "quarantined": 8, "dead_lettered": 2}
    assert report.ended.by_reason["breaker_open"] == 4
    assert report.ended.receipts == 0


def test_without_keys_everything_is_checked_but_what_is_sealed(story: WholeStory) -> None:
    story.sealed = True
    report = story.report()
    assert report.ok, report.examples
    assert report.ended.repairs_proved == 0


def repaired(story: WholeStory, **members: Any) -> bytes:
    return json.dumps(json.loads(story.records[REMEDIATED][0].value or b"") | members).encode()


def forged(story: WholeStory) -> None:
    """Another repaired value, of which the receipts know: only the patch tells."""
    import hashlib

    value = repaired(story, workflow_id="another")
    old = hashlib.sha256(story.records[REMEDIATED][0].value or b"").hexdigest()
    story.change(REMEDIATED, value=value)
    for turn, receipt in enumerate(story.records[RECEIPTS]):
        if json.loads(receipt.value or b"")["output_sha256"] == old:
            story.edit(RECEIPTS, turn, output_sha256=hashlib.sha256(value).hexdigest())


def sealed_anew(story: WholeStory, change: Callable[[Any], Any]) -> None:
    """The first receipt with other changes in it, sealed as it should be."""
    from assay.pipeline.core.record import Source
    from assay.pipeline.dispose.sealed_payload import bound_to, sealed_to_json

    document = json.loads(story.records[RECEIPTS][0].value or b"")
    opened = open_receipt(document, KEYS)
    assert opened is not None
    body = json.dumps(change({"patch": opened.patch, "inverse": opened.inverse})).encode()
    aad = bound_to(document["tenant_id"], Source(**document["source"]), document["schema_version"])
    story.edit(RECEIPTS, changes=sealed_to_json(KEYS.seal(document["tenant_id"], body, aad)))


def moved(story: WholeStory, role: TopicRole, to: TopicRole, outcome: bytes) -> None:
    """A record with another end, which its header and envelope confirm."""
    record = story.records[role].pop(0)
    story.records[to].insert(0, replace(record, topic=to.value, offset=50))
    story.relabel(to, outcome=outcome)
    if to is not REMEDIATED:
        story.edit(to, disposition=outcome.decode())


def of_lane(story: WholeStory) -> int:
    """The first tally of the last lane."""
    lanes = [json.loads(tally.value or b"")["lane"] for tally in story.records[TALLIES]]
    return lanes.index(LANE)


Change = Callable[[WholeStory], object]
CHANGES: dict[str, tuple[Change, FindingKind]] = {
    "a repaired trace is lost": (lambda story: story.records[REMEDIATED].pop(0), FindingKind.MISSING),
    "a contained trace is lost": (lambda story: story.records[QUARANTINE].pop(0), FindingKind.MISSING),
    "a dead letter is lost": (lambda story: story.records[DEAD].pop(0), FindingKind.MISSING),
    "a trace ends twice": (
        lambda story: story.records[QUARANTINE].append(replace(story.records[QUARANTINE][0], offset=99)),
        FindingKind.DOUBLED,
    ),
    "a trace is repaired and waits for a person too": (
        lambda story: story.records[DEAD].append(
            replace(
                story.records[DEAD][0],
                offset=99,
                headers=tuple(
                    (name, dict(story.records[REMEDIATED][0].headers)[name] if name == names.SRC else value)
                    for name, value in story.records[DEAD][0].headers
                ),
            )
        ),
        FindingKind.DOUBLED,
    ),
    "an end is of nothing": (
        lambda story: story.relabel(QUARANTINE, src=b"traces.raw/0/99"),
        FindingKind.INVENTED,
    ),
    "a passing trace has an end of its own": (
        lambda story: story.relabel(QUARANTINE, src=b"traces.raw/0/0"),
        FindingKind.INVENTED,
    ),
    "a repaired value is another": (
        lambda story: story.change(REMEDIATED, value=repaired(story, status="failed")),
        FindingKind.RECEIPTS_MISMATCH,
    ),
    "a repaired value is another, and its receipts say so": (forged, FindingKind.ALTERED),
    "a repaired trace has another key": (
        lambda story: story.change(REMEDIATED, key=b"other"),
        FindingKind.ALTERED,
    ),
    "a repaired trace lost a header of its producer": (
        lambda story: story.change(REMEDIATED, headers=story.records[REMEDIATED][0].headers[1:]),
        FindingKind.ALTERED,
    ),
    "a repaired trace names no receipt": (
        lambda story: story.relabel(REMEDIATED, receipt=b"0" * 32),
        FindingKind.RECEIPTS_MISMATCH,
    ),
    "a receipt is lost": (lambda story: story.records[RECEIPTS].pop(0), FindingKind.RECEIPTS_MISMATCH),
    "all receipts are lost": (lambda story: story.records[RECEIPTS].clear(), FindingKind.RECEIPTS_MISMATCH),
    "a receipt is there twice": (
        lambda story: story.records[RECEIPTS].append(replace(story.records[RECEIPTS][0], offset=99)),
        FindingKind.RECEIPTS_MISMATCH,
    ),
    "a receipt is of a trace that was not repaired": (
        lambda story: story.edit(
            RECEIPTS, source={"topic": "traces.raw", "partition": 0, "offset": 4}, number=1
        ),
        FindingKind.RECEIPTS_MISMATCH,
    ),
    "a receipt says that the trace waits": (
        lambda story: story.edit(RECEIPTS, outcome="dead_lettered"),
        FindingKind.RECEIPTS_MISMATCH,
    ),
    "a receipt holds a patch in the open": (
        lambda story: story.edit(RECEIPTS, patch=[{"op": "add", "path": "/a", "value": 1}]),
        FindingKind.RECEIPTS_MISMATCH,
    ),
    "a receipt names another tenant": (
        lambda story: story.edit(RECEIPTS, tenant_id="8"),
        FindingKind.RECEIPTS_MISMATCH,
    ),
    "the changes are not those that were made": (
        lambda story: sealed_anew(story, lambda changes: changes | {"patch": changes["patch"][:0]}),
        FindingKind.ALTERED,
    ),
    "the inverse does not lead back": (
        lambda story: sealed_anew(story, lambda changes: changes | {"inverse": changes["inverse"][:1]}),
        FindingKind.ALTERED,
    ),
    "the inverse fits nothing": (
        lambda story: sealed_anew(
            story, lambda changes: changes | {"inverse": [{"op": "remove", "path": "/nowhere"}]}
        ),
        FindingKind.ALTERED,
    ),
    "what was contained is published": (
        lambda story: story.relabel(CLASSIFIED, 0, disposition=b"quarantine"),
        FindingKind.MISROUTED,
    ),
    "what was to be contained waits for a person": (
        lambda story: moved(story, QUARANTINE, DEAD, b"dead_lettered"),
        FindingKind.ALTERED,
    ),
    "a contained trace has another reason": (
        lambda story: story.relabel(QUARANTINE, 1, reason=b"no_rule_applies"),
        FindingKind.MISROUTED,
    ),
    "the payload is sealed anew": (
        lambda story: story.edit(QUARANTINE, payload={"ciphertext": "AAAA"}),
        FindingKind.ALTERED,
    ),
    "issues are left out": (lambda story: story.edit(QUARANTINE, issues=[]), FindingKind.ALTERED),
    "the envelope says another end": (
        lambda story: story.edit(QUARANTINE, disposition="remediated"),
        FindingKind.ALTERED,
    ),
    "a dead letter lies among others'": (
        lambda story: story.change(DEAD, key=b"0" * 16),
        FindingKind.ALTERED,
    ),
    "another tenant": (lambda story: story.relabel(REMEDIATED, tenant=b"8"), FindingKind.WRONG_TENANT),
    "another partition": (lambda story: story.change(REMEDIATED, partition=1), FindingKind.MISPLACED),
    "another order": (lambda story: story.change(REMEDIATED, offset=50), FindingKind.REORDERED),
    "a tally is lost": (lambda story: story.records[TALLIES].pop(of_lane(story)), FindingKind.TALLY_GAP),
    "a tally is there twice": (
        lambda story: story.records[TALLIES].append(story.records[TALLIES][of_lane(story)]),
        FindingKind.TALLY_OVERLAP,
    ),
    "a tally counts otherwise": (
        lambda story: story.change(
            TALLIES,
            of_lane(story),
            value=(story.records[TALLIES][of_lane(story)].value or b"").replace(
                b"remediated", b"quarantined"
            ),
        ),
        FindingKind.TALLY_MISMATCH,
    ),
    "the offset was not committed": (lambda story: story.committed[LANE].clear(), FindingKind.AHEAD),
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_found_for_what_it_is(story: WholeStory, change: str) -> None:
    make, kind = CHANGES[change]
    make(story)
    assert kind in story.report().counts


@pytest.mark.parametrize("role", [REMEDIATED, QUARANTINE, DEAD])
def test_what_is_lost_does_not_balance(story: WholeStory, role: TopicRole) -> None:
    """Conservation over the whole way, apart from the books of each lane."""
    story.records[role].pop(0)
    report = story.report()
    assert report.counts[FindingKind.UNBALANCED] == 1
    assert report.balance is not None
    assert (report.balance.lost, report.balance.doubled) == (1, 0)


@given(st.data())
def test_no_change_to_a_single_byte_goes_unseen(bundle: Bundle, data: st.DataObject) -> None:
    """Of a repaired trace, an envelope or a receipt: in whatever place."""
    story = right(bundle)
    role = data.draw(st.sampled_from([REMEDIATED, QUARANTINE, DEAD]))
    turn = data.draw(st.integers(0, len(story.records[role]) - 1))
    value = story.records[role][turn].value or b""
    place = data.draw(st.integers(0, len(value) - 1))
    other = data.draw(st.integers(33, 126).filter(lambda byte: byte != value[place]))
    story.change(role, turn, value=value[:place] + bytes([other]) + value[place + 1 :])
    assert not story.report().ok


def test_ends_outlive_what_they_came_from(story: WholeStory) -> None:
    """Retention removes a hop sooner than contained traces: what cannot be verified is no finding."""
    story.low[CLASSIFIED] = 3
    story.trimmed = frozenset((CLASSIFIED, partition) for partition in range(PARTITIONS))
    report = story.report()
    assert FindingKind.INVENTED not in report.counts
    assert FindingKind.MISSING not in report.counts
    assert FindingKind.RECEIPTS_MISMATCH not in report.counts
    assert FindingKind.UNBALANCED not in report.counts
    assert report.ended.out_of_reach == 6


def test_ends_that_retention_removed_are_not_missed(story: WholeStory) -> None:
    story.low[REMEDIATED] = 1
    story.trimmed = frozenset((REMEDIATED, partition) for partition in range(PARTITIONS))
    report = story.report()
    assert report.ok, report.examples
    assert report.ended.expired == 2
    assert report.balance is not None
    assert report.balance.expired == 2


def test_receipts_that_retention_removed_are_not_missed(story: WholeStory) -> None:
    story.records[RECEIPTS].clear()
    story.receipts_trimmed = True
    assert story.report().ok


def test_nothing_of_a_trace_is_repeated_in_a_finding(story: WholeStory) -> None:
    """Promise 4."""
    secret = "geheim-4111"
    story.change(REMEDIATED, value=repaired(story, status=secret))
    story.edit(QUARANTINE, team=secret, disposition=secret)
    story.edit(RECEIPTS, tenant_id=secret, rule=secret, outcome=secret)
    story.relabel(DEAD, reason=secret.encode())
    assert secret not in json.dumps(story.report().to_json()["findings"])
