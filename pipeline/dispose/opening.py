"""Opening an envelope again: for operators, and for the auditor that compares it with the raw record."""

from ..core.document import Json
from ..core.errors import SealError
from ..core.record import Source
from ..core.sealed import Opener
from .payload import Payload, unpack
from .sealed_payload import bound_to, sealed_from_json


def open_envelope(document: Json, opener: Opener) -> Payload:
    """Key, value and headers exactly as they came.

    Raises ``SealError`` when the key is gone, anything was altered, or the envelope holds a claim check instead;
    never with anything of the content.
    """
    match document:
        case {
            "tenant_id": str(tenant),
            "schema_version": str(schema_version),
            "source": {"topic": str(topic), "partition": int(partition), "offset": int(offset)},
            "payload": payload,
        }:
            aad = bound_to(tenant, Source(topic, partition, offset), schema_version)
            frame = opener.open(tenant, sealed_from_json(payload), aad)
        case _:
            raise SealError("this is no failed-trace envelope")
    try:
        return unpack(frame)
    except ValueError:
        raise SealError("the sealed payload opens, but is no frame of key, value and headers") from None
