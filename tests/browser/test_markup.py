"""What a producer, a trace or a person wrote is text on the page, whatever it looks like (DESIGN 9; promise 4)."""

import pytest
from playwright.sync_api import Page, expect

from .canned import PLANTED
from .known import Site
from .steps import GROUP, VIEWS, give_reason, visit

pytestmark = pytest.mark.browser
SHOWN = ["overview", "issue", "quarantine", "task", "tenant", "audit-log"]


def nothing_was_run(page: Page) -> None:
    assert page.title() != "owned"
    assert page.locator("main img, main script, main [onerror]").count() == 0


@pytest.mark.parametrize("view", SHOWN)
def test_planted_markup_is_shown_and_never_run(page: Page, view: str) -> None:
    """A producer's name, a trace id, an audit target and instructions may hold a script."""
    visit(page, VIEWS[view])
    expect(page.locator("main")).to_contain_text(PLANTED)
    nothing_was_run(page)


def test_the_content_of_an_opened_trace_is_text(page: Page, site: Site) -> None:
    """Somebody with permission opens a contained trace; its headers hold a script."""
    visit(page, "#/quarantine/traces.raw%2F1%2F3001")
    page.get_by_role("button", name="Open").click()
    give_reason(page, "Open")
    expect(page.get_by_role("heading", name="Content")).to_be_visible()
    expect(page.locator("main")).to_contain_text(PLANTED)
    assert site.posted("quarantine/traces.raw/1/3001/open") == [{"reason": "importer 2.4.2 is out"}]
    nothing_was_run(page)


def test_news_are_text(page: Page, site: Site) -> None:
    """What comes by WebSocket is treated like everything else."""
    visit(page, "#/issues")
    site.groups[0]["code"] = PLANTED
    site.tell({"type": "group", "group": {"fingerprint": GROUP, "code": PLANTED, "severity": "critical"}})
    expect(page.locator("main")).to_contain_text(PLANTED)
    nothing_was_run(page)


def test_a_link_from_an_id_cannot_leave_the_page(page: Page, site: Site) -> None:
    """An id that looks like a script's address is only ever a part of this page's own."""
    site.contained[0]["origin"] = "javascript:document.title='owned'"
    visit(page, "#/quarantine")
    hrefs = page.locator("main a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert hrefs
    assert all(href.startswith("#/") for href in hrefs)
