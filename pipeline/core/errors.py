"""The errors that Assay raises. Two roots; code that retries asks only which of the two it is.

Faults of a record are values (:class:`~assay.pipeline.core.issue.Issue`), never exceptions.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class AssayError(Exception):
    """Root of all errors below; catch one of its two children instead."""


class PermanentError(AssayError):
    """The same input gives the same error: change the input, do not retry."""


class TransientError(AssayError):
    """The cause may pass: retry with back-off, or stop and be restarted; never skip."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a configuration: the key, what is wrong with it, and what to do."""

    where: str
    why: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.why}. {self.remedy}"


class ConfigError(PermanentError):
    """Settings, policies or schemas are wrong: show all ``problems`` to the person and exit with 2."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class RefusedError(PermanentError):
    """An operation would break a promise: do not force it; exit with 4."""


class DependencyUnavailableError(TransientError):
    """Kafka, Redis, Java or Maven is not there: say which and how to get it; exit with 3."""


class FencedError(TransientError):
    """Another worker owns this slot now: drop the work at hand at once, write nothing more."""


class UnknownOutcomeError(TransientError):
    """A transaction may or may not have been committed: throw the producer away, read back the committed offset."""


class SealError(PermanentError):
    """A sealed payload does not open: its key is gone, or it was altered."""


class PatchError(PermanentError):
    """A patch does not fit the document: it is not the one that the patch was made for; do not force it."""


class UnsupportedRemediationRuleError(PermanentError):
    """No rule of the bundle has this name: name one that ``assay rules list`` shows (S0-135)."""
