"""Faults that expose somebody (S0-9, S0-10): personal data and secrets, made up, in all the ways they get into traces."""

import base64
import json
import random
import string
from collections.abc import Callable, Mapping
from urllib.parse import quote

import orjson

from ..core.codes import IssueCode
from ..core.document import Json
from .fault import Fault, Mutation

Document = dict[str, Json]
Make = Callable[[random.Random], str]
Hide = Callable[[str], str]

_UPPER, _LETTERS = string.ascii_uppercase, string.ascii_letters
_ALNUM = string.ascii_letters + string.digits
_FULL_WIDTH = {ord(char): ord(char) + 0xFEE0 for char in string.digits + "@"}
_FIRST, _LAST = (
    ("ada", "bo", "chi", "dag", "eva", "finn"),
    ("ek", "lund", "moreau", "okafor", "stein", "vale"),
)
_HOSTS = ("example.com", "mail.example.org", "post.example.net")
_NUMBER_OF_LETTER = {letter: str(10 + place) for place, letter in enumerate(_UPPER)}


def card(rng: random.Random) -> str:
    """Sixteen digits of a Visa or Mastercard range with the right check digit, in groups or not."""
    digits = rng.choice(("4", "51", "55")) + _digits(rng, 14)
    digits = digits[:15]
    digits += next(last for last in string.digits if _luhn(digits + last))
    return rng.choice(("", " ", "-")).join(digits[start : start + 4] for start in range(0, 16, 4))


def iban(rng: random.Random) -> str:
    """A German, Dutch or Norwegian one with right check digits."""
    country, account = rng.choice(
        (("DE", _digits(rng, 18)), ("NL", _some(rng, _UPPER, 4) + _digits(rng, 10)), ("NO", _digits(rng, 11)))
    )
    number = "".join(_NUMBER_OF_LETTER.get(char, char) for char in f"{account}{country}00")
    whole = f"{country}{98 - int(number) % 97:02d}{account}"
    return (
        whole
        if rng.random() < 0.5
        else " ".join(whole[start : start + 4] for start in range(0, len(whole), 4))
    )


def ssn(rng: random.Random) -> str:
    """In the ranges that were given out."""
    return f"{rng.randint(1, 665):03d}-{rng.randint(1, 99):02d}-{rng.randint(1, 9999):04d}"


def email(rng: random.Random) -> str:
    """At a host that belongs to nobody."""
    return f"{rng.choice(_FIRST)}.{rng.choice(_LAST)}@{rng.choice(_HOSTS)}"


def phone(rng: random.Random) -> str:
    """In the ranges that films use, or a landline of Berlin."""
    return rng.choice(
        (f"+1 212 555 01{_digits(rng, 2)}", f"+44 20 7946 0{_digits(rng, 3)}", f"+49 30 4{_digits(rng, 6)}")
    )


def address(rng: random.Random) -> str:
    """A public IP address."""
    if rng.random() < 0.3:
        return (
            f"2a02:{rng.randrange(1, 0x10000):x}:{rng.randrange(1, 0x10000):x}::{rng.randrange(1, 0x10000):x}"
        )
    return f"{rng.randint(11, 99)}.{rng.randint(0, 255)}.{rng.randint(0, 255)}.{rng.randint(1, 254)}"


def passport(rng: random.Random) -> str:
    """A passport number with its name, or the second line of a machine-readable zone."""
    number = rng.choice(_UPPER) + _digits(rng, 8)
    if rng.random() < 0.5:
        return f"passport no {number}"
    parts = [
        number,
        f"{rng.randint(50, 99)}0{rng.randint(1, 9)}{rng.randint(10, 28)}",
        f"{rng.randint(30, 39)}1127",
    ]
    number, born, expires = (part + _mrz_digit(part) for part in parts)
    personal = "<" * 14
    checked = f"{number}{born}{expires}{personal}<"
    return f"{number}UTO{born}F{expires}{personal}<{_mrz_digit(checked)}"


def jwt(rng: random.Random) -> str:
    """Signed with nobody's key."""
    header = {"alg": "HS256", "typ": "JWT"}
    claims = {"sub": _some(rng, _ALNUM, 12), "scope": "trace:write"}
    parts = (json.dumps(header, separators=(",", ":")).encode(), orjson.dumps(claims), rng.randbytes(32))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def private_key(rng: random.Random) -> str:
    """The form of one; no key is in it."""
    kind = rng.choice(("", "RSA ", "EC "))
    body = base64.encodebytes(rng.randbytes(240)).decode()
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{body}-----END {kind}PRIVATE KEY-----\n"


def aws(rng: random.Random) -> str:
    """An access key id."""
    return rng.choice(("AKIA", "ASIA")) + _some(rng, _UPPER + "234567", 16)


def github(rng: random.Random) -> str:
    """A classic or a fine-grained token."""
    if rng.random() < 0.5:
        return f"gh{rng.choice('pousr')}_{_some(rng, _ALNUM, 36)}"
    return f"github_pat_{_some(rng, _ALNUM, 22)}_{_some(rng, _ALNUM, 59)}"


def slack(rng: random.Random) -> str:
    """A bot token, or a webhook."""
    if rng.random() < 0.5:
        return f"xoxb-{_digits(rng, 11)}-{_digits(rng, 11)}-{_some(rng, _ALNUM, 24)}"
    team, hook = _some(rng, _UPPER, 9), _some(rng, _UPPER, 9)
    return f"https://hooks.slack.com/services/T{team}/B{hook}/{_some(rng, _ALNUM, 24)}"


def stripe(rng: random.Random) -> str:
    """A live key."""
    return f"{rng.choice(('sk', 'rk'))}_live_{_some(rng, _ALNUM, 24)}"


def google(rng: random.Random) -> str:
    """An API key or an OAuth token."""
    if rng.random() < 0.5:
        return "AIza" + _some(rng, f"{_ALNUM}_-", 34) + rng.choice(_ALNUM)
    return "ya29." + _some(rng, f"{_ALNUM}_-", 60)


def generic(rng: random.Random) -> str:
    """Random characters, with a name in front that tells."""
    name = rng.choice(("api_key", "password", "client_secret", "access_token"))
    return f"{name}={_some(rng, _LETTERS, 11)}{_digits(rng, 2)}{_some(rng, _ALNUM, 11)}"


def exposing(make: Make, *, hidden: bool) -> Mutation:
    """A fault that puts what ``make`` makes somewhere into the trace; ``hidden``: now and then in disguise."""

    def mutate(document: Document, rng: random.Random) -> bytes:
        text = make(rng)
        if hidden and rng.random() < 0.4:
            text = rng.choice(_DISGUISES)(text)
        elif rng.random() < 0.5:
            text = f"The note said: {text}"
        return orjson.dumps(_placed(document, text, rng))

    return mutate


def tenant_mismatch(document: Document, rng: random.Random) -> bytes:
    """A step that works on another tenant's data."""
    context = document["context"]
    assert isinstance(context, dict)
    tenant = context["tenant_id"]
    assert isinstance(tenant, int)
    inputs: Json = {"attempt": 1, "source": {"tenant_id": tenant + rng.randint(1, 500)}}
    return orjson.dumps(_with_step(document, rng, "inputs", inputs))


def _placed(document: Document, text: str, rng: random.Random) -> Document:
    match rng.randrange(5):
        case 0:
            return {**document, "inputs": {"note": text}}
        case 1:
            return {**document, "outputs": {"accepted": True, "summary": text}}
        case 2:
            return {**document, "inputs": {text: 1}}
        case 3:
            return _with_step(
                document, rng, "inputs", {"attempt": 1, "arguments": json.dumps({"note": text})}
            )
        case _:
            return _with_step(document, rng, "outputs", {"parts": [{"text": text}]})


def _with_step(document: Document, rng: random.Random, member: str, value: Json) -> Document:
    steps = document["steps"]
    assert isinstance(steps, list)
    steps = list(steps)
    place = rng.randrange(len(steps))
    step = steps[place]
    assert isinstance(step, dict)
    steps[place] = {**step, member: value}
    return {**document, "steps": steps}


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


_DISGUISES: tuple[Hide, ...] = (
    lambda text: text.translate(_FULL_WIDTH),
    "\u200b".join,
    lambda text: quote(text, safe=""),
    _base64,
    lambda text: quote(_base64(text), safe=""),
)


def _some(rng: random.Random, alphabet: str, count: int) -> str:
    return "".join(rng.choices(alphabet, k=count))


def _digits(rng: random.Random, count: int) -> str:
    return _some(rng, string.digits, count)


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _mrz_digit(field: str) -> str:
    values = (0 if char == "<" else int(char, 36) for char in field)
    return str(sum(value * (7, 3, 1)[place % 3] for place, value in enumerate(values)) % 10)


def _row(make: Make, *, hidden: bool = True, weight: float = 0.5) -> Fault:
    return Fault(exposing(make, hidden=hidden), blocking=True, weight=weight)


FAULTS: Mapping[IssueCode, Fault] = {
    IssueCode.SECURITY_PII_CARD: _row(card),
    IssueCode.SECURITY_PII_IBAN: _row(iban),
    IssueCode.SECURITY_PII_SSN: _row(ssn),
    IssueCode.SECURITY_PII_EMAIL: _row(email, weight=1),
    IssueCode.SECURITY_PII_PHONE: _row(phone),
    IssueCode.SECURITY_PII_IP: _row(address),
    IssueCode.SECURITY_PII_PASSPORT: _row(passport, hidden=False, weight=0.2),
    IssueCode.SECURITY_SECRET_JWT: _row(jwt),
    IssueCode.SECURITY_SECRET_PRIVATE_KEY: _row(private_key, hidden=False, weight=0.2),
    IssueCode.SECURITY_SECRET_AWS: _row(aws),
    IssueCode.SECURITY_SECRET_GITHUB: _row(github, weight=0.3),
    IssueCode.SECURITY_SECRET_SLACK: _row(slack, weight=0.3),
    IssueCode.SECURITY_SECRET_STRIPE: _row(stripe, weight=0.3),
    IssueCode.SECURITY_SECRET_GOOGLE: _row(google, weight=0.3),
    IssueCode.SECURITY_SECRET_GENERIC: _row(generic),
    IssueCode.SECURITY_TENANT_MISMATCH: Fault(tenant_mismatch, blocking=True, weight=1),
}
