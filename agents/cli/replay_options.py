"""What the verbs of ``assay replay`` share: which traces, and how."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from assay.agents.moments import FORMS, moment_ns
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.issue import Severity
from assay.pipeline.core.record import Source
from assay.pipeline.replay import Origin, ReplayFilter, ReplayRequest
from assay.pipeline.replay.request import DEFAULT_HOPS, DEFAULT_RATE, MOST_HOPS, MOST_RATE

from .choices import WordChoice

F = TypeVar("F", bound=Callable[..., Any])
ORIGINS = {
    "quarantine": (Origin.QUARANTINE,),
    "dlq": (Origin.DEAD_LETTER,),
    "all": (Origin.QUARANTINE, Origin.DEAD_LETTER),
}

_FILTERS = (
    click.option("--tenant", default="", metavar="ID", help="Only traces of this tenant."),
    click.option("--code", default="", metavar="CODE", help="Only traces with an issue of this code."),
    click.option("--fingerprint", default="", metavar="HEX", help="Only traces with this problem."),
    click.option("--severity", type=WordChoice(Severity), help="Only traces as bad as this."),
    click.option(
        "--since",
        default="",
        metavar="TIME",
        help="Detected then or later: 2h, 3d, or a UTC time ending in Z.",
    ),
    click.option("--until", default="", metavar="TIME", help="Detected before."),
    click.option(
        "--source", "sources", multiple=True, metavar="T/P/O", help="A raw record: topic/partition/offset."
    ),
    click.option(
        "--from",
        "origin",
        type=click.Choice([*ORIGINS]),
        default="all",
        show_default=True,
        help="Where they lie.",
    ),
    click.option(
        "--rate",
        type=click.IntRange(1, MOST_RATE),
        default=DEFAULT_RATE,
        show_default=True,
        help="Traces per second, at most.",
    ),
    click.option(
        "--hop-limit",
        type=click.IntRange(1, MOST_HOPS),
        default=DEFAULT_HOPS,
        show_default=True,
        help="Leave what was tried so often.",
    ),
    click.option("--only-passing", is_flag=True, help="Leave what today's bundle would not let pass."),
    click.option("--force", is_flag=True, help="Also what passed since, is under way, or ended processes."),
)


def filter_options(command: F) -> F:
    """Options that say which traces, for :func:`request_of`."""
    for option in reversed(_FILTERS):
        command = option(command)
    return command


def request_of(now_ns: int, options: dict[str, Any]) -> ReplayRequest:
    """The request that the options make. Raises ``click.BadParameter``."""
    try:
        sources = frozenset(map(Source.parse, options["sources"]))
    except ValueError:
        raise click.BadParameter("a source is topic/partition/offset", param_hint="--source") from None
    wanted = ReplayFilter(
        options["tenant"],
        options["code"],
        options["fingerprint"],
        options["severity"],
        moment("--since", options["since"], now_ns),
        moment("--until", options["until"], now_ns),
        sources,
    )
    return ReplayRequest(
        wanted,
        ORIGINS[options["origin"]],
        options["rate"],
        options["hop_limit"],
        options["force"],
        options["only_passing"],
    )


def moment(option: str, text: str, now_ns: int) -> str:
    """A time as it stands on the wire; empty for an empty text. Raises ``click.BadParameter``."""
    if not text:
        return ""
    try:
        return rfc3339(moment_ns(text, now_ns))
    except ValueError:
        raise click.BadParameter(FORMS, param_hint=option) from None
