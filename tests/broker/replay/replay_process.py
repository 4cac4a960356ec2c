"""A process that does nothing but replay, or make tasks, with the settings of its environment: to be killed."""

import asyncio
import sys

from assay.agents.clock import SystemClock
from assay.agents.lanes.keyed import KeyedLane
from assay.agents.manual_remediation import manual_remediation_spec
from assay.agents.policy_files import load_policies
from assay.agents.replay.service import new_agent
from assay.agents.settings import load_settings
from assay.agents.transport.kafka import KafkaTransport


async def main(agents: list[str]) -> None:
    settings = load_settings()
    bundle = load_policies(settings)
    async with asyncio.TaskGroup() as group:
        if "replay" in agents:
            transport = KafkaTransport(settings)
            await transport.start()
            agent = new_agent(settings, bundle, transport)
            await agent.start()
            group.create_task(agent.run())
        if "manual_remediation" in agents:
            transport = KafkaTransport(settings)
            await transport.start()
            spec = manual_remediation_spec(bundle, settings.topic_prefix)
            lane = KeyedLane(spec, settings, transport, SystemClock())
            await lane.start()
            group.create_task(lane.run())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
