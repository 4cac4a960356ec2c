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
    SCHEMA_VERSION_OUTDATED = "schema.version_outdated"
    SCHEMA_FIELD_DEPRECATED = "schema.field_deprecated"
    SCHEMA_OPTIONAL_MISSING = "schema.optional_missing"
    SECURITY_PII_CARD = "security.pii_card"
    SECURITY_PII_IBAN = "security.pii_iban"
    SECURITY_PII_SSN = "security.pii_ssn"
    SECURITY_PII_EMAIL = "security.pii_email"
    SECURITY_PII_PHONE = "security.pii_phone"
    SECURITY_PII_IP = "security.pii_ip"
    SECURITY_PII_PASSPORT = "security.pii_passport"
    SECURITY_SECRET_JWT = "security.secret_jwt"
    SECURITY_SECRET_PRIVATE_KEY = "security.secret_private_key"
    SECURITY_SECRET_AWS = "security.secret_aws"
    SECURITY_SECRET_GITHUB = "security.secret_github"
    SECURITY_SECRET_SLACK = "security.secret_slack"
    SECURITY_SECRET_STRIPE = "security.secret_stripe"
    SECURITY_SECRET_GOOGLE = "security.secret_google"
    SECURITY_SECRET_GENERIC = "security.secret_generic"
    SECURITY_TENANT_MISMATCH = "security.tenant_mismatch"
    COMPLIANCE_GOVERNANCE_MISSING = "compliance.governance_missing"
    COMPLIANCE_AUDIT_GAP = "compliance.audit_gap"
    COMPLIANCE_POLICY_VIOLATION = "compliance.policy_violation"
    COMPLIANCE_OVERRIDE_ANOMALY = "compliance.override_anomaly"
    BUSINESS_STATE_INVALID = "business.state_invalid"
    BUSINESS_INCONSISTENT = "business.inconsistent"
    BUSINESS_TRUST_BELOW_MINIMUM = "business.trust_below_minimum"
    BUSINESS_PATTERN_UNUSUAL = "business.pattern_unusual"
    BUSINESS_METADATA_MISSING = "business.metadata_missing"
    BUSINESS_VALUE_UNCLEAR = "business.value_unclear"
    PERFORMANCE_OVERSIZED = "performance.oversized"
    PERFORMANCE_PROCESSING_EXCESSIVE = "performance.processing_excessive"
    PERFORMANCE_SLOW = "performance.slow"
    PERFORMANCE_ANOMALOUS = "performance.anomalous"
    PERFORMANCE_STRUCTURE_INEFFICIENT = "performance.structure_inefficient"
    TIME_NAIVE = "time.naive"
    TIME_FUTURE = "time.future"
    TIME_STALE = "time.stale"
    TIME_SKEWED = "time.skewed"
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
    IssueCode.SCHEMA_VERSION_OUTDATED: "The trace uses a schema version that is not the current one.",
    IssueCode.SCHEMA_FIELD_DEPRECATED: "The trace uses a field or a schema version that is deprecated.",
    IssueCode.SCHEMA_OPTIONAL_MISSING: "An optional field that readers expect is missing.",
    IssueCode.SECURITY_PII_CARD: "A payment card number stands in the trace.",
    IssueCode.SECURITY_PII_IBAN: "A bank account number (IBAN) stands in the trace.",
    IssueCode.SECURITY_PII_SSN: "A social security number stands in the trace.",
    IssueCode.SECURITY_PII_EMAIL: "An e-mail address stands in the trace.",
    IssueCode.SECURITY_PII_PHONE: "A telephone number stands in the trace.",
    IssueCode.SECURITY_PII_IP: "A public IP address stands in the trace.",
    IssueCode.SECURITY_PII_PASSPORT: "A passport number stands in the trace.",
    IssueCode.SECURITY_SECRET_JWT: "A JSON Web Token stands in the trace.",
    IssueCode.SECURITY_SECRET_PRIVATE_KEY: "A private key stands in the trace.",
    IssueCode.SECURITY_SECRET_AWS: "An AWS access key stands in the trace.",
    IssueCode.SECURITY_SECRET_GITHUB: "A GitHub token stands in the trace.",
    IssueCode.SECURITY_SECRET_SLACK: "A Slack token or webhook stands in the trace.",
    IssueCode.SECURITY_SECRET_STRIPE: "A Stripe key stands in the trace.",
    IssueCode.SECURITY_SECRET_GOOGLE: "A Google API key or OAuth token stands in the trace.",
    IssueCode.SECURITY_SECRET_GENERIC: "A value that looks random stands under a name that tells of a secret.",
    IssueCode.SECURITY_TENANT_MISMATCH: "The trace names another tenant than the one it came from.",
    IssueCode.COMPLIANCE_GOVERNANCE_MISSING: "Governance metadata that this type of trace must carry is missing.",
    IssueCode.COMPLIANCE_AUDIT_GAP: "The audit trail is missing, out of order, or has a gap.",
    IssueCode.COMPLIANCE_POLICY_VIOLATION: "The trace breaks a policy that applies to it.",
    IssueCode.COMPLIANCE_OVERRIDE_ANOMALY: "A policy was overridden in an unusual way.",
    IssueCode.BUSINESS_STATE_INVALID: "The trace or a step is in a state that its other members rule out.",
    IssueCode.BUSINESS_INCONSISTENT: "Members of the trace contradict each other.",
    IssueCode.BUSINESS_TRUST_BELOW_MINIMUM: "The trust score is under the minimum for this type of trace.",
    IssueCode.BUSINESS_PATTERN_UNUSUAL: "The steps follow a pattern that healthy runs do not show.",
    IssueCode.BUSINESS_METADATA_MISSING: "Metadata that explains the trace to a reader is missing.",
    IssueCode.BUSINESS_VALUE_UNCLEAR: "A value says nothing to its reader.",
    IssueCode.PERFORMANCE_OVERSIZED: "The trace is larger than the budget of its type.",
    IssueCode.PERFORMANCE_PROCESSING_EXCESSIVE: "The run took far longer than the budget of its type.",
    IssueCode.PERFORMANCE_SLOW: "The run took longer than expected for its type.",
    IssueCode.PERFORMANCE_ANOMALOUS: "A measurement lies far outside what is usual for its type.",
    IssueCode.PERFORMANCE_STRUCTURE_INEFFICIENT: "The trace is built in a way that costs every reader.",
    IssueCode.TIME_NAIVE: "A timestamp has no time zone.",
    IssueCode.TIME_FUTURE: "A timestamp lies in the future.",
    IssueCode.TIME_STALE: "The trace is older than its type allows when it arrives.",
    IssueCode.TIME_SKEWED: "The producer's clock differs from the broker's.",
    IssueCode.DETECTOR_FAILED: "A detector could not judge this trace; the other detectors did.",
}
"""What each code means, in a sentence."""

REMEDIES: dict[IssueCode, str] = {
    IssueCode.CORRUPT_EMPTY: "Send no record when there is nothing to say.",
    IssueCode.CORRUPT_TOO_LARGE: "Keep blobs elsewhere, and put a reference into the trace.",
    IssueCode.CORRUPT_ENCODING: "Write UTF-8 without a byte order mark.",
    IssueCode.CORRUPT_JSON_MALFORMED: "Write the value with a JSON library, and do not cut it.",
    IssueCode.CORRUPT_DUPLICATE_KEY: "Write each member of an object once.",
    IssueCode.CORRUPT_DEPTH: "Flatten the document.",
    IssueCode.CORRUPT_NUMBER_RANGE: "Write large numbers as text.",
    IssueCode.CORRUPT_AVRO: "Register the schema, and write the value with the one that its frame names.",
    IssueCode.SCHEMA_SUBJECT_UNKNOWN: "Name a subject of this topic, or add the subject to the bundle.",
    IssueCode.SCHEMA_VERSION_UNKNOWN: "Name a version that the subject has, or add the schema to the bundle.",
    IssueCode.SCHEMA_REQUIRED_MISSING: "Have the producer fill the field.",
    IssueCode.SCHEMA_TYPE_INVALID: "Have the producer write the declared type.",
    IssueCode.SCHEMA_FORMAT_INCONSISTENT: "Have the producer write the declared format.",
    IssueCode.SCHEMA_MISMATCH_MINOR: "Bring the value within the constraint, or relax it in the schema.",
    IssueCode.SCHEMA_VERSION_OUTDATED: "Move the producer to the current version; older ones are going to be deprecated.",
    IssueCode.SCHEMA_FIELD_DEPRECATED: "Use what the schema names in its place.",
    IssueCode.SCHEMA_OPTIONAL_MISSING: "Fill it where the producer knows it.",
    IssueCode.SECURITY_PII_CARD: "Remove or tokenise it at the source; a declared field needs x-pii.",
    IssueCode.SECURITY_PII_IBAN: "Remove or tokenise it at the source; a declared field needs x-pii.",
    IssueCode.SECURITY_PII_SSN: "Remove it at the source; a declared field needs x-pii.",
    IssueCode.SECURITY_PII_EMAIL: "Use an id instead of the address; a declared field needs x-pii.",
    IssueCode.SECURITY_PII_PHONE: "Remove it at the source; a declared field needs x-pii.",
    IssueCode.SECURITY_PII_IP: "Truncate or drop the address at the source; a declared field needs x-pii.",
    IssueCode.SECURITY_PII_PASSPORT: "Remove it at the source; a declared field needs x-pii.",
    IssueCode.SECURITY_SECRET_JWT: "Revoke the token, and keep credentials out of traces.",
    IssueCode.SECURITY_SECRET_PRIVATE_KEY: "Replace the key everywhere it is used, and keep it out of traces.",
    IssueCode.SECURITY_SECRET_AWS: "Deactivate the key, and keep credentials out of traces.",
    IssueCode.SECURITY_SECRET_GITHUB: "Revoke the token, and keep credentials out of traces.",
    IssueCode.SECURITY_SECRET_SLACK: "Revoke the token, and keep credentials out of traces.",
    IssueCode.SECURITY_SECRET_STRIPE: "Roll the key, and keep credentials out of traces.",
    IssueCode.SECURITY_SECRET_GOOGLE: "Restrict or delete the key, and keep credentials out of traces.",
    IssueCode.SECURITY_SECRET_GENERIC: "Revoke it if it is one, and keep credentials out of traces; else allow the path in the policy.",
    IssueCode.SECURITY_TENANT_MISMATCH: "Find out how the producer came by the other tenant's id before anything is repaired.",
    IssueCode.COMPLIANCE_GOVERNANCE_MISSING: "Have the producer record policy pack, consent and evidence with the run.",
    IssueCode.COMPLIANCE_AUDIT_GAP: "Have the producer write an audit entry for every action, in order.",
    IssueCode.COMPLIANCE_POLICY_VIOLATION: "Read the rule that it names, and change the workflow or the policy.",
    IssueCode.COMPLIANCE_OVERRIDE_ANOMALY: "Have the override approved by somebody other than who asked for it.",
    IssueCode.BUSINESS_STATE_INVALID: "Have the producer write status, times and steps from one state machine.",
    IssueCode.BUSINESS_INCONSISTENT: "Compare the members that the rule names, and correct the one that is wrong at the source.",
    IssueCode.BUSINESS_TRUST_BELOW_MINIMUM: "Have a person look at the run; change the minimum only as policy.",
    IssueCode.BUSINESS_PATTERN_UNUSUAL: "Look for a loop or a retry storm in the workflow.",
    IssueCode.BUSINESS_METADATA_MISSING: "Fill it where the producer knows it.",
    IssueCode.BUSINESS_VALUE_UNCLEAR: "Write what is meant instead of a placeholder.",
    IssueCode.PERFORMANCE_OVERSIZED: "Keep blobs elsewhere, and put a reference into the trace.",
    IssueCode.PERFORMANCE_PROCESSING_EXCESSIVE: "Look at the slowest step; raise the budget only as policy.",
    IssueCode.PERFORMANCE_SLOW: "Look at the slowest step before it becomes excessive.",
    IssueCode.PERFORMANCE_ANOMALOUS: "Compare with runs of the same workflow from before.",
    IssueCode.PERFORMANCE_STRUCTURE_INEFFICIENT: "Flatten it, send repeated content once, split very wide objects.",
    IssueCode.TIME_NAIVE: "Write RFC 3339 times with Z or an offset.",
    IssueCode.TIME_FUTURE: "Synchronise the producer's clock.",
    IssueCode.TIME_STALE: "Look for a producer that was cut off, or send old traces by replay.",
    IssueCode.TIME_SKEWED: "Synchronise the producer's clock.",
    IssueCode.DETECTOR_FAILED: "Report it with the rule it names: it is a fault of the detector or of its settings.",
}
"""How to fix what has the code, in a sentence, for the people who send the traces."""

REQUIREMENTS: dict[IssueCode, tuple[str, ...]] = {
    IssueCode.CORRUPT_EMPTY: ("S0-13",),
    IssueCode.CORRUPT_TOO_LARGE: (
        "S0-13",
        "S0-18",
    ),
    IssueCode.CORRUPT_ENCODING: ("S0-14",),
    IssueCode.CORRUPT_JSON_MALFORMED: (
        "S0-13",
        "D-15",
    ),
    IssueCode.CORRUPT_DUPLICATE_KEY: ("S0-13",),
    IssueCode.CORRUPT_DEPTH: ("S0-13",),
    IssueCode.CORRUPT_NUMBER_RANGE: ("S0-13",),
    IssueCode.CORRUPT_AVRO: ("S0-13",),
    IssueCode.SCHEMA_SUBJECT_UNKNOWN: (
        "S0-7",
        "S0-37",
    ),
    IssueCode.SCHEMA_VERSION_UNKNOWN: (
        "S0-7",
        "S0-37",
    ),
    IssueCode.SCHEMA_REQUIRED_MISSING: (
        "S0-7",
        "S0-37",
    ),
    IssueCode.SCHEMA_TYPE_INVALID: (
        "S0-8",
        "S0-37",
    ),
    IssueCode.SCHEMA_FORMAT_INCONSISTENT: (
        "S0-25",
        "S0-32",
    ),
    IssueCode.SCHEMA_MISMATCH_MINOR: (
        "S0-26",
        "S0-32",
    ),
    IssueCode.SCHEMA_VERSION_OUTDATED: ("S0-26",),
    IssueCode.SCHEMA_FIELD_DEPRECATED: ("S0-31",),
    IssueCode.SCHEMA_OPTIONAL_MISSING: ("S0-24",),
    IssueCode.SECURITY_PII_CARD: (
        "S0-9",
        "S0-38",
    ),
    IssueCode.SECURITY_PII_IBAN: (
        "S0-9",
        "S0-38",
    ),
    IssueCode.SECURITY_PII_SSN: (
        "S0-9",
        "S0-38",
    ),
    IssueCode.SECURITY_PII_EMAIL: (
        "S0-9",
        "S0-38",
    ),
    IssueCode.SECURITY_PII_PHONE: (
        "S0-9",
        "S0-38",
    ),
    IssueCode.SECURITY_PII_IP: (
        "S0-9",
        "S0-38",
    ),
    IssueCode.SECURITY_PII_PASSPORT: (
        "S0-9",
        "S0-38",
    ),
    IssueCode.SECURITY_SECRET_JWT: (
        "S0-9",
        "S0-38",
    ),
    IssueCode.SECURITY_SECRET_PRIVATE_KEY: (
        "S0-9",
        "S0-38",
    ),
    IssueCode.SECURITY_SECRET_AWS: (
        "S0-9",
        "S0-38",
    ),
    IssueCode.SECURITY_SECRET_GITHUB: (
        "S0-9",
        "S0-38",
    ),
    IssueCode.SECURITY_SECRET_SLACK: (
        "S0-9",
        "S0-38",
    ),
    IssueCode.SECURITY_SECRET_STRIPE: (
        "S0-9",
        "S0-38",
    ),
    IssueCode.SECURITY_SECRET_GOOGLE: (
        "S0-9",
        "S0-38",
    ),
    IssueCode.SECURITY_SECRET_GENERIC: (
        "S0-9",
        "S0-38",
    ),
    IssueCode.SECURITY_TENANT_MISMATCH: (
        "S0-10",
        "S0-38",
    ),
    IssueCode.COMPLIANCE_GOVERNANCE_MISSING: (
        "S0-11",
        "S0-39",
    ),
    IssueCode.COMPLIANCE_AUDIT_GAP: (
        "S0-12",
        "S0-39",
    ),
    IssueCode.COMPLIANCE_POLICY_VIOLATION: (
        "S0-21",
        "S0-39",
    ),
    IssueCode.COMPLIANCE_OVERRIDE_ANOMALY: (
        "S0-22",
        "S0-39",
    ),
    IssueCode.BUSINESS_STATE_INVALID: (
        "S0-16",
        "S0-40",
    ),
    IssueCode.BUSINESS_INCONSISTENT: (
        "S0-17",
        "S0-40",
    ),
    IssueCode.BUSINESS_TRUST_BELOW_MINIMUM: (
        "S0-20",
        "S0-40",
    ),
    IssueCode.BUSINESS_PATTERN_UNUSUAL: ("S0-28",),
    IssueCode.BUSINESS_METADATA_MISSING: ("S0-34",),
    IssueCode.BUSINESS_VALUE_UNCLEAR: ("S0-35",),
    IssueCode.PERFORMANCE_OVERSIZED: (
        "S0-18",
        "S0-41",
    ),
    IssueCode.PERFORMANCE_PROCESSING_EXCESSIVE: (
        "S0-19",
        "S0-41",
    ),
    IssueCode.PERFORMANCE_SLOW: (
        "S0-27",
        "S0-41",
    ),
    IssueCode.PERFORMANCE_ANOMALOUS: (
        "S0-29",
        "S0-41",
    ),
    IssueCode.PERFORMANCE_STRUCTURE_INEFFICIENT: (
        "S0-33",
        "S0-41",
    ),
    IssueCode.TIME_NAIVE: ("S4-60",),
    IssueCode.TIME_FUTURE: ("S4-60",),
    IssueCode.TIME_STALE: ("S4-60",),
    IssueCode.TIME_SKEWED: ("S4-60",),
    IssueCode.DETECTOR_FAILED: ("D-16",),
}
"""Which requirements and repaired defects ask for the code."""
