"""A small policy of its own: two subjects, so that tests can break one thing at a time."""

import json
from collections.abc import Callable, Mapping

import pytest

from assay.pipeline.core.document import Json
from assay.pipeline.core.errors import ConfigError, Problem
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle

ORDER = """
subject: order
trace_types: [order, order_line]
current: 2.0.0
deprecated: [1.0.0]
pointers: {trace_id: /id, tenant: /tenant, trace_type: /trace_type, schema_version: /version}
avro:
  - {id: 7, version: 2.0.0, file: 2.0.0.avsc}
"""
EVENT = """
subject: event
trace_types: [click]
current: 1.0.0
pointers: {tenant: /who/account, trace_type: /kind}
"""
BINDINGS = """
bindings:
  - {topic: traces.raw, tenant: null, default_subject: order, subjects: [order, event]}
  - {topic: traces.raw.acme, tenant: acme, default_subject: event, subjects: [event]}
"""
AVRO = {"type": "record", "name": "Order", "fields": [{"name": "id", "type": "string"}]}


@pytest.fixture
def files() -> dict[str, bytes]:
    """The files of the small policy, to change before loading."""
    schema: Json = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
    return {
        "schemas/order/subject.yaml": ORDER.encode(),
        "schemas/order/1.0.0.json": b'{"type": "object"}',
        "schemas/order/2.0.0.json": json.dumps(schema).encode(),
        "schemas/order/2.0.0.avsc": json.dumps(AVRO).encode(),
        "schemas/event/subject.yaml": EVENT.encode(),
        "schemas/event/1.0.0.json": b'{"type": "object"}',
        "policies/bindings.yaml": BINDINGS.encode(),
        "policies/limits.yaml": b"max_depth: 32\n",
    }


@pytest.fixture
def small(files: dict[str, bytes]) -> Bundle:
    """The small policy, loaded."""
    return load_bundle(files)


@pytest.fixture
def problems() -> Callable[[Mapping[str, bytes]], tuple[Problem, ...]]:
    """What loading these files complains of."""

    def refused(files: Mapping[str, bytes]) -> tuple[Problem, ...]:
        with pytest.raises(ConfigError) as caught:
            load_bundle(files)
        return caught.value.problems

    return refused
