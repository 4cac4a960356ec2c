"""The value of a record to a document, whatever it is encoded as."""

from ..core.codes import IssueCode
from ..core.issue import Finding
from ..policy.bundle import Limits
from .avro_frame import MAGIC, decode_avro
from .avro_registry import AvroRegistry
from .decoded import Decoded, make_decoded
from .json_text import decode_json


def decode(value: bytes | None, limits: Limits, registry: AvroRegistry) -> Decoded | Finding:
    """The document, or the one finding that says why there is none (S0-13, S0-14, D-15). Never raises.

    Size is asked before anything is parsed. A value that starts with a zero byte is Avro, any other is JSON;
    so UTF-16 text in big-endian order without a mark is ``corrupt.avro``.
    """
    if not value:
        return Finding(
            IssueCode.CORRUPT_EMPTY,
            expected="a JSON or Avro value",
            actual_masked="no value" if value is None else "0 bytes",
        )
    if len(value) > limits.max_value_bytes:
        return Finding(
            IssueCode.CORRUPT_TOO_LARGE,
            expected=f"at most {limits.max_value_bytes} bytes",
            actual_masked=f"{len(value)} bytes",
        )
    if value[0] == MAGIC:
        return decode_avro(value, registry, limits)
    document = decode_json(value, limits)
    return document if type(document) is Finding else make_decoded((document, None, None))
