"""Secrets without a form of their own: random values under names that tell, or behind such a name in a text."""

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import unquote

from .randomness import Randomness
from .secret_names import SecretNames, name_pattern
from .text import Context, Span, Text

_NAME_BEFORE = re.compile(r"[0-9A-Za-z_.\-]+\Z", re.ASCII)
_LONGEST_BEFORE = 40
_SCHEME = re.compile(r"\s*(?:bearer|basic|token|apikey|digest)\s+", re.IGNORECASE)
_AUTHORISED = re.compile(
    r"(?i:\bbearer|\bbasic)[^0-9A-Za-z\"]{1,4}([0-9A-Za-z._~+/-]{16,4096}={0,2})", re.ASCII
)
_TAKEN: Final = "\0" * 8
"""Of a text that belongs to another find already: one span, one finding."""
_CODE = re.compile(r"\w[(\[{]")
"""A call, an index, a type: source code in which a name stands, not its value."""
_EXAMPLES = frozenset(("pass", "password", "passwd", "pwd", "secret", "123", "1234", "token", "key"))
_LOGIN = re.compile(r":\\*/\\*/[^\s\"\\/:@]*:([^\s\"\\/@\0]{3,256})@", re.ASCII)


class GenericSecrets:
    """Finds them by a policy."""

    def __init__(self, names: SecretNames, more: Iterable[str], randomness: Randomness) -> None:
        self._names = names
        self._random = randomness
        self._told = re.compile(
            rf"((?:{name_pattern(more)})[0-9A-Za-z_.\-]{{0,30}})"
            r"[ \"'\\]{0,4}\s{0,3}(?:[:=]>?|\b(?:is|was)\b)\s{0,3}\\*[\"']?([^\s\"'<>,;&\\]{8,4096})",
            re.IGNORECASE | re.ASCII,
        )

    def __call__(self, candidate: Text) -> Iterator[Span]:
        """The whole text under a telling name; else what follows such a name, a scheme, or a login in a URL."""
        text, context, effort = candidate
        if context & Context.SECRET:
            value = _SCHEME.sub("", text, count=1)
            if _TAKEN not in value and self._random.is_secret(
                value, password=bool(context & Context.PASSWORD)
            ):
                yield 0, len(text)
                return
        for match in _LOGIN.finditer(text):
            if not self._random.is_placeholder(match[1]) and match[1].lower() not in _EXAMPLES:
                yield match.span(1)
        for match in _AUTHORISED.finditer(text):
            if self._random.is_secret(match[1], password=False):
                yield match.span(1)
        for match in self._told.finditer(text):
            effort.spend(10)
            start = _NAME_BEFORE.search(text, max(0, match.start() - _LONGEST_BEFORE), match.start())
            name = (start[0] if start else "") + match[1]
            value = match[2].rstrip(".!?)]}")
            if "%" in value:
                value = unquote(value)
            if (
                _TAKEN not in value
                and _CODE.search(value) is None
                and self._names.tells(name)
                and self._random.is_secret(value, password=self._names.of_password(name))
            ):
                yield match.span(2)
