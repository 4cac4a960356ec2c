"""`make test` and `make demo` say what is missing and how to get it, before anything else happens (DESIGN 11)."""

import subprocess
from pathlib import Path

import pytest

NEEDS = Path(__file__).parents[2] / ".ci" / "needs"
TOOLS = ("bash", "sed", "head", "env")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A path for programs that has a shell and little else."""
    for tool in TOOLS:
        found = subprocess.run(["which", tool], capture_output=True, text=True, check=True).stdout.strip()
        (tmp_path / tool).symlink_to(found)
    return tmp_path


def install(machine: Path, name: str, script: str) -> None:
    program = machine / name
    program.write_text(f"#!{machine / 'bash'}\n{script}\n")
    program.chmod(0o755)


def ask(machine: Path, *programs: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [machine / "bash", NEEDS, *programs],
        env={"PATH": str(machine)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_all_that_is_missing_is_said_at_once(machine: Path) -> None:
    done = ask(machine, "python", "java", "maven")
    assert done.returncode == 3
    assert "Missing: Python 3.11 or newer" in done.stderr
    assert "Missing: Java 17 or newer" in done.stderr
    assert "Missing: Maven" in done.stderr
    assert "apt-get install openjdk-17-jre-headless" in done.stderr


@pytest.mark.parametrize(
    ("says", "status"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 0),
        ('openjdk version "21" 2023-09-19', 0),
        ('java version "1.8.0_412"', 3),
        ('openjdk version "11.0.25" 2024-10-15', 3),
        ("something else", 3),
    ],
)
def test_java_is_new_enough_or_said_to_be_too_old(machine: Path, says: str, status: int) -> None:
    install(machine, "java", f"echo '{says}' >&2")
    done = ask(machine, "java")
    assert done.returncode == status, done.stderr


def test_a_python_that_is_too_old_is_named_with_its_version(machine: Path) -> None:
    install(machine, "python3", '[ "$1" = -V ] && echo Python 3.9.2 && exit; exit 1')
    done = ask(machine, "python")
    assert done.returncode == 3
    assert "'python3' is Python 3.9.2" in done.stderr


def test_a_program_that_nobody_knows_is_a_mistake_of_the_caller(machine: Path) -> None:
    assert ask(machine, "cobol").returncode == 2
