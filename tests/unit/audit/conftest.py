import pytest

from assay.agents.audit.testing import Story
from assay.pipeline.core.topics import TopicRole

PATTERN = (TopicRole.VALID, TopicRole.VALID, TopicRole.INVALID, TopicRole.VALID, TopicRole.DEAD_LETTER)


@pytest.fixture
def story() -> Story:
    """Ten records on two partitions with a hole in each, in two transactions, all accounted for."""
    story = Story()
    for turn in range(2):
        batch = []
        for number, role in enumerate(PATTERN):
            raw = story.publish(
                turn,
                key=b"key-%d" % number,
                value=b'{"n":%d}' % number,
                headers=(("app", b"x"), ("assay-src", b"a producer's")),
                hole=2 if number == 3 else 0,
            )
            batch.append((raw, role))
        story.transaction(batch)
    return story
