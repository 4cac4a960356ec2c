import functools
from collections.abc import Sequence

import pytest

from assay.pipeline.generate.corpus import Case, Half, corpus

CASES = 4_400


@functools.cache
def _half(half: Half) -> Sequence[Case]:
    return tuple(corpus(half, CASES))


@pytest.fixture
def tuning() -> Sequence[Case]:
    return _half(Half.TUNING)


@pytest.fixture
def measuring() -> Sequence[Case]:
    return _half(Half.MEASURING)
