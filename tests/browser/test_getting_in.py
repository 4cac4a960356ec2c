"""A key: asked for when the API wants one, kept for the tab, and never anywhere else (DESIGN 9)."""

import pytest
from playwright.sync_api import Page, expect

from .known import Site
from .site import KEY
from .steps import settled, visit

pytestmark = pytest.mark.browser


def enter(page: Page, key: str) -> None:
    box = page.get_by_role("dialog", name="A key is needed")
    box.get_by_label("Key").fill(key)
    box.get_by_role("button", name="Use it").click()


def test_whoever_has_the_key_comes_in_and_stays_in_for_the_tab(page: Page, site: Site) -> None:
    """One dialog, however many requests were refused; a reload does not ask again."""
    site.key = KEY
    page.goto("/#/issues")
    enter(page, KEY)
    settled(page)
    expect(page.locator("main")).to_contain_text("schema.type_invalid")
    assert page.evaluate("sessionStorage.getItem('assay.key')") == KEY
    assert page.evaluate("JSON.stringify(localStorage)") == "{}"
    assert KEY not in page.url
    page.reload()
    settled(page)
    assert page.get_by_role("dialog").count() == 0


def test_a_wrong_key_is_asked_for_again_with_the_reason(page: Page, site: Site) -> None:
    """What the API says of the key is shown."""
    site.key = KEY
    page.goto("/#/tasks")
    enter(page, "wrong")
    expect(page.get_by_role("dialog")).to_contain_text("the key is not good")
    enter(page, KEY)
    settled(page)
    expect(page.locator("main")).to_contain_text("schema repair")


def test_whoever_has_none_is_told_so_and_may_try_again(page: Page, site: Site) -> None:
    """Leaving the dialog is no dead end."""
    site.key = KEY
    page.goto("/#/rules")
    page.get_by_role("button", name="Not now").click()
    expect(page.get_by_role("alert")).to_contain_text("A key is needed")
    page.get_by_role("button", name="Try again").click()
    enter(page, KEY)
    expect(page.locator("main")).to_contain_text("invalid_data_types")


def test_one_can_leave(page: Page, site: Site) -> None:
    """The key is forgotten at once."""
    site.key = KEY
    page.goto("/#/rules")
    enter(page, KEY)
    page.get_by_role("button", name="ada: leave").click()
    expect(page.get_by_role("dialog", name="A key is needed")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('assay.key')") is None


def test_a_viewer_is_not_offered_what_would_be_refused(page: Page, site: Site) -> None:
    """The API decides; the page only leaves out what is no use (S0-60)."""
    site.role = "viewer"
    visit(page, "#/issues/0000000000000001")
    assert page.get_by_role("button", name="Triage").count() == 0
    visit(page, "#/replays")
    assert page.get_by_role("link", name="Plan a replay").count() == 0
