"""A load can be made again, and says the truth about itself."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.core.codes import IssueCode
from assay.pipeline.generate import Generated, generate
from assay.pipeline.generate.mix import Drawing


def load(seed: int = 1, count: int = 200, faults: float = 0.3) -> list[Generated]:
    return list(generate(seed, count, tenants=5, fault_share=faults, now_ns=1_790_000_000_000_000_000))


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert load(7) == load(7)


def test_another_seed_gives_other_bytes() -> None:
    values = {item.value for item in load(7, faults=0)}
    assert values.isdisjoint(item.value for item in load(8, faults=0))


def test_a_longer_load_begins_with_the_shorter_one() -> None:
    assert load(3, 50) == load(3, 200)[:50]


@pytest.mark.parametrize("share", [0.0, 0.03, 0.5, 1.0])
def test_the_share_of_faults_is_as_asked(share: float) -> None:
    faulty = sum(item.expected is not None for item in load(2, 2_000, share))
    assert faulty == pytest.approx(2_000 * share, abs=2_000 * 0.04)


def test_only_the_faults_of_the_mix_occur_by_their_weights() -> None:
    mix = {IssueCode.CORRUPT_EMPTY: 3.0, IssueCode.CORRUPT_DEPTH: 1.0}
    items = list(generate(1, 2_000, tenants=1, fault_share=1, mix=mix, now_ns=0))
    empty = sum(item.expected is IssueCode.CORRUPT_EMPTY for item in items)
    assert {item.expected for item in items} == set(mix)
    assert empty == pytest.approx(1_500, abs=100)


def test_most_records_have_their_trace_id_as_key_and_some_have_none() -> None:
    items = load(4, 1_000, 0)
    keyless = [item for item in items if item.key is None]
    assert 0 < len(keyless) < 60
    assert all(item.key in (item.value or b"") for item in items if item.key is not None)


def test_a_load_of_nothing_is_empty() -> None:
    assert load(count=0) == []


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_is_checked_before_the_first_record(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        generate(1, 1, tenants=1, fault_share=share, now_ns=0)


def test_a_mix_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="mix"):
        generate(1, 1, tenants=1, fault_share=0.5, mix={}, now_ns=0)


class Draw(random.Random):
    """Draws what the test says."""

    def __init__(self, value: float) -> None:
        super().__init__(0)
        self.value = value

    def random(self) -> float:
        return self.value


@given(
    weights=st.dictionaries(st.sampled_from(IssueCode), st.floats(1e-9, 1e9), min_size=1),
    draw=st.floats(0, 1, exclude_max=True),
)
def test_every_draw_gives_a_code_of_the_mix(weights: dict[IssueCode, float], draw: float) -> None:
    assert Drawing(weights).draw(Draw(draw)) in weights
