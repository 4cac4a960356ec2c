"""A group that gets worse changes chains, and repeats nothing."""

from dataclasses import replace

from assay.pipeline.core.issue import Severity
from assay.pipeline.policy.escalation import Chain, ChainStep, EscalationLevel
from assay.pipeline.policy.escalation_shipped import SHIPPED

from .conftest import World

LEAD, EXECUTIVE = EscalationLevel.LEAD, EscalationLevel.EXECUTIVE


def test_the_higher_chain_takes_over_with_the_times_of_the_first_detection(world: World) -> None:
    world.group(severity="medium")
    world.wait(20)
    world.group(severity="critical")
    assert world.said() == [
        ("step", "medium", 0),
        ("skipped", "medium", 1),
        ("step", "critical", 0),
        ("step", "critical", 1),
    ]
    assert world.written[1].why == "severity_raised"
    world.wait(10_000)
    assert world.said()[4:] == [("confirmation", "critical", 2)]


def test_nothing_changes_when_it_gets_better(world: World) -> None:
    """Who was called about the worst is the one to say that it is over."""
    world.group(severity="critical")
    world.group(severity="low")
    world.wait(15)
    assert world.said() == [("step", "critical", 0), ("step", "critical", 1)]


def test_the_overlay_goes_on_beside_the_new_chain(world: World) -> None:
    world.group(severity="high", category="compliance")
    world.wait(1)
    world.group(severity="critical")
    world.wait(29)
    assert [said for said in world.said() if said[1] == "compliance"] == [
        ("step", "compliance", 0),
        ("step", "compliance", 1),
    ]


def test_roles_that_the_lower_chain_has_called_are_not_called_again(world: World) -> None:
    """A step is left out, and that is said, when its roles know already, from as high."""
    low = Chain("medium", 1, (ChainStep(0, ("a", "b"), EXECUTIVE, "first"),))
    high = Chain(
        "critical",
        1,
        (
            ChainStep(0, ("a",), LEAD, "the same person, lower"),
            ChainStep(0, ("a", "c"), LEAD, "somebody new"),
            ChainStep(60, ("a",), EXECUTIVE, "a reminder would be the same"),
        ),
    )
    world.matrix = replace(SHIPPED, chains={**SHIPPED.chains, Severity.MEDIUM: low, Severity.CRITICAL: high})
    world.group(severity="medium")
    world.group(severity="critical")
    world.wait(1)
    assert world.said() == [
        ("step", "medium", 0),
        ("skipped", "critical", 0),
        ("step", "critical", 1),
        ("skipped", "critical", 2),
    ]
    assert world.written[1].why == "already_called"


def test_roles_are_called_again_when_it_goes_higher(world: World) -> None:
    lower = Chain("medium", 1, (ChainStep(0, ("a",), LEAD, "lower"),))
    higher = Chain("critical", 1, (ChainStep(0, ("a",), EXECUTIVE, "higher"),))
    world.matrix = replace(
        SHIPPED, chains={**SHIPPED.chains, Severity.MEDIUM: lower, Severity.CRITICAL: higher}
    )
    world.group(severity="medium")
    world.group(severity="critical")
    assert world.said() == [("step", "medium", 0), ("step", "critical", 0)]
