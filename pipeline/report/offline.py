"""Validation without Kafka: records from files through the very code that judges them in the lane."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ..core.errors import ConfigError, Problem
from ..core.headers import SUBJECT
from ..core.record import Headers, RawRecord, Record
from ..core.topics import TopicRole
from ..core.verdict import Verdict
from ..policy.any_subject import any_subject
from ..policy.bundle import Binding, Bundle
from .entry import Entry, Place

OFFLINE_TOPIC = "offline"
"""The topic that records from files are said to come from."""
NO_TIMESTAMP = -1
"""Kafka's own word for it: nobody can say of a line in a file when it arrived, so it is neither stale nor skewed."""


def offline_bundle(bundle: Bundle, subject: str | None, tenant: str | None) -> Bundle:
    """The same bundle with a binding for files.

    ``subject``: what every record is, whatever it says itself; ``any`` = decode only, judge no schema;
    ``None`` = as on ``traces.raw``: the record says, else that topic's default.
    ``tenant``: whose the records are, as on a topic bound to one tenant; ``None`` = the body says.
    Raises :class:`ConfigError` for a subject that the bundle does not have.
    """
    anything = any_subject()
    known = {**bundle.subjects, anything.name: anything}
    if subject is None:
        default, allowed = _default_subject(bundle), frozenset(bundle.subjects)
    elif subject in known:
        default, allowed = subject, frozenset((subject,))
    else:
        remedy = f"Use one of: {', '.join(sorted(known))}"
        raise ConfigError([Problem(f"subject {subject!r}", "no such subject", remedy)])
    binding = Binding(OFFLINE_TOPIC, tenant, default, allowed)
    return replace(bundle, subjects=known, bindings={OFFLINE_TOPIC: binding})


def validate(
    items: Iterable[tuple[Place, bytes]],
    judge: Callable[[Record, int], Verdict],
    *,
    subject: str | None,
    now_ns: int,
) -> Iterator[Entry]:
    """An entry for every item, in order, one at a time.

    ``judge`` is a :class:`~assay.pipeline.flow.Judge` of an :func:`offline_bundle` for the same ``subject``.
    Equal items, bundle and time give equal entries.
    """
    headers: Headers = () if subject is None else ((SUBJECT, subject.encode()),)
    for offset, (place, value) in enumerate(items):
        record = RawRecord(OFFLINE_TOPIC, 0, offset, NO_TIMESTAMP, None, value, headers)
        yield Entry(place, judge(record, now_ns))


def _default_subject(bundle: Bundle) -> str:
    raw = bundle.bindings.get(TopicRole.RAW.value)
    return raw.default_subject if raw is not None else min(bundle.subjects)
