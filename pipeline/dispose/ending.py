"""What all terminal records of failing traces share: headers, and the members of the envelope that the end decides."""

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

import orjson

from ..core import headers as names
from ..core.document import Json
from ..core.fingerprint import fingerprint
from ..core.issue import Severity
from ..core.outcome import Outcome, Reason
from ..core.record import Headers, Record
from ..core.text import clip
from ..core.verdict import NONE
from ..policy.bundle import Bundle
from .attempt import FIRST_PASS_HEADER

MOST_TRIES = 16
"""Tries that an envelope lists; with :data:`MOST_CODES` codes each they stay under the 64 KiB that its topics have left."""
MOST_CODES = 10
_MAX_NAME = 128

_REPLACED = frozenset({names.BUNDLE, names.OUTCOME, names.REASON, names.DISPOSITION, names.RECEIPT})


class Try(NamedTuple):
    """A rule that was tried: an entry of the envelope's ``remediation``. Holds no value of the trace."""

    rule: str
    version: str
    codes: Sequence[str]
    result: str
    """``applied``, ``no_change`` or ``failed``."""
    error: str = ""
    """The kind of error, never its text."""


def terminal_headers(record: Record, bundle: Bundle, outcome: Outcome, reason: Reason) -> Headers:
    """The headers of a classified record as those of its end (DESIGN 4).

    The plan, ``assay-disposition``, is gone: it is done. What a record lacks that no worker wrote is filled in, except its
    source: nobody can tell it. Whatever came in, no terminal record is without tenant, hash, attempt and fingerprint.
    """
    came = {name: value for name, value in record.headers if value}
    kept = [pair for pair in record.headers if pair[0] not in _REPLACED and pair[1]]
    if names.TENANT not in came:
        kept.append((names.TENANT, NONE.encode()))
    if names.SHA256 not in came:
        kept.append((names.SHA256, sha256(record.value or b"").hexdigest().encode()))
    if names.ATTEMPT not in came:
        kept.append(FIRST_PASS_HEADER)
    if names.SEVERITY not in came:
        kept.append((names.SEVERITY, Severity.CRITICAL.encode()))
    if names.FINGERPRINT not in came:
        tenant = (came.get(names.TENANT) or NONE.encode()).decode("utf-8", "replace")
        kept.append((names.FINGERPRINT, fingerprint(reason, NONE, NONE, tenant, NONE).encode()))
    return [
        *kept,
        (names.BUNDLE, bundle.short_id.encode()),
        (names.OUTCOME, outcome.encode()),
        (names.REASON, reason.encode()),
    ]


def ended(document: dict[str, Json], outcome: Outcome, tries: Sequence[Try]) -> bytes | None:
    """The envelope with its end: what became of the trace, and what was tried before. All else as it came.

    Changes ``document``. ``None`` for one that can be read but not written, so deep it is.
    """
    document["disposition"] = outcome.value
    if tries:
        before = document.get("remediation")
        listed = [*(before if isinstance(before, list) else []), *map(_form, tries)]
        document["remediation"] = listed[-MOST_TRIES:]
    try:
        return orjson.dumps(document)
    except orjson.JSONEncodeError:
        return None


def _form(each: Try) -> Json:
    return {
        "rule": clip(each.rule, _MAX_NAME),
        "version": clip(each.version, _MAX_NAME),
        "codes": [clip(code, _MAX_NAME) for code in each.codes[:MOST_CODES]],
        "result": each.result,
        "error": clip(each.error, _MAX_NAME),
    }
