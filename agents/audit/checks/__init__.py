"""The checks. Two kinds: of one outcome beside its raw record, and of the whole ledger.

To add one: a file here, a line in one of the tables, a row in ``FindingKind``, a test that sees it fire.
"""

from collections.abc import Callable, Iterator

from ..facts import OutcomeSeen
from ..finding import AuditFinding
from ..ledger import Ledger
from .altered import altered
from .attempt import attempt_mismatch
from .doubled import doubled
from .invented import invented
from .missing import missing
from .order import misplaced, reordered
from .progress import ahead, hanging, overrun
from .tallies import tally_coverage, tally_mismatch
from .tenant import wrong_tenant

OUTCOME_CHECKS: tuple[Callable[[Ledger, OutcomeSeen], Iterator[AuditFinding]], ...] = (
    invented,
    altered,
    attempt_mismatch,
    wrong_tenant,
    misplaced,
    reordered,
)
END_CHECKS: tuple[Callable[[Ledger, OutcomeSeen], Iterator[AuditFinding]], ...] = (
    invented,
    altered,
    attempt_mismatch,
    wrong_tenant,
    misplaced,
)
"""Of the end of a failing trace; its order is that of the hop before it."""
LEDGER_CHECKS: tuple[Callable[[Ledger], Iterator[AuditFinding]], ...] = (
    missing,
    doubled,
    tally_mismatch,
    tally_coverage,
    ahead,
    overrun,
    hanging,
)

__all__ = ["END_CHECKS", "LEDGER_CHECKS", "OUTCOME_CHECKS"]
