"""Faust's own Kafka client: as protected as every other (DESIGN 9), and without opinions about topics."""

import ssl

import faust
import pytest

from assay.agents.faust_client import faust_options
from assay.agents.settings import load_settings
from assay.agents.topics import POLICY_MAX_BYTES
from assay.pipeline.core.errors import ConfigError

SASL = {"sasl_username": "assay", "sasl_password": "geheim"}


def credentials(**settings: object) -> object:
    return faust_options(load_settings(**settings))["broker_credentials"]


def test_it_logs_in_as_every_other_client_does() -> None:
    assert credentials() is None
    tls = credentials(security_protocol="SSL")
    assert isinstance(tls, faust.SSLCredentials)
    assert isinstance(tls.context, ssl.SSLContext)
    plain = credentials(security_protocol="SASL_PLAINTEXT", **SASL)
    assert isinstance(plain, faust.SASLCredentials)
    assert (plain.protocol.value, plain.mechanism.value) == ("SASL_PLAINTEXT", "SCRAM-SHA-512")
    assert (plain.username, plain.password) == ("assay", "geheim")
    both = credentials(security_protocol="SASL_SSL", sasl_mechanism="PLAIN", **SASL)
    assert isinstance(both, faust.SASLCredentials)
    assert (both.protocol.value, both.mechanism.value) == ("SASL_SSL", "PLAIN")
    assert isinstance(both.ssl_context, ssl.SSLContext)


def test_a_login_that_is_not_complete_is_refused() -> None:
    with pytest.raises(ConfigError):
        credentials(security_protocol="SASL_SSL")


@pytest.mark.parametrize(
    "settings",
    [{}, {"session_timeout_ms": 60_000, "request_timeout_ms": 1000}, {"request_timeout_ms": 60_000}],
)
def test_every_allowed_timeout_is_one_that_faust_takes(settings: dict[str, int]) -> None:
    """Faust refuses a request timeout below the session timeout, when its consumer starts."""
    options = faust_options(load_settings(**settings))
    assert options["broker_request_timeout"] >= options["broker_session_timeout"]
    assert options["broker_heartbeat_interval"] * 3 < options["broker_session_timeout"]


def test_a_bundle_of_any_size_that_its_topic_takes_fits() -> None:
    options = faust_options(load_settings())
    assert options["producer_max_request_size"] == options["consumer_max_fetch_size"] == POLICY_MAX_BYTES
    assert options["topic_allow_declare"] is False, "assay topics apply makes topics, with the right settings"
