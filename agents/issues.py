"""The issues agent: facts and commands of ``quality.issues`` → the state of each group on ``quality.issue_groups`` (DESIGN 3, 8)."""

from collections import Counter
from collections.abc import Iterable, Mapping

from assay.agents.lanes.keyed_step import Stepped
from assay.agents.lanes.keyed_work import KeyedLaneSpec
from assay.pipeline.core import headers as names
from assay.pipeline.core.record import Record, source_of
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.issues import (
    EVENT_TYPE,
    Fact,
    Group,
    IssueCommand,
    Refusal,
    ends_at,
    from_json,
    parse,
    take_command,
    take_fact,
    to_json,
)

LANE = "issues"
KEPT_AT_HAND = 4096
"""Groups of which the decoded form is kept: a storm has few, and decoding takes longer than the step."""


class IssuesStep:
    """The lane's pure part: a :class:`~assay.agents.lanes.keyed_step.KeyedStep`."""

    def __init__(self) -> None:
        self._at_hand: dict[bytes, tuple[bytes, Group]] = {}

    def key_of(self, record: Record) -> bytes:
        """The fingerprint. Raises ``ValueError`` for a record without a key."""
        if not record.key:
            raise ValueError("no fingerprint")
        return record.key

    def step(self, state: bytes | None, record: Record, now_ns: int) -> Stepped:  # noqa: ARG002 - events carry their times
        """See :class:`KeyedStep`. What cannot be taken in is refused with a word; the group writes down the rest."""
        key = self.key_of(record)
        event = parse(_header(record, names.CE_TYPE), _header(record, names.CE_ID), key, record.value)
        group = None if state is None else self._group(key, state)
        cause = str(source_of(record))
        match event:
            case Fact():
                after: Group | Refusal = take_fact(group, event, cause)
            case IssueCommand():
                after = take_command(group, event, cause)
            case Refusal():
                after = event
        if isinstance(after, Refusal):
            return Stepped(state, (), after)
        if after is group:
            return Stepped(state)
        written = to_json(after)
        self._keep(key, written, after)
        return Stepped(written)

    def due(self, state: bytes) -> int | None:
        """When the group may be forgotten."""
        # Nearly every group is open: the answer is in the text, and every state that is written is asked.
        if b'"resolved_at":""' in state:
            return None
        return ends_at(from_json(state))

    def tick(self, state: bytes, key: bytes, now_ns: int) -> Stepped:  # noqa: ARG002 - the time has come, that is all
        """Forget it."""
        self._at_hand.pop(key, None)
        return Stepped(None)

    def _group(self, key: bytes, state: bytes) -> Group:
        known = self._at_hand.get(key)
        if known is not None and known[0] == state:
            return known[1]
        return from_json(state)

    def _keep(self, key: bytes, written: bytes, group: Group) -> None:
        if len(self._at_hand) >= KEPT_AT_HAND:
            del self._at_hand[next(iter(self._at_hand))]
        self._at_hand[key] = (written, group)


class GroupCount:
    """How many groups there are by severity, category and status (S0-193). Only what changed is read again."""

    def __init__(self) -> None:
        self._words: dict[bytes, tuple[bytes, tuple[str, str, str]]] = {}

    def __call__(self, states: Iterable[tuple[bytes, bytes]]) -> Mapping[tuple[str, str, str], int]:
        """Of these groups: keys and states."""
        words = {}
        for key, state in states:
            known = self._words.get(key)
            words[key] = known if known is not None and known[0] is state else (state, _words(state))
        self._words = words
        return Counter(found for _, found in words.values())


def issues_lane() -> KeyedLaneSpec:
    """The lane, for the composition root."""
    return KeyedLaneSpec(LANE, (TopicRole.ISSUES,), TopicRole.ISSUE_GROUPS, EVENT_TYPE, IssuesStep())


def _words(state: bytes) -> tuple[str, str, str]:
    try:
        group = from_json(state)
    except ValueError:  # the lane says so when something comes for its key
        return ("", "", "")
    return (group.severity, group.category, group.status)


def _header(record: Record, name: str) -> str:
    return (names.first(record.headers, name) or b"").decode("utf-8", "replace")
