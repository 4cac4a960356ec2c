"""Keys and tokens whose issuers gave them a form of their own."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from .text import Context, Span, Text

_MADE_UP = re.compile(r"[xX]{6}|EXAMPLE(?:KEY)?\Z|0{8}|(?i:abcdefgh|[-_](?:your|example|placeholder|dummy))")
"""As manuals write tokens that nobody has."""

Find = Callable[[Text], Iterator[Span]]

_LEFT = r"(?:(?<![0-9A-Za-z_])|(?<=\\[nrt]))"


def _by(pattern: str) -> Find:
    compiled = re.compile(pattern, re.ASCII)

    def find(candidate: Text) -> Iterator[Span]:
        return (match.span() for match in compiled.finditer(candidate.text) if not _MADE_UP.search(match[0]))

    return find


github: Final = _by(
    _LEFT + r"(?:gh[pousr]_[0-9A-Za-z]{36,255}|github_pat_[0-9A-Za-z_]{22,255})(?![0-9A-Za-z_])"
)
slack: Final = _by(
    _LEFT + r"(?:xox[abeoprs](?:\.xox[bp])?-[0-9A-Za-z-]{10,250}|xapp-[0-9]-[0-9A-Za-z-]{20,250})"
    r"|hooks\.slack\.com\\*/(?:services|workflows|triggers)\\*/[0-9A-Za-z_]+\\*/[0-9A-Za-z_]+\\*/[0-9A-Za-z_]+"
)
stripe: Final = _by(_LEFT + r"[rs]k_live_[0-9A-Za-z]{10,250}")
google: Final = _by(
    _LEFT
    + r"(?:AIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])|ya29\.[0-9A-Za-z_-]{20,2000}|GOCSPX-[0-9A-Za-z_-]{20,60})"
)
private_key: Final = _by(
    r"-----BEGIN(?:[ +]|%20)(?:[A-Z0-9]+(?:[ +]|%20)){0,3}PRIVATE(?:[ +]|%20)KEY(?:(?:[ +]|%20)BLOCK)?-----"
    r"[\s\S]{0,300}?[0-9A-Za-z+/=]{24}"
    r"(?:[0-9A-Za-z+/=]|\\+[nr](?=[0-9A-Za-z+/=-])|[\r\n]|%0[AaDd]|%2[BbFf]|%3[Dd]|%5[Cc])*+"
    r"(?:-----END[ +%][A-Z0-9 +%]{1,60}-----)?"
)
_AWS_ID = _by(_LEFT + r"(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}(?![0-9A-Za-z])")
_AWS_SECRET = re.compile(r"\s*[0-9A-Za-z/+]{40}\s*", re.ASCII)
_AWS_NAMED = re.compile(
    r"(?i:secret[_-]?(?:access[_-]?)?key(?=[\s>])|secret[_\-. ]?access[_\-. ]?key|aws[0-9a-z_.\- ]{0,20}secret[0-9a-z_.\- ]{0,20}"
    r"|secret[0-9a-z_.\- ]{0,10}aws[0-9a-z_.\- ]{0,20})"
    r"[ \"'\\]{0,4}\s{0,3}(?:[:=]>?|(?<=[yY])[\s>]|\b(?i:is|was)\b)\s{0,3}\\*[\"']?"
    r"((?:[0-9A-Za-z/+]|\\/|%2[BbFf]){40})(?![0-9A-Za-z/+=%])",
    re.ASCII,
)
"""In a log, a query or a script."""


def aws(candidate: Text) -> Iterator[Span]:
    """Access key ids, and the secret half where the name of the member tells."""
    if candidate.context & Context.AWS_SECRET and _AWS_SECRET.fullmatch(candidate.text):
        if not _MADE_UP.search(candidate.text):
            yield 0, len(candidate.text)
        return
    yield from _AWS_ID(candidate)
    for match in _AWS_NAMED.finditer(candidate.text):
        candidate.effort.spend(5)
        if not _MADE_UP.search(match[1]):
            yield match.span(1)
