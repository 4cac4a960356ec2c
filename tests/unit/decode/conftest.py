"""Bundles that hold nothing but Avro schemas."""

from collections.abc import Callable

import pytest

from assay.pipeline.core.document import Json
from assay.pipeline.policy.bundle import AvroSchema, Bundle, Limits, Pointers, Subject

AvroBundle = Callable[..., Bundle]


@pytest.fixture
def avro_bundle() -> AvroBundle:
    """A bundle with one subject, ``thing``, whose version 1.0.0 has the given schema under the given id."""

    def build(*schemas: Json, first_id: int = 7) -> Bundle:
        avro = tuple(AvroSchema(first_id + n, "1.0.0", schema) for n, schema in enumerate(schemas))
        subject = Subject("thing", frozenset(), "1.0.0", {}, frozenset(), Pointers(), avro)
        return Bundle("0" * 64, Limits(), {"thing": subject}, {})

    return build
