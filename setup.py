"""Map the top-level folders into the package ``assay``; everything else is in pyproject.toml."""

from setuptools import find_namespace_packages, setup

FOLDERS = ("pipeline", "agents", "schemas", "remediation_rules", "policies")
found = find_namespace_packages(include=[p for f in FOLDERS for p in (f, f"{f}.*")])

setup(
    packages=["assay", "assay.sdk", *(f"assay.{name}" for name in found)],
    package_dir={"assay": "src/assay", **{f"assay.{f}": f for f in FOLDERS}},
)
