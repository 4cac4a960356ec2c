"""Keys to the API: made, kept as hashes, replaced and revoked (DESIGN 9; issue 6, must show 7)."""

import hmac
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.agents.api_keys import key as key_module
from assay.agents.api_keys.file import KeyFile
from assay.agents.api_keys.key import Judgement, judge
from assay.agents.api_keys.making import Made, Wanted, added, make, revoked, rotated
from assay.agents.api_keys.role import Permission, Role, Scope, permission
from assay.pipeline.core.clock import NANOS_PER_SECOND, rfc3339
from assay.pipeline.core.errors import ConfigError

NOW_NS = 1_767_323_045_000_000_000
DAY_S = 86_400
_numbers = itertools.count(1)


def made(role: Role = Role.VIEWER, *, name: str = "ada", tenant: str = "", days: int = 1) -> Made:
    number = next(_numbers)
    wanted = Wanted(name, role, frozenset({Scope.ALL}), tenant, days * DAY_S)
    return make(wanted, "dev", NOW_NS, lambda size: number.to_bytes(size, "big"))


def at(days: float = 0) -> str:
    return rfc3339(NOW_NS + round(days * DAY_S) * NANOS_PER_SECOND)


def test_a_key_is_good_until_it_expires() -> None:
    one = made()
    keys = added({}, one.key)
    assert judge(keys, one.text, at(0.99)) == (Judgement.GOOD, one.key)
    assert judge(keys, one.text, at(1)).judgement is Judgement.EXPIRED


def test_what_is_no_key_is_told_apart_from_a_wrong_one() -> None:
    one = made()
    keys = added({}, one.key)
    other = f"{one.text[:-1]}{'A' if one.text[-1] != 'A' else 'B'}"
    unknown = one.text.replace(one.key.id, "0" * 12)
    found = {
        text: judge(keys, text, at()).judgement for text in ("", "hello", other, unknown, "assay_dev_é_ü")
    }
    assert found == {
        "": Judgement.MISSING,
        "hello": Judgement.MALFORMED,
        other: Judgement.WRONG,
        unknown: Judgement.UNKNOWN,
        "assay_dev_é_ü": Judgement.MALFORMED,
    }
    assert all(judge(keys, text, at()).key is None for text in found)


def test_an_unknown_key_costs_the_same_comparison_as_a_wrong_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Timing does not tell which ids there are."""
    compared: list[tuple[int, int]] = []
    real: Callable[[str, str], bool] = hmac.compare_digest

    def comparing(mine: str, theirs: str) -> bool:
        compared.append((len(mine), len(theirs)))
        return real(mine, theirs)

    monkeypatch.setattr(hmac, "compare_digest", comparing)
    one = made()
    keys = added({}, one.key)
    judge(keys, one.text.replace(one.key.id, "f" * 12), at())
    judge(keys, f"{one.text[:-2]}xx", at())
    assert compared == [(64, 64), (64, 64)]


def test_a_revoked_key_is_good_no_more_and_stays_revoked_since_the_first_time() -> None:
    one = made()
    keys = revoked(added({}, one.key), one.key, at())
    again = revoked(keys, keys[one.key.id], at(0.5))
    assert judge(again, one.text, at(0.1)).judgement is Judgement.REVOKED
    assert again[one.key.id].revoked_at == at()


def test_of_a_rotated_key_both_are_good_for_a_while() -> None:
    old, new = made(days=9), made(days=9)
    keys = rotated(added({}, old.key), old.key, new.key, at(2))
    for days, expected in ((1, Judgement.GOOD), (3, Judgement.EXPIRED)):
        assert judge(keys, old.text, at(days)).judgement is expected
        assert judge(keys, new.text, at(days)).judgement is Judgement.GOOD


def test_rotating_never_makes_the_old_key_good_for_longer() -> None:
    old, new = made(days=1), made(days=9)
    keys = rotated(added({}, old.key), old.key, new.key, at(5))
    assert judge(keys, old.text, at(2)).judgement is Judgement.EXPIRED


@pytest.mark.parametrize(
    ("name", "role", "tenant"),
    [("", Role.VIEWER, ""), ("a\nb", Role.VIEWER, ""), ("ada", Role.TENANT, ""), ("ada", Role.ADMIN, "acme")],
)
def test_a_key_that_cannot_be_is_not_made(name: str, role: Role, tenant: str) -> None:
    with pytest.raises(ConfigError):
        made(role, name=name, tenant=tenant)


def test_the_file_holds_hashes_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "api-keys.json"
    one = made(Role.TENANT, tenant="acme")
    KeyFile(path).change(lambda keys: added(keys, one.key))
    assert path.stat().st_mode & 0o777 == 0o600
    assert one.text.rpartition("_")[2] not in path.read_text()
    assert KeyFile(path).keys() == {one.key.id: one.key}


def test_what_another_process_changes_is_seen_at_the_next_look(tmp_path: Path) -> None:
    path = tmp_path / "api-keys.json"
    server, cli = KeyFile(path), KeyFile(path)
    one = made()
    assert not server.keys()
    cli.change(lambda keys: added(keys, one.key))
    assert set(server.keys()) == {one.key.id}
    cli.change(lambda keys: revoked(keys, one.key, at()))
    assert server.keys()[one.key.id].revoked_at


def test_a_change_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "api-keys.json")
    one = made()
    file.change(lambda keys: added(keys, one.key))

    def failing(_keys: object) -> dict[str, key_module.ApiKey]:
        raise ConfigError([])

    with pytest.raises(ConfigError):
        file.change(failing)
    assert set(file.keys()) == {one.key.id}
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"schema": "assay/api_keys/1-0-0", "keys": [{}]}'])
def test_a_file_that_is_none_lets_nobody_in(tmp_path: Path, content: str) -> None:
    path = tmp_path / "api-keys.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(ConfigError):
        KeyFile(path).keys()


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "api-keys.json"
    one = made()
    KeyFile(path).change(lambda keys: added(keys, one.key))
    path.chmod(0o640)
    with pytest.raises(ConfigError, match="others may read it"):
        KeyFile(path).keys()


@pytest.mark.parametrize(
    ("role", "scopes", "least", "part", "expected"),
    [
        (Role.VIEWER, {Scope.ALL}, Role.TENANT, Scope.ISSUES, Permission.GRANTED),
        (Role.TENANT, {Scope.ALL}, Role.VIEWER, Scope.ISSUES, Permission.ROLE_TOO_LOW),
        (Role.OPERATOR, {Scope.ISSUES}, Role.OPERATOR, Scope.ISSUES, Permission.GRANTED),
        (Role.OPERATOR, {Scope.ISSUES}, Role.OPERATOR, Scope.TASKS, Permission.OTHER_SCOPE),
        (Role.OPERATOR, {Scope.ALL}, Role.APPROVER, Scope.TASKS, Permission.ROLE_TOO_LOW),
        (Role.ADMIN, {Scope.ALL}, Role.OPERATOR, Scope.OPEN, Permission.OTHER_SCOPE),
        (Role.OPERATOR, {Scope.ALL, Scope.OPEN}, Role.OPERATOR, Scope.OPEN, Permission.GRANTED),
    ],
)
def test_what_a_role_with_scopes_may_do(
    role: Role, scopes: set[Scope], least: Role, part: Scope, expected: Permission
) -> None:
    assert permission(role, frozenset(scopes), least, part) is expected
