"""A key directory, and a clock that stands until it is moved."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from assay.agents.sealing import EnvelopeSealer, FileKeyProvider


@dataclass
class StandingClock:
    now: int = 1_700_000_000_000_000_000

    def now_ns(self) -> int:
        return self.now


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def provider(directory: Path) -> FileKeyProvider:
    return FileKeyProvider(directory)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def sealer(provider: FileKeyProvider, clock: StandingClock) -> EnvelopeSealer:
    return EnvelopeSealer(provider, clock)
