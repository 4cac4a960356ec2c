"""``assay escalations list``: who was called for which issue group, and what each escalation waits for."""

import json
from collections.abc import Iterator

import click
from rich import box
from rich.console import Console
from rich.table import Table

from assay.agents.clock import SystemClock
from assay.agents.escalation_look import read_escalations
from assay.agents.settings import load_settings
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.document import Json
from assay.pipeline.escalate import Escalation, Phase, StepStatus, next_due, phase_of

OPEN = (Phase.RUNNING, Phase.AWAITING_CONFIRMATION, Phase.EXHAUSTED)
COLUMNS = ("group", "severity", "code", "tenant", "waits for", "next step", "called")


@click.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that are acknowledged or closed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def show(*, everything: bool, as_json: bool) -> None:
    """List escalations, the ones whose next step comes first at the top.

    Exit status: 0, or 3 when Kafka is not reachable.
    """
    found = read_escalations(load_settings(), SystemClock().now_ns()).states.values()
    states = [state for state in found if state is not None and (everything or phase_of(state) in OPEN)]
    states.sort(key=lambda state: (next_due(state) or 2**63, state.group.fingerprint))
    if as_json:
        click.echo(json.dumps([_document(state) for state in states], indent=2))
        return
    table = Table(*COLUMNS, box=box.SIMPLE_HEAD)
    for state in states:
        table.add_row(*_row(state))
    Console(width=160).print(table)


def _row(state: Escalation) -> Iterator[str]:
    group, due = state.group, next_due(state)
    yield from (group.fingerprint, group.severity.value, group.code, group.tenant)
    yield phase_of(state).value
    yield "" if due is None else rfc3339(due)[:19] + "Z"
    yield ", ".join(_called(state))


def _document(state: Escalation) -> Json:
    group, due = state.group, next_due(state)
    return {
        "fingerprint": group.fingerprint,
        "episode": group.episode,
        "severity": group.severity.value,
        "category": group.category.value,
        "code": group.code,
        "tenant_id": group.tenant,
        "status": group.status.value,
        "phase": phase_of(state).value,
        "first_detected_at": rfc3339(state.since_ns),
        "next_step_at": None if due is None else rfc3339(due),
        "called": [*_called(state)],
        "chains": [
            {
                "chain": track.chain.name,
                "version": track.chain.version,
                "steps": [
                    {"after_s": step.after_s, "roles": [*step.roles], "status": status.value}
                    for _, step, status in track.steps()
                ],
            }
            for track in state.tracks
        ],
    }


def _called(state: Escalation) -> tuple[str, ...]:
    roles = [
        role
        for track in state.tracks
        for _, step, status in track.steps()
        if status is StepStatus.FIRED
        for role in step.roles
    ]
    return tuple(dict.fromkeys(roles))
