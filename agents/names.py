"""Names that processes must agree on: consumer groups and transactional ids."""

from .settings import Settings


def lane_group(settings: Settings, lane: str) -> str:
    """The consumer group of a lane."""
    return f"assay.{settings.env}.{settings.topic_prefix}{lane}"


def transactional_id(settings: Settings, lane: str, topic: str, slots: int, slot: int) -> str:
    """The fence of a slot (rule 2). ``topic`` is the full name; the number of slots is part of the id,
    because the same slot number means other partitions when slots are counted differently.
    """
    return f"assay-{settings.env}-{lane}-{topic}-{slots}-{slot}"
