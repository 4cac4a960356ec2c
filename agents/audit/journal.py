"""The journal of ``assay generate``: what was published, where it lies, and what its verdict must be."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from assay.pipeline.core.errors import ConfigError, Problem
from assay.pipeline.core.record import Source


class JournalLine(NamedTuple):
    """One published record."""

    key: bytes | None
    source: Source | None
    """``None`` when the acknowledgement never came: the record may be there or not."""
    expected: str | None
    """The issue code that its verdict must hold; ``None`` for a trace with nothing wrong."""
    blocking: bool
    """Whether that code keeps the trace from passing."""
    known: bool
    """Whether ``expected`` says anything."""


def read_journal(path: Path) -> Sequence[JournalLine]:
    """Read a journal. Raises :class:`ConfigError` naming the line that is not one.

    A last line without its end is left out: its writer was killed while writing it.
    """
    lines: list[JournalLine] = []
    try:
        with path.open("rb") as file:
            for number, text in enumerate(file, 1):
                if text.endswith(b"\n"):
                    lines.append(_parse(text, f"{path}:{number}"))
    except OSError as error:
        raise ConfigError(
            [
                Problem(
                    str(path),
                    f"cannot be read: {error.strerror}",
                    "Give the file that `assay generate` wrote",
                )
            ]
        ) from None
    return lines


def _parse(text: bytes, where: str) -> JournalLine:
    try:
        row = json.loads(text)
        key, offset, expected = row["key"], row["offset"], row["expected"]
        return JournalLine(
            None if key is None else bytes.fromhex(key),
            None if offset is None else Source(str(row["topic"]), int(row["partition"]), int(offset)),
            expected if expected is None else str(expected),
            bool(row.get("blocking", expected is not None)),
            bool(row.get("expected_known", True)),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ConfigError(
            [Problem(where, "is not a line of a journal", "Give the file that `assay generate` wrote")]
        ) from None
