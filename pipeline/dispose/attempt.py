"""Which try at a trace this is: 0 for a first pass; replay adds one."""

from ..core import headers as names

FIRST_PASS = 0
FIRST_PASS_HEADER = (names.ATTEMPT, b"0")
