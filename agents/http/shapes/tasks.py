"""Tasks of the view ``tasks``, as ``models.tasks`` describes them."""

from typing import Any

from assay.agents.task_desk import Looked

_ROW = (
    "task_id",
    "fingerprint",
    "episode",
    "status",
    "task_type",
    "priority",
    "severity",
    "tenant_id",
    "subject",
    "team",
    "assigned_to",
    "created_at",
    "updated_at",
)
_MORE = ("instructions", "trace_id", "replay_job", "completed_at")


def task_row(task: dict[str, Any]) -> dict[str, Any]:
    """A task in a list."""
    row = {name: task.get(name) for name in _ROW}
    row["dead_letters"] = _letters(task).get("count", 0)
    row["has_edit"] = task.get("edit") is not None
    return row


def task_document(task: dict[str, Any]) -> dict[str, Any]:
    """All of a task. A patch stays sealed, and is not shown in that form either."""
    letters, edit = _letters(task), task.get("edit")
    return (
        task_row(task)
        | {name: task.get(name, "") for name in _MORE}
        | {
            "issues": task.get("issues", []),
            "sources": letters.get("sources", []),
            "first_at": letters.get("first_at", ""),
            "last_at": letters.get("last_at", ""),
            "edit": {"kind": edit.get("kind"), "rule": edit.get("rule", "")} if edit else None,
            "notes": task.get("notes", []),
            "history": task.get("history", []),
            "shortened": task.get("shortened", False),
        }
    )


def _letters(task: dict[str, Any]) -> dict[str, Any]:
    return task.get("dead_letters") or {}


def trace_seen(looked: Looked) -> dict[str, Any]:
    """An opened trace, for the person who asked and nobody else."""
    return {
        "source": looked.source,
        "value": (looked.value or b"").decode("utf-8", "replace"),
        "issues": [
            {
                "code": issue.code.value,
                "path": issue.path,
                "message": issue.message,
                "blocking": issue.blocking,
                "severity": issue.severity.value,
            }
            for issue in looked.issues
        ],
        "proposals": [{"rule": one.rule, "patch": one.patch} for one in looked.proposals],
    }
