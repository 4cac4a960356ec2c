"""Every page of the web page: it shows something, fits its screen, and can be used by everybody (S0-74, S0-185)."""

from collections.abc import Iterator
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from .known import Site
from .site import Serving
from .steps import VIEWS, visit

pytestmark = pytest.mark.browser

LOOKS = tuple(product(("light", "dark"), (1280, 400)))
SERIOUS = {"serious", "critical"}


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
def test_a_page_fits_and_anybody_can_use_it(tab: Page, view: str) -> None:
    """In light and dark, on a desk and on a telephone: no serious finding of axe, nothing beyond the edge (S0-74)."""
    wrong: list[str] = []

    def note(error: object) -> None:
        wrong.append(str(error))

    tab.on("pageerror", note)
    visit(tab, VIEWS[view])
    assert tab.get_by_role("heading", level=1).count() == 1
    assert tab.title().endswith("· Assay")
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    found = Axe().run(tab).response["violations"]
    said = [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in SERIOUS]
    assert not said
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
