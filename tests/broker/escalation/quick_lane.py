"""The escalation lane in a process of its own, for which time runs faster: ``python quick_lane.py START_NS SPEED``."""

import asyncio
import sys
import time
from collections.abc import Sequence

from assay.agents.escalation import escalation_spec
from assay.agents.lanes.keyed import KeyedLane
from assay.agents.policy_files import load_policies
from assay.agents.settings import load_settings
from assay.agents.transport.kafka import KafkaTransport


class QuickClock:
    """The system's clock until ``start_ns``, then ``speed`` times as fast: the same in every process."""

    def __init__(self, start_ns: int, speed: int) -> None:
        self._start_ns = start_ns
        self._speed = speed

    def now_ns(self) -> int:
        return self._start_ns + (time.time_ns() - self._start_ns) * self._speed


async def main(arguments: Sequence[str]) -> None:
    settings = load_settings()
    transport = KafkaTransport(settings)
    await transport.start()
    lane = KeyedLane(
        escalation_spec(load_policies(settings)), settings, transport, QuickClock(*map(int, arguments))
    )
    await lane.start()
    await lane.run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
