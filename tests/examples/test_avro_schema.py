"""The Avro schema of the canonical trace carries it, and what it carries is valid by the JSON Schema."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import fastavro
import pytest

from assay.pipeline.core.document import Json

FOLDER = Path(__file__).parents[2] / "schemas" / "workflow_trace"
AVRO = fastavro.parse_schema(json.loads((FOLDER / "1.2.0.avsc").read_bytes()))
CARRIED = ["full-1.2.0", "minimal-1.2.0", "optional-members-null"]


@pytest.mark.parametrize("name", CARRIED)
def test_a_canonical_trace_survives_avro_and_stays_valid(
    name: str, judge: Callable[[str, Json], list[str]]
) -> None:
    document = json.loads((FOLDER / "examples" / "valid" / f"{name}.json").read_bytes())
    buffer = io.BytesIO()
    fastavro.schemaless_writer(buffer, AVRO, document)
    buffer.seek(0)
    decoded = fastavro.schemaless_reader(buffer, AVRO, None)
    assert judge("workflow_trace", decoded) == []
    assert without_nulls(decoded) == without_nulls(document)


def without_nulls(document: Json) -> Json:
    """Avro writes every optional member, as null when it is absent."""
    if isinstance(document, dict):
        return {key: without_nulls(value) for key, value in document.items() if value is not None}
    return [without_nulls(value) for value in document] if isinstance(document, list) else document
