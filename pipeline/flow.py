"""The way of a trace, on one screen: decode → select → detect → dispose.

Everything here is pure: bytes, bundle and time in; a verdict and records to write out.
"""

from collections.abc import Sequence

from .core.codes import IssueCode
from .core.document import Json
from .core.issue import Finding, Issue
from .core.quick import maker
from .core.record import Record, key_and_headers_bytes
from .core.trace import Trace
from .core.verdict import NONE, Identity, Verdict
from .decode import AvroRegistry, decode
from .detect import Detector, build_detectors
from .detect.discretion import Discretion
from .policy.bundle import Binding, Bundle
from .policy.classification import Enforcement, EnforcementPoint
from .policy.select import Selector
from .policy.tenant import tenant_of

ANONYMOUS = Identity()
_make_trace = maker(Trace)
_make_verdict = maker(Verdict)
TOO_MUCH_AROUND = Finding(
    IssueCode.CORRUPT_TOO_LARGE,
    expected="key and headers within max_key_and_headers_bytes",
    actual_masked="more",
    rule="limits.max_key_and_headers_bytes",
)


class Judge:
    """Gives the verdict on a record. Built once per bundle; deterministic in (bytes, bundle, time)."""

    def __init__(
        self,
        bundle: Bundle,
        detectors: Sequence[Detector] | None = None,
        topic_prefix: str = "",
        point: EnforcementPoint = EnforcementPoint.STREAM,
    ) -> None:
        self._bundle = bundle
        self._enforcement = Enforcement(bundle.classification, point)
        self._topics = {
            f"{topic_prefix}{topic}": (binding, Selector(bundle, binding).__call__)
            for topic, binding in bundle.bindings.items()
        }
        self._avro = AvroRegistry(bundle)
        self._limits = bundle.limits
        self._most_around = bundle.limits.max_key_and_headers_bytes
        found = build_detectors(bundle) if detectors is None else detectors
        self._discretion = Discretion(bundle, found, self._enforcement)
        self._detectors = tuple((detector.name, detector.detect) for detector in found)

    def __call__(self, record: Record, now_ns: int) -> Verdict:
        """All issues of one record, and who it is. Raises ``KeyError`` for a topic that no binding declares."""
        binding, select = self._topics[record.topic]
        headers = record.headers
        most = self._most_around
        # Without headers the key alone decides; counting takes a call, and this does not.
        if (headers or len(record.key or b"") > most) and key_and_headers_bytes(record) > most:
            return self._unreadable(TOO_MUCH_AROUND, binding.tenant or NONE, binding.default_subject)
        value = record.value
        decoded = decode(value, self._limits, self._avro)
        if isinstance(decoded, Finding):
            return self._unreadable(decoded, binding.tenant or NONE, binding.default_subject)
        document = decoded.document
        selected = select(headers, document, decoded)
        if isinstance(selected, Finding):
            return self._unselected(selected, record, document, binding, now_ns)
        subject, version = selected
        tenant = tenant_of(binding, subject, document)
        name = subject.name
        trace = _make_trace((document, value, name, version, tenant, record.timestamp, now_ns))
        found = self._detect(trace)
        if found is None:
            return _make_verdict((tenant, name, version, (), ANONYMOUS, False, True, ()))
        issues, audited = found
        identity = ANONYMOUS
        if issues:
            tenant, identity, told = self._discretion(trace, binding)
            issues = _together(issues, told)
        return Verdict(
            tenant,
            name,
            version,
            issues,
            identity,
            blocking=any(issue.blocking for issue in issues),
            readable=True,
            audited=audited,
        )

    def _detect(self, trace: Trace) -> tuple[tuple[Issue, ...], tuple[Issue, ...]] | None:
        """What the trace is told of, and what is only counted; ``None``, and no work, when there is neither."""
        found: tuple[tuple[Issue, ...], tuple[Issue, ...]] | None = None
        for name, detect in self._detectors:
            try:
                findings = detect(trace)
                if len(findings) == 0:  # not its truth: what is no sequence must fail here, and not pass
                    continue
                issues, audited = self._enforcement.sort(findings, name)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:  # noqa: BLE001 - one detector's bug must not stop the others, nor the trace (D-16); a panic in Rust is no Exception
                failed = Finding(IssueCode.DETECTOR_FAILED, rule=type(error).__name__)
                issues, audited = self._enforcement.sort([failed], name)
            found = (issues, audited) if found is None else (found[0] + issues, found[1] + audited)
        return found

    def _unselected(
        self, finding: Finding, record: Record, document: Json, binding: Binding, now_ns: int
    ) -> Verdict:
        """A subject or version that the bundle does not have: its own issue, not one of another schema.

        Whose it is and who it is, is read with the pointers of the topic's default subject.
        """
        subject = self._bundle.subjects[binding.default_subject]
        tenant = tenant_of(binding, subject, document)
        trace = Trace(document, record.value or b"", subject.name, NONE, tenant, record.timestamp, now_ns)
        tenant, identity, told = self._discretion(trace, binding)
        issues = _together((self._enforcement.issue(finding, "select"),), told)
        return Verdict(tenant, NONE, NONE, issues, identity, blocking=True, readable=True)

    def _unreadable(self, finding: Finding, tenant: str, subject: str) -> Verdict:
        issue = self._enforcement.issue(finding, "decode")
        return Verdict(tenant, subject, NONE, (issue,), ANONYMOUS, blocking=True, readable=False)


def _together(issues: tuple[Issue, ...], told: tuple[Issue, ...]) -> tuple[Issue, ...]:
    """All of them, each once."""
    return (*issues, *(issue for issue in told if issue not in issues)) if told else issues
