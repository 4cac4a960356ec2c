"""What the generator makes: a record to publish, and the truth about it."""

from typing import NamedTuple

from ..core.codes import IssueCode
from ..core.record import Headers


class Generated(NamedTuple):
    """One record with its ground truth. A tuple, because one is made for every trace of a load."""

    key: bytes | None
    value: bytes | None
    headers: Headers
    expected: IssueCode | None
    """The code that a verdict must hold; ``None`` for a clean trace, or when nothing is known."""
    blocking: bool
    """Whether that code keeps the trace from passing."""
    known: bool = True
    """``False``: not ours (``--from``), so ``expected`` says nothing."""
