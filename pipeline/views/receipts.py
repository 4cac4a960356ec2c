"""The view ``rules``: what remediation rules did, by minute and hour, from receipts.

Names of counters: ``["rule", rule, version, effect]``, ``["result", rule, version, result]``.
"""

from collections.abc import Sequence

from ..core.edit_receipt import is_edit_receipt
from ..core.record import Record
from ..core.retraction import is_retraction_event
from .buckets import Buckets, counter
from .delta import Delta
from .reading import document_of, millis_of, text

VIEW = "rules"
SCHEMA_PREFIX = "assay/receipt/1-"


def fold_receipts(records: Sequence[Record]) -> list[Delta]:
    """See :class:`~assay.pipeline.views.delta.Fold`."""
    buckets = Buckets()
    for record in records:
        if is_edit_receipt(record) or is_retraction_event(record):
            continue
        receipt = document_of(record.value)
        at_s = 0 if receipt is None else millis_of(text(receipt, "at")) // 1000
        if receipt is None or not at_s or not text(receipt, "schema").startswith(SCHEMA_PREFIX):
            buckets.add(max(record.timestamp, 0) // 1000, counter("unreadable"), 1)
            continue
        rule = (text(receipt, "rule"), text(receipt, "version"))
        buckets.add(at_s, counter("rule", *rule, text(receipt, "effect")), 1)
        buckets.add(at_s, counter("result", *rule, text(receipt, "result")), 1)
    return [*buckets.deltas()]
