"""The offline validation report: the lane's verdicts on records from files."""

from .entry import Entry, Judgement, Place, entry_document
from .examples import Deviation, Example, deviations, example_of, examples_bundle
from .offline import OFFLINE_TOPIC, offline_bundle, validate
from .summary import CodeCount, Summary

__all__ = [
    "validate",
    "offline_bundle",
    "OFFLINE_TOPIC",
    "Place",
    "Entry",
    "Judgement",
    "entry_document",
    "Summary",
    "CodeCount",
    "Example",
    "example_of",
    "examples_bundle",
    "deviations",
    "Deviation",
]
