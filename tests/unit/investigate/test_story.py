"""The story of one trace: what its records say, in order of time, and nothing that stands in it."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.agents.investigate.search import windows
from assay.pipeline.core import headers as names
from assay.pipeline.core.audit_chain import NOTHING, Act, chained
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.cloud_event import event_headers
from assay.pipeline.core.document import Json
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import RawRecord, Source
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import FailingWriter
from assay.pipeline.dispose.testing import BUNDLE, KeylessSealer, a_record, a_verdict, an_issue
from assay.pipeline.investigate.story import Story, in_order, of_tenant, tries_of
from assay.pipeline.investigate.tell_problem import (
    tell_audit,
    tell_escalation,
    tell_group,
    tell_replay,
    tell_task,
)
from assay.pipeline.investigate.tell_trace import TELL, tell_failed, tell_passed, tell_raw, tell_remediated
from assay.pipeline.investigate.told import Chapter, Told
from assay.pipeline.replay import (
    Command,
    Event,
    EventKind,
    Origin,
    ReplayDecision,
    ReplayFilter,
    ReplayRequest,
    Verb,
)

NOW = 1_741_079_705_000_000_000
SOURCE = Source("traces.raw", 3, 42)
CANARY = "kanarie-7291"


def lying(outgoing: Outgoing, offset: int = 7, timestamp: int = NOW // 10**6) -> RawRecord:
    """What was written, as it lies on its topic."""
    return RawRecord(
        outgoing.role.value, 3, offset, timestamp, outgoing.key, outgoing.value, outgoing.headers
    )


def failing(tenant: str = "acme", offset: int = 42) -> RawRecord:
    record = a_record(b'{"trace_id":"%s"}' % CANARY.encode(), offset=offset)
    verdict = a_verdict(an_issue(), an_issue(path="/context/x"), tenant=tenant)
    return lying(FailingWriter(BUNDLE, KeylessSealer(), "g")(record, verdict, NOW))


def with_headers(role: TopicRole, value: bytes | None, **said: str) -> RawRecord:
    ours = {names.SRC: str(SOURCE), names.TENANT: "acme", names.ATTEMPT: "0"} | said
    headers = [(name, text.encode()) for name, text in ours.items()]
    return RawRecord(role.value, 3, 9, 5, b"k", value, headers)


def test_a_verdict_is_told_with_all_its_issues_and_no_value() -> None:
    told = tell_failed(failing())
    assert (told.chapter, told.source, told.tenant) == (Chapter.FAILED, str(SOURCE), "acme")
    assert told.at == rfc3339(NOW)
    assert told.words == "failed: 2 issues, the worst critical"
    issues: Any = told.more["issues"]
    assert [(issue["code"], issue["path"]) for issue in issues] == [
        ("schema.required_missing", "/steps/0/name"),
        ("schema.required_missing", "/context/x"),
    ]
    assert CANARY not in json.dumps(told.document())


def test_a_raw_record_is_told_by_its_size() -> None:
    told = tell_raw(a_record(CANARY.encode(), headers=[("user", CANARY.encode())]), "acme")
    assert told.words == f"published: {len(CANARY)} bytes, 1 header"
    assert (told.source, told.root) == (str(SOURCE), str(SOURCE))
    assert CANARY not in json.dumps(told.document())


def test_a_replayed_raw_record_names_its_first_try_and_job() -> None:
    headers = [(names.REPLAY_OF, b"traces.raw/3/1"), (names.REPLAY_JOB, b"r-1"), (names.ATTEMPT, b"2")]
    told = tell_raw(a_record(headers=headers), "acme")
    assert (told.root, told.attempt, told.more["job"]) == ("traces.raw/3/1", 2, "r-1")
    assert told.words.startswith("replayed by job r-1")


def test_a_passing_trace_is_told_with_its_warnings_and_without_its_value() -> None:
    record = with_headers(TopicRole.VALID, CANARY.encode(), **{names.WARNINGS: "time.stale"})
    told = tell_passed(record)
    assert (told.chapter, told.words) == (Chapter.PASSED, "valid, with warnings time.stale")
    assert CANARY not in json.dumps(told.document())


def test_a_repaired_trace_says_where_and_by_which_rule() -> None:
    document = {
        "trace_id": CANARY,
        "remediation": {
            "rules": [
                {
                    "rule": "missing_required_fields",
                    "version": "1",
                    "codes": ["schema.required_missing"],
                    "changes": [{"op": "add", "path": "/trace_type", "value": CANARY}],
                }
            ]
        },
    }
    told = tell_remediated(with_headers(TopicRole.REMEDIATED, json.dumps(document).encode()))
    assert told.words == "repaired at /trace_type"
    assert told.more["changes"] == [
        {"rule": "missing_required_fields", "version": "1", "op": "add", "path": "/trace_type"}
    ]
    assert CANARY not in json.dumps(told.document())


@pytest.mark.parametrize("path", [f"/{CANARY}@x", "/123-45-6789", "/a b", "no pointer", "/\x1b[2J"])
def test_a_place_that_does_not_look_like_names_of_members_is_not_repeated(path: str) -> None:
    """The block stands in a trace, so a producer may have written it."""
    document = {
        "remediation": {"rules": [{"rule": path, "version": 1, "changes": [{"op": path, "path": path}]}]}
    }
    told = tell_remediated(with_headers(TopicRole.REMEDIATED, json.dumps(document).encode()))
    assert told.more["changes"] == [{"rule": "none", "version": "none", "op": "none", "path": "*"}]
    assert told.words == "repaired at *"


def test_a_repair_that_was_taken_back_is_an_end_of_its_own() -> None:
    record = with_headers(
        TopicRole.REMEDIATED, None, **{names.RETRACTS: str(SOURCE), names.REPLAY_WITHOUT: "fix@2"}
    )
    told = tell_remediated(record)
    assert (told.chapter, told.words) == (Chapter.RETRACTED, "the repair by fix@2 was taken back")
    (one,) = tries_of([told])
    assert one.outcome == "retracted"


def test_a_receipt_names_rule_version_and_result() -> None:
    document = {"rule": "fix", "version": "2", "result": "failed", "error": "no_place", "effect": "missed", "outcome": "quarantined", "codes": ["schema.type_invalid"], "paths": ["/a/*"], "at": rfc3339(NOW), "changes": {"ciphertext": CANARY}}  # fmt: skip
    told = TELL[TopicRole.RECEIPTS](with_headers(TopicRole.RECEIPTS, json.dumps(document).encode()))
    assert told is not None
    assert told.words == "fix@2: failed (no_place) at /a/*, missed; then quarantined"
    assert told.more["codes"] == ["schema.type_invalid"]
    assert CANARY not in json.dumps(told.document())


@given(role=st.sampled_from([*TELL]), value=st.binary(max_size=60) | st.none(), src=st.binary(max_size=20))
def test_whatever_lies_on_a_topic_can_be_told_of(role: TopicRole, value: bytes | None, src: bytes) -> None:
    """D-15."""
    TELL[role](RawRecord(role.value, 0, 0, -1, None, value, [(names.SRC, src), (names.ATTEMPT, None)]))


def test_the_classifiers_word_is_told() -> None:
    classified = TELL[TopicRole.CLASSIFIED](
        with_headers(TopicRole.CLASSIFIED, b'{"team":"security_team"}', **{names.DISPOSITION: "quarantine", names.REASON: "security_or_compliance"})
    )  # fmt: skip
    assert classified is not None
    assert classified.words == "to be done: quarantine (security_or_compliance); for security_team"


def test_facts_are_told_and_commands_are_not() -> None:
    fact = {"code": "time.stale", "severity": "medium", "path": "", "occurrences": 1, "fingerprint": "f" * 16, "detected_at": rfc3339(NOW), "tenant_id": "acme"}  # fmt: skip
    told = TELL[TopicRole.ISSUES](with_headers(TopicRole.ISSUES, json.dumps(fact).encode()))
    assert told is not None
    assert (told.words, told.more["fingerprint"]) == ("medium time.stale at the whole trace", "f" * 16)
    assert TELL[TopicRole.ISSUES](with_headers(TopicRole.ISSUES, b'{"command":"triage"}')) is None


def test_a_groups_life_is_told() -> None:
    document: dict[str, Json] = {
        "fingerprint": "f" * 16,
        "code": "time.stale",
        "first_seen": rfc3339(NOW),
        "count": 3,
        "status": "triaged",
        "transitions": [{"became": "triaged", "actor": "ann", "reason": "seen\x1b[2J", "at": rfc3339(NOW + 1), "cause": "q/0/1"}],
        "acknowledged": {"by": "bo", "reason": "mine", "at": rfc3339(NOW + 2)},
        "confirmed": None,
    }  # fmt: skip
    words = [told.words for told in tell_group(document, "g/0/1")]
    assert words == [
        f"issue group {'f' * 16}: first trace with time.stale; 3 until now",
        f'issue group {"f" * 16}: triaged, by "ann": "seen [2J"',
        f'issue group {"f" * 16}: acknowledged by "bo": "mine"',
    ]


def test_a_tasks_life_is_told_without_its_instructions_and_edits() -> None:
    document: dict[str, Json] = {
        "task_id": "t-1",
        "fingerprint": "f" * 16,
        "priority": "P0",
        "assigned_to": "team",
        "status": "completed",
        "created_at": rfc3339(NOW),
        "instructions": CANARY,
        "edit": {"kind": "patch", "sealed": {"ciphertext": CANARY}},
        "history": [
            {"at": rfc3339(NOW), "actor": "ann", "happening": "take", "reason": "duty", "refused": None},
            {"at": rfc3339(NOW), "actor": "bo", "happening": "complete", "reason": "", "refused": "no_edit"},
        ],
        "notes": [{"at": rfc3339(NOW), "actor": "ann", "text": "see upstream"}],
    }
    told = [*tell_task(document, "t/0/1")]
    assert [each.words for each in told] == [
        "task t-1 (P0) for team; now completed",
        'task t-1: take, by "ann": "duty"',
        'task t-1: complete, refused (no_edit), by "bo": ""',
        'task t-1: "ann" notes "see upstream"',
    ]
    assert CANARY not in json.dumps([each.document() for each in told])


def event(kind: str, document: dict[str, Any]) -> RawRecord:
    headers = event_headers(event_id="1", source="/x", event_type=kind, at=rfc3339(NOW), subject="f" * 16)
    return RawRecord("quality.escalations", 0, 5, 0, b"k", json.dumps(document).encode(), headers)


def test_escalations_and_what_became_of_messages_are_told() -> None:
    step = tell_escalation(event("assay.escalation.step.v1", {"kind": "step", "chain": "critical", "step": 1, "roles": ["cto"], "reason": "old", "at": rfc3339(NOW)}))  # fmt: skip
    sent = tell_escalation(event("assay.notification.sent.v1", {"channel": "pager", "result": "sent", "reason": "accepted", "at": rfc3339(NOW)}))  # fmt: skip
    assert step is not None
    assert sent is not None
    assert step.words == f"escalation of {'f' * 16}: step critical 1: cto (old)"
    assert sent.words == "message through pager: sent (accepted)"
    assert tell_escalation(event("assay.other.v1", {})) is None


def test_what_a_replay_did_with_a_trace_is_told_and_nothing_of_others() -> None:
    done = {ReplayDecision.REPLAY: [(SOURCE, 1), (Source("traces.raw", 3, 43), 1)]}
    progress = Event("r-1", 2, EventKind.PROGRESS, rfc3339(NOW), done=done)
    wanted = ReplayFilter(sources=frozenset({SOURCE}))
    command = Command("r-1", Verb.START, "ann", "fixed", rfc3339(NOW), ReplayRequest(wanted, (Origin.QUARANTINE,)))  # fmt: skip
    (tried,) = tell_replay(lying(progress.to_outgoing()), {str(SOURCE)})
    (asked,) = tell_replay(lying(command.to_outgoing("/cli")), {str(SOURCE)})
    assert (tried.words, tried.source) == ("replay r-1: replay, try 1", str(SOURCE))
    assert asked.words == 'replay r-1: start asked for by "ann": "fixed"'
    for record in (progress.to_outgoing(), command.to_outgoing("/cli")):
        assert [*tell_replay(lying(record), {"traces.raw/3/99"})] == []


def test_audit_entries_that_name_it_are_told() -> None:
    value, _ = chained(Act("ann", "quarantine.open", str(SOURCE), "asked", rfc3339(NOW)), NOTHING)
    record = RawRecord("quality.audit", 0, 1, 0, b"k", value, ())
    told = tell_audit(record, {str(SOURCE)})
    assert told is not None
    assert told.words == f'quarantine.open of {SOURCE}, by "ann": "asked"'
    assert tell_audit(record, {"traces.raw/3/99"}) is None
    assert tell_audit(RawRecord("quality.audit", 0, 1, 0, b"k", b"{}", ()), {str(SOURCE)}) is None


def at(chapter: Chapter, seconds: int, source: str = "t/0/1", **more: Any) -> Told:
    return Told(chapter, rfc3339(NOW + seconds * 10**9), f"x/0/{seconds}", "", source, source, **more)


def test_a_story_is_told_in_order_of_time() -> None:
    """What carries the time of its trace (ADR 5) stands behind what it follows from."""
    told = [
        at(Chapter.REMEDIATED, 0),
        at(Chapter.ESCALATION, 5, ""),
        at(Chapter.RECEIPT, 4),
        at(Chapter.FAILED, 2),
        at(Chapter.PUBLISHED, 0),
        at(Chapter.CLASSIFIED, 3),
    ]
    ordered = in_order(told)
    assert [each.chapter for each in ordered] == ["published", "failed", "classified", "receipt", "remediated", "escalation"]  # fmt: skip
    assert [each.at for each in ordered] == sorted(each.at for each in ordered)


@given(
    st.lists(
        st.builds(at, st.sampled_from(Chapter), st.integers(0, 9), st.sampled_from(["", "a/0/1", "b/0/1"]))
    )
)
def test_nothing_is_lost_or_doubled_by_the_order(told: list[Told]) -> None:
    ordered = in_order(told)
    assert sorted(each.where for each in ordered) == sorted(each.where for each in told)
    assert [each.at for each in ordered] == sorted(each.at for each in ordered)


def test_another_tenants_traces_are_not_there() -> None:
    """DESIGN 9: the same id of two tenants."""
    mine = [at(Chapter.PUBLISHED, 0, "t/0/1", tenant="a"), at(Chapter.FAILED, 1, "t/0/1", tenant="a")]
    theirs = [at(Chapter.PUBLISHED, 0, "t/0/2", tenant=""), at(Chapter.PASSED, 1, "t/0/2", tenant="b")]
    assert of_tenant([*mine, *theirs], "a") == mine
    assert of_tenant([*mine, *theirs], "b") == theirs
    assert of_tenant([*mine, *theirs], "c") == []


def test_tries_of_a_trace_are_listed_with_their_ends() -> None:
    told = [
        at(Chapter.PUBLISHED, 0, "t/0/1", tenant="a"),
        at(Chapter.QUARANTINED, 1, "t/0/1", tenant="a"),
        Told(Chapter.PUBLISHED, "", "t/0/9", "", "t/0/9", "t/0/1", "a", 1),
        Told(Chapter.REPLAY, "", "q/0/1", "", "t/0/1", "t/0/1", "", 1),
    ]
    assert [(each.source, each.root, each.attempt, each.outcome) for each in tries_of(told)] == [
        ("t/0/1", "t/0/1", 0, "quarantined"),
        ("t/0/9", "t/0/1", 1, ""),
    ]
    assert Story("t", tuple(tries_of(told)), ()).tenants == ["a"]


@given(st.integers(0, 10**13), st.integers(0, 10**11))
def test_windows_reach_back_without_gaps(now_ms: int, back: int) -> None:
    since_ms = max(0, now_ms - back)
    looked = [*windows(since_ms, now_ms)]
    assert looked[0][1] is None, "the youngest has no end: clocks may be ahead"
    assert looked[-1][0] == since_ms
    assert all(older[1] == younger[0] for younger, older in pairwise(looked))
    assert all(end is None or start <= end for start, end in looked)
