"""The composition root: which parts a worker process has, and how they are put together."""

import asyncio
import gc
import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import faust
import mode
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from assay.agents import classifier_probe
from assay.agents.bundles import BundleService, BundleUser, BundleWatch
from assay.agents.classifier import LANE as CLASSIFIER
from assay.agents.classifier import ClassifierStep
from assay.agents.clock import SystemClock
from assay.agents.detector import LANE as DETECTOR
from assay.agents.detector import DetectorStep
from assay.agents.faust_client import LanesOnly, faust_options
from assay.agents.lanes.engine import Lane, LaneSpec
from assay.agents.lanes.notes import RedisNotes
from assay.agents.lanes.probe import CHILD, Probe
from assay.agents.names import lane_group
from assay.agents.policy import AGENT as POLICY
from assay.agents.policy import PolicyDesk, add_policy_agent
from assay.agents.policy_files import load_policies
from assay.agents.policy_topic import KafkaPolicySource, read_policy_log
from assay.agents.process import end_at_the_latest, tune_memory
from assay.agents.sealing import EnvelopeSealer, FileKeyProvider
from assay.agents.settings import Settings
from assay.agents.telemetry import Telemetry
from assay.agents.transport.kafka import KafkaTransport
from assay.pipeline.core.errors import AssayError, ConfigError, Problem
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.policy.bundle import Bundle

log = logging.getLogger(__name__)

LAG_INTERVAL_S = 5.0
STOP_S = 9.0
"""A worker that is asked to stop is gone after this, whatever Kafka does."""


class LaneService(mode.Service):  # type: ignore[misc]  # mode ships no types
    """A lane with the life cycle of the Faust app: a lane that fails ends the process."""

    def __init__(self, lane: Lane, transport: KafkaTransport, telemetry: Telemetry, **options: Any) -> None:
        super().__init__(**options)
        self.lane = lane
        self._transport = transport
        self._telemetry = telemetry

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
        self._telemetry.set_lags(self.lane.spec.name, dict(self.lane.lag()))

    async def on_stop(self) -> None:
        """Let running transactions end, leave the group, disconnect."""
        end_at_the_latest(STOP_S)
        await self.lane.stop()
        await self._transport.stop()


def lane_specs(settings: Settings, bundle: Bundle | None = None) -> Mapping[str, LaneSpec]:
    """The lanes that there are, by name: an explicit list, no discovery. Without a bundle, the directories'."""
    bundle = bundle or load_policies(settings)
    sealer = EnvelopeSealer(FileKeyProvider(settings.keys_path), SystemClock())
    group = lane_group(settings, DETECTOR)
    return {
        DETECTOR: LaneSpec(
            DETECTOR, TopicRole.RAW, DetectorStep(bundle, sealer, group, settings.topic_prefix)
        ),
        CLASSIFIER: LaneSpec(
            CLASSIFIER, TopicRole.INVALID, ClassifierStep(bundle, lane_group(settings, CLASSIFIER))
        ),
    }


LANES = (DETECTOR, CLASSIFIER)
PROBES = {DETECTOR: CHILD, CLASSIFIER: classifier_probe.COMMAND}
"""Where each lane's suspect records are judged apart (rule 10)."""
LOW_RATE = (POLICY,)
"""Faust agents. Supervised, they have a process of their own: Faust's rebalances must not disturb a lane."""
AGENTS = (*LANES, *LOW_RATE)
"""What ``assay worker --agents`` takes."""


def create_app(
    settings: Settings, agents: Sequence[str], process: int = 0
) -> tuple[faust.App, list[mode.Service]]:
    """The Faust app of one worker process, and the services that run in it.

    Raises :class:`ConfigError` for an agent that does not exist or is named twice, and for none at all.
    """
    _check_agents(agents)
    bundle = load_policies(settings)
    lanes = [name for name in agents if name in LANES]
    specs = lane_specs(settings, bundle)
    telemetry = Telemetry(CollectorRegistry(), lanes)
    app = _new_faust_app(settings, process, low_rate=len(lanes) < len(agents))
    if POLICY in agents:
        desk = PolicyDesk(
            settings, bundle, lambda: read_policy_log(KafkaPolicySource(settings)), SystemClock(), telemetry
        )
        add_policy_agent(app, settings, desk)
    steps = [specs[name].step for name in lanes]
    users = [step for step in steps if isinstance(step, BundleUser)]
    watch = BundleWatch(KafkaPolicySource(settings), bundle, users, telemetry)
    services = [_lane_service(specs[name], settings, telemetry) for name in lanes]
    _add_pages(app, telemetry, [service.lane for service in services], watch)
    if lanes and settings.policy_source == "topic":
        return app, [BundleService(watch), *services]
    return app, [*services]


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


def _lane_service(spec: LaneSpec, settings: Settings, telemetry: Telemetry) -> LaneService:
    transport = KafkaTransport(settings)
    notes = RedisNotes(settings.redis_url, f"assay:{settings.env}:{settings.topic_prefix}notes:{spec.name}")
    lane = Lane(
        spec,
        settings,
        transport,
        SystemClock(),
        notes=notes,
        events=telemetry.for_lane(spec.name),
        new_probe=partial(Probe, PROBES[spec.name]),
    )
    return LaneService(lane, transport, telemetry)


def _add_pages(app: faust.App, telemetry: Telemetry, lanes: Sequence[Lane], watch: BundleWatch) -> None:
    @app.page("/metrics")  # type: ignore[untyped-decorator]  # faust ships no types
    async def metrics(web: Any, _request: Any) -> Any:
        return web.bytes(generate_latest(telemetry.registry), content_type=CONTENT_TYPE_LATEST.split(";")[0])

    @app.page("/health")  # type: ignore[untyped-decorator]  # faust ships no types
    async def health(web: Any, _request: Any) -> Any:
        return web.json({"status": "ok"})

    @app.page("/ready")  # type: ignore[untyped-decorator]  # faust ships no types
    async def ready(web: Any, _request: Any) -> Any:
        waiting = [lane.spec.name for lane in lanes if not lane.is_ready]
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
    worker = faust.Worker(
        app,
        *services,
        quiet=True,
        override_logging=False,
        redirect_stdouts=False,
        loop=asyncio.new_event_loop(),
    )
    worker.spinner = None
    gc.freeze()
    try:
        worker.execute_from_commandline()
    except SystemExit as end:
        # Faust logs the kind of what ended it and exits with 1. Ours say more: what to do, and by which status.
        reason = worker.crash_reason or end.__context__
        if isinstance(reason, AssayError):
            raise reason from None
        raise
