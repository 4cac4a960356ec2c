"""Issue groups as their topic has them now, and telling the issues agent what to do with one: for people."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.agents.transport.partitioner import partition_of
from assay.agents.transport.protocol import TopicPartition, Transport
from assay.pipeline.core import headers as names
from assay.pipeline.core.audit_chain import Act
from assay.pipeline.core.errors import ConfigError, Problem
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Record
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.issues import Group, Happening, Refusal, command_record, from_json, has_taken

SOURCE = "/assay/cli"
POLL_S = 0.25


async def read_groups(transport: Transport, settings: Settings) -> Mapping[str, Group]:
    """By fingerprint, what is committed now; what cannot be read is left out. Raises :class:`TransientError`."""
    topic = topic_name(TopicRole.ISSUE_GROUPS, settings.topic_prefix)
    numbers = range(await transport.partitions(topic))
    return await _read(transport, [TopicPartition(topic, number) for number in numbers])


async def _read(
    transport: Transport,
    partitions: Sequence[TopicPartition],
    begin: Mapping[TopicPartition, int] | None = None,
) -> Mapping[str, Group]:
    last: dict[bytes, bytes | None] = {}

    def take(records: Sequence[Record]) -> None:
        last.update({record.key or b"": record.value for record in records})

    await transport.read(partitions, take, begin)
    groups = {}
    for key, value in last.items():
        try:
            groups[key.decode("ascii", "replace")] = from_json(value or b"")
        except ValueError:
            continue
    return groups


def group_named(groups: Mapping[str, Group], name: str) -> Group:
    """The group by its fingerprint, or by a beginning of it that no other has.

    Raises :class:`ConfigError` when there is none, or more than one.
    """
    fits = [group for fingerprint, group in groups.items() if fingerprint.startswith(name)]
    if len(fits) == 1:
        return fits[0]
    why = "names no issue group" if not fits else f"could be any of {len(fits)} issue groups"
    raise ConfigError([Problem(name, why, "assay issues list --all shows them")])


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a command: the group after it, and why it was not carried out, if it was not."""

    group: Group | None
    """``None`` when the agent has not answered in time."""
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class IssueDesk:
    """Takes commands: each is in the audit log before it is on its way."""

    transport: Transport
    settings: Settings
    note: Callable[[Act], Awaitable[None]]
    send: Callable[[Sequence[Outgoing]], Awaitable[None]]
    source: str = SOURCE
    """Who writes the commands: ``ce_source`` of their events."""

    async def tell(
        self,
        fingerprint: str,
        command: Happening,
        *,
        actor: str,
        reason: str,
        at: str,
        assignee: str = "",
        notes: str = "",
        wait_s: float = 0,
    ) -> Told:
        """Write a command, and wait for what the agent makes of it.

        Raises ``ValueError`` for texts that no command can have, with nothing written; :class:`TransientError`.
        """
        record = command_record(
            fingerprint,
            command,
            actor=actor,
            reason=reason,
            at=at,
            source=self.source,
            assignee=assignee,
            notes=notes,
        )
        topic = topic_name(TopicRole.ISSUE_GROUPS, self.settings.topic_prefix)
        place = TopicPartition(topic, partition_of(record.key, await self.transport.partitions(topic)))
        # The answer comes behind what is there now: with many groups, all of it is too much to be read each time.
        ends = await self.transport.ends([place])
        await self.note(Act(actor, f"issues.{command}", fingerprint, reason, at))
        await self.send([record])
        return await self._answer(record, ends, wait_s)

    async def _answer(self, record: Outgoing, ends: Mapping[TopicPartition, int], wait_s: float) -> Told:
        fingerprint = (record.key or b"").decode()
        event_id = (names.first(record.headers, names.CE_ID) or b"").decode()
        try:
            async with asyncio.timeout(wait_s):
                while True:
                    group = (await _read(self.transport, [*ends], ends)).get(fingerprint)
                    if group is not None and has_taken(group, event_id):
                        return Told(group, _refusal(group, record))
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            return Told(None)


def _refusal(group: Group, record: Outgoing) -> Refusal | None:
    at = (names.first(record.headers, names.CE_TIME) or b"").decode()
    return next((each.why for each in reversed(group.refused) if each.at == at), None)
