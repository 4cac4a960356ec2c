"""A real Chromium for the page (Debian's, or the one that ``ASSAY_TEST_CHROMIUM`` names)."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from .known import Site
from .site import Serving

CHROMIUM = os.environ.get("ASSAY_TEST_CHROMIUM") or shutil.which("chromium") or "chromium"
"""Without one the tests fail: they are off unless asked for."""
PATIENCE_MS = 20_000
"""On a busy machine; what is there is not waited for."""


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Root, as in a container, can have no sandbox; what is visited is ours."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    found = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
    yield found
    found.close()


@pytest.fixture
def pictures_folder(tmp_path: Path) -> Path:
    """Where pictures go: to the pages, where ``make pictures`` asks for it."""
    found = Path(os.environ.get("ASSAY_TEST_PICTURES", tmp_path))
    found.mkdir(parents=True, exist_ok=True)
    return found


@pytest.fixture
def site() -> Iterator[Site]:
    with Serving(Site()) as served:
        yield served


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A tab that notes what goes wrong in it; a test in which something did fails."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, base_url=site.url, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS)
    tab = context.new_page()
    wrong: list[str] = []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on(
        "console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None
    )
    yield tab
    context.close()
    assert not wrong
