"""``assay bench pii``: figures from a corpus with known truth, on detectors of which the truth is known too."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from assay.agents.bench import pii_bench
from assay.agents.bench.pii_bench import PiiPlan, PiiResults, bench_pii
from assay.agents.bench.pii_tables import AGENT_RUNS, PII_GOALS, figure, mb_per_second
from assay.agents.bench.results import Reached
from assay.agents.policy_files import read_policy_files
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.errors import ConfigError
from assay.pipeline.core.issue import Finding
from assay.pipeline.core.trace import Trace
from assay.pipeline.generate.corpus import ROWS, SECRETS, Half, Kind, corpus
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle

CASES, SEED = 220, 5
SHARES = [goal for goal in PII_GOALS if goal.measure != AGENT_RUNS]


class Knowing:
    """Says what the corpus expects; ``forgets`` some codes, and ``invents`` one in every case."""

    name = "security"

    def __init__(self, forgets: Sequence[IssueCode] = (), invents: IssueCode | None = None) -> None:
        self._truth = {
            case.value: [Finding(each.code, each.path) for each in case.expected if each.code not in forgets]
            for half in Half
            for case in corpus(half, CASES, SEED)
        }
        self._invented = [Finding(invents)] if invents else []
        self.subjects: set[str] = set()

    def detect(self, trace: Trace) -> Sequence[Finding]:
        self.subjects.add(trace.subject)
        return [*self._truth.get(trace.value, ()), *self._invented]


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle(read_policy_files(None, None))


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Speed is not what these tests are about."""
    monkeypatch.setattr(pii_bench, "LEAST_CPU_S", 1e-6)
    monkeypatch.setattr(pii_bench, "GENERATED_RUNS", 2)


@pytest.fixture
def measured(bundle: Bundle, quickly: None) -> Callable[..., PiiResults]:
    def measure(detector: Knowing | None = None, runs: Path | None = None) -> PiiResults:
        plan = PiiPlan(rounds=3, cases=CASES, seed=SEED, runs=runs)
        return bench_pii(bundle, detector or Knowing(), plan, lambda _doing: None)

    return measure


def test_a_detector_that_knows_the_truth_meets_every_goal(measured: Callable[..., PiiResults]) -> None:
    found = measured()

    assert {found.results.reached(goal) for goal in SHARES} == {Reached.MET}
    assert found.results.series["measuring_placed"].median == 1.0
    assert not found.tuning_mistakes


def test_the_document_has_every_type_in_both_halves(measured: Callable[..., PiiResults]) -> None:
    document = json.loads(json.dumps(measured().results.document()))

    assert list(document) == ["bench", "rounds", "machine", "figures", "ratios"]
    assert (document["bench"], document["rounds"]) == ("pii", 3)
    names = {
        figure(half, row, each) for half in Half for row in ROWS for each in ("precision", "recall", "cases")
    }
    others = {f"{half}_placed" for half in Half} | {mb_per_second(half) for half in Half} | {AGENT_RUNS}
    assert document["figures"].keys() == names | others
    assert "measuring_card_precision" in names
    assert all(list(each) == ["median", "min", "max", "unit"] for each in document["figures"].values())


def test_every_goal_speaks_of_a_figure_of_the_measuring_half(measured: Callable[..., PiiResults]) -> None:
    """A misspelt name would read as something that was not measured."""
    series = measured().results.series

    assert {goal.measure for goal in PII_GOALS} <= series.keys()
    assert all(goal.measure.startswith("measuring_") for goal in SHARES)
    assert len(PII_GOALS) == 15


@pytest.mark.parametrize("row", ["card", "iban", "ssn", "email", "phone", "ip"])
def test_what_is_not_found_is_missed_in_both_halves(measured: Callable[..., PiiResults], row: str) -> None:
    code = IssueCode(f"security.pii_{row}")

    found = measured(Knowing(forgets=[code]))

    missed = {goal.words for goal in SHARES if found.results.reached(goal) is Reached.MISSED}
    assert missed == {f"{row}: recall", f"{row}: precision"}
    assert {each.code for each in found.tuning_mistakes} == {code}


def test_what_is_invented_costs_precision_only(measured: Callable[..., PiiResults]) -> None:
    found = measured(Knowing(invents=IssueCode.SECURITY_SECRET_GENERIC))

    missed = {goal.words for goal in SHARES if found.results.reached(goal) is Reached.MISSED}
    assert missed == {f"{SECRETS}: precision"}


def test_only_mistakes_of_the_tuning_half_are_told(measured: Callable[..., PiiResults]) -> None:
    found = measured(Knowing(invents=IssueCode.SECURITY_PII_IP))

    assert {each.case.name.partition("/")[0] for each in found.tuning_mistakes} == {"tuning"}
    assert {each.case.kind for each in found.tuning_mistakes} == set(Kind)


def test_speed_has_a_value_a_round(measured: Callable[..., PiiResults]) -> None:
    series = measured().results.series

    for name in (AGENT_RUNS, *map(mb_per_second, Half)):
        assert len(series[name].values) == 3
        assert min(series[name].values) > 0


def test_runs_of_a_file_are_measured_instead_of_made_up_ones(
    measured: Callable[..., PiiResults], tmp_path: Path
) -> None:
    file = tmp_path / "runs.jsonl"
    file.write_text('{"task_id": 1}\n\n{"task_id": 2}\n')
    detector = Knowing()

    found = measured(detector, file)

    assert found.results.machine["agent_runs"] == "runs.jsonl"
    assert detector.subjects == {"workflow_trace", "agent_run"}


@pytest.mark.parametrize(
    ("content", "why"), [("", "has no lines"), ("{}\n{", "not JSON"), (None, "cannot be read")]
)
def test_a_file_of_runs_that_is_of_no_use_is_said_to_be(
    measured: Callable[..., PiiResults], tmp_path: Path, content: str | None, why: str
) -> None:
    file = tmp_path / "runs.jsonl"
    if content is not None:
        file.write_text(content)

    with pytest.raises(ConfigError, match=why):
        measured(runs=file)


def test_a_detector_that_raises_gives_no_figures(bundle: Bundle, quickly: None) -> None:
    """D-16: it never does; a benchmark that went on would hide it."""

    class Raising(Knowing):
        def detect(self, trace: Trace) -> Sequence[Finding]:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        bench_pii(bundle, Raising(), PiiPlan(1, CASES, SEED, None), lambda _doing: None)
