"""A stack with all agents, some traffic, and people who did something: what pictures of commands are taken of."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from assay.agents.demo.story import FOR_A_PERSON, Story, make_story
from assay.agents.generate import publish
from assay.agents.settings import load_settings
from assay.agents.topics import topic_name
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.generate import generate

ROOT = Path(__file__).parents[2]
ASSAY = str(Path(sys.executable).with_name("assay"))
PATIENCE_S, POLL_S = 120, 0.5
HOME = ".assay"
"""As in a checkout: a path that says nothing of this machine."""


@dataclass
class Town:
    """A folder in which somebody uses Assay."""

    folder: Path
    named: dict[str, str] = field(default_factory=dict)
    """What commands are about: ``{group}`` and the like."""
    _worker: subprocess.Popen[bytes] | None = None

    @property
    def env(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ASSAY_")}
        kept.pop("NO_COLOR", None)
        return kept | {"ASSAY_HOME": HOME, "TERM": "xterm-256color", "COLORTERM": "truecolor"}

    def run(self, *words: str) -> str:
        """A command that must succeed; what it printed."""
        done = subprocess.run(
            [ASSAY, *words], cwd=self.folder, env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def ask(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json"))

    def until(self, what: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not what():
            assert time.monotonic() < deadline, (self.folder / "worker.log").read_text()[-3000:]
            time.sleep(POLL_S)

    def fetch_nothing(self) -> None:
        """Use Kafka's jars that tests fetched before, if they did."""
        home = self.folder / HOME
        home.mkdir(parents=True, exist_ok=True)
        for jars in Path(os.environ.get("ASSAY_TEST_HOME", ROOT / ".assay" / "test")).glob("kafka-*"):
            (home / jars.name).symlink_to(jars.resolve())

    def settle(self) -> None:
        """Everything runs, and something happened."""
        self.fetch_nothing()
        self.run("dev", "up")
        self.run("topics", "apply")
        with (self.folder / "worker.log").open("wb") as log:
            self._worker = subprocess.Popen(
                [ASSAY, "worker"], cwd=self.folder, env=self.env, stdout=log, stderr=log
            )
        self.run("generate", "--count", "10", "--faults", "0")
        # Then the worker is up, and what comes now does not wait for it.
        self.until(lambda: self._answers("audit", "--wait", "10"))
        self.run("generate", "--count", "600", "--faults", "0.08", "--seed", "5")
        self._something_happens()
        self._files()

    def leave(self) -> None:
        """Nothing runs afterwards."""
        if self._worker is not None:
            self._worker.send_signal(signal.SIGTERM)
            self._worker.wait()
        self.run("dev", "down")

    def _something_happens(self) -> None:
        first = self._problem(seed=7)
        group = first.fingerprint
        self.until(lambda: self._waiting(group) == FOR_A_PERSON)
        self.named |= {
            "group": group,
            "source": self.ask("tasks", "show", group)["dead_letters"]["sources"][0],
        }
        (self.folder / "patch.json").write_bytes(first.patch)
        by = ("--actor", "ada", "--reason", "importer 1.0.1 writes numbers")
        self.run("issues", "triage", group, *by)
        self.run("tasks", "edit", group, "--patch", "patch.json", *by)
        self.run("tasks", "complete", group, *by)
        self._problem(seed=8)
        self.until(lambda: self._waiting(group) == FOR_A_PERSON)
        contained = self.ask("quarantine", "list", "--limit", "1")
        self.named |= {"contained": _rows(contained)[0]["source"], "tenant": "1001"}
        for name, role in (("dashboard", "viewer"), ("on-call", "operator"), ("release", "approver")):
            self.run("keys", "create", name, "--role", role, "--actor", "ada", "--reason", "onboarding")
        self.until(lambda: self._answers("views", "verify"))

    def _problem(self, seed: int) -> Story:
        """Traces that a rule cannot repair."""
        story = make_story(seed, time.time_ns())
        settings = self._settings()
        publish(settings, iter(story.load.items), topic=topic_name(TopicRole.RAW, settings.topic_prefix))
        return story

    def _settings(self) -> Any:
        """As the commands have them."""
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            return load_settings(home=Path(HOME))

    def _waiting(self, group: str) -> int:
        tasks = _rows(self.ask("tasks", "list"))
        return next((task["dead_letters"]["count"] for task in tasks if task["fingerprint"] == group), 0)

    def _answers(self, *words: str) -> bool:
        done = subprocess.run(
            [ASSAY, *words], cwd=self.folder, env=self.env, capture_output=True, check=False
        )
        return done.returncode == 0

    def _files(self) -> None:
        """Traces to be judged, and two versions of the policies."""
        made = generate(3, 40, tenants=4, fault_share=0.2, now_ns=time.time_ns())
        (self.folder / "traces.jsonl").write_bytes(_lines(item.value for item in made))
        failing = make_story(9, time.time_ns()).load.items
        (self.folder / "failing.jsonl").write_bytes(_lines(item.value for item in [*failing][:2]))
        for version in ("today", "next"):
            for part in ("schemas", "policies", "remediation_rules"):
                shutil.copytree(ROOT / part, self.folder / version / part)
        business = self.folder / "next" / "policies" / "business.yaml"
        business.write_text(business.read_text().replace("minimum: 0.5 ", "minimum: 0.6 "))


def _lines(values: Any) -> bytes:
    return b"".join(value.replace(b"\n", b" ") + b"\n" for value in values)


def _rows(document: Any) -> Any:
    """Of a list, however the command wraps it."""
    return (
        document if isinstance(document, list) else next(v for v in document.values() if isinstance(v, list))
    )
