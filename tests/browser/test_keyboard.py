"""Everything can be reached and done with the keyboard, and one sees where one is."""

import pytest
from playwright.sync_api import Page, expect

from .steps import GROUP, VIEWS, visit

pytestmark = pytest.mark.browser
FOCUSED = "() => { const at = document.activeElement; return at.id || at.textContent.trim(); }"


def test_the_first_key_leads_past_everything_to_the_content(page: Page) -> None:
    """The skip link, which is seen when it has the focus."""
    visit(page, "#/issues")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "skip"
    expect(page.locator("#skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED) == "main"
    assert page.url.endswith("#/issues")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "by-status"


@pytest.mark.parametrize("view", VIEWS)
def test_tab_goes_through_a_page_and_out_of_it_and_is_seen_everywhere(page: Page, view: str) -> None:
    """No trap, and each stop has a mark around it."""
    visit(page, VIEWS[view])
    page.evaluate("document.activeElement.blur()")
    stops = []
    for _ in range(250):
        page.keyboard.press("Tab")
        at = page.evaluate(
            "() => { const at = document.activeElement; return [at.tagName, at.id, getComputedStyle(at).outlineStyle]; }"
        )
        if at[0] == "BODY":
            break
        stops.append(at)
    else:
        pytest.fail("Tab does not lead out")
    assert len(stops) >= 10
    assert [at for at in stops if at[2] == "none"] == []


def test_a_dialog_holds_the_focus_and_gives_it_back(page: Page) -> None:
    """Escape leaves it, and nothing was done."""
    visit(page, f"#/issues/{GROUP}")
    page.locator("#do-triage").focus()
    page.keyboard.press("Enter")
    box = page.get_by_role("dialog", name="Triage: schema.type_invalid")
    expect(box.get_by_label("Reason")).to_be_focused()
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    assert page.evaluate(FOCUSED) == "do-triage"


def test_on_a_telephone_the_pages_unfold(page: Page) -> None:
    """The list of pages is behind a button that says whether it is open."""
    page.set_viewport_size({"width": 400, "height": 800})
    visit(page, "#/overview")
    menu = page.get_by_role("button", name="Pages")
    expect(page.get_by_role("navigation", name="Pages")).to_be_hidden()
    menu.press("Enter")
    expect(menu).to_have_attribute("aria-expanded", "true")
    page.get_by_role("link", name="Rules").click()
    expect(page.get_by_role("navigation", name="Pages")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_have_text("Remediation rules")
