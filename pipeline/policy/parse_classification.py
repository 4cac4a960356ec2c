"""``policies/classification.yaml``: what a bundle changes of the classification that ships (D-21)."""

from collections.abc import Mapping

from ..core.codes import IssueCode
from ..core.document import Json
from ..core.errors import Problem
from ..core.issue import Severity
from .classification import CLASSIFICATION, CodePolicy, EnforcementPoint, Mode
from .fields import Fields, closest

KEYS = ("codes",)
ROW_KEYS = ("severity", "mode", "at")

_LISTED = "See docs/reference/codes.md"
_UNJUDGED = "a trace with it was not judged, and may not pass as if it were valid"
_ALWAYS_STRICT: Mapping[IssueCode, str] = {
    **{
        code: "nobody can read a trace with it, so it can never be called valid"
        for code in IssueCode
        if code.family == "corrupt"
    },
    IssueCode.SCHEMA_SUBJECT_UNKNOWN: _UNJUDGED,
    IssueCode.SCHEMA_VERSION_UNKNOWN: _UNJUDGED,
    IssueCode.DETECTOR_FAILED: _UNJUDGED,
}
"""Codes that must block, each with the reason (promise 1)."""


def parse_classification(
    where: str, document: Json, problems: list[Problem]
) -> Mapping[IssueCode, CodePolicy]:
    """A row for every code: the bundle's where it has one, else the one that ships."""
    fields = Fields(where, document, KEYS, problems)
    if not fields.has("codes"):
        return CLASSIFICATION
    codes = fields.get("codes")
    if not isinstance(codes, dict):
        fields.problem("codes", "is not a mapping", "Write a row for each code that changes, or codes: {}")
        return CLASSIFICATION
    if len(codes) > 2 * len(IssueCode):
        fields.problem("codes", f"has {len(codes)} rows, and there are {len(IssueCode)} codes", _LISTED)
        return CLASSIFICATION
    known = {code.value: code for code in IssueCode}
    rows = dict(CLASSIFICATION)
    for name, row in codes.items():
        place = f"codes.{name}"
        if name not in known:
            fields.problem(place, "is no issue code", closest(name, list(known)))
            continue
        code = known[name]
        rows[code] = _row(code, fields.place(place), row, problems)
    return rows


def _row(code: IssueCode, where: str, document: Json, problems: list[Problem]) -> CodePolicy:
    shipped = CLASSIFICATION[code]
    fields = Fields(where, _without_fixed(code, where, document, problems), ROW_KEYS, problems)
    severity = fields.word("severity", Severity) if fields.has("severity") else None
    mode = fields.word("mode", Mode) if fields.has("mode") else None
    at = _at(fields, problems)
    why = _ALWAYS_STRICT.get(code)
    if why is not None:
        softer = [("mode", mode), *((f"at.{point}", at[point]) for point in at)]
        for key, chosen in softer:
            if chosen not in {None, Mode.STRICT}:
                fields.problem(key, f"{chosen} would let it pass: {why}", "Remove it: this code stays strict")
    return CodePolicy(
        category=shipped.category,
        severity=shipped.severity if severity is None else severity,
        mode=shipped.mode if mode is None else mode,
        at=at,
    )


def _at(fields: Fields, problems: list[Problem]) -> dict[EnforcementPoint, Mode]:
    if not fields.has("at"):
        return {}
    points = Fields(fields.place("at"), fields.get("at"), tuple(EnforcementPoint), problems)
    found = {point: points.word(point, Mode) for point in EnforcementPoint if points.has(point)}
    return {point: mode for point, mode in found.items() if mode is not None}


def _without_fixed(code: IssueCode, where: str, document: Json, problems: list[Problem]) -> Json:
    """The row without what a row cannot say; each such key becomes a problem that tells what can be said instead."""
    if not isinstance(document, dict):
        return document
    fixed = {
        "category": (
            "is fixed by the code",
            f"Remove it: {code} is of category {CLASSIFICATION[code].category}",
        ),
        "blocking": (
            "is decided by the mode",
            "Write mode: strict for an issue that blocks, warn for one that does not",
        ),
    }
    for key, (why, remedy) in fixed.items():
        if key in document:
            problems.append(Problem(f"{where}.{key}", why, remedy))
    return {key: value for key, value in document.items() if key not in fixed}
