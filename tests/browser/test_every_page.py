"""Every page of the web page: it shows something, fits its screen, and can be used by everybody (S0-74, S0-185).

``ASSAY_TEST_LOOKS`` names a folder for a picture of each page in each look, for a person to judge.
"""

import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from .known import Site
from .site import Serving
from .steps import VIEWS, visit

pytestmark = pytest.mark.browser

LOOKS = tuple(product(("light", "dark"), (1280, 400)))
SERIOUS = {"serious", "critical"}
CUT = """[...document.querySelectorAll("main *")]
    .filter(each => each.checkVisibility() && !each.closest(".unseen, svg, thead"))
    .filter(each => each.scrollWidth > each.clientWidth + 1)
    .filter(each => getComputedStyle(each).overflowX !== "visible" || getComputedStyle(each).textOverflow === "ellipsis")
    .map(each => `${each.className || each.tagName}: ${each.innerText.slice(0, 40)}`)"""
"""What holds more than it shows, and would have to be scrolled sideways."""
NAMELESS = """[...document.querySelectorAll(
        "nav, form:not([role]), dialog, main table, [role=img], [role=region], [role=progressbar], [tabindex='0']")]
    .filter(each => !["aria-label", "aria-labelledby"].some(name => each.getAttribute(name)))
    .filter(each => !each.querySelector("caption"))
    .map(each => each.outerHTML.slice(0, 80))"""
"""What a screen reader stops at and could not say the name of."""
BLANK = """[...document.querySelectorAll("main tbody td, main dd")]
    .filter(each => each.checkVisibility() && !each.innerText.trim() && !each.querySelector("svg"))
    .map(each => each.dataset.head ?? each.outerHTML.slice(0, 80))"""
"""Cells and facts without a word: the page asked for a field that nobody sends."""


@pytest.fixture(scope="module")
def quiet_site() -> Iterator[Site]:
    """Tests here only look, so they share one."""
    with Serving(Site()) as served:
        yield served


@pytest.fixture(scope="module", params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def tab(request: pytest.FixtureRequest, browser: Browser, quiet_site: Site) -> Iterator[Page]:
    scheme, width = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        base_url=quiet_site.url,
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_fits_and_anybody_can_use_it(
    request: pytest.FixtureRequest, tab: Page, view: str, tmp_path: Path
) -> None:
    """In light and dark, on a desk and on a telephone: no serious finding of axe, nothing beyond the edge (S0-74)."""
    wrong: list[str] = []

    def note(error: object) -> None:
        wrong.append(str(error))

    tab.on("pageerror", note)
    visit(tab, VIEWS[view])
    assert tab.get_by_role("heading", level=1).count() == 1
    assert tab.title().endswith("· Assay")
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert tab.evaluate(CUT) == []
    assert tab.evaluate(NAMELESS) == []
    assert tab.evaluate(BLANK) == []
    found = Axe().run(tab).response["violations"]
    said = [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in SERIOUS]
    assert not said
    folder = Path(os.environ.get("ASSAY_TEST_LOOKS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{request.node.callspec.id}.png").write_bytes(tab.screenshot(full_page=True))
    tab.remove_listener("pageerror", note)
    assert not wrong


def test_the_page_one_is_on_is_marked_and_announced(page: Page) -> None:
    """Where one is, is said to eyes and ears."""
    visit(page, "#/issues")
    assert (
        page.get_by_role("navigation", name="Pages").locator("[aria-current=page]").inner_text() == "Issues"
    )
    page.get_by_role("link", name="Tasks").click()
    page.wait_for_function("document.activeElement.textContent === 'Tasks'")
    assert page.title() == "Tasks · Assay"


def test_an_address_that_leads_nowhere_says_so(page: Page) -> None:
    """A link that somebody mistyped."""
    visit(page, "#/nowhere")
    assert "leads nowhere" in page.locator("main").inner_text()
