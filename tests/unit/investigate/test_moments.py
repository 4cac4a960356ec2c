"""Times as people type them (S0-95: `--since=1h`)."""

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from assay.agents.cli.replay import replay
from assay.agents.moments import moment_ns
from assay.pipeline.core.clock import rfc3339

NOW = 1_772_615_700_000_000_000
S = 10**9


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", NOW - 90 * S),
        ("15m", NOW - 900 * S),
        ("1h", NOW - 3600 * S),
        ("7d", NOW - 7 * 86_400 * S),
        ("0s", NOW),
        ("2026-03-04", 1_772_582_400 * S),
        ("2026-03-04T09:15:00Z", NOW),
        ("2026-03-04T10:15:00+01:00", NOW),
        ("2026-03-04t09:15:00.000000001z", NOW + 1),
    ],
)
def test_a_time_is_how_long_ago_or_when(text: str, expected: int) -> None:
    assert moment_ns(text, NOW) == expected


@pytest.mark.parametrize(
    "text",
    ["", "1", "h", "1w", "-1h", "1.5h", "1h30m", "yesterday", "2026-03-04T09:15:00", "2026-13-01",
     "2026-02-30", "1969-12-31", "999999d", "٣h"],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    """A time without an offset is anybody's guess."""
    with pytest.raises(ValueError, match="90s, 15m, 2h, 7d"):
        moment_ns(text, NOW)


@given(st.integers(0, 253_402_300_799_999_999_999))
def test_what_we_write_is_read_back(at_ns: int) -> None:
    assert moment_ns(rfc3339(at_ns), NOW) == at_ns


def test_replay_takes_the_same_forms() -> None:
    result = CliRunner().invoke(replay, ["plan", "--since", "soon"])
    assert result.exit_code == 2
    assert "--since" in result.output
