"""E-mail addresses, found from their ``@``."""

import re
from collections.abc import Iterator
from typing import Final

from phonenumbers import SUPPORTED_REGIONS

from .text import Span, Text

_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}\Z")
_DOMAIN = re.compile(
    r"(?:\w(?:[\w-]{0,61}\w)?\.){1,8}((?i:xn--)[0-9A-Za-z-]{1,58}[0-9A-Za-z]|[^\W\d_]{2,24})(?![\w@])"
)
_MOST_LOCAL: Final = 64
_MOST_DOMAIN: Final = 255
_ENDINGS = (
    "png jpg jpeg gif svg webp ico bmp tif tiff mp3 mp4 mov avi wav js mjs cjs jsx ts tsx css scss less html htm xml"
    " json yaml yml toml ini cfg conf txt md rst csv tsv log sql db py pyc rb go rs java jar class kt php sh bash"
    " pdf doc docx xls xlsx ppt pptx zip gz tar tgz bz2 xz whl exe dll so deb rpm lock map min tpl tmpl bak"
)
_FILE_ENDINGS: Final = frozenset(_ENDINGS.split())
_COUNTRIES: Final = frozenset(region.lower() for region in SUPPORTED_REGIONS) | {
    "uk",
    "eu",
    "su",
    "tf",
    "gs",
    "aq",
}
_LOGIN = re.compile(r":/{2}[^\s/@:]*:[^\s/@]*\Z")


def emails(candidate: Text) -> Iterator[Span]:
    """Addresses whose domain ends in a country, or in a word that is no file ending."""
    text = candidate.text
    past = 0
    here = text.find("@")
    while here >= 0:
        candidate.effort.spend(3)
        local = _LOCAL.search(text, max(past, here - _MOST_LOCAL), here)
        domain = _DOMAIN.match(text, here + 1, here + 1 + _MOST_DOMAIN) if local else None
        if local and domain and _is_address(text, local, domain):
            past = domain.end()
            yield local.start(), past
        here = text.find("@", here + 1)


def _is_address(text: str, local: re.Match[str], domain: re.Match[str]) -> bool:
    name, top = local[0], domain[1].lower()
    if name.startswith(".") or name.strip(".'`*-") == "" or ".." in name:
        return False
    if len(top) == 2 and top.isascii() and top not in _COUNTRIES:
        return False
    if top in _FILE_ENDINGS:
        return False
    if name.endswith("git") and text[domain.end() : domain.end() + 1] == ":":
        return False  # where a repository lies
    return not _LOGIN.search(text, max(0, local.start() - 200), local.end())
