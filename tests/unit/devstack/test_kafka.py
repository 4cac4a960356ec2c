"""The broker's settings."""

import re
from pathlib import Path

from assay.agents.devstack.kafka import server_properties

SETTINGS = server_properties(port=21_000, controller_port=21_001, data=Path("/data"))


def test_every_address_is_loopback() -> None:
    """Nothing of the development stack can be reached from another machine."""
    addresses = re.findall(r"(?://|@)([^:]*):\d+", " ".join(SETTINGS.values()))
    assert len(addresses) == 4
    assert set(addresses) == {"127.0.0.1"}


def test_no_topic_is_made_by_a_misspelt_name() -> None:
    assert SETTINGS["auto.create.topics.enable"] == "false"


def test_the_internal_topics_fit_on_one_node() -> None:
    factors = {value for key, value in SETTINGS.items() if key.endswith(("replication.factor", "min.isr"))}
    assert factors == {"1"}
