"""A trace that is not published yet, as a record of the topic that it is meant for."""

import json
from typing import TypeAlias

from ..core.clock import NANOS_PER_MILLI
from ..core.document import Json
from ..core.record import Headers, RawRecord

Publishable: TypeAlias = "bytes | Json"
"""A trace as its producer has it: the bytes that it is going to send, or the document."""

NOWHERE = -1
"""No partition and no offset: it is not there yet."""


def record_of(
    trace: Publishable,
    topic: str,
    now_ns: int,
    *,
    key: bytes | None = None,
    headers: Headers = (),
    timestamp_ms: int | None = None,
) -> RawRecord:
    """The record. Its timestamp is now, as a producer would set it, unless one is given.

    Bytes are judged as they are. A document is judged as ``json.dumps`` writes it, infinities and lone
    surrogates included, so that what is wrong with it shows. Raises ``TypeError`` or ``ValueError`` for what
    is no JSON document.
    """
    value = trace if isinstance(trace, bytes) else _written(trace)
    at_ms = now_ns // NANOS_PER_MILLI if timestamp_ms is None else timestamp_ms
    return RawRecord(topic, NOWHERE, NOWHERE, at_ms, key, value, headers)


def _written(document: Json) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
