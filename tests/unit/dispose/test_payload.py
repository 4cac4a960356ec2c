"""Key, value and headers come back exactly as they were (promise 2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.dispose.payload import Payload, pack, packed_size, unpack

nullable = st.none() | st.binary(max_size=40)
headers = st.lists(st.tuples(st.text(st.characters(), max_size=10), nullable), max_size=6)


@given(nullable, nullable, headers)
def test_what_was_packed_comes_back(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes | None]]
) -> None:
    frame = pack(key, value, headers)
    assert unpack(frame) == Payload(key, value, headers)
    assert packed_size(key, value, headers) == len(frame)


def test_null_and_empty_are_two_things() -> None:
    assert unpack(pack(None, b"", [("h", None), ("h", b"")])) == Payload(None, b"", [("h", None), ("h", b"")])


def test_the_layout_is_the_documented_one() -> None:
    assert pack(b"k", None, [("h", b"v")]) == bytes.fromhex(
        "00000001 6b  ffffffff  00000001  00000001 68  00000001 76"
    )


@given(nullable, nullable, headers, st.data())
def test_a_frame_that_was_cut_is_refused(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes | None]], data: st.DataObject
) -> None:
    frame = pack(key, value, headers)
    cut = data.draw(st.integers(0, len(frame) - 1))
    with pytest.raises(ValueError):
        unpack(frame[:cut])


@given(st.binary(max_size=60))
def test_bytes_that_are_no_frame_are_refused_or_are_one(noise: bytes) -> None:
    try:
        payload = unpack(noise)
    except ValueError:
        return
    assert pack(*payload) == noise


@pytest.mark.parametrize(
    ("damage", "frame"),
    [
        ("nothing", b""),
        ("negative length", bytes.fromhex("fffffffe ffffffff 00000000")),
        ("negative number of headers", bytes.fromhex("ffffffff ffffffff ffffffff")),
        ("more headers than bytes", bytes.fromhex("ffffffff ffffffff 7fffffff")),
        ("header without a name", bytes.fromhex("ffffffff ffffffff 00000001 ffffffff ffffffff")),
        ("header name not UTF-8", bytes.fromhex("ffffffff ffffffff 00000001 00000001 ff ffffffff")),
        ("bytes after the end", pack(None, None, []) + b"\0"),
    ],
)
def test_damage_is_refused_without_quoting(damage: str, frame: bytes) -> None:
    with pytest.raises(ValueError) as caught:
        unpack(frame)
    assert caught.value.__cause__ is None, damage
    assert "0x" not in str(caught.value)
