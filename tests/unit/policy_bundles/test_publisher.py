"""``assay policy publish`` and ``active``: what the operator is told."""

import pytest

from assay.agents.cli.policy_publish import STATUS, WORDS, _lines, _state
from assay.agents.policy_publish import Fate, Publisher
from assay.agents.settings import load_settings
from assay.pipeline.core.errors import ConfigError, Problem
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.publication import Candidate, Publication, Refused
from assay.pipeline.policy.publication_log import PolicyLog
from assay.pipeline.testing import FakeClock

from .conftest import THEN, MemoryTopic, active_of, candidate_of, files_with

PROBLEM = Problem("policies/limits.yaml", "is odd", "Even it")
FILES = files_with(3)


def publisher(topic: MemoryTopic, *answers: Publication, wait_s: float = 20) -> Publisher:
    """One whose candidate is followed by these answers."""

    async def write(candidate: Candidate) -> int:
        offset = topic.put(candidate)
        for answer in answers:
            topic.put(answer)
        return offset

    return Publisher(write, topic, FakeClock(), wait_s)


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        (active_of(FILES, candidate=0), Fate.ACTIVE),
        (Refused(0, None, (PROBLEM,), THEN), Fate.REFUSED),
        (candidate_of(files_with(4)), Fate.SUPERSEDED),
        (active_of(files_with(4), candidate=7), Fate.SUPERSEDED),
    ],
)
async def test_the_answer_to_this_candidate_is_told(
    topic: MemoryTopic, answer: Publication, fate: Fate
) -> None:
    published = await publisher(topic, answer)(FILES, "why", restart=False)
    assert published.bundle == load_bundle(FILES).bundle_id
    assert published.fate is fate
    assert published.problems == ((PROBLEM,) if fate is Fate.REFUSED else ())
    assert not topic.is_open


async def test_nobody_answers(topic: MemoryTopic) -> None:
    published = await publisher(topic, wait_s=0.001)(FILES, "why", restart=False)
    assert published.fate is Fate.UNANSWERED


async def test_who_does_not_wait_is_not_told(topic: MemoryTopic) -> None:
    published = await publisher(topic, wait_s=0)(FILES, "x" * 1000, restart=True)
    assert published.fate is Fate.SENT
    log = PolicyLog()
    log.take(topic.records)
    assert log.candidate is not None
    assert log.candidate.restart
    assert len(log.candidate.note) == 500


async def test_what_is_active_already_is_not_published_again(topic: MemoryTopic) -> None:
    topic.put(active_of(FILES))
    published = await publisher(topic)(files_with(limits=b"max_depth: 3  # three\n"), "why", restart=False)
    assert published.fate is Fate.UNCHANGED
    assert len(topic.records) == 1


@pytest.mark.parametrize("files", [{}, files_with(limits=b"max_depth: no\n")])
async def test_a_bad_bundle_never_leaves_the_operators_machine(
    topic: MemoryTopic, files: dict[str, bytes]
) -> None:
    with pytest.raises(ConfigError):
        await publisher(topic)(files, "why", restart=False)
    assert topic.records == []


def test_every_fate_has_its_words_and_its_status() -> None:
    assert set(STATUS) == set(WORDS) == set(Fate)


def shown(directory: Bundle, *said: Publication, **settings: object) -> str:
    topic, log = MemoryTopic(), PolicyLog()
    for publication in said:
        topic.put(publication)
    log.take(topic.records)
    return "\n".join(_lines(_state(load_settings(**settings), directory, log)))


def test_what_is_active_is_shown_with_what_became_of_the_last_candidate(directory: Bundle) -> None:
    active = active_of(FILES, candidate=0)
    assert "none was published" in shown(directory)
    assert f"{active.bundle[:12]} since {THEN}\n           why" in shown(
        directory, candidate_of(FILES), active
    )
    assert "(the same)" in shown(load_bundle(FILES), candidate_of(FILES), active)
    assert "waiting" in shown(directory, active, candidate_of(FILES))
    assert "ASSAY_POLICY_SOURCE is directory" in shown(directory, policy_source="directory")
    refused = Refused(2, None, (PROBLEM,), THEN)
    text = shown(directory, candidate_of(FILES), active, candidate_of({}), refused)
    assert f"refused    no bundle at {THEN}:\n           {PROBLEM}" in text
    later = active_of(files_with(4), candidate=4)
    assert "refused" not in shown(directory, refused, later), "it was corrected since"
