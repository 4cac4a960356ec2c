"""A newcomer's walk: ``make demo STAY=1`` as README.md says it, then docs/page.md step by step in a real Chromium.

The demo has a home of its own, so it touches no stack of the person who runs the tests.
"""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from assay.agents import devstack
from assay.agents.devstack import ServiceState

from ..processes import processes_of
from .steps import give_reason, settled

pytestmark = [pytest.mark.browser, pytest.mark.broker, pytest.mark.long, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
COMMAND = "make demo STAY=1"
FEW = "TRACES=300"
"""The number is the newcomer's choice; the way is the same."""
PATIENCE_MS = 90_000
PATIENCE_S = 90
ADDRESS = re.compile(r"the page is at (http://127\.0\.0\.1:\d+/)")
TOOK = "/metrics/execution_time_ms"


@dataclass
class Demo:
    """What runs after the newcomer's one command."""

    make: subprocess.Popen[str]
    home: Path
    said: list[str] = field(default_factory=list)

    def address(self) -> str:
        """Where it says that the page is, as soon as it does."""
        assert self.make.stdout is not None
        for line in self.make.stdout:
            self.said.append(line)
            if found := ADDRESS.search(line):
                return found[1]
        pytest.fail(f"it ended without a page: {''.join(self.said)}")

    def interrupt(self) -> int:
        """Ctrl-C, but not for ``make``, which would end by the signal; so its status is the demo's."""
        (demo,) = psutil.Process(self.make.pid).children()
        demo.send_signal(signal.SIGINT)
        rest, _ = self.make.communicate(timeout=PATIENCE_S)
        self.said.append(rest)
        return self.make.returncode

    def end(self) -> None:
        """Leave nothing, whatever the test came to."""
        if self.make.poll() is None:
            os.killpg(self.make.pid, signal.SIGTERM)
            self.make.communicate()
        devstack.down(self.home)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """The command of README.md, with Kafka's jars where tests have fetched them before."""
    assert COMMAND in (ROOT / "README.md").read_text()
    home = tmp_path / "home"
    home.mkdir()
    for jars in Path(os.environ.get("ASSAY_TEST_HOME", ROOT / ".assay" / "test")).glob("kafka-*"):
        (home / jars.name).symlink_to(jars.resolve())
    # A make that runs these tests must not tell this one how to go about it.
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    make = subprocess.Popen(
        [*COMMAND.split(), FEW],
        cwd=ROOT,
        env=env | {"ASSAY_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    found = Demo(make, home)
    yield found
    found.end()


@dataclass
class Newcomer:
    """Somebody who does what docs/page.md says. ``did`` are the words in italics there that were found and used."""

    page: Page
    did: set[str] = field(default_factory=set)

    def press(self, name: str, *, reason: str = "", action: str = "") -> None:
        """A button or a link with this name; and why, where the page asks."""
        role = self.page.get_by_role("button", name=name, exact=True)
        role.or_(self.page.get_by_role("link", name=name, exact=True)).first.click()
        if reason:
            give_reason(self.page, action or name, reason)
        self.did.add(name)

    def go(self, name: str) -> None:
        """To one of the pages on the left."""
        self.page.get_by_role("navigation", name="Pages").get_by_role("link", name=name, exact=True).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(name)
        settled(self.page)

    def sees(self, name: str, where: str) -> None:
        expect(self.page.locator(where).first).to_contain_text(name)
        self.did.add(name)


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    assert not wrong


def test_a_newcomer_sees_a_problem_and_puts_it_right(demo: Demo, tab: Page) -> None:
    """Live traffic, a critical group, a repair tried out, a replay, and it is valid (S0-60, S0-147 … S0-155)."""
    url = demo.address()
    somebody = Newcomer(tab)
    tab.goto(url)
    live_traffic(somebody)
    source = critical_group(somebody)
    repair_tried_out(somebody, source)
    traces_put_right(somebody)
    replay_to_its_end(somebody)
    now_valid(somebody, source)
    account_of_it(somebody)
    assert words_of_the_steps() <= somebody.did
    tab.close()

    assert demo.interrupt() == 0, "".join(demo.said)
    assert processes_of(demo.home) == []
    assert all(found.state is ServiceState.STOPPED for found in devstack.status(demo.home))
    with pytest.raises(URLError):
        urlopen(url)


def words_of_the_steps() -> set[str]:
    """What docs/page.md names in italics on the way from the first look to the end."""
    text = (ROOT / "docs" / "page.md").read_text()
    section = text.partition("## A problem, from the first look to the end\n")[2].partition("\n## ")[0]
    words = re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", section)
    assert words
    return set(words)


def live_traffic(somebody: Newcomer) -> None:
    settled(somebody.page)
    somebody.sees("Live", ".live")
    count = somebody.page.locator(".tile", has_text="Traces a minute").locator(".hint")
    expect(count).to_have_text(re.compile(r"\d in 60 min"))
    before = count.inner_text()
    expect(count).not_to_have_text(before)
    assert traces_in(count.inner_text()) > traces_in(before)
    expect(somebody.page.locator(".panel", has_text="Recent critical issues")).to_contain_text("critical")


def traces_in(words: str) -> float:
    """Of "1,234 in 60 min" and "12.3K in 60 min"."""
    number = words.partition(" ")[0].replace(",", "")
    return float(number.removesuffix("K")) * (1000 if number.endswith("K") else 1)


def critical_group(somebody: Newcomer) -> str:
    """Gives a trace of it that waits for a person."""
    page = somebody.page
    somebody.go("Tasks")
    row = page.locator("main tbody tr", has_text="schema repair").filter(
        has=page.get_by_role("cell", name="3", exact=True)
    )
    row.get_by_role("link", name="schema repair").click()
    somebody.sees("schema repair", "h1")
    source = page.locator(".facts a[href^='#/trace/']").first.inner_text()
    page.locator(".facts a[href^='#/issues/']").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("critical schema.type_invalid")
    expect(page.locator(".facts").first).to_contain_text(TOOK)
    somebody.press("Triage", reason="I look after it")
    expect(page.locator(".timeline")).to_contain_text("I look after it")
    return source


def repair_tried_out(somebody: Newcomer, source: str) -> None:
    page = somebody.page
    somebody.press("Preview the rule invalid_data_types")
    page.get_by_label("A failing trace").fill(source)
    somebody.press("Preview")
    somebody.sees("Verdict after", "h3:has-text('Verdict after')")
    expect(page.locator(".difference")).to_contain_text('"execution_time_ms": 86400000')
    expect(page.get_by_role("table", name="Issues after")).to_contain_text("business.inconsistent")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("schema.type_invalid")


def traces_put_right(somebody: Newcomer) -> None:
    """The number is that of the trace's own times."""
    page = somebody.page
    somebody.press("Open its task")
    somebody.press("Open a trace of it", reason="to see what it holds", action="Open")
    text = page.get_by_label("The trace", exact=True)
    document = json.loads(text.input_value())
    began, ended = (datetime.fromisoformat(document[name]) for name in ("started_at", "ended_at"))
    took = round((ended - began).total_seconds() * 1000)
    text.fill(text.input_value().replace('"execution_time_ms": "86400000"', f'"execution_time_ms": {took}'))
    somebody.press("Check")
    expect(page.locator("main")).to_contain_text("it would pass")
    somebody.press("Keep this edit", reason="milliseconds, as a number", action="Keep")
    expect(page.locator(".facts").first).to_contain_text("kept sealed")


def replay_to_its_end(somebody: Newcomer) -> None:
    somebody.press("Complete and replay", reason="the importer is mended", action="Complete")
    somebody.page.locator(".facts a[href^='#/replays/']").click()
    somebody.sees("succeeded", "h1")


def now_valid(somebody: Newcomer, source: str) -> None:
    page = somebody.page
    page.get_by_label("Find a trace").fill(source)
    page.get_by_label("Find a trace").press("Enter")
    somebody.did.add("Find a trace")
    expect(page.locator(".outcome.dead_lettered")).to_be_visible()
    expect(page.locator(".outcome.valid")).to_be_visible()


def account_of_it(somebody: Newcomer) -> None:
    """Who did it, and that nobody changed the account of it."""
    somebody.go("Audit log")
    expect(somebody.page.locator("main tbody")).to_contain_text("task.complete")
    somebody.press("Verify the chain")
    expect(somebody.page.locator("main")).to_contain_text("The chain is whole")
