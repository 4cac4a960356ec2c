"""What one child process of a benchmark is told, as JSON on its command line."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import orjson

from assay.agents.names import lane_group
from assay.agents.settings import Settings, load_settings
from assay.agents.topics import topic_name
from assay.pipeline.core.topics import TopicRole

ALL_CHECKS = "all"
ENDS = (TopicRole.VALID, TopicRole.REMEDIATED, TopicRole.QUARANTINE, TopicRole.DEAD_LETTER)
"""Topics of outcomes: each trace comes to one of them, once."""


@dataclass(frozen=True, slots=True)
class Job:
    """Where to read, where to write, and when to stop. Everything else is in the environment, as for a worker."""

    env: str
    """Fresh for every run, so that every run has a group and transactional ids of its own."""
    bootstrap_servers: str
    redis_url: str
    keys_dir: str
    input_prefix: str
    output_prefix: str
    partitions: int
    records: int
    """How many records to process; 0 = until told to stop."""
    rate: float = 0.0
    """Records a second, for the paced producer."""
    seconds: float = 0.0
    """How long the paced producer goes on."""
    checks: str = ALL_CHECKS
    """Which detectors the lane runs: their names, comma separated; :data:`ALL_CHECKS` for all."""
    warm_up_s: float = 0.0
    """How much of the beginning the reader leaves out."""

    def settings(self) -> Settings:
        """A worker's settings with this job's names in them; its topics are those that are read."""
        return load_settings(
            env=self.env,
            bootstrap_servers=self.bootstrap_servers,
            redis_url=self.redis_url,
            keys_dir=Path(self.keys_dir),
            topic_prefix=self.input_prefix,
            partitions=self.partitions,
            web_port=0,
        )

    def output_settings(self) -> Settings:
        """The same, for what writes."""
        return self.settings().model_copy(update={"topic_prefix": self.output_prefix})

    @property
    def source(self) -> str:
        """The topic to read."""
        return topic_name(TopicRole.RAW, self.input_prefix)

    @property
    def sink(self) -> str:
        """The topic for what passes."""
        return topic_name(TopicRole.VALID, self.output_prefix)

    @property
    def refused(self) -> str:
        """The topic for what does not: every record has an outcome, here and at every peer that judges."""
        return topic_name(TopicRole.INVALID, self.output_prefix)

    @property
    def ends(self) -> Mapping[TopicRole, str]:
        """The topics of outcomes."""
        return {role: topic_name(role, self.output_prefix) for role in ENDS}

    def group(self, peer: str) -> str:
        """The consumer group of a peer."""
        return lane_group(self.settings(), peer)

    def to_json(self) -> str:
        """For the command line."""
        return orjson.dumps(asdict(self)).decode()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The inverse."""
        return cls(**orjson.loads(text))
