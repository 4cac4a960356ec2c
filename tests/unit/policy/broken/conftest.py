"""A good bundle in a directory, to break one thing at a time; and ``assay policy lint`` on it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assay.agents.cli.policy_lint import lint

GOOD = {
    "schemas/order/subject.yaml": """\
# An order.
subject: order
trace_types: [order, order_line]
current: 2.0.0
deprecated: [1.0.0]
pointers:
  trace_id: /id
  tenant: /tenant
  trace_type: /trace_type
  schema_version: /version
avro:
  - {id: 7, version: 2.0.0, file: 2.0.0.avsc}
""",
    "schemas/order/1.0.0.json": '{"type": "object"}\n',
    "schemas/order/2.0.0.json": """\
{
  "type": "object",
  "required": ["id"],
  "properties": {
    "id": {"$ref": "#/$defs/id"},
    "tenant": {"type": "string"},
    "trace_type": {"type": "string"},
    "version": {"type": "string"},
    "day": {
      "type": "string",
      "format": "date",
      "pattern": "^20"
    }
  },
  "$defs": {
    "id": {"type": "string"}
  }
}
""",
    "schemas/order/2.0.0.avsc": """\
{
  "type": "record",
  "name": "Order",
  "fields": [
    {"name": "id", "type": "string"}
  ]
}
""",
    "schemas/event/subject.yaml": """\
subject: event
trace_types: [click]
current: 1.0.0
pointers: {tenant: /who/account, trace_type: /kind}
""",
    "schemas/event/1.0.0.json": '{"type": "object"}\n',
    "policies/bindings.yaml": """\
# Who may send what.
bindings:
  - topic: traces.raw
    tenant: null
    default_subject: order
    subjects: [order, event]
  - topic: traces.raw.acme
    tenant: acme
    default_subject: event
    subjects: [event]
""",
    "policies/limits.yaml": "max_depth: 32\nmax_issues: 50\n",
    "policies/classification.yaml": """\
codes:
  security.pii_email:
    severity: high
    mode: warn
    at:
      gate: strict
      replay: audit
""",
    "policies/teams.yaml": "teams:\n  schema: security_team\n",
    "remediation_rules/fill.yaml": """\
name: fill
version: 1
conditions:
  - {test: regex, path: /id, regex: '^a'}
subject: order
codes: [schema.type_invalid]
steps: [{do: cast, path: /id, to: string}]
auto_remediable: true
success_rate: 0.98
provenance: {owner: nobody, reason: a test}
""",
}


@pytest.fixture
def bundle_directory(tmp_path: Path) -> Path:
    """The good bundle."""
    for path, text in GOOD.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


@pytest.fixture
def change(bundle_directory: Path) -> Callable[[str, str | None, str | bytes | None], None]:
    """Replace a text in a file of the bundle; without a text to replace, the whole file; by nothing, remove it."""

    def changed(path: str, old: str | None, new: str | bytes | None) -> None:
        file = bundle_directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if old is not None:
            text = file.read_text()
            assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
            assert isinstance(new, str)
            file.write_text(text.replace(old, new))
        elif new is None:
            file.unlink()
        else:
            file.write_bytes(new.encode() if isinstance(new, str) else new)

    return changed


@pytest.fixture
def run_lint(bundle_directory: Path) -> Callable[..., Result]:
    """``assay policy lint`` on the bundle."""

    def run(*options: str) -> Result:
        return CliRunner().invoke(lint, [str(bundle_directory), *options], catch_exceptions=False)

    return run


@pytest.fixture
def notes(run_lint: Callable[..., Result]) -> Callable[[], list[Mapping[str, Any]]]:
    """What it says, as JSON."""

    def said() -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = json.loads(run_lint("--json").stdout)["notes"]
        return found

    return said
