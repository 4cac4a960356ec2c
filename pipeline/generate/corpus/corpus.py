"""The corpus: cases of all kinds, in a fixed order, from a seed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Final

from ...core.codes import IssueCode
from ...core.document import Json, format_pointer
from .addresses import address
from .cards import card
from .carry import Carried, carry
from .carry_look_alike import carry_look_alike
from .case import Case, Expected, Half, Kind, SampleMaker
from .clean import clean_text, clean_value
from .draw import draw_for
from .emails import email
from .frames import frame
from .ibans import iban
from .look_alike_numbers import LOOK_ALIKE_NUMBERS
from .look_alike_secrets import LOOK_ALIKE_SECRETS
from .look_alike_texts import LOOK_ALIKE_TEXTS
from .passports import passport
from .phones import phone
from .service_keys import aws, generic, github, google, slack, stripe
from .ssns import ssn
from .tokens import jwt, private_key
from .write import write

SAMPLES: Final[Mapping[IssueCode, SampleMaker]] = {
    IssueCode.SECURITY_PII_CARD: card,
    IssueCode.SECURITY_PII_IBAN: iban,
    IssueCode.SECURITY_PII_SSN: ssn,
    IssueCode.SECURITY_PII_EMAIL: email,
    IssueCode.SECURITY_PII_PHONE: phone,
    IssueCode.SECURITY_PII_IP: address,
    IssueCode.SECURITY_PII_PASSPORT: passport,
    IssueCode.SECURITY_SECRET_JWT: jwt,
    IssueCode.SECURITY_SECRET_PRIVATE_KEY: private_key,
    IssueCode.SECURITY_SECRET_AWS: aws,
    IssueCode.SECURITY_SECRET_GITHUB: github,
    IssueCode.SECURITY_SECRET_SLACK: slack,
    IssueCode.SECURITY_SECRET_STRIPE: stripe,
    IssueCode.SECURITY_SECRET_GOOGLE: google,
    IssueCode.SECURITY_SECRET_GENERIC: generic,
}
LOOK_ALIKES: Final = (*LOOK_ALIKE_NUMBERS, *LOOK_ALIKE_TEXTS, *LOOK_ALIKE_SECRETS)

DEFAULT_CASES: Final = 8_000
DEFAULT_SEED: Final = 2026

_PII = [code for code in SAMPLES if code.value.startswith("security.pii_")]
_SECRETS = [code for code in SAMPLES if code not in _PII]
_TURN: Final = (*(_PII * 2), *_SECRETS, *([Kind.LOOK_ALIKE] * 15), *([Kind.CLEAN] * 7))
"""What the cases of one turn are about: 22 positive, 15 look-alike, 7 clean ones."""
_SECOND_SAMPLE = 0.08
_ALSO_LOOK_ALIKE = 0.25


def corpus(half: Half, count: int = DEFAULT_CASES, seed: int = DEFAULT_SEED) -> Iterator[Case]:
    """So many cases of a half. Same arguments, same cases; a longer corpus begins with the shorter one."""
    for number in range(count):
        yield case(half, number, seed)


def case(half: Half, number: int, seed: int = DEFAULT_SEED) -> Case:
    """One case, by its number."""
    rng = Random(f"{seed}/{half}/{number}")  # noqa: S311 - made-up data, no secret
    about = _TURN[number % len(_TURN)]
    name = f"{half}/{number}"
    match about:
        case IssueCode():
            return _positive(rng, half, name, about)
        case Kind.LOOK_ALIKE:
            return _look_alike(rng, half, name)
        case _:
            return _clean(rng, half, name)


def _positive(rng: Random, half: Half, name: str, code: IssueCode) -> Case:
    codes = [code]
    if rng.random() < _SECOND_SAMPLE:
        codes.append(rng.choice([other for other in SAMPLES if other is not code]))
    members: list[Carried] = []
    tags: list[str] = []
    for each in codes:
        sample = SAMPLES[each](rng, half)
        carried, carrier, evasion = carry(rng, half, sample)
        members.append(carried)
        where = f"{carrier} ({carried.how})" if carried.how else carrier
        tags += [f"form:{sample.form}", f"carrier:{where}", f"evasion:{evasion}"]
    if rng.random() < _ALSO_LOOK_ALIKE:
        kind = rng.choice(LOOK_ALIKES)
        members.append(carry_look_alike(rng, half, kind)[0])
        tags.append(f"look_alike:{kind.name}")
    return _case(rng, half, name, Kind.POSITIVE, codes=codes, members=members, tags=tags)


def _look_alike(rng: Random, half: Half, name: str) -> Case:
    kind = rng.choice(LOOK_ALIKES)
    carried, carrier = carry_look_alike(rng, half, kind)
    tags = [f"look_alike:{kind.name}", f"carrier:{carrier}"]
    return _case(rng, half, name, Kind.LOOK_ALIKE, members=[carried], tags=tags)


def _clean(rng: Random, half: Half, name: str) -> Case:
    text = draw_for(half, lambda: clean_text(rng, half), str)
    members = [Carried("text", text), Carried("detail", dict([clean_value(rng, half)]))]
    return _case(rng, half, name, Kind.CLEAN, members=members)


def _case(
    rng: Random,
    half: Half,
    name: str,
    kind: Kind,
    *,
    codes: Sequence[IssueCode] = (),
    members: Sequence[Carried],
    tags: Sequence[str] = (),
) -> Case:
    """``codes`` are those of the first members."""
    document, places = frame(rng, half, [(member.key, member.value) for member in members])
    text = write(document)
    expected = tuple(
        Expected(code, format_pointer((*place, member.key, *member.within)))
        for code, place, member in zip(codes, places, members, strict=False)
    )
    decoded: Json = json.loads(text)
    return Case(name, kind, text.encode(), decoded, expected, tuple(tags))
