"""The AsyncAPI document says what is on the topics (DESIGN 4), in a form that tools for AsyncAPI 3 read."""

import copy
import importlib
import warnings
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from assay.agents.asyncapi import Document, asyncapi
from assay.agents.asyncapi_messages import MESSAGES, PEOPLE, PRODUCERS, READS
from assay.agents.policy_files import load_policies
from assay.agents.roster import AGENTS, KEYED_LANES, keyed_lane_specs
from assay.agents.settings import load_settings
from assay.agents.topics import TOPICS
from assay.pipeline.core.topics import TopicRole

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # one of its fields has the name of a method that pydantic once had
    AsyncAPI3: Any = importlib.import_module("asyncapi3").AsyncAPI3


@pytest.fixture(scope="module")
def document() -> Document:
    return asyncapi()


def test_tools_for_asyncapi_3_read_it(document: Document) -> None:
    """DESIGN 4: an AsyncAPI document describes all topics."""
    AsyncAPI3.model_validate(document)
    assert document["asyncapi"] == "3.0.0"


@pytest.mark.parametrize("place", [("channels", "traces_raw"), ("operations", "detector_reads_traces_raw")])
def test_the_check_would_see_a_member_that_the_standard_does_not_have(
    document: Document, place: tuple[str, str]
) -> None:
    broken = copy.deepcopy(document)
    broken[place[0]][place[1]]["no_such_member"] = 1
    with pytest.raises(ValidationError):
        AsyncAPI3.model_validate(broken)


def test_every_topic_is_there_as_it_is_made(document: Document) -> None:
    channels = {channel["address"]: channel for channel in document["channels"].values()}
    assert channels.keys() == {role.value for role in TOPICS}
    for role, spec in TOPICS.items():
        kafka = channels[role]["bindings"]["kafka"]
        made = spec.configs()
        configuration = kafka["topicConfiguration"]
        assert {name: made[name] for name in made} == {
            name: value[0] if isinstance(value, list) else str(value) for name, value in configuration.items()
        }
        assert kafka.get("partitions") == spec.partitions


def test_topics_have_the_names_of_the_environment() -> None:
    channels = asyncapi("blue.")["channels"]
    assert channels["traces_raw"]["address"] == "blue.traces.raw"
    assert all(channel["address"].startswith("blue.") for channel in channels.values())


def test_every_reference_leads_somewhere(document: Document) -> None:
    references = [*_references(document)]
    assert references
    for reference in references:
        _follow(document, reference)


def test_an_operation_names_messages_of_its_channel_only(document: Document) -> None:
    for operation in document["operations"].values():
        channel = operation["channel"]["$ref"]
        assert operation["messages"]
        assert all(each["$ref"].startswith(f"{channel}/messages/") for each in operation["messages"])


def test_every_schema_of_ours_is_the_value_of_one_message() -> None:
    ours = sorted(
        folder.name for folder in files("assay.schemas").joinpath("assay").iterdir() if folder.is_dir()
    )
    assert sorted(message.schema for message in MESSAGES if message.schema) == ours


def test_its_schemas_are_the_ones_that_records_are_held_to(document: Document) -> None:
    """The same values pass, though references were moved."""
    schemas = document["components"]["schemas"]
    for name, part in schemas.items():
        schema = {**part["schema"], "components": {"schemas": {name: part}}}
        jsonschema.Draft202012Validator.check_schema(part["schema"])
        assert not jsonschema.Draft202012Validator(schema).is_valid({"schema": "another"})
    task = {**schemas["policy"]["schema"], "components": {"schemas": schemas}}
    candidate = {
        "schema": "assay/policy/1-0-0",
        "files": {},
        "note": "",
        "published_at": "2026-01-01T00:00:00.000000000Z",
        "restart": False,
    }
    assert jsonschema.Draft202012Validator(task).is_valid(candidate)
    assert not jsonschema.Draft202012Validator(task).is_valid(candidate | {"note": 1})


def test_names_and_types_of_messages_are_not_given_twice() -> None:
    names = [message.name for message in MESSAGES]
    types = [each for message in MESSAGES for each in message.types]
    assert len(set(names)) == len(names)
    assert len(set(types)) == len(types)


def test_agents_read_and_write_what_they_are_built_to() -> None:
    """DESIGN 3: the table of agents, compared with what each lane is made of."""
    writers = {agent for message in MESSAGES for agents in message.on.values() for agent in agents}
    assert writers - {PEOPLE, PRODUCERS} <= set(AGENTS)
    assert set(READS) == set(AGENTS)
    for name, spec in keyed_lane_specs(load_settings(), load_policies(load_settings())).items():
        assert READS[name] == spec.roles
        (state,) = [message for message in MESSAGES if name in message.on.get(spec.state, ())]
        assert spec.state_type in state.types
    assert set(KEYED_LANES) <= set(READS)


def test_every_topic_has_a_writer_and_what_is_on_it() -> None:
    assert {role for message in MESSAGES for role in message.on} == set(TopicRole)


def test_events_say_which_types_they_have(document: Document) -> None:
    """DESIGN 4: quality events are CloudEvents in Kafka's binary mode."""
    headers = document["components"]["messages"]["issue_fact"]["headers"]
    assert headers["properties"]["ce_type"]["enum"] == ["assay.issue.detected.v1"]
    assert {"ce_id", "ce_source", "ce_type", "ce_specversion"} <= set(headers["required"])


def _references(part: Any) -> Iterator[str]:
    match part:
        case dict():
            for key, value in part.items():
                if key == "$ref":
                    yield value
                else:
                    yield from _references(value)
        case list():
            for each in part:
                yield from _references(each)


def _follow(document: Document, reference: str) -> Any:
    assert reference.startswith("#/"), reference
    part: Any = document
    for name in reference[2:].split("/"):
        part = part[name]
    return part
