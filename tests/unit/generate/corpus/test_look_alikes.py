"""What the corpus calls a look-alike is none of the things that it looks like, by independent checks."""

import ipaddress
import random
import re
from collections.abc import Callable
from contextlib import suppress

import phonenumbers
import pytest
from stdnum import iban, isbn, luhn
from stdnum.us import ssn

from assay.pipeline.generate.corpus.case import Half
from assay.pipeline.generate.corpus.corpus import LOOK_ALIKES
from assay.pipeline.generate.corpus.look_alike import LookAlike

BY_NAME = {kind.name: kind for kind in LOOK_ALIKES}
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)*\.[a-z]{2,}")


def no_card(text: str) -> bool:
    return not luhn.is_valid(re.sub(r"\D", "", text))


def no_public_address(text: str) -> bool:
    host = text.partition("/")[0]
    found = ipaddress.ip_address(host)
    return not found.is_global or found.is_multicast


def no_mailbox(text: str) -> bool:
    """No address, or that of a machine (a git remote has a path behind the colon), or a file's name."""
    found = ADDRESS.search(text)
    return found is None or text.startswith("git@") or found[0].endswith((".png", ".webp")) or "*" in text


CHECKS: dict[str, Callable[[str], bool]] = {
    "wrong Luhn digit": no_card,
    "IBAN with a wrong check": lambda text: not iban.is_valid(text, check_country=False),
    "IBAN too short": lambda text: not iban.is_valid(text, check_country=False),
    "IBAN of no country": lambda text: not iban.is_valid(text, check_country=False),
    "SSN ranges not given out": lambda text: not ssn.is_valid(text),
    "private address": no_public_address,
    "documentation address": no_public_address,
    "special address": no_public_address,
    "special address 6": no_public_address,
    "private network": no_public_address,
    "half an address": no_mailbox,
    "package": no_mailbox,
    "image name": no_mailbox,
    "git remote": no_mailbox,
    "masked": no_mailbox,
    "ISBN": isbn.is_valid,
}


def drawn(kind: LookAlike, count: int = 400) -> list[str]:
    rng = random.Random(11)
    return [str(kind.draw(rng, (Half.TUNING, Half.MEASURING)[number % 2])) for number in range(count)]


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_a_look_alike_is_not_what_it_looks_like(name: str) -> None:
    assert not [text for text in drawn(BY_NAME[name]) if not CHECKS[name](text)]


def test_names_are_unique_and_kinds_are_many() -> None:
    assert len(BY_NAME) == len(LOOK_ALIKES) >= 60


def test_no_look_alike_is_a_card_by_accident() -> None:
    """Numbers of a card's length pass the Luhn test one time in ten, unless somebody takes care."""
    accidents = {
        kind.name
        for kind in LOOK_ALIKES
        for text in drawn(kind)
        if re.fullmatch(r"[2-6][0-9]{11,18}", re.sub("[ -]", "", text)) and not no_card(text)
    }
    assert not accidents


def test_no_amount_with_a_plus_is_a_telephone_number_by_accident() -> None:
    for text in drawn(BY_NAME["change"]):
        with suppress(phonenumbers.NumberParseException):
            assert not phonenumbers.is_valid_number(phonenumbers.parse(text))


@pytest.mark.parametrize("kind", LOOK_ALIKES, ids=lambda kind: kind.name)
def test_sentences_have_one_place_for_the_value(kind: LookAlike) -> None:
    assert kind.keys
    assert all(sentence.count("{}") == 1 for sentence in kind.sentences)
