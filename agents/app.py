"""The composition root: which parts a worker process has, and how they are put together."""

import asyncio
import gc
import logging
from collections.abc import Sequence
from functools import partial
from typing import Any

import faust
import mode
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from assay.agents.auto_remediation import AutoRemediationStep
from assay.agents.bundles import BundleService, BundleUser, BundleWatch
from assay.agents.clock import SystemClock
from assay.agents.escalation import LANE as ESCALATION
from assay.agents.faust_client import LanesOnly, faust_options
from assay.agents.issues import LANE as ISSUES
from assay.agents.issues import GroupCount
from assay.agents.lanes.engine import Lane, LaneSpec
from assay.agents.lanes.keyed import KeyedLane
from assay.agents.lanes.keyed_work import KeyedLaneSpec
from assay.agents.lanes.membership import SlotLane
from assay.agents.lanes.notes import RedisNotes
from assay.agents.lanes.probe import Probe
from assay.agents.lanes.watchdog import Watchdog
from assay.agents.names import lane_group
from assay.agents.notifier import AGENT as NOTIFIER
from assay.agents.notifier import Notifier, NotifierService
from assay.agents.notify.secrets import Secrets
from assay.agents.notify.telemetry import NotifierTelemetry
from assay.agents.policy import AGENT as POLICY
from assay.agents.policy import PolicyDesk, add_policy_agent
from assay.agents.policy_files import load_policies
from assay.agents.policy_topic import KafkaPolicySource, read_policy_log
from assay.agents.process import end_at_the_latest, tune_memory
from assay.agents.receipts import KafkaReceipts, ReceiptService, ReceiptWatch
from assay.agents.replay.agent import AGENT as REPLAY
from assay.agents.replay.service import ReplayService, new_agent
from assay.agents.replay.telemetry import ReplayTelemetry
from assay.agents.roster import (
    AGENTS,
    FAUST_AGENTS,
    LANES,
    PROBES,
    VIEWS,
    keyed_lane_specs,
    lane_specs,
)
from assay.agents.rule_trust import RuleTrust
from assay.agents.settings import Settings, environment_secret
from assay.agents.telemetry import Telemetry
from assay.agents.transport.kafka import KafkaTransport
from assay.agents.views.service import ViewsService
from assay.agents.views.telemetry import ViewsTelemetry
from assay.pipeline.core.errors import AssayError, ConfigError, Problem
from assay.pipeline.policy.bundle import Bundle

log = logging.getLogger(__name__)

LAG_INTERVAL_S = 5.0
STOP_S = 9.0
"""A worker that is asked to stop is gone after this, whatever Kafka does."""


class LaneService(mode.Service):  # type: ignore[misc]  # mode ships no types
    """A lane with the life cycle of the Faust app: a lane that fails ends the process."""

    def __init__(
        self, lane: SlotLane[Any], transport: KafkaTransport, telemetry: Telemetry, **options: Any
    ) -> None:
        super().__init__(**options)
        self.lane = lane
        self._transport = transport
        self._telemetry = telemetry
        self._count = GroupCount()

    async def on_start(self) -> None:
        """Connect and join the group."""
        await self._transport.start()
        await self.lane.start()

    @mode.Service.task  # type: ignore[untyped-decorator]  # mode ships no types
    async def _watch(self) -> None:
        try:
            await self.lane.run()
        except Exception as error:  # noqa: BLE001 - the edge: whatever ended the lane ends the process, with a status
            await self.crash(error)

    @mode.Service.timer(LAG_INTERVAL_S)  # type: ignore[untyped-decorator]  # mode ships no types
    async def _report_lag(self) -> None:
        self._telemetry.set_lags(self.lane.name, self.lane.lag())
        if isinstance(self.lane, KeyedLane) and self.lane.name == ISSUES:
            self._telemetry.set_issue_groups(self._count(self.lane.states()))

    async def on_stop(self) -> None:
        """Let running transactions end, leave the group, disconnect."""
        end_at_the_latest(STOP_S)
        await self.lane.stop()
        await self._transport.stop()


def create_app(
    settings: Settings, agents: Sequence[str], process: int = 0
) -> tuple[faust.App, list[mode.Service]]:
    """The Faust app of one worker process, and the services that run in it.

    Raises :class:`ConfigError` for an agent that does not exist or is named twice, and for none at all.
    """
    _check_agents(agents)
    bundle = load_policies(settings)
    specs: dict[str, LaneSpec | KeyedLaneSpec] = {
        **lane_specs(settings, bundle, [name for name in agents if name in LANES]),
        **keyed_lane_specs(settings, bundle),
    }
    lanes = [name for name in agents if name in specs]
    telemetry = Telemetry(CollectorRegistry(), lanes)
    app = _new_faust_app(settings, process, low_rate=any(name in FAUST_AGENTS for name in agents))
    if POLICY in agents:
        desk = PolicyDesk(
            settings, bundle, lambda: read_policy_log(KafkaPolicySource(settings)), SystemClock(), telemetry
        )
        add_policy_agent(app, settings, desk)
    steps = [specs[name].step for name in lanes]
    notifiers = [_notifier(settings, bundle, telemetry)] if NOTIFIER in agents else []
    if ESCALATION in lanes:
        telemetry.escalations.use(bundle)
    counted = [telemetry.escalations] if ESCALATION in lanes else []
    replays = [_replay(settings, bundle, telemetry)] if REPLAY in agents else []
    users = [
        each
        for each in (*steps, *notifiers, *(service.agent for service in replays), *counted)
        if isinstance(each, BundleUser)
    ]
    views = _views(settings, bundle, telemetry, [name for name in agents if name in VIEWS])
    users += views
    watch = BundleWatch(KafkaPolicySource(settings), bundle, users, telemetry)
    lane_services = [_lane_service(specs[name], settings, telemetry) for name in lanes]
    _add_pages(app, telemetry, [service.lane for service in lane_services], watch)
    services: list[mode.Service] = []
    if users and settings.policy_source == "topic":
        services.append(BundleService(watch))
    services += [
        ReceiptService(
            ReceiptWatch(KafkaReceipts(settings), step.trust), partial(_report_rates, telemetry, step.trust)
        )
        for step in steps
        if isinstance(step, AutoRemediationStep)
    ]
    services += lane_services
    services += [NotifierService(notifier) for notifier in notifiers]
    services += replays
    services += views
    return app, services


def _report_rates(telemetry: Telemetry, trust: RuleTrust) -> None:
    telemetry.set_rule_rates(trust.rates())


def _notifier(settings: Settings, bundle: Bundle, telemetry: Telemetry) -> Notifier:
    return Notifier(
        settings,
        bundle,
        secrets=Secrets(environment_secret, settings.secrets_path),
        clock=SystemClock(),
        events=NotifierTelemetry(telemetry.registry, [*bundle.notifications.channels]),
    )


def _replay(settings: Settings, bundle: Bundle, telemetry: Telemetry) -> ReplayService:
    transport = KafkaTransport(settings)
    events = ReplayTelemetry(telemetry.registry)
    return ReplayService(new_agent(settings, bundle, transport, events), transport)


def _views(
    settings: Settings, bundle: Bundle, telemetry: Telemetry, agents: Sequence[str]
) -> list[ViewsService]:
    if not agents:
        return []
    told = ViewsTelemetry(telemetry.registry, agents)
    services = [ViewsService(name, settings, telemetry.set_lags, told) for name in agents]
    for service in services:
        service.use(bundle)
    return services


def _check_agents(agents: Sequence[str]) -> None:
    wrong = [f"there is no agent {name!r}" for name in agents if name not in AGENTS]
    # Twice in one process, they would share out the work and overwrite each other's lag.
    wrong += [f"{name} is named twice" for name in AGENTS if agents.count(name) > 1]
    if not agents:
        wrong = ["no agent is named, so the worker would do nothing"]
    if wrong:
        remedy = f"There are: {', '.join(AGENTS)}"
        raise ConfigError([Problem("--agents", why, remedy) for why in wrong])


def _new_faust_app(settings: Settings, process: int, *, low_rate: bool) -> faust.App:
    datadir = settings.home / "faust"
    datadir.mkdir(parents=True, exist_ok=True)
    app = faust.App(
        id=lane_group(settings, "agents"),  # the group of the low-rate agents
        autodiscover=False,
        datadir=str(datadir),
        web_enabled=settings.web_port != 0,
        web_bind=settings.web_host,
        web_host=settings.web_host,
        web_port=(settings.web_port or 1) + process,  # Faust wants a port even when there is no web
        # Faust would serve these without a password.
        web_router_enabled=False,
        web_tables_enabled=False,
        web_stats_enabled=False,
        web_graph_enabled=False,
        worker_redirect_stdouts=False,
        **faust_options(settings),
    )
    if not low_rate:
        app.BootStrategy = LanesOnly
        app.boot_strategy = LanesOnly(app)
    return app


def _lane_service(spec: LaneSpec | KeyedLaneSpec, settings: Settings, telemetry: Telemetry) -> LaneService:
    transport = KafkaTransport(settings)
    notes = RedisNotes(settings.redis_url, f"assay:{settings.env}:{settings.topic_prefix}notes:{spec.name}")
    events = telemetry.for_lane(spec.name)
    clock = SystemClock()
    lane: SlotLane[Any]
    if isinstance(spec, KeyedLaneSpec):
        lane = KeyedLane(spec, settings, transport, clock, notes=notes, events=events)
    else:
        new_probe = partial(Probe, PROBES[spec.name])
        lane = Lane(spec, settings, transport, clock, notes=notes, events=events, new_probe=new_probe)
    return LaneService(lane, transport, telemetry)


def _add_pages(
    app: faust.App, telemetry: Telemetry, lanes: Sequence[SlotLane[Any]], watch: BundleWatch
) -> None:
    @app.page("/metrics")  # type: ignore[untyped-decorator]  # faust ships no types
    async def metrics(web: Any, _request: Any) -> Any:
        return web.bytes(generate_latest(telemetry.registry), content_type=CONTENT_TYPE_LATEST.split(";")[0])

    @app.page("/health")  # type: ignore[untyped-decorator]  # faust ships no types
    async def health(web: Any, _request: Any) -> Any:
        return web.json({"status": "ok"})

    @app.page("/ready")  # type: ignore[untyped-decorator]  # faust ships no types
    async def ready(web: Any, _request: Any) -> Any:
        waiting = [lane.name for lane in lanes if not lane.is_ready]
        answer = {"ready": not waiting, "waiting_for": waiting}
        if lanes:
            answer |= {"bundle": watch.in_use.short_id, "bundle_not_taken": watch.not_taken or None}
        return web.json(answer, status=503 if waiting else 200)


def run_worker(settings: Settings, agents: Sequence[str], process: int = 0) -> None:
    """Run one worker process until a signal or a failure ends it. Raises what it failed of."""
    import uvloop  # noqa: PLC0415 - sets the loop for this process only

    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    tune_memory()
    app, services = create_app(settings, agents, process)
    loop = asyncio.new_event_loop()
    worker = faust.Worker(
        app, *services, quiet=True, override_logging=False, redirect_stdouts=False, loop=loop
    )
    worker.spinner = None
    gc.freeze()
    Watchdog(loop).start()
    try:
        worker.execute_from_commandline()
    except SystemExit as end:
        # Faust logs the kind of what ended it and exits with 1. Ours say more: what to do, and by which status.
        reason = worker.crash_reason or end.__context__
        if isinstance(reason, AssayError):
            raise reason from None
        raise
