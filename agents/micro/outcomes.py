"""What became of each trace, read from the topics where traces end."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assay.pipeline.core import headers as names
from assay.pipeline.core.document import Json
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.topics import TopicRole

from .pipeline import MicroPipeline

ENDS = (TopicRole.VALID, TopicRole.REMEDIATED, TopicRole.QUARANTINE, TopicRole.DEAD_LETTER)
_SHOWN = ("code", "category", "severity", "blocking", "path", "message", "expected", "actual_masked")


@dataclass(frozen=True, slots=True)
class Ended:
    """One trace's outcome. Holds no value of the trace: envelopes carry masked ones only (promise 4)."""

    source: str
    outcome: str
    reason: str
    tenant: str
    severity: str | None
    fingerprint: str | None
    warnings: tuple[str, ...]
    """Codes that the trace carries on; of a remediated one those that are left."""
    issues: tuple[Mapping[str, Json], ...]
    """What was found when it came in; empty for a trace that passed."""
    rules: tuple[str, ...]
    """Remediation rules that were tried, with their version."""

    @property
    def codes(self) -> frozenset[str]:
        """All that was ever wrong with it."""
        return frozenset({*(str(issue["code"]) for issue in self.issues), *self.warnings})

    def document(self) -> dict[str, Json]:
        """As JSON."""
        return {
            "source": self.source,
            "outcome": self.outcome,
            "reason": self.reason,
            "tenant": self.tenant,
            "severity": self.severity,
            "fingerprint": self.fingerprint,
            "warnings": list(self.warnings),
            "issues": [dict(issue) for issue in self.issues],
            "rules": list(self.rules),
        }


class Outcomes:
    """Outcomes by source, in the order in which traces ended; reads on from where it was."""

    def __init__(self, pipeline: MicroPipeline) -> None:
        self._pipeline = pipeline
        self._read: Counter[TopicRole] = Counter()
        self._issues: dict[str, Sequence[Mapping[str, Json]]] = {}
        self._rules: dict[str, list[str]] = {}
        self._ended: dict[str, Ended] = {}

    def all(self) -> Mapping[str, Ended]:
        """What has ended by now."""
        # An end is visible with or after what it refers to, so that is read second.
        ends = [(role, self._new(role)) for role in ENDS]
        for record in self._new(TopicRole.INVALID):
            envelope = _document(record)
            self._issues[_text(record, names.SRC)] = [
                {name: issue.get(name) for name in _SHOWN} for issue in envelope.get("issues", ())
            ]
        for record in self._new(TopicRole.RECEIPTS):
            receipt = _document(record)
            source = receipt["source"]
            place = f"{source['topic']}/{source['partition']}/{source['offset']}"
            self._rules.setdefault(place, []).append(f"{receipt['rule']}@{receipt['version']}")
        for _, records in ends:
            for record in records:
                ended = self._of(record)
                self._ended[ended.source] = ended
        return self._ended

    def _new(self, role: TopicRole) -> list[RawRecord]:
        records = list(self._pipeline.visible(role, self._read[role]))
        if records:
            self._read[role] = records[-1].offset + 1
        return records

    def _of(self, record: RawRecord) -> Ended:
        source = _text(record, names.SRC)
        return Ended(
            source,
            _text(record, names.OUTCOME),
            _text(record, names.REASON),
            _text(record, names.TENANT),
            _text(record, names.SEVERITY) or None,
            _text(record, names.FINGERPRINT) or None,
            tuple(filter(None, _text(record, names.WARNINGS).split(","))),
            tuple(self._issues.get(source, ())),
            tuple(self._rules.get(source, ())),
        )


def _document(record: RawRecord) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(record.value or b"{}")
    return document


def _text(record: RawRecord, name: str) -> str:
    return (names.first(record.headers, name) or b"").decode()
