"""``assay demo`` as a person types it, up to the point where servers would start."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assay.agents.audit.testing import Story
from assay.agents.cli import demo as module
from assay.agents.demo import DemoPlan, DemoResult
from assay.agents.demo.story import FOR_A_PERSON
from assay.agents.demo.story import Story as DemoStory
from assay.pipeline.core.errors import ConfigError

Finish = Callable[..., DemoResult]


class Caught:
    """Stands for ``run_demo``: keeps the plan."""

    def __init__(self, result: DemoResult, home: Path) -> None:
        self.plan = DemoPlan(())
        self.failures: tuple[str, ...] = ()
        self.interrupted = False
        self._result = result
        self._report = home / "demo-report.json"

    def __call__(
        self,
        plan: DemoPlan,
        story: DemoStory,
        home: Path,
        display: object,
        show: Callable[[DemoResult, Path], None],
    ) -> tuple[str, ...]:
        assert plan.loads[0] is story.load
        self.plan = plan
        if self.interrupted:
            raise KeyboardInterrupt
        self._report.write_text(json.dumps(self._result.to_json()))
        show(self._result, self._report)
        return self.failures


@pytest.fixture
def caught(monkeypatch: pytest.MonkeyPatch, story: Story, finish: Finish, tmp_path: Path) -> Caught:
    caught = Caught(finish(story), tmp_path)
    monkeypatch.setattr(module, "run_demo", caught)
    return caught


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "runs.jsonl"
    path.write_bytes(b'{"task_id":1}\n\n{"task_id":2}\n')
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(module.demo, arguments)


def test_generated_traces_come_with_known_faults(caught: Caught) -> None:
    assert run("--traces", "2000").exit_code == 0
    story, load = caught.plan.loads
    items = list(load.items)
    assert len(items) == load.count == 2000
    assert story.count == 1 + FOR_A_PERSON
    faulty = sum(item.expected is not None for item in items)
    assert 0.02 < faulty / 2000 < 0.04


def test_lines_of_a_file_are_published_as_they_are_under_their_subject(caught: Caught, file: Path) -> None:
    assert run("--traces", "0", "--data", f"{file}:agent_run").exit_code == 0
    _, load = caught.plan.loads
    items = list(load.items)
    assert (load.count, load.name) == (2, f"{file} as agent_run")
    assert [item.value for item in items] == [b'{"task_id":1}', b'{"task_id":2}']
    assert all(item.headers == [("assay-subject", b"agent_run")] and not item.known for item in items)


def test_without_a_subject_the_lines_say_what_they_are(caught: Caught, file: Path) -> None:
    assert run("--traces", "0", "--data", str(file)).exit_code == 0
    assert [item.headers for item in caught.plan.loads[1].items] == [[], []]


def test_a_file_may_have_a_colon_in_its_name(caught: Caught, tmp_path: Path) -> None:
    (tmp_path / "a:b").write_bytes(b"{}\n")
    assert run("--data", str(tmp_path / "a:b")).exit_code == 0
    assert run("--data", f"{tmp_path / 'a:b'}:agent_run").exit_code == 0


def test_options_reach_the_plan(caught: Caught, file: Path) -> None:
    arguments = ("--rate", "50", "--processes", "3", "--stay", "--keep", "--data", str(file))
    assert run("--data", str(file), *arguments).exit_code == 0
    plan = caught.plan
    assert (plan.rate, plan.processes, plan.stay, plan.keep) == (50.0, 3, True, True)
    assert plan.total == 100_000 + 4 + 1 + FOR_A_PERSON


def test_a_file_that_is_not_there_is_named(caught: Caught) -> None:
    result = run("--data", "nowhere.jsonl:agent_run")
    assert result.exit_code == 2
    assert "no such file: 'nowhere.jsonl'" in result.stderr


@pytest.mark.parametrize("subject", ["agent_runs", ""])
def test_a_wrong_subject_is_answered_with_the_right_ones(caught: Caught, file: Path, subject: str) -> None:
    result = run("--data", f"{file}:{subject}")
    assert isinstance(result.exception, ConfigError)
    assert "agent_run, cloudtrail_event, workflow_trace" in str(result.exception)


def test_nothing_to_publish_is_wrong_usage(caught: Caught) -> None:
    result = run("--traces", "0")
    assert result.exit_code == 2
    assert "nothing to publish" in result.stderr


def test_the_result_goes_to_standard_output_as_text_or_as_json(caught: Caught) -> None:
    text = run("--traces", "10")
    assert "0 lost, 0 duplicated, 0 invented" in text.stdout
    assert json.loads(run("--traces", "10", "--json").stdout)["produced"] == 10


def test_failures_are_said_and_end_in_1(caught: Caught) -> None:
    caught.failures = ("1 missing: a record has no outcome",)
    result = run("--traces", "10")
    assert result.exit_code == 1
    assert "1 missing" in result.stderr


def test_an_interrupt_ends_in_1_and_says_that_nothing_is_left(caught: Caught) -> None:
    caught.interrupted = True
    result = run("--traces", "10")
    assert result.exit_code == 1
    assert "everything that the demo started is stopped" in result.stderr
