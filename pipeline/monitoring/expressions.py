"""PromQL that panels and rules share, so that they cannot disagree.

Every metric and label is one of ``core/metrics.py``; a test compares them.
"""

from ..core.metrics import (
    DEAD_LETTERS,
    DETECTION_SECONDS,
    INVALID_TRACES,
    ISSUE_GROUPS,
    ISSUE_RESOLUTION,
    ISSUES_DETECTED,
    TRACES_PROCESSED,
)
from .pace import duration

JUDGED = f'{TRACES_PROCESSED.name}{{outcome=~"valid|invalid"}}'
"""Each trace once: ``traces_processed_total`` counts a failing one again at every hop and at its end."""
CRITICALS_DETECTED = f'{ISSUES_DETECTED.name}{{severity="critical"}}'
OPEN_CRITICALS = f'{ISSUE_GROUPS.name}{{severity="critical",status!~"resolved|ignored"}}'
"""What is ignored was decided by a person: it is over."""

LITERAL_RATE = f"rate({INVALID_TRACES.name}[5m])"
"""S0-186, S0-195 to the letter: traces a second, by tenant. Kept as a recording rule; thresholds are for a share (D-01)."""
INVALID_SHARE = f"sum(rate({INVALID_TRACES.name}[5m])) / sum(rate({JUDGED}[5m]))"
"""D-01: of all that was judged; nothing while nothing is."""
BY_SEVERITY = f"sum by (severity) ({ISSUE_GROUPS.name})"
"""S0-187, of the gauge (D-02)."""
BY_CATEGORY = f"sum by (category) ({ISSUE_GROUPS.name})"
"""S0-188."""
RESOLUTION_P95 = f"histogram_quantile(0.95, sum by (le) (increase({ISSUE_RESOLUTION.name}_bucket[1d])))"
"""S0-189 over a day: problems last for minutes to days, and each bucket is of several workers (D-05)."""
TOP_TENANTS = f"topk(10, sum by (tenant_id) (increase({INVALID_TRACES.name}[1h])))"
"""S0-190 within the last hour: a restart changes no order (D-06)."""
DETECTED_LATE = f'1 - sum(rate({DETECTION_SECONDS.name}_bucket{{le="10.0"}}[5m])) / sum(rate({DETECTION_SECONDS.name}_count[5m]))'
"""The share that was judged later than the last bound of the histogram: well before the 30 s of S0-200."""
DEAD_LETTERS_HOUR = f"sum(increase({DEAD_LETTERS.name}[1h]))"
RECENT_CRITICALS = (
    f"topk(50, sum by (category, code) (increase({CRITICALS_DETECTED}[1d])) > 0"
    f" and on (category) sum by (category) ({OPEN_CRITICALS}) > 0)"
)
"""S0-191: by code, of categories in which a critical problem is open. Ids are in the page and the CLI, never in labels."""


def risen(series: str, news_s: int, known_s: int) -> str:
    """How much a counter rose within ``news_s``; one that nobody knew in the ``known_s`` before counts with all it has (D-04).

    The first scrape of a new process may come after its first event, most of all where starting brings the event about: for
    ``increase`` there is no rise from nothing.
    """
    news, known = duration(news_s), duration(known_s)
    return (
        f"({series} unless present_over_time({series}[{known}] offset {news})) or increase({series}[{news}])"
    )
