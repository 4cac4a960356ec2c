"""Each view says what is loading, what is empty and what failed, with the remedy that the API gives (RFC 9457)."""

import asyncio

import pytest
from playwright.sync_api import Page, expect

from .known import Site
from .steps import visit

pytestmark = pytest.mark.browser
LISTS = {
    "issues": "issues",
    "quarantine": "quarantine",
    "tasks": "tasks",
    "replays": "replays",
    "rules": "rules",
    "audit": "audit-log",
}


@pytest.mark.parametrize("view", LISTS)
def test_a_view_that_failed_shows_the_remedy_and_can_be_tried_again(
    page: Page, site: Site, view: str
) -> None:
    """problem+json's remedy is shown; what was wrong and is mended works without a reload."""
    site.broken = {LISTS[view]: 503}
    visit(page, f"#/{view}")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Redis does not answer")
    expect(alert).to_contain_text("See that it runs, then try again.")
    site.broken = {}
    page.get_by_role("button", name="Try again").click()
    expect(alert).to_have_count(0)
    expect(page.locator("main table").first).to_be_visible()


def test_what_is_loading_says_so(page: Page, site: Site) -> None:
    """A slow answer is not an empty page."""
    page.goto("/#/rules")
    expect(page.locator("main table")).to_be_visible()
    site.held = asyncio.Event()
    page.get_by_role("link", name="Replays").click()
    expect(page.get_by_text("Loading…")).to_be_visible()
    assert site.loop is not None
    site.loop.call_soon_threadsafe(site.held.set)
    expect(page.locator("main table")).to_be_visible()


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ("tasks", "Nothing waits for a person"),
        ("quarantine", "Quarantine is empty"),
        ("issues", "No problem is open"),
        ("replays", "Nothing was replayed yet"),
    ],
)
def test_what_is_empty_says_so(page: Page, site: Site, view: str, words: str) -> None:
    """And what would bring something."""
    site.groups, site.contained, site.tasks, site.jobs = [], [], [], []
    visit(page, f"#/{view}")
    expect(page.locator("main")).to_contain_text(words)


def test_nothing_that_fits_a_filter_offers_the_way_back(page: Page, site: Site) -> None:
    """A filter that lets nothing through is not an empty system."""
    site.groups = []
    visit(page, "#/issues?severity=low")
    page.get_by_role("link", name="Show all that are open").click()
    page.wait_for_url("**/#/issues")


def test_what_is_not_there_is_said_plainly(page: Page) -> None:
    """Another tenant's id looks the same."""
    visit(page, "#/issues/ffffffffffffffff")
    expect(page.get_by_role("alert")).to_contain_text("It is not there")


def test_an_api_that_does_not_answer_is_named(page: Page) -> None:
    """The network's error is nobody's language."""
    page.route("**/api/v1/rules*", lambda route: route.abort())
    visit(page, "#/rules")
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(page.get_by_role("alert")).to_contain_text("assay serve")
