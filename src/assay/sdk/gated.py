"""What the wrapped producers share."""

from collections.abc import Callable
from typing import Any

from assay.pipeline.gate import GateResult

from .config import OnRefused
from .errors import TraceRefusedError, UngatedError

Serializer = Callable[[Any], bytes | None]
"""As Kafka clients take them: what is to be sent → bytes."""

_PUBLISHING = ("send", "produce", "create_batch")
_NOT_PUBLISHING = frozenset({"send_offsets_to_transaction"})


def passed_on(producer: object, name: str) -> Any:
    """An attribute of the wrapped producer, unless it might publish past the gate.

    Raises :class:`UngatedError` for one that might, ``AttributeError`` for one that there is not.
    """
    if name.startswith(_PUBLISHING) and name not in _NOT_PUBLISHING:
        raise UngatedError(f"{name} is not gated: send traces one by one, or call it on the producer itself")
    return getattr(producer, name)


def without_serializer(producer: object) -> None:
    """What is judged must be what is sent: a producer that serialises afterwards is refused.

    Raises :class:`UngatedError`.
    """
    if getattr(producer, "_value_serializer", None) is not None:
        raise UngatedError("the producer has a value serializer of its own: give it to the wrapper instead")


def refused(result: GateResult, on_refused: OnRefused) -> GateResult:
    """What comes of a trace that did not pass. Raises :class:`TraceRefusedError` unless it is to be returned."""
    if on_refused is OnRefused.RAISE:
        raise TraceRefusedError(result)
    return result
