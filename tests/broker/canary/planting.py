"""Traces with made-up personal data in every place that a trace has: each value unique, all of them recognisable."""

import base64
import copy
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

import orjson

from assay.pipeline.core.headers import SRC, SUBJECT, TENANT, TRACEPARENT
from assay.pipeline.core.record import Headers
from assay.pipeline.generate import Generated, generate

from .stems import DIGITS, SSN, STEM

Document = dict[str, Any]


class Canary(NamedTuple):
    """The personal data of one trace: a made-up person, all of whose data hold one of the stems."""

    name: str
    email: str
    card: str
    iban: str
    ssn: str
    phone: str
    secret: str


class Planted(NamedTuple):
    """A record to publish."""

    key: bytes | None
    value: bytes
    headers: Headers = ()


def canary(number: int) -> Canary:
    """Person ``number``. Check digits are right, so that detectors take each for what it looks like."""
    name = f"{STEM}{number:06d}"
    account = f"{DIGITS}{number:010d}"
    return Canary(
        name,
        f"{name}@mail.example.net",
        _with_check_digit(f"{DIGITS}{number:07d}"),
        f"DE{98 - int(f'{account}131400') % 97:02d}{account}",
        f"{SSN}{number % 9999 + 1:04d}",
        f"+49 30 {DIGITS}",
        f"{STEM}Zp4{number:06d}Kq8vX2mW9rT",
    )


def _with_check_digit(digits: str) -> str:
    # Counted from the check digit, which is not there yet: the last one is doubled.
    doubled = [int(digit) * (1 + (place + 1) % 2) for place, digit in enumerate(reversed(digits))]
    total = sum(number - 9 if number > 9 else number for number in doubled)
    return f"{digits}{-total % 10}"


Plant = Callable[[Document, Canary], Document | bytes | Planted]


def _put(*way: str | int) -> Callable[[Callable[[Canary], Any]], Plant]:
    """Plants what the function makes of a canary at this place."""

    def with_value(make: Callable[[Canary], Any]) -> Plant:
        def plant(document: Document, who: Canary) -> Document:
            place: Any = document
            for step in way[:-1]:
                place = place[step]
            place[way[-1]] = make(who)
            return document

        return plant

    return with_value


def _framed(
    headers: Callable[[Canary], Headers] = lambda _: (), key: Callable[[Canary], bytes] | None = None
) -> Plant:
    def plant(document: Document, who: Canary) -> Planted:
        return Planted(key(who) if key else b"k", orjson.dumps(document), headers(who))

    return plant


def _failing(plant: Plant) -> Plant:
    """The same in a trace that has something wrong with it anyhow."""

    def planted(document: Document, who: Canary) -> Document | bytes | Planted:
        del document["status"]
        return plant(document, who)

    return planted


def _old_version(document: Document, who: Canary) -> Document:
    """Passes with a warning."""
    document["schema_version"] = "1.1.0"
    document["inputs"] = {"note": who.name}
    return document


def _types_to_repair(document: Document, who: Canary) -> Document:
    """Rules repair it, and then it passes; receipts tell of it."""
    document["started_at"] = f"{document['started_at'][:-1]}+00:00"
    document["metrics"]["execution_time_ms"] = str(document["metrics"]["execution_time_ms"])
    document["outputs"] = {who.name: who.name}
    return document


def _bytes(change: Callable[[bytes, Canary], bytes]) -> Plant:
    def plant(document: Document, who: Canary) -> bytes:
        document["inputs"] = {"note": f"{who.name} {who.email} {who.card}"}
        return change(orjson.dumps(document), who)

    return plant


def _deep(who: Canary) -> Any:
    value: Any = [who.email, {"card": who.card}]
    for level in range(12):
        value = {f"level-{level}": [value]}
    return value


PASSING: Mapping[str, Plant] = {
    "a value": _put("inputs")(lambda who: {"note": f"for {who.name}"}),
    "a nested value": _put("outputs")(lambda who: {"a": [{"b": [[who.name]]}]}),
    "a key": _put("inputs")(lambda who: {who.name: 1}),
    "a step's text": _put("steps", 0, "outputs")(lambda who: {"summary": who.name}),
    "base64": _put("inputs")(lambda who: {"blob": base64.b64encode(f"to {who.name}".encode()).decode()}),
    "hex": _put("inputs")(lambda who: {"blob": who.name.encode().hex()}),
    "a header": _framed(headers=lambda who: [("app-user", who.email.encode())]),
    "a header's name": _framed(headers=lambda who: [(f"app-{who.name}", b"1")]),
    "the record's key": _framed(key=lambda who: who.card.encode()),
    "an old version": _old_version,
}
"""Passes, and carries the canary to traces.valid."""
FAILING: Mapping[str, Plant] = {
    "an e-mail": _put("inputs")(lambda who: {"to": who.email}),
    "a card": _put("outputs")(lambda who: {"card": who.card}),
    "a card in groups": _put("outputs")(
        lambda who: {"card": " ".join(who.card[at : at + 4] for at in (0, 4, 8, 12))}
    ),
    "a card as a number": _put("outputs")(lambda who: {"amount": int(who.card)}),
    "an IBAN": _put("inputs")(lambda who: {"account": who.iban}),
    "an SSN": _put("steps", 0, "inputs")(lambda who: {"ssn": who.ssn}),
    "a phone number": _put("inputs")(lambda who: {"phone": who.phone}),
    "a secret": _put("inputs")(lambda who: {"password": who.secret}),
    "data deep down": _put("outputs")(_deep),
    "data as a key": _put("inputs")(lambda who: {who.email: {"is": who.card}}),
    "a card as a key": _put("metrics")(lambda who: {who.card: who.card}),
    "data under a key": _put("inputs")(lambda who: {who.name: {"mail": who.email}}),
    "base64 of data": _put("inputs")(lambda who: {"x": base64.b64encode(who.email.encode()).decode()}),
    "URL-encoded data": _put("inputs")(lambda who: {"x": quote(who.email, safe="")}),
    "full width": _put("inputs")(lambda who: {"x": who.email.replace("@", "\uff20"), "y": who.card}),
    "a wrong status": _put("status")(lambda who: who.name),
    "a wrong time": _put("started_at")(lambda who: who.email),
    "a wrong score": _put("trust_score")(lambda who: who.card),
    "a wrong version": _put("schema_version")(lambda who: who.email),
    "a wrong type of trace": _put("trace_type")(lambda who: who.name),
    "a wrong context": _put("context")(lambda who: who.email),
    "wrong steps": _put("steps")(lambda who: who.name),
    "a wrong parent": _put("steps", 1, "parent_id")(lambda who: who.name),
    "a wrong step": _put("steps", 0, "status")(lambda who: who.name),
    "a wrong metric": _put("metrics")(lambda who: {"execution_time_ms": who.name, who.name: who.name}),
    "an override": _put("governance", "override")(lambda who: {"by": who.email, "reason": who.name}),
    "an actor": _put("audit")(lambda who: [{"actor": who.email, "action": who.name, "at": who.name}]),
    "a user": _put("context", "user_id")(lambda who: who.email),
    "a region": _put("context", "region")(lambda who: who.card),
    "a tag": _put("tags")(lambda who: [who.iban, who.name]),
    "a workflow": _put("workflow_id")(lambda who: who.ssn),
    "a card as the id": _put("trace_id")(lambda who: who.card),
    "an e-mail as the id": _put("trace_id")(lambda who: who.email),
    "an SSN as the id": _put("trace_id")(lambda who: who.ssn),
    "an IBAN as the id": _put("trace_id")(lambda who: who.iban),
    "an e-mail as the tenant": _put("context", "tenant_id")(lambda who: who.email),
    "a card as the tenant": _put("context", "tenant_id")(lambda who: int(who.card)),
    "an SSN as the tenant": _put("context", "tenant_id")(lambda who: who.ssn),
    "an e-mail as the producer": _put("context", "producer")(
        lambda who: {"name": who.email, "version": who.email}
    ),
    "a card as the producer": _put("context", "producer")(lambda who: {"name": who.card, "version": who.ssn}),
    "what rules repair": _types_to_repair,
    "a cut document": _bytes(lambda value, _: value[:-7]),
    "broken text": _bytes(lambda value, who: value.replace(who.name.encode(), who.name.encode() + b"\xff")),
    "a key twice": _bytes(lambda value, who: b'{"%b":1,"%b":2,' % ((who.email.encode(),) * 2) + value[1:]),
    "a number too large": _bytes(
        lambda value, who: value.replace(b"{", b'{"%b":1e999,' % who.name.encode(), 1)
    ),
    "no JSON": _bytes(lambda _, who: f"{who.email} {who.card}".encode()),
    "a text": _bytes(lambda _, who: orjson.dumps(who.email)),
    "too deep": _bytes(lambda _, who: b"[" * 300 + orjson.dumps(who.email) + b"]" * 300),
    "a header, failing": _failing(_framed(headers=lambda who: [("app-user", who.email.encode())])),
    "a header's name, failing": _failing(_framed(headers=lambda who: [(f"app-{who.name}", b"1")])),
    "the record's key, failing": _failing(_framed(key=lambda who: who.card.encode())),
    "a header that names the subject": _framed(headers=lambda who: [(SUBJECT, who.email.encode())]),
    "headers of ours, forged": _failing(
        _framed(headers=lambda who: [(SRC, who.email.encode()), (TENANT, who.name.encode())])
    ),
    "a trace context": _failing(_framed(headers=lambda who: [(TRACEPARENT, who.email.encode())])),
}
"""Fails, or is repaired: nothing of it may be seen afterwards."""
PLANTS: Mapping[str, Plant] = {**PASSING, **FAILING}


def plant_all(seed: int, count: int, now_ns: int) -> Iterator[Generated]:
    """``count`` traces; the n-th has person n in the n-th place, in turns. Small ones: content is what matters."""
    places = [*PLANTS.values()]
    clean = [
        orjson.loads(item.value or b"")
        for item in generate(seed, 200, tenants=2, fault_share=0.0, now_ns=now_ns)
    ]
    for document in clean:  # few groups: each costs everybody behind the lanes time
        document["context"]["producer"] = {"name": "planter", "version": "1"}
    rng = random.Random(seed)
    for number in range(count):
        document = copy.deepcopy(clean[rng.randrange(len(clean))])
        document["trace_id"] = f"{rng.getrandbits(128):032x}"
        made = places[number % len(places)](document, canary(number))
        if isinstance(made, dict):
            made = orjson.dumps(made)
        if isinstance(made, bytes):
            made = Planted(b"key-%d" % (number % 64), made)
        yield Generated(made.key, made.value, [*made.headers], None, blocking=False, known=False)
