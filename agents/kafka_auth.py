"""How both Kafka clients log in: one place, so that no connection forgets TLS or SASL (DESIGN 9)."""

import ssl
from pathlib import Path
from typing import Any

from assay.pipeline.core.errors import ConfigError, Problem

from .settings import Settings


def aiokafka_security(settings: Settings) -> dict[str, Any]:
    """Keyword arguments for every aiokafka client. Raises :class:`ConfigError` with all that is wrong."""
    _check(settings)
    arguments: dict[str, Any] = {"security_protocol": settings.security_protocol}
    if _uses_tls(settings):
        arguments["ssl_context"] = _tls_context(settings)
    if _uses_sasl(settings):
        arguments["sasl_mechanism"] = settings.sasl_mechanism
        arguments["sasl_plain_username"] = settings.sasl_username
        arguments["sasl_plain_password"] = settings.sasl_password.get_secret_value()
    return arguments


def confluent_security(settings: Settings) -> dict[str, str]:
    """The same in librdkafka's configuration keys. Raises :class:`ConfigError` with all that is wrong."""
    _check(settings)
    configuration: dict[str, str] = {"security.protocol": settings.security_protocol}
    if _uses_tls(settings):
        files = {
            "ssl.ca.location": settings.ssl_cafile,
            "ssl.certificate.location": settings.ssl_certfile,
            "ssl.key.location": settings.ssl_keyfile,
        }
        configuration |= {key: str(path) for key, path in files.items() if path is not None}
    if _uses_sasl(settings):
        configuration["sasl.mechanism"] = settings.sasl_mechanism
        configuration["sasl.username"] = settings.sasl_username
        configuration["sasl.password"] = settings.sasl_password.get_secret_value()
    return configuration


def _uses_tls(settings: Settings) -> bool:
    return settings.security_protocol in {"SSL", "SASL_SSL"}


def _uses_sasl(settings: Settings) -> bool:
    return settings.security_protocol in {"SASL_PLAINTEXT", "SASL_SSL"}


def _check(settings: Settings) -> None:
    problems: list[Problem] = []
    if _uses_sasl(settings):
        if not settings.sasl_username:
            problems.append(_needed("ASSAY_SASL_USERNAME", settings))
        if not settings.sasl_password.get_secret_value():
            problems.append(_needed("ASSAY_SASL_PASSWORD", settings))
    if _uses_tls(settings):
        problems += _check_files(settings)
    if problems:
        raise ConfigError(problems)


def _check_files(settings: Settings) -> list[Problem]:
    files: dict[str, Path | None] = {
        "ASSAY_SSL_CAFILE": settings.ssl_cafile,
        "ASSAY_SSL_CERTFILE": settings.ssl_certfile,
        "ASSAY_SSL_KEYFILE": settings.ssl_keyfile,
    }
    problems = [
        Problem(key, f"there is no file {path}", "Give the path of a PEM file")
        for key, path in files.items()
        if path is not None and not path.is_file()
    ]
    if settings.ssl_keyfile is not None and settings.ssl_certfile is None:
        problems.append(
            Problem(
                "ASSAY_SSL_KEYFILE",
                "a client key without its certificate is of no use",
                "Set ASSAY_SSL_CERTFILE",
            )
        )
    return problems


def _needed(key: str, settings: Settings) -> Problem:
    return Problem(
        key,
        f"empty, but ASSAY_SECURITY_PROTOCOL is {settings.security_protocol}",
        "Set it, or choose a protocol without SASL",
    )


def _tls_context(settings: Settings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.ssl_cafile)
        if settings.ssl_certfile is not None:
            context.load_cert_chain(settings.ssl_certfile, settings.ssl_keyfile, password=_no_passphrase)
    except (ssl.SSLError, ValueError) as error:
        raise ConfigError(
            [
                Problem(
                    "ASSAY_SSL_*",
                    f"the certificates or the key cannot be loaded ({type(error).__name__})",
                    "They must be PEM, belong together, and the key must have no passphrase",
                )
            ]
        ) from error
    return context


def _no_passphrase() -> str:
    # OpenSSL would stop and ask on the terminal otherwise.
    raise ValueError("the key has a passphrase")
