"""The whole benchmark, small, on the real broker."""

import json
import secrets
import time
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from confluent_kafka.admin import AdminClient

from assay.agents.bench import soak
from assay.agents.bench.children import Child, ChildFailedError
from assay.agents.bench.job import ALL_CHECKS, Job
from assay.agents.bench.peers import DETECT_PEERS, LANE_PEERS, installed
from assay.agents.bench.site import Site
from assay.agents.bench.soak import measure_soak
from assay.agents.cli.bench import bench
from assay.agents.devstack import Stack
from assay.agents.settings import Settings, load_settings

pytestmark = [pytest.mark.broker, pytest.mark.long(90)]


NAME = secrets.token_hex(4)
"""Of all sites of these tests: other benchmarks may run on this broker meanwhile."""


@pytest.fixture
def settings(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("assay.agents.bench.site.secrets", SimpleNamespace(token_hex=lambda _: NAME))
    monkeypatch.setenv("ASSAY_BOOTSTRAP_SERVERS", stack.bootstrap_servers)
    monkeypatch.setenv("ASSAY_REDIS_URL", stack.redis_url)
    return load_settings()


def assert_all_topics_go(settings: Settings) -> None:
    """Kafka confirms a deletion before its metadata tell of it, so it is asked until then."""
    client = AdminClient({"bootstrap.servers": settings.bootstrap_servers})
    deadline = time.monotonic() + 10
    while left := [
        name for name in client.list_topics(timeout=10).topics if name.startswith(f"bench-{NAME}")
    ]:
        assert time.monotonic() < deadline, left


@pytest.mark.parametrize(
    ("verb", "peer"),
    [*(("lane", peer) for peer in LANE_PEERS), *(("detect", peer) for peer in DETECT_PEERS)],
)
def test_each_peer_does_its_share_and_leaves_no_topic(settings: Settings, verb: str, peer: str) -> None:
    found = {"lane": LANE_PEERS, "detect": DETECT_PEERS}[verb][peer]
    if not installed(found):
        pytest.skip(f"{found.requires} is not installed")
    arguments = [verb, "--peers", peer, "--rounds", "1", "--records", "1000", "--skip-latency", "--json"]

    result = CliRunner(catch_exceptions=False).invoke(bench, arguments)

    figures = json.loads(result.stdout)["figures"]
    assert figures[f"{peer}_per_core_second"]["median"] > 0
    assert figures[f"{peer}_rss_mb"]["median"] > 10
    assert_all_topics_go(settings)


def test_a_record_is_timed_from_its_producer_to_its_reader(settings: Settings) -> None:
    site = Site(settings)
    job = site.job("1", reads="a", writes="a", partitions=4, rate=500.0, seconds=1.0)

    with (
        site.topics(["a"], 4),
        Child("serve", job, site.logs) as worker,
        Child("read", job, site.logs) as reader,
    ):
        assert (worker.answer(), reader.answer()) == ({"ready": True}, {"ready": True})
        with Child("pace", job, site.logs) as producer:
            producer.answer()
            producer.wait()
        reader.ask_to_stop()
        measured = reader.answer()
        reader.wait()
        worker.ask_to_stop()
        worker.wait()

    assert measured["records"] > 0
    assert 0 <= measured["p50_ms"] <= measured["p99_ms"] <= measured["max_ms"]


def test_memory_is_watched_under_load(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soak, "SAMPLE_S", 0.2)
    found = measure_soak(Site(settings), rate=200.0, seconds=2.0, checks=ALL_CHECKS)

    assert found["soak_rss_mb"].median > 10
    assert abs(found["soak_growth_mb"].median) < found["soak_rss_mb"].median


@pytest.mark.parametrize("role", ["peers.mirror", "serve", "pace", "read"])
def test_a_child_that_cannot_do_its_job_is_not_waited_for(settings: Settings, role: str, job: Job) -> None:
    """The error names the child's log, where the cause is."""
    site = Site(settings)

    with Child(role, job, site.logs) as child:
        child.ask_to_stop()
        with pytest.raises(ChildFailedError, match=rf"{role} gave no answer.*{role}\.log"):
            child.answer()
