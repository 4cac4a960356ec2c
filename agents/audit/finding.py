"""What the auditor can find, and where it found it."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from assay.pipeline.core.record import Source

SHOWN = 100
"""How many examples of a kind a report names; the count is always exact."""


class FindingKind(StrEnum):
    """One broken promise each; a sentence for each stands in :data:`SENTENCES`."""

    MISSING = "missing"
    DOUBLED = "doubled"
    INVENTED = "invented"
    ALTERED = "altered"
    UNOPENED = "unopened"
    REORDERED = "reordered"
    MISPLACED = "misplaced"
    WRONG_TENANT = "wrong_tenant"
    MISROUTED = "misrouted"
    REPLAY_MISMATCH = "replay_mismatch"
    FACTS_MISMATCH = "facts_mismatch"
    RECEIPTS_MISMATCH = "receipts_mismatch"
    UNBALANCED = "unbalanced"
    TALLY_UNREADABLE = "tally_unreadable"
    TALLY_MISMATCH = "tally_mismatch"
    TALLY_OVERLAP = "tally_overlap"
    TALLY_GAP = "tally_gap"
    JOURNAL_LOST = "journal_lost"
    JOURNAL_CONTRADICTED = "journal_contradicted"
    AHEAD = "ahead"
    OVERRUN = "overrun"
    HANGING = "hanging"


SENTENCES: Mapping[FindingKind, str] = {
    FindingKind.MISSING: "A record below the committed offset has no outcome, or has failed and was not classified or not ended.",
    FindingKind.DOUBLED: "A record has more than one outcome, was classified more than once, or was replayed twice as the same try.",
    FindingKind.INVENTED: "An outcome or an issue fact names no record that a reader can see.",
    FindingKind.ALTERED: "An outcome does not hold, or does not open to, what came in.",
    FindingKind.UNOPENED: "A sealed payload does not open.",
    FindingKind.REORDERED: "Outcomes of one raw partition are not in the order of their sources.",
    FindingKind.MISPLACED: "An outcome left the partition number of its source.",
    FindingKind.WRONG_TENANT: "An outcome names another tenant than its topic or its trace does.",
    FindingKind.REPLAY_MISMATCH: "What became of a replayed record does not say which try of what it is.",
    FindingKind.FACTS_MISMATCH: "The issue facts of a failing trace are not those of its issues, each once.",
    FindingKind.RECEIPTS_MISMATCH: "The receipts of a repair are not complete, or say something else than the trace.",
    FindingKind.MISROUTED: "A failing trace ended elsewhere, or for another reason, than was decided.",
    FindingKind.UNBALANCED: "The four ends and what is in flight are not all that came in on a raw partition.",
    FindingKind.TALLY_UNREADABLE: "A tally does not follow its contract.",
    FindingKind.TALLY_MISMATCH: "A tally counts something else than the topics hold.",
    FindingKind.TALLY_OVERLAP: "Two tallies count the same source offsets.",
    FindingKind.TALLY_GAP: "A record below the committed offset is in no tally of its lane.",
    FindingKind.JOURNAL_LOST: "A record that Kafka acknowledged to its producer cannot be seen.",
    FindingKind.JOURNAL_CONTRADICTED: "A record of known content got another verdict than it must.",
    FindingKind.AHEAD: "An outcome is visible, but its group has not committed past its source.",
    FindingKind.OVERRUN: "Retention removed records before they were consumed.",
    FindingKind.HANGING: "A transaction stays open, so readers cannot get past it.",
}


class AuditFinding(NamedTuple):
    """One finding at one place. ``why`` is made of our own words and numbers, never of a record's content."""

    kind: FindingKind
    at: Source
    why: str
    source: Source | None = None
    """The raw record that it is about, when ``at`` is not that record itself."""


class FindingList:
    """Counts all findings exactly and keeps the first :data:`SHOWN` of each kind."""

    def __init__(self) -> None:
        self.counts: dict[FindingKind, int] = {}
        self.examples: dict[FindingKind, list[AuditFinding]] = {}

    def add(self, findings: Iterable[AuditFinding]) -> None:
        """Take these in."""
        for finding in findings:
            self.counts[finding.kind] = self.counts.get(finding.kind, 0) + 1
            shown = self.examples.setdefault(finding.kind, [])
            if len(shown) < SHOWN:
                shown.append(finding)
