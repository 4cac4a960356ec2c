"""What is written for a verdict: the passing record, the failed-trace envelope, the dead letter, the tally."""

from .dead_letter import dead_letter
from .envelope import EnvelopeWriter, Failure, failure_id
from .failing import FailingWriter
from .fingerprint import fingerprint
from .histogram import Histogram, merge, quantile
from .opening import open_envelope
from .passing import PassingWriter
from .payload import Payload, pack, unpack
from .reason import reason_of
from .tally import SourceSpan, Tally
from .team import TEAMS, Team

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
    "TEAMS",
    "Team",
    "Tally",
    "SourceSpan",
    "Histogram",
    "merge",
    "quantile",
]
