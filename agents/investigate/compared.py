"""What came of a comparison as JSON: for the command line and the API."""

from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.document import Json
from assay.pipeline.investigate.patterns import Pattern

from .compare import Compared
from .failing import Asked


def compared_document(found: Compared, asked: Asked) -> dict[str, Json]:
    """The document of ``assay patterns --json``."""
    sample, comparison = found.sample, found.comparison
    return {
        "since": rfc3339(asked.since_ns),
        "failing": sample.failing,
        "failing_opened": sample.opened,
        "passing": sample.passing,
        "passing_offsets": sample.passing_offsets,
        "not_found": [*sample.not_found],
        "issues": [{"code": code, "path": path, "traces": count} for code, path, count in found.issues],
        "tested": comparison.tested,
        "left_out": [*comparison.left_out],
        "patterns": [_row_document(each) for each in comparison.patterns],
    }


def _row_document(found: Pattern) -> Json:
    table = found.table
    return {
        "dimension": found.trait.dimension,
        "value": found.trait.value,
        **table._asdict(),
        "failing_share": table.failing_share,
        "passing_share": table.passing_share,
        "lift": table.lift,
        "p": found.chance,
        "p_corrected": found.corrected,
    }
