"""Steps on the way of a trace: planned, injected, detected, and how it ends."""

from collections import Counter
from collections.abc import Mapping

from assay.pipeline.core import headers as names
from assay.pipeline.core.clock import NANOS_PER_MILLI
from assay.pipeline.core.fingerprint import fingerprint
from assay.pipeline.core.issue import Severity
from assay.pipeline.core.outcome import Outcome
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.drill import REPAIR_RATE, Drill, Synthetic, Why
from assay.pipeline.flow import Judge

from .inject import inject
from .stage import Stage, StepFailedError

ENDS: Mapping[TopicRole, Outcome] = {
    TopicRole.REMEDIATED: Outcome.REMEDIATED,
    TopicRole.QUARANTINE: Outcome.QUARANTINED,
    TopicRole.DEAD_LETTER: Outcome.DEAD_LETTERED,
}
"""Where a failing trace ends."""
_MUST_BE_CRITICAL = frozenset({Drill.CRITICAL, Drill.ESCALATION})


async def planned(stage: Stage) -> str:
    """Judge the traces here first: what the bundle in use would let pass, or take for somebody's, is never written."""
    bundle = stage.site.bundle
    binding = bundle.bindings.get(TopicRole.RAW.value)
    if binding is None:
        raise StepFailedError(Why.NOT_AS_EXPECTED, f"the bundle has no binding for {TopicRole.RAW}")
    if binding.tenant not in {None, stage.run.tenant}:
        raise StepFailedError(Why.OTHER_TENANT)
    judge = Judge(bundle, topic_prefix=stage.site.settings.topic_prefix)
    for trace in stage.traces:
        _plan(stage, judge, trace)
    return ""


def _plan(stage: Stage, judge: Judge, trace: Synthetic) -> None:
    now_ns = stage.run.now_ns
    record = RawRecord(
        stage.site.raw_topic, 0, 0, now_ns // NANOS_PER_MILLI, trace.key, trace.value, trace.headers
    )
    verdict = judge(record, now_ns)
    codes = [issue.code for issue in verdict.issues]
    if codes != [trace.code] or not verdict.blocking:
        found = ", ".join(codes) or "nothing"
        raise StepFailedError(Why.NOT_AS_EXPECTED, f"{trace.code} must block it, and {found} was found")
    if verdict.tenant != stage.run.tenant:
        raise StepFailedError(Why.NOT_AS_EXPECTED, "it would not be the tenant's that is for drills")
    (issue,) = verdict.issues
    if stage.run.drill in _MUST_BE_CRITICAL and issue.severity is not Severity.CRITICAL:
        raise StepFailedError(Why.NOT_AS_EXPECTED, f"{issue.code} is {issue.severity}, not critical")
    named = fingerprint(issue.code, verdict.subject, issue.path, verdict.tenant, verdict.identity.producer)
    stage.groups[named] += 1
    stage.issues[named] = issue


async def injected(stage: Stage) -> str:
    """Write the traces."""
    await stage.note("drill.inject", f"{stage.run.drill} {stage.run.name}")
    stage.sources = await inject(stage.site.settings, stage.site.raw_topic, stage.traces)
    stage.watch.follow(stage.sources, stage.groups)
    return f"{len(stage.sources)} traces"


async def detected(stage: Stage) -> str:
    """S0-200."""

    def seen() -> bool | None:
        return stage.named <= stage.watch.by_source(TopicRole.INVALID).keys() or None

    await stage.until([TopicRole.INVALID], seen)
    return ""


async def contained(stage: Stage) -> str:
    """S0-202: every trace is sealed in quarantine, and nowhere else."""
    return await _all_ended(stage, Outcome.QUARANTINED)


async def dead_lettered(stage: Stage) -> str:
    """Every trace waits for a person."""
    return await _all_ended(stage, Outcome.DEAD_LETTERED)


async def repaired(stage: Stage) -> str:
    """S0-204."""
    ends = await ended(stage)
    repairs = sum(outcome is Outcome.REMEDIATED for outcome in ends.values())
    detail = f"{repairs} of {len(ends)} traces"
    if repairs <= REPAIR_RATE * len(ends):
        raise StepFailedError(Why.BELOW_RATE, f"{detail}; the others: {_reasons(stage, Outcome.REMEDIATED)}")
    return detail


async def receipted(stage: Stage) -> str:
    """Every repair has a receipt (promise 2)."""
    wanted = stage.watch.by_source(TopicRole.REMEDIATED).keys()

    def seen() -> bool | None:
        return wanted <= stage.watch.by_source(TopicRole.RECEIPTS).keys() or None

    await stage.until([TopicRole.RECEIPTS], seen)
    return f"{len(wanted)} receipts"


async def ended(stage: Stage) -> Mapping[str, Outcome]:
    """What became of each trace, once each has an outcome."""

    def so_far() -> dict[str, Outcome]:
        return {source: end for role, end in ENDS.items() for source in stage.watch.by_source(role)}

    def seen() -> dict[str, Outcome] | None:
        found = so_far()
        return found if stage.named <= found.keys() else None

    def detail() -> str:
        return f"{len(so_far())} of {len(stage.sources)} traces have an outcome"

    return await stage.until(ENDS, seen, detail)


async def _all_ended(stage: Stage, expected: Outcome) -> str:
    ends = await ended(stage)
    if any(outcome is not expected for outcome in ends.values()):
        words = _reasons(stage, expected)
        raise StepFailedError(Why.WRONG_OUTCOME, f"{expected} expected; the others: {words}")
    return ""


def _reasons(stage: Stage, expected: Outcome) -> str:
    """How those ended that ended otherwise, and why: words of ours."""
    found = Counter(
        f"{outcome} ({(names.first(record.headers, names.REASON) or b'').decode()})"
        for role, outcome in ENDS.items()
        if outcome is not expected
        for record in stage.watch.by_source(role).values()
    )
    return ", ".join(f"{number} {words}" for words, number in found.most_common())
