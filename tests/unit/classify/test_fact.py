"""The facts on quality.issues: one per trace and issue group, always the same ones, nothing of the payload."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from assay.pipeline.classify import Classified, Classifier
from assay.pipeline.core import headers as names
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.fingerprint import fingerprint
from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose.testing import BUNDLE, an_issue

from .conftest import Failing

Classify = Callable[[RawRecord], Classified]
WARNING = an_issue(
    IssueCode.SCHEMA_FIELD_DEPRECATED, severity=Severity.LOW, blocking=False, path="/steps/7/name"
)


def documents(classified: Classified) -> list[dict[str, Any]]:
    return [json.loads(fact.value or b"") for fact in classified.facts]


def test_a_fact_says_what_where_and_whose(failing: Failing, classify: Classify) -> None:
    issue = replace(an_issue(path="/steps/12/name"), rule="names@2")
    [fact] = documents(classify(failing(issue)))
    assert fact == {
        "schema": "assay/issue/1-0-0",
        "code": "schema.required_missing",
        "category": "schema",
        "severity": "critical",
        "blocking": True,
        "path": "/steps/*/name",
        "rule": "names@2",
        "occurrences": 1,
        "tenant_id": "acme",
        "subject": "workflow_trace",
        "schema_version": "1.2.0",
        "producer": {"name": "importer", "version": "none"},
        "source": {"topic": "traces.raw", "partition": 3, "offset": 42},
        "attempts": 1,
        "fingerprint": fingerprint(
            "schema.required_missing", "workflow_trace", "/steps/1/name", "acme", "importer"
        ),
        "trace_fingerprint": fact["fingerprint"],
        "team": "platform_engineering",
        "detected_at": "2023-11-14T22:13:20.123456789Z",
        "bundle": BUNDLE.bundle_id,
    }


def test_it_is_a_cloud_event_in_binary_mode(failing: Failing, classify: Classify) -> None:
    """DESIGN 4: the attributes are headers, the key is the group."""
    [fact] = classify(failing()).facts
    named = json.loads(fact.value or b"")["fingerprint"].encode()
    assert dict(fact.headers) == {
        names.CE_ID: b"traces.raw/3/42/1/0",
        names.CE_SOURCE: b"/assay/classifier",
        names.CE_TYPE: b"assay.issue.detected.v1",
        names.CE_SPECVERSION: b"1.0",
        names.CE_TIME: b"2023-11-14T22:13:20.123456789Z",
        names.CE_SUBJECT: named,
        names.CONTENT_TYPE: b"application/json",
        names.SRC: b"traces.raw/3/42",
        names.TENANT: b"acme",
        names.BUNDLE: b"0123456789ab",
        names.ATTEMPT: b"0",
    }
    assert (fact.role, fact.partition, fact.key) == (TopicRole.ISSUES, None, named)


def test_the_same_problem_in_many_places_is_one_fact(failing: Failing, classify: Classify) -> None:
    places = [an_issue(path=f"/steps/{index}/name") for index in range(40)]
    facts = documents(classify(failing(*places, WARNING)))
    assert [(fact["code"], fact["occurrences"], fact["blocking"]) for fact in facts] == [
        ("schema.required_missing", 40, True),
        ("schema.field_deprecated", 1, False),
    ]


def test_a_group_blocks_when_one_of_it_does(failing: Failing, classify: Classify) -> None:
    passes = replace(an_issue(path="/steps/0/name"), blocking=False)
    [fact] = documents(classify(failing(passes, an_issue(path="/steps/1/name"))))
    assert fact["blocking"] is True


def test_each_group_has_its_own_team_and_all_name_the_trace(failing: Failing, classify: Classify) -> None:
    """A group's team does not change with what else its traces have."""
    card = an_issue(IssueCode.SECURITY_PII_CARD, category=Category.SECURITY, path="/inputs/*")
    classified = classify(failing(card, WARNING))
    facts = documents(classified)
    assert [fact["team"] for fact in facts] == ["security_team", "platform_engineering"]
    trace = json.loads(classified.outgoing.value or b"")["fingerprint"]
    assert {fact["trace_fingerprint"] for fact in facts} == {trace} == {facts[0]["fingerprint"]}


def test_doing_it_again_gives_the_same_events(failing: Failing) -> None:
    """Whoever reads a repeat knows it by its id."""
    record = failing(an_issue(), WARNING)
    assert Classifier(BUNDLE)(record).facts == Classifier(BUNDLE)(record).facts
    ids = [dict(fact.headers)[names.CE_ID] for fact in Classifier(BUNDLE)(record).facts]
    assert len(set(ids)) == 2


def test_another_attempt_is_another_event(failing: Failing, classify: Classify) -> None:
    [again] = classify(failing(attempts=2)).facts
    assert dict(again.headers)[names.CE_ID] == b"traces.raw/3/42/2/0"
    assert dict(again.headers)[names.ATTEMPT] == b"1"


def test_tenant_producer_and_path_tell_groups_apart_and_indexes_do_not(
    failing: Failing, classify: Classify
) -> None:
    """Two tenants with one bug are two problems; two steps of a trace with one bug are one."""

    def named(path: str = "/steps/0/name", **members: Any) -> str:
        [fact] = documents(classify(failing(an_issue(path=path), **members)))
        return str(fact["fingerprint"])

    same = named()
    assert named("/steps/99/name") == same
    others = [
        named("/steps/0/type"),
        named(tenant_id="globex"),
        named(producer={"name": "other"}),
        named(producer=None),
        named(subject="agent_run"),
    ]
    assert len({same, *others}) == 6


def test_what_a_newer_worker_says_of_the_producer_is_passed_on(failing: Failing, classify: Classify) -> None:
    [fact] = documents(classify(failing(producer={"name": "importer", "version": "4.1.0", "host": "x"})))
    assert fact["producer"] == {"name": "importer", "version": "4.1.0"}
    [fact] = documents(classify(failing(producer={"name": "Jane Doe", "version": [1]})))
    assert fact["producer"] == {"name": "none", "version": "none"}


def test_nothing_of_the_payload_and_no_value_is_in_a_fact(failing: Failing, classify: Classify) -> None:
    """Promise 4: what the envelope says of a value, even masked, stays in the envelope."""
    issue = replace(an_issue(), expected="EXPECTED", actual_masked="string(12)", message="MESSAGE")
    record = failing(issue)
    [fact] = classify(record).facts
    said = (fact.value or b"") + repr(fact.headers).encode()
    payload = json.loads(record.value or b"")["payload"]
    for secret in ("EXPECTED", "string(12)", "MESSAGE", "t-1", payload["ciphertext"], payload["nonce"]):
        assert secret.encode() not in said
