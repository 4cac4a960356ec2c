"""``assay config generate``: one source, and CI that sees when a file was changed by hand."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from assay.agents.cli.main import cli
from assay.agents.cli.worker import _commands
from assay.agents.roster import AGENTS
from assay.pipeline.monitoring import MonitoringSite, monitoring_files

DOCKER = Path(__file__).resolve().parents[3] / "docker"
FILES = monitoring_files(MonitoringSite())


def generate(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["config", "generate", *arguments])


@pytest.mark.parametrize("name", FILES)
def test_the_files_of_the_containers_are_what_the_source_gives(name: str) -> None:
    assert (DOCKER / name).read_text(encoding="utf-8") == FILES[name], "run assay config generate"


def test_it_writes_and_then_finds_nothing_to_do(tmp_path: Path) -> None:
    assert generate(str(tmp_path), "--check").exit_code == 1
    assert not list(tmp_path.iterdir()), "to compare changes nothing"
    written = json.loads(generate(str(tmp_path), "--json").stdout)
    assert written == {"folder": str(tmp_path), "files": dict.fromkeys(FILES, "written")}
    assert generate(str(tmp_path), "--check").exit_code == 0
    again = json.loads(generate(str(tmp_path), "--json").stdout)["files"]
    assert set(again.values()) == {"same"}


def test_a_file_that_was_changed_by_hand_is_found(tmp_path: Path) -> None:
    generate(str(tmp_path))
    rules = tmp_path / "prometheus" / "rules.yml"
    rules.write_text(rules.read_text().replace("> 0.05", "> 0.5"))
    checked = generate(str(tmp_path), "--check")
    assert checked.exit_code == 1
    assert f"differs  {rules}" in checked.stdout
    assert "> 0.5\n" in rules.read_text(), "left as it was"


def test_an_installation_gives_its_addresses(tmp_path: Path) -> None:
    done = generate(
        str(tmp_path),
        *("--worker", "10.0.0.1:6066", "--worker", "[::1]:6067", "--audit", "node:9100", "--api", "web:8400"),
        *("--alertmanager", "alerts:9093", "--webhook", "https://example.org/hook?key=s3cret"),
        *("--runbooks", "https://example.org/runbooks", "--scrape", "15"),
    )
    assert done.exit_code == 0
    assert "s3cret" not in done.output
    config = yaml.safe_load((tmp_path / "prometheus/prometheus.yml").read_text())
    jobs = {job["job_name"]: job["static_configs"][0]["targets"] for job in config["scrape_configs"]}
    assert jobs["assay"] == ["10.0.0.1:6066", "[::1]:6067"]
    assert jobs["assay_api"] == ["web:8400"]
    assert jobs["assay_audit"] == ["node:9100"]
    assert config["global"] == {"scrape_interval": "15s", "evaluation_interval": "15s"}
    rules = (tmp_path / "prometheus/rules.yml").read_text()
    assert "https://example.org/runbooks#criticaltraceissue" in rules
    alertmanager = (tmp_path / "alertmanager/alertmanager.yml").read_text()
    assert alertmanager.count("https://example.org/hook?key=s3cret") == 2


@pytest.mark.parametrize(
    "address", ["worker", "worker:", "worker:99999", "http://worker:1", "user@worker:1", "a b:1/"]
)
def test_what_is_no_address_is_refused(tmp_path: Path, address: str) -> None:
    done = generate(str(tmp_path), "--worker", address)
    assert done.exit_code == 2
    assert "is not host:port" in done.output


@pytest.mark.parametrize(
    "address", ["example.org/s3cret", "ftp://s3cret", "http://:80/s3cret", "http://a:x/s3cret"]
)
def test_a_webhook_that_is_none_is_refused_and_not_quoted(tmp_path: Path, address: str) -> None:
    """It may hold a secret."""
    done = generate(str(tmp_path), "--webhook", address)
    assert done.exit_code == 2
    assert "s3cret" not in done.output


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "prometheus").write_text("a file stands in the way")
    done = generate(str(tmp_path))
    assert done.exit_code != 0
    assert not list(tmp_path.glob("alertmanager"))


def test_every_process_of_a_worker_is_scraped() -> None:
    """Low-rate agents, and with them the gauges of issues and views, are on the next port."""
    processes = len(_commands(list(AGENTS), 1))
    assert MonitoringSite().workers == tuple(f"worker:{6066 + number}" for number in range(processes))
