"""The classifier lane: traces.invalid → traces.classified, quality.issues, quality.tallies (DESIGN 3, 8)."""

from collections.abc import Sequence

from assay.agents.lanes.step import SourceRange
from assay.pipeline.classify import Classified, Classifier, RemediationRules
from assay.pipeline.core.outcome import Hop
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Record
from assay.pipeline.dispose import Tally
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.remediation_rule import RuleBook

LANE = "classifier"


class ClassifierStep:
    """The lane's pure part; one :class:`ClassifierWork` per transaction."""

    def __init__(self, bundle: Bundle, group: str, rules: RemediationRules | None = None) -> None:
        """``rules`` instead of those of each bundle, for tests."""
        self._group = group
        self._rules = rules
        self.use(bundle)

    def use(self, bundle: Bundle) -> None:
        """Classify by this bundle from the next transaction on; the one at work ends under its own."""
        self._bundle = bundle
        self._classifier = Classifier(bundle, self._rules or RuleBook(bundle.remediation_rules))

    def begin(self) -> "ClassifierWork":
        """Start the work of one transaction."""
        return ClassifierWork(self._classifier, Tally(LANE, self._group, self._bundle))


class ClassifierWork:
    """A :class:`assay.agents.lanes.step.Work`. The tally counts moves only: issues are counted where they are detected."""

    def __init__(self, classifier: Classifier, tally: Tally) -> None:
        self._classifier = classifier
        self._tally = tally
        self._outgoing: list[Outgoing] = []
        self._facts: list[Outgoing] = []

    def add(self, records: Sequence[Record], now_ns: int) -> None:
        """See :class:`Work`."""
        classify = self._classifier.__call__
        self._take(records, [classify(record) for record in records], now_ns)

    def add_killer(self, record: Record, deaths: int, now_ns: int) -> None:  # noqa: ARG002 - the record goes on as it came
        """See :class:`Work`."""
        self._take([record], [self._classifier.killer(record)], now_ns)

    def finish(self, sources: Sequence[SourceRange], now_ns: int) -> Sequence[Outgoing]:
        """See :class:`Work`."""
        return [*self._outgoing, *self._facts, *self._tally.to_outgoing(sources, now_ns)]

    def _take(self, records: Sequence[Record], done: Sequence[Classified], now_ns: int) -> None:
        self._outgoing += [each.outgoing for each in done]
        for each in done:
            self._facts += each.facts
            if each.unknown:
                self._tally.note_unknown(each.unknown)
        moves = [(each.tenant, Hop.CLASSIFIED, each.reason) for each in done]
        self._tally.count_moves(records, moves, now_ns)
