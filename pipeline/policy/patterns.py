"""Patterns that run in time linear in their text: those that RE2 takes."""

from typing import Final

import re2

MAX_PATTERN: Final = 4_096
"""Characters of a pattern."""
MAX_PROGRAM_BYTES: Final = 1 << 20
"""What RE2 may need for one; compiling what is larger than this would take long."""

REMEDY: Final = "Write it without look-around and back-references, as RE2 reads patterns"


def refusal(pattern: str) -> str | None:
    """Why RE2 does not take the pattern; ``None`` when it does. Takes milliseconds, whatever the pattern is."""
    if len(pattern) > MAX_PATTERN:
        return f"the pattern has more than {MAX_PATTERN} characters"
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_PROGRAM_BYTES
    try:
        re2.compile(pattern, options)
    except re2.error as error:
        why = error.args[0]
        return f"RE2 refuses the pattern: {why.decode(errors='replace') if isinstance(why, bytes) else why}"
    return None
