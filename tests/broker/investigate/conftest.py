"""One story for all of these tests: traces of a good and of a bad producer version, and a worker that has dealt with them."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from confluent_kafka import Producer

from assay.agents.cli.main import cli
from assay.agents.devstack import Stack
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.document import MISSING
from assay.pipeline.core.record import Source
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.testing import changed, clean_trace

from ...conftest import topics_of_its_own
from ...processes import Processes, environment
from ..conftest import outcomes

AGENTS = "detector,classifier,auto_remediation,issues,escalation,manual_remediation,views,quarantine,replay"
PATIENCE_S = 60
PASSING, FAILING = 400, 60
SECRET = "jo.canary@customer.example.com"


@dataclass
class Scene:
    """Where the story took place, and the raw records by trace id."""

    settings: Settings
    sources: dict[str, list[Source]]


def published(settings: Settings, documents: list[dict[str, Any]]) -> dict[str, list[Source]]:
    """Put traces on the raw topic; where each id came to lie."""
    producer = Producer({"bootstrap.servers": settings.bootstrap_servers, "linger.ms": 5})
    topic = topic_name(TopicRole.RAW, settings.topic_prefix)
    sources: dict[str, list[Source]] = {}

    def noted(named: str) -> Callable[[Any, Any], None]:
        def note(error: Any, message: Any) -> None:
            assert error is None, error
            sources.setdefault(named, []).append(
                Source(message.topic(), message.partition(), message.offset())
            )

        return note

    for document in documents:
        value = json.dumps(document).encode()
        producer.produce(topic, value, str(document["trace_id"]), on_delivery=noted(document["trace_id"]))
    assert producer.flush(30) == 0
    return sources


def traces() -> Iterator[dict[str, Any]]:
    for number in range(PASSING):
        region = ("eu-central-1", "us-east-1", "ap-south-1")[number % 3]
        yield changed(clean_trace(), {"/trace_id": f"good-{number}", "/context/region": region})
    bad = {"/context/region": "ap-south-1", "/context/producer/version": "4.9.0", "/workflow_id": MISSING}
    for number in range(FAILING):
        yield changed(clean_trace(), bad | {"/trace_id": f"bad-{number}"})
    yield changed(clean_trace(), {"/trace_id": "repairable", "/trace_type": MISSING})
    yield changed(clean_trace(), {"/trace_id": "leaky", "/steps/0/name": f"ask {SECRET}"})
    yield changed(clean_trace(), {"/trace_id": "twin"})
    yield changed(clean_trace(), {"/trace_id": "twin", "/context/tenant_id": 43, "/workflow_id": MISSING})
    yield changed(clean_trace(), {"/trace_id": "retried", "/context/tenant_id": 44, "/workflow_id": MISSING})


@pytest.fixture(scope="module")
def scene(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    home = tmp_path_factory.mktemp("scene")
    with topics_of_its_own(stack, home) as settings:
        sources = published(settings, [*traces()])
        processes = Processes(settings, Path(home) / "worker.log")
        processes.worker(AGENTS)
        try:
            _wait(settings, processes)
            yield Scene(settings, sources)
        finally:
            processes.end()


def _wait(settings: Settings, processes: Processes) -> None:
    """Until every trace has its end, and what follows from the failing ones is written."""
    deadline = time.monotonic() + PATIENCE_S
    ends = (TopicRole.VALID, TopicRole.REMEDIATED, TopicRole.QUARANTINE, TopicRole.DEAD_LETTER)
    while sum(len(outcomes(settings, role)) for role in ends) < PASSING + FAILING + 5:
        assert time.monotonic() < deadline, processes.said()
        time.sleep(0.2)
    with pytest.MonkeyPatch.context() as patch:
        _as_user(settings, patch)
        while True:
            found = CliRunner().invoke(cli, ["investigate", "--json"])
            if found.exit_code == 0 and _is_settled(json.loads(found.stdout)["groups"]):
                return
            assert time.monotonic() < deadline, found.output + processes.said()
            time.sleep(0.2)


def _is_settled(groups: list[Any]) -> bool:
    return len(groups) >= 8 and all(
        each["group"] is not None
        and each["escalation"] is not None
        and each["group"]["count"] == each["window"]["traces"]
        for each in groups
    )


def _as_user(settings: Settings, patch: pytest.MonkeyPatch) -> None:
    for name, value in environment(settings).items():
        if name.startswith("ASSAY_"):
            patch.setenv(name, value)


Run = Callable[..., Result]


@pytest.fixture
def run(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``assay …`` with the scene's settings."""
    _as_user(scene.settings, monkeypatch)

    def called(*words: str, status: int = 0) -> Result:
        result = CliRunner().invoke(cli, [*words], catch_exceptions=False)
        assert result.exit_code == status, result.output
        return result

    return called
