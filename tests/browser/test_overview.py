"""The overview: how good traces are now, and whether all of them are accounted for (S0-75 … S0-80, S0-185 … S0-191)."""

import pytest
from playwright.sync_api import Page, expect

from .known import Site
from .steps import settled, visit

pytestmark = pytest.mark.browser


def panel(page: Page, title: str) -> str:
    return (
        page.locator("section.panel, div.tile")
        .filter(has=page.get_by_role("heading", name=title, exact=True))
        .inner_text()
    )


def test_the_six_panels_show_what_the_api_says(page: Page, site: Site) -> None:
    """Rate, severities, categories, resolution time, tenants, recent criticals (S0-186 … S0-191)."""
    visit(page, "#/overview")
    assert "0.85 %" in panel(page, "Invalid trace rate")
    assert "812" in panel(page, "Issues by severity")
    assert "1,398" in panel(page, "Issues by category")
    assert "3 h 16 min" in panel(page, "Resolution time")
    first = page.get_by_role("table", name="Tenants with most failing traces").get_by_role("row").nth(1)
    assert first.get_by_role("cell").all_inner_texts() == ["17", "240", "9,100", "2.6 %"]
    assert panel(page, "Recent critical issues").count("critical") >= len(site.overview["recent_criticals"])


@pytest.mark.parametrize(
    ("share", "words"), [(0.005, "up to 1 %"), (0.02, "above 1 %"), (0.06, "above 5 %"), (0.2, "above 10 %")]
)
def test_the_rate_says_in_words_which_threshold_it_is_above(
    page: Page, site: Site, share: float, words: str
) -> None:
    """0.01, 0.05 and 0.1 (S0-186), not by colour alone."""
    for step in site.overview["rates"]:
        step["failing"] = step["traces"] * share
    visit(page, "#/overview")
    assert words in panel(page, "Invalid trace rate")


def test_without_traces_there_is_no_rate(page: Page, site: Site) -> None:
    """An empty window gives no metrics, and not nought per cent (S0-80)."""
    for step in site.overview["rates"]:
        step |= {"traces": 0, "failing": 0}
    visit(page, "#/overview")
    assert "\N{EN DASH}" in panel(page, "Invalid trace rate")
    assert "no trace in five minutes" in panel(page, "Invalid trace rate")


@pytest.mark.parametrize(
    ("conservation", "words"),
    [
        ({"state": "ok", "unaccounted": 0, "checked_at": None}, "0"),
        ({"state": "findings", "unaccounted": 7, "checked_at": None}, "7"),
        ({"state": "unknown", "unaccounted": None, "checked_at": None}, "no audit was run"),
    ],
)
def test_the_light_says_whether_all_traces_are_accounted_for(
    page: Page, site: Site, conservation: dict[str, object], words: str
) -> None:
    """The conservation audit's result is a sign and a number (S0-74)."""
    site.overview["conservation"] = conservation
    visit(page, "#/overview")
    assert words in panel(page, "Conservation")


def test_views_that_are_behind_are_said_to_be(page: Page, site: Site) -> None:
    """Numbers that are old must not look new."""
    site.overview["views"] = {"state": "behind", "behind": 5120}
    visit(page, "#/overview")
    assert "5,120 records behind" in page.locator("main").inner_text()


def test_it_is_drawn_anew_after_thirty_seconds(page: Page, site: Site) -> None:
    """Refreshed every 30 seconds (S0-185), on the browser's clock."""
    page.clock.install()
    visit(page, "#/overview")
    site.overview["open_tasks"] = 41
    page.clock.run_for(31_000)
    expect(page.locator(".tile", has_text="Open tasks")).to_contain_text("41")


def test_numbers_behind_a_chart_can_be_read_as_a_table(page: Page) -> None:
    """A picture is not the only way to the figures."""
    visit(page, "#/overview")
    settled(page)
    page.locator("summary", has_text="Numbers").first.click()
    assert page.get_by_role("table", name="Traces over time by outcome").get_by_role("row").count() > 50


def test_a_minute_that_still_runs_is_no_fall_in_the_chart(page: Page, site: Site) -> None:
    """It has fewer traces than a whole one only because it is not over; the numbers have it, the chart has not."""
    site.overview["rates"][-1] |= {"traces": 1, "outcomes": {"valid": 1}}
    visit(page, "#/overview")
    points = page.locator(".chart polygon").first.get_attribute("points") or ""
    heights = [float(point.partition(",")[2]) for point in points.split()][: (points.count(" ") + 1) // 2]
    assert heights[-1] < 2 * min(heights)
