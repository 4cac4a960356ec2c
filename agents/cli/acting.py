"""What verbs share by which people change something: who asks and why, and an entry in the audit log first."""

import getpass
import logging
from collections.abc import Callable
from typing import Any, TypeVar

import click

from assay.agents.audit_log import audit_log
from assay.agents.settings import Settings
from assay.pipeline.core.audit_chain import Act

F = TypeVar("F", bound=Callable[..., Any])

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


def who_options(command: F) -> F:
    """``--actor`` and ``--reason``: every change has both."""
    command = click.option(
        "--reason", required=True, metavar="TEXT", help="Why; it is kept, and shown. No values of traces."
    )(command)
    return click.option(
        "--actor", metavar="NAME", default=getpass.getuser, show_default="you", help="Who asks."
    )(command)


async def noted(settings: Settings, act: Act) -> None:
    """Write an audit entry; do what it says only after that."""
    async with audit_log(settings) as log:
        await log.append_all([act])


def quiet() -> None:
    """What the client would log of a Kafka that is away is in the error that ends the command."""
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())
    logging.getLogger("aiokafka").propagate = False
