"""How Faust talks to Kafka in the process of the low-rate agents."""

from typing import Any

import faust
from faust.app.base import BootStrategy

from .kafka_auth import aiokafka_security
from .settings import Settings
from .topics import POLICY_MAX_BYTES


class LanesOnly(BootStrategy):  # type: ignore[misc]  # faust ships no types
    """Boots Faust without a Kafka client of its own: its rebalances must not disturb a lane."""

    enable_kafka = False


def faust_options(settings: Settings) -> dict[str, Any]:
    """Keyword arguments for :class:`faust.App`: the same security as every other client, topics as they are."""
    return {
        "broker": f"kafka://{settings.bootstrap_servers}",
        "broker_credentials": _credentials(aiokafka_security(settings)),
        # Faust wants no less than the session timeout.
        "broker_request_timeout": max(settings.request_timeout_ms, settings.session_timeout_ms) / 1000,
        "broker_session_timeout": settings.session_timeout_ms / 1000,
        "broker_heartbeat_interval": settings.session_timeout_ms / 4000,
        # A candidate may be older than the agent's first start.
        "consumer_auto_offset_reset": "earliest",
        "consumer_max_fetch_size": POLICY_MAX_BYTES,
        "producer_max_request_size": POLICY_MAX_BYTES,
        "producer_acks": -1,
        # assay topics apply makes the topics; what Faust would make has other settings.
        "topic_allow_declare": False,
        "topic_disable_leader": True,
    }


def _credentials(security: dict[str, Any]) -> Any:
    """Faust's word for what aiokafka takes."""
    context = security.get("ssl_context")
    if "sasl_mechanism" in security:
        return faust.SASLCredentials(
            mechanism=security["sasl_mechanism"],
            username=security["sasl_plain_username"],
            password=security["sasl_plain_password"],
            ssl_context=context,
        )
    return None if context is None else faust.SSLCredentials(context)
