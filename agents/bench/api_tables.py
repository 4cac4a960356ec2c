"""What ``assay bench api`` asks, and what it wants of the answers."""

from collections.abc import Mapping

from .api_records import CODES, fingerprint
from .results import Bound, Goal

VIEWS: Mapping[str, str] = {
    "overview": "/overview",
    "overview_of_a_day": "/overview?minutes=1440",
    "issues": "/issues",
    "issues_of_200": "/issues?limit=200",
    "issues_open_critical": "/issues?open=true&severity=critical",
    "issues_of_a_tenant": f"/issues?tenant=7&code={CODES[0]}&status=resolved",
    "issue": f"/issues/{fingerprint(0)}",
    "quarantine": "/quarantine",
    "quarantine_of_200": "/quarantine?limit=200",
    "quarantine_of_a_tenant": f"/quarantine?tenant=7&code={CODES[0]}&severity=critical",
    "quarantine_of_an_issue": f"/quarantine?fingerprint={fingerprint(0)}",
    "quarantine_old": "/quarantine?until={old}",
    "contained": "/quarantine/traces.raw/0/0",
    "tasks": "/tasks?open=true",
    "tenants": "/tenants",
    "tenant_quality": "/tenants/7/quality",
    "data_health": "/data/health",
}
"""Everything that is made of views: lists with and without filters, single things, and the sums of the first page."""
READ: Mapping[str, str] = {name: VIEWS[name] for name in ("overview", "issues", "quarantine", "tasks")}
"""What is read again and again: pages of the default size."""
MS, PER_CORE_S = "ms", "reads/cpu_s"
WORST = "worst_ms"
API_GOALS = (
    Goal(WORST, Bound.AT_MOST, 200.0, "slowest answer of any view (ms)"),
    *(
        Goal(f"{name}_per_core_second", Bound.AT_LEAST, 500.0, f"reads of {path} a second of one core")
        for name, path in READ.items()
    ),
)
