"""The schema detector: is the trace what the schema of its subject says (S0-7, S0-8, S0-24 … S0-26, S0-31, S0-37)?"""

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

from ..core.document import Json
from ..core.issue import Finding
from ..core.trace import Trace
from ..policy.bundle import Bundle
from ..policy.classification import Enforcement
from ..policy.json_schema import compile_schema
from ..policy.subschemas import declared_names
from .schema_collect import collect
from .schema_errors import ErrorLister
from .schema_remarks import Remarks, merged


class SchemaDetector:
    """Judges a trace by the schema of its subject and version; ``detect`` is on the hot path.

    A valid trace costs one call into compiled code. Only what is invalid is looked at closely, and even
    then the cost has a bound that a hostile trace cannot move.
    """

    name: ClassVar[str] = "schema"

    def __init__(self, bundle: Bundle) -> None:
        self._subjects = bundle.subjects
        self._most = bundle.limits.max_issues
        self._blocks = Enforcement(bundle.classification).blocks
        self._judges = {
            (subject.name, version): _Judge(schema, Remarks(subject, version))
            for subject in bundle.subjects.values()
            for version, schema in subject.schemas.items()
        }

    def detect(self, trace: Trace) -> Sequence[Finding]:
        """Findings without doubles, in an order that only the trace decides, at most ``limits.max_issues``; blocking ones are kept first.

        Raises ``KeyError`` for a subject or version that the bundle does not have: that is not the trace's
        fault, ``select`` would have said so.
        """
        judge = self._judges.get((trace.subject, trace.schema_version))
        if judge is None:
            if self._subjects[trace.subject].decode_only:
                return ()
            raise KeyError(trace.subject, trace.schema_version)
        document = trace.document
        if judge.is_valid(document):
            return judge.remarks(document)
        errors = judge.lister.errors(document, most_values(trace.value))
        found = collect(errors, document, judge.names, self._most, self._blocks)
        return merged(found, judge.remarks(document), self._most, self._blocks)


def most_values(value: bytes) -> int | None:
    """No more values than these are in a JSON text: each is the first of its container or follows a comma.

    ``None`` for what does not start like one, as Avro does not.
    """
    if value[:1] not in {b"{", b"["}:
        return None
    return 1 + value.count(b",") + value.count(b"[") + value.count(b"{")


class _Judge:
    """One schema, compiled. What only invalid traces need is made when the first one comes."""

    def __init__(self, schema: Json, remarks: Remarks) -> None:
        self._schema = schema
        self.is_valid = compile_schema(schema).is_valid
        self.remarks = remarks.__call__

    @cached_property
    def lister(self) -> ErrorLister:
        return ErrorLister(self._schema)

    @cached_property
    def names(self) -> frozenset[str]:
        return declared_names(self._schema)
