"""Tasks as their topic has them now: for people, outside of the agent."""

from collections.abc import Mapping

from assay.agents.replay.shelf import Shelf
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.agents.transport.partitioner import partition_of
from assay.pipeline.core.errors import ConfigError, Problem
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.tasks import Task, from_json


async def read_tasks(shelf: Shelf, settings: Settings) -> Mapping[str, Task]:
    """By fingerprint, what is committed now; what cannot be read is left out. Raises ``TransientError``."""
    topic = topic_name(TopicRole.TASKS, settings.topic_prefix)
    return await _read(shelf, topic, await shelf.ends(topic))


async def read_task(shelf: Shelf, settings: Settings, fingerprint: str) -> Task | None:
    """The same of one task: only its partition is read."""
    topic = topic_name(TopicRole.TASKS, settings.topic_prefix)
    ends = await shelf.ends(topic)
    partition = partition_of(fingerprint.encode(), len(ends))
    return (await _read(shelf, topic, {partition: ends[partition]})).get(fingerprint)


async def _read(shelf: Shelf, topic: str, ends: Mapping[int, int]) -> Mapping[str, Task]:
    found: dict[str, Task] = {}
    async for batch in shelf.records(topic, ends):
        for record in batch:
            key = (record.key or b"").decode("ascii", "replace")
            found.pop(key, None)
            if record.value is not None:
                try:
                    found[key] = from_json(record.value)
                except ValueError:
                    continue
    return found


def task_named(tasks: Mapping[str, Task], name: str) -> Task:
    """The task by its id or its fingerprint, or by a beginning of one that no other has.

    Raises :class:`ConfigError` when there is none, or more than one.
    """
    fits = [
        task for task in tasks.values() if task.fingerprint.startswith(name) or task.task_id.startswith(name)
    ]
    if len(fits) == 1:
        return fits[0]
    why = "names no task" if not fits else f"could be any of {len(fits)} tasks"
    raise ConfigError([Problem(name, why, "assay tasks list shows them")])
