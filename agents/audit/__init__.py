"""``assay audit``: proof that nothing was lost, doubled, invented or altered, from the topics alone.

Written apart from the lanes, with another Kafka client, so that a bug of theirs cannot hide itself here.
"""

from .report import AuditReport
from .run import run_audit

__all__ = ["AuditReport", "run_audit"]
