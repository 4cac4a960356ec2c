"""The second half of the loop, once: a task is taken, its traces are put right and replayed, people are called."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from typing import TypeVar

from assay.agents.policy_files import load_policies
from assay.agents.replay.predict import read_book
from assay.agents.settings import Settings
from assay.agents.task_desk import sealed_patch
from assay.agents.task_look import read_tasks
from assay.agents.tasks_connected import At, connected
from assay.agents.topics import topic_name
from assay.pipeline.core.errors import TransientError
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.replay import Job, ReplayDecision, Status
from assay.pipeline.tasks import Happening, Task

from .display import Display
from .hook import Hook
from .loop_result import Called, Loop, Worked
from .story import FOR_A_PERSON, Story
from .worker import Worker

WHO = ("demo", "the importer takes seconds for milliseconds")
PATIENCE_S = 60.0
LOOK_S = 0.1

T = TypeVar("T")


class StoppedShortError(Exception):
    """The loop goes no further: its text says at which point, for the person who looks at the demo."""


def close_loop(
    settings: Settings, story: Story, hook: Hook, workers: Collection[Worker], display: Display
) -> Loop:
    """Do what a person would, and see what comes of it.

    What does not come in time ends it, and is among the failures of what it gives. Raises :class:`TransientError`
    when a worker ends meanwhile, and ``DependencyUnavailableError`` when Kafka is away.
    """

    def alive() -> None:
        for worker in workers:
            worker.require_alive()

    worked, why = asyncio.run(_work(settings, story, alive, display))
    if why:
        return Loop(worked, _called(story, hook), (why,))
    display.doing("waiting for the call")
    try:
        asyncio.run(
            _until(lambda: _both(story, hook), alive, "no webhook call came for the problem and its task")
        )
    except StoppedShortError as error:
        return Loop(worked, _called(story, hook), (str(error),))
    return Loop(worked, _called(story, hook), ())


async def _work(
    settings: Settings, story: Story, alive: Callable[[], None], display: Display
) -> tuple[Worked, str]:
    async with connected(settings, load_policies(settings)) as at:
        person = _Person(at, story, alive, display)
        try:
            await person.put_right()
        except StoppedShortError as error:
            return person.worked, str(error)
        return person.worked, ""


class _Person:
    """Who takes the task and brings it to its end; ``worked`` says how far it came."""

    def __init__(self, at: At, story: Story, alive: Callable[[], None], display: Display) -> None:
        self._at = at
        self._story = story
        self._alive = alive
        self._display = display
        self.worked = Worked()

    async def put_right(self) -> None:
        """Raises :class:`StoppedShortError`."""
        at, story, alive = self._at, self._story, self._alive
        self._display.doing("working on the task")
        task = await _until(lambda: _task(at, story), alive, "no task came of the dead letters")
        self.worked = self.worked.of(task)
        task = await self._tell(task, Happening.TAKE)
        edit = sealed_patch(task, story.patch, at.keys)
        if not (await at.desk.plan(task, edit)).replays:
            raise StoppedShortError("the dry run says that the edit repairs nothing")
        task = await self._tell(task, Happening.EDIT, edit=edit.to_json())
        task = await self._tell(task, Happening.COMPLETE, replay=True)
        self._display.doing("replaying what was put right")
        job = await _until(lambda: _ended(at, task), alive, "the replay did not end")
        self.worked = self.worked.replayed(job.done.get(ReplayDecision.REPLAY, 0))

    async def _tell(self, task: Task, happening: Happening, **members: object) -> Task:
        _, after = await self._at.tell(task, happening, WHO, PATIENCE_S, **members)
        if after is None:
            raise StoppedShortError(f"the manual-remediation agent does not answer to {happening}")
        refused = after.history[-1].refused
        if refused is not None:
            raise StoppedShortError(f"{happening} was refused: {refused}")
        self.worked = self.worked.of(after)
        return after


async def _task(at: At, story: Story) -> Task | None:
    task = (await read_tasks(at.shelf, at.settings)).get(story.fingerprint)
    return task if task is not None and task.dead_letters.count >= FOR_A_PERSON else None


async def _ended(at: At, task: Task) -> Job | None:
    topic = topic_name(TopicRole.REPLAYS, at.settings.topic_prefix)
    job = (await read_book(at.shelf, topic)).jobs.get(task.replay_job)
    if job is not None and job.status in {Status.FAILED, Status.REFUSED, Status.CANCELLED}:
        raise StoppedShortError(f"the replay {job.status}: {job.why}")
    return job if job is not None and job.status is Status.SUCCEEDED else None


async def _both(story: Story, hook: Hook) -> bool | None:
    both = (hook.told_of(story.fingerprint, task=task) is not None for task in (False, True))
    return True if all(both) else None


async def _until(look: Callable[[], Awaitable[T | None]], alive: Callable[[], None], otherwise: str) -> T:
    """What ``look`` finds, as soon as it finds something. Raises :class:`StoppedShortError` when that takes too long."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        alive()
        try:
            found = await look()
        except TransientError:
            found = None  # a worker that is being restarted may leave Kafka without an answer for a moment
        if found is not None:
            return found
        if time.monotonic() > deadline:
            raise StoppedShortError(f"{otherwise} within {PATIENCE_S:.0f} s")
        await asyncio.sleep(LOOK_S)


def _called(story: Story, hook: Hook) -> Called:
    step, task = (hook.told_of(story.fingerprint, task=task) for task in (False, True))
    return Called(
        len(hook.heard),
        hook.refused,
        "" if step is None else step.headline,
        "" if task is None else task.headline,
    )
