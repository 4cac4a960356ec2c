"""Eight ways to tamper with the audit log on Kafka, each found by the command and by the API (DESIGN 9; RELIABILITY, audit)."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

import httpx
import orjson
import pytest
from click.testing import CliRunner
from confluent_kafka import Producer
from confluent_kafka.admin import NewTopic

from assay.agents.audit_log import audit_log
from assay.agents.cli import audit_log_verify
from assay.agents.devstack import Stack
from assay.agents.http.app import create_api
from assay.agents.settings import Settings
from assay.agents.topic_admin import admin_client
from assay.agents.topics import topic_name
from assay.pipeline.core.audit_chain import NOTHING, Act, Link, Tampering, chained
from assay.pipeline.core.canonical import canonical
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.topics import TopicRole

from ...conftest import topics_of_its_own

pytestmark = pytest.mark.broker
NOW = rfc3339(time.time_ns())
SAID = "a reason that nobody repeats"


def chain(number: int, last: Link = NOTHING, by: str = "ada") -> tuple[list[bytes], list[Link]]:
    """Entries behind an end of a chain, and the ends that they make."""
    values, links = list[bytes](), list[Link]()
    for _ in range(number):
        value, last = chained(Act(by, "quarantine.open", "traces.raw/0/1", SAID, NOW), last)
        values.append(value)
        links.append(last)
    return values, links


WRITTEN, LINKS = chain(6)


def edited(value: bytes) -> bytes:
    return canonical(orjson.loads(value) | {"actor": "nobody"})


TAMPERINGS: Mapping[str, tuple[list[bytes], Tampering]] = {
    "edited": ([*WRITTEN[:2], edited(WRITTEN[2]), *WRITTEN[3:]], Tampering.EDITED),
    "deleted": ([*WRITTEN[:2], *WRITTEN[3:]], Tampering.DELETED),
    "inserted": ([*WRITTEN[:3], edited(WRITTEN[2]), *WRITTEN[3:]], Tampering.INSERTED),
    "swapped": ([*WRITTEN[:2], WRITTEN[3], WRITTEN[2], *WRITTEN[4:]], Tampering.SWAPPED),
    "cut off": (WRITTEN[:4], Tampering.TRUNCATED),
    "forked": ([*WRITTEN, *chain(2, LINKS[3], by="eve")[0]], Tampering.INSERTED),
    "an old copy, gone on with": ([*WRITTEN[:3], *chain(3, LINKS[2], by="eve")[0]], Tampering.REWRITTEN),
    "written by another hand": (chain(6, by="eve")[0], Tampering.REWRITTEN),
}


@pytest.fixture(scope="module")
def site(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with topics_of_its_own(stack, tmp_path_factory.mktemp("home")) as settings:
        yield settings


@pytest.fixture(scope="module")
def log_of(site: Settings) -> Callable[[list[bytes]], Settings]:
    """Puts a log on a topic of its own, of a machine that saw ``WRITTEN`` written."""
    numbers = count()

    def put(values: list[bytes]) -> Settings:
        settings = site.model_copy(update={"topic_prefix": f"{site.topic_prefix}{next(numbers)}."})
        topic = topic_name(TopicRole.AUDIT, settings.topic_prefix)
        admin = admin_client(settings)
        admin.create_topics([NewTopic(topic, 1)])[topic].result()
        producer = Producer({"bootstrap.servers": settings.bootstrap_servers})
        for value in values:
            producer.produce(topic, value, partition=0)
        assert producer.flush(30) == 0
        noted = audit_log(settings)._checkpoints
        for link in LINKS:
            noted.note(link, NOW)
        return settings

    return put


def by_the_command(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> tuple[int, Any]:
    monkeypatch.setattr(audit_log_verify, "load_settings", lambda: settings)
    result = CliRunner(catch_exceptions=False).invoke(audit_log_verify.verify, ["--json"])
    assert SAID not in result.output
    return result.exit_code, json.loads(result.output)


def by_the_api(settings: Settings) -> Any:
    async def asked() -> httpx.Response:
        app = create_api(settings)
        transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 1))
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
        ):
            return await client.get("/api/v1/audit-log/verification")

    answer = asyncio.run(asked())
    assert answer.status_code == 200, answer.text
    assert SAID not in answer.text
    return answer.json()


@pytest.mark.parametrize("how", TAMPERINGS)
def test_whatever_was_done_to_the_log_is_found_by_both(
    log_of: Callable[[list[bytes]], Settings], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    values, kind = TAMPERINGS[how]
    settings = log_of(values)
    status, told = by_the_command(settings, monkeypatch)
    answered = by_the_api(settings)
    assert (status, told["ok"], answered["ok"]) == (1, False, False)
    assert kind in {each["kind"] for each in told["findings"]}
    assert answered["findings"] == told["findings"]


def test_a_log_that_nobody_touched_is_whole_for_both(
    log_of: Callable[[list[bytes]], Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = log_of(WRITTEN)
    status, told = by_the_command(settings, monkeypatch)
    answered = by_the_api(settings)
    assert (status, told["entries"], told["findings"]) == (0, 6, [])
    assert answered.pop("checked_at")
    assert answered == told
