"""A newcomer's walk on the real thing: live traffic, a critical problem, a repair tried out, a replay, and it is valid.

Kafka, Valkey, a worker with all agents, ``assay serve`` and a real Chromium (issue 6, must show 1).
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from assay.agents.demo.story import Story, make_story
from assay.agents.devstack import ports
from assay.agents.generate import publish
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.generate import Generated, generate

from ..processes import ASSAY, Processes
from .steps import give_reason, settled

pytestmark = [pytest.mark.browser, pytest.mark.broker]
AGENTS = "detector,classifier,auto_remediation,issues,escalation,manual_remediation,views,quarantine,replay"
PATIENCE_S = 90
PATIENCE_MS = 60_000


@dataclass
class Town:
    """Where it is, and the problem that a person is to put right."""

    settings: Settings
    processes: Processes
    url: str
    story: Story

    def send(self, items: Iterator[Generated]) -> None:
        publish(self.settings, items, topic=topic_name(TopicRole.RAW, self.settings.topic_prefix))

    def until_served(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                found = httpx.get(f"{self.url}api/v1/tasks/{self.story.fingerprint}")
            except httpx.TransportError:
                found = None
            if found is not None and found.status_code == 200 and found.json()["dead_letters"] == 3:
                return
            time.sleep(0.2)
        pytest.fail(self.processes.said()[-3000:])


@pytest.fixture
def town(settings_for_test: Settings, tmp_path: Path) -> Iterator[Town]:
    settings = settings_for_test
    processes = Processes(settings, tmp_path / "town.log")
    port = ports.choose(tmp_path, taken=())
    found = Town(settings, processes, f"http://127.0.0.1:{port}/", make_story(7, time.time_ns()))
    try:
        processes.worker(AGENTS)
        processes.launch([*ASSAY, "serve"], serve_port=port, may_open_traces=True)
        found.send(generate(1, 300, tenants=4, fault_share=0.1, now_ns=time.time_ns()))
        found.send(iter([*found.story.load.items]))
        found.until_served()
        yield found
    finally:
        processes.end()


@pytest.fixture
def tab(browser: Browser, town: Town) -> Iterator[Page]:
    context = browser.new_context(base_url=town.url, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    assert not wrong


def test_a_newcomer_sees_a_problem_and_puts_it_right(tab: Page, town: Town) -> None:
    """From the first look to a valid trace, without a command line (S0-60, S0-147 … S0-155)."""
    fingerprint = town.story.fingerprint
    (fix,) = json.loads(town.story.patch)

    # Live traffic: what is published now shows without a reload.
    tab.goto("/")
    settled(tab)
    expect(tab.locator(".live")).to_contain_text("Live")
    total = tab.locator(".tile", has_text="Traces a minute").locator(".hint")
    expect(total).to_contain_text("304 in 60 min")
    town.send(generate(2, 100, tenants=4, fault_share=0.3, now_ns=time.time_ns()))
    expect(total).to_contain_text("404 in 60 min")

    # A critical problem, and what a rule would do about it.
    tab.get_by_role("link", name="Issues", exact=True).click()
    settled(tab)
    tab.goto(f"/#/issues/{fingerprint}")
    settled(tab)
    expect(tab.get_by_role("heading", level=1)).to_contain_text("critical")
    tab.get_by_role("button", name="Triage").click()
    give_reason(tab, "Triage")
    expect(tab.locator(".timeline")).to_contain_text("triage")
    tab.get_by_role("link", name="Preview the rule invalid_data_types").click()
    tab.get_by_role("button", name="Preview").click()
    expect(tab.get_by_role("heading", name="Verdict after")).to_be_visible()

    # A rule does not do: the task's traces are edited, checked, and replayed.
    tab.goto(f"/#/tasks/{fingerprint}")
    tab.get_by_role("button", name="Open a trace of it").click()
    give_reason(tab, "Open")
    text = tab.get_by_label("The trace", exact=True)
    text.fill(
        text.input_value().replace('"execution_time_ms": "86400000"', f'"execution_time_ms": {fix["value"]}')
    )
    tab.get_by_role("button", name="Check", exact=True).click()
    expect(tab.locator("main")).to_contain_text("it would pass")
    tab.get_by_role("button", name="Keep this edit").click()
    give_reason(tab, "Keep")
    expect(tab.locator(".facts").first).to_contain_text("kept sealed")
    source = tab.locator(".facts a[href^='#/trace/']").first.inner_text()
    tab.get_by_role("button", name="Complete and replay").click()
    give_reason(tab, "Complete")
    tab.locator(".facts a[href^='#/replays/']").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("succeeded")

    # And it is valid.
    tab.get_by_label("Find a trace").fill(source)
    tab.get_by_label("Find a trace").press("Enter")
    expect(tab.locator(".outcome.dead_lettered")).to_be_visible()
    expect(tab.locator(".outcome.valid")).to_be_visible()

    # Who did it, and that nobody changed the account of it.
    tab.get_by_role("link", name="Audit log").click()
    expect(tab.locator("main tbody")).to_contain_text("task.complete")
    tab.get_by_role("button", name="Verify the chain").click()
    expect(tab.locator("main")).to_contain_text("The chain is whole")
