"""The traces by which a demo shows the second half of the loop: one for a rule, and a few that need a person."""

import copy
import random
from typing import Any, NamedTuple

import orjson

from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.fingerprint import fingerprint
from assay.pipeline.generate import Generated, TraceMaker
from assay.pipeline.generate.trace import FIRST_TENANT

from .plan import Load

PRODUCER = "demo-importer"
FOR_A_PERSON = 3
_CODE = IssueCode.SCHEMA_TYPE_INVALID
_PATH = "/metrics/execution_time_ms"
_TOO_LONG = "86400000"
"""A day, as a text: a rule makes a number of it, and the repaired copy then contradicts the trace's own times."""


class Story(NamedTuple):
    """The traces, and what the person knows who will look after them."""

    load: Load
    fingerprint: str
    """Of the problem that needs a person: the task's name."""
    patch: bytes
    """What puts those traces right (RFC 6902)."""


def make_story(seed: int, now_ns: int, version: str = "1.0.0") -> Story:
    """The same for the same seed, time and version of the producer. The time is the end of the traces' runs, about."""
    maker = TraceMaker(random.Random(seed), 1, now_ns)  # noqa: S311 - traces that can be made again, not a secret
    document: dict[str, Any] = maker.make()
    while document["status"] != "completed":
        document = maker.make()
    document["context"]["producer"] = {"name": PRODUCER, "version": version}
    took_ms = document["metrics"]["execution_time_ms"]
    broken = [_changed(document, 0, str(took_ms))]
    broken += [_changed(document, number, _TOO_LONG) for number in range(1, FOR_A_PERSON + 1)]
    subject, tenant = document["trace_type"], str(FIRST_TENANT)
    return Story(
        Load(f"one for a rule, {FOR_A_PERSON} for a person", len(broken), broken),
        fingerprint(_CODE, subject, _PATH, tenant, PRODUCER),
        orjson.dumps([{"op": "replace", "path": _PATH, "value": took_ms}]),
    )


def _changed(document: dict[str, Any], number: int, took: str) -> Generated:
    """A trace of its own, with a run time that is a text."""
    changed = copy.deepcopy(document)
    changed["trace_id"] = f"{document['trace_id'][:-2]}{number:02x}"
    changed["metrics"]["execution_time_ms"] = took
    key = changed["trace_id"].encode()
    return Generated(key, orjson.dumps(changed), [("demo", b"story")], _CODE, blocking=True)
