"""What changes between two bundles, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..core.codes import IssueCode
from ..core.document import MISSING, Json, format_pointer
from .bundle import Bundle
from .classification import CodePolicy, EnforcementPoint
from .shown import SECTIONS, shown

MOST_PLACES = 5
"""Places in a changed schema that are named."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not the same; a value that one side does not have is ``None``, and ``words`` say so."""

    section: str
    place: str
    before: Json
    after: Json
    words: str

    def document(self) -> Json:
        """The change as JSON."""
        return {
            "section": self.section,
            "place": self.place,
            "before": self.before,
            "after": self.after,
            "words": self.words,
        }


def differences(before: Bundle, after: Bundle) -> list[Change]:
    """Everything that is different, section by section; empty when both judge alike."""
    old, new = shown(before), shown(after)
    changes: list[Change] = []
    for section in SECTIONS:
        match section:
            case "classification":
                changes += _codes(before.classification, after.classification)
            case _:
                changes += _changes(section, (), old[section], new[section])
    return [_with_places(change, before, after) for change in changes]


def _codes(before: Mapping[IssueCode, CodePolicy], after: Mapping[IssueCode, CodePolicy]) -> Iterator[Change]:
    for code in IssueCode:
        old, new = before[code], after[code]
        if old.severity is not new.severity:
            words = f"severity {new.severity}, was {old.severity}"
            yield Change("classification", f"{code}.severity", old.severity.value, new.severity.value, words)
        modes = {point: (old.mode_at(point), new.mode_at(point)) for point in EnforcementPoint}
        changed = {point: pair for point, pair in modes.items() if pair[0] is not pair[1]}
        everywhere = len(changed) == len(EnforcementPoint) and len(set(changed.values())) == 1
        for point, (was, now) in changed.items():
            where = "" if everywhere else f" at {point}"
            place = f"{code}.mode" if everywhere else f"{code}.mode.{point}"
            yield Change("classification", place, was.value, now.value, f"mode {now}{where}, was {was}")
            if everywhere:
                break


def _changes(section: str, steps: tuple[str, ...], old: Json, new: Json) -> Iterator[Change]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            place = (*steps, key)
            if key not in new:
                yield Change(section, ".".join(place), old[key], None, "is gone")
            elif key not in old:
                yield Change(section, ".".join(place), None, new[key], f"is new{_is(new[key])}")
            else:
                yield from _changes(section, place, old[key], new[key])
    elif old != new:
        yield Change(section, ".".join(steps), old, new, _words(old, new))


def _is(value: Json) -> str:
    return "" if isinstance(value, dict | list) else f": {_text(value)}"


def _words(old: Json, new: Json) -> str:
    if isinstance(old, list) and isinstance(new, list):
        added = [_text(one) for one in new if one not in old]
        removed = [_text(one) for one in old if one not in new]
        parts = [f"with {', '.join(added)}"] if added else []
        parts += [f"without {', '.join(removed)}"] if removed else []
        return " and ".join(parts) or "in another order"
    return f"{_text(new)}, was {_text(old)}"


def _text(value: Json) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case dict() | list():
            return f"{len(value)} entries"
        case _:
            return str(value)


def _with_places(change: Change, before: Bundle, after: Bundle) -> Change:
    """For a schema that changed: where in it."""
    match change:
        case Change("subjects", place, str(was), str(now)) if ".versions." in place:
            name, _, version = place.partition(".versions.")
            old, new = before.subjects[name].schemas[version], after.subjects[name].schemas[version]
            places = [format_pointer(steps) or "the whole" for steps in _places((), old, new)]
            more = f" and {len(places) - MOST_PLACES} more" if len(places) > MOST_PLACES else ""
            words = f"the schema changes at {', '.join(places[:MOST_PLACES])}{more}"
            return Change("subjects", place, was, now, words)
        case _:
            return change


def _places(steps: tuple[str, ...], old: Json, new: Json) -> Iterator[tuple[str, ...]]:
    """The innermost places at which two documents differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            here, there = old.get(key, MISSING), new.get(key, MISSING)
            if here is MISSING or there is MISSING:
                yield (*steps, key)
            else:
                yield from _places((*steps, key), old[key], new[key])
    elif old != new:
        yield steps
