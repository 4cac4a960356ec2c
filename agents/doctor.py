"""What is reachable, what is not protected, and which versions are at work (DESIGN 9)."""

import platform
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from urllib.parse import urlsplit

import redis
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType

from assay.pipeline.core.errors import AssayError

from .devstack.java import find_java
from .settings import Settings
from .topic_admin import admin_client, check_topics

TIMEOUT_S = 5.0
LOOPBACK = {"localhost", "127.0.0.1", "::1", ""}
LIBRARIES = ("assay", "aiokafka", "confluent-kafka", "faust-streaming", "redis")


class Level(StrEnum):
    """How much an observation matters."""

    OK = "ok"
    NOTE = "note"
    """Worth knowing, harmless here: unprotected on loopback only, or needed for development only."""
    FINDING = "finding"
    UNAVAILABLE = "unavailable"
    """No trace can flow."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One line of the report."""

    subject: str
    level: Level
    text: str


def examine(settings: Settings) -> Iterator[Observation]:
    """Look at everything, one after the other; what fails is an observation, not an exception."""
    names = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    yield Observation("versions", Level.OK, f"Python {platform.python_version()}, {names}")
    yield from _development_tools()
    yield from _kafka(settings)
    yield from _redis(settings)
    yield from _web(settings)
    yield from _keys(settings)


def unprotected_kafka(settings: Settings) -> list[Observation]:
    """What the connection to Kafka lacks, by the settings alone."""
    level = _kafka_level(settings)
    found = []
    if settings.security_protocol in {"PLAINTEXT", "SASL_PLAINTEXT"}:
        found.append(
            Observation(
                "kafka encryption", level, "none: ASSAY_SECURITY_PROTOCOL is without TLS" + _here(level)
            )
        )
    if not settings.security_protocol.startswith("SASL") and settings.ssl_certfile is None:
        found.append(
            Observation("kafka log-in", level, "none: neither SASL nor a client certificate" + _here(level))
        )
    return found


def unprotected_redis(settings: Settings) -> list[Observation]:
    """What the connection to Redis lacks, by the settings alone."""
    url = urlsplit(settings.redis_url)
    if url.scheme == "unix":
        return []
    level = Level.NOTE if (url.hostname or "") in LOOPBACK else Level.FINDING
    found = []
    if url.scheme != "rediss":
        found.append(
            Observation("redis encryption", level, "none: ASSAY_REDIS_URL is not rediss://" + _here(level))
        )
    if not url.password:
        found.append(
            Observation("redis log-in", level, "none: ASSAY_REDIS_URL has no password" + _here(level))
        )
    return found


def _kafka_level(settings: Settings) -> Level:
    hosts = {server.rpartition(":")[0].strip("[]") for server in settings.bootstrap_servers.split(",")}
    return Level.NOTE if hosts <= LOOPBACK else Level.FINDING


def _here(level: Level) -> str:
    return "; on loopback only" if level is Level.NOTE else ""


def _development_tools() -> Iterator[Observation]:
    try:
        yield Observation("java", Level.OK, find_java())
    except AssayError as error:
        yield Observation("java", Level.NOTE, f"needed by assay dev only: {error}")
    maven = shutil.which("mvn")
    if maven is None:
        yield Observation("maven", Level.NOTE, "missing; needed by the first assay dev up only")
    else:
        yield Observation("maven", Level.OK, maven)


def _kafka(settings: Settings) -> Iterator[Observation]:
    try:
        client = admin_client(settings)
        brokers = client.list_topics(timeout=TIMEOUT_S).brokers
    except KafkaException as error:
        text = f"does not answer at {settings.bootstrap_servers} ({error.args[0].name()})"
        yield Observation("kafka", Level.UNAVAILABLE, f"{text}; assay dev up starts one")
        return
    except AssayError as error:
        yield Observation("kafka", Level.UNAVAILABLE, str(error))
        return
    yield Observation("kafka", Level.OK, f"{len(brokers)} broker(s) at {settings.bootstrap_servers}")
    yield from unprotected_kafka(settings)
    yield from _permissions(client, settings, min(brokers))
    yield from _topics(settings)


def _permissions(client: AdminClient, settings: Settings, broker: int) -> Iterator[Observation]:
    # Asking for the ACLs themselves does not tell: with none in force the client answers with an empty list.
    resource = ConfigResource(ResourceType.BROKER, str(broker))
    try:
        configs = client.describe_configs([resource], request_timeout=TIMEOUT_S)[resource].result()
    except KafkaException as error:
        if error.args[0].code() == KafkaError.CLUSTER_AUTHORIZATION_FAILED:
            yield Observation("kafka permissions", Level.OK, "the broker checks them")
        else:
            yield Observation("kafka permissions", Level.NOTE, f"unknown ({error.args[0].name()})")
        return
    authorizer = configs.get("authorizer.class.name")
    if authorizer is not None and authorizer.value:
        yield Observation("kafka permissions", Level.OK, "the broker checks them")
    else:
        level = _kafka_level(settings)
        yield Observation("kafka permissions", level, "none: the broker has no authorizer" + _here(level))


def _topics(settings: Settings) -> Iterator[Observation]:
    try:
        problems = check_topics(settings)
    except AssayError as error:
        yield Observation("topics", Level.FINDING, str(error))
        return
    for problem in problems:
        yield Observation("topics", Level.FINDING, str(problem))
    if not problems:
        yield Observation("topics", Level.OK, "all are there, and lose nothing")


def _redis(settings: Settings) -> Iterator[Observation]:
    timeouts = {"socket_timeout": TIMEOUT_S, "socket_connect_timeout": TIMEOUT_S}
    try:
        with redis.Redis.from_url(settings.redis_url, **timeouts) as client:
            info = client.info("server")
    except redis.RedisError as error:
        text = f"does not answer ({type(error).__name__}): traces flow without it, views do not"
        yield Observation("redis", Level.FINDING, text)
    else:
        name = "Valkey" if "valkey_version" in info else "Redis"
        yield Observation(
            "redis", Level.OK, f"{name} {info.get('valkey_version', info.get('redis_version'))}"
        )
    yield from unprotected_redis(settings)


def _web(settings: Settings) -> Iterator[Observation]:
    if settings.web_port and settings.web_host not in LOOPBACK:
        text = f"/metrics listens on {settings.web_host} without a password (ASSAY_WEB_HOST)"
        yield Observation("web", Level.FINDING, text)


def _keys(settings: Settings) -> Iterator[Observation]:
    path = settings.keys_path
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield Observation("keys", Level.FINDING, f"others may look into {path}: chmod -R go-rwx {path}")
