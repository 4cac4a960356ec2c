"""Avro values in the Confluent wire format: a zero byte, a schema id of four bytes, one binary datum."""

from base64 import b64encode
from io import BytesIO
from typing import Any

from fastavro import schemaless_reader

from ..core.codes import IssueCode
from ..core.issue import Finding
from ..policy.bundle import Limits
from .avro_registry import AvroRegistry
from .decoded import Decoded

MAGIC = 0
"""The first byte of a frame; no JSON text starts with it."""
_HEADER_BYTES = 5


def decode_avro(value: bytes, registry: AvroRegistry, limits: Limits) -> Decoded | Finding:
    """The datum as plain JSON, with the subject and version that its schema id stands for; or why not.

    ``bytes`` and ``fixed`` become base64 text (RFC 4648, 4), enums their symbol, unions the bare value of
    their branch; logical types stay the number or text that they annotate. Never raises for any value that
    starts with :data:`MAGIC`.
    """
    if len(value) < _HEADER_BYTES:
        return Finding(
            IssueCode.CORRUPT_AVRO, expected="a schema id of 4 bytes", actual_masked=f"{len(value)} bytes"
        )
    schema_id = int.from_bytes(value[1:_HEADER_BYTES], "big")
    reader = registry.find(schema_id)
    if reader is None:
        return Finding(
            IssueCode.CORRUPT_AVRO, expected="the id of a schema in the bundle", actual_masked="another id"
        )
    finding = reader.guard(value, _HEADER_BYTES, limits)
    if finding is not None:
        return finding
    datum: Any = schemaless_reader(BytesIO(value[_HEADER_BYTES:]), reader.parsed, None)
    return Decoded(_as_json(datum), reader.subject, reader.schema.version)


def _as_json(datum: Any) -> Any:
    """The datum with text for binary, changed in place. Without recursion, like all that follows data."""
    whole = [datum]
    todo: list[Any] = [whole]
    while todo:
        container = todo.pop()
        places = container.items() if isinstance(container, dict) else enumerate(container)
        for place, part in places:
            if isinstance(part, bytes):
                container[place] = b64encode(part).decode("ascii")
            elif isinstance(part, dict | list):
                todo.append(part)
    return whole[0]
