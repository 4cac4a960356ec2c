"""The broker's jars: fetched once, again when the list changes, and never half."""

import re
import threading
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest

from assay.agents.devstack.jars import KAFKA_VERSION, STAMP, ensure_jars
from assay.pipeline.core.errors import DependencyUnavailableError

Install = Callable[[str, str], Path]

# Maven as far as we use it: makes the folder named by -DoutputDirectory and puts a jar in it.
FETCHES = """
for word in "$@"; do case "$word" in -DoutputDirectory=*) into="${word#-DoutputDirectory=}";; esac; done
PATH=/usr/bin:/bin
mkdir -p "$into" && echo jar > "$into/kafka.jar"
echo called >> "$(dirname "$0")/calls"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def quiet(_doing: str) -> None:
    pass


def calls(maven: Path) -> int:
    return len((maven.parent / "calls").read_text().splitlines())


def test_the_pinned_version_is_the_one_in_the_pom() -> None:
    """DESIGN 11: the version is named in two places; they cannot differ."""
    pom = resources.files("assay.agents.devstack").joinpath("pom.xml").read_text()
    found = re.search(r"<artifactId>kafka_2.13</artifactId>\s*<version>(.*)</version>", pom)
    assert found is not None
    assert found.group(1) == KAFKA_VERSION


def test_they_are_fetched_once(install: Install, home: Path) -> None:
    maven = install("mvn", FETCHES)
    told: list[str] = []
    folder = ensure_jars(home, told.append)
    assert ensure_jars(home, told.append) == folder
    assert (folder / "kafka.jar").exists()
    assert calls(maven) == 1
    assert len(told) == 1


def test_jars_of_another_list_are_replaced(install: Install, home: Path) -> None:
    install("mvn", FETCHES)
    folder = ensure_jars(home, quiet)
    (folder / STAMP).write_text("another pom")
    (folder / "old.jar").touch()
    assert ensure_jars(home, quiet) == folder
    assert not (folder / "old.jar").exists()


def test_a_folder_without_the_stamp_is_not_trusted(install: Install, home: Path) -> None:
    """Somebody copied it, or a disk was full: complete is only what says so."""
    install("mvn", FETCHES)
    (home / f"kafka-{KAFKA_VERSION}").mkdir()
    assert (ensure_jars(home, quiet) / "kafka.jar").exists()


def test_a_failure_leaves_nothing_and_says_what_maven_said(install: Install, home: Path) -> None:
    install("mvn", "echo '[ERROR] Could not transfer artifact'; exit 1")
    with pytest.raises(DependencyUnavailableError, match=r"(?s)could not fetch.*Could not transfer artifact"):
        ensure_jars(home, quiet)
    assert not list(home.iterdir())


def test_two_that_fetch_at_once_do_not_disturb_each_other(install: Install, home: Path) -> None:
    install("mvn", FETCHES)
    both = threading.Barrier(2)
    found: list[Path] = []

    def meet(_doing: str) -> None:
        # The report comes after the look at what is there: both have decided to fetch.
        both.wait(10)

    def fetch() -> None:
        found.append(ensure_jars(home, meet))

    threads = [threading.Thread(target=fetch) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(folder / "kafka.jar").exists() for folder in found] == [True, True]
    assert [path.name for path in home.iterdir()] == [f"kafka-{KAFKA_VERSION}"]
