"""The pictures of docs/page.md: made of canned documents, so that they can be made again; small enough for a repository.

``make pictures`` puts them into ``docs/pictures``; without ``ASSAY_TEST_PICTURES`` they go where nobody keeps them.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from . import canned
from .known import Site
from .pictures import MOST_BYTES
from .site import Serving
from .steps import VIEWS, give_reason, settled, visit

pytestmark = pytest.mark.browser


def edited(page: Page) -> None:
    page.get_by_role("button", name="Open a trace of it").click()
    give_reason(page, "Open")
    text = page.get_by_label("The trace", exact=True)
    text.fill(text.input_value().replace('"3750"', "3750"))
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("heading", name="Verdict after")).to_be_visible()
    page.get_by_role("button", name="Check", exact=True).evaluate("button => button.scrollIntoView()")


def previewed(page: Page) -> None:
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="Verdict after")).to_be_visible()
    page.get_by_text("It would be").evaluate("line => line.scrollIntoView()")


def planned(page: Page) -> None:
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_role("button", name="Start the replay")).to_be_visible()


def as_it_is(page: Page) -> None:
    settled(page)


class Picture(NamedTuple):
    """What is to be seen."""

    route: str
    act: Callable[[Page], None] = as_it_is
    scheme: str = "light"
    size: tuple[int, int] = (1280, 860)


PICTURES = {
    "overview-light": Picture(VIEWS["overview"], size=(1280, 1000)),
    "overview-dark": Picture(VIEWS["overview"], scheme="dark", size=(1280, 1000)),
    "overview-narrow": Picture(VIEWS["overview"], size=(400, 900)),
    "issues": Picture(VIEWS["issues"]),
    "issue-light": Picture(VIEWS["issue"]),
    "quarantine": Picture(VIEWS["quarantine"]),
    "task": Picture(VIEWS["task"]),
    "task-edit-light": Picture(VIEWS["task"], edited, size=(1280, 1000)),
    "replay-plan": Picture(VIEWS["plan-a-replay"], planned, size=(1280, 1000)),
    "replays": Picture(VIEWS["replays"]),
    "rules": Picture(VIEWS["rules"]),
    "rule-preview": Picture("#/rules/invalid_data_types?source=traces.raw/1/20412", previewed),
    "tenant": Picture(VIEWS["tenant"]),
    "audit-log": Picture(VIEWS["audit-log"]),
    "trace": Picture(VIEWS["trace"]),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_small_enough_to_be_kept(
    browser: Browser, pictures_folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Under 200 KB each (issue 6, must show 8)."""
    route, act, scheme, (width, height) = PICTURES[name]
    monkeypatch.setattr(canned, "PLANTED", "batch-importer")
    with Serving(Site()) as site:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            base_url=site.url,
            reduced_motion="reduce",
        )
        page = context.new_page()
        visit(page, route)
        expect(page.locator(".live")).to_contain_text("Live")
        act(page)
        # A blinking cursor would make another picture each time.
        page.evaluate("document.activeElement.blur()")
        picture = pictures_folder / f"{name}.png"
        picture.write_bytes(page.screenshot())
        context.close()
    assert picture.stat().st_size < MOST_BYTES
