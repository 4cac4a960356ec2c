"""The receipt of one repaired trace: which rule did what and where, without a value of the trace."""

import json
from collections.abc import Sequence
from typing import Any

from assay.agents.audit.reader import TopicReader
from assay.agents.clock import SystemClock
from assay.agents.sealing import EnvelopeSealer, FileKeyProvider
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.edit_receipt import is_edit_receipt
from assay.pipeline.core.errors import SealError
from assay.pipeline.core.outcome import Outcome
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import open_receipt

from .loop_result import Change, ShownReceipt


def first_repair(settings: Settings, reader: TopicReader) -> ShownReceipt | None:
    """The receipt of the first trace that was repaired and published; ``None`` when there is none, or it does not open."""
    places = reader.partitions([topic_name(TopicRole.RECEIPTS, settings.topic_prefix)])
    found: list[dict[str, Any]] = []

    def take(record: RawRecord) -> None:
        if not is_edit_receipt(record):
            found.append(json.loads(record.value or b"{}"))

    reader.read({place: (0, end) for place, end in reader.stable(places).items()}, take)
    repaired = [each for each in found if each.get("outcome") == Outcome.REMEDIATED]
    if not repaired:
        return None
    repair = min(repaired, key=lambda each: (each["at"], each["repair_id"]))["repair_id"]
    mine = [each for each in repaired if each["repair_id"] == repair]
    mine.sort(key=lambda each: int(each["number"]))
    return _shown(mine, settings)


def _shown(receipts: Sequence[dict[str, Any]], settings: Settings) -> ShownReceipt | None:
    opener = EnvelopeSealer(FileKeyProvider(settings.keys_path), SystemClock())
    first = receipts[0]
    try:
        opened = open_receipt(first, opener)
    except SealError:
        return None
    source = first["source"]
    operations: list[Any] = [] if opened is None else opened.patch
    return ShownReceipt(
        f"{source['topic']}/{source['partition']}/{source['offset']}",
        tuple(f"{each['rule']}@{each['version']}" for each in receipts),
        tuple(dict.fromkeys(code for each in receipts for code in each["codes"])),
        tuple(Change(str(one["op"]), str(one["path"])) for one in operations),
    )
