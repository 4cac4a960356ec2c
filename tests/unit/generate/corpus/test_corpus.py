"""The corpus as a whole: its truth holds, its halves are apart, a seed gives it again (S0-9, D-15)."""

import base64
import binascii
import json
import random
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from urllib.parse import unquote, unquote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.document import MISSING, lookup, parse_pointer
from assay.pipeline.generate.corpus import PII_CODES, SECRET_CODES, Case, Half, Kind, case, corpus
from assay.pipeline.generate.corpus.carry import Carrier, carry
from assay.pipeline.generate.corpus.corpus import LOOK_ALIKES, SAMPLES
from assay.pipeline.generate.corpus.draw import belongs, draw_for, of_half
from assay.pipeline.generate.corpus.evade import Evasion
from assay.pipeline.generate.corpus.phones import PLANS
from assay.pipeline.generate.corpus.words import WORDS

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
DECODINGS = 2


def tags(cases: Sequence[Case], kind: str) -> set[str]:
    return {
        tag.partition(":")[2].split(" (")[0]
        for case in cases
        for tag in case.tags
        if tag.startswith(f"{kind}:")
    }


def texts(document: object) -> Iterator[str]:
    match document:
        case dict():
            for key, value in document.items():
                yield key
                yield from texts(value)
        case list():
            for value in document:
                yield from texts(value)
        case _:
            yield str(document)


def readings(text: str, left: int = DECODINGS) -> Iterator[str]:
    """Everything that the text says to a patient reader."""
    plain = unicodedata.normalize("NFKC", text).translate(INVISIBLE)
    yield plain
    if left:
        for decoded in decoded_once(plain):
            yield from readings(decoded, left - 1)


def decoded_once(text: str) -> Iterator[str]:
    with suppress(ValueError):
        yield from texts(json.loads(text))
    with suppress(binascii.Error, ValueError):
        yield base64.b64decode(text, validate=True).decode()
    yield unquote(text)
    yield unquote_plus(text)


@pytest.mark.parametrize("code", SAMPLES, ids=lambda code: code.value)
@settings(max_examples=60)
@given(seed=st.integers(0, 10**9), half=st.sampled_from(Half))
def test_a_value_lies_no_deeper_than_two_decodings(code: IssueCode, seed: int, half: Half) -> None:
    rng = random.Random(seed)
    sample = SAMPLES[code](rng, half)
    carried, _, _ = carry(rng, half, sample)
    place = lookup({"at": carried.value}, ("at", *map(str, carried.within)))
    wanted = {unicodedata.normalize("NFKC", sample.text), str(sample.number)}
    assert place is not MISSING
    assert any(each in reading for text in texts(place) for reading in readings(text) for each in wanted)


def test_every_expected_place_is_in_the_document(tuning: Sequence[Case], measuring: Sequence[Case]) -> None:
    for each in (*tuning, *measuring):
        assert all(lookup(each.document, parse_pointer(want.path)) is not MISSING for want in each.expected)
        assert bool(each.expected) == (each.kind is Kind.POSITIVE)


def test_the_document_is_what_the_bytes_say(tuning: Sequence[Case]) -> None:
    assert all(json.loads(each.value) == each.document for each in tuning)


def test_escapes_stand_in_the_bytes_only(tuning: Sequence[Case]) -> None:
    escaped = [each for each in tuning if "evasion:escaped" in each.tags and "carrier:bare" in each.tags]
    assert escaped
    assert all(b"\\u00" in each.value for each in escaped)


@pytest.mark.parametrize("half", Half)
def test_the_same_seed_gives_the_same_corpus(half: Half) -> None:
    assert list(corpus(half, 200, seed=3)) == list(corpus(half, 200, seed=3))
    assert [each.value for each in corpus(half, 200, seed=3)] != [
        each.value for each in corpus(half, 200, seed=4)
    ]


def test_a_longer_corpus_begins_with_the_shorter_one() -> None:
    assert list(corpus(Half.TUNING, 60))[:40] == list(corpus(Half.TUNING, 40))
    assert case(Half.TUNING, 39) == list(corpus(Half.TUNING, 40))[39]


def test_the_halves_have_no_document_in_common(tuning: Sequence[Case], measuring: Sequence[Case]) -> None:
    assert not {each.value for each in tuning} & {each.value for each in measuring}
    assert not {each.name for each in tuning} & {each.name for each in measuring}


@pytest.mark.parametrize("code", SAMPLES, ids=lambda code: code.value)
@given(seed=st.integers(0, 10**9), half=st.sampled_from(Half))
@settings(max_examples=25)
def test_a_value_is_of_one_half_whatever_the_seed(code: IssueCode, seed: int, half: Half) -> None:
    """Another seed for tuning never shows a value of the measuring half."""
    sample = SAMPLES[code](random.Random(seed), half)
    text = "".join(sign for sign in sample.text if sign.isalnum())
    if code in {IssueCode.SECURITY_PII_PHONE, IssueCode.SECURITY_PII_PASSPORT}:
        return  # decided by the number without what is dialled or printed before and after it
    if "port" in sample.form or "written-out" in sample.form:
        text = sample.text
    assert belongs(text, half)


def test_each_half_has_words_and_countries_that_the_other_never_uses() -> None:
    for table in (
        PLANS,
        *(words.sentences for words in WORDS.values()),
        *(words.keys for words in WORDS.values()),
    ):
        ours, theirs = set(of_half(table, Half.TUNING)), set(of_half(table, Half.MEASURING))
        assert ours - theirs
        assert theirs - ours
        assert ours & theirs
        assert ours | theirs == set(table)


def test_a_sentence_of_the_measuring_half_is_not_in_the_tuning_half(tuning: Sequence[Case]) -> None:
    everything = b"\n".join(each.value for each in tuning)
    sentences = WORDS[IssueCode.SECURITY_PII_CARD].sentences
    hidden = set(of_half(sentences, Half.MEASURING)) - set(of_half(sentences, Half.TUNING))
    pieces = {piece.strip() for sentence in hidden for piece in sentence.split("{}") if len(piece) > 8}
    assert pieces
    assert not [piece for piece in pieces if piece.encode() in everything]


@pytest.mark.parametrize("half", ["tuning", "measuring"])
def test_a_half_has_every_type_carrier_evasion_and_look_alike(
    half: str, request: pytest.FixtureRequest
) -> None:
    cases: Sequence[Case] = request.getfixturevalue(half)
    found = Counter(want.code for each in cases for want in each.expected)
    assert found.keys() == {*PII_CODES, *SECRET_CODES}
    assert min(found.values()) >= len(cases) // 60
    assert tags(cases, "carrier") >= set(Carrier)
    assert tags(cases, "evasion") == set(Evasion)
    assert tags(cases, "look_alike") == {kind.name for kind in LOOK_ALIKES}


def test_half_of_the_cases_have_nothing_to_find(measuring: Sequence[Case]) -> None:
    """Precision is of a mixture: this one."""
    shares = Counter(each.kind for each in measuring)
    assert [shares[kind] * 44 // len(measuring) for kind in Kind] == [22, 15, 7]


def test_the_halves_share_no_value_however_few_there_are() -> None:
    """Values are dealt to the halves, not left to chance: of 500 numbers each is drawn by one half only."""
    rng = random.Random(1)
    drawn = {half: {draw_for(half, lambda: rng.randint(0, 499), str) for _ in range(5_000)} for half in Half}
    assert not drawn[Half.TUNING] & drawn[Half.MEASURING]
    assert min(map(len, drawn.values())) > 200


def test_a_half_without_values_is_an_error_and_no_endless_search() -> None:
    owner = Half.TUNING if belongs("7", Half.TUNING) else Half.MEASURING
    (other,) = set(Half) - {owner}
    assert draw_for(owner, lambda: 7, str) == 7
    with pytest.raises(ValueError, match=other):
        draw_for(other, lambda: 7, str)
