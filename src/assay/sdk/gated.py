"""What the wrapped producers share."""

from collections.abc import Callable
from typing import Any

from assay.pipeline.gate import GateResult

from .config import OnRefused
from .errors import TraceRefusedError, UngatedError
from .quality_gate import TraceQualityGate

Serializer = Callable[[Any], bytes | None]
"""As Kafka clients take them: what is to be sent → bytes."""

_PUBLISHING = ("send", "produce", "create_batch")
_NOT_PUBLISHING = frozenset({"send_offsets_to_transaction"})


class GatedProducer:
    """A producer, its gate, and the serializers that come before both: what was judged are the very bytes that are sent.

    Its other attributes are the producer's own. Raises :class:`UngatedError` for a producer that serialises afterwards,
    and for an attribute that might publish past the gate.
    """

    def __init__(
        self,
        producer: Any,
        gate: TraceQualityGate,
        *,
        on_refused: OnRefused = OnRefused.RAISE,
        value_serializer: Serializer | None = None,
        key_serializer: Serializer | None = None,
    ) -> None:
        _without_serializer(producer)
        self._producer = producer
        self.gate = gate
        self._on_refused = on_refused
        self._value_serializer = value_serializer
        self._key_serializer = key_serializer

    def _serialized(self, value: Any, key: Any) -> tuple[Any, Any]:
        if self._value_serializer is not None:
            value = self._value_serializer(value)
        if self._key_serializer is not None:
            key = self._key_serializer(key)
        return value, key

    def _refused(self, result: GateResult) -> GateResult:
        """What comes of a trace that did not pass. Raises :class:`TraceRefusedError` unless it is to be returned."""
        if self._on_refused is OnRefused.RAISE:
            raise TraceRefusedError(result)
        return result

    def __getattr__(self, name: str) -> Any:
        return _passed_on(self._producer, name)


def _passed_on(producer: object, name: str) -> Any:
    """An attribute of the wrapped producer, unless it might publish past the gate.

    Raises :class:`UngatedError` for one that might, ``AttributeError`` for one that there is not.
    """
    if name.startswith(_PUBLISHING) and name not in _NOT_PUBLISHING:
        raise UngatedError(f"{name} is not gated: send traces one by one, or call it on the producer itself")
    return getattr(producer, name)


def _without_serializer(producer: object) -> None:
    """What is judged must be what is sent: a producer that serialises afterwards is refused.

    Raises :class:`UngatedError`.
    """
    if getattr(producer, "_value_serializer", None) is not None:
        raise UngatedError("the producer has a value serializer of its own: give it to the wrapper instead")
