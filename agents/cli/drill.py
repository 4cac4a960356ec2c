"""``assay drill``: rehearse what must happen to a bad trace, on the running stack (S0-198 … S0-206)."""

import asyncio
import getpass
import json
import secrets
from collections.abc import Sequence

import click

from assay.agents.audit_log import audit_log
from assay.agents.clock import SystemClock
from assay.agents.drill.run import Progress, rehearse
from assay.agents.drill.stage import Site
from assay.agents.policy_in_use import bundle_in_use
from assay.agents.quality_look import look
from assay.agents.sealing import EnvelopeSealer, FileKeyProvider
from assay.agents.settings import Settings, load_settings
from assay.pipeline.drill import DETECTION_S, Drill, DrillReport, Step, StepVerdict
from assay.pipeline.policy.bundle import Bundle

from .acting import quiet
from .main import FINDINGS
from .quality import detection_document, detection_line

ALL = "all"
MARKS = {
    StepVerdict.PASSED: "ok",
    StepVerdict.FAILED: "FAILED",
    StepVerdict.SKIPPED: "skipped",
    StepVerdict.NOT_RUN: "not run",
}


@click.command("drill")
@click.argument("which", type=click.Choice([*(drill.value for drill in Drill), ALL]))
@click.option("--actor", metavar="NAME", default=getpass.getuser, show_default="you", help="Who asks.")
@click.option(
    "--timeout",
    "limit_s",
    type=click.FloatRange(1, 600),
    default=DETECTION_S,
    show_default=True,
    metavar="SECONDS",
    help="How long each step may take; detection never longer than 30 s.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.pass_context
def drill(context: click.Context, which: str, actor: str, limit_s: float, *, as_json: bool) -> None:
    """Rehearse: bring synthetic traces in, follow them, and clean up.

    `critical`: containment and alert. `remediation`: repairs by rules. `manual`: task, edit, replay. `escalation`: who
    is called, and that an acknowledgement stops it. The traces are of the tenant for drills (policies/drill.yaml), and
    only its channels hear of them. A running `assay worker` with all agents is needed, and its keys.

    Exit status: 0 every step passed, 1 a step failed, 3 Kafka is not reachable.
    """
    quiet()
    settings = load_settings()
    bundle = bundle_in_use(settings)
    drills = [Drill(which)] if which != ALL else [*Drill]
    name = secrets.token_hex(4)
    show = _nothing if as_json else _print
    reports = asyncio.run(
        _rehearse(settings, bundle, drills, name=name, actor=actor, limit_s=limit_s, show=show)
    )
    detection = look(settings, bundle, SystemClock().now_ns()).detection
    ok = all(report.ok for report in reports)
    if as_json:
        document = {
            "run": name,
            "tenant": bundle.drill.tenant,
            "ok": ok,
            "drills": [report.to_json() for report in reports],
            "detection_ms": detection_document(detection),
        }
        click.echo(json.dumps(document, indent=2))
    else:
        click.echo(detection_line(detection))
    if not ok:
        context.exit(FINDINGS)


async def _rehearse(
    settings: Settings,
    bundle: Bundle,
    drills: Sequence[Drill],
    *,
    name: str,
    actor: str,
    limit_s: float,
    show: Progress,
) -> list[DrillReport]:
    clock = SystemClock()
    keys = EnvelopeSealer(FileKeyProvider(settings.keys_path), clock)
    async with audit_log(settings) as log:
        site = Site(settings, bundle, keys, clock, log, actor, limit_s)
        return [await rehearse(site, each, name, show) for each in drills]


def _nothing(_drill: Drill, _step: Step) -> None:
    """Scripts get it all at the end."""


def _print(drill: Drill, step: Step) -> None:
    mark = MARKS[step.verdict]
    seconds = "" if step.verdict is StepVerdict.NOT_RUN else f"{step.seconds:.2f} s"
    click.echo(f"{drill.value:<12} {step.name.value:<15} {mark:<8} {seconds:>8}  {step.sentence}".rstrip())
