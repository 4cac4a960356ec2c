"""The issue codes, each with the sentence that explains it to a person (DESIGN 7)."""

from .word import Word


class IssueCode(Word):
    """Family ``.`` name. A sentence for each stands in :data:`SENTENCES`."""

    CORRUPT_EMPTY = "corrupt.empty"
    CORRUPT_TOO_LARGE = "corrupt.too_large"
    CORRUPT_ENCODING = "corrupt.encoding"
    CORRUPT_JSON_MALFORMED = "corrupt.json_malformed"
    CORRUPT_DUPLICATE_KEY = "corrupt.duplicate_key"
    CORRUPT_DEPTH = "corrupt.depth"
    CORRUPT_NUMBER_RANGE = "corrupt.number_range"
    CORRUPT_AVRO = "corrupt.avro"
    SCHEMA_SUBJECT_UNKNOWN = "schema.subject_unknown"
    SCHEMA_VERSION_UNKNOWN = "schema.version_unknown"
    SCHEMA_REQUIRED_MISSING = "schema.required_missing"
    SCHEMA_TYPE_INVALID = "schema.type_invalid"
    SCHEMA_FORMAT_INCONSISTENT = "schema.format_inconsistent"
    SCHEMA_MISMATCH_MINOR = "schema.mismatch_minor"
    DETECTOR_FAILED = "detector.failed"

    @property
    def family(self) -> str:
        """The part before the point."""
        return self.value.partition(".")[0]


SENTENCES: dict[IssueCode, str] = {
    IssueCode.CORRUPT_EMPTY: "The record has no value, or an empty one.",
    IssueCode.CORRUPT_TOO_LARGE: "The value is larger than the limit for one trace.",
    IssueCode.CORRUPT_ENCODING: "The value is not UTF-8 text, or starts with a byte order mark.",
    IssueCode.CORRUPT_JSON_MALFORMED: "The value is not JSON as RFC 8259 defines it.",
    IssueCode.CORRUPT_DUPLICATE_KEY: "An object has the same key twice, so readers disagree on its meaning.",
    IssueCode.CORRUPT_DEPTH: "Objects and arrays are nested deeper than the limit.",
    IssueCode.CORRUPT_NUMBER_RANGE: "A number is outside what a 64-bit reader can hold.",
    IssueCode.CORRUPT_AVRO: "The value has an Avro frame that cannot be read with the schema it names.",
    IssueCode.SCHEMA_SUBJECT_UNKNOWN: "The trace names a subject that this bundle does not have.",
    IssueCode.SCHEMA_VERSION_UNKNOWN: "The trace names a schema version that its subject does not have.",
    IssueCode.SCHEMA_REQUIRED_MISSING: "A required field is missing.",
    IssueCode.SCHEMA_TYPE_INVALID: "A field has another data type than its schema says.",
    IssueCode.SCHEMA_FORMAT_INCONSISTENT: "A field has the right type but not the declared format.",
    IssueCode.SCHEMA_MISMATCH_MINOR: "A field breaks a constraint of its schema that readers can live with.",
    IssueCode.DETECTOR_FAILED: "A detector could not judge this trace; the other detectors did.",
}
