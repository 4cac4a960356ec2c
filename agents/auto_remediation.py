"""The auto-remediation lane: traces.classified → traces.remediated | traces.quarantine | dlq.traces.raw (DESIGN 3, 8).

With quality.receipts and quality.tallies, all in the transaction of the offset.
"""

from collections.abc import Sequence

from assay.agents.lanes.step import SourceRange
from assay.agents.repairing import Ended, Keys, Mender
from assay.agents.rule_trust import RuleTrust
from assay.pipeline.core.outcome import Reason
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Record
from assay.pipeline.dispose import Tally
from assay.pipeline.policy.bundle import Bundle

LANE = "auto_remediation"


class AutoRemediationStep:
    """The lane's pure part; one :class:`AutoRemediationWork` per transaction."""

    def __init__(
        self,
        bundle: Bundle,
        keys: Keys,
        group: str,
        topic_prefix: str = "",
        trust: RuleTrust | None = None,
    ) -> None:
        """``trust``: what is known of the rules; whoever reads receipts back feeds the same one."""
        self._keys = keys
        self._group = group
        self._topic_prefix = topic_prefix
        self.trust = trust or RuleTrust()
        self.use(bundle)

    def use(self, bundle: Bundle) -> None:
        """Repair by this bundle from the next transaction on; the one at work ends under its own."""
        self.trust.use(bundle)
        mender = Mender(bundle, self._keys, self._group, self._topic_prefix, self.trust)
        self._in_use = (mender, bundle)  # both at once: this runs in a thread, beside transactions

    def begin(self) -> "AutoRemediationWork":
        """Start the work of one transaction."""
        mender, bundle = self._in_use
        return AutoRemediationWork(mender, Tally(LANE, self._group, bundle))


class AutoRemediationWork:
    """A :class:`assay.agents.lanes.step.Work`. The tally counts ends only: issues are counted where they are detected."""

    def __init__(self, mender: Mender, tally: Tally) -> None:
        self._mender = mender
        self._tally = tally
        self._outgoing: list[Outgoing] = []
        self._receipts: list[Outgoing] = []

    def add(self, records: Sequence[Record], now_ns: int) -> None:
        """See :class:`Work`. Raises ``TransientError`` when keys are not to be had: nothing of it is written then."""
        self._take(records, [self._mender(record, now_ns) for record in records], now_ns)

    def add_killer(self, record: Record, deaths: int, now_ns: int) -> None:
        """See :class:`Work`."""
        self._take([record], [self._mender.unread(record, Reason.WORKER_CRASH, deaths)], now_ns)

    def finish(self, sources: Sequence[SourceRange], now_ns: int) -> Sequence[Outgoing]:
        """See :class:`Work`."""
        return [*self._outgoing, *self._receipts, *self._tally.to_outgoing(sources, now_ns)]

    def _take(self, records: Sequence[Record], ended: Sequence[Ended], now_ns: int) -> None:
        for each in ended:
            self._outgoing.append(each.outgoing)
            self._receipts += each.receipts
        moves = [(each.tenant, each.outcome, each.reason) for each in ended]
        self._tally.count_moves(records, moves, now_ns)
