"""A trace joins its group: counted once, in whatever order facts come (DESIGN 8)."""

from collections.abc import Sequence
from dataclasses import replace

from ..core.clock import NANOS_PER_SECOND, ns_of
from .event import Fact
from .group import SCHEMA, Group
from .marks import FirstBad, Producer, Sample, TenantCount, Transition
from .rate import Rate
from .seen import digest_of, remembered
from .status import Happening, Status
from .transitions import TABLE

FIRST_SAMPLES = 3
LAST_SAMPLES = 7
MOST_TENANTS = 16
MOST_PRODUCERS = 20
MOST_TRANSITIONS = 32
OTHER = "_other"
"""Stands for the tenants that are counted together."""
DETECTOR = "detector"
"""The actor of what traces bring about."""
RECURRED = "a trace had the problem again"
WORSENED = "the ignored problem has become worse"


def take_fact(group: Group | None, fact: Fact, cause: str) -> Group:
    """The group with this trace in it; the same object when the fact was taken in before.

    A resolved group is reopened by a trace that was judged after its end; an ignored one only when such a
    trace is more severe than the group was: otherwise ignoring would last until the next trace.
    """
    digest = digest_of(fact.event_id)
    if group is None:
        return _first(fact, digest)
    if digest in group.seen:
        return group
    if _reopens(group, fact):
        group = _reopened(group, fact, cause)
    newest = fact.detected_at >= group.last_seen
    return replace(
        group,
        # Category and team are policy: those of the newest trace count.
        category=fact.category if newest else group.category,
        team=fact.team if newest else group.team,
        severity=max(group.severity, fact.severity, key=lambda severity: severity.rank),
        blocking=group.blocking or fact.blocking,
        opened_at=_opened_at(group, fact),
        count=group.count + 1,
        occurrences=group.occurrences + fact.occurrences,
        first_seen=min(group.first_seen, fact.detected_at),
        last_seen=max(group.last_seen, fact.detected_at),
        rate=group.rate.plus(_second(fact)),
        tenants=_tenants(group.tenants, fact.tenant),
        producers=_producers(group.producers, fact),
        first_bad=_first_bad(group, fact),
        samples=_samples(group.samples, fact),
        seen=remembered(group.seen, digest),
    )


def _first(fact: Fact, digest: str) -> Group:
    return Group(
        schema=SCHEMA,
        fingerprint=fact.fingerprint,
        code=fact.code,
        category=fact.category,
        severity=fact.severity,
        blocking=fact.blocking,
        team=fact.team,
        subject=fact.subject,
        path=fact.path,
        rule=fact.rule,
        status=Status.DETECTED,
        episode=1,
        opened_at=fact.detected_at,
        count=1,
        occurrences=fact.occurrences,
        first_seen=fact.detected_at,
        last_seen=fact.detected_at,
        rate=Rate().plus(_second(fact)),
        tenants=_tenants((), fact.tenant),
        producers=_producers((), fact),
        first_bad=_as_first_bad(fact),
        samples=_samples((), fact),
        seen=(digest,),
    )


def _second(fact: Fact) -> int:
    return ns_of(fact.detected_at) // NANOS_PER_SECOND


def _reopens(group: Group, fact: Fact) -> bool:
    if (group.status, Happening.DETECTED) not in TABLE or fact.detected_at <= group.resolved_at:
        return False
    return group.status is Status.RESOLVED or fact.severity.rank > group.severity.rank


def _reopened(group: Group, fact: Fact, cause: str) -> Group:
    transition = Transition(
        was=group.status,
        became=TABLE[group.status, Happening.DETECTED],
        happening=Happening.DETECTED,
        actor=DETECTOR,
        reason=RECURRED if group.status is Status.RESOLVED else WORSENED,
        at=fact.detected_at,
        episode=group.episode,
        opened_at=group.opened_at,
        severity=group.severity,
        cause=cause,
    )
    fresh = new_episode(group, transition, fact.detected_at)
    return replace(fresh, severity=fact.severity, blocking=fact.blocking, first_bad=_as_first_bad(fact))


def new_episode(group: Group, transition: Transition, at: str) -> Group:
    """The group at the beginning of its next episode: people look at it anew."""
    return replace(
        group,
        status=transition.became,
        episode=group.episode + 1,
        opened_at=at,
        resolved_at="",
        resolution_notes="",
        assigned_to="",
        acknowledged=None,
        confirmed=None,
        transitions=transitions_with(group.transitions, transition),
    )


def transitions_with(before: tuple[Transition, ...], transition: Transition) -> tuple[Transition, ...]:
    """With one more, of a bounded number."""
    return (*before, transition)[-MOST_TRANSITIONS:]


def _belongs_to_episode(group: Group, fact: Fact) -> bool:
    """Whether it was judged after the end of the episode before this one."""
    return group.episode == 1 or not group.transitions or fact.detected_at > _last_end(group.transitions)


def _last_end(transitions: Sequence[Transition]) -> str:
    ends = (Status.RESOLVED, Status.IGNORED)
    return next((each.at for each in reversed(transitions) if each.became in ends), "")


def _opened_at(group: Group, fact: Fact) -> str:
    if fact.detected_at < group.opened_at and not group.resolved_at and _belongs_to_episode(group, fact):
        return fact.detected_at
    return group.opened_at


def _first_bad(group: Group, fact: Fact) -> FirstBad:
    found = _as_first_bad(fact)
    earlier = (found.at, found.source) < (group.first_bad.at, group.first_bad.source)
    return found if earlier and _belongs_to_episode(group, fact) else group.first_bad


def _as_first_bad(fact: Fact) -> FirstBad:
    return FirstBad(fact.producer, fact.version, fact.detected_at, fact.source)


def _samples(samples: tuple[Sample, ...], fact: Fact) -> tuple[Sample, ...]:
    """The earliest and the latest, by time and source: the same ones in whatever order they come."""
    found = {(sample.at, sample.source): sample for sample in samples}
    found[fact.detected_at, fact.source] = Sample(fact.detected_at, fact.source, fact.attempts)
    ordered = [found[key] for key in sorted(found)]
    if len(ordered) <= FIRST_SAMPLES + LAST_SAMPLES:
        return tuple(ordered)
    return (*ordered[:FIRST_SAMPLES], *ordered[-LAST_SAMPLES:])


def _tenants(tenants: tuple[TenantCount, ...], tenant: str) -> tuple[TenantCount, ...]:
    counts = {each.tenant_id: each.count for each in tenants}
    if tenant not in counts and len(counts) >= MOST_TENANTS:
        tenant = OTHER
    counts[tenant] = counts.get(tenant, 0) + 1
    return tuple(TenantCount(name, count) for name, count in counts.items())


def _producers(producers: tuple[Producer, ...], fact: Fact) -> tuple[Producer, ...]:
    """By producer and version; of too many, those that were not seen for the longest time are forgotten."""
    key, at = (fact.producer, fact.version), fact.detected_at
    found = {(each.name, each.version): each for each in producers}
    before = found.get(key)
    if before is None:
        found[key] = Producer(*key, 1, at, at)
        if len(found) > MOST_PRODUCERS:
            oldest = min(found.values(), key=lambda each: each.last_seen)
            del found[oldest.name, oldest.version]
    else:
        found[key] = Producer(*key, before.count + 1, min(before.first_seen, at), max(before.last_seen, at))
    return tuple(found.values())
