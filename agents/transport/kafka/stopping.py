"""Stopping a consumer for certain."""

import asyncio

from aiokafka import AIOKafkaConsumer

AGAIN_S = 1.0


async def stopped(consumer: AIOKafkaConsumer) -> None:
    """Stop the consumer and wait until it is.

    aiokafka 0.14 can wait for ever here: ``stop()`` cancels its fetcher once, and a fetcher that is just giving up
    partitions (after ``unsubscribe``, ``assign`` or a rebalance) takes that for the end of a request of its own and
    goes on to wait for the next assignment. So it is cancelled again.
    """
    stopping = asyncio.ensure_future(consumer.stop())
    try:
        while not (await asyncio.wait({stopping}, timeout=AGAIN_S))[0]:
            if consumer._fetcher is not None:  # noqa: SLF001 - there is no public way to end it
                consumer._fetcher._fetch_task.cancel()  # noqa: SLF001
    finally:
        stopping.cancel()
    await stopping
