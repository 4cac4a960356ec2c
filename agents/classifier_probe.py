"""The child of the classifier's probe: ``python -m assay.agents.classifier_probe`` (see ``lanes/probe.py``)."""

import sys

from assay.agents.lanes.probe import serve
from assay.agents.policy_in_use import bundle_for_probe
from assay.agents.settings import load_settings
from assay.pipeline.classify import Classifier

COMMAND = (sys.executable, "-m", "assay.agents.classifier_probe")


def main() -> None:
    """Classify what the parent sends, with the bundle that the parent uses."""
    serve(Classifier(bundle_for_probe(load_settings())))


if __name__ == "__main__":
    main()
