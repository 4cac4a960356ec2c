"""Which candidates may become the bundle in use (D-21), and how the policy agent answers them."""

import asyncio
from collections.abc import Mapping

import pytest

from assay.agents.policy import PolicyDesk
from assay.agents.policy_review import Review
from assay.agents.policy_topic import MOST_BYTES, read_policy_log
from assay.agents.settings import load_settings
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.publication import ACTIVE, CANDIDATE, Active, Refused, decode, encode
from assay.pipeline.testing import FakeClock

from .conftest import ACME, BINDINGS, Counted, MemoryTopic, active_of, candidate_of, files_with

ELSEWHERE = BINDINGS.replace(b"traces.raw,", b"traces.raw.other,")


def review(directory: Bundle, files: Mapping[str, bytes], *, restart: bool = False) -> Active | Refused:
    return Review(FakeClock(), directory)(candidate_of(files, restart=restart), 5)


def test_a_good_bundle_becomes_active(directory: Bundle) -> None:
    files = files_with(16)
    assert review(directory, files) == Active(
        candidate=5,
        bundle=load_bundle(files).bundle_id,
        files=files,
        note="why",
        published_at=candidate_of(files).published_at,
        activated_at=rfc3339(FakeClock().now_ns()),
    )


@pytest.mark.parametrize(
    ("files", "restart", "where", "why"),
    [
        ({}, False, "policies/bindings.yaml", "is missing"),
        (files_with(limits=b"max_depth: many\n"), False, "policies/limits.yaml", "max_depth"),
        (files_with(severities=b"{}"), False, "policies/severities.yaml", "is not a file that Assay knows"),
        (files_with(bindings=ELSEWHERE), True, "policies/bindings.yaml", "traces.raw is not bound"),
        (files_with(bindings=BINDINGS + ACME), False, "policies/bindings.yaml", "+traces.raw.acme"),
    ],
    ids=["nothing", "a wrong value", "an unknown file", "what workers read is not bound", "another topic"],
)
def test_a_bad_bundle_is_refused_with_what_is_wrong(
    directory: Bundle, files: Mapping[str, bytes], restart: bool, where: str, why: str
) -> None:
    answer = review(directory, files, restart=restart)
    assert isinstance(answer, Refused)
    assert answer.candidate == 5
    assert any(problem.where.startswith(where) and why in str(problem) for problem in answer.problems)


def test_all_problems_are_told_at_once(directory: Bundle) -> None:
    answer = review(directory, files_with(limits=b"max_depth: many\nmax_sighs: 1\n"))
    assert isinstance(answer, Refused)
    assert len(answer.problems) == 2


def test_other_topics_are_fine_for_who_will_restart_and_a_topic_less_is_another_topic(
    directory: Bundle,
) -> None:
    wider = files_with(bindings=BINDINGS + ACME)
    assert isinstance(review(directory, wider, restart=True), Active)
    narrower = review(load_bundle(wider), files_with())
    assert isinstance(narrower, Refused)
    assert "-traces.raw.acme" in narrower.problems[0].why


class Desk:
    """The policy agent without Faust."""

    def __init__(self, topic: MemoryTopic, directory: Bundle, counted: Counted, **settings: object) -> None:
        self.topic = topic
        self.failures: list[Exception] = []
        self._desk = PolicyDesk(
            load_settings(**settings), directory, lambda: read_policy_log(topic), FakeClock(), counted
        )

    async def answer_all(self) -> list[str]:
        """Show it every record there is now, as Faust does after its first start; the keys after it."""
        for record in list(self.topic.records):
            await self._desk.take(record.key.encode(), record.value, record.offset, self.send)
        return [record.key for record in self.topic.records]

    async def send(self, key: bytes, value: bytes) -> None:
        if self.failures:
            raise self.failures.pop()
        self.topic.put(decode(key.decode(), value))


@pytest.fixture
def desk(topic: MemoryTopic, directory: Bundle, counted: Counted) -> Desk:
    return Desk(topic, directory, counted)


async def test_each_candidate_is_answered_once_whatever_is_read_again(
    topic: MemoryTopic, desk: Desk, counted: Counted
) -> None:
    """Faust delivers at least once: after a kill it shows records again."""
    topic.put(candidate_of(files_with(1)))
    topic.put(candidate_of({}))
    said = [CANDIDATE, CANDIDATE, ACTIVE, "refused"]
    assert await desk.answer_all() == said
    assert await desk.answer_all() == said
    assert (counted.activated, counted.refused) == (1, 1)


async def test_topics_are_compared_with_the_bundle_that_is_active(topic: MemoryTopic, desk: Desk) -> None:
    wider = files_with(bindings=BINDINGS + ACME)
    topic.put(candidate_of(wider, restart=True))
    await desk.answer_all()
    topic.put(candidate_of(files_with(7, bindings=BINDINGS + ACME)))
    assert (await desk.answer_all())[-1] == ACTIVE


async def test_an_answer_that_kafka_does_not_take_is_given_again(
    topic: MemoryTopic, desk: Desk, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing leaves the agent's body: Faust would stop the agent, and the next candidate would wait for ever."""
    monkeypatch.setattr("assay.agents.policy.RETRY_S", 0)
    topic.put(candidate_of(files_with(1)))
    desk.failures = [RuntimeError("no leader"), ConnectionError()]
    assert await desk.answer_all() == [CANDIDATE, ACTIVE]
    assert counted.activated == 1


async def test_while_the_topic_cannot_be_read_the_candidate_waits(
    topic: MemoryTopic, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assay.agents.policy.RETRY_S", 0)
    topic.put(candidate_of(files_with(1)))
    topic.is_away = True
    answering = asyncio.create_task(desk.answer_all())
    for _ in range(5):
        await asyncio.sleep(0)
    assert not answering.done()
    topic.is_away = False
    assert await answering == [CANDIDATE, ACTIVE]


async def test_what_nobody_could_use_is_refused(
    topic: MemoryTopic, directory: Bundle, counted: Counted
) -> None:
    """Workers that take their bundle from a directory would never hear of it."""
    topic.put(candidate_of(files_with(1)))
    assert (await Desk(topic, directory, counted, policy_source="directory").answer_all())[-1] == "refused"
    answer = decode("refused", topic.records[-1].value or b"")
    assert isinstance(answer, Refused)
    assert answer.problems[0].where == "ASSAY_POLICY_SOURCE"


@pytest.mark.parametrize(
    ("value", "where"),
    [
        (b"hello", "candidate"),
        (encode(candidate_of({"policies/limits.yaml": b" " * MOST_BYTES})), "quality.policy"),
    ],
    ids=["not ours", "too large"],
)
async def test_a_candidate_that_no_publisher_of_ours_wrote_is_refused(
    topic: MemoryTopic, desk: Desk, value: bytes, where: str
) -> None:
    await desk._desk.take(CANDIDATE.encode(), value, 3, desk.send)
    answer = decode("refused", topic.records[-1].value or b"")
    assert isinstance(answer, Refused)
    assert (answer.candidate, answer.problems[0].where) == (3, where)


async def test_other_keys_are_none_of_its_business(topic: MemoryTopic, desk: Desk) -> None:
    topic.put(active_of(files_with(1)))
    await desk._desk.take(None, b"x", 1, desk.send)
    await desk._desk.take(CANDIDATE.encode(), None, 2, desk.send)
    assert await desk.answer_all() == [ACTIVE]
