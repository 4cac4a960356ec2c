"""Campaigns on stacks and topics of their own."""

import os
import random
import re
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path
from shutil import copytree

import pytest

from assay.agents.devstack import Stack
from assay.agents.settings import Settings
from assay.agents.topic_admin import ensure_topics

from ..conftest import topics_of_its_own
from .campaign import INPUTS, READY_S, Campaign

MOST_S = 15
"""After the first detection, the last step of every chain: a campaign can wait for it."""


@pytest.fixture
def campaign(settings_for_test: Settings, tmp_path: Path) -> Iterator[Campaign]:
    yield from _campaign(settings_for_test, tmp_path)


@pytest.fixture
def campaign_of_wide_slots(settings_for_test: Settings, tmp_path: Path) -> Iterator[Campaign]:
    """A campaign on four slots of two partitions each."""
    prefix = f"{settings_for_test.topic_prefix}wide."
    settings = settings_for_test.model_copy(
        update={"topic_prefix": prefix, "partitions": 8, "quality_partitions": 8, "slots": 4}
    )
    ensure_topics(settings)
    yield from _campaign(settings, tmp_path)


@pytest.fixture
def campaign_of_its_own(private_stack: Stack, tmp_path: Path) -> Iterator[Campaign]:
    """A campaign whose servers may be killed: nobody else uses them."""
    with topics_of_its_own(private_stack, private_stack.home) as settings:
        yield from _campaign(settings, tmp_path)


def _campaign(settings: Settings, directory: Path) -> Iterator[Campaign]:
    policies = quick_escalation(directory / "policies")
    campaign = Campaign(settings.model_copy(update={"policies_dir": policies}), directory)
    campaign.until(lambda: campaign.waiting(*INPUTS), READY_S)
    yield campaign
    campaign.processes.end()
    if campaign.traffic is not None:
        campaign.traffic.enough.set()
        campaign.traffic.join(60)


def quick_escalation(directory: Path) -> Path:
    """The policies that ship, with a matrix of which every minute is half a second: all of it falls into a campaign."""
    with as_file(files("assay.policies")) as shipped:
        copytree(shipped, directory)
    matrix = directory / "escalation.yaml"
    seconds = {"m": 0.5, "h": 10}
    matrix.write_text(
        re.sub(
            r"\bafter: (\d+)([mh])",
            lambda found: f"after: {min(int(int(found[1]) * seconds[found[2]]), MOST_S)}s",
            matrix.read_text(),
        )
    )
    return directory


@pytest.fixture
def seed() -> random.Random:
    """The same chaos every time; ``ASSAY_TEST_SEED`` for another."""
    return random.Random(int(os.environ.get("ASSAY_TEST_SEED", "20261121")))
