"""Retractions: what says on ``traces.remediated``, and as an event on ``quality.receipts``, that a repair was undone (ADR 8).

Here is how they are known again; ``pipeline/replay/retract.py`` writes them.
"""

from . import headers as names
from .record import Record, Source

TYPE = "assay.remediation.retraction.v1"
_TYPE = TYPE.encode()


def retracted(record: Record) -> Source | None:
    """What a record of ``traces.remediated`` takes back: the raw record of the repaired trace; ``None`` for no retraction.

    No producer can write one: headers of that name are stripped on the way. One that names no source is ``ValueError``.
    """
    found = names.first(record.headers, names.RETRACTS)
    return None if found is None else Source.parse(found.decode("utf-8", "replace"))


def is_retraction_event(record: Record) -> bool:
    """Whether a record of ``quality.receipts`` is no receipt but says that one was taken back."""
    return names.first(record.headers, names.CE_TYPE) == _TYPE
