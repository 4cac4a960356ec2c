"""Drills are kept apart: their channels, their messages, what is known of rules (S0-201, S0-204)."""

from dataclasses import replace
from pathlib import Path

import pytest

from assay.agents.notify.channels import Channels, ready_channels
from assay.agents.notify.secrets import Secrets
from assay.agents.receipts import Noted
from assay.agents.rule_trust import RuleTrust
from assay.pipeline.core.errors import Problem
from assay.pipeline.core.issue import Severity
from assay.pipeline.core.record import RawRecord
from assay.pipeline.dispose import Effect
from assay.pipeline.notify.delivery import Delivery
from assay.pipeline.notify.message import Frame, message_of
from assay.pipeline.notify.notice import Notice, read_event
from assay.pipeline.notify.values import NoValues
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.drill_rules import DrillRules
from assay.pipeline.policy.parse_drill import parse_drill
from assay.pipeline.testing import FakeClock

from .conftest import TENANT

RULE = "invalid_data_types@1"


def notice(tenant: str) -> Notice:
    headers = [("ce_type", b"assay.escalation.step.v1"), ("ce_id", b"e")]
    found = read_event(RawRecord("quality.escalations", 0, 0, 0, b"f" * 16, b"{}", headers))
    assert isinstance(found, Notice)
    return replace(found, tenant=tenant, roles=("on_call_engineer",), severity=Severity.CRITICAL)


@pytest.fixture
def channels(bundle: Bundle, tmp_path: Path) -> Channels:
    """As shipped, with a pager; drills go to the console."""
    found = {"ASSAY_NOTIFY_PAGERDUTY_KEY": "a" * 32}
    return ready_channels(bundle.notifications, Secrets(found.get, tmp_path), FakeClock(), drill=bundle.drill)


def test_a_drill_rings_nobodys_telephone(channels: Channels) -> None:
    assert channels.route(notice(TENANT)) == ["console"]
    assert "pager" in channels.route(notice("acme"))


def test_without_its_channels_a_drill_is_told_to_nobody(channels: Channels) -> None:
    assert replace(channels, drill=DrillRules(TENANT, ("chat",))).route(notice(TENANT)) == []


def test_a_message_of_a_drill_says_so_first() -> None:
    def headline(tenant: str) -> str:
        delivery = Delivery(notice(tenant), "console", ("console",), 0)
        return message_of(delivery, Frame("test", drill=TENANT), NoValues()).headline

    assert headline(TENANT).startswith("[P0] DRILL")
    assert "DRILL" not in headline("acme")


@pytest.mark.parametrize("effect", [Effect.FIXED, Effect.MISSED])
def test_what_drills_repair_says_nothing_of_a_rule(bundle: Bundle, effect: Effect) -> None:
    """S0-125: success rates are of real traces."""
    trust = RuleTrust()
    trust.use(bundle)
    before = trust.rates()
    for number in range(30):
        trust.take(Noted(f"e{number}", RULE, effect, TENANT, "drill", "1"), 0)
    assert trust.rates() == before
    assert not trust.breakers()
    for number in range(30):
        trust.take(Noted(f"r{number}", RULE, effect, "acme", "real", "1"), 0)
    assert trust.rates() != before


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({"tenant": "*"}, "tenant"),
        ({"channels": []}, "channels"),
        ({"channels": ["nowhere"]}, "channels"),
        ({"channel": ["console"]}, "channel"),
    ],
)
def test_what_is_wrong_in_the_file_is_said(bundle: Bundle, document: dict[str, object], where: str) -> None:
    problems: list[Problem] = []
    parse_drill("policies/drill.yaml", document, bundle.notifications.channels, problems)  # type: ignore[arg-type]  # JSON
    assert [problem.where for problem in problems] == [f"policies/drill.yaml: {where}"]


def test_what_ships_is_what_is_left_out(bundle: Bundle) -> None:
    problems: list[Problem] = []
    assert parse_drill("f", {}, bundle.notifications.channels, problems) == bundle.drill == DrillRules()
    assert not problems
