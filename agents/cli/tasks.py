"""``assay tasks``: manual remediation, one task for each problem that dead letters have (S0-141 … S0-155)."""

from typing import ClassVar

import click

from .main import VerbGroup


class TasksGroup(VerbGroup):
    """Loads a verb's module only when it is called."""

    verbs: ClassVar[dict[str, tuple[str, str]]] = {
        "complete": ("tasks_complete", "complete"),
        "edit": ("tasks_edit", "edit"),
        "list": ("tasks_list", "list_tasks"),
        "note": ("tasks_change", "note"),
        "reopen": ("tasks_change", "reopen"),
        "show": ("tasks_list", "show"),
        "take": ("tasks_change", "take"),
    }


@click.group(cls=TasksGroup)
def tasks() -> None:
    """Look at manual tasks, work on them, and complete them: TASK is an id, a fingerprint, or the beginning of one."""
