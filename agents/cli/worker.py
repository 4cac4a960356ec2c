"""``assay worker``: run the agents, supervised."""

import asyncio
import sys

import click

from assay.agents.app import run_worker
from assay.agents.logs import set_up_logging
from assay.agents.process import die_with_parent
from assay.agents.roster import AGENTS, LANES
from assay.agents.settings import load_settings
from assay.agents.supervisor import Supervisor, worker_command
from assay.agents.topic_admin import require_topics


@click.command("worker")
@click.option(
    "--agents",
    default=",".join(AGENTS),
    show_default=True,
    help="Which agents to run, comma separated.",
)
@click.option(
    "--processes",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="How many processes share the lanes.",
)
@click.option("--child", type=int, hidden=True, help="Be worker process N, without supervision.")
def worker(agents: str, processes: int, child: int | None) -> None:
    """Run the agents until a signal ends them; processes that die are restarted."""
    settings = load_settings()
    settings = settings.model_copy(update={"expected_workers": max(settings.expected_workers, processes)})
    set_up_logging(settings.log_level)
    names = [name.strip() for name in agents.split(",") if name.strip()]
    if child is not None:
        die_with_parent()
        run_worker(settings, names, child)
    require_topics(settings)
    sys.exit(asyncio.run(Supervisor(_commands(names, processes)).run()))


def _commands(names: list[str], processes: int) -> list[list[str]]:
    """One for each process: the lanes in ``processes`` of them, all low-rate agents in one more."""
    lanes = [name for name in names if name in LANES]
    others = [name for name in names if name not in LANES]
    commands = [worker_command(lanes, processes)] * processes if lanes else []
    return [*commands, worker_command(others, processes)] if others else commands
