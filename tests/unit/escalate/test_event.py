"""Events of escalation: their schema, their ids, and that they hold no value."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from assay.pipeline.escalate import EscalationTrigger, load_state, read_group, to_outgoing
from assay.pipeline.policy.escalation import EscalationLevel

from .conftest import FINGERPRINT, World, group_document

SCHEMAS = Path(__file__).parents[3] / "schemas" / "assay"


def validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((SCHEMAS / name / "1-0-0.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.fixture
def everything(world: World) -> World:
    """A group that got everything that there is to say."""
    world.issues(11, severity="medium", category="security")
    world.group(severity="critical")
    world.wait(45)
    world.group(confirmed=world.mark())
    world.group(acknowledged=world.mark())
    world.group(status="resolved")
    assert {effect.kind.value for effect in world.written} == {"step", "confirmation", "skipped", "stopped"}
    return world


def test_every_event_follows_its_schema(everything: World) -> None:
    check = validator("escalation")
    for effect in everything.written:
        document = json.loads(to_outgoing(effect, everything.now_ns, "0123456789ab").value or b"")
        check.validate(document)


def test_every_state_follows_its_schema(everything: World) -> None:
    assert everything.state is not None
    validator("escalation_state").validate(json.loads(everything.state))


def test_an_event_says_who_why_and_how_high(world: World) -> None:
    """S0-184: reason and level, in the words of the matrix. S0-64 … S0-66."""
    world.group()
    (effect,) = world.wait(15)
    assert effect.trigger == EscalationTrigger(
        "Critical issue unresolved for >15 minutes", EscalationLevel.EXECUTIVE
    )
    outgoing = to_outgoing(effect, world.now_ns, "0123456789ab")
    headers = dict(outgoing.headers)
    assert headers["ce_id"] == f"{FINGERPRINT}/critical@1/1/1".encode()
    assert headers["ce_type"] == b"assay.escalation.step.v1"
    assert headers["ce_subject"] == outgoing.key == FINGERPRINT.encode()
    assert headers["assay-tenant"] == b"42"
    document = json.loads(outgoing.value or b"")
    assert document["reason"] == "Critical issue unresolved for >15 minutes"
    assert (document["level"], document["roles"]) == ("executive", ["engineering_manager", "cto"])
    assert (document["tenant_id"], document["code"]) == ("42", "schema.required_missing")


def test_the_same_effect_has_the_same_id_at_any_time(world: World) -> None:
    (effect,) = world.group()
    ids = {
        dict(to_outgoing(effect, now_ns, "").headers)["ce_id"] for now_ns in (world.now_ns, world.now_ns * 2)
    }
    assert len(ids) == 1


CANARY = "jane.roe@example.org"


@pytest.mark.parametrize(
    "members",
    [
        {"code": CANARY},
        {"rule": CANARY + " x"},
        {"team": CANARY},
        {"tenants": [{"tenant_id": CANARY, "count": 1}]},
        {"category": CANARY, "severity": CANARY, "status": CANARY},
        {"path": f"/{CANARY}", "samples": [CANARY], "producers": [{"name": CANARY}]},
    ],
)
def test_what_is_no_name_goes_no_further(world: World, members: dict[str, Any]) -> None:
    """Promise 4: whatever a broken writer puts into a group, no event and no state repeats it."""
    world.group(**members)
    assert world.written
    assert world.state is not None
    assert CANARY.encode() not in world.state
    for effect in world.written:
        outgoing = to_outgoing(effect, world.now_ns, "")
        assert CANARY.encode() not in (outgoing.value or b"")
        assert all(CANARY.encode() not in (value or b"") for _, value in outgoing.headers)
    validator("escalation_state").validate(json.loads(world.state))


def test_what_is_unknown_is_the_worst(world: World) -> None:
    """D-21: a severity that nobody knows calls people at once, and a status that nobody knows is open."""
    world.group(severity="apocalyptic", status="sleeping")
    assert world.said() == [("step", "critical", 0)]


def test_a_state_is_read_as_it_was_written(everything: World) -> None:
    assert everything.state is not None
    state = load_state(everything.state)
    assert (
        state.group
        == read_group(json.dumps(group_document(**everything.members)).encode(), everything.now_ns).group
    )
