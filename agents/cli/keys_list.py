"""``assay keys list``."""

import json
from collections.abc import Iterator
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table

from assay.agents.api_keys.file import key_file
from assay.agents.api_keys.key import ApiKey
from assay.agents.clock import SystemClock
from assay.agents.settings import load_settings
from assay.pipeline.core.clock import rfc3339

from .acting import as_json_option

COLUMNS = ("key", "name", "role", "tenant", "scopes", "state", "expires")


@click.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that expired or were revoked.")
@as_json_option
def list_keys(*, everything: bool, as_json: bool) -> None:
    """List keys by their ids. What a key is, nobody but its owner knows."""
    now = rfc3339(SystemClock().now_ns())
    found = key_file(load_settings()).keys().values()
    shown = [key for key in found if everything or state_of(key, now) == "good"]
    if as_json:
        click.echo(json.dumps([document_of(key, now) for key in shown], indent=2))
        return
    table = Table(*COLUMNS, box=box.SIMPLE_HEAD)
    for key in shown:
        table.add_row(*_row(key, now))
    Console(width=140).print(table)


def state_of(key: ApiKey, now: str) -> str:
    """What has become of a key."""
    if key.revoked_at:
        return "revoked"
    return "expired" if key.expires_at <= now else "good"


def document_of(key: ApiKey, now: str) -> dict[str, Any]:
    """A key for scripts: not its hash, of which nobody has any use."""
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role.value,
        "tenant": key.tenant,
        "scopes": sorted(scope.value for scope in key.scopes),
        "state": state_of(key, now),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "replaces": key.replaces,
    }


def _row(key: ApiKey, now: str) -> Iterator[str]:
    yield from (key.id, key.name, key.role.value, key.tenant)
    yield ", ".join(sorted(key.scopes))
    yield from (state_of(key, now), f"{key.expires_at[:19]}Z")
