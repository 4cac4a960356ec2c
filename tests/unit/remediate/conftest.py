"""The shipped rules, rules of a test, and judging what they make."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest
import yaml

from assay.agents.policy_files import read_policy_files
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.document import Json
from assay.pipeline.core.issue import Category, Issue, Severity
from assay.pipeline.core.verdict import Verdict
from assay.pipeline.flow import Judge
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.remediate import Remediator, Repair
from assay.pipeline.testing import FakeClock, raw_record

Rules = Callable[..., Remediator]
Judged = Callable[[Json], Verdict]

RULE = {
    "version": 1,
    "subject": "workflow_trace",
    "codes": ["schema.required_missing"],
    "auto_remediable": True,
    "success_rate": 0.98,
    "provenance": {"owner": "nobody", "reason": "a test"},
}


@pytest.fixture(scope="session")
def files() -> dict[str, bytes]:
    """The files that ship."""
    return read_policy_files(None, None)


@pytest.fixture(scope="session")
def shipped(files: dict[str, bytes]) -> Bundle:
    return load_bundle(files)


@pytest.fixture(scope="session")
def remediator(shipped: Bundle) -> Remediator:
    return Remediator(shipped)


@pytest.fixture(scope="session")
def judged(shipped: Bundle) -> Judged:
    """What all detectors say of a document, with the clock shortly after the clean trace."""
    judge = Judge(shipped)
    return lambda document: judge(raw_record(orjson.dumps(document)), FakeClock().now_ns())


@pytest.fixture
def rules(files: dict[str, bytes]) -> Rules:
    """A remediator with these rules and no others; each is what it has besides :data:`RULE`."""

    def built(**named: dict[str, Any]) -> Remediator:
        return Remediator(load_bundle(with_rules(files, **named)))

    return built


def with_rules(files: dict[str, bytes], **named: dict[str, Any]) -> dict[str, bytes]:
    others = {path: text for path, text in files.items() if not path.startswith("remediation_rules/")}
    mine = {
        f"remediation_rules/{name}.yaml": yaml.safe_dump({"name": name, **RULE, **keys}).encode()
        for name, keys in named.items()
    }
    return {**others, **mine}


def an_issue(code: str = "schema.required_missing", path: str = "/trace_id", **members: Any) -> Issue:
    """An issue that blocks, unless it is told otherwise."""
    issue = Issue(
        IssueCode(code),
        Category.SCHEMA,
        Severity.CRITICAL,
        blocking=True,
        path=path,
        keyword="",
        message="",
        expected="",
        actual_masked="",
        rule="",
        detector="",
    )
    return replace(issue, **members)


def content(repair: Repair) -> Any:
    """The repaired trace, to be looked into."""
    return repair.document


def same_json(one: Any, other: Any) -> bool:
    """Equality of JSON texts: 1, 1.0 and true are three things."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
