"""The commands that docs/commands.md shows, as a person types them."""

from collections.abc import Mapping
from typing import NamedTuple


class Shown(NamedTuple):
    """``{group}`` and the like are what the town has; ``status`` are the exit statuses that it may come to."""

    command: str
    status: tuple[int, ...] = (0,)
    columns: int = 118
    most_lines: int = 46


COMMANDS: Mapping[str, Shown] = {
    "help": Shown("assay --help"),
    "demo": Shown("assay demo --traces 2000", most_lines=110),
    "quality": Shown("assay quality", status=(0, 1), columns=124),
    "dev-status": Shown("assay dev status"),
    "doctor": Shown("assay doctor"),
    "topics-apply": Shown("assay topics apply"),
    "topics-verify": Shown("assay topics verify"),
    "generate": Shown("assay generate --count 50 --faults 0.2"),
    "config-generate": Shown("assay config generate monitoring"),
    "validate": Shown("assay validate traces.jsonl", status=(1,)),
    "policy-lint": Shown("assay policy lint"),
    "policy-show": Shown("assay policy show limits"),
    "policy-test": Shown("assay policy test"),
    "policy-diff": Shown("assay policy diff today next", status=(1,)),
    "policy-active": Shown("assay policy active"),
    "audit": Shown("assay audit --wait 60"),
    "investigate": Shown("assay investigate --limit 2", columns=132),
    "patterns": Shown("assay patterns --fingerprint {group}", columns=132),
    "trace-show": Shown("assay trace show {source}", columns=132),
    "issues-list": Shown("assay issues list --severity critical", columns=142),
    "issues-show": Shown("assay issues show {group}"),
    "escalations-list": Shown("assay escalations list", columns=142),
    "escalations-check": Shown("assay escalations check"),
    "tasks-list": Shown("assay tasks list", columns=132),
    "tasks-show": Shown("assay tasks show {group}", columns=132),
    "quarantine-list": Shown("assay quarantine list --limit 12"),
    "quarantine-show": Shown("assay quarantine show {contained} --actor ada --reason 'a false alarm?'"),
    "quarantine-limits": Shown("assay quarantine limits"),
    "replay-plan": Shown("assay replay plan --fingerprint {group}"),
    "replay-status": Shown("assay replay status"),
    "rules-list": Shown("assay rules list", columns=142),
    "rules-preview": Shown("assay rules preview failing.jsonl", status=(1,), columns=132),
    "rules-receipts": Shown("assay rules receipts --limit 8", columns=136),
    "rules-test": Shown("assay rules test"),
    "tenants-report": Shown("assay tenants report {tenant}", columns=132),
    "views-verify": Shown("assay views verify"),
    "views-top": Shown("assay views top"),
    "keys-list": Shown("assay keys list"),
    "audit-log-verify": Shown("assay audit-log verify"),
    "drill": Shown("assay drill remediation --actor ada"),
    "bench-micro": Shown("assay bench micro --rounds 1 --records 2000"),
}
