"""``policies/limits.yaml``."""

from ..core.document import Json
from ..core.errors import Problem
from .bundle import Limits
from .fields import Fields

RANGES = {
    "max_value_bytes": (1, 1_048_576),  # what traces.valid can take
    "max_key_and_headers_bytes": (1, 65_536),  # what traces.valid allows over traces.raw
    "max_depth": (1, 200),  # the decoder and the validator both stop a little above it
    "max_issues": (1, 1000),
}
"""Key → least and most, both included."""


def parse_limits(where: str, document: Json, problems: list[Problem]) -> Limits:
    """The limits; an absent key has the default of :class:`Limits`."""
    fields = Fields(where, document, tuple(RANGES), problems)
    defaults = Limits()
    given = {
        key: fields.integer(key, low, high, default=getattr(defaults, key))
        for key, (low, high) in RANGES.items()
    }
    return Limits(**{key: value for key, value in given.items() if value is not None})
