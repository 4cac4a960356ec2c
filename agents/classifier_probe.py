"""The child of the classifier's probe: ``python -m assay.agents.classifier_probe`` (see ``lanes/probe.py``)."""

import sys

from assay.agents.lanes.probe import serve
from assay.agents.policy_in_use import bundle_for_probe
from assay.agents.settings import load_settings
from assay.pipeline.classify import Classifier
from assay.pipeline.policy.remediation_rule import RuleBook

COMMAND = (sys.executable, "-m", "assay.agents.classifier_probe")


def main() -> None:
    """Classify what the parent sends, with the bundle that the parent uses."""
    bundle = bundle_for_probe(load_settings())
    serve(Classifier(bundle, RuleBook(bundle.remediation_rules)))


if __name__ == "__main__":
    main()
