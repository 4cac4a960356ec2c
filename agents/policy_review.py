"""Whether a candidate may become the bundle in use: pure, but for the time it takes (ADR 7)."""

from collections.abc import Mapping
from dataclasses import dataclass

from assay.pipeline.core.clock import Clock, rfc3339
from assay.pipeline.core.errors import ConfigError, Problem
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.flow import Judge
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.publication import Active, Candidate, Refused


@dataclass(frozen=True, slots=True)
class Review:
    """Checks candidates as a worker would take them."""

    clock: Clock
    in_use: Bundle
    """What workers use now."""

    def __call__(self, candidate: Candidate, offset: int) -> Active | Refused:
        """The answer to the candidate at that offset. Takes as long as loading a bundle does; never raises."""
        now = rfc3339(self.clock.now_ns())
        bundle: Bundle | None = None
        try:
            bundle = checked_bundle(candidate.files)
            problems = list(unreadable_topics(bundle))
            if not candidate.restart:
                problems += changed_topics(self.in_use, bundle)
        except ConfigError as error:
            problems = list(error.problems)
        if bundle is None or problems:
            return Refused(offset, None if bundle is None else bundle.bundle_id, tuple(problems), now)
        return Active(
            candidate=offset,
            bundle=bundle.bundle_id,
            files=candidate.files,
            note=candidate.note,
            published_at=candidate.published_at,
            activated_at=now,
        )


def checked_bundle(files: Mapping[str, bytes]) -> Bundle:
    """The bundle of these files, tried out. Raises :class:`ConfigError` with every problem.

    Detectors compile patterns and schemas when they are built, which is more than reading them.
    """
    try:
        bundle = load_bundle(files)
        Judge(bundle)
    except ConfigError:
        raise
    except Exception as error:  # the edge: what nothing can be built of must not reach a lane
        problem = Problem(
            "policies", f"nothing can be built of it ({type(error).__name__})", "Report it: it is a bug"
        )
        raise ConfigError([problem]) from error
    return bundle


def unreadable_topics(bundle: Bundle) -> list[Problem]:
    """The topic that workers read must be bound: they could not judge one record of it."""
    raw = TopicRole.RAW.value
    if raw in bundle.bindings:
        return []
    return [Problem("policies/bindings.yaml", f"{raw} is not bound, and workers read it", "Bind it")]


def changed_topics(in_use: Bundle, bundle: Bundle) -> list[Problem]:
    """A lane's input is fixed when it starts, so other topics need a restart."""
    before, after = set(in_use.bindings), set(bundle.bindings)
    changes = [f"+{topic}" for topic in sorted(after - before)]
    changes += [f"-{topic}" for topic in sorted(before - after)]
    if not changes:
        return []
    return [
        Problem(
            "policies/bindings.yaml",
            f"binds other topics than the bundle in use ({', '.join(changes)}), which running workers cannot take",
            "Publish it with --restart, then restart the workers",
        )
    ]
