"""``assay tenants report`` on a real Kafka and Valkey: counts and evidence are those of the traces (S0-167, S0-168)."""

import json
from typing import Any

import pytest

from assay.pipeline.core.record import Source

from .conftest import FAILING, PASSING, SECRET, Run, Scene

pytestmark = pytest.mark.broker
TENANT = "42"


def reported(run: Run, *words: str, status: int = 0) -> Any:
    return json.loads(
        run("tenants", "report", *words, "--format", "json", "--since", "1h", status=status).stdout
    )


def named(scene: Scene, begins: str) -> set[str]:
    return {
        str(each) for name, sources in scene.sources.items() if name.startswith(begins) for each in sources
    }


def sources_of(issue: Any) -> set[str]:
    return {
        str(Source(place["topic"], place["partition"], offset))
        for place in issue["evidence"]
        for first, last in place["offsets"]
        for offset in range(first, last + 1)
    }


def test_a_tenant_is_told_which_traces_have_which_problem(run: Run, scene: Scene) -> None:
    document = reported(run, TENANT)
    bad = named(scene, "bad-")
    issues = [
        issue
        for issue in document["common_issues"]
        if sources_of(issue) == bad and issue["path"] == "/workflow_id"
    ]
    assert len(bad) == FAILING
    assert [issue["code"] for issue in issues] == ["schema.required_missing"]
    assert [each["version"] for each in issues[0]["producers"]] == ["4.9.0"]
    assert document["traces"]["judged"] == PASSING + FAILING + 3
    assert document["traces"]["failing"] == document["traces"]["with_evidence"]
    assert document["quality_score"] < 100


def test_other_tenants_are_not_in_it(run: Run, scene: Scene) -> None:
    document = reported(run, "44")
    assert {source for issue in document["common_issues"] for source in sources_of(issue)} == named(
        scene, "retried"
    )


def test_without_redis_the_numbers_are_the_same(run: Run, scene: Scene, monkeypatch: Any) -> None:
    """Kafka is the truth: the tallies say what the view says."""
    document = reported(run, TENANT)
    monkeypatch.setenv("ASSAY_REDIS_URL", "redis://127.0.0.1:1/0")
    again = reported(run, TENANT)
    assert {**again, "generated_at": ""} == {**document, "generated_at": ""}


def test_no_form_holds_a_value(run: Run, scene: Scene, tmp_path: Any) -> None:
    """Promise 4."""
    for form in ("json", "markdown", "html", "pdf", "openlineage"):
        file = tmp_path / form
        run("tenants", "report", TENANT, "--format", form, "--since", "1h", "--output", str(file))
        content = file.read_bytes()
        assert content
        assert SECRET.encode() not in content


def test_a_tenant_without_traces_has_no_score(run: Run) -> None:
    assert reported(run, "nobody", status=1)["quality_score"] is None
