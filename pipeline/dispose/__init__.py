"""What is written for a verdict: the passing record, the failed-trace envelope, its ends, receipts, the tally."""

from ..core.fingerprint import fingerprint
from .dead_letter import dead_letter
from .dead_lettered import DeadLetteredWriter
from .effect import effect_of
from .ending import Try
from .envelope import EnvelopeWriter, Failure, failure_id
from .failing import FailingWriter
from .histogram import Histogram, merge, quantile
from .opening import open_envelope
from .passing import PassingWriter
from .payload import Payload, pack, unpack
from .quarantined import QuarantinedWriter
from .reason import reason_of
from .receipt import Changes, Effect, ReceiptWriter, RuleTried, Tried, changes_of, open_receipt, repair_id
from .remediated import Origin, RemediatedWriter
from .tally import SourceSpan, Tally

__all__ = [
    "PassingWriter",
    "FailingWriter",
    "EnvelopeWriter",
    "Failure",
    "dead_letter",
    "QuarantinedWriter",
    "DeadLetteredWriter",
    "RemediatedWriter",
    "Origin",
    "Try",
    "ReceiptWriter",
    "Tried",
    "RuleTried",
    "Effect",
    "effect_of",
    "Changes",
    "changes_of",
    "open_receipt",
    "repair_id",
    "open_envelope",
    "Payload",
    "pack",
    "unpack",
    "reason_of",
    "failure_id",
    "fingerprint",
    "Tally",
    "SourceSpan",
    "Histogram",
    "merge",
    "quantile",
]
