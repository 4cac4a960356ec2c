"""The words that traces are made of. Made up for this purpose: nobody's name, address or number is among them."""

from collections.abc import Mapping

WORKFLOWS = (
    "invoice-matching",
    "claim-triage",
    "order-routing",
    "ticket-summary",
    "contract-review",
    "stock-forecast",
    "refund-check",
    "onboarding",
)
ENVIRONMENTS = ("production", "production", "production", "staging")
REGIONS = ("eu-north", "eu-central", "us-east", "us-west", "ap-south")
PRODUCERS = (
    ("flow-runner", "4.2.0"),
    ("flow-runner", "4.2.0"),
    ("flow-runner", "4.1.7"),
    ("edge-agent", "1.9.3"),
    ("edge-agent", "2.0.0"),
    ("batch-importer", "0.8.12"),
)
POLICY_PACKS = ("baseline-2026", "finance-strict", "health-strict")
POLICY_IDS = ("retain-90d", "mask-output", "human-review", "eu-only", "no-training", "two-eyes")
OVERRIDE_REASONS = ("late supplier document", "agreed with the customer", "known false alarm")
ACTORS = ("scheduler", "flow-runner", "policy-engine", "reviewer")
AUDIT_ACTIONS = ("created", "started", "policy_checked", "evidence_stored", "closed")
TAGS = ("nightly", "priority", "pilot", "bulk", "retry", "müller-line", "canary", "quarter-end")

STEP_NAMES: Mapping[str, tuple[str, ...]] = {
    "retrieval": ("fetch-documents", "search-index", "load-history"),
    "llm": ("summarise", "extract-fields", "draft-answer", "classify-intent"),
    "tool": ("convert-currency", "lookup-stock", "render-page"),
    "decision": ("choose-route", "check-limits"),
    "human": ("review", "sign-off"),
}

SUBJECTS_OF_TALK = (
    "the supplier",
    "the second page",
    "the open order",
    "a late delivery",
    "the warehouse in Gävle",
    "the quarterly plan",
    "the café's invoice",
    "the returned part",
    "the translated note (東京)",
    "the draft contract",
)
VERBS = ("matches", "contradicts", "explains", "replaces", "refers to", "delays", "confirms", "leaves out")
ENDINGS = (
    "and needs no further step.",
    "so the amount was checked again.",
    "with a small difference in rounding.",
    "according to the archived copy.",
    "which the next step takes into account.",
    "after the totals were compared.",
)
