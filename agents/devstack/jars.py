"""The broker's jars: fetched once per home with Maven, from a pinned list."""

import hashlib
import shutil
import subprocess
import tempfile
from importlib import resources
from pathlib import Path

from assay.pipeline.core.errors import DependencyUnavailableError

from .java import find_maven
from .state import Report

KAFKA_VERSION = "4.2.1"  # not 4.3: it loses transaction markers (docs/adr/0006)
MAVEN_TIMEOUT_S = 600
STAMP = "COMPLETE"


def ensure_jars(home: Path, report: Report) -> Path:
    """The folder of the jars, fetched when they are not there or ``pom.xml`` names others.

    Raises :class:`DependencyUnavailableError` when Maven is missing or cannot fetch.
    """
    pom = resources.files(__package__).joinpath("pom.xml").read_bytes()
    stamp = hashlib.sha256(pom).hexdigest()
    folder = home.resolve() / f"kafka-{KAFKA_VERSION}"
    if _is_complete(folder, stamp):
        return folder
    maven = find_maven()
    report(f"fetching Kafka {KAFKA_VERSION} with Maven (43 MB, once)")
    with tempfile.TemporaryDirectory(prefix="kafka-", dir=home.resolve()) as scratch:
        draft = Path(scratch) / "jars"
        _fetch(maven, pom, Path(scratch), draft)
        (draft / STAMP).write_text(stamp)
        _put_in_place(draft, folder, stamp)
    return folder


def _is_complete(folder: Path, stamp: str) -> bool:
    try:
        return (folder / STAMP).read_text() == stamp
    except FileNotFoundError:
        return False


def _fetch(maven: str, pom: bytes, scratch: Path, into: Path) -> None:
    (scratch / "pom.xml").write_bytes(pom)
    command = [maven, "-q", "-B", "-f", str(scratch / "pom.xml"), "dependency:copy-dependencies"]
    try:
        done = subprocess.run(
            [*command, f"-DoutputDirectory={into}"],
            capture_output=True,
            text=True,
            check=False,
            timeout=MAVEN_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired as error:
        raise DependencyUnavailableError(
            f"Maven did not end within {MAVEN_TIMEOUT_S} s: is its repository reachable?"
        ) from error
    if done.returncode != 0:
        raise DependencyUnavailableError(
            f"Maven could not fetch Kafka {KAFKA_VERSION}; is its repository reachable? It said:\n"
            + "\n".join(_first_errors(done.stdout + done.stderr))
        )


def _first_errors(said: str) -> list[str]:
    lines = [line for line in said.splitlines() if line.strip()]
    return ([line for line in lines if "[ERROR]" in line] or lines)[:4]


def _put_in_place(draft: Path, folder: Path, stamp: str) -> None:
    """Another process may do the same: a rename succeeds for one of them, and both results are equal."""
    if folder.exists() and not _is_complete(folder, stamp):
        shutil.rmtree(folder)
    try:
        draft.rename(folder)
    except OSError:
        if not _is_complete(folder, stamp):
            raise
