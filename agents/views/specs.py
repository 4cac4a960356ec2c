"""The one table of views: name → topic, pure part (DESIGN 3; docs/reference/views.md)."""

from collections.abc import Mapping, Sequence

from assay.agents.lanes.projection import ViewSpec
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.views import Cut, Delta, counters, criticals, quarantined, receipts, states
from assay.pipeline.views.quarantined import KEPT_MS


def _cut_quarantine(now_ms: int) -> Sequence[Delta]:
    return [Cut(quarantined.COLLECTION, now_ms - KEPT_MS)]


VIEWS: Mapping[str, ViewSpec] = {
    spec.name: spec
    for spec in (
        ViewSpec(counters.VIEW, TopicRole.TALLIES, counters.fold_tallies),
        ViewSpec(receipts.VIEW, TopicRole.RECEIPTS, receipts.fold_receipts),
        ViewSpec(states.GROUPS, TopicRole.ISSUE_GROUPS, states.fold_groups),
        ViewSpec(states.TASKS, TopicRole.TASKS, states.fold_tasks),
        ViewSpec(criticals.VIEW, TopicRole.ISSUES, criticals.fold_criticals),
        ViewSpec(quarantined.VIEW, TopicRole.QUARANTINE, quarantined.fold_quarantined, _cut_quarantine),
    )
}
QUARANTINE = quarantined.VIEW
VIEWS_AGENT = "views"
QUARANTINE_AGENT = "quarantine"
OF_AGENT: Mapping[str, Sequence[str]] = {
    VIEWS_AGENT: [name for name in VIEWS if name != QUARANTINE],
    QUARANTINE_AGENT: [QUARANTINE],
}
"""Which views each agent keeps."""
