"""Bad input on the real Kafka: every record has its outcome, its neighbours are untouched, no process dies."""

import asyncio
import base64
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from confluent_kafka import KafkaError, KafkaException, Producer

from assay.agents.audit import run_audit
from assay.agents.lanes.probe import Probe
from assay.agents.lanes.watchdog import STATUS
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.record import Source
from assay.pipeline.core.topics import TopicRole

from ..processes import LANES
from .conftest import Workers, outcomes

pytestmark = [pytest.mark.broker, pytest.mark.long(40)]

ROOT = Path(__file__).resolve().parents[2]
GOOD = json.dumps(
    json.loads((ROOT / "schemas/workflow_trace/examples/valid/full-1.2.0.json").read_text()),
    separators=(",", ":"),
    ensure_ascii=False,
).encode()
VALID = "valid"
Headers = Sequence[tuple[str, bytes]]


def with_member(text: bytes) -> bytes:
    """The good trace with one more member, as raw text."""
    return GOOD[:-1] + b"," + text + b"}"


def padded(size: int) -> bytes:
    """The good trace, blown up to a size in bytes."""
    room = size - len(with_member(b'"pad":""'))
    return with_member(b'"pad":"' + b"x" * room + b'"')


def changed(**members: object) -> bytes:
    return json.dumps(json.loads(GOOD) | members).encode()


AVRO_ENUM_BOMB = b"\x00" + (1001).to_bytes(4, "big") + b"\xff" * 40
CASES: dict[str, tuple[bytes | None, bytes | None, Headers, str]] = {
    # what: key, value, headers, the outcome's code
    "malformed": (b"k", b'{"a":', (), "corrupt.json_malformed"),
    "a comma too many": (b"k", GOOD[:-1] + b",}", (), "corrupt.json_malformed"),
    "latin-1": (b"k", with_member('"x":"é"'.encode("latin-1")), (), "corrupt.encoding"),
    "utf-16": (b"k", GOOD.decode().encode("utf-16"), (), "corrupt.encoding"),
    "byte order mark": (b"k", b"\xef\xbb\xbf" + GOOD, (), "corrupt.encoding"),
    "lone surrogate": (b"k", with_member(b'"x":"\\ud800"'), (), "corrupt.encoding"),
    "duplicate key": (b"k", with_member(b'"pad":1,"pad":2'), (), "corrupt.duplicate_key"),
    "duplicate key, escaped": (b"k", with_member(b'"a":1,"\\u0061":2'), (), "corrupt.duplicate_key"),
    "NaN": (b"k", with_member(b'"x":NaN'), (), "corrupt.json_malformed"),
    "1e400": (b"k", with_member(b'"x":1e400'), (), "corrupt.number_range"),
    "2 to the 70": (b"k", with_member(b'"x":1180591620717411303424'), (), "corrupt.number_range"),
    "100,000 brackets": (b"k", b"[" * 100_000 + b"]" * 100_000, (), "corrupt.depth"),
    "empty value": (b"k", b"", (), "corrupt.empty"),
    "null value": (b"k", None, (), "corrupt.empty"),
    "null key": (None, GOOD, (), VALID),
    "nothing at all": (None, None, (), "corrupt.empty"),
    "a quarter of a megabyte": (b"k", padded(262_144), (), VALID),
    "a byte over the budget of its type": (b"k", padded(262_145), (), "performance.oversized"),
    "a megabyte": (b"k", padded(1_000_000), (), "performance.oversized"),
    "a byte over the limit for traces": (b"k", padded(1_000_001), (), "corrupt.too_large"),
    "at the broker's limit": (b"k", padded(1_048_576 - 90), (), "corrupt.too_large"),
    "1,000 headers": (b"k", GOOD, [(f"h{n}", b"v" * 10) for n in range(1000)], VALID),
    "headers without end": (b"k", GOOD, [(f"h{n}", b"v" * 100) for n in range(1000)], "corrupt.too_large"),
    "duplicate headers": (b"k", GOOD, [("h", b"1"), ("h", b"2"), ("h", b"")], VALID),
    "forged headers": (b"k", GOOD, [("assay-outcome", b"forged"), ("assay-src", b"x/0/0")], VALID),
    "unknown subject by header": (b"k", GOOD, [("assay-subject", b"nobody")], "schema.subject_unknown"),
    "unknown subject by type": (b"k", changed(trace_type="nobody"), (), "schema.subject_unknown"),
    "unknown version": (b"k", changed(schema_version="9.9.9"), (), "schema.version_unknown"),
    "context is null": (b"k", changed(context=None), (), "schema.type_invalid"),
    "not an object": (b"k", b"[1,2,3]", (), "schema.type_invalid"),
    "avro without a schema id": (b"k", b"\x00\x01", (), "corrupt.avro"),
    "avro with an unknown schema id": (b"k", b"\x00\x7f\xff\xff\xff" + b"\x00" * 20, (), "corrupt.avro"),
    "avro that recurses": (b"k", b"\x00\x00\x00\x03\xe9" + b"\x02" * 5000, (), "corrupt.avro"),
    "avro with endless varints": (b"k", AVRO_ENUM_BOMB, (), "corrupt.avro"),
    "binary": (b"k", bytes(range(1, 256)) * 8, (), "corrupt.encoding"),
}


def publish(
    settings: Settings, records: Sequence[tuple[bytes | None, bytes | None, Headers]]
) -> list[Source]:
    """Everything to partition 0, in order; where each record lies."""
    topic = topic_name(TopicRole.RAW, settings.topic_prefix)
    producer = Producer(
        {"bootstrap.servers": settings.bootstrap_servers, "message.max.bytes": 4_000_000, "acks": "all"}
    )
    sources: list[Source] = []
    errors: list[KafkaError] = []

    def delivered(error: KafkaError | None, message: object) -> None:
        if error is not None:
            errors.append(error)
        else:
            sources.append(Source(topic, message.partition(), message.offset()))  # type: ignore[attr-defined]

    for key, value, headers in records:
        producer.produce(
            topic, key=key, value=value, headers=list(headers), partition=0, on_delivery=delivered
        )
        producer.flush(30)
    if errors:
        raise KafkaException(errors[0])
    return sources


def code_of(envelope: bytes) -> str:
    return str(json.loads(envelope)["issues"][0]["code"])


def test_every_bad_record_has_its_outcome_and_its_neighbours_theirs(
    workers: Workers, settings_for_test: Settings
) -> None:
    """S0-13, S0-14, D-15, promises 1, 2, 6: one good trace before and after each bad one."""
    records: list[tuple[bytes | None, bytes | None, Headers]] = [(b"good", GOOD, ())]
    for key, value, headers, _ in CASES.values():
        records += [(key, value, headers), (b"good", GOOD, ())]
    sources = publish(settings_for_test, records)
    worker = workers.start()
    report = run_audit(settings_for_test, wait_s=60, wait_for=LANES)
    assert worker.poll() is None, "the worker died"
    assert workers.stop() == [0]
    assert report.ok, report.to_json()["findings"]
    valid = outcomes(settings_for_test, TopicRole.VALID)
    invalid = outcomes(settings_for_test, TopicRole.INVALID)
    found = {
        name: VALID if sources[1 + 2 * index] in valid else code_of(invalid[sources[1 + 2 * index]].value())
        for index, name in enumerate(CASES)
    }
    assert found == {name: expected for name, (_, _, _, expected) in CASES.items()}
    for source in sources[::2]:
        assert valid[source].value() == GOOD
    forged = valid[sources[1 + 2 * list(CASES).index("forged headers")]]
    assert [value for name, value in forged.headers() if name == "assay-outcome"] == [b"valid"]


def test_a_record_over_the_brokers_limit_is_refused_at_the_door(settings_for_test: Settings) -> None:
    """There is no record, so there is no outcome to owe."""
    with pytest.raises(KafkaException, match="MSG_SIZE_TOO_LARGE"):
        publish(settings_for_test, [(b"k", padded(1_048_577), ())])


async def publish_bomb(settings: Settings, megabytes: int) -> int:
    """One gzip batch that swells to a thousand times its size; its size in bytes."""
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.bootstrap_servers,
        compression_type="gzip",
        max_batch_size=2_000_000_000,
        request_timeout_ms=60_000,
    )
    await producer.start()
    try:
        batch = producer.create_batch()
        for _ in range(megabytes):
            assert batch.append(timestamp=None, key=None, value=b"0" * 1_000_000) is not None
        topic = topic_name(TopicRole.RAW, settings.topic_prefix)
        await (await producer.send_batch(batch, topic, partition=0))
        return int(batch.size())
    finally:
        await producer.stop()


@pytest.mark.parametrize("megabytes", [300, pytest.param(900, marks=pytest.mark.faults)])
def test_a_compressed_bomb_is_survived(workers: Workers, settings_for_test: Settings, megabytes: int) -> None:
    """RELIABILITY row 18: 300 KB of gzip, 300 MB of zeros: every record in it has an outcome, the worker lives.

    Without the lanes behind the detector: they never meet the batch, only what became of its records. The largest
    batch that a broker takes swells to 900 MB; writing as much, sealed, takes a minute on a small machine.
    """
    publish(settings_for_test, [(b"good", GOOD, ())])
    size = asyncio.run(publish_bomb(settings_for_test, megabytes))
    assert megabytes * 900 < size < megabytes * 1_100 <= 1_048_576
    publish(settings_for_test, [(b"good", GOOD, ())])
    worker = workers.start("detector")
    report = run_audit(settings_for_test, wait_s=120, wait_for=["detector"], check_payloads=False)
    assert worker.poll() is None, "the worker died"
    assert workers.stop() == [0]
    assert report.ok, report.to_json()["findings"]
    assert report.raw == report.accounted == megabytes + 2
    assert (report.outcomes["valid"], report.outcomes["invalid"]) == (2, megabytes)


CRASHES, LOOPS, GROWS = b'{"kill":"interpreter"}', b'{"kill":"time"}', b'{"kill":"memory"}'
SITE = """
import os, sys
if "assay" in " ".join(sys.orig_argv):
    from functools import partial
    import assay.agents.lanes.probe as probe
    import assay.agents.lanes.watchdog as watchdog
    import assay.pipeline.decode.json_text as target
    import assay.pipeline.decode.value as caller
    # A tenth of the real patience.
    watchdog.Bounds = partial(watchdog.Bounds, busy_s=1.0)
    probe.RECORD_S, probe.MEMORY_BYTES = 0.5, 400 << 20
    decode = target.decode_json
    def deadly(value, limits):
        if b'"kill":"interpreter"' in value:
            os.kill(os.getpid(), 11)
        while DEADLIER and b'"kill":"time"' in value:
            pass
        held = []
        while DEADLIER and b'"kill":"memory"' in value:
            try:
                held.append(b"x" * (1 << 22))
            except MemoryError:
                pass
        return decode(value, limits)
    target.decode_json = caller.decode_json = deadly
"""


def site(folder: Path, *, deadlier: bool) -> Path:
    """A folder whose mere presence on the path plants a fatal bug into the decoder, or three."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SITE.replace("DEADLIER", str(deadlier)))
    return folder


def test_records_that_crash_hang_or_blow_up_a_worker_are_dead_lettered_after_three_deaths(
    workers: Workers, settings_for_test: Settings, tmp_path: Path
) -> None:
    """Promise 6, rule 10, D-16: a decoder with fatal bugs meets the records that trigger them.

    The first worker crashes, the second is ended by its watchdog, the third judges apart: three probes end.
    """
    some = [(b"good", GOOD, ())] * 10
    killers = [(b"k", value, ()) for value in (LOOPS, CRASHES, GROWS)]
    sources = publish(settings_for_test, [*some, killers[0], *some, killers[1], *some, killers[2], *some])
    assert workers.start(pythonpath=site(tmp_path / "one", deadlier=False)).wait(60) == -11
    three = site(tmp_path / "three", deadlier=True)
    assert workers.start(pythonpath=three).wait(60) == STATUS
    assert "of CPU, in sitecustomize.py:" in workers.said()
    worker = workers.start(pythonpath=three)
    report = run_audit(settings_for_test, wait_s=60, wait_for=LANES)
    assert worker.poll() is None, "the worker died"
    assert report.in_flight == 0
    assert report.ok, report.to_json()["findings"]
    assert report.outcomes["valid"] == 40
    dead = outcomes(settings_for_test, TopicRole.DEAD_LETTER)
    assert sorted(dead) == [sources[10], sources[21], sources[32]]
    for source, message in dead.items():
        headers = dict(message.headers() or ())
        assert headers["assay-outcome"] == b"dead_lettered"
        assert headers["assay-reason"] == b"worker_crash"
        assert headers["__dlq.errors.offset"] == str(source.offset).encode()
        assert headers["__dlq.errors.delivery.count"] == b"3"
        for value in (LOOPS, CRASHES, GROWS):
            assert value not in (message.value() or b"")
            assert base64.b64encode(value)[:-4] not in (message.value() or b"")


async def test_the_probe_is_a_process_of_its_own(
    settings_for_test: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a probe outlives, a worker may judge."""
    from assay.pipeline.testing import raw_record

    monkeypatch.setenv("ASSAY_TOPIC_PREFIX", settings_for_test.topic_prefix)
    topic = topic_name(TopicRole.RAW, settings_for_test.topic_prefix)
    async with Probe() as probe:
        assert await probe.survives(raw_record(GOOD, topic=topic))
        assert await probe.survives(raw_record(None, topic=topic))
