"""Who is measured: one module a peer, each with ``run(job, watch)``, each in a process of its own."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec


@dataclass(frozen=True, slots=True)
class Peer:
    """One row of the table."""

    module: str
    """In this package; imported by the peer's own process only, so that nobody pays for another's libraries."""
    requires: str
    """The package without which the peer is left out, and its ratios with it."""
    most_records: int | None = None
    """A slow peer gets a share of the records: its rates do not depend on how many there are."""


LANE_PEERS: Mapping[str, Peer] = {
    "mirror": Peer("mirror", "aiokafka"),
    "overlapped": Peer("overlapped", "aiokafka"),
    "lane": Peer("lane", "aiokafka"),
    "librdkafka": Peer("librdkafka", "confluent_kafka"),
    "faust": Peer("faust_agent", "faust", most_records=10_000),
    "quix": Peer("quix", "quixstreams"),
    "quix_default": Peer("quix_default", "quixstreams"),
    "bytewax": Peer("bytewax_flow", "bytewax"),
}
"""Peers of ``assay bench lane``, in the order in which they take turns."""

DETECT_PEERS: Mapping[str, Peer] = {
    "mirror": Peer("mirror", "aiokafka"),
    "detect": Peer("lane", "aiokafka"),
    "faust": Peer("faust_checks", "faust", most_records=5_000),
    "quix": Peer("quix_checks", "quixstreams"),
    "bytewax": Peer("bytewax_checks", "bytewax"),
}
"""Peers of ``assay bench detect``: the same checks, by Faust as a tutorial would do them, by the others with our libraries."""

LOOP = Peer("loop", "aiokafka")
"""The three lanes in one process: what ``assay bench loop`` measures."""


def installed(peer: Peer) -> bool:
    """Whether the peer's package is there; without importing it."""
    return peer.requires in sys.modules or find_spec(peer.requires) is not None


__all__ = ["DETECT_PEERS", "LANE_PEERS", "LOOP", "Peer", "installed"]
