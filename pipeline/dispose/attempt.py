"""Which try at a trace this is, in headers: 0 for a first pass; replay adds one, and says of what it is a new try."""

from ..core import headers as names
from ..core.replay_mark import Mark, passed_on

FIRST_PASS = 0
FIRST_PASS_HEADER = (names.ATTEMPT, b"0")
_FIRST_PASS = (FIRST_PASS_HEADER,)


def attempt_of(mark: Mark | None) -> int:
    """The number of the try; ``None`` is the mark of a record that is no replay."""
    return FIRST_PASS if mark is None else mark.attempt


def attempt_headers(mark: Mark | None) -> tuple[tuple[str, bytes | None], ...]:
    """What a derived record says of it."""
    if mark is None:
        return _FIRST_PASS
    return ((names.ATTEMPT, b"%d" % mark.attempt), *passed_on(mark))
