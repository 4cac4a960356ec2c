"""Faults of logic (S0-16, S0-17, S0-20, S0-28, S0-34, S0-35): each leaves a trace that fits its schema."""

import copy
import random
from collections.abc import Mapping

import orjson

from ..core.codes import IssueCode
from ..core.document import Json
from .ended import Document, ended, members
from .fault import Fault

PLACEHOLDERS = ("unknown", "n/a", "TODO", "xxx", "TBD")
"""Some of those in ``policies/business.yaml``."""
STORM = 4
"""Failures of one step: one more than ``policies/business.yaml`` takes for usual."""


def state_invalid(document: Document, rng: random.Random) -> bytes:
    """A completed trace with a step that still runs, an end that is missing, or one where nothing has ended."""
    document = ended(document)
    match rng.randrange(3):
        case 0:
            last = members(_steps(document)[-1])
            document["status"], last["status"] = "completed", "running"
            del last["ended_at"]
        case 1:
            del document["ended_at"]
        case _:
            document["status"] = "running"
    return orjson.dumps(document)


def inconsistent(document: Document, rng: random.Random) -> bytes:
    """Times that run backwards, an id twice, or a parent that does not exist."""
    document = ended(document)
    steps = _steps(document)
    match rng.randrange(4):
        case 0:
            _swap_times(document)
        case 1:
            _swap_times(members(steps[0]))
        case 2:
            members(steps[-1])["step_id"] = members(steps[0])["step_id"]
        case _:
            members(steps[-1])["parent_id"] = "s99"
    return orjson.dumps(document)


def trust_below_minimum(document: Document, rng: random.Random) -> bytes:
    """A score under that of every workflow."""
    return orjson.dumps({**document, "trust_score": round(rng.random() * 0.49, 3)})


def pattern_unusual(document: Document, rng: random.Random) -> bytes:
    """A retry storm: the last step fails again and again, and then the trace."""
    del rng
    document = ended(document)
    steps = _steps(document)
    last = members(steps[-1])
    document["status"] = last["status"] = "failed"
    for attempt in range(2, STORM + 1):
        again = members(copy.deepcopy(last))
        again["step_id"] = f"{last['step_id']}-{attempt}"
        steps.append(again)
    return orjson.dumps(document)


def metadata_missing(document: Document, rng: random.Random) -> bytes:
    """A trace that ended and does not say where it ran, or which version of its producer wrote it."""
    document = ended(document)
    context = members(document["context"])
    if rng.random() < 0.5:
        del context["environment"]
    else:
        del members(context["producer"])["version"]
    return orjson.dumps(document)


def value_unclear(document: Document, rng: random.Random) -> bytes:
    """A placeholder where a word should be."""
    document = copy.deepcopy(document)
    context, placeholder = members(document["context"]), rng.choice(PLACEHOLDERS)
    match rng.randrange(3):
        case 0:
            context["region"] = placeholder
        case 1:
            context["environment"] = placeholder
        case _:
            members(rng.choice(_steps(document)))["name"] = placeholder
    return orjson.dumps(document)


def _swap_times(document: Document) -> None:
    document["started_at"], document["ended_at"] = document["ended_at"], document["started_at"]


def _steps(document: Document) -> list[Json]:
    steps = document["steps"]
    assert isinstance(steps, list)
    return steps


FAULTS: Mapping[IssueCode, Fault] = {
    IssueCode.BUSINESS_STATE_INVALID: Fault(state_invalid, blocking=True, weight=4),
    IssueCode.BUSINESS_INCONSISTENT: Fault(inconsistent, blocking=True, weight=4),
    IssueCode.BUSINESS_TRUST_BELOW_MINIMUM: Fault(trust_below_minimum, blocking=True, weight=3),
    IssueCode.BUSINESS_PATTERN_UNUSUAL: Fault(pattern_unusual, blocking=False, weight=2),
    IssueCode.BUSINESS_METADATA_MISSING: Fault(metadata_missing, blocking=False, weight=2),
    IssueCode.BUSINESS_VALUE_UNCLEAR: Fault(value_unclear, blocking=False, weight=2),
}
