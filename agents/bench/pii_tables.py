"""What ``assay bench pii`` makes of its counts, and what it wants of them (RELIABILITY, figures to aim for)."""

from collections.abc import Mapping

from assay.pipeline.generate.corpus import Count, Half

from .results import Bound, Goal
from .series import Series

SHARE, MEGABYTES = "share", "MB/cpu_s"

_WANTED = {
    "card": (0.98, 0.98),
    "iban": (0.98, 0.98),
    "email": (0.99, 0.99),
    "ssn": (0.99, 0.99),
    "ip": (0.99, 0.99),
    "phone": (0.85, 0.85),
    "secrets": (0.95, 0.90),
}
"""What precision and recall each row is to have on the measuring half; passports are reported only."""
AGENT_RUNS = "mb_per_second_agent_runs"


def figure(half: Half, row: str, measure: str) -> str:
    """The name of a figure: ``measuring_card_precision``."""
    return f"{half}_{row}_{measure}"


def mb_per_second(half: Half) -> str:
    """The name of the speed on the cases of a half."""
    return f"{half}_mb_per_second"


PII_GOALS = (
    *(
        Goal(figure(Half.MEASURING, row, measure), Bound.AT_LEAST, target, f"{row}: {measure}")
        for row, wanted in _WANTED.items()
        for measure, target in zip(("precision", "recall"), wanted, strict=True)
    ),
    Goal(AGENT_RUNS, Bound.AT_LEAST, 20.0, "agent runs: MB per CPU second"),
)


def pii_series(half: Half, counts: Mapping[str, Count]) -> dict[str, Series]:
    """Three figures a row: one value each, as a corpus gives the same counts in every round."""
    series = {}
    for row, count in counts.items():
        series[figure(half, row, "precision")] = Series(SHARE, (count.precision,))
        series[figure(half, row, "recall")] = Series(SHARE, (count.recall,))
        series[figure(half, row, "cases")] = Series("cases", (float(count.right + count.missed),))
    right = sum(count.right for count in counts.values())
    placed = sum(count.placed for count in counts.values())
    series[f"{half}_placed"] = Series(SHARE, (placed / right if right else 0.0,))
    return series
