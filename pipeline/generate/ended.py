"""A copy of a clean trace that has ended: what many faults start from."""

import copy

from ..core.document import Json

Document = dict[str, Json]


def ended(document: Document) -> Document:
    """A deep copy; a run that was still going is completed, at the moment at which its last step began."""
    done = copy.deepcopy(document)
    if "ended_at" in done:
        return done
    steps, metrics = done["steps"], done["metrics"]
    assert isinstance(steps, list)
    assert isinstance(metrics, dict)
    last = members(steps[-1])
    done["status"] = last["status"] = "completed"
    done["ended_at"] = last["ended_at"] = last["started_at"]
    del metrics["execution_time_ms"]  # it was that of the whole run
    return done


def members(value: Json) -> Document:
    """The value, which is an object: the clean trace has one there."""
    assert isinstance(value, dict)
    return value
