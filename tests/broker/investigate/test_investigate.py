"""Investigation on the real Kafka and Valkey, after a worker with all agents has dealt with the traces."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from assay.agents.devstack import Stack
from assay.agents.investigate.picking import pick
from assay.agents.investigate.window_reader import WindowReader, silent
from assay.pipeline.core.record import Record, Source, source_of
from assay.pipeline.core.topics import TopicRole

from .conftest import FAILING, PASSING, SECRET, Run, Scene

pytestmark = [pytest.mark.broker, pytest.mark.long(40)]
WHO = ("--actor", "dana", "--reason", "on duty")
PATIENCE_S = 30


def groups(run: Run, *options: str) -> list[Any]:
    found: list[Any] = json.loads(run("investigate", "--json", *options).stdout)["groups"]
    return found


def story(run: Run, named: str, *options: str) -> Any:
    return json.loads(run("trace", "show", named, "--json", *options).stdout)


def told(found: Any, what: str) -> list[Any]:
    return [each for each in found["story"] if each["what"] == what]


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, "nothing came of it"
        time.sleep(0.1)


def test_critical_problems_of_the_last_hour_are_shown_with_what_to_do(run: Run, scene: Scene) -> None:
    """S0-91, S0-95: `assay investigate --severity=critical --since=1h`."""
    found = groups(run, "--severity=CRITICAL", "--since=1h", "--tenant=42")
    assert {(each["code"], each["path"], each["window"]["traces"]) for each in found} == {
        ("schema.required_missing", "/workflow_id", FAILING),
        ("schema.required_missing", "/trace_type", 1),
        ("security.pii_email", "/steps/*/name", 1),
    }
    worst = found[0]
    assert worst["window"]["tenants"] == [{"tenant_id": "42", "traces": FAILING}]
    assert {Source.parse(each) for each in worst["window"]["sources"]} <= {
        source for named, sources in scene.sources.items() if named.startswith("bad-") for source in sources
    }
    assert worst["group"]["status"] == "detected"
    assert worst["escalation"]["called"] == ["on_call_engineer", "platform_lead"]
    assert worst["next"][0]["command"].startswith(f"assay issues ack {worst['fingerprint']}")
    text = run("investigate", "--severity", "critical").output
    assert f"{worst['fingerprint']}  critical schema.required_missing" in text
    assert SECRET not in text


def test_a_window_holds_only_what_was_seen_in_it(run: Run) -> None:
    assert groups(run, "--since", "0s") == []
    assert [each["code"] for each in groups(run, "--code", "security.pii_email")] == ["security.pii_email"]
    assert {each["window"]["tenants"][0]["tenant_id"] for each in groups(run, "--tenant", "43")} == {"43"}
    assert groups(run, "--tenant", "45") == []


def test_what_failing_traces_have_in_common_is_found(run: Run) -> None:
    """S0-96: by their ids."""
    ids = ",".join(f"bad-{number}" for number in range(FAILING))
    found = json.loads(run("patterns", "--trace-ids", ids, "--trace-ids", "good-1,nobody", "--json").stdout)
    assert (found["failing"], found["failing_opened"]) == (FAILING, FAILING)
    assert found["passing"] == PASSING + 1
    assert found["not_found"] == ["good-1", "nobody"]
    rows = {(row["dimension"], row["value"]): row for row in found["patterns"]}
    assert rows.keys() == {
        ("producer_version", "4.9.0"),
        ("region", "ap-south-1"),
        ("field /workflow_id", "absent"),
    }
    version = rows["producer_version", "4.9.0"]
    assert (version["failing_with"], version["passing_with"], version["lift"]) == (FAILING, 0, None)
    region = rows["region", "ap-south-1"]
    assert (region["failing_with"], region["passing_without"]) == (FAILING, PASSING + 1 - PASSING // 3)
    assert version["p_corrected"] < region["p_corrected"] < 0.001


def test_the_same_by_the_problem_that_they_have(run: Run) -> None:
    fingerprint = groups(run, "--severity", "critical", "--tenant", "42")[0]["fingerprint"]
    text = run("patterns", "--fingerprint", fingerprint, "--passing", "200", "--tenant", "42").output
    assert "producer_version = 4.9.0" in text
    assert "only here" in text
    assert f"{FAILING} failing traces" in text


def test_one_failing_trace_says_nothing_beyond_itself(run: Run) -> None:
    """And what security found in it is not shown."""
    text = run("patterns", "--trace-ids", "leaky").output
    assert "Fewer than 5 failing traces" in text
    assert SECRET not in text
    assert "None of these traces failed" in run("patterns", "--trace-ids", "good-1", status=1).output
    assert "say which traces" in run("patterns", status=2).output


def test_the_story_of_a_repaired_trace(run: Run, scene: Scene) -> None:
    found = story(run, "repairable")
    (source,) = scene.sources["repairable"]
    (tried,) = found["tries"]
    assert (tried["source"], tried["tenant_id"], tried["outcome"]) == (str(source), "42", "remediated")
    order = [each["what"] for each in found["story"] if each["source"]]
    assert order == ["published", "failed", "issue", "issue", "classified", "receipt", "remediated"]
    (receipt,) = told(found, "receipt")
    assert (receipt["rule"], receipt["result"]) == ("missing_required_fields", "applied")
    assert receipt["paths"] == ["/trace_type"]
    (remediated,) = told(found, "remediated")
    assert [change["path"] for change in remediated["changes"]] == ["/trace_type"]
    assert [each["at"] for each in found["story"]] == sorted(each["at"] for each in found["story"])
    assert story(run, str(source))["tries"] == found["tries"]


def test_the_story_of_a_passing_trace_by_its_place(run: Run, scene: Scene) -> None:
    (source,) = scene.sources["good-7"]
    found = story(run, str(source))
    assert [each["what"] for each in found["story"]] == ["published", "passed"]
    assert story(run, "good-7")["tries"] == found["tries"]


def test_a_contained_trace_stays_closed(run: Run) -> None:
    found = story(run, "leaky")
    assert found["tries"][0]["outcome"] == "quarantined"
    (failed,) = told(found, "failed")
    assert {"security.pii_email", "time.stale"} == {issue["code"] for issue in failed["issues"]}
    assert told(found, "escalation")
    assert SECRET not in json.dumps(found)
    assert SECRET not in run("trace", "show", "leaky").output


def test_the_same_id_of_two_tenants(run: Run) -> None:
    """DESIGN 9: with --tenant, another's trace is not there."""
    assert story(run, "twin")["tenants"] == ["42", "43"]
    mine = story(run, "twin", "--tenant", "43")
    (tried,) = mine["tries"]
    assert (tried["tenant_id"], tried["outcome"]) == ("43", "quarantined")
    assert {each["tenant_id"] for each in mine["story"]} == {"43", ""}
    text = run("trace", "show", "twin").output
    assert "Traces of 2 tenants have this id" in text
    assert "There is no trace twin" in run("trace", "show", "twin", "--tenant", "45", status=1).output


def test_a_trace_that_is_not_there(run: Run, scene: Scene) -> None:
    assert "searched: raw, contained" in run("trace", "show", "nobody", status=1).output
    (source,) = scene.sources["good-7"]
    beyond = source._replace(offset=10**9)
    run("trace", "show", str(beyond), status=1)
    run("trace", "show", str(source), "--tenant", "43", status=1)


def test_without_redis_a_trace_is_found_all_the_same(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise 3: Kafka is the truth."""
    monkeypatch.setenv("ASSAY_REDIS_URL", "redis://127.0.0.1:1/0")
    found = story(run, "leaky")
    assert found["tries"][0]["outcome"] == "quarantined"
    assert any("Redis is away" in line for line in found["searched"])


def test_what_people_did_is_part_of_the_story(run: Run) -> None:
    """A command to the issue group, and its entry in the audit log; a replay, and the second try that it made."""
    (group,) = groups(run, "--severity", "critical", "--tenant", "44")
    run("issues", "ack", group["fingerprint"], *WHO)
    (before,) = story(run, "retried")["tries"]
    run("replay", "start", "--source", before["source"], *WHO)
    until(lambda: [each["outcome"] for each in story(run, before["source"])["tries"]] == ["quarantined"] * 2)
    found = story(run, before["source"], "--tenant", "44")
    first, second = found["tries"]
    assert (first["attempt"], second["attempt"], second["root"]) == (0, 1, first["source"])
    assert [each["action"] for each in told(found, "audit")] == ["issues.acknowledge", "replay.start"]
    assert any(each["decision"] == "replay" for each in told(found, "replay") if "decision" in each)
    assert any('acknowledged by "dana": "on duty"' in each["text"] for each in told(found, "group"))


def test_kafka_away_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    with pytest.raises(Exception, match="Kafka"):
        run("investigate")


def test_offsets_are_picked_whatever_lies_between(scene: Scene, stack: Stack) -> None:
    """Each record once; holes, what is gone and what is not yet there are passed over."""
    del stack
    found: list[Source] = []

    def take(record: Record) -> None:
        found.append(source_of(record))

    with WindowReader(scene.settings, silent) as reader:
        window = reader.window(reader.places(TopicRole.VALID), None)
    wanted = {(place.topic, place.partition): [*range(0, end + 500, 3)] for place, (_, end) in window.items()}
    asyncio.run(pick(scene.settings, wanted, take, "x", silent))
    everything: list[Source] = []
    with WindowReader(scene.settings, silent) as reader:
        reader.scan("x", window, lambda record: everything.append(source_of(record)))
    assert sorted(found) == sorted(each for each in everything if each.offset % 3 == 0)
