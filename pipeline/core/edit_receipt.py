"""Receipts of people's edits lie on ``quality.receipts`` beside those of rules; who counts rules passes them over."""

from . import headers as names
from .record import Record

TYPE = "assay.edit.receipt.v1"
_TYPE = TYPE.encode()


def is_edit_receipt(record: Record) -> bool:
    """Whether a record of ``quality.receipts`` says what a person changed, and nothing of a rule."""
    return names.first(record.headers, names.CE_TYPE) == _TYPE
