"""``assay tenants shred``: erase all that is sealed for a tenant."""

import asyncio
import json
from collections.abc import Mapping

import click

from assay.agents.audit_log import audit_log
from assay.agents.clock import SystemClock
from assay.agents.sealing import EnvelopeSealer, FileKeyProvider
from assay.agents.settings import Settings, load_settings
from assay.agents.shredding import Count, count_envelopes, shred, token_of
from assay.pipeline.core.topics import TopicRole

from .acting import quiet, who_options
from .main import FINDINGS


@click.command("shred")
@click.argument("tenant")
@click.option("--confirm", "token", metavar="TOKEN", help="The token of the first step: destroy the key now.")
@who_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.pass_context
def shred_tenant(
    context: click.Context, tenant: str, token: str | None, actor: str, reason: str, *, as_json: bool
) -> None:
    """Destroy a tenant's key: nothing that was sealed for it opens ever again. Other tenants are not touched.

    Without --confirm nothing happens: it is counted what would be lost, and the token is printed. What keeps copies of
    the key, such as backups, must be erased as well. Traces that fail later are sealed with a new key.

    Exit status: 0; 1 when something of the tenant still opens; 4 when there is no key or the token does not fit.
    """
    quiet()
    settings = load_settings()
    provider, clock = FileKeyProvider(settings.keys_path), SystemClock()
    opener = EnvelopeSealer(provider, clock)
    fresh = token_of(provider, tenant, clock)
    if token is not None:
        asyncio.run(_shred(settings, tenant, token, actor, reason))
    counts = count_envelopes(settings, tenant, opener)
    if as_json:
        click.echo(json.dumps(_document(tenant, counts, fresh if token is None else None), indent=2))
    else:
        _print(tenant, counts, fresh if token is None else None)
    if token is not None and any(count.opens for count in counts.values()):
        context.exit(FINDINGS)


async def _shred(settings: Settings, tenant: str, token: str, actor: str, reason: str) -> None:
    async with audit_log(settings) as log:
        await shred(
            FileKeyProvider(settings.keys_path),
            log,
            SystemClock(),
            tenant=tenant,
            token=token,
            actor=actor,
            reason=reason,
        )


def _document(tenant: str, counts: Mapping[TopicRole, Count], token: str | None) -> dict[str, object]:
    document: dict[str, object] = {
        "tenant": tenant,
        "shredded": token is None,
        "opens": {role.value: count.opens for role, count in counts.items()},
        "sealed_for_ever": {role.value: count.sealed_for_ever for role, count in counts.items()},
    }
    return document if token is None else {**document, "token": token}


def _print(tenant: str, counts: Mapping[TopicRole, Count], token: str | None) -> None:
    for role, count in counts.items():
        click.echo(f"{role.value:>20}  {count.opens:>9,} open  {count.sealed_for_ever:>9,} do not")
    if token is None:
        click.echo(f"The key of tenant {tenant} is destroyed.")
        return
    click.echo("What opens now would never open again; so would patches of repairs and edits of tasks.")
    click.echo(f"To destroy the key of tenant {tenant}: the same command with --confirm {token}")
