"""The traces that show the second half of the loop end where the demo needs them, and the person's patch puts them right."""

import json

import pytest

from assay.agents.auto_remediation import AutoRemediationStep
from assay.agents.classifier import ClassifierStep
from assay.agents.demo.story import FOR_A_PERSON, Story, make_story
from assay.agents.detector import DetectorStep
from assay.agents.lanes.step import LaneStep, SourceRange
from assay.agents.policy_files import load_policies
from assay.agents.settings import load_settings
from assay.pipeline.core.record import RawRecord
from assay.pipeline.dispose.testing import KeylessSealer
from assay.pipeline.flow import Judge
from assay.pipeline.generate import Generated
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.replay.edit import edited, read_patch
from assay.pipeline.testing import raw_record

KEYS = KeylessSealer()
NOW_NS = 1_741_079_705_000_000_000


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_policies(load_settings())


@pytest.fixture(scope="module", params=range(1, 6))
def story(request: pytest.FixtureRequest) -> Story:
    """Whatever the seed is."""
    return make_story(request.param, NOW_NS)


def end_of(item: Generated, bundle: Bundle) -> RawRecord:
    steps: tuple[LaneStep, ...] = (
        DetectorStep(bundle, KEYS, "detector", secret=b""),
        ClassifierStep(bundle, "classifier"),
        AutoRemediationStep(bundle, KEYS, "auto_remediation"),
    )
    at = raw_record(item.value, key=item.key, headers=item.headers)
    for step in steps:
        work = step.begin()
        work.add([at], NOW_NS)
        out = work.finish([SourceRange(at.topic, 0, 0, 1, 1)], NOW_NS)[0]
        at = RawRecord(out.role.value, 0, 0, at.timestamp, out.key, out.value, out.headers)
    return at


def test_one_is_repaired_and_the_others_are_dead_letters_of_one_problem(story: Story, bundle: Bundle) -> None:
    ends = [end_of(item, bundle) for item in story.load.items]
    assert [end.topic for end in ends] == ["traces.remediated"] + ["dlq.traces.raw"] * FOR_A_PERSON
    assert {(end.key or b"").decode() for end in ends[1:]} == {story.fingerprint}
    assert len({item.key for item in story.load.items}) == len(ends) == story.load.count


def test_the_patch_puts_each_of_them_right(story: Story, bundle: Bundle) -> None:
    judge, patch = Judge(bundle), read_patch(story.patch)
    for item in [*story.load.items][1:]:
        after = edited(json.loads(item.value or b""), patch).value
        verdict = judge(raw_record(after, headers=item.headers), NOW_NS)
        assert not verdict.issues
