"""Letting people and programs in by their keys."""

import math
from collections.abc import Callable, Mapping
from typing import NoReturn

from assay.agents.api_keys.file import KeyFile
from assay.agents.api_keys.key import Judged, Judgement, judge
from assay.pipeline.core.clock import NANOS_PER_SECOND, Clock, rfc3339

from .caller import Caller
from .guesses import Guesses
from .problems import HttpProblem, Kind

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="assay"'}
_WORDS: Mapping[Judgement, str] = {
    Judgement.MISSING: "a key is needed: Authorization: Bearer <key>, or X-API-Key: <key>",
    Judgement.EXPIRED: "the key has expired: assay keys rotate gives its successor",
    Judgement.REVOKED: "the key was revoked",
}
"""Whoever is told that a key expired or was revoked showed its secret. For all other reasons the text is the same."""
_NOT_GOOD = "the key is not good"


class Door:
    """Judges keys, and counts who is wrong."""

    def __init__(
        self,
        keys: KeyFile,
        clock: Clock,
        refused: Callable[[Judgement], None],
        local: Caller | None = None,
        guesses: Guesses | None = None,
    ) -> None:
        """``local``: who everybody is while the API is open. ``refused`` is told of every refusal."""
        self._keys = keys
        self._clock = clock
        self._refused = refused
        self._local = local
        self._guesses = guesses or Guesses()

    @property
    def is_open(self) -> bool:
        """Whether nobody needs a key."""
        return self._local is not None

    def caller(self, presented: str, address: str) -> Caller:
        """Who presents this key (empty = none) from this address.

        Raises :class:`HttpProblem`: 401 for a key that is not good, 429 for an address that guessed too often.
        """
        if self._local is not None:
            return self._local
        now_ns = self._clock.now_ns()
        now_s = now_ns / NANOS_PER_SECOND
        if presented and (wait_s := self._guesses.wait_s(address, now_s)) > 0:
            headers = {"Retry-After": str(math.ceil(wait_s))}
            raise HttpProblem(Kind.TOO_MANY, "too many wrong keys from this address", headers=headers)
        judged = judge(self._keys.keys(), presented, rfc3339(now_ns))
        if judged.judgement is not Judgement.GOOD:
            self._refuse(judged, address, now_s)
        assert judged.key is not None, "a good key was recognised"
        key = judged.key
        return Caller(key.name, key.role, key.scopes, key.tenant, key.id)

    def _refuse(self, judged: Judged, address: str, now_s: float) -> NoReturn:
        self._refused(judged.judgement)
        if judged.key is None and judged.judgement is not Judgement.MISSING:
            self._guesses.was_wrong(address, now_s)
        raise HttpProblem(Kind.KEY_REQUIRED, _WORDS.get(judged.judgement, _NOT_GOOD), headers=CHALLENGE)


def presented_key(headers: Mapping[str, str]) -> str:
    """The key that a request carries; empty when there is none."""
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return key.strip()
    return headers.get("x-api-key", "")
