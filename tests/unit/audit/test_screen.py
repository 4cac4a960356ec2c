"""What a person sees, and what a script reads."""

import io
import json

from rich.console import Console

from assay.agents.audit.screen import show
from assay.agents.audit.testing import Story


def shown(story: Story) -> str:
    console = Console(width=120, file=io.StringIO())
    show(story.report(), console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_all_well_says_so_in_the_first_line(story: Story) -> None:
    text = shown(story)
    assert text.startswith("All accounted for: each of 10 records has exactly one outcome.")
    assert "3.0e-01" in text


def test_findings_are_named_with_their_place(story: Story) -> None:
    story.outcomes.pop(0)
    text = shown(story)
    assert text.startswith("2 findings of 2 kinds")
    assert "traces.raw/0/0: no outcome names this source" in text


def test_an_empty_topic_is_no_success_story() -> None:
    assert shown(Story()).startswith("Nothing to audit")


def test_json_has_every_member_of_the_contract(story: Story) -> None:
    story.outcomes.pop(0)
    document = json.loads(json.dumps(story.report().to_json()))
    assert set(document) >= {
        "ok",
        "partitions",
        "raw",
        "accounted",
        "in_flight",
        "outcomes",
        "by_code",
        "findings",
        "bound_95",
        "latency_ms",
    }
    missing = next(each for each in document["findings"] if each["kind"] == "missing")
    assert missing["count"] == 1
    assert missing["examples"][0]["at"] == "traces.raw/0/0"
    assert set(document["latency_ms"]) == {"p50", "p99"}
