"""``policies/notifications.yaml``: roles to channels, secrets by name only, everything wrong at once (D-21, D-30)."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from assay.agents.notify.channels import Channels, ready_channels
from assay.agents.notify.secrets import Secrets
from assay.agents.notify.senders import BodySender, ConsoleSender, PagerDutySender, WebhookSender
from assay.agents.policy_files import policy_roots, read_policy_files, read_roots
from assay.agents.settings import load_settings
from assay.pipeline.core.errors import ConfigError, Problem
from assay.pipeline.notify.notice import Notice, read_event
from assay.pipeline.policy.bundle_files import NOTIFICATIONS_FILE
from assay.pipeline.policy.lint.lint import lint
from assay.pipeline.policy.notifications import Notifications, PagerDuty, PayloadMode, SecretPlace, SecretRef
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.parse_notifications import parse_notifications
from assay.pipeline.testing import FakeClock

from .conftest import event

SHIPPED = read_policy_files(None, None)
SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
FOUND = {
    "ASSAY_NOTIFY_PAGERDUTY_KEY": "a" * 32,
    "ASSAY_NOTIFY_SLACK_URL": "https://hooks.slack.example/services/T0/B0/geheim",
    "ASSAY_NOTIFY_WEBHOOK_URL": "https://hook.example/assay",
    "ASSAY_NOTIFY_WEBHOOK_SECRET": SECRET,
}


def shipped() -> Notifications:
    return load_bundle(SHIPPED).notifications


def parsed(text: str) -> tuple[Notifications, list[Problem]]:
    problems: list[Problem] = []
    return parse_notifications("n.yaml", yaml.safe_load(text), problems), problems


def ready(policy: Notifications, directory: Path, **environment: str) -> Channels:
    return ready_channels(policy, Secrets(environment.get, directory), FakeClock())


def minimal(channel: str = "{kind: console}") -> str:
    return f"channels: {{c: {channel}}}\notherwise: [c]\n"


def test_what_ships_has_no_error_and_reaches_every_role_of_the_matrix() -> None:
    """S0-170 … S0-183: nobody is called in vain."""
    _, notes = lint(SHIPPED)
    assert [note for note in notes if note.file == NOTIFICATIONS_FILE] == []
    named = set(re.findall(r"[a-z_]+", str(shipped().roles.keys())))
    assert {"on_call_engineer", "ceo", "board_notification", "incident_commander", "legal_team"} <= named


def test_without_secrets_only_the_console_is_on(tmp_path: Path) -> None:
    """D-30: PagerDuty is on when a routing key is configured, and off otherwise."""
    assert [*ready(shipped(), tmp_path).ready] == ["console"]


def test_with_their_secrets_channels_are_on(tmp_path: Path) -> None:
    channels = ready(shipped(), tmp_path, **FOUND)
    kinds = {name: type(one.sender) for name, one in channels.ready.items()}
    assert kinds == {
        "console": ConsoleSender,
        "pager": PagerDutySender,
        "chat": BodySender,
        "hook": WebhookSender,
    }


def test_a_channel_that_must_be_on_without_its_secret_stops_the_start(tmp_path: Path) -> None:
    policy, problems = parsed(
        minimal("{kind: slack, enabled: on, url: {env: ASSAY_NOTIFY_SLACK_URL}}").replace(" on,", " 'on',")
    )
    assert not problems
    with pytest.raises(ConfigError, match="ASSAY_NOTIFY_SLACK_URL"):
        ready(policy, tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASSAY_NOTIFY_PAGERDUTY_KEY", "too-short-geheim"),
        ("ASSAY_NOTIFY_SLACK_URL", "http://hooks.slack.example/geheim"),
        ("ASSAY_NOTIFY_SLACK_URL", "geheim"),
        ("ASSAY_NOTIFY_SLACK_URL", "https://user:geheim@hooks.slack.example/x"),
        ("ASSAY_NOTIFY_WEBHOOK_SECRET", "geheim"),
    ],
)
def test_a_secret_that_cannot_be_right_is_told_and_not_quoted(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        ready(shipped(), tmp_path, **{**FOUND, name: value})
    assert "geheim" not in str(caught.value)
    assert "channels." in str(caught.value)


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "pager").write_text("a" * 32 + "\n")
    secrets = Secrets(lambda _name: None, tmp_path)
    found = secrets.find(SecretRef(SecretPlace.FILE, "pager"))
    assert isinstance(found, SecretStr)
    assert found.get_secret_value() == "a" * 32
    assert secrets.find(SecretRef(SecretPlace.FILE, "nothing")) is None


WRONG = [
    ("channels: {c: {kind: pigeon}}", "pigeon"),
    ("channels: {c: {kind: slack, url: 'https://hooks.slack.com/x', token: x}}", "token"),
    ("channels: {c: {kind: pagerduty, routing_key: geheim}}", "never the secret itself"),
    ("channels: {c: {kind: pagerduty, routing_key: {env: AWS_SECRET_ACCESS_KEY}}}", "ASSAY_NOTIFY_"),
    ("channels: {c: {kind: pagerduty, routing_key: {file: ../../etc/shadow}}}", "file: NAME"),
    ("channels: {c: {kind: slack, url: 'ftp://x/'}}", "url"),
    ("channels: {c: {kind: slack, url: 'https://user@host/'}}", "url"),
    ("channels: {c: {kind: console, payload: full}}", "into a log"),
    ("channels: {c: {kind: console, payload: all}}", "payload"),
    ("channels: {c: {kind: slack, url: 'https://a/', payload: selected}}", "paths"),
    ("channels: {c: {kind: slack, url: 'https://a/', paths: [/a]}}", "paths"),
    ("channels: {c: {kind: slack, url: 'https://a/', allow_networks: [10.0.0.1/8]}}", "no network"),
    ("channels: {c: {kind: email, host: h, from: a@b, to: []}}", "names nobody"),
    ("channels: {c: {kind: email, host: h, from: a@b, to: [a@b], username: u}}", "goes with password"),
    (
        "channels: {c: {kind: email, host: h, from: a@b, to: [a@b], tls: none, username: u, password: {file: p}}}",
        "in the clear",
    ),
    ("channels: {C: {kind: console}}", "is no name"),
    ("channels: []", "no mapping"),
    ("channels: {c: {kind: console}}\nroles: {cto: [d]}", "no channel that is declared"),
    ("channels: {c: {kind: console}}\nroles: {CTO: [c]}", "is no name"),
    ("channels: {c: {kind: console}}\notherwise: []", "names no channel"),
    ("channels: {c: {kind: console}}\nlimit: {per_minute: 0}", "from 1 to 600"),
    ("channels: {c: {kind: console}}\nretry: {first_s: 60, most_s: 5}", "more than most_s"),
    ("channels: {c: {kind: console}}\nlink: https://a/b", "link"),
    ("channels: {c: {kind: console}}\nlinks: 1", "not a key"),
]


@pytest.mark.parametrize(("text", "says"), WRONG, ids=[says for _, says in WRONG])
def test_what_is_wrong_is_said_with_a_remedy(text: str, says: str) -> None:
    _, problems = parsed(text)
    assert any(says in str(problem) for problem in problems), problems
    assert "geheim" not in str(problems)
    assert "shadow" not in str(problems)


def test_everything_wrong_is_said_at_once() -> None:
    _, problems = parsed("channels: {a: {kind: x}, b: {kind: y}}\nroles: {r: [z]}\nlimit: {burst: no}")
    assert len(problems) >= 4


def test_a_channel_with_everything() -> None:
    policy, problems = parsed(
        minimal(
            "{kind: pagerduty, routing_key: {file: pager}, url: 'https://e.example/v2', payload: selected, "
        )[:-18]
        + "paths: [/workflow_id], allow_networks: [10.0.0.0/8, 'fd00::/8'], enabled: 'off'}}\notherwise: [c]\n"
    )
    assert not problems
    channel = policy.channels["c"]
    assert isinstance(channel.target, PagerDuty)
    assert (channel.payload, list(channel.paths)) == (PayloadMode.SELECTED, ["/workflow_id"])
    assert len(channel.allow_networks) == 2


@pytest.mark.parametrize(
    ("roles", "names"),
    [
        (["cto"], ["pager", "console"]),
        (["cto", "ceo"], ["pager", "console", "hook"]),
        (["nobody"], ["console"]),
        ([], ["console"]),
        (["gone"], ["console"]),
    ],
)
def test_roles_become_channels_each_once_and_no_step_goes_unheard(
    tmp_path: Path, roles: list[str], names: list[str]
) -> None:
    policy, problems = parsed(
        """
        channels:
          console: {kind: console}
          pager: {kind: pagerduty, routing_key: {env: ASSAY_NOTIFY_PAGERDUTY_KEY}}
          hook: {kind: webhook, url: 'https://h/', signing_secret: {env: ASSAY_NOTIFY_WEBHOOK_SECRET}}
          away: {kind: console, enabled: 'off'}
        roles: {cto: [pager, console], ceo: [pager, hook], gone: [away]}
        otherwise: [console]
        """
    )
    assert not problems
    notice = read_event(event(roles=roles))
    assert isinstance(notice, Notice)
    assert list(ready(policy, tmp_path, **FOUND).route(notice)) == names


LINTED = [
    ("channels: {c: {kind: console}}\notherwise: [c]", "nobody is called"),
    ("channels: {c: {kind: console}, d: {kind: console}}\notherwise: [c]", "used by no role"),
    ("channels: {c: {kind: console, enabled: 'off'}}\notherwise: [c]", "nobody would"),
    (
        "channels: {c: {kind: console}, d: {kind: console, enabled: 'off'}}\nroles: {r: [d]}\notherwise: [c]",
        "only channels that are off",
    ),
    (
        "channels: {c: {kind: slack, url: 'https://a/', payload: full}}\notherwise: [c]",
        "leave the pipeline",
    ),
]


@pytest.mark.parametrize(("text", "says"), LINTED, ids=[says for _, says in LINTED])
def test_lint_says_what_works_and_may_not_be_meant(text: str, says: str) -> None:
    _, notes = lint({**SHIPPED, NOTIFICATIONS_FILE: text.encode()})
    found = [note for note in notes if note.file == NOTIFICATIONS_FILE]
    assert any(says in note.why for note in found), found


def test_without_the_file_everything_goes_to_the_console() -> None:
    files: dict[str, Any] = {path: data for path, data in SHIPPED.items() if path != NOTIFICATIONS_FILE}
    assert load_bundle(files).notifications == Notifications()


def test_another_channel_is_another_bundle() -> None:
    """So that it can be published, and is not taken for what is in use."""
    other = SHIPPED[NOTIFICATIONS_FILE].replace(b"per_minute: 10", b"per_minute: 11")
    assert load_bundle({**SHIPPED, NOTIFICATIONS_FILE: other}).bundle_id != load_bundle(SHIPPED).bundle_id


def test_the_settings_find_the_file_like_all_others() -> None:
    assert NOTIFICATIONS_FILE in read_roots(policy_roots(load_settings()))
