"""Which try of what an outcome is of: its raw record says so, with a proof."""

from collections.abc import Iterator

from assay.pipeline.core import headers as names

from ..facts import OutcomeSeen
from ..finding import AuditFinding, FindingKind
from ..ledger import Ledger


def attempt_mismatch(ledger: Ledger, outcome: OutcomeSeen) -> Iterator[AuditFinding]:
    """What became of a new try says so, and of a first pass says nothing of the kind."""
    fact = ledger.fact_of(outcome.marks.source)
    if fact is None or fact.attempt is None:
        return
    marks = outcome.marks
    if marks.attempt != fact.attempt:
        why = f"header {names.ATTEMPT} is not the number of its raw record's try"
        yield AuditFinding(FindingKind.REPLAY_MISMATCH, outcome.at, why, marks.source)
    if marks.replay_of != ("" if fact.replay_of is None else str(fact.replay_of)):
        why = f"header {names.REPLAY_OF} is not what its raw record says"
        yield AuditFinding(FindingKind.REPLAY_MISMATCH, outcome.at, why, marks.source)
