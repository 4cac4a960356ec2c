"""How well a detector did on cases of which the truth is known. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ...core.codes import IssueCode
from ...core.document import parse_pointer
from ...core.issue import Finding
from ...core.word import Word
from .case import PII_CODES, SECRET_CODES, Case, Expected

SECRETS: Final = "secrets"
"""The row in which all codes of secrets are one: a case either tells a secret or does not."""
ANY_NAME: Final = "*"
"""What a pointer has in place of a name that the schema does not know."""


class Mistake(Word):
    """In which way a finding is wrong, or is not there."""

    MISSED = "missed"
    INVENTED = "invented"


@dataclass(slots=True)
class Count:
    """Cases by what was expected of them and what was said."""

    right: int = 0
    invented: int = 0
    missed: int = 0
    placed: int = 0
    """Of the right ones: those in which every expected place was named too."""

    @property
    def precision(self) -> float:
        """Of the cases that were told of, how many rightly; 0 when nothing was told."""
        return _share(self.right, self.right + self.invented)

    @property
    def recall(self) -> float:
        """Of the cases to be told of, how many were; 0 when there are none."""
        return _share(self.right, self.right + self.missed)

    @property
    def placing(self) -> float:
        """Of the right ones, how many at the right place."""
        return _share(self.placed, self.right)


@dataclass(frozen=True, slots=True)
class Misjudged:
    """One code about which a detector was wrong in one case."""

    case: Case
    code: IssueCode
    mistake: Mistake


def row(code: IssueCode) -> str:
    """The name of a code's row: ``card``, ``jwt``."""
    return code.value.partition(".")[2].partition("_")[2]


ROWS: Final = (*map(row, PII_CODES), SECRETS, *map(row, SECRET_CODES))
"""All rows, in the order of a report."""


def score(judged: Iterable[tuple[Case, Sequence[Finding]]]) -> Mapping[str, Count]:
    """Counts for every row of :data:`ROWS`. A case counts once for a code, however often the code was found.

    Findings of other codes than personal data and secrets are not looked at.
    """
    counts: dict[str, Count] = {name: Count() for name in ROWS}
    for case, findings in judged:
        found = _by_code(findings)
        wanted = _wanted(case)
        for code in found.keys() | wanted.keys():
            _count(counts[row(code)], wanted.get(code, ()), found.get(code, ()))
        secrets = [each for code in SECRET_CODES for each in wanted.get(code, ())]
        paths = [path for code in SECRET_CODES for path in found.get(code, ())]
        if secrets or paths:
            _count(counts[SECRETS], secrets, paths)
    return counts


def misjudged(judged: Iterable[tuple[Case, Sequence[Finding]]]) -> Iterable[Misjudged]:
    """Every mistake, case by case."""
    for case, findings in judged:
        found, wanted = _by_code(findings), _wanted(case)
        for code in sorted(found.keys() ^ wanted.keys()):
            yield Misjudged(case, code, Mistake.MISSED if code in wanted else Mistake.INVENTED)


def names_place(path: str, expected: str) -> bool:
    """Whether a finding's pointer leads to the expected place or into it; ``*`` stands for any name."""
    tokens, wanted = parse_pointer(path), parse_pointer(expected)
    return len(tokens) >= len(wanted) and all(
        token in {ANY_NAME, want} for token, want in zip(tokens, wanted, strict=False)
    )


def _count(count: Count, wanted: Sequence[Expected], paths: Sequence[str]) -> None:
    if not wanted:
        count.invented += 1
    elif not paths:
        count.missed += 1
    else:
        count.right += 1
        count.placed += all(any(names_place(path, each.path) for path in paths) for each in wanted)


def _by_code(findings: Sequence[Finding]) -> Mapping[IssueCode, list[str]]:
    found: defaultdict[IssueCode, list[str]] = defaultdict(list)
    for finding in findings:
        if finding.code in _LOOKED_AT:
            found[finding.code].append(finding.path)
    return found


def _wanted(case: Case) -> Mapping[IssueCode, list[Expected]]:
    wanted: defaultdict[IssueCode, list[Expected]] = defaultdict(list)
    for expected in case.expected:
        wanted[expected.code].append(expected)
    return wanted


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


_LOOKED_AT: Final = frozenset((*PII_CODES, *SECRET_CODES))
