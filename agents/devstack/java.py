"""Java 17 or later, and Maven: what the development broker needs and Python cannot bring."""

import re
import shutil
import subprocess

from assay.pipeline.core.errors import DependencyUnavailableError

OLDEST_JAVA = 17
HOW_TO_GET_JAVA = (
    "install a Java runtime 17 or later (Debian: apt install openjdk-17-jre-headless; "
    "macOS: brew install openjdk@17) and put it on the PATH"
)
HOW_TO_GET_MAVEN = "install Maven 3 (Debian: apt install maven; macOS: brew install maven)"


def find_java() -> str:
    """Path of a Java that runs Kafka. Raises :class:`DependencyUnavailableError`."""
    java = shutil.which("java")
    if java is None:
        raise DependencyUnavailableError(f"Java is missing: {HOW_TO_GET_JAVA}")
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    version = java_version(told.stderr + told.stdout)
    if version is None:
        raise DependencyUnavailableError(f"{java} does not run: {HOW_TO_GET_JAVA}")
    if version < OLDEST_JAVA:
        raise DependencyUnavailableError(f"{java} is Java {version}, which is too old: {HOW_TO_GET_JAVA}")
    return java


def java_version(told: str) -> int | None:
    """The feature release in what ``java -version`` prints; ``None`` when it is not there."""
    found = re.search(r'version "(?:1\.)?(\d+)', told)
    return int(found.group(1)) if found else None


def find_maven() -> str:
    """Path of Maven. Raises :class:`DependencyUnavailableError`."""
    maven = shutil.which("mvn")
    if maven is None:
        raise DependencyUnavailableError(f"Maven is missing: {HOW_TO_GET_MAVEN}")
    return maven
