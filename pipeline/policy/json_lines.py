"""On which line of a JSON text a value stands; only asked for when something is wrong with it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Step = str | int
"""A key, or an index."""

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)


class Value(NamedTuple):
    """A value in a text: where it is, its line from 1 (that of its key, when it has one), and its first word."""

    path: tuple[Step, ...]
    line: int
    word: str


@dataclass(slots=True)
class _Open:
    """A container that is not closed yet."""

    step: Step | None
    """Where in it the next value goes; ``None``: a key comes first."""
    line: int = 0
    """Of that key."""

    def next(self) -> None:
        self.step = self.step + 1 if isinstance(self.step, int) else None


def values(text: str) -> Iterator[Value]:
    """Every value of a JSON text, in order and without recursion. Of a broken text, what can be made out."""
    here: list[_Open] = []
    line, counted = 1, 0
    for found in _TOKEN.finditer(text):
        word = found[0]
        line += text.count("\n", counted, found.start())
        counted = found.start()
        if word == ":":
            continue
        if word in {"}", "]"}:
            del here[-1:]
        elif word == ",":
            if here:
                here[-1].next()
        elif here and here[-1].step is None:
            here[-1].step, here[-1].line = _key(word), line
        else:
            path = tuple(one.step for one in here if one.step is not None)
            keyed = bool(here) and isinstance(here[-1].step, str)
            yield Value(path, here[-1].line if keyed else line, word)
            if word in {"{", "["}:
                here.append(_Open(None if word == "{" else 0))


def lines_of(text: str, paths: Iterable[Sequence[str]]) -> Mapping[tuple[str, ...], int]:
    """The line of the value at each path, or of the innermost one around it that is there; the text is read once.

    Steps are the tokens of JSON Pointers: an index is one as text.
    """
    wanted = {tuple(path) for path in paths}
    around = {path[:length] for path in wanted for length in range(len(path) + 1)}
    lines: dict[tuple[str, ...], int] = {}
    for value in values(text):
        path = tuple(map(str, value.path))
        if path in around:
            lines.setdefault(path, value.line)
    return {
        path: next((lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in lines), 1)
        for path in wanted
    }


def line_of_repeated(text: str) -> int | None:
    """The line of the first key that stands in its object a second time."""
    seen: set[tuple[Step, ...]] = set()
    for value in values(text):
        if value.path in seen:
            return value.line
        seen.add(value.path)
    return None


def line_of_word(text: str, word: str) -> int | None:
    """The line of the first value that is this word."""
    return next((value.line for value in values(text) if value.word == word), None)


def line_of_depth(text: str, most: int) -> int | None:
    """The line of the first value inside more than ``most`` containers."""
    return next((value.line for value in values(text) if len(value.path) > most), None)


def _key(word: str) -> str:
    try:
        key = json.loads(word)
    except ValueError:
        key = word
    return str(key)
