"""Peers side by side on the same input: each in a process of its own, in turn, round after round."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assay.agents.devstack import Report

from .children import Child
from .load import FAULT_SHARE, publish_load
from .peers import Peer
from .rounds import in_turn
from .run import Run
from .series import Series
from .site import Site

PARTITIONS = 8


@dataclass(frozen=True, slots=True)
class Race:
    """Who runs on what."""

    input: str
    """Names the topics that are read; filled before the first round."""
    peers: Mapping[str, Peer]
    """The installed ones that take part, by the name that their figures carry."""
    rounds: int
    records: int
    checks: str
    """For the lane: see :class:`.job.Job`."""
    fault_share: float = FAULT_SHARE
    partitions: int = PARTITIONS


def run_race(site: Site, race: Race, report: Report) -> Mapping[str, Sequence[Run]]:
    """The runs of each peer; blocks for minutes."""
    with site.topics([race.input], race.partitions):
        report(f"publishing {race.records:,} records")
        publish_load(site.settings(race.input, race.partitions), race.records, race.fault_share)

        def run_peer(name: str, number: int) -> Run:
            report(f"round {number} of {race.rounds}: {name}")
            return _run_peer(site, race, name, number)

        return in_turn(list(race.peers), race.rounds, run_peer)


def _run_peer(site: Site, race: Race, name: str, number: int) -> Run:
    peer = race.peers[name]
    output = f"{race.input}.{number}.{name}"
    job = site.job(
        f"{race.input}-{number}-{name}".replace("_", "-"),
        reads=race.input,
        writes=output,
        partitions=race.partitions,
        records=min(race.records, peer.most_records or race.records),
        checks=race.checks,
    )
    with site.topics([output], race.partitions), Child(f"peers.{peer.module}", job, site.logs) as child:
        run = Run.from_document(child.answer())
        child.wait()
        return run


def race_series(runs: Mapping[str, Sequence[Run]]) -> dict[str, Series]:
    """Three figures a peer: records per CPU second, per second, and the most memory."""
    series = {}
    for peer, rounds in runs.items():
        series[f"{peer}_per_core_second"] = Series(
            "records/cpu_s", tuple(run.per_core_second for run in rounds)
        )
        series[f"{peer}_per_second"] = Series("records/s", tuple(run.per_second for run in rounds))
        series[f"{peer}_rss_mb"] = Series("MiB", tuple(run.rss_max_mb for run in rounds))
    return series
