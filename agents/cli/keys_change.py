"""``assay keys create``, ``rotate`` and ``revoke``: each is in the audit log before it is done."""

import asyncio
import json
import secrets

import click

from assay.agents.api_keys.file import key_file
from assay.agents.api_keys.key import ApiKey
from assay.agents.api_keys.making import Made, Wanted, added, key_named, make, revoked, rotated
from assay.agents.api_keys.role import Role, Scope
from assay.agents.clock import SystemClock
from assay.agents.settings import Settings, load_settings
from assay.pipeline.core.audit_chain import Act
from assay.pipeline.core.clock import NANOS_PER_SECOND, rfc3339
from assay.pipeline.core.errors import RefusedError

from .acting import as_json_option, noted, quiet, who_options
from .choices import WordChoice
from .keys_list import document_of

DAY_S, HOUR_S = 86_400, 3600
MOST_DAYS = 366
days_option = click.option(
    "--days",
    type=click.IntRange(1, MOST_DAYS),
    default=90,
    show_default=True,
    help="How long it is good.",
)


@click.command()
@click.argument("name")
@click.option("--role", type=WordChoice(Role), required=True, help="What its owner may do.")
@click.option("--tenant", default="", metavar="ID", help="For role tenant: whose data it sees.")
@click.option(
    "--scope",
    "scopes",
    type=WordChoice(Scope),
    multiple=True,
    default=[Scope.ALL],
    show_default="all",
    help="A part of the API that it is good for; may be repeated. `open` is in none of the others.",
)
@days_option
@who_options
@as_json_option
def create(
    *,
    name: str,
    role: Role,
    tenant: str,
    scopes: tuple[Scope, ...],
    days: int,
    actor: str,
    reason: str,
    as_json: bool,
) -> None:
    """Make a key for NAME, who is the actor of all that is done with it. It is shown once.

    Exit status: 0; 2 for a wrong name or tenant; 3 when Kafka is not reachable, and then no key is made.
    """
    settings, now_ns = _begin()
    wanted = Wanted(name, role, frozenset(scopes), tenant, days * DAY_S)
    made = make(wanted, settings.env, now_ns, secrets.token_bytes)
    file = key_file(settings)
    file.keys()  # what is wrong with the file is said before anything is noted
    _note(settings, Act(actor, "keys.create", _target(made.key), reason, rfc3339(now_ns)))
    file.change(lambda keys: added(keys, made.key))
    _show(made, now_ns, as_json=as_json)


@click.command()
@click.argument("key_id", metavar="KEY")
@click.option(
    "--overlap",
    "overlap_hours",
    type=click.IntRange(0, 24 * 30),
    default=24,
    show_default=True,
    metavar="HOURS",
    help="How long the old one stays good.",
)
@days_option
@who_options
@as_json_option
def rotate(key_id: str, overlap_hours: int, days: int, actor: str, reason: str, *, as_json: bool) -> None:
    """Make a key in the place of KEY: same name, role, tenant and scopes. Both are good for a while.

    Exit status: 0; 2 when there is no such key; 3 when Kafka is not reachable; 4 when it is no longer good.
    """
    settings, now_ns = _begin()
    file = key_file(settings)
    old = key_named(file.keys(), key_id)
    if old.revoked_at or old.expires_at <= rfc3339(now_ns):
        raise RefusedError("this key is no longer good: assay keys create makes a new one")
    wanted = Wanted(old.name, old.role, old.scopes, old.tenant, days * DAY_S)
    made = make(wanted, settings.env, now_ns, secrets.token_bytes, replaces=old.id)
    ends_at = rfc3339(now_ns + overlap_hours * HOUR_S * NANOS_PER_SECOND)
    _note(settings, Act(actor, "keys.rotate", _target(made.key), reason, rfc3339(now_ns)))
    file.change(lambda keys: rotated(keys, key_named(keys, old.id), made.key, ends_at))
    _show(made, now_ns, as_json=as_json)


@click.command()
@click.argument("key_id", metavar="KEY")
@who_options
@as_json_option
def revoke(key_id: str, actor: str, reason: str, *, as_json: bool) -> None:
    """End KEY: from now on nobody is let in with it.

    Exit status: 0; 2 when there is no such key; 3 when Kafka is not reachable, and then the key is still good.
    """
    settings, now_ns = _begin()
    file = key_file(settings)
    key = key_named(file.keys(), key_id)
    at = rfc3339(now_ns)
    _note(settings, Act(actor, "keys.revoke", _target(key), reason, at))
    file.change(lambda keys: revoked(keys, key_named(keys, key.id), at))
    ended = key_named(file.keys(), key.id)
    if as_json:
        click.echo(json.dumps(document_of(ended, at), indent=2))
    else:
        click.echo(f"{key.id} of {key.name} was revoked.")


def _begin() -> tuple[Settings, int]:
    quiet()
    return load_settings(), SystemClock().now_ns()


def _note(settings: Settings, act: Act) -> None:
    asyncio.run(noted(settings, act))


def _target(key: ApiKey) -> str:
    """What the audit log says of a key: never the key itself."""
    whose = f" of tenant {key.tenant}" if key.tenant else ""
    instead = f", instead of {key.replaces}" if key.replaces else ""
    return f"{key.id}: {key.name}, {key.role}{whose}{instead}, until {key.expires_at}"


def _show(made: Made, now_ns: int, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"key": made.text, **document_of(made.key, rfc3339(now_ns))}, indent=2))
        return
    until = made.key.expires_at[:10]
    click.echo(made.text)
    click.echo(f"Key {made.key.id} of {made.key.name}, {made.key.role}, until {until}.", err=True)
    click.echo("It is shown this once: only its hash is kept.", err=True)
