"""A real Prometheus and a real Alertmanager on loopback, configured by the command line, and somebody who is told."""

import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assay.agents.cli.main import cli
from assay.agents.devstack import ports
from assay.agents.settings import Settings

from ...monitoring_tools import monitoring_tool
from ..conftest import Workers

LIMIT_S = 90
POLL_S = 0.1
SCRAPE_S = 1


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for it. The limit is for tests that hang."""
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(POLL_S)


def get(url: str) -> str:
    """Its body; empty while nobody answers, or not with yes."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


@dataclass
class Told:
    """What the webhook was told, and the page that stands for a node exporter's."""

    port: int
    audit_file: Path
    bodies: list[str] = field(default_factory=list)

    def alerts(self, name: str, status: str) -> list[dict[str, Any]]:
        """The alerts of a name that were told as firing, or as resolved."""
        return [
            alert
            for body in list(self.bodies)
            for alert in json.loads(body)["alerts"]
            if alert["labels"]["alertname"] == name and alert["status"] == status
        ]


@dataclass
class Monitoring:
    """The whole of it."""

    prometheus: str
    worker_port: int
    told: Told
    folder: Path

    def query(self, expr: str) -> list[dict[str, Any]]:
        """What Prometheus answers now; fails with its words when it does not take the expression."""
        where = f"{self.prometheus}/api/v1/query?{urllib.parse.urlencode({'query': expr})}"
        try:
            with urllib.request.urlopen(where, timeout=10) as answer:
                found = json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(error.read().decode()) from None
        result: list[dict[str, Any]] = found["data"]["result"]
        return result

    def number(self, expr: str) -> float:
        """The one number that it answers; -1 when there is none yet."""
        found = self.query(expr)
        return float(found[0]["value"][1]) if found else -1

    def firing(self) -> set[str]:
        """Names of the alerts that fire."""
        found = json.loads(get(f"{self.prometheus}/api/v1/alerts") or '{"data": {"alerts": []}}')
        return {
            alert["labels"]["alertname"] for alert in found["data"]["alerts"] if alert["state"] == "firing"
        }


@pytest.fixture
def told(settings_for_test: Settings, tmp_path: Path) -> Iterator[Told]:
    told = Told(ports.choose(settings_for_test.home, taken=()), tmp_path / "audit.prom")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self._answer(b"")

        def do_GET(self) -> None:
            self._answer(told.audit_file.read_bytes() if told.audit_file.exists() else b"")

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", told.port), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield told
        server.shutdown()
        thread.join()


@pytest.fixture
def monitoring(workers: Workers, told: Told, tmp_path: Path) -> Monitoring:
    """Everything runs, and Prometheus looks every second at a worker that does not run yet."""
    programs = monitoring_tool("prometheus"), monitoring_tool("prometheus-alertmanager")
    taken = {told.port}
    worker, prometheus, alertmanager = (_another(workers.settings.home, taken) for _ in range(3))
    folder = tmp_path / "generated"
    done = CliRunner().invoke(
        cli,
        [
            *("config", "generate", str(folder), "--scrape", str(SCRAPE_S)),
            *("--worker", f"127.0.0.1:{worker}", "--audit", f"127.0.0.1:{told.port}"),
            *("--alertmanager", f"127.0.0.1:{alertmanager}", "--prometheus", f"127.0.0.1:{prometheus}"),
            *("--webhook", f"http://127.0.0.1:{told.port}/hook"),
        ],
    )
    assert done.exit_code == 0, done.output
    _start(
        workers,
        [
            *(programs[0], f"--config.file={folder}/prometheus/prometheus.yml"),
            *(f"--web.listen-address=127.0.0.1:{prometheus}", f"--storage.tsdb.path={tmp_path}/tsdb"),
        ],
    )
    _start(
        workers,
        [
            *(programs[1], f"--config.file={folder}/alertmanager/alertmanager.yml"),
            *(f"--web.listen-address=127.0.0.1:{alertmanager}", f"--storage.path={tmp_path}/alerts"),
            "--cluster.listen-address=",  # else it listens for others of its kind, everywhere
        ],
    )
    until(lambda: get(f"http://127.0.0.1:{prometheus}/-/ready"), "Prometheus never began")
    until(lambda: get(f"http://127.0.0.1:{alertmanager}/-/ready"), "Alertmanager never began")
    return Monitoring(f"http://127.0.0.1:{prometheus}", worker, told, folder)


def _start(workers: Workers, command: Sequence[str]) -> None:
    workers.launch([*command, "--log.level=error"])


def _another(home: Path, taken: set[int]) -> int:
    taken.add(port := ports.choose(home, taken=taken))
    return port
