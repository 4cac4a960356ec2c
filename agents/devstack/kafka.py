"""One Kafka node in KRaft mode: broker and controller in one process, on loopback only."""

import base64
import subprocess
import uuid
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from assay.pipeline.core.errors import DependencyUnavailableError

from .jars import ensure_jars
from .java import find_java
from .process import spawn
from .state import ProcessId, Report, Service, dev_dir, log_file

STARTS_WITHIN_S = 90.0
STOPS_WITHIN_S = 30.0
COLLECTOR = ("-XX:+UseParallelGC", "-Xmn192m")
"""On two cores, with clients beside it, G1 was seen to stop the broker for up to 316 ms, this one for 48."""


def server_properties(*, port: int, controller_port: int, data: Path) -> Mapping[str, str]:
    """The broker's settings: one node, loopback, nothing created by accident."""
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": str(data),
        # A single node cannot hold three replicas; eight partitions instead of fifty start quicker.
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "8",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "8",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",  # no three seconds of waiting for further members
        "group.min.session.timeout.ms": "6000",
        # A killed broker may register again when its old session has ended: nine seconds by default.
        "broker.session.timeout.ms": "6000",
        "auto.create.topics.enable": "false",  # a misspelt name must fail
        # Topics of demos, benchmarks and tests come and go. What is deleted is gone after a second and not after a
        # minute: a broker that is stopped before then would load all of it when it starts again.
        "log.segment.delete.delay.ms": "1000",
        # How often open transactions are looked at: a dead worker's holds readers up until then.
        "transaction.abort.timed.out.transaction.cleanup.interval.ms": "2000",
    }


def launch(home: Path, port: int, controller_port: int, report: Report) -> ProcessId:
    """Start the broker on its data, made at the first start. Does not wait until it answers.

    Raises :class:`DependencyUnavailableError` when Java or Maven is missing, or the data cannot be made.
    """
    java = find_java()
    jars = ensure_jars(home, report)
    folder = dev_dir(home) / Service.KAFKA
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "data"
    properties = folder / "server.properties"
    settings = server_properties(port=port, controller_port=controller_port, data=data)
    properties.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
    logging = folder / "log4j2.yaml"
    logging.write_bytes(resources.files(__package__).joinpath("log4j2.yaml").read_bytes())
    command = [java, "-cp", f"{jars}/*", f"-Dlog4j2.configurationFile={logging}"]
    if not (data / "meta.properties").exists():
        _format(command, properties)
    heap = [
        "-Xms256m",
        "-Xmx768m",
        "-XX:+ExitOnOutOfMemoryError",
        *COLLECTOR,
        "-Djava.net.preferIPv4Stack=true",
    ]
    return spawn([*command, *heap, "kafka.Kafka", str(properties)], log_file(home, Service.KAFKA))


def answers(port: int) -> bool:
    """Whether the broker serves metadata and counts itself in."""
    client = AdminClient(
        {
            "bootstrap.servers": f"127.0.0.1:{port}",
            "log_level": 0,  # it would print every refused connection
            "socket.connection.setup.timeout.ms": 1000,
        }
    )
    try:
        return bool(client.list_topics(timeout=1).brokers)
    except KafkaException:
        return False


def _format(command: list[str], properties: Path) -> None:
    # Kafka's own form of an id: 16 bytes in URL-safe base64; a leading dash would look like an option.
    cluster = base64.urlsafe_b64encode(b"\x10" + uuid.uuid4().bytes[1:]).decode().rstrip("=")
    # The tool runs for a second: to compile it well would take longer.
    tool = [*command, "-XX:TieredStopAtLevel=1", "kafka.tools.StorageTool"]
    done = subprocess.run(
        [*tool, "format", "-t", cluster, "-c", str(properties)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr + done.stdout).strip().splitlines()[-3:]
        raise DependencyUnavailableError("Kafka could not make its data folder:\n" + "\n".join(said))
