"""A file of a policy that cannot be read."""

from collections.abc import Sequence


class UnreadableError(ValueError):
    """Says what is wrong with the file, what to do, and where: a line from 1, or the place in what was read."""

    def __init__(
        self, why: str, remedy: str, *, line: int | None = None, at: Sequence[str | int] | None = None
    ) -> None:
        super().__init__(why)
        self.remedy = remedy
        self.line = line
        self.at = at
        """Keys and indexes that lead to what is wrong, for a file whose syntax is right."""
