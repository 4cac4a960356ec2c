"""How a value comes into a document: what carries it, and what hides it from a hasty look.

No value lies deeper than two decodings under the document's own.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Final, NamedTuple

from ...core.document import Json
from ...core.word import Word
from .case import Half, Sample, Stands
from .clean import clean_text, clean_value
from .draw import pick
from .evade import Evasion, draw_evasion, escaped_like, evaded
from .words import NEUTRAL_KEYS, words_around
from .write import in_base64, in_percent, in_query, write


class Carrier(Word):
    """Where the value stands."""

    PROSE = "prose"
    BARE = "bare"
    NESTED = "nested"
    KEY = "key"
    NUMBER = "number"
    LOG = "log"
    JSON = "json"
    QUERY = "query"
    BASE64 = "base64"
    PERCENT = "percent"
    TWO_LEVELS = "two_levels"


class Carried(NamedTuple):
    """A member of the document, and where in its value the sample is."""

    key: str
    value: Json
    within: tuple[str | int, ...] = ()
    """From the value of the member to the leaf, or to the object that has the sample for a key."""
    how: str = ""


class _Load(NamedTuple):
    """What is to be carried; ``text`` is that of the sample after an evasion."""

    rng: Random
    half: Half
    sample: Sample
    text: str


_WEIGHTS: Final[Mapping[Carrier, int]] = {
    Carrier.PROSE: 24,
    Carrier.BARE: 20,
    Carrier.NESTED: 8,
    Carrier.KEY: 6,
    Carrier.NUMBER: 5,
    Carrier.LOG: 9,
    Carrier.JSON: 10,
    Carrier.QUERY: 7,
    Carrier.BASE64: 6,
    Carrier.PERCENT: 3,
    Carrier.TWO_LEVELS: 7,
}
_CARRIERS: Final = tuple(_WEIGHTS)
_BLOCKS: Final = (
    Carrier.PROSE,
    Carrier.BARE,
    Carrier.NESTED,
    Carrier.JSON,
    Carrier.BASE64,
    Carrier.TWO_LEVELS,
)
"""What carries values of several lines."""
_OPEN: Final = (Carrier.PROSE, Carrier.BARE, Carrier.NESTED, Carrier.KEY, Carrier.LOG)
"""Where signs can be changed without a decoding between."""
_HOLDERS: Final = ("arguments", "content", "body", "payload", "result", "message")
_LINES: Final = (
    "2026-02-11T08:14:07.213Z INFO gateway: {field}={value} status=200 took=13ms",
    "[worker-3] rejected {field}={value} reason=policy",
    'level=warn msg="lookup failed" {field}="{value}" attempt=2',
    "Feb 11 08:14:07 edge app[412]: {field}: {value}; retrying",
    "DEBUG request finished {field}={value}, 3 rows",
    "{field}={value}",
    "ERROR 500 on /v2/orders ({field} {value})",
    "audit {field}={value} by=scheduler",
    "> {field}: {value}",
)  # fmt: skip


def carry(rng: Random, half: Half, sample: Sample) -> tuple[Carried, Carrier, Evasion]:
    """The sample in a carrier that suits it."""
    carrier = rng.choices(_CARRIERS, weights=tuple(_WEIGHTS.values()))[0]
    if not _suits(carrier, sample):
        carrier = rng.choice((Carrier.PROSE, Carrier.BARE, Carrier.JSON))
    evasion = draw_evasion(rng, sample.code) if carrier in _OPEN or carrier is Carrier.JSON else Evasion.NONE
    text = evaded(rng, sample.text, evasion)
    return _CARRY[carrier](_Load(rng, half, sample, text)), carrier, evasion


def _suits(carrier: Carrier, sample: Sample) -> bool:
    if "\n" in sample.text:
        return carrier in _BLOCKS
    match carrier:
        case Carrier.NUMBER:
            return sample.number is not None
        case Carrier.KEY:
            return sample.stands is Stands.ALONE and len(sample.text) < 80
        case _:
            return True


def _sentence(load: _Load) -> str:
    sentence = pick(load.rng, words_around(load.sample).sentences, load.half).replace("{}", load.text)
    before = f"{clean_text(load.rng, load.half)} " if load.rng.random() < 0.4 else ""
    after = f" {clean_text(load.rng, load.half)}" if load.rng.random() < 0.3 else ""
    return escaped_like(load.text, before + sentence + after)


def _key(rng: Random, half: Half, sample: Sample) -> str:
    """A telling name; a neutral one in a third of the cases where the value tells by itself."""
    if sample.stands is Stands.ALONE and rng.random() < 0.35:
        return pick(rng, NEUTRAL_KEYS, half)
    return pick(rng, words_around(sample).keys, half)


def _prose(load: _Load) -> Carried:
    return Carried(pick(load.rng, (*_HOLDERS, *NEUTRAL_KEYS), load.half), _sentence(load))


def _bare(load: _Load) -> Carried:
    return Carried(_key(load.rng, load.half, load.sample), load.text)


def _nested(load: _Load) -> Carried:
    other, value = clean_value(load.rng, load.half)
    key = _key(load.rng, load.half, load.sample)
    inner: dict[str, Json] = {other: value, key: load.text}
    shape = load.rng.randrange(4)
    if shape == 0:
        return Carried("rows", [{other: value}, inner], (1, key))
    if shape == 1:
        return Carried("data", {"items": [[inner]], "total": 1}, ("items", 0, 0, key))
    if shape == 2:
        return Carried(key, [load.text, clean_text(load.rng, load.half)], (0,))
    return Carried("profile", {"settings": {"more": inner}}, ("settings", "more", key))


def _as_key(load: _Load) -> Carried:
    counted: Json = {load.text: load.rng.randint(1, 9)}
    return Carried(pick(load.rng, ("by_value", "seen", "index", "counts", "lookup"), load.half), counted)


def _number(load: _Load) -> Carried:
    return Carried(pick(load.rng, words_around(load.sample).keys, load.half), load.sample.number)


def _line(load: _Load) -> str:
    field = pick(load.rng, words_around(load.sample).fields, load.half)
    return escaped_like(load.text, pick(load.rng, _LINES, load.half).format(field=field, value=load.text))


def _log(load: _Load) -> Carried:
    return Carried(pick(load.rng, ("line", "log", "message", "stderr", "output"), load.half), _line(load))


def _object(load: _Load) -> str:
    """The JSON of an object that has the value, or a sentence with it."""
    other, value = clean_value(load.rng, load.half)
    member = _bare(load) if load.rng.random() < 0.7 else _prose(load)
    inner: Json = {other: value, member.key: member.value}
    return write(inner if load.rng.random() < 0.7 else {"request": inner})


def _json(load: _Load) -> Carried:
    return Carried(pick(load.rng, _HOLDERS, load.half), _object(load))


def _query(load: _Load) -> Carried:
    field = pick(load.rng, words_around(load.sample).fields, load.half)
    return Carried(
        pick(load.rng, ("url", "path", "request", "href", "referer"), load.half),
        in_query(load.rng, field, load.text),
    )


def _base64(load: _Load) -> Carried:
    if load.sample.stands is Stands.ALONE and len(load.text) > 14 and load.rng.random() < 0.3:
        hidden = load.text
    else:
        hidden = _sentence(load)
    return Carried(
        pick(load.rng, ("payload", "data", "blob", "encoded", "attachment"), load.half), in_base64(hidden)
    )


def _percent(load: _Load) -> Carried:
    return Carried(pick(load.rng, _HOLDERS, load.half), in_percent(_sentence(load)))


def _wrapped(inner: Carried) -> str:
    return write({"ok": True, inner.key: inner.value})


def _two_levels(load: _Load) -> Carried:
    holder = pick(load.rng, _HOLDERS, load.half)
    shape = load.rng.randrange(5 if "\n" not in load.text else 3)
    if shape == 0:
        return Carried(holder, _wrapped(_json(load)), how="JSON in JSON")
    if shape == 1:
        return Carried(holder, _wrapped(_base64(load)), how="base64 in JSON")
    if shape == 2:
        return Carried(holder, in_base64(_object(load)), how="JSON in base64")
    if shape == 3:
        return Carried(holder, _wrapped(_query(load)), how="query in JSON")
    return Carried(holder, in_percent(_object(load)), how="JSON in percent")


_CARRY: Final[Mapping[Carrier, Callable[[_Load], Carried]]] = {
    Carrier.PROSE: _prose,
    Carrier.BARE: _bare,
    Carrier.NESTED: _nested,
    Carrier.KEY: _as_key,
    Carrier.NUMBER: _number,
    Carrier.LOG: _log,
    Carrier.JSON: _json,
    Carrier.QUERY: _query,
    Carrier.BASE64: _base64,
    Carrier.PERCENT: _percent,
    Carrier.TWO_LEVELS: _two_levels,
}
