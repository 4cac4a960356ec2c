"""Made-up agent runs have the size and shape of real ones, so that speed on them means something."""

import json
import statistics
from importlib import resources

import jsonschema

from assay.pipeline.generate.corpus import agent_runs


def test_they_are_valid_by_the_schema_of_their_subject() -> None:
    """S0-7, S0-8: judged by the reference validator."""
    folder = resources.files("assay.schemas").joinpath("agent_run")
    validator = jsonschema.Draft202012Validator(json.loads(folder.joinpath("1.0.0.json").read_text()))
    for value in agent_runs(20, seed=1):
        assert [error.json_path for error in validator.iter_errors(json.loads(value))] == []


def test_they_are_of_about_seventeen_kilobytes() -> None:
    sizes = [len(value) for value in agent_runs(60, seed=1)]
    assert 14_000 < statistics.median(sizes) < 20_000
    assert max(sizes) < 30_000


def test_the_same_seed_gives_the_same_runs() -> None:
    assert list(agent_runs(5, seed=1)) == list(agent_runs(5, seed=1))
    assert list(agent_runs(5, seed=1)) != list(agent_runs(5, seed=2))


def test_a_few_of_them_tell_how_somebody_is_reached() -> None:
    runs = [value for value in agent_runs(100, seed=1) if b"contact" in value]
    assert 10 < len(runs) < 45
