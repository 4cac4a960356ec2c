"""The containers: pinned, on loopback only, watched, and the same as the development stack (DESIGN 11)."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from assay.agents.devstack.jars import KAFKA_VERSION
from assay.agents.devstack.kafka import server_properties
from assay.agents.settings import Settings

DOCKER = Path(__file__).resolve().parents[3] / "docker"
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONE_SHOT = {"topics"}
ADDRESSES = ("listener", "voters", "log.dirs", "process.roles", "node.id")
"""Settings that must differ: where things listen and lie."""


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned(name: str) -> None:
    image = SERVICES[name]["image"]
    _, _, tag = image.rpartition(":")
    if "build" in SERVICES[name]:
        assert tag == "dev"
    else:
        assert re.fullmatch(r"v?\d+\.\d+\.\d+", tag), f"{image} is not pinned to one version"


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_published_on_loopback_only(name: str) -> None:
    for port in SERVICES[name].get("ports", ()):
        assert isinstance(port, str)
        assert re.fullmatch(r"127\.0\.0\.1:\$\{[A-Z_]+:-\d+\}:\d+", port), (
            f"{port}: not on loopback, or fixed"
        )


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - ONE_SHOT))
def test_what_runs_for_long_is_watched_and_restarted(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_can_gain_privileges(name: str) -> None:
    assert "no-new-privileges:true" in SERVICES[name]["security_opt"]
    assert not SERVICES[name].get("privileged", False)


def test_volumes_are_declared_and_used() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())}
    assert {volume for volume in used if not volume.startswith(".")} == COMPOSE["volumes"].keys()


def test_mounted_files_exist() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert not source.startswith(".") or (DOCKER / source).exists(), source


def test_the_worker_has_settings_that_exist() -> None:
    known = {f"ASSAY_{name.upper()}" for name in Settings.model_fields}
    for name in ("topics", "worker"):
        assert SERVICES[name]["environment"].keys() <= known


def test_the_worker_waits_for_topics_that_lose_nothing() -> None:
    assert SERVICES["topics"]["command"] == ["topics", "apply"]
    assert SERVICES["worker"]["depends_on"]["topics"] == {"condition": "service_completed_successfully"}


def test_kafka_is_the_one_of_the_development_stack() -> None:
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{KAFKA_VERSION}"
    environment = SERVICES["kafka"]["environment"]
    for key, value in server_properties(port=1, controller_port=2, data=Path("/data")).items():
        if not any(word in key for word in ADDRESSES):
            assert environment[f"KAFKA_{key.upper().replace('.', '_')}"] == value


def test_prometheus_scrapes_the_worker_and_knows_the_alertmanager() -> None:
    config = yaml.safe_load((DOCKER / "prometheus" / "prometheus.yml").read_text())
    targets = {
        target
        for job in config["scrape_configs"]
        for part in job["static_configs"]
        for target in part["targets"]
    }
    assert f"worker:{SERVICES['worker']['environment']['ASSAY_WEB_PORT']}" in targets
    (alertmanager,) = config["alerting"]["alertmanagers"]
    assert alertmanager["static_configs"] == [{"targets": ["alertmanager:9093"]}]


def test_the_image_is_slim_built_in_stages_and_not_run_by_root() -> None:
    lines = (DOCKER / "Dockerfile").read_text().splitlines()
    bases = [line.split()[1] for line in lines if line.startswith("FROM ")]
    assert len(bases) == 2
    assert all(re.fullmatch(r"python:3\.\d+-slim-\w+", base) for base in bases)
    assert [line for line in lines if line.startswith("USER ")] == ["USER assay"]


def test_the_builder_gets_only_what_the_wheel_is_made_of() -> None:
    """A context with .assay in it would carry keys and traces into an image layer."""
    rules = (DOCKER / "Dockerfile.dockerignore").read_text().split("\n")
    assert next(rule for rule in rules if rule and not rule.startswith("#")) == "*"
    assert not any(rule.startswith(("!.", "!*")) for rule in rules)
