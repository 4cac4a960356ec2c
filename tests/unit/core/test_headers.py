"""Which headers of a producer survive (DESIGN 4)."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from assay.pipeline.core import headers as names
from assay.pipeline.core.headers import FROM_PRODUCERS, PREFIX, first, kept

OURS = sorted(
    value
    for name, value in vars(names).items()
    if name.isupper() and isinstance(value, str) and value.startswith(PREFIX) and value != PREFIX
)
NAMES = st.sampled_from(
    [*OURS, "assay-new", "assayed", "traceparent", "h", "", "__dlq.errors.topic"]
) | st.text(max_size=8)
HEADERS = st.lists(st.tuples(NAMES, st.none() | st.binary(max_size=4)), max_size=8)


def test_there_are_headers_of_ours() -> None:
    """Or the tests below would test nothing."""
    assert names.OUTCOME in OURS
    assert len(OURS) > 10


@given(HEADERS)
@example([(name, b"forged") for name in OURS])
@settings(deadline=None)
def test_a_producer_sets_no_header_of_ours_and_keeps_its_own(headers: list[tuple[str, bytes | None]]) -> None:
    """In order, doubled ones too; only what producers may set of ours survives."""
    survivors = kept(headers)
    assert not [name for name, _ in survivors if name.startswith(PREFIX) and name not in FROM_PRODUCERS]
    lost = [pair for pair in headers if pair not in survivors]
    assert all(name.startswith(PREFIX) and name not in FROM_PRODUCERS for name, _ in lost)
    assert survivors == [pair for pair in headers if pair in survivors]


@given(HEADERS)
@settings(deadline=None)
def test_what_survived_survives_again(headers: list[tuple[str, bytes | None]]) -> None:
    assert kept(kept(headers)) == kept(headers)


def test_a_producer_may_name_the_subject() -> None:
    assert kept([(names.SUBJECT, b"agent_run"), (names.TENANT, b"other")]) == [(names.SUBJECT, b"agent_run")]


def test_the_first_of_several_counts() -> None:
    headers = [("a", b"1"), ("b", None), ("a", b"2")]
    assert first(headers, "a") == b"1"
    assert first(headers, "b") is None
    assert first(headers, "c") is None
