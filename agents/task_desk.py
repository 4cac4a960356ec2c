"""What a person does with a task, outside of the agent: look at a trace, try an edit on all of them, say that it is done."""

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

import orjson

from assay.pipeline.core.clock import NANOS_PER_MILLI, Clock
from assay.pipeline.core.errors import RefusedError
from assay.pipeline.core.issue import Finding, Issue
from assay.pipeline.core.sealed import Opener, Sealer
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.core.verdict import NONE
from assay.pipeline.decode import AvroRegistry, decode
from assay.pipeline.dispose.sealed_payload import sealed_to_json
from assay.pipeline.replay import (
    Candidate,
    Edit,
    EditKind,
    Origin,
    ReplayBook,
    ReplayDecision,
    ReplayRequest,
    select,
)
from assay.pipeline.tasks import Task, TaskCommand, has_seen

from .manual_remediation import task_filter
from .replay.editors import Proposal, editor_of, proposals
from .replay.forge import Editor, Forge, Opened
from .replay.predict import Plan, Planner, read_book
from .replay.run import KEPT_MS, bounds_of, candidates
from .replay.shelf import Shelf
from .settings import Settings
from .task_look import read_task
from .topics import topic_name

POLL_S = 0.25


class Looked(NamedTuple):
    """One dead letter of a task, open: for the person who asked, and nobody else."""

    source: str
    value: bytes | None
    issues: tuple[Issue, ...]
    """What today's bundle says of it."""
    proposals: list[Proposal]


class TaskDesk:
    """Works on tasks by the forge's bundle. Raises ``TransientError`` when Kafka or the keys are away."""

    def __init__(self, settings: Settings, shelf: Shelf, forge: Forge, *, keys: Opener, clock: Clock) -> None:
        self._settings = settings
        self._shelf = shelf
        self._forge = forge
        self._bundle = bundle = forge.bundle
        self._opener = keys
        self._clock = clock
        self._avro = AvroRegistry(bundle)

    async def _book(self) -> ReplayBook:
        return await read_book(self._shelf, topic_name(TopicRole.REPLAYS, self._settings.topic_prefix))

    async def refuse_overlap(self, task: Task) -> None:
        """Raise :class:`RefusedError` while another replay works on what the task covers."""
        for job in (await self._book()).active():
            if job.request.overlaps(request_of(task, None)):
                raise RefusedError(f"replay job {job.job} works on these dead letters: wait, or cancel it")

    async def first(self, task: Task) -> Candidate:
        """The first dead letter that is still to be dealt with. Raises :class:`RefusedError` when there is none."""
        request = request_of(task, None)
        bounds = await bounds_of(self._shelf, request, self._settings.topic_prefix)
        found = await candidates(self._shelf, request, bounds)
        now_ms = self._clock.now_ns() // NANOS_PER_MILLI
        queue = select("", found, await self._book(), request, now_ms=now_ms, kept_ms=KEPT_MS).queue
        if not queue:
            raise RefusedError("no dead letter of this task is left: all were replayed, or none can be")
        return queue[0]

    async def look(self, candidate: Candidate) -> Looked:
        """Open a dead letter. The caller has asked for permission, and has written it into the audit log.

        Raises :class:`RefusedError` for one that does not open.
        """
        opened = await self._opened(candidate)
        value = opened.payload.value
        verdict = self._forge.verdict(candidate, opened, value, self._clock.now_ns())
        decoded = decode(value, self._bundle.limits, self._avro)
        suggested = (
            []
            if isinstance(decoded, Finding) or decoded.subject is not None or verdict is None
            else proposals(self._bundle, decoded.document, verdict)
        )
        return Looked(str(candidate.root), value, verdict.issues if verdict else (), suggested)

    async def tried(self, candidate: Candidate, edit: Edit) -> Looked:
        """The same dead letter after an edit, for the same person; ``proposals`` holds what the edit did.

        Raises ``EditError`` when it does not apply, what :func:`editor_of` raises, and :class:`RefusedError`.
        """
        editor = editor_of(self._bundle, edit, self._opener)
        opened = await self._opened(candidate)
        now_ns = self._clock.now_ns()
        became = self._forge.edited(candidate, opened, editor, now_ns)
        verdict = self._forge.verdict(candidate, opened, became.value, now_ns)
        done = Proposal(edit.rule or edit.kind.value, became.patch)
        return Looked(str(candidate.root), became.value, verdict.issues if verdict else (), [done])

    async def _opened(self, candidate: Candidate) -> Opened:
        found = await self._shelf.pick([candidate.place])
        record = found.get(candidate.place)
        opened = ReplayDecision.EXPIRED if record is None else self._forge.opened(record, candidate)
        if isinstance(opened, ReplayDecision):
            raise RefusedError(f"the trace cannot be opened: {opened}")
        return opened

    async def plan(self, task: Task, edit: Edit | None) -> Plan:
        """A dry run over all dead letters of the task. Raises ``EditError``, and what :func:`editor_of` raises."""
        editor: Editor | None = None if edit is None else editor_of(self._bundle, edit, self._opener)
        planner = Planner(
            self._shelf, await self._book(), self._forge, self._bundle, self._settings.topic_prefix
        )
        return await planner(request_of(task, edit), editor, self._clock.now_ns())

    async def told(self, command: TaskCommand, wait_s: float) -> Task | None:
        """The task once the agent has taken the command in; ``None`` when it does not in time."""
        return await until(
            lambda task: has_seen(task, command), self._shelf, self._settings, command.fingerprint, wait_s
        )


async def until(
    true: Callable[[Task], bool], shelf: Shelf, settings: Settings, fingerprint: str, wait_s: float
) -> Task | None:
    """The task when something is true of it; ``None`` when that takes longer."""
    try:
        async with asyncio.timeout(wait_s):
            while True:
                task = await read_task(shelf, settings, fingerprint)
                if task is not None and true(task):
                    return task
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        return None


def request_of(task: Task, edit: Edit | None) -> ReplayRequest:
    """What completing the task will ask for."""
    return ReplayRequest(
        filter=task_filter(task), origins=(Origin.DEAD_LETTER,), only_passing=True, edit=edit
    )


def sealed_patch(task: Task, patch: bytes, sealer: Sealer) -> Edit:
    """A patch sealed with the tenant's key, bound to the task. Raises :class:`RefusedError` when nobody knows the tenant."""
    if task.tenant_id == NONE:
        raise RefusedError("the tenant of these traces is not known: an edit cannot be sealed for it")
    return sealed_edit(task.tenant_id, patch, f"task/{task.fingerprint}/{task.episode}", sealer)


def sealed_edit(tenant: str, patch: bytes, aad: str, sealer: Sealer) -> Edit:
    """A patch sealed with a tenant's key, bound to what ``aad`` names. Raises ``TransientError`` without the key."""
    sealed: dict[str, Any] = orjson.loads(
        orjson.dumps(sealed_to_json(sealer.seal(tenant, patch, aad.encode())))
    )
    return Edit(EditKind.PATCH, sealed=sealed, tenant=tenant, aad=aad)


def stored_edit(task: Task) -> Edit | None:
    """The edit that the task holds."""
    return None if task.edit is None else Edit.from_json(task.edit)
