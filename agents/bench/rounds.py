"""Peers in turn, round after round: a disturbance of the machine meets all of them."""

from collections.abc import Callable, Sequence

from .run import Run

RunPeer = Callable[[str, int], Run]
"""Peer and round (from 1) → what it did."""


def in_turn(peers: Sequence[str], rounds: int, run_peer: RunPeer) -> dict[str, list[Run]]:
    """A B C A B C …; the runs of each peer, in the order of the rounds."""
    runs: dict[str, list[Run]] = {peer: [] for peer in peers}
    for number in range(1, rounds + 1):
        for peer in peers:
            runs[peer].append(run_peer(peer, number))
    return runs
