"""The only reader of the environment. Every key is ``ASSAY_…``; wrong ones are reported all at once."""

import os
import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from assay.pipeline.core.errors import ConfigError, Problem

from .devstack.state import endpoints

CrashPoint = Literal[
    "",
    "after_begin",
    "after_send",
    "after_offsets",
    "before_end_txn",
    "after_end_txn",
    "after_redis",
    "in_rebalance",
]


class Settings(BaseSettings):
    """Where things are and how hard to work. Every field is the environment variable ``ASSAY_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="ASSAY_", extra="ignore", frozen=True)

    env: str = Field(
        "dev",
        pattern=r"^[a-z0-9-]{1,32}$",
        description="Name of this environment; part of every group and transactional id.",
    )
    home: Path = Field(Path(".assay"), description="Where the development stack, keys and reports are kept.")
    bootstrap_servers: str = Field(
        "127.0.0.1:9092",
        pattern=r"^[^\s,]+:\d+(,[^\s,]+:\d+)*$",
        description="Kafka brokers, host:port, comma separated.",
    )
    redis_url: str = Field(
        "redis://127.0.0.1:6379/0",
        pattern=r"^(redis|rediss|unix)://",
        repr=False,  # it may hold a password
        description="Redis or Valkey: views and crash notes. Traces flow without it.",
    )
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="How to talk to Kafka."
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="SASL mechanism, when the protocol has SASL."
    )
    sasl_username: str = Field("", description="SASL user name.")
    sasl_password: SecretStr = Field(SecretStr(""), description="SASL password.")
    ssl_cafile: Path | None = Field(
        None, description="CA certificates (PEM) for Kafka; the system's when not set."
    )
    ssl_certfile: Path | None = Field(None, description="Client certificate (PEM).")
    ssl_keyfile: Path | None = Field(None, description="Client key (PEM).")
    topic_prefix: str = Field(
        "", pattern=r"^[A-Za-z0-9._-]{0,64}$", description="Put before every topic name."
    )
    partitions: int = Field(
        8,
        ge=1,
        le=1024,
        description="Partitions of traces.raw and of the topics that follow it, when Assay creates them.",
    )
    quality_partitions: int = Field(
        8,
        ge=1,
        le=64,
        description="Partitions of the topics that are keyed by problem (tallies, issues, tasks, …), when Assay creates them.",
    )
    replication_factor: int = Field(
        1, ge=1, le=9, description="Replication factor of topics that Assay creates."
    )
    slots: int = Field(
        0,
        ge=0,
        le=256,
        description="Slots per lane; 0 = two per expected worker. All workers of a group must agree.",
    )
    expected_workers: int = Field(
        1,
        ge=1,
        le=128,
        description="Worker processes that share a lane, on all machines together; `assay worker --processes N` expects at least N.",
    )
    batch_records: int = Field(1000, ge=1, le=10_000, description="Most records in one transaction.")
    session_timeout_ms: int = Field(
        8000, ge=6000, le=60_000, description="A worker silent for this long loses its slots."
    )
    transaction_timeout_ms: int = Field(
        12_000,
        ge=10_000,
        le=60_000,
        description="The broker aborts a transaction that is open for this long.",
    )
    request_timeout_ms: int = Field(
        6000,
        ge=1000,
        le=60_000,
        description="A request to Kafka unanswered for this long has an unknown outcome.",
    )
    web_host: str = Field("127.0.0.1", description="Where /metrics, /health and /ready listen.")
    web_port: int = Field(
        6066,
        ge=0,
        le=65_535,
        description="Port of the first worker process; further ones take the next. 0 = none.",
    )
    serve_host: str = Field(
        "127.0.0.1",
        description="Where `assay serve` listens; anywhere but on loopback it needs keys (`assay keys create`).",
    )
    serve_port: int = Field(8400, ge=1, le=65_535, description="Port of `assay serve`.")
    serve_proxies: str = Field(
        "",
        pattern=r"^[0-9a-fA-F.:/,]*$",
        description="Addresses of proxies in front of `assay serve`, comma separated: theirs is the word on who asks.",
    )
    max_websocket_connections: int = Field(
        1000, ge=1, le=100_000, description="Most clients of the live feed at a time, in each process."
    )
    backpressure_threshold: float = Field(
        0.8,
        ge=0.1,
        le=1,
        description="From which part of a client's queue on the live feed gives it critical updates only.",
    )
    websocket_timeout_ms: int = Field(
        30_000,
        ge=1000,
        le=600_000,
        description="A client of the live feed that takes no message for this long is let go.",
    )
    api_keys_file: Path | None = Field(
        None, description="Hashes of the keys to the API; default <home>/api-keys.json."
    )
    policies_dir: Path | None = Field(None, description="Policies to use instead of the ones that ship.")
    schemas_dir: Path | None = Field(None, description="Schemas to use instead of the ones that ship.")
    remediation_rules_dir: Path | None = Field(
        None, description="Remediation rules to use instead of the ones that ship."
    )
    policy_source: Literal["topic", "directory"] = Field(
        "topic",
        description="topic = the bundle that was published last, the directories' until one is; directory = the directories', whatever is published.",
    )
    keys_dir: Path | None = Field(
        None, description="Key encryption keys of the tenants (file key provider); default <home>/keys."
    )
    secrets_dir: Path | None = Field(
        None, description="Files that hold secrets of notification channels; default <home>/secrets."
    )
    may_open_traces: bool = Field(
        default=False,
        description="Whether commands on this machine may open sealed traces. Each opening is written to the audit log first.",
    )
    quarantine_tenant_records: int = Field(
        100_000,
        ge=1,
        description="Contained traces of one tenant above which `assay quarantine limits` finds it.",
    )
    quarantine_tenant_bytes: int = Field(
        1_073_741_824, ge=1, description="Bytes of contained traces of one tenant above which it is found."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least level that is logged."
    )
    crash_at: CrashPoint = Field("", description="For tests: die at this named point (exit status 137).")
    crash_after: int = Field(
        5, ge=0, description="For tests: how many times to pass the crash point before dying at it."
    )

    @field_validator("redis_url")
    @classmethod
    def _port_is_one(cls, url: str) -> str:
        """The client would find out at its first connection, with an error that quotes the address."""
        try:
            urlsplit(url).port  # noqa: B018 - reading it is the check
        except ValueError:
            raise ValueError("its port is no number from 0 to 65535") from None
        return url

    @property
    def secrets_path(self) -> Path:
        """Where secrets of notification channels lie."""
        return self.secrets_dir or self.home / "secrets"

    @property
    def api_keys_path(self) -> Path:
        """Where the hashes of API keys lie."""
        return self.api_keys_file or self.home / "api-keys.json"

    @property
    def keys_path(self) -> Path:
        """Where the file key provider keeps its keys."""
        return self.keys_dir or self.home / "keys"


def environment_secret(name: str) -> str | None:
    """A secret that a policy names and does not hold."""
    return os.environ.get(name)


def load_settings(**overrides: object) -> Settings:
    """Read the environment. Raises :class:`ConfigError` with every wrong key, its value's fault and the remedy.

    Kafka and Redis addresses that nobody set are those of the home's development stack, if it has one.
    """
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]  # values are checked by pydantic
        found = {k: v for k, v in endpoints(settings.home).items() if k not in settings.model_fields_set}
        return settings if not found else Settings(**overrides, **found)  # type: ignore[arg-type]  # as above
    except ValidationError as error:
        raise ConfigError(
            [
                Problem(
                    where=f"ASSAY_{'.'.join(str(part) for part in fault['loc']).upper()}",
                    why=_why(fault["msg"], fault["input"], secret="password" in str(fault["loc"])),
                    remedy=_remedy(str(fault["loc"][0]) if fault["loc"] else ""),
                )
                for fault in error.errors()
            ]
        ) from None


def _why(message: str, value: object, *, secret: bool) -> str:
    shown = "***" if secret else repr(_without_credentials(value))
    message = message.removeprefix("Value error, ")
    return f"{shown} is not usable: {message[0].lower()}{message[1:]}"


def _without_credentials(value: object) -> object:
    """An address may name a user and a password: what stands before its last ``@``."""
    return re.sub(r"(?s)^.*@", "***@", value) if isinstance(value, str) else value


def _remedy(name: str) -> str:
    field = Settings.model_fields.get(name)
    if field is None:
        return "See docs/reference/settings.md"
    return f"{field.description} Default: {field.default!s}"
