"""Java and Maven: found, missing, too old; the person is told what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assay.agents.devstack.java import find_java, find_maven, java_version
from assay.pipeline.core.errors import DependencyUnavailableError

Install = Callable[[str, str], Path]


@pytest.mark.parametrize(
    ("told", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "21" 2023-09-19', 21),
        ('openjdk version "25-ea" 2025-09-16', 25),
        ('java version "1.8.0_292"', 8),
        ('java version "11.0.2" 2019-01-15 LTS', 11),
        ('Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "17.0.1"', 17),
        ("The operation couldn't be completed. Unable to locate a Java Runtime.", None),
        ("", None),
    ],
)
def test_the_version_is_read_from_what_java_prints(told: str, version: int | None) -> None:
    assert java_version(told) == version


def test_a_java_that_is_new_enough_is_taken(install: Install) -> None:
    java = install("java", """echo 'openjdk version "17.0.15"' >&2""")
    assert find_java() == str(java)


def test_without_java_one_is_told_how_to_get_it(install: Install) -> None:
    with pytest.raises(DependencyUnavailableError, match=r"Java is missing.*17 or later.*apt install"):
        find_java()


def test_an_old_java_is_named_with_its_version(install: Install) -> None:
    install("java", """echo 'openjdk version "11.0.2"' >&2""")
    with pytest.raises(DependencyUnavailableError, match=r"Java 11, which is too old.*17 or later"):
        find_java()


def test_a_java_that_does_not_run_is_not_taken(install: Install) -> None:
    """macOS has a stand-in that only says where to download Java."""
    install("java", "echo 'Unable to locate a Java Runtime.' >&2; exit 1")
    with pytest.raises(DependencyUnavailableError, match="does not run"):
        find_java()


def test_without_maven_one_is_told_how_to_get_it(install: Install) -> None:
    with pytest.raises(DependencyUnavailableError, match=r"Maven is missing.*apt install maven"):
        find_maven()
