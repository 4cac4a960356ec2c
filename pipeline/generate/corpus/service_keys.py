"""Keys of well-known services by their published forms, with random content."""

from random import Random
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits
from typing import Final
from zlib import crc32

from ...core.codes import IssueCode
from .case import Half, Sample, Stands
from .draw import BASE62, HEX, draw_for, letters

_BASE32: Final = ascii_uppercase + "234567"
_URL: Final = BASE62 + "-_"
_BASE62_OF_GITHUB: Final = digits + ascii_uppercase + ascii_lowercase


def aws(rng: Random, half: Half) -> Sample:
    """An access key id, which its prefix tells, or a secret key, which only a name beside it tells."""
    if rng.random() < 0.5:
        prefix = rng.choice(("AKIA", "AKIA", "ASIA"))
        text = draw_for(half, lambda: prefix + letters(rng, _BASE32, 16), str)
        return Sample(IssueCode.SECURITY_SECRET_AWS, text, "access key id")
    text = draw_for(half, lambda: letters(rng, BASE62 + "+/", 40), str)
    return Sample(IssueCode.SECURITY_SECRET_AWS, text, "secret key", Stands.IN_CONTEXT)


def github(rng: Random, half: Half) -> Sample:
    """A token: the classic ones end with a checksum of what is before."""
    form = rng.choice(("ghp", "ghp", "gho", "ghu", "ghs", "ghr", "fine-grained"))
    text = draw_for(half, lambda: _github(rng, form), str)
    return Sample(IssueCode.SECURITY_SECRET_GITHUB, text, form)


def _github(rng: Random, form: str) -> str:
    if form == "fine-grained":
        return f"github_pat_{letters(rng, BASE62, 22)}_{letters(rng, BASE62, 59)}"
    body = letters(rng, BASE62, 30)
    return f"{form}_{body}{github_checksum(body)}"


def github_checksum(body: str) -> str:
    """CRC-32 in six digits of base 62."""
    rest, found = crc32(body.encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        found = _BASE62_OF_GITHUB[digit] + found
    return found


def slack(rng: Random, half: Half) -> Sample:
    """A bot, user or app token, or the address of an incoming webhook."""
    form = rng.choice(("xoxb", "xoxb", "xoxp", "xapp", "webhook"))
    text = draw_for(half, lambda: _slack(rng, form), str)
    return Sample(IssueCode.SECURITY_SECRET_SLACK, text, form)


def _slack(rng: Random, form: str) -> str:
    team, user = letters(rng, digits[1:], 12), letters(rng, digits[1:], 13)
    match form:
        case "xoxb":
            return f"xoxb-{team}-{user}-{letters(rng, BASE62, 24)}"
        case "xoxp":
            return f"xoxp-{team}-{team}-{user}-{letters(rng, HEX, 32)}"
        case "xapp":
            return f"xapp-1-A0{letters(rng, _BASE32, 9)}-{user}-{letters(rng, HEX, 64)}"
        case _:
            path = f"T0{letters(rng, _BASE32, 9)}/B0{letters(rng, _BASE32, 9)}/{letters(rng, BASE62, 24)}"
            return f"https://hooks.slack.com/services/{path}"


def stripe(rng: Random, half: Half) -> Sample:
    """A live secret key or restricted key; test keys and publishable keys are no secrets."""
    form = rng.choice(("sk_live", "sk_live", "rk_live"))
    size = rng.choice((24, 99))
    text = draw_for(half, lambda: f"{form}_{letters(rng, BASE62, size)}", str)
    return Sample(IssueCode.SECURITY_SECRET_STRIPE, text, f"{form} {size}")


def google(rng: Random, half: Half) -> Sample:
    """An API key, an OAuth access token or a client secret."""
    form = rng.choice(("API key", "API key", "access token", "client secret"))
    text = draw_for(half, lambda: _google(rng, form), str)
    return Sample(IssueCode.SECURITY_SECRET_GOOGLE, text, form)


def _google(rng: Random, form: str) -> str:
    match form:
        case "API key":
            return f"AIza{letters(rng, 'BCDS', 1)}{letters(rng, 'xyzaby', 1)}{letters(rng, _URL, 33)}"
        case "access token":
            return f"ya29.a0{letters(rng, _URL, rng.randint(120, 200))}"
        case _:
            return f"GOCSPX-{letters(rng, _URL, 28)}"


def generic(rng: Random, half: Half) -> Sample:
    """A value that looks random; a secret only because its name says so."""
    form, alphabet, size = rng.choice(_GENERIC)
    text = draw_for(half, lambda: letters(rng, alphabet, size), str)
    return Sample(IssueCode.SECURITY_SECRET_GENERIC, text, form, Stands.IN_CONTEXT)


_GENERIC: Final = (
    ("letters and digits 32", BASE62, 32),
    ("letters and digits 20", BASE62, 20),
    ("hexadecimal 40", HEX, 40),
    ("hexadecimal 64", HEX, 64),
    ("url-safe 43", _URL, 43),
    ("base64 40", BASE62 + "+/", 40),
    ("password 16", ascii_letters + digits + "!#%*+-.?^_~", 16),
    ("password 24", ascii_letters + digits + "!#%*+-.?^_~", 24),
)
