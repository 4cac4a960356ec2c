"""What kind of advice an issue calls for: a row for every code (S0-164 … S0-166)."""

from collections.abc import Mapping

from ..core.codes import IssueCode
from ..core.word import Word


class Advice(Word):
    """One thing that a team can do about many issues at once. Ordered: what comes first is told first."""

    PERSONAL_DATA = "personal_data"
    SECRETS = "secrets"
    TENANTS = "tenants"
    ENCODING = "encoding"
    SCHEMA = "schema"
    GOVERNANCE = "governance"
    CONSISTENCY = "consistency"
    SIZE_AND_STRUCTURE = "size_and_structure"
    DURATION = "duration"
    CLOCKS = "clocks"
    GATE = "gate"


TEXTS: Mapping[Advice, str] = {
    Advice.PERSONAL_DATA: "Review how personal data is handled: redact or tokenise it before the trace is built. "
    "A field that is meant to hold it is declared so in its schema (x-pii).",
    Advice.SECRETS: "Replace the credential, and keep credentials out of what is traced.",
    Advice.TENANTS: "Take the tenant from one place in the producer, and never mix the work of two tenants in a trace.",
    Advice.ENCODING: "Write traces with a JSON or Avro library, whole, in UTF-8, each member once.",
    Advice.SCHEMA: "Update the code that makes the trace to the latest version of its schema.",
    Advice.GOVERNANCE: "Record policy pack, consent, evidence and an audit entry for every action with the run.",
    Advice.CONSISTENCY: "Write status, times and steps from one state machine, and meaning instead of placeholders.",
    Advice.SIZE_AND_STRUCTURE: "Optimise the size and structure of the trace: references instead of blobs, "
    "repeated content once, shallow and narrow objects.",
    Advice.DURATION: "Look at the slowest step of the run; raise its budget only as policy.",
    Advice.CLOCKS: "Write RFC 3339 times with Z or an offset, from a synchronised clock.",
    Advice.GATE: "Report the rule that is named: this is a fault of the gate, not of the trace.",
}
"""What is said."""

_FAMILIES: Mapping[str, Advice] = {
    "corrupt": Advice.ENCODING,
    "schema": Advice.SCHEMA,
    "compliance": Advice.GOVERNANCE,
    "business": Advice.CONSISTENCY,
    "performance": Advice.DURATION,
    "time": Advice.CLOCKS,
    "detector": Advice.GATE,
}
_OTHERS: Mapping[IssueCode, Advice] = {
    IssueCode.CORRUPT_TOO_LARGE: Advice.SIZE_AND_STRUCTURE,
    IssueCode.CORRUPT_DEPTH: Advice.SIZE_AND_STRUCTURE,
    IssueCode.PERFORMANCE_OVERSIZED: Advice.SIZE_AND_STRUCTURE,
    IssueCode.PERFORMANCE_STRUCTURE_INEFFICIENT: Advice.SIZE_AND_STRUCTURE,
    IssueCode.SECURITY_TENANT_MISMATCH: Advice.TENANTS,
}


def _advice(code: IssueCode) -> Advice:
    if code in _OTHERS:
        return _OTHERS[code]
    if code.startswith("security."):
        return Advice.PERSONAL_DATA if code.startswith("security.pii_") else Advice.SECRETS
    return _FAMILIES[code.partition(".")[0]]


ADVICE: Mapping[IssueCode, Advice] = {code: _advice(code) for code in IssueCode}
"""Complete, or this module does not load."""
