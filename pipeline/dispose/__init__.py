"""What is written for a verdict: the passing record, the failed-trace envelope, the dead letter, the tally."""

from ..core.fingerprint import fingerprint
from .dead_letter import dead_letter
from .envelope import EnvelopeWriter, Failure, failure_id
from .failing import FailingWriter
from .histogram import Histogram, merge, quantile
from .opening import open_envelope
from .passing import PassingWriter
from .payload import Payload, pack, unpack
from .reason import reason_of
from .tally import SourceSpan, Tally

__all__ = [
    "PassingWriter",
    "FailingWriter",
    "EnvelopeWriter",
    "Failure",
    "dead_letter",
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
