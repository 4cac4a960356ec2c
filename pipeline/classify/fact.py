"""The facts that issue groups are built from: one ``quality.issues`` event per trace and group (DESIGN 4)."""

import orjson

from ..core import headers as names
from ..core.outgoing import Outgoing
from ..core.quick import maker
from ..core.text import clip
from ..core.topics import TopicRole
from ..policy.bundle import Bundle
from .envelope import Envelope
from .group import IssueGroup

SCHEMA = "assay/issue/1-0-0"
SOURCE = "/assay/classifier"
TYPE = "assay.issue.detected.v1"
MAX_PATH = 2048
MAX_RULE = 128

Header = tuple[str, bytes | None]
_make_outgoing = maker(Outgoing)


class FactWriter:
    """Writes facts as CloudEvents 1.0 in Kafka's binary mode. Holds nothing of a trace but the names in its envelope."""

    __slots__ = ("_bundle", "_same", "_teams")

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle.bundle_id
        self._teams = bundle.teams
        self._same: list[Header] = [
            (names.CE_SOURCE, SOURCE.encode()),
            (names.CE_TYPE, TYPE.encode()),
            (names.CE_SPECVERSION, b"1.0"),
            (names.CONTENT_TYPE, b"application/json"),
            (names.BUNDLE, bundle.short_id.encode()),
        ]

    def __call__(
        self, envelope: Envelope, groups: dict[str, IssueGroup], trace_fingerprint: str
    ) -> list[Outgoing]:
        """A record for each group, on the partition of its fingerprint.

        The id is made of source, attempt and place among the groups, and the time is that of the verdict: a batch that is
        done again gives the same events.
        """
        source = f"{envelope.topic}/{envelope.partition}/{envelope.offset}"
        of_trace: list[Header] = [
            (names.CE_TIME, envelope.detected_at.encode()),
            (names.SRC, source.encode()),
            (names.TENANT, envelope.tenant.encode()),
            (names.ATTEMPT, b"%d" % (envelope.attempts - 1)),
        ]
        facts = []
        for index, group in enumerate(groups.values()):
            key = group.fingerprint.encode()
            headers = [
                (names.CE_ID, f"{source}/{envelope.attempts}/{index}".encode()),
                *self._same,
                *of_trace,
                (names.CE_SUBJECT, key),
            ]
            value = self._value(envelope, group, trace_fingerprint)
            facts.append(_make_outgoing((TopicRole.ISSUES, None, key, value, headers, None)))
        return facts

    def _value(self, envelope: Envelope, group: IssueGroup, trace_fingerprint: str) -> bytes:
        worst = group.worst
        return orjson.dumps(
            {
                "schema": SCHEMA,
                "code": worst.code,
                "category": worst.category,
                "severity": worst.severity,
                "blocking": group.blocking,
                "path": group.path if len(group.path) <= MAX_PATH else clip(group.path, MAX_PATH),
                "rule": worst.rule if len(worst.rule) <= MAX_RULE else clip(worst.rule, MAX_RULE),
                "occurrences": group.occurrences,
                "tenant_id": envelope.tenant,
                "subject": envelope.subject,
                "schema_version": envelope.schema_version,
                "producer": {"name": envelope.producer, "version": envelope.producer_version},
                "source": {
                    "topic": envelope.topic,
                    "partition": envelope.partition,
                    "offset": envelope.offset,
                },
                "attempts": envelope.attempts,
                "fingerprint": group.fingerprint,
                "trace_fingerprint": trace_fingerprint,
                "team": self._teams[worst.category],
                "detected_at": envelope.detected_at,
                "bundle": self._bundle,
            }
        )
