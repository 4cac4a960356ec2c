"""What an audit leaves for Prometheus (DESIGN 11: ``unaccounted_traces``)."""

from dataclasses import replace
from pathlib import Path

import pytest

from assay.agents.audit import AuditReport
from assay.agents.audit.finding import FindingKind
from assay.agents.audit.testing import Story
from assay.agents.audit_metrics import audit_registry, write_audit_metrics
from assay.pipeline.core.errors import DependencyUnavailableError
from assay.pipeline.core.metrics import AUDIT_METRICS

NOW_NS = 1_800_000_000_500_000_000


def test_books_that_balance_are_zeros_with_a_time(story: Story) -> None:
    registry = audit_registry(story.report(), NOW_NS)
    assert registry.get_sample_value("unaccounted_traces") == 0
    assert registry.get_sample_value("audit_finished_timestamp_seconds") == 1_800_000_000.5
    for kind in FindingKind:
        assert registry.get_sample_value("audit_findings", {"kind": kind}) == 0
    assert {family.name for family in registry.collect()} == {metric.name for metric in AUDIT_METRICS}


def test_what_is_missing_is_unaccounted_for(story: Story) -> None:
    report: AuditReport = replace(story.report(), counts={FindingKind.MISSING: 3, FindingKind.DOUBLED: 2})
    registry = audit_registry(report, NOW_NS)
    assert registry.get_sample_value("unaccounted_traces") == 3
    assert registry.get_sample_value("audit_findings", {"kind": "doubled"}) == 2


def test_the_file_is_replaced_as_a_whole(story: Story, tmp_path: Path) -> None:
    file = tmp_path / "assay.prom"
    file.write_text("half of a li")
    write_audit_metrics(story.report(), file, NOW_NS)
    assert "unaccounted_traces 0.0\n" in file.read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["assay.prom"]


def test_a_folder_that_is_not_there_is_said(story: Story, tmp_path: Path) -> None:
    with pytest.raises(DependencyUnavailableError, match="cannot be written"):
        write_audit_metrics(story.report(), tmp_path / "nowhere" / "assay.prom", NOW_NS)
