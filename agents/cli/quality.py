"""``assay quality``: how good traces were in the last five minutes, in all and by tenant."""

import json
from collections.abc import Iterator, Mapping

import click
from rich import box
from rich.console import Console
from rich.table import Table

from assay.agents.clock import SystemClock
from assay.agents.policy_in_use import bundle_in_use
from assay.agents.quality_look import Detection, QualityLook, look
from assay.agents.settings import load_settings
from assay.pipeline.core.document import Json
from assay.pipeline.policy.quality_rules import RATES, QualityMetric
from assay.pipeline.views.quality import WINDOW_S

from .acting import quiet
from .main import FINDINGS

MOST_ROWS = 20
TOTAL = QualityMetric.TOTAL_TRACES_PROCESSED


@click.command("quality")
@click.option("--tenant", default="", metavar="ID", help="Only of this tenant.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.pass_context
def show_quality(context: click.Context, tenant: str, *, as_json: bool) -> None:
    """Show the quality of the last five minutes, from the tallies.

    Each trace counts once, by its verdict. Drills are left out. Thresholds are in policies/quality.yaml; they are
    for all tenants together.

    Exit status: 0, 1 when a metric is above its threshold, 3 when Kafka is not reachable.
    """
    quiet()
    settings = load_settings()
    found = look(settings, bundle_in_use(settings), SystemClock().now_ns())
    if as_json:
        click.echo(json.dumps(_document(found, tenant), indent=2))
    else:
        _print(found, tenant)
    if found.breaches and not tenant:
        context.exit(FINDINGS)


def _document(found: QualityLook, tenant: str) -> dict[str, Json]:
    if tenant:
        return {"window_s": WINDOW_S, "tenant": tenant, "metrics": _metrics(found.tenants.get(tenant, {}))}
    return {
        "window_s": WINDOW_S,
        "metrics": _metrics(found.metrics),
        "breaches": [
            {"metric": breach.metric.value, "value": breach.value, "most": breach.most}
            for breach in found.breaches
        ],
        "tenants": {
            name: _metrics(each) for name, each in found.tenants.items() if name != found.drill_tenant
        },
        "drill": _metrics(found.tenants.get(found.drill_tenant, {})),
        "detection_ms": detection_document(found.detection),
    }


def detection_document(detection: Detection) -> dict[str, Json]:
    """Latencies for scripts."""
    return {"traces": detection.traces, "p50": detection.p50_ms, "p99": detection.p99_ms}


def detection_line(detection: Detection) -> str:
    """Latencies for people."""
    if detection.p50_ms is None or detection.p99_ms is None:
        return "Detection: no traces in the last five minutes."
    return (
        f"Detection of the last five minutes: p50 {detection.p50_ms:,.0f} ms, p99 {detection.p99_ms:,.0f} ms, "
        f"{detection.traces:,} traces."
    )


def _metrics(metrics: Mapping[QualityMetric, float]) -> dict[str, Json]:
    return {metric.value: value for metric, value in metrics.items()}


def _print(found: QualityLook, tenant: str) -> None:
    rows = {tenant: found.tenants.get(tenant, {})} if tenant else _rows(found)
    if not any(rows.values()):
        click.echo("No traces in the last five minutes.")
        return
    table = Table("tenant", "traces", *(rate.value for rate in RATES), box=box.SIMPLE_HEAD)
    for name, metrics in rows.items():
        if metrics:
            table.add_row(name, f"{metrics[TOTAL]:,.0f}", *(f"{metrics[rate]:.4f}" for rate in RATES))
    Console(width=140).print(table)
    if not tenant:
        for line in _lines(found):
            click.echo(line)


def _rows(found: QualityLook) -> dict[str, Mapping[QualityMetric, float]]:
    names = [name for name in found.tenants if name != found.drill_tenant]
    busiest = sorted(names, key=lambda name: (-found.tenants[name][TOTAL], name))[:MOST_ROWS]
    return {"(all)": found.metrics} | {name: found.tenants[name] for name in busiest}


def _lines(found: QualityLook) -> Iterator[str]:
    for breach in found.breaches:
        yield f"{breach.metric.value} is {breach.value:.4f}, above {breach.most}"
    drill = found.tenants.get(found.drill_tenant, {})
    left = len(found.tenants) - bool(drill) - MOST_ROWS
    if left > 0:
        yield f"And {left} tenants with fewer traces: --json shows them."
    if drill:
        yield f"Left out: {drill[TOTAL]:,.0f} traces of drills."
    yield detection_line(found.detection)
