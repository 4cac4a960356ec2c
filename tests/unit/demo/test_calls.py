"""A demo calls its own webhook and nobody else, whatever the person has set."""

from pathlib import Path

import pytest

from assay.agents.clock import SystemClock
from assay.agents.demo.calls import calling_nobody_but
from assay.agents.demo.hook import Hook
from assay.agents.notify.channels import ready_channels
from assay.agents.notify.secrets import Secrets
from assay.agents.policy_files import load_policies, policy_roots
from assay.agents.settings import Settings, environment_secret, load_settings

SECRET = b"k" * 32


@pytest.fixture
def hook() -> Hook:
    hook = Hook(SECRET)
    hook.url = "http://127.0.0.1:9/assay"
    return hook


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a person whose own channels are all on."""
    monkeypatch.setenv("ASSAY_NOTIFY_PAGERDUTY_KEY", "0" * 32)
    monkeypatch.setenv("ASSAY_NOTIFY_SLACK_URL", "https://hooks.example.com/x")
    return load_settings(env="demo-x", home=tmp_path)


def test_only_the_demos_hook_is_on(settings: Settings, hook: Hook) -> None:
    """Nobody's telephone rings because somebody tries Assay out."""
    before = load_policies(settings)
    with calling_nobody_but(hook, SECRET, settings) as ours:
        after = load_policies(ours)
        secrets = Secrets(environment_secret, ours.secrets_path)
        ready = ready_channels(after.notifications, secrets, SystemClock())
        assert [*ready.ready] == ["hook"]
        assert ours.policy_source == "directory"
    assert after.notifications != before.notifications
    assert (after.bindings, after.escalation) == (before.bindings, before.escalation)


def test_the_persons_own_policies_hold_but_for_who_is_called(
    settings: Settings, hook: Hook, tmp_path: Path
) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    for file in policy_roots(settings)["policies"].iterdir():
        if file.name.endswith(".yaml"):
            (theirs / file.name).write_bytes(file.read_bytes())
    (theirs / "drill.yaml").write_text("channels: [pager]\n")
    limits = theirs / "limits.yaml"
    limits.write_text(limits.read_text() + "\n# theirs\n")
    with calling_nobody_but(hook, SECRET, settings.model_copy(update={"policies_dir": theirs})) as ours:
        assert ours.policies_dir is not None
        assert "# theirs" in (ours.policies_dir / "limits.yaml").read_text()
        assert [*load_policies(ours).notifications.channels] == ["hook", "console"]


def test_nothing_is_left_of_it_and_the_secret_is_nobody_elses(settings: Settings, hook: Hook) -> None:
    with calling_nobody_but(hook, SECRET, settings) as ours:
        assert ours.secrets_path.stat().st_mode & 0o077 == 0
    assert not list(settings.home.iterdir())
