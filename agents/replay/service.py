"""The replay agent put together for a worker process, with the life cycle of the Faust app."""

from functools import partial
from typing import Any

import mode

from assay.agents.audit_log import audit_log
from assay.agents.clock import SystemClock
from assay.agents.process import end_at_the_latest
from assay.agents.sealing import EnvelopeSealer, FileKeyProvider
from assay.agents.settings import Settings
from assay.agents.topics import RAW_MAX_BYTES, topic_name
from assay.agents.transport.protocol import Transport
from assay.pipeline.core.audit_chain import Act
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.policy.bundle import Bundle

from .agent import ReplayAgent
from .editors import edit_reader
from .events import ReplayEvents
from .forge import Forge
from .secret import replay_secret
from .shelf import KafkaShelf, Shelf

STOP_S = 9.0
"""A worker that is asked to stop is gone after this, whatever Kafka does."""


def new_forge(settings: Settings, bundle: Bundle) -> Forge:
    """Makes raw records with the keys of this machine. Raises what :func:`replay_secret` raises."""
    keys = EnvelopeSealer(FileKeyProvider(settings.keys_path), SystemClock())
    return Forge(
        bundle,
        keys,
        keys,
        replay_secret(settings),
        raw_topic=topic_name(TopicRole.RAW, settings.topic_prefix),
        most_bytes=RAW_MAX_BYTES,
        topic_prefix=settings.topic_prefix,
    )


async def noted(settings: Settings, act: Act) -> None:
    """Write an audit entry; what it says is done only after that."""
    async with audit_log(settings) as log:
        await log.append_all([act])


def new_agent(
    settings: Settings,
    bundle: Bundle,
    transport: Transport,
    events: ReplayEvents | None = None,
    shelf: Shelf | None = None,
) -> ReplayAgent:
    """The agent of a worker process."""
    clock = SystemClock()
    opener = EnvelopeSealer(FileKeyProvider(settings.keys_path), clock)
    return ReplayAgent(
        settings,
        transport,
        shelf or KafkaShelf(settings),
        clock,
        new_forge(settings, bundle),
        read_edit=edit_reader(opener),
        note=partial(noted, settings),
        events=events,
    )


class ReplayService(mode.Service):  # type: ignore[misc]  # mode ships no types
    """The agent with the life cycle of the Faust app: one that fails ends the process."""

    def __init__(self, agent: ReplayAgent, transport: Transport, **options: Any) -> None:
        super().__init__(**options)
        self.agent = agent
        self._transport = transport

    async def on_start(self) -> None:
        """Connect and join the group."""
        await self._transport.start()
        await self.agent.start()

    @mode.Service.task  # type: ignore[untyped-decorator]  # mode ships no types
    async def _watch(self) -> None:
        try:
            await self.agent.run()
        except Exception as error:  # noqa: BLE001 - the edge: whatever ended the agent ends the process, with a status
            await self.crash(error)

    async def on_stop(self) -> None:
        """Let the running transaction end, leave the group, disconnect."""
        end_at_the_latest(STOP_S)
        await self.agent.stop()
        await self._transport.stop()
