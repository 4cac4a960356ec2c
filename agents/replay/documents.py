"""Replay jobs as JSON: for the command line and the API."""

from typing import Any

from assay.pipeline.replay import Job


def job_document(job: Job) -> dict[str, Any]:
    """A job as JSON."""
    return {
        "job": job.job,
        "status": job.status.value,
        "request": job.request.to_json(),
        "done": {str(word): number for word, number in job.done.items()},
        "remaining": job.remaining,
        "started_at": job.started_at,
        "updated_at": job.updated_at,
        "actor": job.actor,
        "reason": job.reason,
        "why": job.why,
    }
