"""What the corpus calls personal or secret is so by the word of others: public registries and standard parsers (S0-9)."""

import base64
import binascii
import ipaddress
import json
import random
import re
import zlib
from collections.abc import Callable, Iterator
from email.headerregistry import Address

import idna
import phonenumbers
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from stdnum import iban as stdnum_iban
from stdnum import luhn
from stdnum.us import ssn as stdnum_ssn

from assay.pipeline.generate.corpus.case import Half, Sample, SampleMaker, Stands
from assay.pipeline.generate.corpus.corpus import SAMPLES
from assay.pipeline.generate.corpus.ibans import STRUCTURES
from assay.pipeline.generate.corpus.phones import PLANS
from assay.pipeline.generate.corpus.service_keys import github_checksum

DRAWN = 1_500


def digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def luhn_and_brand(sample: Sample) -> bool:
    number = digits(sample.text)
    starts = r"4|5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720|3[47]|6011|64[4-9]|65|35[2-8]|30[0-5]|3[68]|62|50|5[6-9]|6[37]"
    return luhn.is_valid(number) and 14 <= len(number) <= 19 and re.match(starts, number) is not None


def registered_iban(sample: Sample) -> bool:
    return stdnum_iban.is_valid(sample.text) and sample.text[:2] == sample.form[:2]


def given_out_ssn(sample: Sample) -> bool:
    number = digits(sample.text)
    return stdnum_ssn.is_valid(f"{number[:3]}-{number[3:5]}-{number[5:]}")


def deliverable_address(sample: Sample) -> bool:
    local, _, domain = sample.text.rpartition("@")
    ascii_domain = domain if domain.isascii() else idna.encode(domain).decode()
    idna.decode(ascii_domain)
    return Address(addr_spec=f"{local}@{ascii_domain}").domain == ascii_domain and "." in domain


def telephone_of_its_country(sample: Sample) -> bool:
    region = sample.form.split()[0]
    text = f"+{sample.text[2:]}" if sample.form.endswith("dialled") else sample.text
    number = phonenumbers.parse(text, region)
    numbers = [number] if sample.number is None else [number, phonenumbers.parse(f"+{sample.number}")]
    return all(phonenumbers.is_valid_number_for_region(each, region) for each in numbers)


def routable_address(sample: Sample) -> bool:
    text = sample.text.rpartition(":")[0] if "port" in sample.form else sample.text
    found = ipaddress.ip_address(text)
    return found.is_global and not found.is_multicast and not found.is_reserved


def passport_number_or_zone(sample: Sample) -> bool:
    if sample.stands is Stands.IN_CONTEXT:
        return re.fullmatch(r"[0-9A-Z]{8,9}", sample.text) is not None
    first, second = re.split(r"[\n ]", sample.text)

    def check(field: str) -> int:
        alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        return sum(max(alphabet.find(sign), 0) * (7, 3, 1)[at % 3] for at, sign in enumerate(field)) % 10

    fields = [(second[:9], second[9]), (second[13:19], second[19]), (second[21:27], second[27])]
    fields += [(second[28:42], second[42]), (second[:10] + second[13:20] + second[21:43], second[43])]
    return (
        len(first) == len(second) == 44
        and first.startswith("P<")
        and first[2:5] == second[10:13]
        and all(check(field) == int(digit) for field, digit in fields)
    )


def signed_token(sample: Sample) -> bool:
    parts = sample.text.split(".")
    header, claims = (
        json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in parts[:2]
    )
    return (
        len(parts) == 3
        and len(parts[2]) > 40
        and header["alg"] == sample.form
        and claims["exp"] > claims["iat"]
    )


def armoured_key(sample: Sample) -> bool:
    lines = sample.text.replace(r"\n", "\n").splitlines()
    label = re.fullmatch(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----", lines[0])
    content = base64.b64decode("".join(lines[1:-1]), validate=True)
    return label is not None and lines[-1] == f"-----END {label[1]}-----" and len(content) > 100


def form_of(pattern: str) -> Callable[[Sample], bool]:
    compiled = re.compile(pattern)
    return lambda sample: compiled.fullmatch(sample.text) is not None


ORACLES: dict[str, Callable[[Sample], bool]] = {
    "pii_card": luhn_and_brand,
    "pii_iban": registered_iban,
    "pii_ssn": given_out_ssn,
    "pii_email": deliverable_address,
    "pii_phone": telephone_of_its_country,
    "pii_ip": routable_address,
    "pii_passport": passport_number_or_zone,
    "secret_jwt": signed_token,
    "secret_private_key": armoured_key,
    "secret_aws": form_of(r"(AKIA|ASIA)[A-Z2-7]{16}|[A-Za-z0-9/+]{40}"),
    "secret_github": form_of(r"gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    "secret_slack": form_of(
        r"xox[bp](-\d{12})+-\d{13}-[A-Za-z0-9]{24,32}|xapp-1-A[A-Z0-9]+-\d+-[0-9a-f]{64}"
        r"|https://hooks\.slack\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]{24}"
    ),
    "secret_stripe": form_of(r"[sr]k_live_[A-Za-z0-9]{24,99}"),
    "secret_google": form_of(r"AIza[\w-]{35}|ya29\.[\w-]{100,}|GOCSPX-[\w-]{28}"),
    "secret_generic": lambda sample: len(sample.text) >= 16 and len(set(sample.text)) >= 8,
}
BY_CODE = {code.value.partition(".")[2]: maker for code, maker in SAMPLES.items()}


def drawn(maker: SampleMaker, count: int = DRAWN) -> Iterator[Sample]:
    rng = random.Random(7)
    for number in range(count):
        yield maker(rng, (Half.TUNING, Half.MEASURING)[number % 2])


def test_there_is_an_independent_check_for_every_type() -> None:
    assert ORACLES.keys() == BY_CODE.keys()


@pytest.mark.parametrize("type_", sorted(BY_CODE))
def test_every_positive_value_is_one_by_an_independent_check(type_: str) -> None:
    count = 200 if type_ == "secret_private_key" else DRAWN
    wrong = [sample.form for sample in drawn(BY_CODE[type_], count) if not ORACLES[type_](sample)]
    assert not wrong


def test_a_number_is_the_same_value_as_its_text() -> None:
    for type_ in ("pii_card", "pii_ssn"):
        numbers = [sample for sample in drawn(BY_CODE[type_]) if sample.number is not None]
        assert numbers
        assert all(str(sample.number) == sample.text for sample in numbers)
        assert all(sample.number < 2**63 for sample in numbers if sample.number is not None)


@pytest.mark.parametrize(("type_", "word"), [("pii_card", 0), ("secret_github", 0), ("secret_slack", 0)])
def test_all_forms_occur_in_both_halves(type_: str, word: int) -> None:
    samples = list(drawn(BY_CODE[type_]))
    assert {each.form.split()[word] for each in samples[::2]} == {
        each.form.split()[word] for each in samples[1::2]
    }


def test_there_are_at_least_forty_countries_of_ibans_and_thirty_of_telephones() -> None:
    assert len({country for country, _ in STRUCTURES}) >= 40
    assert len({plan.region for plan in PLANS}) >= 30


def test_all_countries_have_valid_ibans() -> None:
    forms = {sample.form[:2] for sample in drawn(BY_CODE["pii_iban"], 4 * DRAWN)}
    assert forms == {country for country, _ in STRUCTURES}


def test_cards_have_all_brands() -> None:
    forms = {sample.form.split()[0] for sample in drawn(BY_CODE["pii_card"])}
    assert forms == {
        "visa", "mastercard", "mastercard2", "amex", "discover", "jcb", "diners", "unionpay", "maestro",
    }  # fmt: skip


def test_private_keys_are_of_nobody() -> None:
    """They have the form of keys and random bytes in it: nothing that opens anything."""
    for sample in drawn(BY_CODE["secret_private_key"], 12):
        with pytest.raises((ValueError, TypeError, binascii.Error)):
            load_pem_private_key(sample.text.replace(r"\n", "\n").encode(), password=None)


def test_the_checksum_of_classic_github_tokens_is_a_crc() -> None:
    for sample in drawn(BY_CODE["secret_github"], 200):
        if sample.form == "fine-grained":
            continue
        body, check = sample.text[4:34], sample.text[34:]
        alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        value = 0
        for sign in check:
            value = value * 62 + alphabet.index(sign)
        assert value == zlib.crc32(body.encode())
        assert github_checksum(body) == check
