"""The live feed on the page: what happens is shown as it happens, and what was left out is counted (S3-51 … S3-65)."""

import pytest
from playwright.sync_api import Page, expect

from .known import Site
from .steps import GROUP, visit

pytestmark = pytest.mark.browser


def changed(site: Site, **members: object) -> None:
    site.groups[0] |= members
    site.tell(
        {"type": "group", "group": {"fingerprint": GROUP, "severity": "critical", "status": "detected"}}
    )


def test_a_group_that_changes_changes_on_the_page(page: Page, site: Site) -> None:
    """Nobody presses anything."""
    visit(page, "#/issues")
    expect(page.locator(".live")).to_contain_text("Live")
    changed(site, count=4711)
    expect(page.locator("main")).to_contain_text("4,711")


def test_the_story_of_a_group_is_drawn_anew_with_it(page: Page, site: Site) -> None:
    """And the focus stays where it was."""
    visit(page, f"#/issues/{GROUP}")
    page.get_by_role("link", name="Plan a replay").focus()
    changed(site, count=4712)
    expect(page.locator("main")).to_contain_text("4,712")
    assert page.evaluate("document.activeElement.textContent") == "Plan a replay"


def test_news_of_another_group_leave_the_story_alone(page: Page, site: Site) -> None:
    """Only what concerns the view is loaded again."""
    visit(page, f"#/issues/{2:016x}")
    before = len(site.asked)
    changed(site, count=1)
    site.tell({"type": "dropped", "count": 1})
    expect(page.locator(".live")).to_contain_text("1 updates left out")
    page.wait_for_timeout(0)
    assert len(site.asked) == before


def test_what_was_left_out_is_counted(page: Page, site: Site) -> None:
    """A browser that was too slow is told how much it missed."""
    visit(page, "#/overview")
    expect(page.locator(".live")).to_contain_text("Live")
    site.tell({"type": "dropped", "count": 12})
    site.tell({"type": "dropped", "count": 30})
    expect(page.locator(".live")).to_contain_text("42 updates left out")


def test_a_connection_that_ends_is_made_again(page: Page, site: Site) -> None:
    """The page says that it is not live meanwhile."""
    page.clock.install()
    visit(page, "#/issues")
    expect(page.locator(".live")).to_contain_text("Live")
    site.hang_up()
    expect(page.locator(".live")).to_contain_text("Reconnecting")
    page.clock.run_for(2000)
    expect(page.locator(".live")).to_contain_text("Live")
    assert len(site.sockets) == 1
