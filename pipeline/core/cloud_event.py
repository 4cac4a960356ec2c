"""Quality events on the wire: CloudEvents 1.0 in Kafka's binary mode (DESIGN 4)."""

from collections.abc import Sequence

from . import headers as names
from .record import Headers

SPECVERSION = (names.CE_SPECVERSION, b"1.0")
JSON = (names.CONTENT_TYPE, b"application/json")


def event_headers(
    *,
    event_id: str,
    source: str,
    event_type: str,
    at: str,
    subject: str,
    more: Sequence[tuple[str, bytes]] = (),
) -> Headers:
    """The headers of an event. ``source`` is the agent as a URI path, ``at`` RFC 3339 with nine digits, ``subject`` the key.

    ``event_id`` is made of what caused the event, never random: work that is done again gives the same event.
    """
    return [
        (names.CE_ID, event_id.encode()),
        (names.CE_SOURCE, source.encode()),
        (names.CE_TYPE, event_type.encode()),
        SPECVERSION,
        (names.CE_TIME, at.encode()),
        (names.CE_SUBJECT, subject.encode()),
        JSON,
        *more,
    ]
