"""Which agents there are, and what each lane is made of: an explicit list, no discovery."""

from collections.abc import Callable, Collection, Mapping

from assay.agents import auto_remediation_probe, classifier_probe
from assay.agents.auto_remediation import LANE as AUTO_REMEDIATION
from assay.agents.auto_remediation import AutoRemediationStep
from assay.agents.classifier import LANE as CLASSIFIER
from assay.agents.classifier import ClassifierStep
from assay.agents.clock import SystemClock
from assay.agents.detector import LANE as DETECTOR
from assay.agents.detector import DetectorStep
from assay.agents.escalation import LANE as ESCALATION
from assay.agents.escalation import escalation_spec
from assay.agents.issues import LANE as ISSUES
from assay.agents.issues import issues_lane
from assay.agents.lanes.engine import LaneSpec
from assay.agents.lanes.keyed_work import KeyedLaneSpec
from assay.agents.lanes.probe import CHILD
from assay.agents.lanes.step import LaneStep
from assay.agents.manual_remediation import LANE as MANUAL_REMEDIATION
from assay.agents.manual_remediation import manual_remediation_spec
from assay.agents.names import lane_group
from assay.agents.notifier import AGENT as NOTIFIER
from assay.agents.policy import AGENT as POLICY
from assay.agents.policy_files import load_policies
from assay.agents.replay.agent import AGENT as REPLAY
from assay.agents.replay.secret import replay_secret
from assay.agents.sealing import EnvelopeSealer, FileKeyProvider
from assay.agents.settings import Settings
from assay.agents.views.specs import QUARANTINE_AGENT, VIEWS_AGENT
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.policy.bundle import Bundle

LANES = (DETECTOR, CLASSIFIER, AUTO_REMEDIATION)
"""The way of a trace. `assay worker --processes N` runs N of them."""
KEYED_LANES = (ISSUES, ESCALATION, MANUAL_REMEDIATION)
"""What becomes of issues: the state of each key, and time."""
VIEWS = (VIEWS_AGENT, QUARANTINE_AGENT)
"""Projections into Redis."""
FAUST_AGENTS = (POLICY,)
"""Agents at a low rate that read by Faust."""
AGENTS = (*LANES, *KEYED_LANES, *VIEWS, NOTIFIER, REPLAY, *FAUST_AGENTS)
"""What ``assay worker --agents`` takes. Supervised, all that are no ``LANES`` have a process of their own."""
PROBES = {
    DETECTOR: CHILD,
    CLASSIFIER: classifier_probe.COMMAND,
    AUTO_REMEDIATION: auto_remediation_probe.COMMAND,
}
"""Where each lane's suspect records are judged apart (rule 10)."""


def lane_specs(
    settings: Settings, bundle: Bundle | None = None, names: Collection[str] = LANES
) -> Mapping[str, LaneSpec]:
    """The lanes without state that are named, by name: making one takes time, and the keys that it needs.

    Without a bundle, the directories'. Raises ``ConfigError`` for the detector's secret when others may read it.
    """
    bundle = bundle or load_policies(settings)
    prefix = settings.topic_prefix
    keys = EnvelopeSealer(FileKeyProvider(settings.keys_path), SystemClock())
    makers: Mapping[str, tuple[TopicRole, Callable[[str], LaneStep]]] = {
        DETECTOR: (
            TopicRole.RAW,
            lambda group: DetectorStep(bundle, keys, group, prefix, secret=replay_secret(settings)),
        ),
        CLASSIFIER: (TopicRole.INVALID, lambda group: ClassifierStep(bundle, group)),
        AUTO_REMEDIATION: (
            TopicRole.CLASSIFIED,
            lambda group: AutoRemediationStep(bundle, keys, group, prefix),
        ),
    }
    return {
        name: LaneSpec(name, role, make(lane_group(settings, name)))
        for name, (role, make) in makers.items()
        if name in names
    }


def keyed_lane_specs(settings: Settings, bundle: Bundle) -> Mapping[str, KeyedLaneSpec]:
    """The lanes with state, by name."""
    return {
        ISSUES: issues_lane(),
        ESCALATION: escalation_spec(bundle),
        MANUAL_REMEDIATION: manual_remediation_spec(bundle, settings.topic_prefix),
    }
