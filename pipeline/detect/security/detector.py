"""The security detector: personal data, secrets and other tenants in a trace (S0-9, S0-10, S0-38)."""

from collections.abc import Sequence
from typing import ClassVar, Final, NamedTuple

import orjson

from ...core.codes import IssueCode
from ...core.document import Json, format_pointer
from ...core.issue import Finding
from ...core.masking import mask
from ...core.trace import Trace
from ...core.verdict import NONE
from ...policy.bundle import Bundle
from ...policy.security_rules import IpScope
from ...policy.subschemas import declared_names
from ..view import at
from .exemptions import Exemptions
from .leaves import Role, tokens
from .names import Names
from .prefilter import Prefilter
from .scan import Found, Scanner
from .secret_names import SecretNames
from .signs import worth_a_look
from .tenants import BOUND_RULE, EXPECTED, TenantNames, id_text
from .text import Effort, TooMuchError

MOST_EFFORT: Final = 100_000
"""What one trace may cost, in microseconds or so, beyond the scan."""

_GAVE_UP = Finding(
    IssueCode.DETECTOR_FAILED,
    expected="a trace that can be searched for personal data within the limits",
    rule="security.too_much_to_search@1",
)


class SecurityDetector:
    """Judges what a trace must not hold; ``detect`` is on the hot path.

    A trace without any sign costs one scan of its bytes. Everything else is worked out for the others only,
    and has a bound: what cannot be searched within it stops (promise 5).
    """

    name: ClassVar[str] = "security"

    def __init__(self, bundle: Bundle) -> None:
        rules = bundle.rules.security
        self._most = bundle.limits.max_issues
        self._nested_bytes = rules.nested_bytes
        self._prefilter = Prefilter(
            every_address=rules.ip_scopes != {IpScope.PUBLIC},
            secret_names=rules.secret_names,
            tenant_names=rules.tenant_names,
        )
        self._matches = self._prefilter.matches
        self._scan = Scanner(rules, self._prefilter).scan
        is_secret = SecretNames(rules.secret_names, rules.harmless_names)
        is_tenant = TenantNames(rules.tenant_names)
        self._whose = {
            name: _Whose(
                pointer := subject.pointers.tenant or (),
                every_mention=not pointer or not is_tenant(pointer[-1]),
            )
            for name, subject in bundle.subjects.items()
        }
        self._versions = {
            (subject.name, version): _Version(
                Names(is_secret, is_tenant, self._prefilter.signs, declared_names(schema)),
                Exemptions(rules, subject.name, schema),
            )
            for subject in bundle.subjects.values()
            for version, schema in subject.schemas.items()
        }
        self._unknown = _Version(
            Names(is_secret, is_tenant, self._prefilter.signs), Exemptions(rules, "", {})
        )

    def detect(self, trace: Trace) -> Sequence[Finding]:
        """One finding for each code and place, by place, then code; at most ``limits.max_issues``."""
        value = trace.value
        data = value if value[:1] in _JSON_STARTS else _as_json(trace.document)
        hits = self._matches(data)
        whose, tenant = self._whose[trace.subject], trace.tenant
        body: object = trace.document
        for token in whose.pointer:
            body = body.get(token) if type(body) is dict else None
        same = body == tenant or (type(body) is int and str(body) == tenant)
        if not hits and same and not whose.every_mention:
            return ()
        findings: dict[tuple[str, IssueCode], Finding] = {}
        if not same and whose.pointer:
            _note_other_tenant(trace, whose.pointer, findings)
        if worth_a_look(self._prefilter.of(hits)) or (
            whose.every_mention and self._prefilter.mentions_tenant(data)
        ):
            self._search(trace, findings)
        return tuple(findings[key] for key in sorted(findings))

    def _search(self, trace: Trace, findings: dict[tuple[str, IssueCode], Finding]) -> None:
        version = self._versions.get((trace.subject, trace.schema_version), self._unknown)
        effort = Effort(MOST_EFFORT, self._nested_bytes)
        try:
            for found in self._scan(trace.document, version.names, trace.tenant, effort):
                path = tokens(found.leaf.path)
                finding = _finding(found, path, version.names)
                key = finding.path, finding.code
                if key in findings or version.exemptions.cover(found.code, path, trace.tenant):
                    continue
                if len(findings) >= self._most:
                    return
                findings[key] = finding
        except TooMuchError:
            if len(findings) >= self._most:
                findings.popitem()
            findings[_GAVE_UP.path, _GAVE_UP.code] = _GAVE_UP


def _finding(found: Found, path: Sequence[str | int], names: Names) -> Finding:
    leaf = found.leaf
    return Finding(
        code=found.code,
        path=format_pointer(
            token if isinstance(token, int) or names.declares(token) else "*" for token in path
        ),
        keyword=found.form,
        expected=found.expected,
        actual_masked="integer" if leaf.role is Role.NUMBER else mask(leaf.text),
        rule=found.rule,
    )


def _note_other_tenant(
    trace: Trace, pointer: tuple[str, ...], findings: dict[tuple[str, IssueCode], Finding]
) -> None:
    """The body's tenant is not the one that the trace came from. A body that names none is the schema's business."""
    body = at(trace.document, pointer)
    if body is None or isinstance(body, bool) or trace.tenant == NONE:
        return
    if isinstance(body, str | int) and id_text(body) == trace.tenant:
        return
    finding = Finding(
        code=IssueCode.SECURITY_TENANT_MISMATCH,
        path=format_pointer(pointer),
        keyword=Role.VALUE.value,
        expected=EXPECTED,
        actual_masked=mask(body),
        rule=BOUND_RULE,
    )
    findings[finding.path, finding.code] = finding


_JSON_STARTS: Final = frozenset((b"{", b"["))


def _as_json(document: Json) -> bytes:
    """What is not JSON on the wire, such as Avro, as JSON: only there the scan sees numbers and the edges of texts."""
    try:
        return orjson.dumps(document)
    except (TypeError, ValueError):
        return _UNWRITABLE


_UNWRITABLE: Final = b"\\u0000"
"""Looks worth a look: what cannot be written is searched."""


class _Whose(NamedTuple):
    """Where a subject says whose a trace is."""

    pointer: tuple[str, ...]
    every_mention: bool
    """The place bears no tenant's name: then one member that does is reason enough to look."""


class _Version(NamedTuple):
    """What is known of one version of a subject."""

    names: Names
    exemptions: Exemptions
