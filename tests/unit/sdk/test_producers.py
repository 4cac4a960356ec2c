"""Kafka producers behind a gate: what passes is sent as it is, what does not is never sent and never lost silently."""

import asyncio
import json
from typing import Any

import confluent_kafka
import pytest

from assay.sdk import GateDecision, GateResult, OnRefused, TraceRefusedError, UngatedError
from assay.sdk.aiokafka_producer import GatedAIOKafkaProducer
from assay.sdk.confluent_producer import GatedConfluentProducer

from .conftest import MakeGate

TOPIC = "traces.raw"


class FakeAIOKafka:
    """Notes what is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[Any, ...]] = []
        self.calls: list[str] = []

    async def start(self) -> None:
        self.calls.append("start")

    async def stop(self) -> None:
        self.calls.append("stop")

    async def send(self, *arguments: Any) -> "asyncio.Future[str]":
        self.sent.append(arguments)
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        future.set_result("metadata")
        return future

    async def send_batch(self, *_: Any, **__: Any) -> None:
        raise AssertionError("it must not be reached")

    async def flush(self) -> str:
        return "flushed"


class FakeConfluent:
    """Notes what is produced."""

    def __init__(self) -> None:
        self.produced: list[tuple[tuple[Any, ...], dict[str, Any]]] = []

    def produce(self, *arguments: Any, **options: Any) -> None:
        self.produced.append((arguments, options))

    def produce_batch(self, *_: Any) -> None:
        raise AssertionError("it must not be reached")

    def flush(self, timeout: float = -1) -> int:
        return 0

    def __len__(self) -> int:
        return len(self.produced)


def as_json(document: Any) -> bytes:
    return json.dumps(document).encode()


async def test_what_passes_is_sent_as_it_is(make_gate: MakeGate, good: dict[str, Any]) -> None:
    producer = FakeAIOKafka()
    headers = [("traceparent", b"00-1-2-01")]

    async with GatedAIOKafkaProducer(producer, make_gate()) as gated:
        sent = await gated.send(TOPIC, as_json(good), b"k", 3, 7, headers)
        assert isinstance(sent, asyncio.Future)
        assert await sent == "metadata"
        assert await gated.send_and_wait(TOPIC, as_json(good), key=b"k") == "metadata"
        assert await gated.flush() == "flushed"

    assert producer.calls == ["start", "stop"]
    assert producer.sent == [
        (TOPIC, as_json(good), b"k", 3, 7, headers),
        (TOPIC, as_json(good), b"k", None, None, []),
    ]


async def test_a_refused_trace_is_not_sent_and_raises(make_gate: MakeGate, bad: dict[str, Any]) -> None:
    producer = FakeAIOKafka()
    gated = GatedAIOKafkaProducer(producer, make_gate())

    with pytest.raises(TraceRefusedError):
        await gated.send_and_wait(TOPIC, as_json(bad))

    assert producer.sent == []
    assert gated.gate.client_report().refused == 1


async def test_a_refused_trace_is_returned_where_that_is_wanted(
    make_gate: MakeGate, bad: dict[str, Any]
) -> None:
    producer = FakeAIOKafka()
    gated = GatedAIOKafkaProducer(producer, make_gate(), on_refused=OnRefused.RETURN)

    for send in (gated.send, gated.send_and_wait):
        result = await send(TOPIC, as_json(bad))
        assert isinstance(result, GateResult)
        assert result.decision is GateDecision.REFUSED
    assert producer.sent == []


async def test_an_empty_value_is_refused_as_the_stream_would(make_gate: MakeGate) -> None:
    with pytest.raises(TraceRefusedError, match=r"corrupt\.empty"):
        await GatedAIOKafkaProducer(FakeAIOKafka(), make_gate()).send(TOPIC, None, b"k")


async def test_the_gate_serialises_what_it_judges(make_gate: MakeGate, good: dict[str, Any]) -> None:
    producer = FakeAIOKafka()
    gated = GatedAIOKafkaProducer(producer, make_gate(), value_serializer=as_json, key_serializer=str.encode)

    await gated.send(TOPIC, good, "k")

    assert producer.sent == [(TOPIC, as_json(good), b"k", None, None, [])]


async def test_a_producer_that_serialises_later_is_not_taken(make_gate: MakeGate) -> None:
    """What was judged would not be what is sent."""
    producer = FakeAIOKafka()
    producer._value_serializer = as_json  # type: ignore[attr-defined]  # as aiokafka keeps it
    with pytest.raises(UngatedError, match="serializer"):
        GatedAIOKafkaProducer(producer, make_gate())


async def test_there_is_no_way_past_the_gate_by_accident(make_gate: MakeGate) -> None:
    gated = GatedAIOKafkaProducer(FakeAIOKafka(), make_gate())
    other = GatedConfluentProducer(FakeConfluent(), make_gate())

    for producer, name in ((gated, "send_batch"), (gated, "create_batch"), (other, "produce_batch")):
        with pytest.raises(UngatedError, match=name):
            getattr(producer, name)
    with pytest.raises(AttributeError):
        _ = gated.nothing


async def test_what_is_no_trace_is_sent_unjudged_and_counted(make_gate: MakeGate) -> None:
    producer = FakeAIOKafka()
    gated = GatedAIOKafkaProducer(producer, make_gate())

    await gated.send("orders", b"anything")

    assert len(producer.sent) == 1
    assert gated.gate.client_report().decisions[GateDecision.SKIPPED_TOPIC] == 1


def test_confluent_gets_what_passes_as_it_is(make_gate: MakeGate, good: dict[str, Any]) -> None:
    producer = FakeConfluent()
    gated = GatedConfluentProducer(producer, make_gate())
    value = json.dumps(good)

    def told(*_: object) -> None:
        pass

    assert gated.produce(TOPIC, value, "k", 2, on_delivery=told, timestamp=7, headers={"a": "b"}) is None
    gated.produce(TOPIC, value)

    assert producer.produced == [
        (
            (TOPIC, value, "k"),
            {"partition": 2, "timestamp": 7, "on_delivery": told, "headers": {"a": "b"}},
        ),
        ((TOPIC, value, None), {"partition": -1, "timestamp": 0}),
    ]
    assert len(gated) == 2
    assert gated.flush() == 0


def test_confluent_does_not_get_what_is_refused(make_gate: MakeGate, bad: dict[str, Any]) -> None:
    producer = FakeConfluent()
    with pytest.raises(TraceRefusedError):
        GatedConfluentProducer(producer, make_gate()).produce(TOPIC, json.dumps(bad))
    returning = GatedConfluentProducer(
        producer, make_gate(), on_refused=OnRefused.RETURN, value_serializer=as_json
    )
    result = returning.produce(TOPIC, bad, headers=[("h", None)])

    assert isinstance(result, GateResult)
    assert producer.produced == []


def test_the_header_that_names_a_subject_counts_at_the_gate_too(
    make_gate: MakeGate, good: dict[str, Any]
) -> None:
    with pytest.raises(TraceRefusedError, match=r"schema\.subject_unknown"):
        GatedConfluentProducer(FakeConfluent(), make_gate()).produce(
            TOPIC, json.dumps(good), headers={"assay-subject": "no_such"}
        )


def test_the_real_producer_of_confluent_may_be_wrapped(make_gate: MakeGate, bad: dict[str, Any]) -> None:
    """One that serialises by itself may not. Nothing is connected here."""
    real = confluent_kafka.Producer({"bootstrap.servers": "127.0.0.1:1", "log_level": 0})
    gated = GatedConfluentProducer(real, make_gate())

    with pytest.raises(TraceRefusedError):
        gated.produce(TOPIC, json.dumps(bad))
