"""Who may see a sealed trace."""

from assay.agents.api_keys.role import Role, Scope
from assay.agents.sealing import EnvelopeSealer, FileKeyProvider

from .access import Asked, require
from .problems import HttpProblem, Kind


def require_opening(asked: Asked) -> None:
    """Raise ``HttpProblem`` (403) unless this API may open traces, and this key may have them opened.

    Whoever calls this notes it in the audit log before a trace is opened (DESIGN 9).
    """
    require(asked.caller, Scope.OPEN, Role.OPERATOR)
    if not asked.world.settings.may_open_traces:
        detail = "sealed traces may not be opened here: ASSAY_MAY_OPEN_TRACES is not set"
        raise HttpProblem(Kind.NOT_ALLOWED, detail)


def keys_of(asked: Asked) -> EnvelopeSealer:
    """The tenants' keys. Raises ``TransientError`` at their use when they cannot be read."""
    world = asked.world
    return EnvelopeSealer(FileKeyProvider(world.settings.keys_path), world.clock)
