"""A worker with one bug planted in a copy of its code: ``python mutant_worker.py NAME AGENT …`` runs it.

The copy is made from the source of today, so a bug that no longer fits its place is noticed at once.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType


@dataclass(frozen=True, slots=True)
class Change:
    """One place in the source: what stands there, and what the bug makes of it."""

    module: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Bug:
    """A mistake that somebody could make in the lane, and what the auditor must say of it."""

    story: str
    changes: tuple[Change, ...]
    found_as: str
    """The kind of finding."""
    crash_at: str = ""
    sleeps: bool = False
    """Whether the worker falls asleep (SIGSTOP) at ``crash_at`` instead of dying there."""
    agents: tuple[str, ...] = ("detector",)
    batch_records: int = 250
    """Few: a slot then has work left after its first transaction, whatever becomes of that one and of the batch judged ahead."""


OWNER = "assay.agents.lanes.owner"
RUNNER = "assay.agents.lanes.runner"
PRODUCER = "assay.agents.transport.kafka.producer"
BATCHES = "assay.agents.transport.kafka.batches"
CONSUMER = "assay.agents.transport.kafka.consumer"
DETECTOR = "assay.agents.detector"
CLASSIFIER = "assay.agents.classifier"
REPAIRING = "assay.agents.repairing"
TRIED = "assay.agents.repair_tried"
REMEDIATION = "assay.agents.auto_remediation"
REMEDIATED = "assay.pipeline.dispose.remediated"
BOTH = ("detector", "classifier")
THREE = (*BOTH, "auto_remediation")
NAMES = "assay.agents.names"
CRASH = "assay.agents.lanes.crash"

FALL_ASLEEP = Change(CRASH, "os._exit(STATUS)", "self._at = ''; os.kill(os.getpid(), 19)")
TIME_OUT_ONCE = Change(
    OWNER,
    'context.crash.reach("after_send")',
    "if not hasattr(self, 'timed_out'):\n                self.timed_out = True\n                raise TimeoutError",
)

BUGS = {
    "commit before produce": Bug(
        "the offset is committed in a transaction of its own, before the outcomes are written",
        (
            Change(
                OWNER,
                "            await producer.send(outgoing)\n",
                "            await producer.send_offsets(positions, context.group)\n"
                "            await producer.commit()\n"
                '            context.crash.reach("after_send")\n'
                "            await producer.begin()\n"
                "            await producer.send(outgoing)\n",
            ),
        ),
        "missing",
        crash_at="after_send",
    ),
    "futures not awaited": Bug(
        "a produce request fails, nobody looks, and the transaction is committed without it",
        (
            Change(
                PRODUCER,
                "        await asyncio.gather(*futures)\n",
                "        await asyncio.wait(futures)\n        [future.exception() for future in futures]\n",
            ),
            # The broker refuses the batch: it is too large for the topic.
            Change(BATCHES, "BATCH_BYTES = 900_000", "BATCH_BYTES = 1_500_000"),
            Change(CONSUMER, "FETCH_BYTES = 1_048_576", "FETCH_BYTES = 4_000_000"),
        ),
        "missing",
        batch_records=1000,
    ),
    "offset plus one": Bug(
        "the committed position is one too far",
        (
            Change(
                OWNER,
                "send_offsets(positions, context.group)",
                "send_offsets({p: o + 1 for p, o in positions.items()}, context.group)",
            ),
        ),
        "missing",
        crash_at="after_end_txn",
    ),
    "read uncommitted": Bug(
        "aborted records of a producer are judged too",
        (Change(CONSUMER, 'isolation_level="read_committed"', 'isolation_level="read_uncommitted"'),),
        "invented",
    ),
    "swallowed decode error": Bug(
        "what cannot be read is skipped",
        (
            Change(
                DETECTOR,
                "failed.append((record, verdict, now_ns, mark))",
                "verdict.readable and failed.append((record, verdict, now_ns, mark))",
            ),
        ),
        "missing",
    ),
    "random transactional id": Bug(
        "a worker that sleeps past its session wakes up and commits: nothing fenced it",
        (
            Change(NAMES, 'return f"assay-{', 'import os\n    return f"{os.getpid()}-assay-{'),
            FALL_ASLEEP,
        ),
        "doubled",
        crash_at="before_end_txn",
        sleeps=True,
    ),
    "producer reused after a time-out": Bug(
        "a transaction times out; it is aborted and work goes on with the next batch",
        (
            TIME_OUT_ONCE,
            Change(RUNNER, "await self._rebuild(error)", "await self._owner._producer.abort()"),
        ),
        "missing",
    ),
    "oversized record skipped": Bug(
        "what does not fit the topic is left out",
        (
            Change(
                PRODUCER,
                "            if batch is not None and batch.append(",
                "            if len(value or b'') > 3000:\n                continue\n"
                "            if batch is not None and batch.append(",
            ),
        ),
        "missing",
    ),
    "offsets outside the transaction": Bug(
        "at least once: the offset is committed after the outcomes",
        (
            Change(OWNER, "await producer.send_offsets(positions, context.group)", "pass"),
            Change(
                OWNER,
                '        context.crash.reach("after_end_txn")\n',
                '        context.crash.reach("after_end_txn")\n'
                "        await context.consumer._consumer.commit(dict(positions))\n",
            ),
        ),
        "doubled",
        crash_at="after_end_txn",
    ),
    "another partition": Bug(
        "outcomes do not keep the partition of their source",
        (
            Change(
                PRODUCER,
                "            role, partition, key, value, headers, timestamp = record\n",
                "            role, partition, key, value, headers, timestamp = record\n"
                "            partition = None if partition is None else (partition + 1) % 4\n",
            ),
        ),
        "misplaced",
    ),
    "value re-encoded": Bug(
        "a valid trace leaves with other bytes than it came with",
        (
            Change(
                DETECTOR,
                "outgoing.append(passing(record, verdict, mark))",
                "outgoing.append(passing(record, verdict, mark)._replace(value=(record.value or b'') + b' '))",
            ),
        ),
        "altered",
    ),
    "tenant from a header": Bug(
        "the tenant is what the producer says in a header",
        (
            Change(
                DETECTOR,
                "judge(record, now_ns) for",
                "judge(record, now_ns)._replace(tenant='42') for",
            ),
        ),
        "wrong_tenant",
    ),
    "fact forgotten": Bug(
        "of two problems of a trace only the first becomes known",
        (Change(CLASSIFIER, "self._facts += each.facts", "self._facts += each.facts[:1]"),),
        "facts_mismatch",
        agents=BOTH,
    ),
    "facts outside the transaction": Bug(
        "facts are written when the rest is committed, in a transaction of their own that a crash prevents",
        (
            Change(
                OWNER,
                "            await producer.send(outgoing)\n",
                "            await producer.send([o for o in outgoing if o.role != 'quality.issues'])\n",
            ),
            Change(
                OWNER,
                '        context.crash.reach("after_end_txn")\n',
                "        facts = [o for o in outgoing if o.role == 'quality.issues']\n"
                "        if facts:\n"
                '            context.crash.reach("after_end_txn")\n'
                "            await producer.begin()\n"
                "            await producer.send(facts)\n"
                "            await producer.commit()\n",
            ),
        ),
        "facts_mismatch",
        crash_at="after_end_txn",
        agents=BOTH,
    ),
    "payload sealed anew": Bug(
        "the classifier writes another payload than it read",
        (
            Change(
                "assay.pipeline.classify.classifier",
                'document["team"] = team\n',
                'document["team"] = team\n'
                '    document["payload"] = {**document["payload"], "nonce": "AAAAAAAAAAAAAAAA"}\n',
            ),
        ),
        "altered",
        agents=BOTH,
    ),
    "waiting for a person forgotten": Bug(
        "what cannot be repaired is not written anywhere",
        (
            Change(
                REMEDIATION,
                "self._outgoing.append(each.outgoing)",
                "self._outgoing += [each.outgoing] * (each.outcome != 'dead_lettered')",
            ),
        ),
        "missing",
        agents=THREE,
    ),
    "receipt forgotten": Bug(
        "a repair is published, and nothing says what was changed",
        (Change(REMEDIATION, "self._receipts += each.receipts", "self._receipts += each.receipts[1:]"),),
        "receipts_mismatch",
        agents=THREE,
    ),
    "no way back": Bug(
        "receipts hold an inverse patch that does not undo the repair",
        (Change(TRIED, "inverse=[*repair.inverse],", "inverse=[*repair.inverse][1:],"),),
        "altered",
        agents=THREE,
    ),
    "another value published": Bug(
        "what is published is not what was judged",
        (
            Change(
                REPAIRING,
                "self._publish(origin, case.came, repair.value,",
                "self._publish(origin, case.came, repair.value + b' ',",
            ),
        ),
        "receipts_mismatch",
        agents=THREE,
    ),
    "containment skipped": Bug(
        "what was to be contained goes to people instead",
        (
            Change(
                REPAIRING,
                "Decision(Outcome.QUARANTINED, decided)",
                "Decision(Outcome.DEAD_LETTERED, decided)",
            ),
        ),
        "misrouted",
        agents=THREE,
    ),
    "repaired key lost": Bug(
        "a repaired trace leaves without its key",
        (Change(REMEDIATED, "origin.partition, came.key, value,", "origin.partition, None, value,"),),
        "altered",
        agents=THREE,
    ),
    "repaired for somebody else": Bug(
        "a repaired trace is another tenant's",
        (Change(REMEDIATED, "(names.TENANT, verdict.tenant.encode())", "(names.TENANT, b'42')"),),
        "wrong_tenant",
        agents=THREE,
    ),
    "repaired on another partition": Bug(
        "repaired traces do not keep the partition of their source",
        (Change(REMEDIATED, "TopicRole.REMEDIATED, origin.partition,", "TopicRole.REMEDIATED, 0,"),),
        "misplaced",
        agents=THREE,
    ),
    "counted as planned": Bug(
        "the tally counts what was to be done, not what was",
        (
            Change(
                REMEDIATION,
                "(each.tenant, each.outcome, each.reason)",
                "(each.tenant, 'quarantined', each.reason)",
            ),
        ),
        "tally_mismatch",
        agents=THREE,
    ),
    "receipts outside the transaction": Bug(
        "receipts are written when the rest is committed, in a transaction of their own that a crash prevents",
        (
            Change(
                OWNER,
                "            await producer.send(outgoing)\n",
                "            await producer.send([o for o in outgoing if o.role != 'quality.receipts'])\n",
            ),
            Change(
                OWNER,
                '        context.crash.reach("after_end_txn")\n',
                "        receipts = [o for o in outgoing if o.role == 'quality.receipts']\n"
                "        if receipts:\n"
                '            context.crash.reach("after_end_txn")\n'
                "            await producer.begin()\n"
                "            await producer.send(receipts)\n"
                "            await producer.commit()\n",
            ),
        ),
        "receipts_mismatch",
        crash_at="after_end_txn",
        agents=THREE,
    ),
}


class PlantingLoader(SourceFileLoader):
    """Loads a module from its source of today with changes in it, and never from a cache."""

    def __init__(self, name: str, path: str, changes: Sequence[Change]) -> None:
        super().__init__(name, path)
        self._changes = changes

    def get_code(self, fullname: str) -> CodeType:
        source = Path(self.path).read_text()
        for change in self._changes:
            assert source.count(change.old) == 1, f"{fullname} changed: the bug has no place any more"
            source = source.replace(change.old, change.new)
        return compile(source, self.path, "exec")


class PlantingFinder(PathFinder):
    """Finds the modules that a bug changes."""

    bug: Bug

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        changes = [change for change in cls.bug.changes if change.module == fullname]
        spec = super().find_spec(fullname, path, target) if changes else None
        if spec is not None and spec.origin is not None:
            spec.loader = PlantingLoader(fullname, spec.origin, changes)
        return spec


def plant(bug: Bug) -> None:
    """From now on, import the bug. Call before anything of Assay is imported."""
    assert not any(name.startswith("assay") for name in sys.modules)
    PlantingFinder.bug = bug
    sys.meta_path.insert(0, PlantingFinder)


def main() -> None:
    agents = sys.argv[2:]
    if sys.argv[1]:
        plant(BUGS[sys.argv[1]])
    from assay.agents.app import run_worker
    from assay.agents.logs import set_up_logging
    from assay.agents.settings import load_settings

    settings = load_settings()
    set_up_logging(settings.log_level)
    run_worker(settings, agents)


if __name__ == "__main__":
    main()
