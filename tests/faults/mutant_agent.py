"""Agents with one bug planted in a copy of their code: ``python -m tests.faults.mutant_agent NAME AGENT …``.

What ``tests/broker/mutant_worker.py`` does for the lanes of a trace's way, for what follows behind them.
"""

import sys

from ..broker.mutant_worker import Bug, Change, plant

KEYED = "assay.agents.lanes.keyed_slot"
OWNER = "assay.agents.lanes.owner"
PROJECTION = "assay.agents.lanes.projection"
STORE = "assay.agents.stores.redis_views"
REPLAY = "assay.agents.replay.agent"

WRITE = "            await self._owner.write(outgoing, positions)\n"
TIME_OUT_ONCE = Change(
    OWNER,
    '            context.crash.reach("after_send")\n',
    "            if not hasattr(self, 'timed_out'):\n"
    "                self.timed_out = True\n"
    "                raise TimeoutError\n",
)


READ_BACK = (
    "await context.transport.read([TopicPartition(topic, number) for number in numbers], state.read_back)"
)

BUGS = {
    "offset behind its state": Bug(
        "the offset is committed after the state: after a death records are taken in again",
        (
            Change(
                KEYED,
                WRITE,
                "            await self._owner.write(outgoing, {})\n"
                "            await self._owner.write([], positions)\n",
            ),
        ),
        "counts",
        crash_at="after_end_txn",
        agents=("issues",),
    ),
    "memory before the commit": Bug(
        "the state in memory changes before the commit, and stays when that fails",
        (
            Change(KEYED, WRITE, "            state.apply(changes)\n" + WRITE),
            Change(
                KEYED,
                "        self._state = state\n",
                "        self._state = self._kept = getattr(self, '_kept', state)\n",
            ),
            TIME_OUT_ONCE,
        ),
        "counts",
        agents=("issues",),
    ),
    "effects before their state": Bug(
        "what a step says is committed before the state that remembers it: after a death it is said again",
        (
            Change(
                KEYED,
                WRITE,
                "            said = len(work._effects)\n"
                "            await self._owner.write(outgoing[:said], {})\n"
                "            await self._owner.write(outgoing[said:], positions)\n",
            ),
        ),
        "said 2 times",
        crash_at="after_end_txn",
        agents=("escalation",),
    ),
    "state not read back": Bug(
        "after a death a keyed lane begins with nothing instead of what stands on its state topic",
        (Change(KEYED, READ_BACK, READ_BACK.replace("state.read_back", "lambda _records: None")),),
        "covers",
        crash_at="after_end_txn",
        agents=("manual_remediation",),
    ),
    "position behind its run": Bug(
        "a view's position is written after the run that it stands for, by a call of its own",
        (
            Change(
                STORE,
                '.joinpath("apply.lua").read_text()\n',
                '.joinpath("apply.lua").read_text().replace(\n'
                "    \"redis.call('HSET', meta, partition, from .. ' ' .. after)\", ''\n"
                ")\n",
            ),
            Change(
                STORE,
                "    async def forget(",
                "    async def move(self, run: Run) -> None:\n"
                "        await self._redis.hset(self._meta, run.partition, f'{run.began} {run.after}')\n"
                "\n"
                "    async def forget(",
            ),
            Change(
                PROJECTION,
                '        self._crash.reach("after_redis")\n',
                '        self.spec.name == "counters" and self._crash.reach("after_redis")\n'
                "        await self._store.move(run)\n",
            ),
        ),
        "view counters",
        crash_at="after_redis",
        agents=("views",),
    ),
    "book behind the records": Bug(
        "the replay agent writes raw records in one transaction, and in the next which ones they were",
        (
            Change(
                REPLAY,
                "            await producer.send([*outgoing, event.to_outgoing()])\n",
                "            await producer.send(outgoing)\n"
                "            await producer.commit()\n"
                "            if outgoing:\n"
                '                self._crash.reach("after_redis")\n'
                "            await producer.begin()\n"
                "            await producer.send([event.to_outgoing()])\n",
            ),
        ),
        "replayed",
        crash_at="after_redis",
        agents=("replay",),
    ),
}


def main() -> None:
    name, *agents = sys.argv[1:]
    plant(BUGS[name])
    from assay.agents.app import run_worker
    from assay.agents.logs import set_up_logging
    from assay.agents.settings import load_settings

    settings = load_settings()
    set_up_logging(settings.log_level)
    run_worker(settings, agents)


if __name__ == "__main__":
    main()
