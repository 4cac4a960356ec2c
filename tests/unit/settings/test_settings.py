"""Settings: every wrong one is reported at once, with its key, its value and what to do; secrets are not shown."""

import sys
from pathlib import Path

import pytest

from assay.agents.cli.main import main
from assay.agents.devstack.state import State, dev_dir, write_state
from assay.agents.settings import Settings, load_settings
from assay.pipeline.core.errors import ConfigError, Problem

WRONG = {
    "env": "No Capitals",
    "bootstrap_servers": "kafka",
    "redis_url": "http://127.0.0.1",
    "security_protocol": "TLS",
    "sasl_mechanism": "GSSAPI",
    "topic_prefix": "a b",
    "partitions": "0",
    "replication_factor": "none",
    "slots": "-1",
    "expected_workers": "0",
    "batch_records": "10001",
    "session_timeout_ms": "5999",
    "transaction_timeout_ms": "1e5",
    "request_timeout_ms": "",
    "web_port": "65536",
    "log_level": "LOUD",
    "crash_at": "somewhere",
    "crash_after": "-1",
}


def set_env(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"ASSAY_{name.upper()}", value)


def problems(**overrides: object) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        load_settings(**overrides)
    return caught.value.problems


def test_without_any_setting_there_are_defaults(empty_home: Path) -> None:
    settings = load_settings()
    assert settings.web_host == "127.0.0.1", "nothing listens to the world unless told to"
    assert settings.keys_path == empty_home / "keys"


def test_all_wrong_settings_are_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    set_env(monkeypatch, **WRONG)
    found = {problem.where: problem for problem in problems()}
    assert sorted(found) == sorted(f"ASSAY_{name.upper()}" for name in WRONG)
    for name, value in WRONG.items():
        problem = found[f"ASSAY_{name.upper()}"]
        field = Settings.model_fields[name]
        assert repr(value) in problem.why, "the value"
        assert problem.remedy.startswith(field.description or "-"), "what it is for"
        assert f"Default: {field.default}" in problem.remedy, "what works"


@pytest.mark.parametrize("name", sorted(set(Settings.model_fields) - {"sasl_password"}))
def test_every_setting_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    right = {
        "env": "prod",
        "bootstrap_servers": "a:1,b:2",
        "redis_url": "rediss://a:1/2",
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "PLAIN",
        "session_timeout_ms": "7000",
        "transaction_timeout_ms": "20000",
        "request_timeout_ms": "2000",
        "policy_source": "directory",
        "log_level": "ERROR",
        "crash_at": "after_send",
        "may_open_traces": "True",
        "backpressure_threshold": "0.5",
        "websocket_timeout_ms": "5000",
    }
    value = right.get(name, "3")
    set_env(monkeypatch, **{name: value})
    assert str(getattr(load_settings(), name)) == value


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://:p4ss@h:1", "***@h:1"),
        ("redis://user:p4ss@h:p", "***@h:p"),
        ("redis://:p4ss@x@h:70000", "***@h:70000"),
        ("user:p4ss\n@redis", "***@redis"),
    ],
)
def test_an_address_is_shown_without_its_password(
    monkeypatch: pytest.MonkeyPatch, address: str, shown: str
) -> None:
    set_env(monkeypatch, redis_url=address)
    [problem] = problems()
    assert "p4ss" not in str(problem)
    assert repr(shown) in problem.why


def test_a_broker_list_with_a_password_is_not_shown_either(monkeypatch: pytest.MonkeyPatch) -> None:
    set_env(monkeypatch, bootstrap_servers="admin:p4ss@kafka:9092, other")
    [problem] = problems()
    assert "p4ss" not in str(problem)


def test_a_wrong_password_is_not_shown() -> None:
    [problem] = problems(sasl_password=12345)
    assert problem.where == "ASSAY_SASL_PASSWORD"
    assert "12345" not in str(problem)


def test_settings_do_not_show_what_is_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    set_env(monkeypatch, sasl_password="p4ss-kafka", redis_url="redis://:p4ss-redis@127.0.0.1:1/0")
    settings = load_settings()
    assert "p4ss" not in repr(settings)
    assert "p4ss" not in str(settings)
    assert settings.sasl_password.get_secret_value() == "p4ss-kafka"


def test_settings_cannot_be_changed_on_the_way() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().partitions = 3


def test_nobody_says_where_kafka_is_and_the_home_has_a_stack(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dev_dir(tmp_path).mkdir(parents=True)
    write_state(tmp_path, State(kafka_port=1001, controller_port=1002, redis_port=1003))
    set_env(monkeypatch, home=str(tmp_path))
    assert load_settings().bootstrap_servers == "127.0.0.1:1001"
    set_env(monkeypatch, bootstrap_servers="other:9092")
    settings = load_settings()
    assert settings.bootstrap_servers == "other:9092", "what was said goes first"
    assert settings.redis_url == "redis://127.0.0.1:1003/0"


def test_the_command_line_shows_all_of_them_and_exits_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_env(monkeypatch, partitions="0", log_level="LOUD", redis_url="redis://:p4ss@h:x")
    monkeypatch.setattr(sys, "argv", ["assay", "worker"])
    with pytest.raises(SystemExit) as exit_:
        main()
    assert exit_.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("assay: ASSAY_")
    for key in ("ASSAY_PARTITIONS: '0'", "ASSAY_LOG_LEVEL: 'LOUD'", "ASSAY_REDIS_URL: '***@h:x'"):
        assert key in said.err
    assert "p4ss" not in said.err
