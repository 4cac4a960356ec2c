"""Who a trace is, said only where that tells nobody's data: ids of producers can be card numbers (promise 4, S0-9).

An id, a producer and, on a shared topic, a tenant stand in headers, envelopes, metrics and messages. What the
security detector takes for personal data or a secret is ``none`` there; the sealed trace keeps it.
"""

from collections.abc import Mapping, Sequence

import orjson

from ..core.codes import IssueCode
from ..core.document import MISSING, Json, format_pointer, lookup, parse_pointer
from ..core.issue import Issue
from ..core.trace import Trace
from ..core.verdict import NONE, Identity
from ..policy.bundle import Binding, Bundle
from ..policy.classification import Enforcement
from ..policy.safe import safe_id
from .detector import Detector

DETECTOR = "security"
_TELLING = frozenset(code for code in IssueCode if code.startswith(("security.pii_", "security.secret_")))
_ANY = "*"
"""What a detector writes for a name that no schema declares."""


class Discretion:
    """Asks the security detector of the names alone, so that no limit on findings and no unknown version hides one."""

    def __init__(self, bundle: Bundle, detectors: Sequence[Detector], enforcement: Enforcement) -> None:
        """Without a security detector among ``detectors``, everything is said."""
        self._detect = next((each.detect for each in detectors if each.name == DETECTOR), None)
        self._enforcement = enforcement
        self._pointers: Mapping[str, Sequence[tuple[str, ...] | None]] = {
            name: (
                subject.pointers.trace_id,
                subject.pointers.producer,
                subject.pointers.producer_version,
                subject.pointers.tenant,
            )
            for name, subject in bundle.subjects.items()
        }

    def __call__(self, trace: Trace, binding: Binding) -> tuple[str, Identity, tuple[Issue, ...]]:
        """Tenant and identity as they may be said, and the issues for which something is not.

        A tenant that comes from the topic is always said: it is no value of the trace.
        """
        document, tenant = trace.document, trace.tenant
        *who, whose = self._pointers[trace.subject]
        identity = Identity(*(_said(document, pointer) for pointer in who))
        if self._detect is None:
            return tenant, identity, ()
        asked = [*who, None if binding.tenant else whose]
        names = _names(document, [each for each in asked if each])
        asking = trace._replace(document=names, value=orjson.dumps(names))
        try:
            findings = [each for each in self._detect(asking) if each.code in _TELLING]
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # noqa: BLE001 - its bug is an issue already (D-16); what nobody looked at is not said
            return tenant if binding.tenant else NONE, Identity(), ()
        if not findings:
            return tenant, identity, ()
        issues, _ = self._enforcement.sort(findings, DETECTOR)
        told_of = [parse_pointer(issue.path) for issue in issues]
        hidden = [each is not None and any(_same(each, path) for path in told_of) for each in asked]
        *untold, of_another = hidden
        said = (identity.trace_id, identity.producer, identity.producer_version)
        identity = Identity(*(NONE if hide else word for hide, word in zip(untold, said, strict=True)))
        return (NONE if of_another else tenant), identity, issues


def _said(document: Json, pointer: tuple[str, ...] | None) -> str:
    if pointer is None:
        return NONE
    found = lookup(document, pointer)
    return NONE if found is MISSING else safe_id(found)


def _names(document: Json, pointers: Sequence[tuple[str, ...]]) -> dict[str, Json]:
    """A document with nothing but what stands at these pointers, each in its place."""
    names: dict[str, Json] = {}
    for pointer in pointers:
        found = lookup(document, pointer)
        if not isinstance(found, str | int | float):
            continue
        here = names
        for token in pointer[:-1]:
            below = here.setdefault(token, {})
            assert isinstance(below, dict), f"{format_pointer(pointer)} leads through another name"
            here = below
        here[pointer[-1]] = found
    return names


def _same(pointer: tuple[str, ...], path: tuple[str, ...]) -> bool:
    return len(pointer) == len(path) and all(
        found in {token, _ANY} for token, found in zip(pointer, path, strict=True)
    )
