"""Where the policy comes from: the package, or the directories of the settings."""

from pathlib import Path

import pytest

from assay.agents.policy_files import load_policies, read_policy_files
from assay.agents.settings import load_settings
from assay.pipeline.core.errors import ConfigError


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
    assert read_policy_files(tmp_path / "schemas", tmp_path / "policies") == files
    settings = load_settings(schemas_dir=tmp_path / "schemas", policies_dir=tmp_path / "policies")
    assert set(load_policies(settings).subjects) == {"order", "event"}


def test_a_directory_that_is_not_there_is_named_with_its_setting(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_policy_files(tmp_path / "nowhere", tmp_path / "neither")
    assert [problem.where for problem in caught.value.problems] == ["ASSAY_SCHEMAS_DIR", "ASSAY_POLICIES_DIR"]
