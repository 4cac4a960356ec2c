"""Options that are one of a few words."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, TypeVar

import click

W = TypeVar("W", bound=StrEnum)


class WordChoice(click.Choice[W]):
    """Members of an enumeration, by their words on the wire and in any case; what the verb gets is the member.

    ``click.Choice`` itself would ask for the names that members have in the code.
    """

    def __init__(self, words: Iterable[W]) -> None:
        super().__init__(words, case_sensitive=False)

    def normalize_choice(self, choice: Any, ctx: click.Context | None) -> str:
        """The word, whatever its case."""
        typed: Any = choice.value if isinstance(choice, StrEnum) else choice
        return super().normalize_choice(typed, ctx)
