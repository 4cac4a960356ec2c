"""Telling made-up values from words, names, versions and placeholders."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

_PLACEHOLDER = re.compile(
    r"\*{3}|x{4}|\.{3}|…|•{3}|^<.*>$|\$\{|\{\{|\$\(|^%\w+%$|^\[.*\]$|^\$[A-Z_]+$"
    r"|redacted|change[-_ ]?me|placeholder|(?:^|[-_. ])(?:example|dummy|foo|lorem|sample)(?:$|[-_. ])"
    r"|(?:^|[-_ ])example|replace[-_ ]?(?:me|with|this)|your[-_ ]|insert[-_ ]"
    r"|(?:^|[-_. ])not[-_ ]?(?:a|the|set|real|available)(?:$|[-_. ])|^(?:none|null|nil|true|false|undefined|unset|empty|missing|hidden|masked|removed|filtered|tbd|todo|n/a)\b"
    r"|^(?:vault|secret|env|ref|file|kms|ssm|arn|projects|gs|s3|https?|op|azure|sha1|sha256|sha512|md5)s?:"
    r"|(?:^|[-_. ])test[-_]?(?:token|key|secret|password)"
    r"|^(?-i:A(?:KIA|SIA|BIA|CCA)[0-9A-Z]*EXAMPLE$)|(?-i:EXAMPLEKEY$)"
    # Public keys of SSH say so.
    r"|^(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\w+|sk-ssh-\w+)|^(?-i:AAAA[BCE][0-9]Nz)",
    re.IGNORECASE,
)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_WORDLIKE = re.compile(r"[A-Za-z]+[0-9]{0,4}|[0-9]{1,4}|v?[0-9]+(?:\.[0-9]+)+", re.ASCII)
_PARTS = re.compile(r"[-_./:\\ ,@]+")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].*)?|[0-9:.+\-TZ ]+")
_CHANGE = re.compile(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])|(?<=[a-z])(?=[A-Z])")
_CLASSES = tuple(map(re.compile, ("[a-z]", "[A-Z]", "[0-9]", "[^0-9A-Za-z]")))

_SYMBOL = re.compile(r"[#%^*!$&?~|]")
_CALL = re.compile(r"\w[(\[{]|[?&]\w+=|//")
"""Source code, and URLs."""

_LEAST_PASSWORD: Final = 8
_LEAST_TOKEN: Final = 16
_MOST: Final = 4096
_BITS_PASSWORD: Final = 2.5
_BITS_TOKEN: Final = 3.0
"""Of Shannon entropy a character: 16 hexadecimal digits have some 3.2, English words less than they look."""
_LETTERS_ONLY: Final = 20
"""Random letters without a digit are this long at least, or they are words."""


class Randomness:
    """Judges values by a policy."""

    def __init__(self, placeholders: Iterable[str] = ()) -> None:
        self._placeholders = frozenset(placeholders)

    def is_secret(self, value: str, *, password: bool) -> bool:
        """Whether the value can be a secret: random enough, or of a form that people choose for passwords."""
        value = value.strip()
        if not _LEAST_PASSWORD <= len(value) <= _MOST or any(map(str.isspace, value)):
            return False
        if self.is_placeholder(value) or _TIME.fullmatch(value) or value.count(":") > 1:
            return False  # several colons: a resource name
        if is_random(value) or _is_chosen_by_chance(value):
            return True
        return password and _kinds(value) >= 3 and entropy(value) >= _BITS_PASSWORD and not _all_words(value)

    def is_placeholder(self, value: str) -> bool:
        """Whether the value only stands where a secret would be."""
        return value.lower() in self._placeholders or _PLACEHOLDER.search(value) is not None


def is_random(value: str) -> bool:
    """Whether the value looks drawn by a machine: long, no words, letters and digits among one another."""
    if len(value) < _LEAST_TOKEN or entropy(value) < _BITS_TOKEN:
        return False
    if _UUID.fullmatch(value):
        return True
    if all(_WORDLIKE.fullmatch(part) for part in _PARTS.split(value) if part):
        longest = max(_PARTS.split(value), key=len)
        return len(longest) >= _LETTERS_ONLY and len(_CHANGE.findall(longest)) >= len(longest) / 5
    return len(_CHANGE.findall(value)) >= 3


def _is_chosen_by_chance(value: str) -> bool:
    """Whether a password generator wrote it: every kind of character, among them such as no name has."""
    return (
        len(value) >= _LEAST_TOKEN
        and _kinds(value) == len(_CLASSES)
        and _SYMBOL.search(value) is not None
        and _CALL.search(value) is None
        and entropy(value) >= _BITS_TOKEN
        and not _all_words(value)
    )


def entropy(value: str) -> float:
    """Shannon entropy in bits a character."""
    total = len(value)
    return -sum(count / total * math.log2(count / total) for count in Counter(value).values())


def _kinds(value: str) -> int:
    return sum(kind.search(value) is not None for kind in _CLASSES)


def _all_words(value: str) -> bool:
    """Words and short numbers with dashes, dots or underscores between them: a name, not a password."""
    parts = [part for part in _PARTS.split(value) if part]
    return len(parts) > 1 and all(re.fullmatch(r"[A-Za-z]+|[0-9]{1,4}|v[0-9]+", part) for part in parts)
