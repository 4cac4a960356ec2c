"""``confluent_kafka.Producer`` behind a gate."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assay.pipeline.core.record import Headers
from assay.pipeline.gate import GateResult

from .gated import GatedProducer

_Text = str | bytes | None
_ConfluentHeaders = Mapping[str, _Text] | Sequence[tuple[str, _Text]] | None


class GatedConfluentProducer(GatedProducer):
    """Produces what passes. ``produce`` is as in confluent-kafka; other methods are the producer's own.

    Serializers go here, not into a ``SerializingProducer``: what was judged are the very bytes that are sent.
    Raises :class:`UngatedError` for a producer that has one, and for ``produce_batch``.
    """

    def produce(  # noqa: PLR0917 - confluent-kafka's signature
        self,
        topic: str,
        value: Any = None,
        key: Any = None,
        partition: int = -1,
        callback: Callable[..., object] | None = None,
        on_delivery: Callable[..., object] | None = None,
        timestamp: int = 0,
        headers: _ConfluentHeaders = None,
    ) -> GateResult | None:
        """``None``, as the producer gives it; or, where refused traces are returned, the ``GateResult`` of one.

        Raises :class:`TraceRefusedError`, and nothing was queued then.
        """
        value, key = self._serialized(value, key)
        result = self.gate.check(
            _bytes(value) or b"",
            topic=topic,
            key=_bytes(key),
            headers=_pairs(headers),
            timestamp_ms=timestamp or None,  # 0 is the client's word for now
        )
        if not result.passed:
            return self._refused(result)
        told = callback if on_delivery is None else on_delivery
        options: dict[str, Any] = {"partition": partition, "timestamp": timestamp}
        # The client refuses None for these.
        options |= {} if told is None else {"on_delivery": told}
        options |= {} if headers is None else {"headers": headers}
        self._producer.produce(topic, value, key, **options)
        return None

    def __len__(self) -> int:
        return len(self._producer)


def _bytes(text: _Text) -> bytes | None:
    """As the client sends it."""
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text


def _pairs(headers: _ConfluentHeaders) -> Headers:
    if headers is None:
        return ()
    items = headers.items() if isinstance(headers, Mapping) else headers
    return [(name, _bytes(value)) for name, value in items]
