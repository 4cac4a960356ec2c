"""The top-level folders are the package: in the checkout by links, in the wheel by content (DESIGN 10)."""

import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import assay

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
FOLDERS = ("pipeline", "agents", "schemas", "remediation_rules", "policies")


def files_of(folder: Path) -> set[str]:
    """Every file but caches, whatever its kind: one that packaging forgets must be noticed."""
    return {
        str(path.relative_to(folder.parent))
        for path in folder.rglob("*")
        if path.is_file() and not any(part == "__pycache__" or part.startswith(".") for part in path.parts)
    }


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_link_in_the_package_leads_to_the_folder(folder: str) -> None:
    """Without the links mypy checks one file and says that all is well."""
    link = ROOT / "src" / "assay" / folder
    assert link.is_symlink()
    assert link.is_dir()
    assert link.samefile(ROOT / folder)
    assert not link.readlink().is_absolute()


def test_there_is_a_link_for_every_folder_and_no_other() -> None:
    links = {path.name for path in (ROOT / "src" / "assay").iterdir() if path.is_symlink()}
    assert links == set(FOLDERS)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_is_a_package_with_a_sentence_of_its_own(folder: str) -> None:
    """A data folder without ``__init__.py`` breaks ``importlib.resources`` in an editable install."""
    assert (ROOT / folder / "__init__.py").read_text().startswith('"""')


@pytest.mark.parametrize("folder", ["pipeline", "agents"])
def test_a_bare_import_is_refused(folder: str) -> None:
    """Two imports of one file would make two classes that are never equal."""
    done = subprocess.run(
        [sys.executable, "-c", f"import {folder}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"import 'assay.{folder}', not '{folder}'" in done.stderr


def test_the_version_is_written_once_in_two_places() -> None:
    assert assay.__version__ == PROJECT["project"]["version"]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """A wheel built by way of the sdist from a copy of what is packaged, so that nothing old gets in."""
    copy = tmp_path_factory.mktemp("packaging") / "checkout"
    copy.mkdir()
    for name in (*FOLDERS, "src"):
        shutil.copytree(
            ROOT / name, copy / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", ".*")
        )
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy2(ROOT / name, copy / name)
    done = subprocess.run(
        [sys.executable, "-m", "build", "--outdir", "dist", "."],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert not (copy / "build").exists()
    (built,) = (copy / "dist").glob("*.whl")
    return zipfile.ZipFile(built)


def test_the_wheel_has_exactly_the_files_of_the_folders(wheel: zipfile.ZipFile) -> None:
    """A kind of file that is missing here belongs into ``[tool.setuptools.package-data]``."""
    own = {name for name in files_of(ROOT / "src" / "assay") if name.split("/")[1] not in FOLDERS}
    assert {"assay/__init__.py", "assay/py.typed", "assay/sdk/__init__.py"} <= own
    expected = own.union(*({f"assay/{name}" for name in files_of(ROOT / folder)} for folder in FOLDERS))
    packed = {name for name in wheel.namelist() if name.startswith("assay/")}
    assert packed == expected


def test_the_wheel_has_nothing_beside_the_package(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert tops == {"assay", f"assay-{assay.__version__}.dist-info"}


def test_the_wheel_carries_its_licence_and_command(wheel: zipfile.ZipFile) -> None:
    info = f"assay-{assay.__version__}.dist-info"
    assert wheel.read(f"{info}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()
    assert "assay = assay.agents.cli:main" in wheel.read(f"{info}/entry_points.txt").decode()
