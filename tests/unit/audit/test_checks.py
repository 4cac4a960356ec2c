"""Each check, with the smallest change to a right story that makes it speak."""

import json
from dataclasses import replace
from typing import Any

import pytest

from assay.agents.audit.audit import Audit
from assay.agents.audit.facts import Place
from assay.agents.audit.finding import SENTENCES, SHOWN, FindingKind
from assay.agents.audit.journal import JournalLine
from assay.agents.audit.ledger import Ledger, OpenTransaction, RawPartition
from assay.agents.audit.report import AuditReport
from assay.agents.audit.testing import CODE, TENANTS, Story, claim_check_of, envelope_of
from assay.pipeline.core.record import Headers, RawRecord, Source, source_of
from assay.pipeline.core.topics import TopicRole

VALID, INVALID, DEAD = TopicRole.VALID, TopicRole.INVALID, TopicRole.DEAD_LETTER


def kinds(report: AuditReport) -> set[FindingKind]:
    return set(report.counts)


def reasons(report: AuditReport, kind: FindingKind) -> list[str]:
    return [example.why for example in report.examples.get(kind, ())]


def as_json(document: object) -> bytes:
    return json.dumps(document).encode()


def first_of(story: Story, role: TopicRole) -> int:
    return next(index for index, (each, _) in enumerate(story.outcomes) if each is role)


def change(story: Story, index: int, **members: Any) -> None:
    role, record = story.outcomes[index]
    story.outcomes[index] = (role, replace(record, **members))


def with_header(headers: Headers, name: str, value: bytes | None) -> Headers:
    """The headers with that one set to another value, or without it."""
    rest = tuple(pair for pair in headers if pair[0] != name)
    return rest if value is None else (*rest, (name, value))


def test_a_right_story_has_no_finding(story: Story) -> None:
    report = story.report()
    assert report.ok, report.examples
    assert (report.raw, report.accounted, report.in_flight, report.tallies) == (10, 10, 0, 2)
    assert report.outcomes == {"valid": 6, "invalid": 2, "dead_lettered": 2}
    assert report.by_code == {CODE: 2}
    assert report.opened == 4
    assert report.bound_95 == pytest.approx(0.3)


def test_every_kind_of_finding_has_a_sentence() -> None:
    assert set(SENTENCES) == set(FindingKind)


# --- one outcome (promise 1) -------------------------------------------------------------------------------


def test_a_lost_record_is_missing_and_named(story: Story) -> None:
    lost = story.outcomes.pop(0)[1]
    report = story.report()
    assert report.counts[FindingKind.MISSING] == 1
    assert str(report.examples[FindingKind.MISSING][0].at) == "traces.raw/0/0"
    assert dict(lost.headers)["assay-src"] == b"traces.raw/0/0"
    assert report.bound_95 is None
    assert FindingKind.TALLY_MISMATCH in report.counts, "its tally still counts it"


def test_a_record_at_or_after_the_committed_offset_is_in_flight_not_missing(story: Story) -> None:
    story.publish(0)
    report = story.report()
    assert report.ok
    assert (report.raw, report.in_flight) == (11, 1)


def test_a_group_that_never_committed_has_everything_in_flight(story: Story) -> None:
    story.committed.clear()
    story.outcomes.clear()
    story.tallies.clear()
    report = story.report()
    assert report.ok
    assert report.in_flight == 10


def test_the_same_outcome_twice_is_doubled(story: Story) -> None:
    role, record = story.outcomes[0]
    story.outcomes.append((role, replace(record, offset=99)))
    report = story.report()
    assert report.counts[FindingKind.DOUBLED] == 1
    assert report.bound_95 is None


def test_two_outcomes_on_two_topics_are_doubled(story: Story) -> None:
    raw = story.raw[0]
    story.outcome(DEAD, raw)
    assert FindingKind.DOUBLED in kinds(story.report())


def test_an_outcome_that_claims_to_be_of_another_attempt_is_doubled_all_the_same(story: Story) -> None:
    """A new try is a raw record of its own, so no raw record has two attempts."""
    story.outcome(DEAD, story.raw[0], attempt=1)
    assert {FindingKind.DOUBLED, FindingKind.REPLAY_MISMATCH} <= kinds(story.report())


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(b"traces.raw/0/3", id="hole"),  # an aborted record, or a marker
        pytest.param(b"traces.raw/0/99", id="past the end"),
        pytest.param(b"traces.raw/7/0", id="no such partition"),
        pytest.param(b"elsewhere/0/0", id="no raw topic"),
        pytest.param(b"traces.raw/0", id="short"),
        pytest.param(b"traces.raw/0/+1", id="sign"),
        pytest.param(b"traces.raw/0/01", id="leading zero"),
        pytest.param(b"traces.raw/0/-1", id="negative"),
        pytest.param(b"\xff/0/1", id="no text"),
        pytest.param(None, id="missing"),
    ],
)
def test_an_outcome_of_nothing_is_invented(story: Story, source: bytes | None) -> None:
    change(story, 0, headers=with_header(story.outcomes[0][1].headers, "assay-src", source))
    report = story.report()
    assert report.counts[FindingKind.INVENTED] == 1
    assert report.counts[FindingKind.MISSING] == 1, "what it was the outcome of has none now"


# --- same bytes (promise 2) --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"value": b"{ }"}, "the value differs"),
        ({"value": None}, "the value differs"),
        ({"key": b"other"}, "the key differs"),
        ({"key": None}, "the key differs"),
    ],
)
def test_a_passing_record_that_changed_is_altered(story: Story, members: dict[str, Any], why: str) -> None:
    change(story, 0, **members)
    assert reasons(story.report(), FindingKind.ALTERED) == [why]


def test_null_and_empty_are_not_the_same_value() -> None:
    story = Story()
    story.transaction([(story.publish(value=None, key=None), VALID)])
    assert story.report().ok
    change(story, 0, value=b"")
    assert reasons(story.report(), FindingKind.ALTERED) == ["the value differs"]


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ((("app", b"y"),), "the headers differ"),
        ((), "the headers differ"),
        ((("app", b"x"), ("app", b"x")), "the headers differ"),
        ((("app", b"x"), ("assay-evil", b"")), "a reserved header of the producer came through"),
        ((("app", b"x"), ("assay-tenant", b"1001")), "header assay-tenant stands twice"),
        ((("app", b"x"), ("assay-subject", b"any")), "the headers differ"),
    ],
)
def test_headers_pass_unchanged_and_reserved_ones_are_stripped(
    story: Story, headers: Headers, why: str
) -> None:
    ours = [
        pair
        for pair in story.outcomes[0][1].headers
        if pair[0].startswith("assay-") and pair[1] != b"a producer's"
    ]
    change(story, 0, headers=(*headers, *ours))
    assert reasons(story.report(), FindingKind.ALTERED) == [why]


@pytest.mark.parametrize(
    "name", ["assay-tenant", "assay-bundle", "assay-reason", "assay-sha256", "assay-attempt"]
)
def test_an_outcome_without_one_of_our_headers_is_altered(story: Story, name: str) -> None:
    change(story, 0, headers=with_header(story.outcomes[0][1].headers, name, None))
    assert any(name in why for why in reasons(story.report(), FindingKind.ALTERED))


@pytest.mark.parametrize("role", [VALID, INVALID, DEAD])
def test_a_hash_that_is_not_the_raw_values_is_altered(story: Story, role: TopicRole) -> None:
    index = first_of(story, role)
    change(story, index, headers=with_header(story.outcomes[index][1].headers, "assay-sha256", b"0" * 64))
    assert reasons(story.report(), FindingKind.ALTERED) == [
        "header assay-sha256 is not the hash of the raw value"
    ]


@pytest.mark.parametrize(("role", "word"), [(VALID, b"dead_lettered"), (INVALID, b"valid"), (DEAD, b"valid")])
def test_an_outcome_word_that_does_not_fit_the_topic_is_altered(
    story: Story, role: TopicRole, word: bytes
) -> None:
    index = first_of(story, role)
    change(story, index, headers=with_header(story.outcomes[index][1].headers, "assay-outcome", word))
    assert reasons(story.report(), FindingKind.ALTERED) == ["header assay-outcome does not fit the topic"]


@pytest.mark.parametrize("role", [INVALID, DEAD])
@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"key": b"other"}, "the key differs"),
        ({"value": b"other"}, "the value differs"),
        ({"headers": ()}, "the headers differ"),
    ],
)
def test_a_payload_that_opens_to_something_else_is_altered(
    story: Story, role: TopicRole, members: dict[str, Any], why: str
) -> None:
    index = first_of(story, role)
    raw = story.raw[index]
    other = replace(raw, **members)
    envelope = envelope_of(raw, [CODE], TENANTS[role]) | {"payload": envelope_of(other)["payload"]}
    change(story, index, value=as_json(envelope))
    assert reasons(story.report(), FindingKind.ALTERED) == [f"the payload opens to another record: {why}"]


def test_a_payload_that_does_not_open_is_found(story: Story) -> None:
    index = first_of(story, INVALID)
    envelope = envelope_of(story.raw[index], [CODE]) | {"payload": {"ciphertext": "AA=="}}
    change(story, index, value=as_json(envelope))
    report = story.report()
    assert kinds(report) == {FindingKind.UNOPENED}
    assert report.unopened == 1


def test_a_claim_check_must_name_the_raw_value(story: Story) -> None:
    index = first_of(story, INVALID)
    raw = story.raw[index]
    change(story, index, value=as_json(envelope_of(raw, [CODE]) | {"payload": claim_check_of(raw)}))
    report = story.report()
    assert report.ok
    assert report.claim_checks == 1
    for member, wrong in (("sha256", "0" * 64), ("length", 1)):
        claim: dict[str, Any] = claim_check_of(raw)
        claim["claim_check"][member] = wrong
        change(story, index, value=as_json(envelope_of(raw, [CODE]) | {"payload": claim}))
        assert reasons(story.report(), FindingKind.ALTERED) == [
            "claim check: hash or length is not the raw value's"
        ]


@pytest.mark.parametrize(
    ("member", "value", "why"),
    [
        ("source", {"topic": "traces.raw", "partition": 0, "offset": 0}, "envelope: source is not"),
        ("tenant_id", "someone", "envelope: tenant_id is not"),
        ("key_sha256", "00", "envelope: key_sha256 is not"),
        ("issues", [{"code": "a word of the trace"}], "envelope: not the JSON object"),
        ("issues", 5, "envelope: not the JSON object"),
        ("payload", 5, "envelope: not the JSON object"),
        ("source", {}, "envelope: member topic is missing"),
    ],
)
def test_an_envelope_that_contradicts_its_record_is_altered(
    story: Story, member: str, value: object, why: str
) -> None:
    index = first_of(story, INVALID)
    change(story, index, value=as_json(envelope_of(story.raw[index], [CODE]) | {member: value}))
    assert reasons(story.report(), FindingKind.ALTERED)[0].startswith(why)


@pytest.mark.parametrize("value", [None, b"", b"{", b"[]", b"[" * 100_000, b"\xff"])
def test_a_failed_trace_that_is_no_envelope_is_altered(story: Story, value: bytes | None) -> None:
    change(story, first_of(story, DEAD), value=value)
    assert kinds(story.report()) == {FindingKind.ALTERED}


# --- order, partition, tenant --------------------------------------------------------------------------------


def test_two_outcomes_in_the_wrong_order_are_found(story: Story) -> None:
    first, second = story.outcomes[0][1], story.outcomes[1][1]
    change(story, 0, offset=second.offset)
    change(story, 1, offset=first.offset)
    report = story.report()
    assert kinds(report) == {FindingKind.REORDERED}
    assert reasons(report, FindingKind.REORDERED) == ["it comes after source offset 1"]


def test_an_outcome_on_another_partition_is_found(story: Story) -> None:
    change(story, 0, partition=1)
    assert kinds(story.report()) == {FindingKind.MISPLACED}


def test_a_dead_letter_may_lie_on_any_partition(story: Story) -> None:
    change(story, first_of(story, DEAD), partition=5)
    assert story.report().ok


def test_another_tenant_than_the_bodys_is_found(story: Story) -> None:
    story.tenants[source_of(story.raw[0])] = "1002"
    assert kinds(story.report()) == {FindingKind.WRONG_TENANT}


def test_a_tenant_that_the_auditor_cannot_tell_is_not_judged(story: Story) -> None:
    story.tenants[source_of(story.raw[0])] = None
    assert story.report().ok


def test_an_unreadable_trace_is_nobodys() -> None:
    """D-15: an unreadable body names nobody, even where a lenient parser would find a name."""
    story = Story()
    story.transaction([(story.publish(), INVALID)])
    envelope = envelope_of(story.raw[0], ["corrupt.duplicate_key"])
    change(
        story,
        0,
        headers=with_header(story.outcomes[0][1].headers, "assay-reason", b"unreadable"),
        value=as_json(envelope),
    )
    assert FindingKind.WRONG_TENANT in kinds(story.report())
    nobody = with_header(story.outcomes[0][1].headers, "assay-tenant", b"none")
    change(story, 0, headers=nobody, value=as_json(envelope | {"tenant_id": "none"}))
    assert FindingKind.WRONG_TENANT not in kinds(story.report())


# --- tallies -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["tenant", "outcome", "reason"])
def test_a_tally_under_another_word_is_found(story: Story, word: str) -> None:
    story.tallies[0]["counts"][0][word] = "other"
    report = story.report()
    assert kinds(report) == {FindingKind.TALLY_MISMATCH}
    assert not any("other" in why for why in reasons(report, FindingKind.TALLY_MISMATCH))


def test_a_tally_that_counts_one_too_many_is_found(story: Story) -> None:
    story.tallies[0]["counts"][0]["records"] += 1
    assert reasons(story.report(), FindingKind.TALLY_MISMATCH) == [
        "it counts 4 where the topics hold 3 of one tenant, outcome and reason"
    ]


def test_a_tally_that_fetched_something_else_is_found(story: Story) -> None:
    story.tallies[0]["sources"][0]["fetched"] = 4
    assert reasons(story.report(), FindingKind.TALLY_MISMATCH) == ["it fetched 4 records where 5 are visible"]


def test_a_tally_of_an_unknown_source_is_found(story: Story) -> None:
    story.tallies[0]["sources"][0]["topic"] = "elsewhere"
    assert kinds(story.report()) == {FindingKind.TALLY_MISMATCH, FindingKind.TALLY_GAP}


def test_a_lost_tally_leaves_a_gap(story: Story) -> None:
    story.tallies.pop()
    report = story.report()
    assert kinds(report) == {FindingKind.TALLY_GAP}
    assert report.counts[FindingKind.TALLY_GAP] == 5


def test_a_doubled_tally_overlaps(story: Story) -> None:
    story.tallies.append(story.tallies[0])
    report = story.report()
    assert kinds(report) == {FindingKind.TALLY_OVERLAP}


def test_a_range_inside_a_larger_one_overlaps_and_leaves_no_gap(story: Story) -> None:
    inner = {"topic": "traces.raw", "partition": 0, "first": 1, "next": 2, "fetched": 1}
    extra = story.tallies[0] | {"sources": [inner], "counts": []}
    story.tallies.append(extra)
    assert kinds(story.report()) == {FindingKind.TALLY_OVERLAP, FindingKind.TALLY_MISMATCH}


def test_a_tally_of_a_transaction_that_is_not_committed_yet_is_not_judged(story: Story) -> None:
    ahead = {"topic": "traces.raw", "partition": 0, "first": 7, "next": 9, "fetched": 2}
    story.tallies.append(story.tallies[0] | {"sources": [ahead]})
    assert story.report().ok


@pytest.mark.parametrize("member", ["lane", "sources", "counts", "latency_ms"])
def test_a_tally_without_a_member_is_unreadable(story: Story, member: str) -> None:
    del story.tallies[1][member]
    report = story.report()
    assert reasons(report, FindingKind.TALLY_UNREADABLE) == [f"member {member} is missing"]


@pytest.mark.parametrize(("member", "value"), [("records", -1), ("records", True), ("tenant", 5)])
def test_a_tally_with_the_wrong_type_is_unreadable(story: Story, member: str, value: object) -> None:
    story.tallies[1]["counts"][0][member] = value
    assert FindingKind.TALLY_UNREADABLE in kinds(story.report())


def test_tallies_of_other_lanes_count_other_topics(story: Story) -> None:
    story.tallies.append(story.tallies[0] | {"lane": "auto_remediation"})
    assert story.report().ok


def test_a_long_tally_goes_on_in_further_parts(story: Story) -> None:
    whole = story.tallies[0]
    counts = whole["counts"]
    nothing = {"le": ["+Inf"], "counts": [0], "sum": 0, "max": 0}
    rest = whole | {"part": 2, "sources": [], "counts": counts[1:], "latency_ms": nothing}
    story.tallies[:1] = [whole | {"part": 1, "counts": counts[:1]}, rest]
    assert story.report().ok
    story.tallies.pop(0)
    assert FindingKind.TALLY_UNREADABLE in kinds(story.report())


# --- journal -----------------------------------------------------------------------------------------------


def line(
    raw: RawRecord, expected: str | None = None, *, blocking: bool = False, known: bool = True
) -> JournalLine:
    return JournalLine(raw.key, source_of(raw), expected, blocking, known)


def test_a_journal_that_agrees_finds_nothing(story: Story) -> None:
    story.journal += [line(story.raw[0]), line(story.raw[2], CODE, blocking=True)]
    story.journal.append(JournalLine(b"key", None, None, blocking=False, known=True))
    story.journal.append(line(story.raw[2], known=False))
    assert story.report().ok


def test_an_acknowledged_record_that_is_not_there_is_lost(story: Story) -> None:
    story.journal.append(JournalLine(b"key", Source("traces.raw", 0, 3), None, blocking=False, known=True))
    story.journal.append(JournalLine(b"key", Source("elsewhere", 0, 3), None, blocking=False, known=True))
    story.journal.append(JournalLine(b"other", Source("traces.raw", 0, 0), None, blocking=False, known=True))
    report = story.report()
    assert report.counts == {FindingKind.JOURNAL_LOST: 3}
    assert report.bound_95 is None


@pytest.mark.parametrize(
    ("index", "expected", "blocking", "why"),
    [
        (2, None, False, "it should pass and did fail (expected: nothing wrong)"),
        (0, CODE, True, f"it should fail and did pass (expected: {CODE})"),
        (2, "corrupt.empty", True, "corrupt.empty is not among its issues"),
        (0, "schema.mismatch_minor", False, "schema.mismatch_minor is not among its issues"),
        (2, "schema.mismatch_minor", False, "it should pass and did fail (expected: schema.mismatch_minor)"),
    ],
)
def test_a_verdict_that_contradicts_the_journal_is_found(
    story: Story, index: int, expected: str | None, blocking: int, why: str
) -> None:
    story.journal.append(line(story.raw[index], expected, blocking=bool(blocking)))
    assert reasons(story.report(), FindingKind.JOURNAL_CONTRADICTED) == [why]


def test_a_warning_is_carried_by_the_passing_trace(story: Story) -> None:
    headers = (*story.outcomes[0][1].headers, ("assay-warnings", b"schema.mismatch_minor"))
    change(story, 0, headers=headers)
    story.journal.append(line(story.raw[0], "schema.mismatch_minor"))
    report = story.report()
    assert report.ok
    assert report.by_code["schema.mismatch_minor"] == 1


def test_a_warning_that_is_no_code_is_altered(story: Story) -> None:
    change(story, 0, headers=(*story.outcomes[0][1].headers, ("assay-warnings", b"4111111111111111")))
    report = story.report()
    assert kinds(report) == {FindingKind.ALTERED}
    assert "4111" not in str(report)


# --- positions, retention ----------------------------------------------------------------------------------


def test_an_outcome_without_the_committed_offset_is_ahead(story: Story) -> None:
    story.outcome(VALID, story.publish(0))
    assert kinds(story.report()) == {FindingKind.AHEAD}


def test_records_removed_before_they_were_consumed_are_an_overrun(story: Story) -> None:
    story.raw = [raw for raw in story.raw if raw.offset >= 2]
    story.committed = dict.fromkeys(story.committed, 1)
    story.outcomes.clear()
    assert FindingKind.OVERRUN in kinds(story.report(low=2))


def test_outcomes_of_records_that_retention_removed_are_out_of_reach_not_invented(story: Story) -> None:
    story.raw = [raw for raw in story.raw if raw.offset >= 2]
    report = story.report(low=2)
    assert report.ok
    assert report.out_of_reach == 4


def test_an_outcome_that_retention_may_have_removed_is_expired_not_missing(story: Story) -> None:
    """A hop is kept for a day, raw records for seven."""
    trimmed = frozenset({(VALID, 0)})
    first, second, *_ = (index for index, (role, _) in enumerate(story.outcomes) if role is VALID)
    removed = story.outcomes.pop(first)
    report = story.report(trimmed=trimmed)
    assert report.ok
    assert report.expired == 1
    # What lies after the first outcome that is left cannot have been removed by retention.
    story.outcomes[first:first] = [removed]
    story.outcomes.pop(second)
    assert FindingKind.MISSING in kinds(story.report(trimmed=trimmed))


def test_an_open_transaction_is_found() -> None:
    place = Place("traces.valid", 1)
    ledger = Ledger({Place("traces.raw", 1): RawPartition(0, 0)})
    ledger.open_transactions.append(OpenTransaction(place, 3, 5))
    report = Audit(ledger, "detector").report("group")
    assert [str(each.at) for each in report.examples[FindingKind.HANGING]] == ["traces.valid/1/3"]


def test_examples_are_capped_and_counts_are_exact() -> None:
    story = Story()
    story.transaction([(story.publish(), VALID) for _ in range(SHOWN + 50)])
    story.outcomes.clear()
    report = story.report()
    assert report.counts[FindingKind.MISSING] == SHOWN + 50
    assert len(report.examples[FindingKind.MISSING]) == SHOWN
