"""What ``assay doctor`` calls unprotected (DESIGN 9)."""

import pytest

from assay.agents.doctor import Level, unprotected_kafka, unprotected_redis
from assay.agents.settings import load_settings


@pytest.mark.parametrize(
    ("servers", "level"),
    [
        ("127.0.0.1:9092", Level.NOTE),
        ("localhost:9092,[::1]:9093", Level.NOTE),
        ("kafka.example:9092", Level.FINDING),
        ("127.0.0.1:9092,kafka.example:9092", Level.FINDING),
    ],
)
def test_plaintext_kafka_is_a_finding_beyond_loopback(servers: str, level: Level) -> None:
    found = unprotected_kafka(load_settings(bootstrap_servers=servers))
    assert [(one.subject, one.level) for one in found] == [
        ("kafka encryption", level),
        ("kafka log-in", level),
    ]


@pytest.mark.parametrize(
    ("protocol", "subjects"),
    [
        ("SASL_SSL", []),
        ("SASL_PLAINTEXT", ["kafka encryption"]),
        ("SSL", ["kafka log-in"]),
    ],
)
def test_what_kafka_lacks_is_named(protocol: str, subjects: list[str]) -> None:
    found = unprotected_kafka(
        load_settings(bootstrap_servers="kafka.example:9092", security_protocol=protocol)
    )
    assert [one.subject for one in found] == subjects


@pytest.mark.parametrize(
    ("url", "subjects"),
    [
        ("rediss://user:secret@redis.example:6379/0", []),
        ("redis://user:secret@redis.example:6379/0", ["redis encryption"]),
        ("rediss://redis.example:6379/0", ["redis log-in"]),
        ("unix:///run/redis.sock", []),
    ],
)
def test_what_redis_lacks_is_named_without_its_password(url: str, subjects: list[str]) -> None:
    found = unprotected_redis(load_settings(redis_url=url))
    assert [one.subject for one in found] == subjects
    assert all(one.level is Level.FINDING and "secret" not in one.text for one in found)
