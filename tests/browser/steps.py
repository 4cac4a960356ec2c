"""What every test of the page does."""

from collections.abc import Mapping

from playwright.sync_api import Page, expect

GROUP = f"{1:016x}"
VIEWS: Mapping[str, str] = {
    "overview": "#/overview",
    "issues": "#/issues",
    "issue": f"#/issues/{GROUP}",
    "quarantine": "#/quarantine",
    "contained": "#/quarantine/traces.raw%2F1%2F3001",
    "tasks": "#/tasks",
    "task": f"#/tasks/{GROUP}",
    "replays": "#/replays",
    "replay": "#/replays/r-0002",
    "plan-a-replay": f"#/replays/new?fingerprint={GROUP}",
    "rules": "#/rules",
    "rule": "#/rules/invalid_data_types",
    "tenants": "#/tenants",
    "tenant": "#/tenants/17",
    "audit-log": "#/audit",
    "trace": "#/trace/traces.raw%2F1%2F20412",
}


def visit(page: Page, route: str) -> None:
    """Go there, and wait until there is something to see."""
    page.goto(f"/{route}")
    settled(page)


def settled(page: Page) -> None:
    """Wait until what was asked for is there."""
    expect(page.locator("main .body > :not(.waiting)").first).to_be_visible()


def give_reason(page: Page, action: str, reason: str = "importer 2.4.2 is out", **fields: str) -> None:
    """Fill in the dialog that asks why, and go on."""
    box = page.get_by_role("dialog")
    for label, text in fields.items():
        box.get_by_label(label.replace("_", " ")).fill(text)
    box.get_by_label("Reason").fill(reason)
    box.get_by_role("button", name=action, exact=True).click()
