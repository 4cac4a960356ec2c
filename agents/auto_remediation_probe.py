"""The child of the auto-remediation lane's probe: ``python -m assay.agents.auto_remediation_probe`` (see ``lanes/probe.py``)."""

import sys

from assay.agents.auto_remediation import LANE
from assay.agents.clock import SystemClock
from assay.agents.lanes.probe import serve
from assay.agents.names import lane_group
from assay.agents.policy_in_use import bundle_for_probe
from assay.agents.repairing import Mender
from assay.agents.rule_trust import RuleTrust
from assay.agents.sealing import EnvelopeSealer, FileKeyProvider
from assay.agents.settings import load_settings

COMMAND = (sys.executable, "-m", "assay.agents.auto_remediation_probe")


def main() -> None:
    """End what the parent sends, with the parent's bundle and keys, and throw it away."""
    settings = load_settings()
    bundle = bundle_for_probe(settings)
    clock = SystemClock()
    keys = EnvelopeSealer(FileKeyProvider(settings.keys_path), clock)
    trust = RuleTrust()
    trust.use(bundle)
    mend = Mender(bundle, keys, lane_group(settings, LANE), settings.topic_prefix, trust)
    serve(lambda record: mend(record, clock.now_ns()))


if __name__ == "__main__":
    main()
