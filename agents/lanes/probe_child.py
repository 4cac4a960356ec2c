"""The child of :class:`assay.agents.lanes.probe.Probe`: ``python -m assay.agents.lanes.probe_child``."""

from assay.agents.clock import SystemClock
from assay.agents.lanes.probe import serve
from assay.agents.policy_in_use import bundle_for_probe
from assay.agents.replay.secret import replay_secret
from assay.agents.settings import load_settings
from assay.pipeline.core.replay_mark import as_judged
from assay.pipeline.flow import Judge


def main() -> None:
    """Judge what the parent sends, with the bundle that the parent uses."""
    settings = load_settings()
    judge = Judge(bundle_for_probe(settings), topic_prefix=settings.topic_prefix)
    clock = SystemClock()
    secret = replay_secret(settings)
    serve(lambda record: judge(as_judged(record, secret), clock.now_ns()))


if __name__ == "__main__":
    main()
