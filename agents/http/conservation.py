"""The last audit, and running one: in a process of its own, since it reads everything there is."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

import orjson

from assay.agents.audit.finding import FindingKind
from assay.agents.settings import Settings
from assay.agents.stores.redis_client import as_unavailable
from assay.pipeline.core.clock import Clock, rfc3339

from .problems import HttpProblem, Kind

MOST_S: Final = 3600
"""An audit that takes longer is ended."""
KEPT_S: Final = 30 * 86_400
COMMAND: Final = (sys.executable, "-m", "assay.agents.cli", "audit", "--json")
FOUND, UNAVAILABLE = 1, 3
NEVER: Final[Mapping[str, Any]] = {
    "state": "unknown",
    "unaccounted": None,
    "checked_at": None,
    "report": None,
}
"""What is said before the first audit."""


class Conservation:
    """What became of the last audit stands in Redis, for all API processes; only one audit runs at a time."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        redis: Callable[[], Any],
        command: tuple[str, ...] = COMMAND,
    ) -> None:
        self._base = f"assay:{settings.env}:{settings.topic_prefix}conservation"
        self._clock = clock
        self._redis = redis
        self._command = command
        self._running: asyncio.Task[None] | None = None
        self._last = NEVER

    def light(self) -> dict[str, Any]:
        """``models.overview.ConservationLight``: what this process saw last, without waiting."""
        return {name: self._last[name] for name in ("state", "unaccounted", "checked_at")}

    async def last(self) -> dict[str, Any]:
        """State, unaccounted traces, when it was looked, the whole report, and the job that runs or ran last.

        Raises ``ViewUnavailableError``.
        """
        async with as_unavailable():
            kept, job = await self._redis().get(self._base), await self._redis().get(f"{self._base}:job")
        if kept is not None:
            self._last = orjson.loads(kept)
        document = NEVER if kept is None else self._last
        return {**document, "job": None if job is None else orjson.loads(job)}

    async def start(self, actor: str, *, payloads: bool) -> dict[str, Any]:
        """Begin an audit; the job. Raises :class:`HttpProblem` (409) while one runs, and ``ViewUnavailableError``."""
        started = rfc3339(self._clock.now_ns())
        job = {"state": "running", "started_at": started, "ended_at": None, "actor": actor, "why": ""}
        async with as_unavailable():
            if not await self._redis().set(f"{self._base}:running", started, nx=True, ex=MOST_S):
                raise HttpProblem(Kind.IN_PROGRESS, "an audit is running", headers={"Retry-After": "10"})
            await self._keep("job", job)
        self._running = asyncio.create_task(self._run(job, payloads=payloads), name="audit")
        await asyncio.sleep(0)  # it has begun: whatever ends it, it says so
        return job

    async def close(self) -> None:
        """End an audit that this process runs."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    async def _run(self, job: dict[str, Any], *, payloads: bool) -> None:
        why = "it was ended"
        try:
            why = await self._audit(payloads=payloads)
        finally:
            ended = {
                "state": "failed" if why else "done",
                "ended_at": rfc3339(self._clock.now_ns()),
                "why": why,
            }
            with suppress(Exception):  # Redis is away: the job's entry expires
                await self._keep("job", job | ended)
                await self._redis().delete(f"{self._base}:running")

    async def _audit(self, *, payloads: bool) -> str:
        """Why there is no report; empty when there is one."""
        process = await asyncio.create_subprocess_exec(
            *self._command,
            *([] if payloads else ["--no-payloads"]),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(MOST_S):
                output, _ = await process.communicate()
        except TimeoutError:
            return "it took too long"
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode not in {0, FOUND}:
            return "Kafka is not reachable" if process.returncode == UNAVAILABLE else "it could not be made"
        report: dict[str, Any] = orjson.loads(output)
        found = summary(report, rfc3339(self._clock.now_ns()))
        self._last = found
        await self._keep("", found)
        return ""

    async def _keep(self, name: str, document: dict[str, Any]) -> None:
        key = f"{self._base}:{name}" if name else self._base
        await self._redis().set(key, orjson.dumps(document).decode(), ex=KEPT_S)


def summary(report: dict[str, Any], at: str) -> dict[str, Any]:
    """A report with what is asked of it first."""
    missing = sum(each["count"] for each in report["findings"] if each["kind"] == FindingKind.MISSING)
    return {
        "state": "ok" if report["ok"] else "findings",
        "unaccounted": missing,
        "checked_at": at,
        "report": report,
    }
