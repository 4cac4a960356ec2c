"""Typed reading of one mapping in a policy file; every wrong, missing and unknown key becomes a problem."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from ..core.document import Json, parse_pointer
from ..core.errors import Problem
from .quoted import MOST, quoted

W = TypeVar("W", bound=StrEnum)


class Fields:
    """The keys of one mapping. Getters note what is wrong in ``problems`` and give ``None``, so that reading goes on.

    ``where`` is the file and, inside it, the place; ``known`` are all the keys that the mapping may have.
    """

    def __init__(self, where: str, document: Json, known: Sequence[str], problems: list[Problem]) -> None:
        self._where = where
        self._problems = problems
        self._document: dict[str, Json] = {}
        if not isinstance(document, dict):
            self.problem("", "is not a mapping", f"Give it the keys {', '.join(known)}")
            return
        self._document = document
        for key in document:
            if key not in known:
                self.problem(key, "is not a key that Assay knows", f"Use one of {', '.join(known)}")

    def place(self, key: str) -> str:
        """How a person finds the value of ``key``: the file, a colon, and the keys that lead there."""
        return f"{self._where}{'.' if ': ' in self._where else ': '}{key}"

    def problem(self, key: str, why: str, remedy: str) -> None:
        """Note that something is wrong with the value of ``key``."""
        self._problems.append(Problem(self.place(key) if key else self._where, why, remedy))

    def has(self, key: str) -> bool:
        """Whether the key is there, with any value."""
        return key in self._document

    def get(self, key: str) -> Json:
        """The value as it is; ``None`` when absent."""
        return self._document.get(key)

    def text(self, key: str, pattern: re.Pattern[str]) -> str | None:
        """A required text that matches the pattern as a whole."""
        value = self._document.get(key)
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        self.problem(
            key,
            f"{quoted(value)} is not a text that matches {pattern.pattern}"
            if self.has(key)
            else "is missing",
            "Write it, in quotes where YAML would read something else",
        )
        return None

    def texts(self, key: str, pattern: re.Pattern[str]) -> tuple[str, ...]:
        """A list of different texts, each of which matches the pattern as a whole; empty when absent."""
        value = self._document.get(key, [])
        if not isinstance(value, list):
            self.problem(key, "is not a list", "Write it as [a, b]")
            return ()
        texts = [item for item in value if isinstance(item, str) and pattern.fullmatch(item)]
        if len(texts) < len(value):
            self.problem(key, f"holds something that does not match {pattern.pattern}", "Correct or quote it")
        if len(set(texts)) < len(texts):
            self.problem(key, "names something twice", "Name it once")
        return tuple(texts)

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int | None:
        """An integer in a range; ``default`` when absent, which is a problem when there is none."""
        value = self._document.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        why = f"{quoted(value)} is not an integer from {low} to {high}" if self.has(key) else "is missing"
        self.problem(key, why, f"Choose a number from {low} to {high}")
        return None

    def word(self, key: str, words: type[W]) -> W | None:
        """A required member of an enumeration, by its text."""
        value = self._document.get(key)
        found = next((word for word in words if word.value == value), None)
        if found is None:
            why = f"{quoted(value)} is not one of its words" if self.has(key) else "is missing"
            self.problem(key, why, closest(str(value), [word.value for word in words]))
        return found

    def pointer(self, key: str) -> tuple[str, ...] | None:
        """The tokens of a JSON Pointer to a member; ``None`` when absent or wrong."""
        if not self.has(key):
            return None
        value = self._document[key]
        if isinstance(value, str) and value.startswith("/") and not _BAD_ESCAPE.search(value):
            return parse_pointer(value)
        self.problem(key, f"{quoted(value)} is not a JSON Pointer (RFC 6901)", "Write it as /member/member")
        return None


def closest(wrong: str, right: Sequence[str]) -> str:
    """A remedy for a word that is not among those that are known: the one that looks like it, or a few of them."""
    like = get_close_matches(wrong[:MOST], right, n=1)
    if like:
        return (
            f"Did you mean {like[0]}? Else use one of {', '.join(right)}"
            if len(right) <= _FEW
            else f"Did you mean {like[0]}?"
        )
    return f"Use one of {', '.join(right[:_FEW])}{', …' if len(right) > _FEW else ''}"


_FEW = 20
"""Words in a list that somebody still reads."""
_BAD_ESCAPE = re.compile(r"~(?![01])")
