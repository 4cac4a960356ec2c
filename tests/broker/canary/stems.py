"""What all planted data have in common, in every form in which it could get out, and the search for it."""

import base64
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

STEM = "qzxkanarie"
"""Of names, e-mail addresses and secrets."""
DIGITS = "45399876"
"""Of cards, accounts and telephone numbers."""
SSN = "457-55-"
_NUMBER = re.compile(
    rb"(?<!\d)(?:45399876\d{8}|(?i:DE)\d\d45399876\d{10}|49(?: |%20)?30(?: |%20)?45399876)(?!\d)"
)
"""Eight digits also stand in some long number by chance; these do not."""
AROUND = 24


class Form(NamedTuple):
    """One way of writing a stem."""

    name: str
    text: bytes


class Hit(NamedTuple):
    """Where something was found."""

    place: str
    form: str
    around: str


def forms() -> list[Form]:
    """Every form of every stem that is searched for in the bytes as they are; numbers in plain text are searched apart."""
    found: dict[bytes, str] = {}
    for stem in (STEM, STEM.upper(), SSN, DIGITS, "4539 9876", "4539-9876"):
        raw = stem.encode()
        if stem != DIGITS:
            found.setdefault(raw, "plain")
        found.setdefault(raw.hex().encode(), "hex")
        found.setdefault(raw.hex().upper().encode(), "hex")
        for percent in ("".join(f"%{byte:02x}" for byte in raw), "".join(f"%{byte:02X}" for byte in raw)):
            found.setdefault(percent.encode(), "URL-encoded")
        found.setdefault("".join(f"\\u{byte:04x}" for byte in raw).encode(), "JSON escapes")
        for text in _in_base64(raw):
            found.setdefault(text, "base64")
    return [Form(name, text) for text, name in found.items()]


def _in_base64(raw: bytes) -> Iterator[bytes]:
    """What every base64 text that holds these bytes has in it, wherever they begin."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw)
        whole = encoded[: (before + len(raw)) * 8 // 6]  # characters that nothing behind has a part in
        yield whole[-(-before * 8 // 6) :]


FORMS = forms()


def hits(place: str, data: bytes) -> Iterator[Hit]:
    """Everything of the planted data in ``data``: the first of each form."""
    for form in FORMS:
        at = data.find(form.text)
        if at >= 0:
            yield Hit(place, form.name, _around(data, at))
    if DIGITS.encode() in data and (found := _NUMBER.search(data)):
        yield Hit(place, "plain", _around(data, found.start()))


def all_hits(places: Iterable[tuple[str, bytes]]) -> list[Hit]:
    """Of all places."""
    return [hit for place, data in places for hit in hits(place, data)]


def _around(data: bytes, at: int) -> str:
    return data[max(at - AROUND, 0) : at + AROUND].decode("ascii", "replace")
