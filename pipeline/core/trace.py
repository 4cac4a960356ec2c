"""A decoded trace, as the detectors see it."""

from typing import NamedTuple

from .document import Json


class Trace(NamedTuple):
    """One trace and what is known of it. Detectors read it and change nothing.

    A tuple, because one is made for every trace: cheaper than a dataclass.
    """

    document: Json
    value: bytes
    """The bytes that ``document`` was decoded from."""
    subject: str
    schema_version: str
    tenant: str
    """The tenant as established (DESIGN 9): the topic's, or on a shared topic the body's; else ``none``."""
    timestamp: int
    """Kafka's, in milliseconds."""
    now_ns: int
