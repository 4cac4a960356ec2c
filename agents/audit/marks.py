"""Our own headers on an outcome (DESIGN 4), read strictly: what is missing or odd is a fault."""

import re

from assay.pipeline.core import headers as names
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.record import Headers, Source

from .facts import Marks

_OURS = frozenset(
    {
        names.SRC,
        names.TENANT,
        names.BUNDLE,
        names.OUTCOME,
        names.REASON,
        names.SHA256,
        names.ATTEMPT,
        names.SEVERITY,
        names.FINGERPRINT,
        names.WARNINGS,
        names.DISPOSITION,
        names.REPLAY_OF,
        names.REPLAY_JOB,
        names.RECEIPT,
    }
)
_CODES = frozenset(IssueCode)
_REQUIRED = (names.TENANT, names.BUNDLE, names.REASON)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ATTEMPT = re.compile(r"0|[1-9][0-9]{0,5}")
_OFFSET = re.compile(r"0|[1-9][0-9]{0,18}")


def read_marks(headers: Headers) -> Marks:
    """Read our headers. Never raises."""
    ours: dict[str, str] = {}
    faults: list[str] = []
    for name, value in headers:
        if not name.startswith(names.PREFIX) or name in names.FROM_PRODUCERS:
            continue
        if name not in _OURS:
            # The name is a producer's word: say that it is there, not what it is.
            faults.append("a reserved header of the producer came through")
        elif name in ours:
            faults.append(f"header {name} stands twice")
        else:
            ours[name] = (value or b"").decode("utf-8", "replace")
    faults += [f"header {name} is missing" for name in _REQUIRED if not ours.get(name)]
    sha256, attempt = ours.get(names.SHA256, ""), ours.get(names.ATTEMPT, "")
    if not _SHA256.fullmatch(sha256):
        faults.append(f"header {names.SHA256} is missing or not 64 hex digits")
        sha256 = ""
    if not _ATTEMPT.fullmatch(attempt):
        faults.append(f"header {names.ATTEMPT} is missing or not a number")
        attempt = "0"
    warnings = tuple(ours[names.WARNINGS].split(",")) if ours.get(names.WARNINGS) else ()
    if not _CODES.issuperset(warnings):
        faults.append(f"header {names.WARNINGS} holds a code that is not ours")
        warnings = ()
    return Marks(
        source=parse_source(ours.get(names.SRC, "")),
        tenant=ours.get(names.TENANT, ""),
        bundle=ours.get(names.BUNDLE, ""),
        outcome=ours.get(names.OUTCOME),
        reason=ours.get(names.REASON, ""),
        attempt=int(attempt),
        sha256=bytes.fromhex(sha256),
        warnings=tuple(dict.fromkeys(warnings)),
        faults=tuple(faults),
        replay_of=ours.get(names.REPLAY_OF, ""),
    )


def parse_source(text: str) -> Source | None:
    """``topic/partition/offset`` and nothing that merely looks like it (``+1``, ``01``, spaces), or ``None``."""
    topic, _, rest = text.partition("/")
    partition, _, offset = rest.partition("/")
    if not topic or not _OFFSET.fullmatch(partition) or not _OFFSET.fullmatch(offset):
        return None
    return Source(topic, int(partition), int(offset))
