"""Names are said where they tell nobody's data, and nowhere else (promise 4; S0-9, S0-10)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
import pytest

from assay.agents.policy_files import load_policies
from assay.agents.settings import load_settings
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.issue import Finding
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.trace import Trace
from assay.pipeline.core.verdict import Identity, Verdict
from assay.pipeline.flow import Judge
from assay.pipeline.generate import generate
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.classification import CodePolicy, Mode

NOW_NS = 1_800_000_000_000_000_000
CARD, SSN, IBAN = "4111111111111111", "457-55-0044", "DE89370400440532013000"


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_policies(load_settings())


def trace(**changes: Any) -> dict[str, Any]:
    """One without a status, so that it fails anyhow."""
    (item,) = generate(1, 1, tenants=1, fault_share=0.0, now_ns=NOW_NS)
    document: dict[str, Any] = orjson.loads(item.value or b"")
    del document["status"]
    context = changes.pop("context", {})
    document["context"] |= context
    return document | changes


def judged(bundle: Bundle, document: Mapping[str, Any]) -> Verdict:
    record = RawRecord("traces.raw", 0, 0, NOW_NS // 10**6, b"k", orjson.dumps(document), ())
    return Judge(bundle)(record, NOW_NS)


@pytest.mark.parametrize("value", [CARD, SSN, IBAN])
def test_an_id_that_is_somebodys_data_is_not_said(bundle: Bundle, value: str) -> None:
    verdict = judged(bundle, trace(trace_id=value))
    assert verdict.identity.trace_id == "none"
    assert verdict.identity.producer != "none"
    assert any(
        issue.code.startswith("security.pii_") and issue.path == "/trace_id" for issue in verdict.issues
    )


@pytest.mark.parametrize(("version", "said"), [("4.9.0", "4.9.0"), (CARD, "none"), ("two words", "none")])
def test_the_version_that_a_producer_runs_is_said_so_that_a_bad_one_is_found(
    bundle: Bundle, version: str, said: str
) -> None:
    """DESIGN 8: the first bad version of a producer; like its name, only where it is nobody's data."""
    verdict = judged(bundle, trace(context={"producer": {"name": "importer", "version": version}}))
    assert (verdict.identity.producer, verdict.identity.producer_version) == ("importer", said)


@pytest.mark.parametrize("value", [CARD, SSN])
def test_nor_is_a_producer(bundle: Bundle, value: str) -> None:
    verdict = judged(bundle, trace(context={"producer": {"name": value, "version": "1"}}))
    assert verdict.identity.producer == "none"
    assert verdict.identity.trace_id != "none"


@pytest.mark.parametrize("value", [int(CARD), SSN])
def test_nor_a_tenant_that_the_body_named(bundle: Bundle, value: Any) -> None:
    assert judged(bundle, trace(context={"tenant_id": value})).tenant == "none"


def test_a_tenant_that_the_topic_names_is_said_whatever_it_looks_like(bundle: Bundle) -> None:
    binding = replace(bundle.bindings["traces.raw"], tenant=CARD)
    bound = replace(bundle, bindings={"traces.raw": binding})
    assert judged(bound, trace(context={"tenant_id": int(CARD)})).tenant == CARD


def test_names_that_are_names_are_said(bundle: Bundle) -> None:
    document = trace()
    verdict = judged(bundle, document)
    assert verdict.tenant == str(document["context"]["tenant_id"])
    assert verdict.identity.trace_id == document["trace_id"]
    assert verdict.identity.producer == document["context"]["producer"]["name"]


def test_a_trace_of_an_unknown_version_hides_nothing_behind_it(bundle: Bundle) -> None:
    """No detector runs on it; its names would be said all the same."""
    verdict = judged(bundle, trace(schema_version="99.0.0", trace_id=CARD))
    assert verdict.identity.trace_id == "none"
    codes = [issue.code for issue in verdict.issues]
    assert codes == [IssueCode.SCHEMA_VERSION_UNKNOWN, IssueCode.SECURITY_PII_CARD]


def test_a_flood_of_findings_does_not_hide_that_of_the_id(bundle: Bundle) -> None:
    """Findings have a limit (``limits.max_issues``); what is said has not."""
    flood = {f"a{number:05d}": f"person{number}@mail.example.org" for number in range(2000)}
    verdict = judged(bundle, trace(inputs=flood, trace_id=CARD))
    assert verdict.identity.trace_id == "none"


def test_each_issue_is_told_once(bundle: Bundle) -> None:
    verdict = judged(bundle, trace(trace_id=CARD))
    places = [(issue.code, issue.path, issue.rule) for issue in verdict.issues]
    assert len(places) == len(set(places))


@pytest.mark.parametrize(("mode", "said"), [(Mode.WARN, "none"), (Mode.AUDIT, CARD), (Mode.OFF, CARD)])
def test_what_policy_takes_for_no_issue_may_be_said(bundle: Bundle, mode: Mode, said: str) -> None:
    policy = bundle.classification[IssueCode.SECURITY_PII_CARD]
    lenient: Mapping[IssueCode, CodePolicy] = {
        **bundle.classification,
        IssueCode.SECURITY_PII_CARD: replace(policy, mode=mode),
    }
    verdict = judged(replace(bundle, classification=lenient), trace(trace_id=CARD))
    assert verdict.identity.trace_id == said


def test_when_the_detector_gives_up_nothing_is_said(bundle: Bundle) -> None:
    """D-16: its bug must neither stop the trace nor tell of it."""

    class Broken:
        name = "security"

        def detect(self, trace: Trace) -> Sequence[Finding]:
            raise ZeroDivisionError

    record = RawRecord("traces.raw", 0, 0, NOW_NS // 10**6, b"k", orjson.dumps(trace()), ())
    verdict = Judge(bundle, [Broken()])(record, NOW_NS)
    assert [issue.code for issue in verdict.issues] == [IssueCode.DETECTOR_FAILED]
    assert (verdict.tenant, verdict.identity) == ("none", Identity())
