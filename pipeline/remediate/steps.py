"""Doing what the steps of a rule say, for one issue on the working copy."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, assert_never

from ..core.document import MISSING, Json, lookup
from ..policy.remediation_place import Place, shape
from ..policy.remediation_rule import RemediationRule
from ..policy.remediation_steps import (
    Add,
    Alias,
    Cast,
    ClaimCheck,
    Clamp,
    Default,
    Identifier,
    Known,
    Move,
    Parameters,
    Remove,
    Rename,
    Replace,
    Step,
    Time,
    Upgrade,
)
from .casts import cast
from .claim_check import claim_check, large_texts
from .draft import Draft
from .fault import FaultKind, StepFault
from .identifiers import trimmed
from .places import Tokens, lookup_or_none, resolve
from .ranges import clamped
from .times import normal_time


class Action(NamedTuple):
    """One change, as a person is told of it (S0-137)."""

    words: str
    """With ``{path}`` where the place goes."""
    tokens: Tokens


class Target(NamedTuple):
    """The issue that a rule is at work on, and what is known of its trace."""

    path: Tokens
    expected: str
    tenant: str
    producer: str
    version_at: Tokens | None
    """Where the subject's traces name their schema version."""


def perform(rule: RemediationRule, draft: Draft, target: Target) -> Iterator[Action]:
    """All steps, in order; an action for each that changed something.

    Raises :class:`StepFault`; then the draft holds what was done so far, and the caller puts it back.
    """
    for step in rule.steps:
        yield from _perform(step, rule.parameters, draft, target)


def _perform(step: Step, parameters: Parameters, draft: Draft, target: Target) -> Iterator[Action]:
    match step:
        case Move(source=source, target=place):
            for tokens in _there(source, draft, target):
                yield from _move(draft, tokens, next(resolve(place, target.path, draft.document), None))
        case Upgrade():
            yield from _upgrade(step, parameters, draft, target)
        case ClaimCheck(path=place, at_least=at_least):
            for tokens in _there(place, draft, target):
                for found, text in list(
                    large_texts(lookup_or_none(draft.document, tokens), tokens, at_least)
                ):
                    yield from _write(
                        draft, found, claim_check(text), "Replaced large text {path} by a claim check"
                    )
        case Add(path=place) | Default(path=place):
            for tokens in resolve(place, target.path, draft.document):
                yield from _fill(step, parameters, draft, target, tokens)
        case _:
            for tokens in list(_there(step.path, draft, target)):
                yield from _change(step, parameters, draft, target, tokens)


def _there(place: Place, draft: Draft, target: Target) -> Iterator[Tokens]:
    """The places where something stands."""
    for tokens in resolve(place, target.path, draft.document):
        if lookup(draft.document, tokens) is not MISSING:
            yield tokens


def _fill(
    step: Add | Default, parameters: Parameters, draft: Draft, target: Target, tokens: Tokens
) -> Iterator[Action]:
    """Writes where nothing stands: absent and ``null`` are alike, as producers of Avro send the one for the other."""
    if lookup_or_none(draft.document, tokens) is not None:
        return
    match step:
        case Default():
            defaults, place = parameters.field_defaults, shape(tokens)
            if place in defaults:
                yield from _write(
                    draft, tokens, defaults[place], "Added missing field {path} with default value"
                )
        case Add(value=value):
            yield from _write(draft, tokens, _known(value, target, None), "Added {path}")
        case _:
            assert_never(step)


def _change(
    step: Replace | Remove | Cast | Rename | Alias | Clamp | Time | Identifier,
    parameters: Parameters,
    draft: Draft,
    target: Target,
    tokens: Tokens,
) -> Iterator[Action]:
    value = lookup_or_none(draft.document, tokens)
    match step:
        case Replace(value=new):
            yield from _write(draft, tokens, _known(new, target, value), "Replaced {path}")
        case Remove():
            draft.remove(tokens)
            yield Action("Removed {path}", tokens)
        case Rename(name=name):
            yield from _move(draft, tokens, (*tokens[:-1], name))
        case Cast(to=to):
            yield from _write_if(
                draft, tokens, cast(value, to, target.expected), "Wrote {path} as another type"
            )
        case Alias():
            table = parameters.aliases.get(shape(tokens), {})
            yield from _write_if(draft, tokens, _meant(value, table), "Wrote {path} by its declared word")
        case Clamp():
            limits = parameters.ranges.get(shape(tokens))
            yield from _write_if(draft, tokens, clamped(value, limits), "Brought {path} into its range")
        case Time():
            zone, unit = parameters.zones.get(target.producer), parameters.units.get(shape(tokens))
            yield from _write_if(
                draft, tokens, normal_time(value, zone, unit), "Wrote time {path} in RFC 3339"
            )
        case Identifier(trims=trims):
            yield from _write_if(draft, tokens, trimmed(value, trims), "Wrote id {path} in its normal form")
        case _:
            assert_never(step)


def _upgrade(step: Upgrade, parameters: Parameters, draft: Draft, target: Target) -> Iterator[Action]:
    at = target.version_at
    if at is None or lookup_or_none(draft.document, at) != step.from_version:
        return
    for inner in step.steps:
        yield from _perform(inner, parameters, draft, target)
    yield from _write(draft, at, step.to_version, f"Upgraded to schema version {step.to_version} at {{path}}")


def _write(draft: Draft, tokens: Tokens, value: Json, words: str) -> Iterator[Action]:
    before = draft.changes
    draft.write(tokens, value)
    if draft.changes > before:
        yield Action(words, tokens)


def _write_if(draft: Draft, tokens: Tokens, value: Json, words: str) -> Iterator[Action]:
    """Writes, unless the value is ``None``: there is nothing to be made of what stands there."""
    if value is not None:
        yield from _write(draft, tokens, value, words)


def _move(draft: Draft, source: Tokens, to: Tokens | None) -> Iterator[Action]:
    if to is None or lookup_or_none(draft.document, to) is not None:
        return
    draft.move(source, to)
    yield Action("Moved a member to {path}", to)


def _known(value: "Json | Known", target: Target, before: Json) -> Json:
    """A declared value, or one that is known of the trace."""
    if not isinstance(value, Known):
        return value
    match value:
        case Known.TENANT:
            if target.tenant == "none":
                raise StepFault(FaultKind.VALUE_UNKNOWN)
            number = type(before) is int and target.tenant.isdecimal() and len(target.tenant) <= _MOST_DIGITS
            return int(target.tenant) if number else target.tenant
        case _:
            assert_never(value)


_MOST_DIGITS = 18


def _meant(value: Json, table: Mapping[str, Json]) -> Json:
    """What the table has for a word, or for a number as JSON writes it; ``None`` where it has nothing."""
    match value:
        case bool():
            return None
        case str():
            return table.get(value)
        case int() | float():
            return table.get(repr(value))
        case _:
            return None
