"""What a person is told to do: a Markdown document made of a template (S0-145 … S0-155, D-19)."""

from collections.abc import Sequence
from string import Template

from ..core.clock import rfc3339
from ..policy.task_rules import TaskRules
from .task import TaskIssue

DOCUMENTATION = "docs/operations.md, section Manual remediation"
_HEAD = Template("""\
# Manual Remediation Required

- **Trace ID:** $trace_id
- **Tenant ID:** $tenant_id
- **Severity:** $severity
- **Detected:** $detected

## Issues Found
""")
_ISSUE = Template("""
### Issue $number: $category

- **Severity:** $severity
- **Code:** `$code`
- **Description:** $description
- **Field:** `$field`
- **Expected:** `$expected`
- **Actual:** `$actual`
""")
_NO_ISSUE = "\nNo issue is listed: the trace was never judged.\n"
_TAIL = Template("""
## Remediation Steps

1. Review the trace data in the investigation dashboard
2. Identify the root cause of each issue
3. Apply fixes using the remediation tools
4. Validate the fixed trace against the current schema
5. Update the remediation task with resolution notes

## Tools Available

- **Trace Investigation Dashboard:** $dashboard
- **Schema Validation Tool:** `assay tasks edit $fingerprint --check --reason WHY`
- **Trace Editor:** `assay tasks edit $fingerprint --patch FILE --reason WHY`
- **Notes and Completion:** `assay tasks note $fingerprint --reason WHY TEXT`, `assay tasks complete $fingerprint --reason WHY`
- **Documentation:** $documentation
""")


def instructions(
    *,
    fingerprint: str,
    trace_id: str,
    tenant_id: str,
    severity: str,
    detected_at: str,
    issues: Sequence[TaskIssue],
    rules: TaskRules,
) -> str:
    """The document. Nothing in it is a value of the trace, and nothing in it can be read as markup of its own."""
    parts = [
        _HEAD.substitute(
            trace_id=plain(trace_id),
            tenant_id=plain(tenant_id),
            severity=plain(severity),
            detected=plain(detected_at or rfc3339(0)),
        )
    ]
    parts += [_issue(number, issue) for number, issue in enumerate(issues, 1)] or [_NO_ISSUE]
    dashboard = rules.dashboard.replace("{trace_id}", trace_id) or f"`assay trace show {trace_id}`"
    parts.append(
        _TAIL.substitute(
            fingerprint=fingerprint,
            dashboard=dashboard,
            documentation=rules.documentation or DOCUMENTATION,
        )
    )
    return "".join(parts)


def _issue(number: int, issue: TaskIssue) -> str:
    return _ISSUE.substitute(
        number=number,
        category=plain(issue.category),
        severity=plain(issue.severity),
        code=plain(issue.code),
        description=plain(issue.description),
        field=plain(issue.field),
        expected=plain(issue.expected) or "-",
        actual=plain(issue.actual) or "-",
    )


def plain(text: str) -> str:
    """One line, without what would end a code span, start a tag or hide a character."""
    return "".join(" " if not char.isprintable() or char in "`<>" else char for char in text).strip()
