"""What docs/gate.md shows does what it says (S0-169)."""

import asyncio
import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from assay.pipeline.gate import GateDecision
from assay.sdk import GateConfig
from assay.sdk.testing import AssayGate

from .conftest import MakeGate

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "gate.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_examples_run(
    make_gate: MakeGate, good: dict[str, Any], bad: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """In their order, as one program."""
    names: dict[str, Any] = {"trace": bad, "to_json": lambda document: json.dumps(document).encode()}
    for example in EXAMPLES:
        exec(compile(example, "docs/gate.md", "exec"), names)  # the page's own code

    said = capsys.readouterr().out
    assert "security.pii_email /inputs/*" in said
    assert "jane.doe" not in said
    assert "1.2.0" in said

    sent: list[tuple[str, bytes]] = []

    class Producer:
        def produce(self, topic: str, value: bytes, *_: Any, **__: Any) -> None:
            sent.append((topic, value))

        async def send(self, topic: str, value: bytes, *_: Any) -> "asyncio.Future[None]":
            sent.append((topic, value))
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            future.set_result(None)
            return future

    names["produce"](Producer(), good)
    asyncio.run(names["publish"](Producer(), good))
    assert sent == [("traces.raw", json.dumps(good).encode())] * 2

    def make_trace(**changes: Any) -> dict[str, Any]:
        trace: dict[str, Any] = json.loads(json.dumps(good))
        if "region" in changes:
            del trace["context"]["region"]
        trace["inputs"] |= {"note": changes.get("note", "hello")}
        return trace

    names["make_trace"] = make_trace
    names["test_what_we_publish"](AssayGate(make_gate()))


def test_every_setting_and_every_decision_is_on_the_page() -> None:
    for field in fields(GateConfig):
        assert f"`{field.name}`" in PAGE
    for decision in GateDecision:
        assert f"`{decision}`" in PAGE
