"""``assay replay``: failing traces once more through every detector, each once, no faster than asked (DESIGN 8)."""

from typing import ClassVar

import click

from .main import VerbGroup


class ReplayGroup(VerbGroup):
    """Loads a verb's module only when it is called."""

    verbs: ClassVar[dict[str, tuple[str, str]]] = {
        "cancel": ("replay_control", "cancel"),
        "pause": ("replay_control", "pause"),
        "plan": ("replay_plan", "plan"),
        "resume": ("replay_control", "resume"),
        "start": ("replay_start", "start"),
        "status": ("replay_status", "status"),
    }


@click.group(cls=ReplayGroup)
def replay() -> None:
    """Plan, start and control replays of what lies in quarantine or in the dead letter queue."""
