"""Keys of subject.yaml on versions: upgrades from one to the next, and members that readers expect (DESIGN 6)."""

import json
import re
from collections.abc import Callable, Mapping

import pytest

from assay.pipeline.core.errors import Problem
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.subject import Upgrade

Problems = Callable[[Mapping[str, bytes]], tuple[Problem, ...]]
LINE = re.compile(r"(?<=\.yaml):\d+|(?<=\.json):\d+")

ORDER = "schemas/order/subject.yaml"
GOOD = b"""
upgrades: [{from: 1.0.0, to: 2.0.0, rule: order_1_to_2}]
expected: [/id, /who/na~1me]
"""


def without_line(problem: Problem) -> str:
    return LINE.sub("", problem.where)


@pytest.fixture
def grown(files: dict[str, bytes]) -> dict[str, bytes]:
    """The small policy with a way from its old version to the new one, and two members that are missed."""
    schema = {
        "properties": {"id": {}, "who": {"$ref": "#/$defs/who"}},
        "$defs": {"who": {"properties": {"na/me": {}}}},
    }
    return {
        **files,
        "schemas/order/2.0.0.json": json.dumps(schema).encode(),
        ORDER: files[ORDER] + GOOD,
    }


def test_upgrades_and_expected_members_are_read(grown: dict[str, bytes], small: Bundle) -> None:
    order = load_bundle(grown).subjects["order"]
    assert order.upgrades == (Upgrade("1.0.0", "2.0.0", "order_1_to_2"),)
    assert order.expected == (("id",), ("who", "na/me"))
    assert (small.subjects["order"].upgrades, small.subjects["order"].expected) == ((), ())


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"order_1_to_2", b"order_1_to_two"), (b"[/id, ", b"["), (b"upgrades", b"# upgrades")],
)
def test_they_are_part_of_what_the_bundles_id_names(grown: dict[str, bytes], old: bytes, new: bytes) -> None:
    assert old in grown[ORDER]
    changed = {**grown, ORDER: grown[ORDER].replace(old, new)}
    assert load_bundle(changed).bundle_id != load_bundle(grown).bundle_id


MISTAKES = {
    "from a version that is not there": (b"from: 1.0.0", b"from: 0.9.0", "upgrades[0].from"),
    "to a version that is not there": (b"to: 2.0.0", b"to: 3.0.0", "upgrades[0].to"),
    "from nowhere": (b"from: 1.0.0, ", b"", "upgrades[0].from"),
    "to itself": (b"to: 2.0.0", b"to: 1.0.0", "upgrades[0].to"),
    "backwards": (b"from: 1.0.0, to: 2.0.0", b"from: 2.0.0, to: 1.0.0", "upgrades[0].to"),
    "two ways": (b"rule: order_1_to_2}", b"rule: a}, {from: 1.0.0, to: 2.0.0, rule: b}", "upgrades[1].from"),
    "no rule": (b", rule: order_1_to_2", b"", "upgrades[0].rule"),
    "a rule that is no name": (b"order_1_to_2", b"Order-1", "upgrades[0].rule"),
    "unknown key": (b"rule:", b"colour: red, rule:", "upgrades[0].colour"),
    "no list": (b"[{from: 1.0.0, to: 2.0.0, rule: order_1_to_2}]", b"{}", "upgrades"),
    "no upgrade": (b"{from: 1.0.0, to: 2.0.0, rule: order_1_to_2}", b"1.0.0", "upgrades[0]"),
    "a member that the schema does not have": (b"/id,", b"/ident,", "expected"),
    "a member of a member that has none": (b"/id,", b"/id/x,", "expected"),
    "no pointer": (b"/id,", b"id,", "expected"),
    "a bad escape": (b"~1me", b"~2me", "expected"),
    "twice": (b"/id,", b"/id, /id,", "expected"),
}


@pytest.mark.parametrize(("old", "new", "named"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_its_place(
    grown: dict[str, bytes], problems: Problems, old: bytes, new: bytes, named: str
) -> None:
    assert old in grown[ORDER]
    found = problems({**grown, ORDER: grown[ORDER].replace(old, new)})
    assert f"{ORDER}: {named}" in {without_line(problem) for problem in found}, found


def test_a_schema_that_goes_round_in_a_circle_is_refused_not_followed(
    grown: dict[str, bytes], problems: Problems
) -> None:
    grown["schemas/order/2.0.0.json"] = b'{"$ref": "#"}'
    assert any(problem.where.startswith("schemas/order/2.0.0.json") for problem in problems(grown))
