"""What is said on ``quality.policy`` and how it is read: documents, and the last word on each key."""

import json
from importlib.resources import files

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from assay.pipeline.core.errors import Problem
from assay.pipeline.policy.publication import (
    ACTIVE,
    CANDIDATE,
    MOST_PROBLEMS,
    Publication,
    Refused,
    decode,
    encode,
    key_of,
)
from assay.pipeline.policy.publication_log import PolicyLog, PolicyRecord

from .conftest import THEN, MemoryTopic, active_of, candidate_of, files_with

SCHEMA = Draft202012Validator(
    orjson.loads(
        files("assay.schemas").joinpath("assay").joinpath("policy").joinpath("1-0-0.json").read_bytes()
    )
)
PROBLEM = Problem("policies/limits.yaml", "is odd", "Even it")
PUBLICATIONS: list[Publication] = [
    candidate_of(files_with()),
    candidate_of(files_with(), restart=True),
    active_of(files_with(), candidate=4),
    Refused(7, "a" * 64, (PROBLEM,), THEN),
    Refused(7, None, (PROBLEM, PROBLEM), THEN),
]


@pytest.mark.parametrize("publication", PUBLICATIONS, ids=lambda publication: type(publication).__name__)
def test_what_is_written_is_read_again_and_follows_its_schema(publication: Publication) -> None:
    value = encode(publication)
    assert decode(key_of(publication), value) == publication
    SCHEMA.validate(json.loads(value))


def test_a_refusal_lists_so_many_problems_and_no_more() -> None:
    refused = Refused(0, None, (PROBLEM,) * (MOST_PROBLEMS + 1), THEN)
    assert len(json.loads(encode(refused))["problems"]) == MOST_PROBLEMS
    SCHEMA.validate(json.loads(encode(refused)))


@pytest.mark.parametrize("publication", PUBLICATIONS, ids=lambda publication: type(publication).__name__)
def test_a_record_with_a_member_less_or_more_or_of_another_type_is_not_ours(publication: Publication) -> None:
    key, document = key_of(publication), json.loads(encode(publication))
    broken = [{k: v for k, v in document.items() if k != name} for name in document]
    broken += [document | {name: 1.5} for name in document]
    broken.append(document | {"and": "more"})
    for wrong in broken:
        assert not SCHEMA.is_valid(wrong)
        with pytest.raises(ValueError):
            decode(key, json.dumps(wrong).encode())


@given(
    st.binary()
    | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(lambda v: json.dumps(v).encode())
)
def test_anything_else_is_not_ours_and_changes_nothing(value: bytes) -> None:
    log = PolicyLog()
    for key in (CANDIDATE, ACTIVE, "refused", "other"):
        with pytest.raises(ValueError):
            decode(key, value)
        log.take([PolicyRecord(len(key), key, value)])
    assert log.active is None
    assert log.unreadable > 0


def log_of(topic: MemoryTopic) -> PolicyLog:
    log = PolicyLog()
    log.take(topic.records)
    return log


def test_the_last_word_on_each_key_counts(topic: MemoryTopic) -> None:
    topic.put(candidate_of(files_with(1)))
    first = active_of(files_with(1), candidate=0)
    topic.put(first)
    asked = topic.put(candidate_of(files_with(2)))
    assert log_of(topic).answers(asked) is None
    refused = Refused(asked, None, (PROBLEM,), THEN)
    topic.put(refused)
    log = log_of(topic)
    assert log.active == first, "a refusal leaves the active one"
    assert log.answers(asked) == refused
    assert (log.candidate_offset, log.candidate) == (asked, candidate_of(files_with(2)))


def test_who_speaks_late_does_not_bring_an_older_bundle_back(topic: MemoryTopic) -> None:
    """An agent that was frozen between check and answer; another one answered for it, and then a later candidate."""
    newer = active_of(files_with(2), candidate=2)
    for said in (
        candidate_of(files_with(1)),
        active_of(files_with(1), 0),
        candidate_of(files_with(2)),
        newer,
    ):
        topic.put(said)
    topic.put(active_of(files_with(1), candidate=0))
    assert log_of(topic).active == newer


def test_a_topic_that_was_made_anew_is_read_from_its_beginning(topic: MemoryTopic) -> None:
    for depth in (1, 2, 3):
        topic.put(active_of(files_with(depth), candidate=depth + 10))
    log = log_of(topic)
    fresh = MemoryTopic()
    newest = active_of(files_with(9), candidate=0)
    fresh.put(newest)
    log.take(fresh.records)
    assert log.active == newest


def test_a_deleted_key_changes_nothing(topic: MemoryTopic) -> None:
    """Compaction may show tombstones that somebody wrote by hand; going back to nothing is no bundle."""
    topic.put(active_of(files_with(1)))
    log = log_of(topic)
    log.take([PolicyRecord(1, ACTIVE, None)])
    assert log.active == active_of(files_with(1))


@pytest.mark.parametrize(
    ("later", "past"),
    [(candidate_of(files_with(2)), True), (active_of(files_with(2), candidate=9), True), (None, False)],
)
def test_a_candidate_is_past_when_a_later_one_was_published_or_answered(
    topic: MemoryTopic, later: Publication | None, past: bool
) -> None:
    asked = topic.put(candidate_of(files_with(1)))
    if later is not None:
        topic.put(later)
    assert log_of(topic).is_past(asked) is past
