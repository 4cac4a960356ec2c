"""What people do on the page: triage, edit, replay, preview, release (S0-60 … S0-63, S0-142 … S0-155, S0-74)."""

import re

import pytest
from playwright.sync_api import Page, expect

from .known import Site
from .steps import GROUP, give_reason, settled, visit

pytestmark = pytest.mark.browser
EDIT = f"tasks/{GROUP}/edit"


@pytest.mark.parametrize(
    ("button", "verb", "fields", "status"),
    [
        ("Triage", "triage", {}, "triaged"),
        ("Assign", "assign", {"To_whom": "grace"}, "in progress"),
        ("Resolve", "resolve", {"What_was_done": "rolled back"}, "resolved"),
        ("Ignore", "ignore", {}, "ignored"),
    ],
)
def test_a_problem_is_moved_with_a_reason(
    page: Page, site: Site, button: str, verb: str, fields: dict[str, str], status: str
) -> None:
    """The new status and who brought it about are on the page at once (S0-60, S0-62)."""
    visit(page, f"#/issues/{GROUP}")
    page.get_by_role("button", name=button, exact=True).click()
    give_reason(page, button, "seen in the release", **fields)
    expect(page.get_by_role("status").filter(has_text="Done")).to_contain_text(status)
    expect(page.locator(".facts").first).to_contain_text(status)
    expect(page.locator(".timeline")).to_contain_text("seen in the release")
    (sent,) = site.posted(f"issues/{GROUP}/{verb}")
    assert sent["reason"] == "seen in the release"


def test_nothing_is_done_without_a_reason(page: Page, site: Site) -> None:
    """The dialog stays until there is one."""
    visit(page, f"#/issues/{GROUP}")
    page.get_by_role("button", name="Ignore").click()
    box = page.get_by_role("dialog")
    box.get_by_role("button", name="Ignore").click()
    expect(box).to_be_visible()
    assert not site.posted(f"issues/{GROUP}/ignore")


def test_a_refusal_is_shown_and_what_was_typed_stays(page: Page, site: Site) -> None:
    """Nobody types a reason twice."""
    site.broken = {f"issues/{GROUP}/triage": 409}
    visit(page, f"#/issues/{GROUP}")
    page.get_by_role("button", name="Triage").click()
    give_reason(page, "Triage", "my long reason")
    box = page.get_by_role("dialog")
    expect(box.get_by_role("alert")).to_contain_text("It was refused")
    assert box.get_by_label("Reason").input_value() == "my long reason"


def test_a_wish_that_is_sent_twice_has_one_name(page: Page, site: Site) -> None:
    """A try after a failure carries the same Idempotency-Key, so that it is done once."""
    names = []
    page.on(
        "request",
        lambda request: (
            names.append(request.headers.get("idempotency-key")) if request.method == "POST" else None
        ),
    )
    site.broken = {f"issues/{GROUP}/triage": 503}
    visit(page, f"#/issues/{GROUP}")
    page.get_by_role("button", name="Triage").click()
    give_reason(page, "Triage")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    site.broken = {}
    page.get_by_role("dialog").get_by_role("button", name="Triage").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert len(names) == 2
    assert names[0] == names[1]
    assert re.fullmatch("[0-9a-f]{32}", names[0] or "")


def open_editor(page: Page) -> None:
    visit(page, f"#/tasks/{GROUP}")
    page.get_by_role("button", name="Open a trace of it").click()
    give_reason(page, "Open")
    expect(page.get_by_label("The trace", exact=True)).to_be_visible()


def test_an_edit_is_kept_only_after_its_difference_and_verdict_were_seen(page: Page, site: Site) -> None:
    """Change, check, see, keep; a change after the check must be checked again (S0-153)."""
    open_editor(page)
    keep = page.get_by_role("button", name="Keep this edit")
    expect(keep).to_be_disabled()
    text = page.get_by_label("The trace", exact=True)
    text.fill(text.input_value().replace('"3750"', "3750"))
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_label("What changes")).to_contain_text("new: ")
    expect(page.get_by_role("heading", name="Verdict after")).to_be_visible()
    expect(page.locator("main")).to_contain_text("it would pass")
    expect(keep).to_be_enabled()
    text.press("End")
    text.press("Space")
    expect(keep).to_be_disabled()
    page.get_by_role("button", name="Check", exact=True).click()
    expect(keep).to_be_enabled()
    keep.click()
    give_reason(page, "Keep")
    expect(page.locator(".facts").first).to_contain_text("a patch, kept sealed")
    opened, *checks, kept = site.posted(EDIT)
    assert opened == {"reason": "importer 2.4.2 is out"}
    assert [each["dry_run"] for each in (*checks, kept)] == [True, True, False]
    assert kept["patch"] == [{"op": "replace", "path": "/metrics/execution_time_ms", "value": 3750}]


def test_numbers_that_javascript_cannot_hold_keep_their_digits(page: Page, site: Site) -> None:
    """9007199254740993 is not 9007199254740992, and an edit beside it leaves it alone."""
    open_editor(page)
    text = page.get_by_label("The trace", exact=True)
    assert "9007199254740993" in text.input_value()
    text.fill(text.input_value().replace("9007199254740993", "9007199254740995"))
    with page.expect_request("**/edit") as sent:
        page.get_by_role("button", name="Check", exact=True).click()
    assert '"value":9007199254740995' in (sent.value.post_data or "")


def test_a_rule_that_is_proposed_can_be_checked_and_kept(page: Page, site: Site) -> None:
    """What the rules propose is offered beside one's own change (S0-153)."""
    open_editor(page)
    page.get_by_role("button", name="Check the rule invalid_data_types").click()
    expect(page.get_by_role("heading", name="What the rule invalid_data_types does")).to_be_visible()
    page.get_by_role("button", name="Keep this edit").click()
    give_reason(page, "Keep")
    expect(page.locator(".facts").first).to_contain_text("the rule invalid_data_types")
    assert site.posted(EDIT)[-1]["rule"] == "invalid_data_types"


def test_a_task_is_completed_after_a_dry_run(page: Page, site: Site) -> None:
    """What would happen is shown first; then it happens (S0-155)."""
    visit(page, f"#/tasks/{GROUP}")
    page.get_by_role("button", name="Try it without doing it").click()
    expect(page.locator("main")).to_contain_text("Would be replayed")
    page.get_by_role("button", name="Complete and replay").click()
    give_reason(page, "Complete")
    expect(page.locator(".facts").first).to_contain_text("completed")
    assert [each["dry_run"] for each in site.posted(f"tasks/{GROUP}/complete")] == [True, False]


def test_a_note_is_added(page: Page) -> None:
    """Everybody who opens the task reads it (S0-143)."""
    visit(page, f"#/tasks/{GROUP}")
    page.get_by_role("button", name="Add a note").click()
    give_reason(page, "Add", Note="asked the producer")
    expect(page.locator("main")).to_contain_text("asked the producer")


def test_a_replay_is_planned_started_and_followed_to_its_end(page: Page, site: Site) -> None:
    """From the problem to the finished job, without a reload."""
    visit(page, f"#/issues/{GROUP}")
    page.get_by_role("link", name="Plan a replay").click()
    expect(page.get_by_label("Issue group")).to_have_value(GROUP)
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.locator("main")).to_contain_text("Predicted by the bundle in use")
    page.get_by_role("button", name="Start the replay").click()
    give_reason(page, "Start")
    page.wait_for_url("**/#/replays/r-0003")
    expect(page.get_by_role("heading", level=1)).to_contain_text("succeeded")
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")
    assert site.posted("replays")[0]["filter"] == {"fingerprint": GROUP}


def test_a_replay_can_be_held(page: Page, site: Site) -> None:
    """Pause, resume, cancel."""
    visit(page, "#/replays/r-0002")
    for button, status in (("Pause", "paused"), ("Resume", "running"), ("Cancel", "cancelled")):
        page.get_by_role("button", name=button).click()
        give_reason(page, button)
        expect(page.get_by_role("heading", level=1)).to_contain_text(status)
    assert site.jobs[0]["status"] == "cancelled"


def test_a_repair_is_previewed_from_the_problem(page: Page, site: Site) -> None:
    """The difference, the way back, and the verdict before and after (S0-123)."""
    visit(page, f"#/issues/{GROUP}")
    page.get_by_role("link", name="Preview the rule invalid_data_types").click()
    expect(page.get_by_label("A failing trace")).to_have_value("traces.raw/1/20417")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("main")).to_contain_text("It would be remediated")
    expect(page.get_by_label("What changes")).to_contain_text('"execution_time_ms": 3750')
    assert site.posted("rules/invalid_data_types/preview")[0]["source"] == "traces.raw/1/20417"


def test_a_contained_trace_is_released(page: Page, site: Site) -> None:
    """With a reason; its replay is shown next."""
    visit(page, "#/quarantine")
    page.get_by_role("link", name="wf-2200").click()
    settled(page)
    page.get_by_role("button", name="Release").click()
    give_reason(page, "Release", "false alarm")
    page.wait_for_url("**/#/replays/r-0002")
    assert site.posted("quarantine/traces.raw/0/3000/release") == [{"reason": "false alarm"}]


def test_the_list_is_filtered_by_its_address(page: Page) -> None:
    """A filtered list can be sent to somebody, and pages can be turned."""
    visit(page, "#/issues")
    page.get_by_role("link", name="Next page").click()
    expect(page.locator("main")).to_contain_text("performance.slow")
    page.go_back()
    page.get_by_label("Severity").select_option("medium")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/#/issues?severity=medium")
    expect(page.locator("main tbody tr")).to_have_count(2)


def test_a_trace_is_found_by_what_is_typed_above(page: Page) -> None:
    """And its story says what became of each try."""
    visit(page, "#/overview")
    page.get_by_label("Find a trace").fill("traces.raw/1/20412")
    page.get_by_label("Find a trace").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("traces.raw/1/20412")
    expect(page.locator(".outcome.valid")).to_be_visible()


def test_a_report_is_saved(page: Page) -> None:
    """In the form that somebody wants (S0-168)."""
    visit(page, "#/tenants/17")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Markdown").click()
    assert saved.value.suggested_filename == "quality-17.md"


def test_the_chain_of_the_audit_log_is_verified(page: Page) -> None:
    """Whether anybody changed the past."""
    visit(page, "#/audit")
    page.get_by_role("button", name="Verify the chain").click()
    expect(page.locator("main")).to_contain_text("The chain is whole: 41 entries")
