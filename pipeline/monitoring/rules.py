"""The rules of Prometheus: recordings, and the alerts by what they are about."""

from collections.abc import Iterator

from ..core.document import Json
from ..core.issue import Category
from ..core.team import TEAMS, Team
from .alerts_of_flow import alerts_of_flow
from .alerts_of_people import alerts_of_people
from .alerts_of_traces import alerts_of_traces
from .expressions import DETECTED_LATE, INVALID_SHARE, LITERAL_RATE, RESOLUTION_P95
from .pace import duration
from .rule import Alert, Recording, RuleGroup
from .site import MonitoringSite

DASHBOARD_UID = "invalid-trace-monitoring"

RECORDINGS = (
    Recording("assay:invalid_traces:rate5m", LITERAL_RATE),
    Recording("assay:invalid_traces:ratio5m", INVALID_SHARE),
    Recording("assay:traces_detected_late:ratio5m", DETECTED_LATE),
    Recording("assay:issue_resolution_seconds:p95_1d", RESOLUTION_P95),
)


def rule_groups(site: MonitoringSite) -> tuple[RuleGroup, ...]:
    """All of them. Raises ``ValueError`` when two alerts have one name."""
    groups = (
        RuleGroup("assay_recordings", RECORDINGS),
        RuleGroup("assay_traces", alerts_of_traces(site.pace)),
        RuleGroup("assay_flow", alerts_of_flow(site.pace)),
        RuleGroup("assay_people", alerts_of_people()),
    )
    names = [alert.name for alert in alerts_in(groups)]
    if len(set(names)) < len(names):
        raise ValueError("two alerts have one name")
    return groups


def alerts_in(groups: tuple[RuleGroup, ...]) -> Iterator[Alert]:
    """The alerts alone."""
    return (rule for group in groups for rule in group.rules if isinstance(rule, Alert))


def rules_document(site: MonitoringSite) -> dict[str, Json]:
    """The file ``rules.yml``."""
    return {
        "groups": [
            {
                "name": group.name,
                "interval": duration(site.pace.scrape_s),
                "rules": [_rule(rule, site) for rule in group.rules],
            }
            for group in rule_groups(site)
        ]
    }


def _rule(rule: Recording | Alert, site: MonitoringSite) -> dict[str, Json]:
    if isinstance(rule, Recording):
        return {"record": rule.record, "expr": rule.expr}
    times: dict[str, Json] = {
        key: duration(seconds)
        for key, seconds in (("for", rule.for_s), ("keep_firing_for", rule.keep_s))
        if seconds
    }
    return {
        "alert": rule.name,
        "expr": rule.expr,
        **times,
        "labels": {"severity": rule.severity.value, "team": team_label(rule.team)},
        "annotations": {
            "summary": rule.summary,
            "description": rule.description,
            "priority": rule.severity.priority,
            "runbook": rule.name,
            "runbook_url": f"{site.runbooks}#{rule.name.lower()}",
            "dashboard_uid": DASHBOARD_UID,
        },
    }


def team_label(team: Team | None) -> str:
    """The label ``team``: of who must act, or a template that finds it from the label ``category`` (S0-118 … S0-122)."""
    if team is not None:
        return team.value
    by_team: dict[Team, list[Category]] = {}
    for category, owner in TEAMS.items():
        by_team.setdefault(owner, []).append(category)
    arms = [
        f'{{{{ {"if" if number == 0 else "else if"} match "^({"|".join(categories)})$" $labels.category }}}}{owner.value}'
        for number, (owner, categories) in enumerate(by_team.items())
    ]
    return f"{''.join(arms)}{{{{ else }}}}{Team.PLATFORM_ENGINEERING.value}{{{{ end }}}}"
