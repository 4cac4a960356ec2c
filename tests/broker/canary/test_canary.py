"""No personal data leaves: 10,000 traces full of it go through everything, and then everything is searched.

DESIGN 1, promise 4; RELIABILITY, "Canary grep". Raw traces may be read on the raw topic, and passing ones where passing ones go.
"""

import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import redis
import yaml
from confluent_kafka import Consumer, Producer, TopicPartition

from assay.agents.audit import AuditReport, run_audit
from assay.agents.demo.surroundings import free_ports
from assay.agents.devstack import Service, Stack
from assay.agents.devstack.state import dev_dir, log_file
from assay.agents.generate import publish
from assay.agents.names import lane_group
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.topics import TopicRole

from ...processes import ASSAY, Processes, environment
from .places import REPORTS, Endpoint, Grown, Place, Reports, files, in_redis, pages, topics
from .planting import canary, plant_all
from .stems import all_hits

pytestmark = [pytest.mark.broker, pytest.mark.long(60)]

TRACES = 1_000
TOLD = 20
"""Messages to people that are waited for; there are more, and they take their time."""
PATIENCE_S = 120
SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CHECKOUT = Path(__file__).parents[3]
BEHIND = {
    "issues": TopicRole.ISSUES,
    "escalation": TopicRole.ISSUE_GROUPS,
    "manual_remediation": TopicRole.DEAD_LETTER,
}
"""Groups that come after the lanes, and what they read."""


def policies(folder: Path) -> Path:
    """Those that ship, with a webhook that may be on this machine."""
    for path in (CHECKOUT / "policies").glob("*.yaml"):
        folder.mkdir(exist_ok=True)
        (folder / path.name).write_bytes(path.read_bytes())
    told = yaml.safe_load((folder / "notifications.yaml").read_text())
    told["channels"]["hook"]["allow_networks"] = ["127.0.0.0/8"]
    told["roles"], told["otherwise"] = {}, ["hook", "console"]
    told["limit"] = {"per_minute": 600, "burst": 600}
    (folder / "notifications.yaml").write_text(yaml.safe_dump(told))
    return folder


class Site:
    """A pipeline with all its agents, and everything that it can be seen by."""

    def __init__(self, settings: Settings, stack: Stack, folder: Path, port: int) -> None:
        self.settings = settings
        self.hook = Endpoint()
        self.ports = range(port, port + 2)
        kept = dev_dir(stack.home) / Service.REDIS / "data"
        self.stack_files = Grown([kept, *(log_file(stack.home, service) for service in Service)])
        self._extra = {
            "web_port": port,
            "policies_dir": policies(folder / "policies"),
            "notify_webhook_url": self.hook.url,
            "notify_webhook_secret": SECRET,
            "log_level": "DEBUG",
        }
        self.workers = Processes(settings, folder / "workers.log")

    def environment(self) -> dict[str, str]:
        return environment(self.settings, **self._extra)

    def start(self) -> subprocess.Popen[bytes]:
        """All agents, supervised: the lanes in one process, all others in a second one."""
        return self.workers.launch([*ASSAY, "worker"], **self._extra)

    def close(self) -> None:
        self.workers.end()
        self.hook.close()

    def publish(self, count: int) -> None:
        items = plant_all(20_261_121, count, time.time_ns())
        topic = topic_name(TopicRole.RAW, self.settings.topic_prefix)
        assert publish(self.settings, items, topic=topic).acked == count

    def settle(self) -> AuditReport:
        """Wait until every trace has its end and everybody behind has heard of it."""
        report = run_audit(self.settings, wait_s=PATIENCE_S)
        assert self.workers.alive(), self.workers.said()[-1000:]
        for agent, role in BEHIND.items():
            self.until(partial(self._is_through, agent, role), f"{agent} is behind")
        self.until(lambda: len(self.hook.told) >= TOLD, "nobody was told")
        return report

    def until(self, condition: Callable[[], object], why: str) -> None:
        """Wait for it, as long as the workers live."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert self.workers.alive(), self.workers.said()[-1000:]
            assert time.monotonic() < deadline, why
            time.sleep(0.1)

    def _is_through(self, agent: str, role: TopicRole) -> bool:
        """Whether the agent's group has read all that there is; markers of transactions are nothing to read."""
        consumer = Consumer(
            {
                "bootstrap.servers": self.settings.bootstrap_servers,
                "group.id": lane_group(self.settings, agent),
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "isolation.level": "read_committed",
            }
        )
        try:
            topic = topic_name(role, self.settings.topic_prefix)
            numbers = consumer.list_topics(topic, 10).topics[topic].partitions
            left = consumer.committed([TopicPartition(topic, number) for number in numbers], 10)
            for each in left:
                each.offset = max(each.offset, 0)
            consumer.assign(left)
            ended = 0
            while ended < len(left):
                message = consumer.poll(10)
                assert message is not None, "the broker does not answer"
                if not message.error():
                    return False
                ended += 1
            return True
        finally:
            consumer.close()


@pytest.fixture
def site(settings_for_test: Settings, stack: Stack, tmp_path: Path) -> Iterator[Site]:
    site = Site(settings_for_test, stack, tmp_path, free_ports(tmp_path, 2))
    yield site
    site.close()


def reports(site: Site, patch: pytest.MonkeyPatch) -> Iterator[Place]:
    """What people are shown: as text, and as JSON where there is both."""
    show = Reports(site.environment(), patch)
    tasks, groups = show.document("tasks", "list"), show.document("issues", "list")
    contained = show.document("quarantine", "list")
    assert [bool(each) for each in (tasks, groups, contained)] == [True] * 3, "there is nothing to be shown"
    names = {
        "TASK": tasks[0]["task_id"],
        "GROUP": groups[0]["fingerprint"],
        "CODE": groups[0]["code"],
        "SOURCE": contained[0]["source"],
        "TENANT": contained[0]["tenant"],
    }
    for words in REPORTS:
        arguments = [names.get(word, word) for word in words.split()]
        for way in ([], ["--json"]):
            yield f"assay {words} {' '.join(way)}", show(*arguments, *way)


def everything(site: Site, patch: pytest.MonkeyPatch) -> Iterator[Place]:
    """All places, but those where traces may be read."""
    for role, records in topics(site.settings).items():
        yield f"topic {role.value}", b"\n".join(records)
    yield from in_redis(site.settings)
    yield from pages(site.ports)
    yield from reports(site, patch)
    yield "notifications", b"\n".join(site.hook.told)
    yield from site.stack_files.added()
    yield from files(site.settings.home)


def plant_leaks(site: Site) -> None:
    """One in each place that can be written to from here: a search that finds nothing must be able to."""
    who = canary(1)
    producer = Producer({"bootstrap.servers": site.settings.bootstrap_servers})
    topic = topic_name(TopicRole.REFUSED, site.settings.topic_prefix)
    producer.produce(topic, b"", headers=[("x", who.iban.encode())])
    assert producer.flush(10) == 0
    with redis.Redis.from_url(site.settings.redis_url) as client:
        client.hset(f"assay:{site.settings.env}:leak", "a", who.email)
    with site.workers.log.open("a") as log:
        log.write(f"{who.card}\n")
    site.hook.told.append(who.ssn.encode())


@pytest.mark.parametrize(
    "count", [pytest.param(1_000, marks=pytest.mark.broker), pytest.param(10_000, marks=pytest.mark.faults)]
)
def test_no_personal_data_leaves(site: Site, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """S0-9, S0-89: in no topic, view, file, log, metric, message or report, in no form."""
    site.start()
    site.publish(count)
    report = site.settle()
    assert (report.ok, report.raw) == (True, count), report.counts
    assert report.balance is not None
    assert min(report.balance.ends.values()) > 0, report.balance.ends
    found = all_hits(everything(site, monkeypatch))
    assert found == [], "\n".join(map(str, found))
    plant_leaks(site)
    places = [*in_redis(site.settings), *files(site.settings.home), ("hook", b"".join(site.hook.told))]
    places += [(role.value, b"\n".join(records)) for role, records in topics(site.settings).items()]
    assert {hit.place.partition(" ")[0] for hit in all_hits(places)} == {
        "redis",
        "file",
        "hook",
        "dlq.quality",
    }
