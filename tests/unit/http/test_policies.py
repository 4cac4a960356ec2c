"""``/policies`` over HTTP: which bundles are known, what they say, how they differ (ADR 7)."""

from pathlib import Path

import pytest

from assay.agents.api_keys.role import Role
from assay.agents.http import known_bundles
from assay.agents.policy_files import policy_roots, read_roots
from assay.agents.settings import Settings, load_settings
from assay.pipeline.core.errors import Problem
from assay.pipeline.policy.publication import Candidate, Refused
from assay.pipeline.policy.publication_log import PolicyLog

from .conftest import Keys, Served

AT = "2026-01-02T03:04:05.000000000Z"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path, policy_source="directory")


@pytest.fixture(autouse=True)
def published(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> PolicyLog:
    """What the topic says: a candidate with another severity, and one that was refused before."""
    files = dict(read_roots(policy_roots(settings)))
    files["policies/limits.yaml"] = files["policies/limits.yaml"].replace(b"max_depth: 64", b"max_depth: 32")
    log = PolicyLog()
    log.candidate, log.candidate_offset = Candidate(files, "less deep", AT, restart=False), 7
    log.refused = Refused(3, None, (Problem("policies/limits.yaml", "is wrong", "mend it"),), AT)

    async def read(_source: object) -> PolicyLog:
        return log

    monkeypatch.setattr(known_bundles, "read_policy_log", read)
    return log


async def test_known_bundles_are_listed_with_what_they_are(api: Served, key: Keys) -> None:
    async with api.client(key(Role.VIEWER)) as client:
        rows = (await client.get("/api/v1/policies")).json()["items"]
    assert [(row["standing"], row["in_use"]) for row in rows] == [
        ("candidate", False),
        ("refused", False),
        ("directory", True),
    ]
    assert rows[0]["note"] == "less deep"
    assert rows[1]["problems"] == [{"where": "policies/limits.yaml", "why": "is wrong", "remedy": "mend it"}]


async def test_two_bundles_are_compared(api: Served, key: Keys) -> None:
    async with api.client(key(Role.VIEWER)) as client:
        rows = (await client.get("/api/v1/policies")).json()["items"]
        found = (await client.get("/api/v1/policies/active/diff/candidate")).json()
        again = (await client.get(f"/api/v1/policies/directory/diff/{rows[0]['bundle'][:12]}")).json()
    assert found == again
    assert [(each["section"], each["before"], each["after"]) for each in found["changes"]] == [
        ("limits", 64, 32)
    ]


async def test_a_bundle_is_shown_whole_or_by_a_section(api: Served, key: Keys) -> None:
    async with api.client(key(Role.VIEWER)) as client:
        whole = (await client.get("/api/v1/policies/active")).json()
        part = (await client.get("/api/v1/policies/candidate?section=limits")).json()
        by_id = (await client.get(f"/api/v1/policies/{whole['id']}")).json()
        assert (await client.get("/api/v1/policies/active?section=secrets")).status_code == 404
    assert by_id == whole
    assert set(part) == {"id", "limits"}
    assert part["limits"]["max_depth"] == 32


@pytest.mark.parametrize(
    ("named", "status"), [("0123456789ab", 404), ("refused", 422), ("short", 422), ("ABCDEF012345", 422)]
)
async def test_a_bundle_that_nobody_knows_is_not_found(
    api: Served, key: Keys, named: str, status: int
) -> None:
    async with api.client(key(Role.VIEWER)) as client:
        assert (await client.get(f"/api/v1/policies/{named}")).status_code == status


async def test_a_candidate_that_makes_no_bundle_says_why(
    api: Served, key: Keys, published: PolicyLog
) -> None:
    published.candidate = Candidate({"policies/limits.yaml": b"max_depth: none"}, "", AT, restart=False)
    async with api.client(key(Role.VIEWER)) as client:
        found = await client.get("/api/v1/policies/candidate")
    assert found.status_code == 409
    assert found.json()["errors"]


async def test_tenants_are_not_shown_policies(api: Served, key: Keys) -> None:
    async with api.client(key(Role.TENANT, tenant="acme")) as client:
        assert (await client.get("/api/v1/policies")).status_code == 403
