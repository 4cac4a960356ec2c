"""Where data may stand because its owner said so: by the schema of the subject, or by the policy."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ...core.codes import IssueCode
from ...core.document import Json
from ...policy.marked_places import EACH, marked_places
from ...policy.security_rules import REST, X_PII, Allowance, SecurityRules, declared_types

_ANY: Final = "*"


class Exemption(NamedTuple):
    """Data of these codes is no finding at this path."""

    codes: frozenset[IssueCode]
    path: tuple[str, ...]
    tenants: frozenset[str] | None


class Exemptions:
    """Those of one subject and version."""

    def __init__(self, rules: SecurityRules, subject: str, schema: Json) -> None:
        allowed: Iterable[Allowance] = (*rules.allowed.get("", ()), *rules.allowed.get(subject, ()))
        places = marked_places(schema, lambda node: X_PII in node, alternatives=True)
        self._exemptions: Sequence[Exemption] = (
            *(Exemption(each.codes, each.path, each.tenants) for each in allowed),
            *(
                # A field that may hold it may hold it in its parts.
                Exemption(
                    declared_types(node),
                    (*(_ANY if step is EACH else str(step) for step in place), REST),
                    None,
                )
                for place, node in places
            ),
        )

    def cover(self, code: IssueCode, path: Sequence[str | int], tenant: str) -> bool:
        """Whether such a find at this place, in a trace of this tenant, is as it should be."""
        return any(
            code in each.codes
            and (each.tenants is None or tenant in each.tenants)
            and _covers(each.path, path)
            for each in self._exemptions
        )


def _covers(pattern: Sequence[str], path: Sequence[str | int]) -> bool:
    if pattern[-1:] == (REST,):
        pattern = pattern[:-1]
        path = path[: len(pattern)]
    return len(pattern) == len(path) and all(
        part in {_ANY, str(token)} for part, token in zip(pattern, path, strict=True)
    )
