"""Both clients log in the same way, and what is missing is said at once (DESIGN 9, STYLE 18)."""

import ssl
from pathlib import Path

import pytest

from assay.agents.kafka_auth import aiokafka_security, confluent_security
from assay.agents.settings import load_settings
from assay.pipeline.core.errors import ConfigError

PASSWORD = "correct horse"  # a made-up secret, to look for


def test_plaintext_says_so_and_nothing_else() -> None:
    settings = load_settings()
    assert aiokafka_security(settings) == {"security_protocol": "PLAINTEXT"}
    assert confluent_security(settings) == {"security.protocol": "PLAINTEXT"}


def test_sasl_goes_to_both_clients() -> None:
    settings = load_settings(
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="SCRAM-SHA-256",
        sasl_username="worker",
        sasl_password=PASSWORD,
    )
    assert aiokafka_security(settings) == {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-256",
        "sasl_plain_username": "worker",
        "sasl_plain_password": PASSWORD,
    }
    assert confluent_security(settings) == {
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "SCRAM-SHA-256",
        "sasl.username": "worker",
        "sasl.password": PASSWORD,
    }


def test_tls_checks_the_brokers_certificate_and_name() -> None:
    context = aiokafka_security(load_settings(security_protocol="SSL"))["ssl_context"]
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_tls_files_are_handed_to_librdkafka(tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in ("ssl_cafile", "ssl_certfile", "ssl_keyfile")}
    for path in files.values():
        path.touch()
    settings = load_settings(security_protocol="SSL", **files)
    assert confluent_security(settings) == {
        "security.protocol": "SSL",
        "ssl.ca.location": str(files["ssl_cafile"]),
        "ssl.certificate.location": str(files["ssl_certfile"]),
        "ssl.key.location": str(files["ssl_keyfile"]),
    }


@pytest.mark.parametrize("security", [aiokafka_security, confluent_security])
def test_everything_that_is_missing_is_said_at_once(security: object, tmp_path: Path) -> None:
    settings = load_settings(
        security_protocol="SASL_SSL", ssl_cafile=tmp_path / "none", ssl_keyfile=tmp_path / "none"
    )
    assert callable(security)
    with pytest.raises(ConfigError) as raised:
        security(settings)
    assert [problem.where for problem in raised.value.problems] == [
        "ASSAY_SASL_USERNAME",
        "ASSAY_SASL_PASSWORD",
        "ASSAY_SSL_CAFILE",
        "ASSAY_SSL_KEYFILE",
        "ASSAY_SSL_KEYFILE",
    ]


def test_files_that_are_no_certificates_are_an_error_without_their_content(tmp_path: Path) -> None:
    wrong = tmp_path / "ca.pem"
    wrong.write_text(PASSWORD)
    with pytest.raises(ConfigError, match="cannot be loaded") as raised:
        aiokafka_security(load_settings(security_protocol="SSL", ssl_cafile=wrong))
    assert PASSWORD not in str(raised.value)
