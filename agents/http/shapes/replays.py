"""Replay jobs as they go over the wire."""

from assay.pipeline.core.document import Json
from assay.pipeline.replay import Command, ReplayBook, Status

from ..problems import HttpProblem, Kind


def job_answer(command: Command, book: ReplayBook | None) -> tuple[int, Json]:
    """What became of a command, for the answer. Raises :class:`HttpProblem` (409) when the agent declined it."""
    job = book.jobs.get(command.job) if book is not None else None
    declined = book.why_declined(command.command_id) if book is not None else ""
    why = declined or (job.why if job is not None and job.status is Status.REFUSED else "")
    if why:
        raise HttpProblem(Kind.REFUSED, f"the replay agent declined: {why}")
    status = job.status.value if job is not None else None
    return 202 if book is None else 200, {
        "job": command.job,
        "answered": book is not None,
        "status": status,
    }
