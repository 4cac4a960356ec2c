"""What stands on each topic, who writes it and who reads it: the table behind the AsyncAPI document."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assay.pipeline.core import edit_receipt, headers, retraction
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import receipt
from assay.pipeline.escalate.event import event_type
from assay.pipeline.issues import EVENT_TYPE as ISSUE_GROUP
from assay.pipeline.issues.event import COMMAND_TYPE as ISSUE_COMMAND
from assay.pipeline.issues.event import FACT_TYPE
from assay.pipeline.notify.attempt import PREFIX as NOTIFICATION
from assay.pipeline.notify.attempt import Result
from assay.pipeline.replay.event import COMMAND_TYPE as REPLAY_COMMAND
from assay.pipeline.replay.event import EVENT_TYPE as REPLAY
from assay.pipeline.tasks.command import COMMAND_TYPE as TASK_COMMAND

from .audit_log import EVENT_TYPE as AUDIT
from .auto_remediation import LANE as AUTO_REMEDIATION
from .classifier import LANE as CLASSIFIER
from .detector import LANE as DETECTOR
from .escalation import LANE as ESCALATION
from .escalation import STATE_TYPE as ESCALATION_STATE
from .issues import LANE as ISSUES
from .manual_remediation import ASSIGNED_TYPE
from .manual_remediation import LANE as MANUAL_REMEDIATION
from .manual_remediation import STATE_TYPE as TASK
from .notifier import AGENT as NOTIFIER
from .policy import AGENT as POLICY
from .replay.agent import AGENT as REPLAY_AGENT
from .views.specs import OF_AGENT, VIEWS

PRODUCERS = "producers"
"""Whoever publishes traces: not a part of Assay, so none of its operations."""
PEOPLE = "people"
"""Whoever acts by the command line, the API or the page."""

_DERIVED = (
    headers.SRC,
    headers.TENANT,
    headers.BUNDLE,
    headers.REASON,
    headers.SHA256,
    headers.ATTEMPT,
    headers.REPLAY_OF,
    headers.REPLAY_JOB,
    headers.TRACEPARENT,
)
_FAILING = (*_DERIVED, headers.SEVERITY, headers.FINGERPRINT)
_DEAD = (
    headers.DLQ_TOPIC,
    headers.DLQ_PARTITION,
    headers.DLQ_OFFSET,
    headers.DLQ_GROUP,
    headers.DLQ_DELIVERY_COUNT,
    headers.DLQ_MESSAGE,
)

Writers = Mapping[TopicRole, Sequence[str]]


@dataclass(frozen=True, slots=True)
class MessageSpec:
    """A kind of record."""

    name: str
    on: Writers
    """The topics that it stands on, and who writes it there."""
    schema: str = ""
    """Its folder below ``schemas/assay``; empty for values that Assay passes on as they came."""
    types: Sequence[str] = ()
    """The CloudEvents types that it has; none for what is no event."""
    headers: Sequence[str] = ()
    """Ours that may be on it, beside those of an event."""
    key: str = "Fingerprint of the issue group."
    words: str = ""
    """What it is, where no schema says so."""


_PRODUCERS_KEY = "The producer's own."

MESSAGES: Sequence[MessageSpec] = (
    MessageSpec(
        "trace",
        {
            TopicRole.RAW: (PRODUCERS, REPLAY_AGENT),
            TopicRole.VALID: (DETECTOR,),
            TopicRole.REMEDIATED: (AUTO_REMEDIATION,),
        },
        headers=(headers.SUBJECT, *_DERIVED, headers.OUTCOME, headers.WARNINGS, headers.RECEIPT),
        key=_PRODUCERS_KEY,
        words="A trace: JSON, or Avro in Confluent's wire format, by the schema of its subject. A trace that passed has the bytes that it came with.",
    ),
    MessageSpec(
        "repair_taken_back",
        {TopicRole.REMEDIATED: (REPLAY_AGENT,)},
        headers=(headers.SRC, headers.TENANT, headers.RETRACTS, headers.REPLAY_JOB, headers.REPLAY_WITHOUT),
        key=_PRODUCERS_KEY,
        words="A record without a value: the repaired trace that its header names is taken back.",
    ),
    MessageSpec(
        "failed_trace",
        {
            TopicRole.INVALID: (DETECTOR,),
            TopicRole.CLASSIFIED: (CLASSIFIER,),
            TopicRole.QUARANTINE: (AUTO_REMEDIATION,),
            TopicRole.DEAD_LETTER: (DETECTOR, AUTO_REMEDIATION),
        },
        schema="failed_trace",
        headers=(*_FAILING, headers.OUTCOME, headers.DISPOSITION, *_DEAD),
        key="Id of the failure; of a dead letter, the fingerprint of its issue group.",
    ),
    MessageSpec(
        "as_it_came",
        {
            TopicRole.CLASSIFIED: (CLASSIFIER,),
            TopicRole.DEAD_LETTER: (AUTO_REMEDIATION,),
            TopicRole.REFUSED: (ISSUES, ESCALATION, MANUAL_REMEDIATION),
        },
        headers=(headers.REASON, headers.SHA256, *_DEAD),
        key="As it came.",
        words="A record that could not be read as what its topic holds, passed on with a reason.",
    ),
    MessageSpec(
        "tally",
        {TopicRole.TALLIES: (DETECTOR, CLASSIFIER, AUTO_REMEDIATION)},
        schema="tally",
        key="Lane and source partition.",
    ),
    MessageSpec(
        "issue_fact",
        {TopicRole.ISSUES: (CLASSIFIER,)},
        schema="issue",
        types=(FACT_TYPE,),
        headers=(headers.SRC, headers.TENANT, headers.BUNDLE, headers.ATTEMPT),
    ),
    MessageSpec(
        "issue_command", {TopicRole.ISSUES: (PEOPLE,)}, schema="issue_command", types=(ISSUE_COMMAND,)
    ),
    MessageSpec(
        "issue_group", {TopicRole.ISSUE_GROUPS: (ISSUES,)}, schema="issue_group", types=(ISSUE_GROUP,)
    ),
    MessageSpec(
        "receipt",
        {TopicRole.RECEIPTS: (AUTO_REMEDIATION,)},
        schema="receipt",
        types=(receipt.TYPE,),
    ),
    MessageSpec(
        "edit_receipt",
        {TopicRole.RECEIPTS: (REPLAY_AGENT,)},
        schema="edit_receipt",
        types=(edit_receipt.TYPE,),
    ),
    MessageSpec(
        "retraction", {TopicRole.RECEIPTS: (REPLAY_AGENT,)}, schema="retraction", types=(retraction.TYPE,)
    ),
    MessageSpec(
        "escalation_state",
        {TopicRole.ESCALATION_STATE: (ESCALATION,)},
        schema="escalation_state",
        types=(ESCALATION_STATE,),
    ),
    MessageSpec(
        "escalation",
        {TopicRole.ESCALATIONS: (ESCALATION,)},
        schema="escalation",
        types=tuple(map(event_type, ("step", "confirmation", "skipped", "stopped"))),
        headers=(headers.TENANT, headers.SEVERITY, headers.BUNDLE),
    ),
    MessageSpec(
        "task_notice",
        {TopicRole.ESCALATIONS: (MANUAL_REMEDIATION,)},
        schema="task_notice",
        types=(ASSIGNED_TYPE,),
    ),
    MessageSpec(
        "notification",
        {TopicRole.ESCALATIONS: (NOTIFIER,)},
        schema="notification",
        types=tuple(f"{NOTIFICATION}{result}.v1" for result in Result),
    ),
    MessageSpec(
        "task_command", {TopicRole.TASK_COMMANDS: (PEOPLE,)}, schema="task_command", types=(TASK_COMMAND,)
    ),
    MessageSpec("task", {TopicRole.TASKS: (MANUAL_REMEDIATION,)}, schema="task", types=(TASK,)),
    MessageSpec(
        "replay_command",
        {TopicRole.REPLAYS: (PEOPLE,)},
        schema="replay_command",
        types=(REPLAY_COMMAND,),
        key="Id of the job.",
    ),
    MessageSpec(
        "replay",
        {TopicRole.REPLAYS: (REPLAY_AGENT,)},
        schema="replay",
        types=(REPLAY,),
        key="Id of the job.",
    ),
    MessageSpec(
        "policy",
        {TopicRole.POLICY: (PEOPLE, POLICY)},
        schema="policy",
        key="`candidate`, `active` or `refused`.",
    ),
    MessageSpec(
        "audit",
        {TopicRole.AUDIT: (PEOPLE, REPLAY_AGENT)},
        schema="audit",
        types=(AUDIT,),
        key="What was done.",
    ),
)
"""Every kind of record. A name is unique, and each schema of ours is the value of one of them."""

READS: Mapping[str, Sequence[TopicRole]] = {
    DETECTOR: (TopicRole.RAW,),
    CLASSIFIER: (TopicRole.INVALID,),
    AUTO_REMEDIATION: (TopicRole.CLASSIFIED, TopicRole.RECEIPTS),
    ISSUES: (TopicRole.ISSUES,),
    ESCALATION: (TopicRole.ISSUE_GROUPS,),
    MANUAL_REMEDIATION: (TopicRole.DEAD_LETTER, TopicRole.TASK_COMMANDS),
    NOTIFIER: (TopicRole.ESCALATIONS,),
    REPLAY_AGENT: (
        TopicRole.REPLAYS,
        TopicRole.QUARANTINE,
        TopicRole.DEAD_LETTER,
        TopicRole.REMEDIATED,
        TopicRole.RECEIPTS,
    ),
    POLICY: (TopicRole.POLICY,),
    **{agent: tuple(VIEWS[name].role for name in names) for agent, names in OF_AGENT.items()},
}
"""What each agent reads. That every process follows the policy and each keyed lane its own state is left out."""


def messages_on(role: TopicRole) -> Iterable[MessageSpec]:
    """What may stand on the topic."""
    return (message for message in MESSAGES if role in message.on)
