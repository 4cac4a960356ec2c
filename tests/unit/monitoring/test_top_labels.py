"""Which tenants have a series of their own (D-06)."""

from collections import Counter

import orjson
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from assay.agents.invalid_by_tenant import MOST_TENANTS, OTHER_TENANTS, InvalidByTenant
from assay.pipeline.monitoring import TopLabels

WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=2)


@given(st.lists(st.dictionaries(WORDS, st.integers(1, 50), max_size=30), max_size=30))
def test_labels_and_memory_are_bounded_and_no_word_counts_for_more_than_it_has(
    batches: list[dict[str, int]],
) -> None:
    top = TopLabels(3)
    counted: Counter[str] = Counter()
    for batch in batches:
        counted.update(batch)
        lost = top.take(batch)
        assert not set(lost) & top.labelled
        assert len(top.labelled) <= 3
        assert len(top._counts) <= 30
    assert all(top._count(word) <= counted[word] for word in counted)


@given(st.lists(st.dictionaries(WORDS, st.integers(1, 3), max_size=40), min_size=1, max_size=20))
def test_whoever_sends_more_than_half_of_all_has_a_label(batches: list[dict[str, int]]) -> None:
    top = TopLabels(3)
    for batch in batches:
        top.take({**batch, "LOUD": 10 * (1 + sum(batch.values()))})
    assert "LOUD" in top.labelled


def value(registry: CollectorRegistry, tenant: str) -> float | None:
    return registry.get_sample_value("invalid_traces_total", {"tenant_id": tenant})


def rows(*tenants: str, records: int = 1, outcome: str = "invalid") -> list[dict[str, object]]:
    return [{"tenant": tenant, "outcome": outcome, "records": records} for tenant in tenants]


def test_a_tenant_that_comes_late_and_fails_much_gets_its_series() -> None:
    """The fifty that came first are not the fifty that matter."""
    total = InvalidByTenant(registry := CollectorRegistry())
    total.take(rows(*(f"early-{number}" for number in range(MOST_TENANTS))), "2025-03-04T10:00:00Z")
    total.take(rows("late", records=90), "2025-03-04T10:01:00Z")
    assert value(registry, "late") == 90
    assert value(registry, OTHER_TENANTS) == 0
    names = [sample.name for family in registry.collect() for sample in family.samples]
    assert names.count("invalid_traces_total") == MOST_TENANTS + 1


def test_what_was_long_ago_makes_room() -> None:
    """Yesterday's storm must not hide today's tenant."""
    total = InvalidByTenant(registry := CollectorRegistry())
    stormy = [f"old-{number}" for number in range(MOST_TENANTS)]
    total.take(rows(*stormy, records=1000), "2025-03-04T10:00:00Z")
    total.take(rows("new", records=100), "2025-03-04T10:30:00Z")
    assert value(registry, "new") is None
    assert value(registry, OTHER_TENANTS) == 100
    for hour in range(11, 24):
        total.take([], f"2025-03-04T{hour}:00:00Z")
    total.take(rows("new", records=100), "2025-03-04T23:30:00Z")
    assert value(registry, "new") == 100


def test_a_tenants_series_begins_at_zero_with_its_first_trace() -> None:
    """D-04: also when that one passes."""
    total = InvalidByTenant(registry := CollectorRegistry())
    total.take(rows("acme", outcome="valid"), "2025-03-04T10:00:00Z")
    assert value(registry, "acme") == 0


def test_it_counts_what_a_tally_holds() -> None:
    total = InvalidByTenant(registry := CollectorRegistry())
    tally = orjson.loads(
        orjson.dumps([*rows("a", records=3), *rows("a", records=2, outcome="dead_lettered")])
    )
    total.take(tally, "2025-03-04T10:00:00Z")
    assert value(registry, "a") == 5
