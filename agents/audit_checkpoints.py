"""What this machine knows to stand in the audit log, in a file beside it: without one a log that lost its end looks sound."""

import os
from pathlib import Path

import orjson

from assay.pipeline.core.audit_chain import NOTHING, Link
from assay.pipeline.core.errors import DependencyUnavailableError


class Checkpoints:
    """Ends of the chain, one line of JSON each, in a file that only grows.

    Every method raises :class:`DependencyUnavailableError` when the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def note(self, link: Link, at: str) -> None:
        """Add an end that was written ``at`` (RFC 3339), and wait until the disk has it."""
        line = orjson.dumps({"seq": link.seq, "hash": link.hash, "at": at}) + b"\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb", buffering=0) as file:
                file.write(line)  # one write at the end of the file: several processes do not mix
                os.fsync(descriptor)
        except OSError as error:
            raise self._unusable(error) from error

    def all(self, since: str = "") -> list[Link]:
        """Every end that was noted, or those that were written at that time or later. Lines that a crash cut are left out."""
        try:
            lines = self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._unusable(error) from error
        return [link for line in lines if (link := _link(line, since)) is not None]

    def last(self) -> Link:
        """The furthest end; ``NOTHING`` when none was noted."""
        return max(self.all(), default=NOTHING)

    def _unusable(self, error: OSError) -> DependencyUnavailableError:
        return DependencyUnavailableError(
            f"{self.path} cannot be used ({type(error).__name__}, errno {error.errno})"
        )


def _link(line: bytes, since: str) -> Link | None:
    try:
        found = orjson.loads(line)
        return Link(found["seq"], found["hash"]) if found["at"] >= since else None
    except (ValueError, KeyError, TypeError):
        return None
