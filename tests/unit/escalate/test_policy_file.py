"""policies/escalation.yaml: what may stand there, and that everything wrong is told at once (D-20, D-21)."""

from collections.abc import Mapping

import pytest
import yaml

from assay.agents.policy_files import read_policy_files
from assay.pipeline.core.errors import ConfigError
from assay.pipeline.core.issue import Severity
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.escalation import Confirm, EscalationLevel
from assay.pipeline.policy.escalation_shipped import SHIPPED
from assay.pipeline.policy.lint import lint
from assay.pipeline.policy.parse import load_bundle

FILE = "policies/escalation.yaml"
FIRST = "{after: 0s, roles: [on_call_engineer], reason: now}"
LATER = "{after: 5m, roles: [cto], reason: later}"


def files_with(text: str | None) -> dict[str, bytes]:
    files = read_policy_files(None, None)
    del files[FILE]
    return files if text is None else {**files, FILE: text.encode()}


def bundle_with(text: str | None) -> Bundle:
    return load_bundle(files_with(text))


def chain(*steps: str, name: str = "critical", version: str = "version: 1") -> str:
    listed = "".join(f"\n      - {step}" for step in steps) or " []"
    return f"chains:\n  {name}:\n    {version}\n    steps:{listed}\n"


def test_what_ships_is_what_applies_without_a_file() -> None:
    """People are called even where nobody wrote a matrix."""
    assert bundle_with(None).escalation == SHIPPED
    assert load_bundle(read_policy_files(None, None)).escalation == SHIPPED


def test_what_ships_gives_no_reason_to_complain() -> None:
    _, notes = lint(read_policy_files(None, None))
    assert [note for note in notes if note.file == FILE] == []


def test_what_is_left_out_is_as_it_ships() -> None:
    matrix = bundle_with(chain(FIRST, version="version: 7")).escalation
    assert (matrix.chains[Severity.CRITICAL].version, len(matrix.chains[Severity.CRITICAL].steps)) == (7, 1)
    assert matrix.chains[Severity.HIGH] == SHIPPED.chains[Severity.HIGH]
    assert (matrix.overlays, matrix.volume) == (SHIPPED.overlays, SHIPPED.volume)


def test_the_level_is_that_of_the_highest_role_unless_it_is_said() -> None:
    text = chain(FIRST, LATER, "{after: 6m, roles: [cto], level: lead, reason: r}")
    levels = [step.level for step in bundle_with(text).escalation.chains[Severity.CRITICAL].steps]
    assert levels == [EscalationLevel.RESPONDER, EscalationLevel.EXECUTIVE, EscalationLevel.LEAD]


def test_a_role_that_wants_a_confirmation_gets_one_without_asking_for_it() -> None:
    """D-20: on unless somebody says otherwise."""
    text = chain(FIRST, "{after: 5m, roles: [ceo], ask: [incident_commander], reason: r}")
    step = bundle_with(text).escalation.chains[Severity.CRITICAL].steps[1]
    assert (step.confirm, step.ask) == (Confirm.REQUIRED, ("incident_commander",))


def test_volume_can_be_switched_off() -> None:
    assert bundle_with("volume: null\n").escalation.volume is None


def test_another_matrix_is_another_bundle() -> None:
    assert bundle_with(chain(FIRST)).bundle_id != bundle_with(None).bundle_id


WRONG: Mapping[str, tuple[str, str, str]] = {
    # what is wrong: (the file, where it is told, a part of why)
    "a role that nobody has": (
        chain("{after: 0s, roles: [on_call_enginer], reason: r}"),
        "chains.critical.steps[0].roles",
        "'on_call_enginer' is no role",
    ),
    "steps out of order": (
        chain(FIRST, LATER, "{after: 1m, roles: [cto], reason: r}"),
        "chains.critical.steps[2].after",
        "earlier than the step before",
    ),
    "critical that waits": (chain(LATER), "chains.critical.steps", "calls nobody at once"),
    "critical that calls nobody": (chain(), "chains.critical.steps", "calls nobody at once"),
    "critical that first asks": (
        chain("{after: 0s, roles: [cto], confirm: required, ask: [ciso], reason: r}"),
        "chains.critical.steps",
        "calls nobody at once",
    ),
    "a confirmation that nobody is asked for": (
        chain(FIRST, "{after: 5m, roles: [ceo], reason: r}"),
        "chains.critical.steps[1]",
        "nobody is asked",
    ),
    "a question that needs no answer": (
        chain("{after: 0s, roles: [cto], ask: [ciso], reason: r}"),
        "chains.critical.steps[0].ask",
        "not needed",
    ),
    "a step for nobody": (
        chain("{after: 0s, roles: [], reason: r}"),
        "chains.critical.steps[0].roles",
        "names nobody",
    ),
    "a time in no unit": (
        chain("{after: 15, roles: [cto], reason: r}"),
        "chains.critical.steps[0].after",
        "15 is not a text",
    ),
    "a time next year": (
        chain("{after: 400d, roles: [cto], reason: r}"),
        "chains.critical.steps[0].after",
        "out of range",
    ),
    "no reason": (chain("{after: 0s, roles: [cto]}"), "chains.critical.steps[0].reason", "is missing"),
    "a placeholder for a value": (
        chain("{after: 0s, roles: [cto], reason: 'see {payload}'}"),
        "chains.critical.steps[0].reason",
        "'payload' is nothing",
    ),
    "half a placeholder": (
        chain("{after: 0s, roles: [cto], reason: 'see {code'}"),
        "chains.critical.steps[0].reason",
        "without its other half",
    ),
    "a volume of one hour in a chain's words": (
        chain("{after: 0s, roles: [cto], reason: '{volume}'}"),
        "chains.critical.steps[0].reason",
        "'volume' is nothing",
    ),
    "a severity that is none": (chain(FIRST, name="urgent"), "chains.urgent", "is not a key"),
    "a version that is none": (
        chain(FIRST, version="version: 0"),
        "chains.critical.version",
        "not an integer from 1",
    ),
    "a level that is none": (
        chain("{after: 0s, roles: [cto], level: c_suite, reason: r}"),
        "chains.critical.steps[0].level",
        "not one of its words",
    ),
    "a role without a level": ("roles:\n  janitor: {}\n", "roles.janitor.level", "is missing"),
    "a role with a strange name": (
        "roles:\n  The CEO: {level: lead}\n",
        "roles.The CEO",
        "no name of a role",
    ),
    "an overlay of no category": ("overlays:\n  legal: {}\n", "overlays.legal", "is not a key"),
    "a volume that is always exceeded": (
        "volume: {version: 1, more_than: 0, within: 1h, roles: [cto], reason: r}\n",
        "volume.more_than",
        "not an integer from 1",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_named_with_its_place(name: str) -> None:
    text, place, why = WRONG[name]
    with pytest.raises(ConfigError) as caught:
        bundle_with(text)
    found = [problem for problem in caught.value.problems if problem.where.endswith(f": {place}")]
    assert any(why in problem.why for problem in found), caught.value.problems


def test_everything_wrong_is_told_at_once() -> None:
    text = """\
chains:
  critical:
    version: x
    steps:
      - {after: 5m, roles: [nobody_1], reason: "{secret}"}
      - {after: 1m, roles: [ceo], reason: r}
"""
    with pytest.raises(ConfigError) as caught:
        bundle_with(text)
    whys = " ".join(problem.why for problem in caught.value.problems)
    for part in ("'x' is not", "no role", "'secret'", "earlier", "nobody is asked", "at once"):
        assert part in whys


DOUBTFUL: Mapping[str, tuple[str, str]] = {
    "a clock that calls the board": (
        chain(FIRST, "{after: 5m, roles: [board_notification], confirm: not_needed, reason: r}"),
        "lets a clock call board_notification",
    ),
    "an excuse for nothing": (
        chain("{after: 0s, roles: [cto], because: b, reason: r}"),
        "excuses nothing",
    ),
    "asking those who are to be called": (
        chain(FIRST, "{after: 5m, roles: [ceo], ask: [ceo], reason: r}"),
        "asks ceo whether to call them",
    ),
    "the same people again": (
        chain(FIRST, "{after: 5m, roles: [on_call_engineer], reason: r}"),
        "calls the same roles as a step before",
    ),
    "a role without work": ("roles:\n  janitor: {level: lead}\n", "is never called"),
    "high that calls nobody": (chain(name="high"), "calls nobody, ever"),
}


@pytest.mark.parametrize("name", DOUBTFUL)
def test_what_works_and_may_not_be_meant_is_a_warning(name: str) -> None:
    text, why = DOUBTFUL[name]
    reading, notes = lint(files_with(text))
    assert not reading.notes
    assert [note for note in notes if note.file == FILE and why in note.why and note.level == "warning"]


@pytest.mark.parametrize(
    "document", [[], 7, None, "x", {"chains": []}, {"chains": {"critical": []}}, {"roles": 1}]
)
def test_a_file_in_another_shape_is_refused_not_crashed_on(document: object) -> None:
    with pytest.raises(ConfigError):
        bundle_with(yaml.safe_dump(document))
