"""Sentences of any length, quickly: one long text is made once, and traces get slices of it."""

import random
from bisect import bisect_left
from collections.abc import Sequence

from .vocabulary import ENDINGS, SUBJECTS_OF_TALK, VERBS

_SENTENCES = 600


class Prose:
    """A text of our own vocabulary; slices of it start and end with a sentence."""

    def __init__(self, rng: random.Random) -> None:
        sentences = [_sentence(rng) for _ in range(_SENTENCES)]
        ends: list[int] = []
        here = 0
        for sentence in sentences:
            here += len(sentence) + 1
            ends.append(here)
        self._text = " ".join(sentences) + " "
        self._ends: Sequence[int] = ends

    def take(self, rng: random.Random, length: int) -> str:
        """About ``length`` characters: whole sentences, one at least, never past the end of the text."""
        first = int(rng.random() * _SENTENCES)
        start = self._ends[first - 1] if first else 0
        last = min(bisect_left(self._ends, start + length), _SENTENCES - 1)
        return self._text[start : self._ends[last] - 1]


def _sentence(rng: random.Random) -> str:
    subject, verb = rng.choice(SUBJECTS_OF_TALK), rng.choice(VERBS)
    return f"{subject[0].upper()}{subject[1:]} {verb} {rng.choice(SUBJECTS_OF_TALK)} {rng.choice(ENDINGS)}"
