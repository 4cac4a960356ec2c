"""The report as an OpenLineage event: data-quality facets of the topic, for catalogues that collect them."""

import hashlib
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from ...core.document import Json
from .report import CommonIssue, TenantReport

PRODUCER: Final = "urn:assay:tenant-report"
SPEC: Final = "https://openlineage.io/spec"
EVENT_SCHEMA: Final = f"{SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent"
METRICS_SCHEMA: Final = (
    f"{SPEC}/facets/1-0-2/DataQualityMetricsInputDatasetFacet.json#/$defs/DataQualityMetricsInputDatasetFacet"
)
ASSERTIONS_SCHEMA: Final = (
    f"{SPEC}/facets/1-0-1/DataQualityAssertionsDatasetFacet.json#/$defs/DataQualityAssertionsDatasetFacet"
)
NOMINAL_TIME_SCHEMA: Final = f"{SPEC}/facets/1-0-1/NominalTimeRunFacet.json#/$defs/NominalTimeRunFacet"
SCORE_ASSERTION: Final = "assay.quality_score"


def report_lineage(report: TenantReport, *, broker: str, topic: str, environment: str) -> dict[str, Json]:
    """A COMPLETE event of a run that judged ``topic`` on ``broker`` (host:port). The same report has the same run id.

    Each problem is an assertion that failed, on the field that it is about; without any there is one that holds.
    """
    return {
        "eventType": "COMPLETE",
        "eventTime": report.generated_at,
        "producer": PRODUCER,
        "schemaURL": EVENT_SCHEMA,
        "run": {
            "runId": str(_run_id(report, environment)),
            "facets": {
                "nominalTime": {
                    **_facet(NOMINAL_TIME_SCHEMA),
                    "nominalStartTime": report.since,
                    "nominalEndTime": report.until,
                }
            },
        },
        "job": {"namespace": f"assay-{environment}", "name": f"tenant_quality.{report.tenant_id}"},
        "inputs": [
            {
                "namespace": f"kafka://{broker}",
                "name": topic,
                "facets": {},
                "inputFacets": {
                    "dataQualityMetrics": {
                        **_facet(METRICS_SCHEMA),
                        "rowCount": report.counts.traces,
                        "columnMetrics": {},
                    },
                    "dataQualityAssertions": {
                        **_facet(ASSERTIONS_SCHEMA),
                        "assertions": [*_assertions(report)],
                    },
                },
            }
        ],
        "outputs": [],
    }


def _facet(schema: str) -> dict[str, Json]:
    return {"_producer": PRODUCER, "_schemaURL": schema}


def _assertions(report: TenantReport) -> Iterator[Json]:
    if not report.common_issues:
        yield {"assertion": SCORE_ASSERTION, "success": True}
    yield from map(_assertion, report.common_issues)


def _assertion(issue: CommonIssue) -> Json:
    assertion: dict[str, Json] = {"assertion": issue.code, "success": False}
    return {**assertion, "column": issue.path} if issue.path else assertion


def _run_id(report: TenantReport, environment: str) -> UUID:
    named = f"{environment}\n{report.tenant_id}\n{report.since}\n{report.until}\n{report.generated_at}"
    return UUID(bytes=hashlib.sha256(named.encode()).digest()[:16], version=5)
