"""The table of disguises (RELIABILITY, hostile input): what was found in plain is found in each of them."""

import base64
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from assay.pipeline.core.document import Json
from assay.pipeline.core.issue import Finding
from assay.pipeline.policy.security_rules import SecurityRules

Find = Callable[..., list[Finding]]
Hide = Callable[[str], Json]

FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
ARABIC = {ord("0") + digit: 0x660 + digit for digit in range(10)}
BOLD = {ord("0") + digit: 0x1D7CE + digit for digit in range(10)}


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def url(text: str) -> str:
    """Every character is encoded, whether it needs to be or not."""
    return "".join(f"%{byte:02X}" for byte in text.encode())


WAYS: dict[str, Hide] = {
    "full-width": lambda text: text.translate(FULL_WIDTH),
    "full-width digits": lambda text: text.translate({code: code + 0xFEE0 for code in b"0123456789@"}),
    "zero-width spaces": "\u200b".join,
    "soft hyphens and joiners": "\u00ad\u200d\u2060".join,
    "zero-width between digits only": lambda text: text.replace("11", "1\ufeff1").replace("a", "a\u200c"),
    "no-break spaces around": lambda text: f"\u00a0{text}\u202f",
    "url": url,
    "url where it needs to be": lambda text: quote(text, safe=""),
    "url twice": lambda text: quote(url(text), safe=""),
    "base64": base64_of,
    "base64 for URLs, without padding": lambda text: base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode(),
    "base64 in a data URL": lambda text: f"data:text/plain;base64,{base64_of(text)}",
    "base64 twice": lambda text: base64_of(base64_of(text)),
    "base64 of full-width": lambda text: base64_of(text.translate(FULL_WIDTH)),
    "base64 in a URL": lambda text: "https://x.example/?q=" + quote(base64_of(text), safe=""),
    "base64 of JSON": lambda text: base64_of(json.dumps({"a": text})),
    "JSON": lambda text: json.dumps({"a": [text]}),
    "JSON in JSON": lambda text: json.dumps({"a": json.dumps({"b": text})}),
    "JSON with escapes": lambda text: '{"a": "' + "".join(f"\\u{ord(char):04x}" for char in text) + '"}',
    "JSON with a double that hides it": lambda text: '{"a": "' + text + '", "a": 1}',
    "JSON that is cut off": lambda text: '{"a": "x\\n' + text,
    "JSON of url": lambda text: json.dumps({"a": url(text)}),
    "name of a member": lambda text: {text: 1},
    "name of a member, full-width": lambda text: {text.translate(FULL_WIDTH): 1},
    "name of a member in JSON": lambda text: json.dumps({text: None}),
    "deep": lambda text: [[[[{"a": [{"b": text}]}]]]],
}  # fmt: skip
DIGITS: dict[str, Hide] = {
    "number": int,
    "number with exponent": lambda text: float(f"{text}e0"),
    "number in JSON": lambda text: json.dumps({"a": int(text)}),
    "number in base64 of JSON": lambda text: base64_of(json.dumps({"a": int(text)})),
    "Arabic digits": lambda text: text.translate(ARABIC),
    "mathematical digits": lambda text: text.translate(BOLD),
    "en dashes": lambda text: "\u2013".join(text[place : place + 4] for place in range(0, 16, 4)),
    "no-break spaces": lambda text: "\u00a0".join(text[place : place + 4] for place in range(0, 16, 4)),
    "keycaps": lambda text: "".join(f"{digit}\ufe0f\u20e3" for digit in text),
}
HIDDEN = [
    ("security.pii_email", "alice@example.com"),
    ("security.pii_card", "4111111111111111"),
    ("security.pii_iban", "DE89370400440532013000"),
    ("security.secret_aws", "AKIA" + "QX3ZJ5TYBNW7LMKD"),
]


@pytest.mark.parametrize("ascii_only", [True, False], ids=["escaped", "utf-8"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("code", "text"), HIDDEN, ids=[code for code, _ in HIDDEN])
def test_no_disguise_helps(code: str, text: str, way: str, ascii_only: bool, find: Find) -> None:
    """S0-9; whether the producer's JSON is ASCII only makes no difference."""
    findings = find({"note": WAYS[way](text)}, ascii_only=ascii_only)
    assert {finding.code.value for finding in findings} == {code}


@pytest.mark.parametrize("ascii_only", [True, False], ids=["escaped", "utf-8"])
@pytest.mark.parametrize("way", DIGITS)
def test_digits_have_disguises_of_their_own(way: str, ascii_only: bool, find: Find) -> None:
    findings = find({"note": DIGITS[way]("4111111111111111")}, ascii_only=ascii_only)
    assert {finding.code.value for finding in findings} == {"security.pii_card"}


def test_names_keep_their_meaning_in_disguise(find: Find) -> None:
    secret = "q7Zt0vLk2RfXw9Pb"
    for inputs in (
        {"password".translate(FULL_WIDTH): secret},
        {"note": json.dumps({"pass\u200bword": secret})},
        {"note": json.dumps({"credentials": {"value": secret}})},
        {"note": base64_of(json.dumps({"api_key": secret}))},
    ):
        assert [finding.code.value for finding in find(inputs)] == ["security.secret_generic"]


def test_the_finding_says_how_it_was_hidden(find: Find) -> None:
    (finding,) = find({"note": base64_of('{"a": "alice@example.com"}')})
    assert (finding.path, finding.keyword) == ("/inputs/*", "value/base64/json")


def test_two_levels_are_opened_and_policy_may_say_fewer(find: Find) -> None:
    three = base64_of(base64_of(base64_of("alice@example.com")))
    assert find({"note": three}) == []
    assert find({"note": three}, rules=SecurityRules(nested_levels=3)) != []
    assert find({"note": base64_of("alice@example.com")}, rules=SecurityRules(nested_levels=0)) == []


def test_ordinary_text_in_other_scripts_is_no_disguise(find: Find) -> None:
    texts = [
        "\u898b\u7a4d\u66f8\uff1a\u671f\u9650\u306f\u6765\u6708\u3001\u62c5\u5f53\u8005\uff08\u6771\u4eac\uff09",
        "de 10\u201312 h \u2026 5 m\u00b2 \u00bd \u2122 10\u00a0%",
        "\U0001f469\u200d\U0001f680 \u2764\ufe0f na\u00efve \u00c6r\u00f8",
        "\u0662\u0660\u0662\u0666",
    ]
    assert find({"note": texts}) == find({"note": texts}, ascii_only=True) == []
