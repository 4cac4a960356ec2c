"""`assay keys`: made, listed, rotated and revoked, each on the audit log before it is done (issue 6, must show 7)."""

import asyncio
import json
import time
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assay.agents.api_keys.file import key_file
from assay.agents.api_keys.key import Judgement, judge
from assay.agents.audit_log import audit_log
from assay.agents.cli.main import cli
from assay.agents.settings import Settings
from assay.pipeline.core.clock import rfc3339

from ...processes import environment

pytestmark = pytest.mark.broker
WHO = ("--actor", "ada", "--reason", "the page")


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["keys", *words])


def made(*words: str) -> Any:
    result = run(*words, *WHO, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_life_of_a_key(settings_for_test: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(settings_for_test).items():
        if name.startswith("ASSAY_"):
            monkeypatch.setenv(name, value)

    def judged(text: str) -> Judgement:
        return judge(key_file(settings_for_test).keys(), text, rfc3339(time.time_ns())).judgement

    first = made("create", "grace", "--role", "operator", "--scope", "issues", "--scope", "tasks")
    of_tenant = made("create", "acme", "--role", "tenant", "--tenant", "42")
    assert run("create", "x", "--role", "tenant", *WHO).exit_code == 1
    assert judged(first["key"]) is judged(of_tenant["key"]) is Judgement.GOOD
    second = made("rotate", first["id"], "--overlap", "1")
    assert (second["name"], second["scopes"]) == ("grace", ["issues", "tasks"])
    assert judged(first["key"]) is judged(second["key"]) is Judgement.GOOD
    third = made("rotate", second["id"], "--overlap", "0")
    assert (judged(second["key"]), judged(third["key"])) == (Judgement.EXPIRED, Judgement.GOOD)
    assert made("revoke", third["id"])["state"] == "revoked"
    assert judged(third["key"]) is Judgement.REVOKED
    assert run("rotate", third["id"], *WHO).exit_code == 1
    assert run("revoke", "nobody", *WHO).exit_code == 1

    listed = json.loads(run("list", "--all", "--json").stdout)
    assert {each["id"]: each["state"] for each in listed} == {
        first["id"]: "good",
        of_tenant["id"]: "good",
        second["id"]: "expired",
        third["id"]: "revoked",
    }
    assert len(json.loads(run("list", "--json").stdout)) == 2

    async def entries() -> list[Any]:
        async with audit_log(settings_for_test) as log:
            assert (await log.verify(time.time_ns())).findings == ()
            return await log.entries()

    noted = asyncio.run(entries())
    assert [each.act.action for each in noted] == [
        "keys.create",
        "keys.create",
        "keys.rotate",
        "keys.rotate",
        "keys.revoke",
    ]
    secrets = [each["key"].rpartition("_")[2] for each in (first, second, third, of_tenant)]
    said = repr(noted) + settings_for_test.api_keys_path.read_text() + run("list", "--all").output
    assert not [secret for secret in secrets if secret in said]


def test_without_kafka_no_key_is_made(settings_for_test: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be accounted for is not done."""
    for name, value in environment(settings_for_test, bootstrap_servers="127.0.0.1:1").items():
        if name.startswith("ASSAY_"):
            monkeypatch.setenv(name, value)
    assert run("create", "grace", "--role", "viewer", *WHO).exit_code == 1
    assert key_file(settings_for_test).keys() == {}
