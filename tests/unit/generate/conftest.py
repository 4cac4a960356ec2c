import random

import pytest

from assay.pipeline.generate import TraceMaker

NOW_NS = 1_790_000_000_123_456_789


@pytest.fixture
def now_ns() -> int:
    return NOW_NS


@pytest.fixture
def maker() -> TraceMaker:
    return TraceMaker(random.Random(5), tenants=10, now_ns=NOW_NS)
