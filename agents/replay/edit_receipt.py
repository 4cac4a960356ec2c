"""The receipt of a person's edit: what a replayed trace differs in from the one that came, sealed (promise 2)."""

import hashlib
from typing import NamedTuple

import orjson

from assay.pipeline.core import headers as names
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.cloud_event import event_headers
from assay.pipeline.core.document import Json
from assay.pipeline.core.edit_receipt import TYPE
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Source
from assay.pipeline.core.sealed import Sealer
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.core.verdict import NONE
from assay.pipeline.dispose.sealed_payload import bound_to, sealed_to_json
from assay.pipeline.replay.edit import Edited

SCHEMA = "assay/edit_receipt/1-0-0"
SOURCE = "/assay/replay"


class Tried(NamedTuple):
    """An edit on its way to a new try."""

    root: Source
    attempt: int
    job: str
    envelope: dict[str, Json]

    @property
    def receipt_id(self) -> str:
        """32 hex digits: header ``assay-receipt`` of the new try. Derived."""
        return hashlib.sha256(f"edit/{self.root}/{self.attempt}".encode()).hexdigest()[:32]


class EditReceipts:
    """Writes receipts of edits as CloudEvents for ``quality.receipts``."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def __call__(self, tried: Tried, came: bytes | None, edited: Edited, now_ns: int) -> Outgoing:
        """The receipt. Raises ``TransientError`` when the sealer has no key."""
        envelope = tried.envelope
        tenant, version, fingerprint = (
            _text(envelope, name) for name in ("tenant_id", "schema_version", "fingerprint")
        )
        changes = orjson.dumps({"patch": edited.patch, "inverse": edited.inverse})
        sealed = self._sealer.seal(tenant, changes, bound_to(tenant, tried.root, version))
        at = rfc3339(now_ns)
        root = tried.root
        document: dict[str, Json] = {
            "schema": SCHEMA,
            "receipt_id": tried.receipt_id,
            "job": tried.job,
            "tenant_id": tenant,
            "schema_version": version,
            "source": {"topic": root.topic, "partition": root.partition, "offset": root.offset},
            "attempt": tried.attempt,
            "fingerprint": fingerprint,
            "input_sha256": hashlib.sha256(came or b"").hexdigest(),
            "output_sha256": hashlib.sha256(edited.value).hexdigest(),
            "at": at,
            "changes": sealed_to_json(sealed),
        }
        headers = event_headers(
            event_id=tried.receipt_id,
            source=SOURCE,
            event_type=TYPE,
            at=at,
            subject=fingerprint,
            more=[(names.SRC, str(root).encode()), (names.TENANT, tenant.encode())],
        )
        return Outgoing(TopicRole.RECEIPTS, None, fingerprint.encode(), orjson.dumps(document), headers, None)


def _text(envelope: dict[str, Json], name: str) -> str:
    value = envelope.get(name)
    return value if isinstance(value, str) and value else NONE
