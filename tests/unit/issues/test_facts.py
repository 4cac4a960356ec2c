"""What a group knows of its traces, in whatever order and however often facts come (DESIGN 8, D-13)."""

import random
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.core.team import Team
from assay.pipeline.issues import Fact, Group, Happening, take_command, take_fact, to_json
from assay.pipeline.issues.facts import FIRST_SAMPLES, LAST_SAMPLES, MOST_PRODUCERS, MOST_TENANTS, OTHER
from assay.pipeline.issues.rate import HOURS, MINUTES, Rate
from assay.pipeline.issues.seen import MOST_SEEN

from .conftest import START_NS, a_command, a_fact, at

START_S = START_NS // 10**9


def a_group(*facts: Fact) -> Group:
    group: Group | None = None
    for number, fact in enumerate(facts):
        group = take_fact(group, fact, f"quality.issues/0/{number}")
    assert group is not None
    return group


def test_it_counts_traces_and_issues_and_knows_first_and_last() -> None:
    group = a_group(a_fact(5), a_fact(9, occurrences=3), a_fact(7))
    assert (group.count, group.occurrences) == (3, 5)
    assert (group.first_seen, group.last_seen) == (at(5), at(9))


def test_the_same_fact_counts_once() -> None:
    """A record that a producer sent twice is one record."""
    group = a_group(a_fact(5))
    assert take_fact(group, a_fact(5), "q/0/2") is group


def test_the_same_command_counts_once() -> None:
    group = a_group(a_fact())
    once = take_command(group, a_command(Happening.TRIAGE, 3), "q/0/1")
    assert isinstance(once, Group)
    assert take_command(once, a_command(Happening.TRIAGE, 3), "q/0/2") is once


facts = st.lists(st.integers(0, 5000), min_size=1, max_size=40, unique=True).map(
    lambda seconds: [
        a_fact(
            second,
            version=f"1.{second // 1500}",
            tenant=str(second % 3),
            severity=list(Severity)[second % 4],
        )
        for second in seconds
    ]
)


@given(facts, st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(found: list[Fact], chance: random.Random) -> None:
    """Partitions of the topics before are read at different speeds."""
    shuffled = list(found)
    chance.shuffle(shuffled)
    one, other = a_group(*found), a_group(*shuffled)
    assert _in_no_order(one) == _in_no_order(other)


def _in_no_order(group: Group) -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(to_json(group))
    for member in ("tenants", "producers", "seen"):
        document[member] = sorted(document[member], key=str)
    return document


@given(facts, st.data())
def test_facts_that_come_again_change_nothing(found: list[Fact], data: st.DataObject) -> None:
    """As long as they are remembered: the last 64 events of a group."""
    assert len(found) <= MOST_SEEN
    again = data.draw(st.lists(st.sampled_from(found), max_size=20))
    assert a_group(*found, *again) == a_group(*found)


def test_the_first_bad_version_is_that_of_the_earliest_trace() -> None:
    """Regression attribution: 1.5.0 brought the problem, whichever trace comes in first."""
    group = a_group(a_fact(50, version="1.5.1"), a_fact(40, version="1.5.0"), a_fact(60, version="1.5.0"))
    assert (group.first_bad.name, group.first_bad.version) == ("orchestrator", "1.5.0")
    assert (group.first_bad.at, group.first_bad.source) == (at(40), "traces.raw/0/40000")
    versions = {each.version: (each.count, each.first_seen, each.last_seen) for each in group.producers}
    assert versions == {"1.5.1": (1, at(50), at(50)), "1.5.0": (2, at(40), at(60))}


def test_samples_are_the_first_and_the_last() -> None:
    group = a_group(*(a_fact(second) for second in range(30)))
    seconds = [*range(FIRST_SAMPLES), *range(30 - LAST_SAMPLES, 30)]
    assert [sample.source for sample in group.samples] == [f"traces.raw/0/{s * 1000}" for s in seconds]


def test_many_tenants_and_versions_are_bounded() -> None:
    """A producer that makes versions up must not make the record grow past what its topic takes."""
    group = a_group(*(a_fact(n, tenant=f"t{n}", version=f"v{n}") for n in range(300)))
    assert len(group.tenants) == MOST_TENANTS + 1
    assert {each.tenant_id: each.count for each in group.tenants}[OTHER] == 300 - MOST_TENANTS
    assert len(group.producers) == MOST_PRODUCERS
    assert group.producers[-1].version == "v299"
    assert group.first_bad.version == "v0"
    assert len(to_json(group)) < 20_000


def test_category_and_team_are_those_of_the_newest_trace() -> None:
    """They are policy: a new bundle may have moved the code to another team."""
    moved = a_fact(9, category=Category.SECURITY, team=Team.SECURITY_TEAM)
    group = a_group(a_fact(1), moved, a_fact(5))
    assert (group.category, group.team) == (Category.SECURITY, Team.SECURITY_TEAM)


def test_severity_is_the_worst_of_the_episode() -> None:
    """During the change from one bundle to the next, workers may disagree for a while."""
    group = a_group(
        a_fact(1, severity=Severity.MEDIUM),
        a_fact(2, severity=Severity.CRITICAL),
        a_fact(3, severity=Severity.LOW),
    )
    assert group.severity is Severity.CRITICAL


def test_the_traces_of_any_hour_are_known() -> None:
    """S0-183, D-13: more than ten within an hour is a question to the group."""
    group = a_group(*(a_fact(second) for second in range(0, 7200, 60)))
    assert group.rate.within_hour(START_S + 7199) == 60
    assert group.rate.within_hour(START_S + 7199 + 1800) == 30
    assert group.rate.within_hour(START_S + 20_000) == 0
    assert sum(count for _, count in group.rate.hours) == 120


@given(st.lists(st.integers(0, 400_000), max_size=200))
def test_buckets_are_few_ascending_and_complete(seconds: list[int]) -> None:
    rate = Rate()
    for second in seconds:
        rate = rate.plus(second)
    for buckets, width, most in ((rate.minutes, 60, MINUTES), (rate.hours, 3600, HOURS)):
        assert len(buckets) <= most
        assert all(one < other for (one, _), (other, _) in pairwise(buckets))
        newest = max((second // width for second in seconds), default=0)
        kept = [second for second in seconds if second // width > newest - most]
        assert sum(count for _, count in buckets) == len(kept)


@pytest.mark.parametrize("member", ["code", "subject", "path", "rule", "fingerprint"])
def test_what_makes_the_group_is_that_of_its_first_trace(member: str) -> None:
    first, other = a_fact(1), a_fact(2, **{member: "other"})
    assert getattr(a_group(first, other), member) == getattr(first, member)
