"""Lints of ``policies/classification.yaml``: rows that change nothing, or contradict themselves."""

from collections.abc import Iterator, Mapping

from ...core.codes import IssueCode
from ...core.document import Json
from ...core.issue import Severity
from ..bundle import Bundle
from ..bundle_files import CLASSIFICATION_FILE
from ..classification import CLASSIFICATION, CodePolicy, EnforcementPoint, Mode
from ..note import Level, Note


def rows_without_effect(bundle: Bundle, documents: Mapping[str, Json]) -> Iterator[Note]:
    """What a row says in vain."""
    match documents.get(CLASSIFICATION_FILE):
        case {"codes": dict(rows)}:
            for name, row in rows.items():
                if isinstance(row, dict):
                    code = IssueCode(name)
                    yield from _row(code, row, bundle.classification[code])


def _row(code: IssueCode, row: Mapping[str, Json], policy: CodePolicy) -> Iterator[Note]:
    if _effect(policy) == _effect(CLASSIFICATION[code]):
        yield _warning(code, "", "changes nothing: this is what ships", "Remove the row")
        return
    same = [point for point, mode in policy.at.items() if mode is policy.mode]
    for point in same:
        yield _warning(code, f".at.{point}", f"has no effect: {policy.mode} is the mode anyway", "Remove it")
    if set(policy.at) == set(EnforcementPoint) and "mode" in row:
        yield _warning(
            code, ".mode", "applies nowhere: every point has its own", "Remove it, or a point under at"
        )
    off = all(policy.mode_at(point) is Mode.OFF for point in EnforcementPoint)
    if off and "severity" in row:
        yield _warning(
            code, ".severity", "has no effect: the code is off at every point", "Remove one of the two"
        )
    elif off and policy.severity is Severity.CRITICAL:
        yield _warning(
            code, "", "is critical, and off at every point", "Use audit, so that it is counted at least"
        )


def _effect(policy: CodePolicy) -> tuple[Severity, list[Mode]]:
    return policy.severity, [policy.mode_at(point) for point in EnforcementPoint]


def _warning(code: IssueCode, place: str, why: str, remedy: str) -> Note:
    return Note(Level.WARNING, CLASSIFICATION_FILE, f"codes.{code}{place}", why, remedy)
