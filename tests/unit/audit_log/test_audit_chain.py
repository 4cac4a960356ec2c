"""No change of the audit log goes unseen (DESIGN 9; RELIABILITY, data at rest)."""

from collections.abc import Callable
from importlib.resources import files

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from assay.pipeline.core.audit_chain import NOTHING, Act, Link, Tampering, chained, decoded, hash_of, verify
from assay.pipeline.core.canonical import canonical
from assay.pipeline.core.errors import RefusedError

AT = "2026-01-02T03:04:05.000000006Z"
SCHEMA = Draft202012Validator(
    orjson.loads(
        files("assay.schemas").joinpath("assay").joinpath("audit").joinpath("1-0-0.json").read_bytes()
    )
)


def act(target: str = "t", **changes: str) -> Act:
    return Act("operator", "quarantine.open", target, "to look at it", AT)._replace(**changes)


def log(count: int, *, of: str = "t") -> tuple[list[bytes], list[Link]]:
    values, links = list[bytes](), list[Link]()
    last = NOTHING
    for number in range(count):
        value, last = chained(act(f"{of}-{number}"), last)
        values.append(value)
        links.append(last)
    return values, links


def kinds(values: list[bytes], checkpoints: list[Link]) -> set[Tampering]:
    return {finding.kind for finding in verify(enumerate(values), checkpoints).findings}


def edited(value: bytes, **changes: object) -> bytes:
    return canonical(orjson.loads(value) | changes)


def test_a_log_that_nobody_touched_is_sound() -> None:
    values, links = log(6)
    verdict = verify(enumerate(values), links)
    assert (verdict.entries, verdict.last, verdict.findings) == (6, links[-1], ())


def test_an_empty_log_is_sound() -> None:
    assert verify([]).findings == ()


def test_a_log_whose_beginning_is_past_retention_is_sound() -> None:
    values, links = log(6)
    assert kinds(values[3:], links[3:]) == set()


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda v: [*v[:2], edited(v[2], reason="another one"), *v[3:]], Tampering.EDITED),
        (lambda v: [*v[:2], b"{}", *v[3:]], Tampering.EDITED),
        (lambda v: [*v[:2], v[2] + b" ", *v[3:]], Tampering.EDITED),
        (lambda v: [edited(v[0], prev="1" * 64), *v[1:]], Tampering.EDITED),
        (lambda v: [*v[:2], *v[3:]], Tampering.DELETED),
        (lambda v: v[1:], Tampering.DELETED),
        (lambda v: [*v[:3], v[2], *v[3:]], Tampering.INSERTED),
        (lambda v: [*v[:3], edited(v[2], target="other"), *v[3:]], Tampering.INSERTED),
        (lambda v: [*v[:2], v[3], v[2], *v[4:]], Tampering.SWAPPED),
        (lambda v: v[:-1], Tampering.TRUNCATED),
        (lambda _: [], Tampering.TRUNCATED),
        (lambda v: [*v[:-1], edited(v[-1], actor="somebody else")], Tampering.REWRITTEN),
        (lambda _: log(6, of="other")[0], Tampering.REWRITTEN),
    ],
)
def test_every_way_to_change_it_is_found_and_named(
    change: Callable[[list[bytes]], list[bytes]], kind: Tampering
) -> None:
    values, links = log(6)
    assert kind in kinds(change(values), links)


@given(st.integers(0, 5), st.integers(0, 5), st.sampled_from(["drop", "double", "swap", "edit", "cut"]))
def test_whatever_is_changed_anywhere_is_found(first: int, second: int, how: str) -> None:
    values, links = log(6)
    changed = list(values)
    match how:
        case "drop":
            del changed[first]
        case "double":
            changed.insert(second, values[first])
        case "swap":
            changed[first], changed[second] = values[second], values[first]
        case "edit":
            changed[first] = edited(values[first], target="other")
        case _:
            changed = values[:first]
    assert bool(kinds(changed, links)) == (changed != values)


def test_an_entry_follows_its_schema_and_reads_back() -> None:
    value, link = chained(act("x" * 1000), NOTHING)
    SCHEMA.validate(orjson.loads(value))
    entry = decoded(value)
    assert (entry.seq, len(entry.act.target), link.hash) == (0, 500, hash_of(value))


@pytest.mark.parametrize("changes", [{"actor": " "}, {"reason": ""}, {"action": "open"}, {"action": "A.b"}])
def test_an_act_that_cannot_be_accounted_for_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(RefusedError):
        chained(act(**changes), NOTHING)


def test_what_is_no_entry_is_refused_without_quoting_it() -> None:
    with pytest.raises(ValueError, match=r"^not an audit entry$") as caught:
        decoded(b'{"secret": "4111"')
    assert caught.value.__cause__ is None
