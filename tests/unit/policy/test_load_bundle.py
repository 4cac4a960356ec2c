"""Loading a policy: everything wrong is said at once, and nothing wrong gets in (D-21)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict

import pytest

from assay.pipeline.core.errors import Problem
from assay.pipeline.policy.bundle import Bundle, Limits
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.parse_limits import RANGES

Problems = Callable[[Mapping[str, bytes]], tuple[Problem, ...]]

ORDER = "schemas/order/subject.yaml"
BINDINGS = "policies/bindings.yaml"
LIMITS = "policies/limits.yaml"


def test_a_good_policy_becomes_a_bundle(small: Bundle) -> None:
    order = small.subjects["order"]
    assert order.current_version == "2.0.0"
    assert set(order.schemas) == {"1.0.0", "2.0.0"}
    assert order.deprecated_versions == {"1.0.0"}
    assert order.pointers.trace_id == ("id",)
    assert order.pointers.status is None
    assert [(avro.schema_id, avro.version) for avro in order.avro] == [(7, "2.0.0")]
    assert small.by_trace_type == {"order": "order", "order_line": "order", "click": "event"}
    assert small.bindings["traces.raw"].tenant is None
    assert small.bindings["traces.raw.acme"].tenant == "acme"
    assert small.limits == Limits(max_depth=32)


def test_examples_and_the_schemas_of_our_own_records_are_no_policy(
    files: dict[str, bytes], small: Bundle
) -> None:
    files["schemas/order/examples/valid/one.json"] = b"not even JSON"
    files["schemas/assay/failed_trace/1-0-0.json"] = b"{}"
    assert load_bundle(files).bundle_id == small.bundle_id


def test_limits_may_be_left_out(files: dict[str, bytes]) -> None:
    del files[LIMITS]
    assert load_bundle(files).limits == Limits()


def test_every_limit_can_be_set_and_its_default_is_in_range() -> None:
    defaults = asdict(Limits())
    assert set(RANGES) == set(defaults)
    assert all(low <= defaults[key] <= high for key, (low, high) in RANGES.items())


REPLACED = {
    "unknown key in subject.yaml": (ORDER, b"subject: order", b"colour: red\nsubject: order", "colour"),
    "subject is not its folder": (ORDER, b"subject: order", b"subject: other", "subject"),
    "current version is not there": (ORDER, b"current: 2.0.0", b"current: 3.0.0", "current"),
    "current version left out": (ORDER, b"current: 2.0.0", b"", "current"),
    "current version is deprecated": (ORDER, b"[1.0.0]", b"[2.0.0]", "deprecated"),
    "deprecated version is not there": (ORDER, b"[1.0.0]", b"[0.9.0]", "deprecated"),
    "version that YAML reads as a number": (ORDER, b"current: 2.0.0", b"current: 2.0", "current"),
    "pointer without its slash": (ORDER, b"/tenant", b"tenant", "pointers.tenant"),
    "pointer with a bad escape": (ORDER, b"/tenant", b"/ten~ant", "pointers.tenant"),
    "pointer to the whole document": (ORDER, b"/tenant", b"''", "pointers.tenant"),
    "pointer that nobody knows": (ORDER, b"{trace_id:", b"{identity: /x, trace_id:", "pointers.identity"),
    "trace type of another subject": (ORDER, b"order_line", b"click", "trace_types"),
    "trace type twice": (ORDER, b"order_line", b"order", "trace_types"),
    "trace types without a pointer": (ORDER, b"trace_type: /trace_type, ", b"", "trace_types"),
    "key twice in YAML": (ORDER, b"subject: order", b"subject: order\nsubject: order", "subject.yaml:3"),
    "alias in YAML": (ORDER, b"[1.0.0]", b"&v [1.0.0]\nx: *v", "subject.yaml:6"),
    "Avro file is not there": (ORDER, b"file: 2.0.0.avsc", b"file: 9.avsc", "avro[0].file"),
    "Avro version is not there": (ORDER, b"version: 2.0.0, file", b"version: 9.0.0, file", "avro[0].version"),
    "Avro id is no id": (ORDER, b"id: 7", b"id: -7", "avro[0].id"),
    "Avro id true": (ORDER, b"id: 7", b"id: true", "avro[0].id"),
    "Avro id twice": (ORDER, b"avro:", b"avro:\n  - {id: 7, version: 1.0.0, file: 2.0.0.avsc}", "avro"),
    "Avro schema without an id": (ORDER, b"  - {id: 7, version: 2.0.0, file: 2.0.0.avsc}", b"  []", "avro"),
    "binding to an unknown subject": (BINDINGS, b"[order, event]", b"[order, event, ghost]", "subjects"),
    "default subject not among the subjects": (BINDINGS, b"[order, event]", b"[event]", "default_subject"),
    "binding without tenant": (BINDINGS, b"tenant: null, ", b"", "tenant"),
    "tenant that cannot be a label": (BINDINGS, b"tenant: acme", b"tenant: 'a c m e'", "tenant"),
    "topic twice": (BINDINGS, b"traces.raw.acme", b"traces.raw", "topic"),
    "topic that Kafka refuses": (BINDINGS, b"traces.raw.acme", b"traces/raw", "topic"),
    "unknown key in a binding": (BINDINGS, b"tenant: null", b"tenant: null, owner: x", "owner"),
    "limit out of range": (LIMITS, b"32", b"0", "max_depth"),
    "limit that is no number": (LIMITS, b"32", b"deep", "max_depth"),
    "limit of true": (LIMITS, b"32", b"true", "max_depth"),
    "unknown limit": (LIMITS, b"max_depth", b"max_width", "max_width"),
}


@pytest.mark.parametrize(("path", "old", "new", "named"), REPLACED.values(), ids=REPLACED.keys())
def test_a_mistake_is_named_with_its_file_and_key(
    files: dict[str, bytes], problems: Problems, path: str, old: bytes, new: bytes, named: str
) -> None:
    assert old in files[path]
    files[path] = files[path].replace(old, new)
    found = problems(files)
    assert any(problem.where.startswith(path) and problem.where.endswith(named) for problem in found), found
    assert all(problem.why and problem.remedy for problem in found)


SCHEMAS = {
    "no JSON": b"{",
    "not UTF-8": b'"\xff"',
    "key twice": b'{"type": "object", "type": "array"}',
    "NaN": b'{"maximum": NaN}',
    "infinite": b'{"maximum": 1e999}',
    "no schema": b"[]",
    "unknown type": b'{"type": "objet"}',
    "required is no list": b'{"required": "id"}',
    "another dialect": b'{"$schema": "http://json-schema.org/draft-07/schema#"}',
    "unknown format": b'{"format": "datetime"}',
    "pattern that can backtrack": rb'{"pattern": "(a)\\1"}',
    "pattern that looks ahead": b'{"pattern": "(?=a)"}',
    "reference to the network": b'{"$ref": "http://127.0.0.1:9/x.json"}',
    "reference to a file": b'{"properties": {"a": {"$ref": "file:///etc/hostname"}}}',
    "reference to a neighbour": b'{"$ref": "1.0.0.json"}',
    "reference to nothing": b'{"$ref": "#/$defs/a"}',
    "reference to itself": b'{"$ref": "#"}',
    "nested beyond reason": b'{"not":' * 200 + b"{}" + b"}" * 200,
}


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS.keys())
def test_a_schema_that_cannot_be_used_is_refused(
    files: dict[str, bytes], problems: Problems, schema: bytes
) -> None:
    files["schemas/order/2.0.0.json"] = schema
    first, *_ = problems(files)
    assert first.where.startswith("schemas/order/2.0.0.json:1")
    assert first.why
    assert first.remedy


def test_unsafe_avro_is_refused(files: dict[str, bytes], problems: Problems) -> None:
    """A recursive Avro schema lets 5 KB of input crash the interpreter (RELIABILITY, hostile input)."""
    node = {"type": "record", "name": "Node", "fields": [{"name": "next", "type": ["null", "Node"]}]}
    files["schemas/order/2.0.0.avsc"] = json.dumps(node).encode()
    assert any(problem.where.endswith("avro[0].file") for problem in problems(files))


@pytest.mark.parametrize(
    "path",
    [
        "policies/surprise.yaml",
        "policies/deep/limits.yaml",
        "schemas/order/notes.yaml",
        "schemas/order/2.0.yml",
        "schemas/order/two.json",
        "schemas/stray.json",
        "schemas/any/subject.yaml",
        "schemas/Order/1.0.0.json",
    ],
)
def test_a_file_that_nobody_reads_is_a_problem(
    files: dict[str, bytes], problems: Problems, path: str
) -> None:
    files[path] = b"{}"
    assert any(problem.where.startswith(path.rpartition("/")[0]) for problem in problems(files))


@pytest.mark.parametrize("path", [BINDINGS, ORDER])
def test_a_file_that_must_be_there_is_missed(files: dict[str, bytes], problems: Problems, path: str) -> None:
    del files[path]
    assert [problem.why for problem in problems(files) if problem.where == path] == ["is missing"]


def test_all_problems_are_said_at_once(files: dict[str, bytes], problems: Problems) -> None:
    files[ORDER] = files[ORDER].replace(b"current: 2.0.0", b"current: 3.0.0")
    files["schemas/event/1.0.0.json"] = b'{"type": "objet"}'
    files[LIMITS] = b"max_depth: 0\nmax_issues: 0"
    files[BINDINGS] = files[BINDINGS].replace(b"tenant: null, ", b"")
    assert {problem.where for problem in problems(files)} == {
        "schemas/order/subject.yaml:4: current",
        "schemas/event/1.0.0.json:1: /type",
        "policies/limits.yaml:1: max_depth",
        "policies/limits.yaml:2: max_issues",
        "policies/bindings.yaml:3: bindings[0].tenant",
    }


def test_a_policy_in_the_shape_of_something_else_is_refused_not_crashed_on(
    files: dict[str, bytes], problems: Problems
) -> None:
    for path in [*files]:
        for content in (
            b"",
            b"[]",
            b"null",
            b"7",
            b"bindings: 3",
            b"bindings: [3]",
            b"avro: {}\npointers: []",
        ):
            assert problems({**files, path: content}) if path != LIMITS or content else True
