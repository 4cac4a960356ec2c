"""Raw records for those who may see traces: noted in the audit log before they are read (DESIGN 9)."""

from typing import NamedTuple

from assay.agents.investigate.window_reader import WindowReader, silent
from assay.agents.settings import Settings
from assay.pipeline.core.audit_chain import Act
from assay.pipeline.core.record import RawRecord, Source
from assay.pipeline.policy.bundle import Bundle

from .access import Asked
from .heavy import in_turn
from .opening import require_opening
from .problems import invalid, not_found


class RawTrace(NamedTuple):
    """A raw record, and whose it is by its topic: ``None`` where the trace says so itself."""

    record: RawRecord
    tenant: str | None


async def open_raw(asked: Asked, bundle: Bundle, named: str, reason: str) -> RawTrace:
    """The raw record with this source: only from topics that the bundle binds, so that no other can be read here.

    Raises :class:`HttpProblem`: 403 for whoever may not see traces, 404 for what is not there, 422 without a reason.
    """
    require_opening(asked)
    if not reason.strip():
        raise invalid("reason", "is missing", "Say why the trace is to be seen: it is kept in the audit log")
    try:
        source = Source.parse(named)
    except ValueError:
        raise invalid("source", "is no topic/partition/offset", "Take it from an issue group") from None
    world = asked.world
    prefix = world.settings.topic_prefix
    bound = {f"{prefix}{topic}": binding for topic, binding in bundle.bindings.items()}
    if source.topic not in bound:
        raise not_found("trace")
    await world.noting(asked.caller)(Act(asked.caller.name, "trace.open", named, reason, world.now()))
    record = await in_turn(world, _read, world.settings, source)
    if record is None:
        raise not_found("trace")
    return RawTrace(record, bound[source.topic].tenant)


def _read(settings: Settings, source: Source) -> RawRecord | None:
    with WindowReader(settings, silent) as reader:
        return reader.one(source)
