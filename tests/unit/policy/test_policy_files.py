"""Where the policy comes from: the package, or the directories of the settings."""

import os
from pathlib import Path

import pytest

from assay.agents.policy_files import (
    ignored_files,
    load_policies,
    policy_roots,
    read_policy_files,
    read_roots,
)
from assay.agents.settings import load_settings
from assay.pipeline.core.errors import ConfigError
from assay.pipeline.policy.bounds import MAX_ALL_BYTES, most_bytes
from assay.pipeline.policy.parse import load_bundle

RULE = (
    "{name: fill, version: 1, subject: any, codes: [schema.type_invalid], steps: [{do: cast}], "
    "auto_remediable: true, success_rate: 1, provenance: {owner: nobody, reason: a test}}"
)


def test_the_policy_that_ships_has_three_subjects_on_one_shared_topic() -> None:
    bundle = load_policies(load_settings())
    assert set(bundle.subjects) == {"workflow_trace", "agent_run", "cloudtrail_event"}
    assert set(bundle.subjects["workflow_trace"].schemas) == {"1.0.0", "1.1.0", "1.2.0"}
    binding = bundle.bindings["traces.raw"]
    assert binding.tenant is None
    assert binding.default_subject == "workflow_trace"
    assert binding.subjects == set(bundle.subjects)
    assert [avro.schema_id for avro in bundle.subjects["workflow_trace"].avro] == [1001]


def test_directories_of_the_settings_replace_what_ships(tmp_path: Path, files: dict[str, bytes]) -> None:
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    (tmp_path / "schemas/order/README.md").write_text("not policy")
    (tmp_path / "no-rules").mkdir()
    assert read_policy_files(tmp_path / "schemas", tmp_path / "policies", tmp_path / "no-rules") == files
    settings = load_settings(schemas_dir=tmp_path / "schemas", policies_dir=tmp_path / "policies")
    assert set(load_policies(settings).subjects) == {"order", "event"}


def test_a_directory_that_is_not_there_is_named_with_its_setting(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_policy_files(tmp_path / "nowhere", tmp_path / "neither")
    assert [problem.where for problem in caught.value.problems] == ["ASSAY_SCHEMAS_DIR", "ASSAY_POLICIES_DIR"]


def test_remediation_rules_of_the_settings_are_part_of_the_bundle(tmp_path: Path) -> None:
    (tmp_path / "fill.yaml").write_text(RULE)
    (tmp_path / "cases" / "fill").mkdir(parents=True)
    (tmp_path / "cases" / "fill" / "one.yaml").write_text("not: [even yaml")
    shipped = load_policies(load_settings())
    bundle = load_policies(load_settings(remediation_rules_dir=tmp_path))
    assert {name: rule.file for name, rule in bundle.remediation_rules.items()} == {
        "fill": "remediation_rules/fill.yaml"
    }
    assert bundle.bundle_id != shipped.bundle_id


def test_what_no_verdict_depends_on_is_not_even_read(tmp_path: Path) -> None:
    """Examples may be many, and large."""
    for path in ("order/examples/valid/one.json", "order/1.0.0.json", "assay/tally/1-0-0.json"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("{}")
    assert set(read_roots({"schemas": tmp_path})) == {"schemas/order/1.0.0.json"}


def test_of_files_that_are_too_large_no_more_is_read_than_shows_it(tmp_path: Path) -> None:
    large = b" " * 3_000_000
    for number in range(9):
        (tmp_path / f"{number}.json").write_bytes(large)
    found = read_roots({"policies": tmp_path})
    assert {len(content) for content in found.values()} == {most_bytes("x.json") + 1}
    assert MAX_ALL_BYTES < sum(map(len, found.values())) < MAX_ALL_BYTES + len(large)
    with pytest.raises(ConfigError, match="bytes of files, more than"):
        load_bundle(found)


def test_what_is_no_file_is_named_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "limits.yaml")
    with pytest.raises(ConfigError, match=r"limits\.yaml cannot be read"):
        read_roots({"policies": tmp_path})


def test_folders_of_a_directory_come_before_those_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    settings = load_settings(remediation_rules_dir=tmp_path / "elsewhere")
    roots = policy_roots(settings, tmp_path)
    assert (roots["policies"], roots["remediation_rules"]) == (tmp_path / "policies", tmp_path / "elsewhere")
    assert roots["schemas"] == policy_roots(settings)["schemas"]
    with pytest.raises(ConfigError, match="has none of"):
        policy_roots(settings, tmp_path / "policies")


def test_files_that_lie_about_are_told_of(tmp_path: Path) -> None:
    for name in ("limits.yaml", "limits.yaml.bak", "README.md", "__init__.py", ".limits.yaml.swp"):
        (tmp_path / name).write_text("")
    assert ignored_files({"policies": tmp_path}) == ["policies/limits.yaml.bak"]
    assert ignored_files(policy_roots(load_settings())) == []
