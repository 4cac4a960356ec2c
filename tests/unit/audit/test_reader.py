"""Asking Kafka about groups while it is still finding its feet."""

from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from assay.agents.audit import reader
from assay.agents.audit.reader import TopicReader
from assay.agents.settings import load_settings
from assay.pipeline.core.errors import DependencyUnavailableError

GROUP = "g"


class Admin:
    """Answers one after the other with these error codes, and then that the group has a member."""

    def __init__(self, codes: list[int]) -> None:
        self._codes = codes

    def describe_consumer_groups(self, groups: list[str], **_: object) -> dict[str, Future[Any]]:
        answer: Future[Any] = Future()
        if self._codes:
            answer.set_exception(KafkaException(KafkaError(self._codes.pop(0))))
        else:
            answer.set_result(SimpleNamespace(members=["one"]))
        return dict.fromkeys(groups, answer)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(reader, "ASK_AGAIN_S", 0)

    def has_members(*codes: int) -> bool:
        with TopicReader(load_settings(bootstrap_servers="127.0.0.1:1")) as topics:
            monkeypatch.setattr(topics, "_admin", Admin(list(codes)))
            return topics.has_members(GROUP)

    return has_members


def test_a_broker_that_has_just_started_is_asked_again(asked: Any) -> None:
    """An audit beside workers that start must not fail because nobody coordinates their group yet."""
    assert asked(
        KafkaError.NOT_COORDINATOR,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    )


def test_what_does_not_pass_is_said_at_once(asked: Any) -> None:
    with pytest.raises(DependencyUnavailableError, match="cannot be read"):
        asked(KafkaError.GROUP_AUTHORIZATION_FAILED)


def test_a_group_that_nobody_ever_coordinates_is_given_up(
    asked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "ANSWER_S", 0)
    with pytest.raises(DependencyUnavailableError):
        asked(*[KafkaError.NOT_COORDINATOR] * 100_000)
