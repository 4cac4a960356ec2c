"""Light and dark: what the system prefers, until somebody switches."""

import pytest
from playwright.sync_api import Page, expect

from .steps import visit

pytestmark = pytest.mark.browser
GROUND = "getComputedStyle(document.body).backgroundColor"


def test_the_switch_is_remembered(page: Page) -> None:
    """And holds from the first paint on, whatever the system prefers."""
    page.emulate_media(color_scheme="light")
    visit(page, "#/overview")
    light = page.evaluate(GROUND)
    page.get_by_role("button", name="Switch to dark colours").click()
    dark = page.evaluate(GROUND)
    assert dark != light
    page.reload()
    expect(page.get_by_role("button", name="Switch to light colours")).to_be_visible()
    assert page.evaluate(GROUND) == dark


def test_the_system_decides_until_then(page: Page) -> None:
    """It changes with the evening."""
    page.emulate_media(color_scheme="dark")
    visit(page, "#/overview")
    dark = page.evaluate(GROUND)
    page.emulate_media(color_scheme="light")
    expect(page.get_by_role("button", name="Switch to dark colours")).to_be_visible()
    assert page.evaluate(GROUND) != dark


def test_severity_is_a_word_and_a_shape(page: Page) -> None:
    """Never a colour alone."""
    visit(page, "#/issues")
    marks = page.locator(".severity")
    shapes = {}
    for number in range(marks.count()):
        mark = marks.nth(number)
        shapes[mark.inner_text()] = mark.locator("path").get_attribute("d")
    assert {"critical", "high"} <= shapes.keys()
    assert len(set(shapes.values())) == len(shapes)
