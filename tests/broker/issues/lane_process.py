"""A process that runs the issues lane and nothing else, until it is told to end."""

import asyncio
import signal
import sys

from assay.agents.clock import SystemClock
from assay.agents.issues import issues_lane
from assay.agents.lanes.keyed import KeyedLane
from assay.agents.settings import load_settings
from assay.agents.transport.kafka import KafkaTransport


async def main() -> int:
    settings = load_settings()
    transport = KafkaTransport(settings)
    await transport.start()
    lane = KeyedLane(issues_lane(), settings, transport, SystemClock())
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    await lane.start()
    failing, ending = asyncio.create_task(lane.run()), asyncio.create_task(told.wait())
    await asyncio.wait({failing, ending}, return_when=asyncio.FIRST_COMPLETED)
    status = 1 if failing.done() else 0
    for task in (failing, ending):
        task.cancel()
    await lane.stop()
    await transport.stop()
    return status


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
