"""The canary search finds what it is there to find, in every form, and nothing that only looks like it (DESIGN 1, promise 4)."""

import base64
import random
from collections.abc import Callable
from urllib.parse import quote

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.agents.cli.main import VerbGroup
from assay.agents.policy_files import load_policies
from assay.agents.settings import load_settings
from assay.pipeline.core.record import RawRecord
from assay.pipeline.flow import Judge
from assay.pipeline.policy.bundle import Bundle

from .places import NO_REPORTS, REPORTS
from .planting import FAILING, PASSING, PLANTS, Canary, canary, plant_all
from .stems import Hit, all_hits, hits

NOW_NS = 1_800_000_000_000_000_000
FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "other case": str.swapcase,
    "upper case": str.upper,
    "hex": lambda text: text.encode().hex(),
    "hex in capitals": lambda text: text.encode().hex().upper(),
    "URL-encoded": lambda text: quote(text, safe=""),
    "URL-encoded, all of it": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "JSON": lambda text: orjson.dumps(text).decode(),
    "JSON escapes": lambda text: "".join(f"\\u{ord(char):04x}" for char in text),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 of a sentence": lambda text: base64.b64encode(f"to {text}, soon".encode()).decode(),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("what", Canary._fields)
def test_everything_of_a_canary_is_found_in_every_form(what: str, form: str) -> None:
    text = FORMS[form](getattr(canary(1234), what))
    assert list(hits("log", b'{"message":"no good: ' + text.encode() + b'"}')), text


@given(st.binary(max_size=7), st.sampled_from(Canary._fields), st.integers(0, 9_999), st.binary(max_size=9))
def test_wherever_it_stands_in_something_encoded(before: bytes, what: str, number: int, after: bytes) -> None:
    text = getattr(canary(number), what).encode()
    assert list(hits("topic", base64.b64encode(before + text + after)))


def test_a_grouped_card_is_found() -> None:
    card = canary(7).card
    for space in " -":
        assert list(hits("log", space.join(card[at : at + 4] for at in (0, 4, 8, 12)).encode()))


def test_what_is_sealed_and_what_is_counted_is_no_canary() -> None:
    """Random bytes and long numbers: a false alarm now and then would soon be ignored."""
    rng = random.Random(5)
    noise = b"".join(
        base64.b64encode(rng.randbytes(3000))
        + rng.randbytes(30).hex().encode()
        + b" %d " % rng.getrandbits(63)
        for _ in range(2000)
    )
    assert all_hits([("noise", noise), ("a number", b'"at":1745399876123456789,"n":9945399876')]) == []


def test_a_hit_says_where() -> None:
    (hit,) = all_hits([("logs", b"fine"), ("metrics", b'x{tenant="' + canary(3).name.encode() + b'"} 1')])
    assert hit == Hit("metrics", "plain", f'x{{tenant="{canary(3).name}"}} 1'[:34])


def test_each_person_is_another_one() -> None:
    people = [canary(number) for number in range(9_999)]
    for what in set(Canary._fields) - {"phone"}:
        assert len({getattr(person, what) for person in people}) == len(people)


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_policies(load_settings())


def test_what_is_planted_passes_or_fails_as_it_is_meant_to(bundle: Bundle) -> None:
    """Else the search would look at empty topics."""
    judge = Judge(bundle)
    records = zip(PLANTS, plant_all(1, len(PLANTS), NOW_NS), strict=True)
    wrong = []
    for offset, (place, item) in enumerate(records):
        record = RawRecord("traces.raw", 0, offset, NOW_NS // 10**6, item.key, item.value, item.headers)
        if bool(judge(record, NOW_NS).blocking) != (place in FAILING):
            wrong.append(place)
    assert wrong == []
    assert set(PASSING).isdisjoint(FAILING)


def test_every_trace_has_something_planted() -> None:
    for item in plant_all(1, len(PLANTS), NOW_NS):
        whole = b" ".join(
            [
                item.key or b"",
                item.value or b"",
                *(name.encode() + (value or b"") for name, value in item.headers),
            ]
        )
        assert list(hits("raw", whole))


def test_every_verb_is_searched_or_shows_nothing_of_traces() -> None:
    """A new one is decided upon."""
    assert {report.split()[0] for report in REPORTS} | NO_REPORTS == VerbGroup.verbs.keys()
