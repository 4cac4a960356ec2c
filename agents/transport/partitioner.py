"""Kafka's default partitioner, for records whose partition nobody chose."""

from functools import lru_cache

from aiokafka.partitioner import murmur2


@lru_cache(maxsize=4096)  # fingerprints and tenants come again and again, and the hash is plain Python
def partition_of(key: bytes | None, partitions: int) -> int:
    """The partition that every Kafka client gives this key; a null key counts as an empty one."""
    number: int = (murmur2(key or b"") & 0x7FFFFFFF) % partitions
    return number
