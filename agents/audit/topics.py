"""Which partitions an audit of the three lanes looks at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assay.agents.topics import topic_name
from assay.pipeline.core.topics import TopicRole

from .audit import OUTCOME_ROLES
from .end_facts import WORDS
from .facts import Place
from .reader import TopicReader


@dataclass(frozen=True, slots=True)
class Topics:
    """The partitions under audit."""

    raw: tuple[Place, ...]
    outcomes: tuple[Place, ...]
    classified: tuple[Place, ...]
    issues: tuple[Place, ...]
    ends: tuple[Place, ...]
    """Where failing traces end; the dead letters are among ``outcomes`` too: two lanes write them."""
    receipts: tuple[Place, ...]
    tallies: tuple[Place, ...]
    roles: Mapping[str, TopicRole]
    """Of outcome topics and ends, by full name."""

    @property
    def invalid(self) -> tuple[Place, ...]:
        """The outcome partitions that the classifier reads."""
        return tuple(place for place in self.outcomes if self.roles[place.topic] is TopicRole.INVALID)

    @property
    def behind(self) -> tuple[Place, ...]:
        """What is written by the classifier, and tallies."""
        return self.classified + self.issues + self.tallies

    @property
    def all(self) -> tuple[Place, ...]:
        """Every partition, once."""
        places = self.raw + self.outcomes + self.behind + self.receipts + self.ends
        return tuple(dict.fromkeys(places))


def find_topics(reader: TopicReader, prefix: str, bound: Iterable[str]) -> Topics:
    """Those of the three lanes under the prefix; ``bound``: raw topics that need not exist, by full name.

    Raises ``ConfigError`` for missing ones.
    """
    bound = frozenset(bound)
    raw, tallies = topic_name(TopicRole.RAW, prefix), topic_name(TopicRole.TALLIES, prefix)
    classified, issues = (topic_name(role, prefix) for role in (TopicRole.CLASSIFIED, TopicRole.ISSUES))
    receipts = topic_name(TopicRole.RECEIPTS, prefix)
    outcomes = {topic_name(role, prefix) for role in OUTCOME_ROLES}
    roles = {topic_name(role, prefix): role for role in (*OUTCOME_ROLES, *WORDS)}
    ends = {topic_name(role, prefix) for role in WORDS}
    required = [raw, *roles, classified, issues, receipts, tallies]
    places = reader.partitions(required, optional=bound)
    return Topics(
        raw=tuple(place for place in places if place.topic == raw or place.topic in bound),
        outcomes=tuple(place for place in places if place.topic in outcomes),
        classified=tuple(place for place in places if place.topic == classified),
        issues=tuple(place for place in places if place.topic == issues),
        ends=tuple(place for place in places if place.topic in ends),
        receipts=tuple(place for place in places if place.topic == receipts),
        tallies=tuple(place for place in places if place.topic == tallies),
        roles=roles,
    )
