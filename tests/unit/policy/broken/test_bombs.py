"""Files that would take for ever, or all memory, are refused; a test here would not end without its bound.

RELIABILITY, hostile input: schema fan-out, references in a circle, patterns; D-21.
"""

import json

import pytest

from assay.pipeline.core.document import Json
from assay.pipeline.core.errors import ConfigError
from assay.pipeline.policy.bounds import MAX_ALL_BYTES, MAX_FILES, MAX_YAML_BYTES
from assay.pipeline.policy.lint import lint
from assay.pipeline.policy.parse import MOST_NOTES, load_bundle

SCHEMA = "schemas/order/2.0.0.json"
SUBJECT = b"subject: order\ncurrent: 2.0.0\n"
BINDINGS = b"bindings: [{topic: traces.raw, tenant: null, default_subject: order, subjects: [order]}]"


def bundle(**more: bytes) -> dict[str, bytes]:
    files = {
        "schemas/order/subject.yaml": SUBJECT,
        SCHEMA: b"{}",
        "policies/bindings.yaml": BINDINGS,
    }
    return {**files, **more}


def doubling(levels: int) -> Json:
    return {
        "$ref": "#/$defs/0",
        "$defs": {
            **{str(n): {"allOf": [{"$ref": f"#/$defs/{n + 1}"}] * 2} for n in range(levels)},
            str(levels): True,
        },
    }


def refused(files: dict[str, bytes]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_bundle(files)
    return [str(problem) for problem in caught.value.problems]


def test_what_the_others_are_made_of_is_fine() -> None:
    assert load_bundle(bundle()).subjects


LAUGHS = b"a: &a [x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (n, n, n - 1, n - 1) for n in range(98, 122))
LONG_NAME = {"type": "record", "name": "a" * 900_000, "fields": []}

FILES: dict[str, tuple[str, bytes, str]] = {
    "aliases of aliases": ("policies/limits.yaml", LAUGHS, "an alias"),
    "lists in lists, in YAML": ("policies/limits.yaml", b"[" * 200_000, "nested too deep"),
    "mappings in mappings, in YAML": ("policies/limits.yaml", b"{a: " * 60_000, "nested too deep"),
    "blocks in blocks, in YAML": (
        "policies/limits.yaml",
        b"".join(b" " * n + b"a:\n" for n in range(600)),
        "nested too deep",
    ),
    "lists in lists, in JSON": (SCHEMA, b"[" * 900_000, "nested too deep"),
    "lists in lists on lines of their own": (SCHEMA, b"[\n" * 400_000, "nested too deep"),
    "a number without end, in YAML": ("policies/limits.yaml", b"max_depth: " + b"9" * 200_000, "bits"),
    "a number that is long to write": (SCHEMA, b'{"maximum": ' + b"9" * 1000 + b"}", "bits"),
    "a number without end, in JSON": (SCHEMA, b'{"maximum": ' + b"9" * 900_000 + b"}", "bits"),
    "a key without end": (SCHEMA, json.dumps({"properties": {"k" * 900_000: True}}).encode(), "characters"),
    "a file without end": (SCHEMA, b" " * 2_000_000 + b"{}", "more than 1000000 bytes"),
    "references that double": (SCHEMA, json.dumps(doubling(60)).encode(), "references expand to"),
    "a chain of references": (
        SCHEMA,
        json.dumps({"$ref": "#/$defs/0", "$defs": {str(n): {"$ref": f"#/$defs/{n + 1}"} for n in range(9000)}}).encode(),
        "no schema at #/$defs/9000",
    ),
    "more schemas than one file may have": (
        SCHEMA,
        json.dumps({"properties": {f"p{n}": {} for n in range(50_000)}}).encode(),
        "more than 10000 schemas",
    ),
    "more patterns than one file may have": (
        SCHEMA,
        json.dumps({"properties": {f"p{n}": {"pattern": "a"} for n in range(501)}}).encode(),
        "more than 500 patterns",
    ),
    "a pattern whose program is large": (SCHEMA, rb'{"pattern": "\\p{L}{1,1000}"}', "RE2 refuses"),
    "a pattern that counts": (SCHEMA, b'{"pattern": "((a{100}){100}){100}"}', "RE2 refuses"),
    "a pattern without end": (SCHEMA, json.dumps({"pattern": "a" * 100_000}).encode(), "4096 characters"),
    "nothing but errors": (
        SCHEMA,
        json.dumps({"required": [*range(10_000)]}).encode(),
        "breaks the rule",
    ),
    "nothing but unknown keys": (
        "policies/limits.yaml",
        b"".join(b"k%d: 1\n" % n for n in range(4_000)),
        "more problems",
    ),
    "nothing but unknown codes": (
        "policies/classification.yaml",
        b"codes:\n" + b"".join(b" k%d: {}\n" % n for n in range(4_000)),
        "codes",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("path", "content", "why"), FILES.values(), ids=FILES.keys())
def test_a_file_that_would_take_for_ever_is_refused(path: str, content: bytes, why: str) -> None:
    found = refused(bundle(**{path: content}))
    assert any(why in problem for problem in found), found[:3]
    assert len(found) <= MOST_NOTES + 1
    _, notes = lint(bundle(**{path: content}))
    assert len(notes) >= len(found)


def test_an_avro_schema_with_a_name_without_end_is_refused() -> None:
    files = bundle(**{"schemas/order/a.avsc": json.dumps(LONG_NAME).encode()})
    files["schemas/order/subject.yaml"] = SUBJECT + b"avro: [{id: 1, version: 2.0.0, file: a.avsc}]\n"
    (problem,) = refused(files)
    assert "needs a name" in problem


TOGETHER: dict[str, tuple[dict[str, bytes], str]] = {
    "too many files": ({f"schemas/s{n}/1.0.0.json": b"{}" for n in range(MAX_FILES)}, "files, more than"),
    "too many bytes": (
        {f"schemas/s{n}/1.0.0.json": b"{}" + b" " * 900_000 for n in range(MAX_ALL_BYTES // 900_000 + 1)},
        "bytes of files, more than",
    ),
    "too much YAML": (
        {f"schemas/s{n}/subject.yaml": b"#" * (MAX_YAML_BYTES - 1) for n in range(4)},
        "bytes of YAML, more than",
    ),
    "schemas that are large only together": (
        {f"schemas/order/1.{n}.0.json": json.dumps(doubling(10)).encode() for n in range(40)},
        "schemas, more than 100000",
    ),
    "patterns that are many only together": (
        {
            f"schemas/order/1.{n}.0.json": json.dumps(
                {"patternProperties": {f"a{m}": True for m in range(400)}}
            ).encode()
            for n in range(4)
        },
        "patterns, more than 1000",
    ),
}


@pytest.mark.parametrize(("files", "why"), TOGETHER.values(), ids=TOGETHER.keys())
def test_files_that_are_too_much_together_are_refused(files: dict[str, bytes], why: str) -> None:
    found = refused(bundle(**files))
    assert any(why in problem for problem in found), found[:3]
