"""What the classifier plans for remediation, held against what remediation then makes of it."""

import random
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.core.document import Json
from assay.pipeline.core.outcome import Outcome, Reason
from assay.pipeline.core.verdict import Verdict
from assay.pipeline.decode import AvroRegistry, Decoded, decode
from assay.pipeline.flow import Judge
from assay.pipeline.generate import FAULTS, TraceMaker
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.remediation_rule import RuleBook
from assay.pipeline.remediate import Decision, Payload, Permission, Rejudged, Remediator, Trust, decide
from assay.pipeline.testing import FakeClock, raw_record

EACH = 30
"""Traces of each fault: a fault takes its place and its kind at random."""
NOW_NS = FakeClock().now_ns()


class Way:
    """The way of a failing trace: planned or not, and what remediation would make of it in either case."""

    def __init__(self, bundle: Bundle) -> None:
        self._judge, self._remediator = Judge(bundle), Remediator(bundle)
        self._book = RuleBook(bundle.remediation_rules)
        self._limits, self._registry = bundle.limits, AvroRegistry(bundle)

    def planned(self, verdict: Verdict) -> bool:
        blocking = [issue for issue in verdict.issues if issue.blocking]
        return all(
            self._book.applicable(verdict.subject, issue.code, issue.keyword, issue.path)
            for issue in blocking
        )

    def judged(self, value: bytes | None) -> tuple[Verdict, Json] | None:
        verdict = self._judge(raw_record(value), NOW_NS)
        decoded = decode(value, self._limits, self._registry)
        if not (verdict.blocking and verdict.readable and isinstance(decoded, Decoded)):
            return None
        return verdict, decoded.document

    def decided(self, verdict: Verdict, document: Json) -> Decision:
        repair = self._remediator.repair(
            document, verdict.issues, subject=verdict.subject, tenant=verdict.tenant
        )
        again = self._judge(raw_record(repair.value), NOW_NS)
        rejudged = Rejudged.BLOCKED if again.blocking else Rejudged.PASSED
        return decide(Payload.OPENED, repair, Trust.TRUSTED, Permission.GRANTED, rejudged)


T, M = "schema.type_invalid", "schema.required_missing"


@pytest.mark.parametrize(
    ("code", "keyword", "path", "subject", "planned"),
    [
        (T, "type", "/context/tenant_id", "workflow_trace", True),
        (T, "type", "/anything", "agent_run", True),
        (T, "enum", "/steps/7/status", "workflow_trace", True),
        (T, "enum", "/steps/7/type", "workflow_trace", False),  # no alias is declared there
        (T, "enum", "/status", "agent_run", False),  # the rule is another subject's
        (T, "enum", "/status", "none", True),  # nobody knows yet what it is
        (T, "const", "/status", "workflow_trace", False),  # no rule is for that keyword
        (M, "required", "/trace_type", "workflow_trace", True),
        (M, "required", "/steps/0/step_id", "workflow_trace", True),
        (M, "required", "/context/tenant_id", "workflow_trace", False),  # nobody declared a default
        ("schema.mismatch_minor", "maximum", "/trust_score", "workflow_trace", True),
        ("schema.mismatch_minor", "maximum", "/trust", "workflow_trace", False),
        ("schema.version_unknown", "", "/schema_version", "none", True),
        (
            "security.tenant_mismatch",
            "",
            "/context/tenant_id",
            "agent_run",
            True,
        ),  # a rule that only proposes
        ("security.pii_card", "", "/inputs/*", "workflow_trace", False),
        ("no.code", "", "no pointer", "workflow_trace", False),
        (T, "type", "no pointer", "workflow_trace", True),  # the rule asks for no place
    ],
)
def test_the_plan_asks_for_the_issue_and_not_only_for_its_code(
    shipped: Bundle, code: str, keyword: str, path: str, subject: str, *, planned: bool
) -> None:
    """D-08: rules are for codes, keywords, places and subjects; one that only proposes is for a person, not for quarantine."""
    assert RuleBook(shipped.remediation_rules).applicable(subject, code, keyword, path) is planned


@given(st.text(), st.sampled_from([T, M, "?"]), st.text(), st.text())
def test_the_plan_can_be_asked_for_anything(
    shipped: Bundle, subject: str, code: str, keyword: str, path: str
) -> None:
    """D-15: an envelope may hold whatever a broken worker wrote."""
    RuleBook(shipped.remediation_rules).applicable(subject, code, keyword, path)


@pytest.fixture(scope="module")
def way(shipped: Bundle) -> Way:
    return Way(shipped)


def faulty() -> Iterator[bytes | None]:
    """Traces with each fault that the generator knows."""
    rng = random.Random(4)
    maker = TraceMaker(rng, 20, NOW_NS)
    for fault in FAULTS.values():
        for _ in range(EACH):
            yield fault.mutate(maker.make(), rng)


def test_what_is_not_planned_has_nothing_to_hope_for_from_the_rules(way: Way) -> None:
    """DESIGN 8, D-08: a plan that is exact loses no repair and no look of a person: the trace is contained either way."""
    outcomes: Counter[tuple[bool, Outcome, Reason]] = Counter()
    for value in faulty():
        found = way.judged(value)
        if found is not None:
            outcomes[(way.planned(found[0]), *way.decided(*found))] += 1
    unplanned = {(outcome, reason) for planned, outcome, reason in outcomes if not planned}
    assert unplanned <= {
        (Outcome.QUARANTINED, Reason.NO_RULE_APPLIES),
        (Outcome.QUARANTINED, Reason.SECURITY_OR_COMPLIANCE),
    }
    assert outcomes[True, Outcome.REMEDIATED, Reason.REPAIRED] > 0
