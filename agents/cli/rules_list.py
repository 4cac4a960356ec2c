"""``assay rules list``: the rules in the order in which they work."""

import json
from collections.abc import Sequence
from pathlib import Path

import click
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from assay.agents.rule_documents import rule_document
from assay.pipeline.policy.remediation_rule import RemediationRule, RuleBook

from .policy_directory import DIRECTORY, WHERE, bundle_of


@click.command(
    name="list",
    help=f"""Show the remediation rules in the order in which they work on a trace. {WHERE}

    The success rate is what is believed of a rule before there are receipts.
    """,
)
@click.argument("directory", metavar="[DIR]", type=DIRECTORY, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def list_rules(directory: Path | None, *, as_json: bool) -> None:
    """See ``help`` above."""
    bundle = bundle_of(directory)
    found = RuleBook(bundle.remediation_rules).rules
    if as_json:
        document = {"bundle": bundle.bundle_id, "rules": [rule_document(rule) for rule in found]}
        click.echo(json.dumps(document, indent=2))
        return
    # Nothing is folded: a code can be searched for.
    Console(width=_width(found)).print(_table(found))


def _table(found: Sequence[RemediationRule]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("order", "rule", "subject", "applies", "rate", "codes"):
        table.add_column(name, no_wrap=True)
    for rule in found:
        table.add_row(
            str(rule.order),
            escape(rule.rule_id),
            escape(rule.subject),
            "by itself" if rule.auto_remediable else "proposes",
            f"{rule.success_rate:.2f}",
            _codes(rule),
        )
    return table


def _codes(rule: RemediationRule) -> str:
    return ", ".join(sorted(rule.codes))


def _width(found: Sequence[RemediationRule]) -> int:
    return 100 + max((len(_codes(rule)) + len(rule.rule_id) for rule in found), default=0)
