"""A real Kafka and a real Valkey as child processes on loopback."""

from .control import (
    down,
    kill_kafka,
    kill_redis,
    signal_kafka,
    signal_redis,
    start_kafka,
    start_redis,
    status,
    stop_kafka,
    up,
)
from .stack import ServiceState, ServiceStatus, Stack
from .state import Report, Service, log_file

__all__ = [
    "Report",
    "Service",
    "ServiceState",
    "ServiceStatus",
    "Stack",
    "down",
    "kill_kafka",
    "kill_redis",
    "log_file",
    "signal_kafka",
    "signal_redis",
    "start_kafka",
    "start_redis",
    "status",
    "stop_kafka",
    "up",
]
