"""The file of keys: hashes only, readable by its owner only, replaced as a whole."""

import fcntl
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from assay.agents.settings import Settings
from assay.pipeline.core.errors import ConfigError, DependencyUnavailableError, Problem

from .key import ApiKey
from .role import Role, Scope

SCHEMA = "assay/api_keys/1-0-0"

Keys = Mapping[str, ApiKey]
"""By id."""


class KeyFile:
    """The keys of an environment. What one process changes, the others see at their next look."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int, int] | None = None
        self._keys: Keys = {}

    def keys(self) -> Keys:
        """All keys, those that are no longer good too; none when there is no file.

        Raises :class:`ConfigError` for a file that others may read or that holds something else, and
        :class:`DependencyUnavailableError` for one that cannot be read: nobody is let in then.
        """
        try:
            found = self.path.stat()
        except FileNotFoundError:
            self._seen, self._keys = None, {}
            return self._keys
        except OSError as error:
            raise self._unusable(error) from None
        seen = (found.st_mtime_ns, found.st_ino, found.st_size)
        if seen != self._seen:
            if stat.S_IMODE(found.st_mode) & 0o077:
                raise ConfigError([Problem(str(self.path), "others may read it", "chmod 600 it")])
            self._keys = self._read()
            self._seen = seen
        return self._keys

    def change(self, changed: Callable[[Keys], Keys]) -> None:
        """Replace the keys by what ``changed`` makes of them; processes that do so at the same time wait for each other.

        Raises what :meth:`keys` and ``changed`` raise; the file is then as it was.
        """
        with self._locked():
            self._write(changed(self.keys()))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise self._unusable(error) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _read(self) -> Keys:
        try:
            return _keys(orjson.loads(self.path.read_bytes()))
        except OSError as error:
            raise self._unusable(error) from None
        except (ValueError, KeyError, TypeError) as error:
            why = f"is no file of API keys ({type(error).__name__})"
            remedy = "Restore it, or move it away and make new keys with assay keys create"
            raise ConfigError([Problem(str(self.path), why, remedy)]) from None

    def _write(self, keys: Keys) -> None:
        rows = [_row(key) for key in sorted(keys.values(), key=lambda key: (key.created_at, key.id))]
        content = orjson.dumps({"schema": SCHEMA, "keys": rows}, option=orjson.OPT_INDENT_2)
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            beside.replace(self.path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise self._unusable(error) from None

    def _unusable(self, error: OSError) -> DependencyUnavailableError:
        return DependencyUnavailableError(
            f"{self.path} cannot be used ({type(error).__name__}, errno {error.errno})"
        )


def key_file(settings: Settings) -> KeyFile:
    """The file of this environment's keys."""
    return KeyFile(settings.api_keys_path)


def _keys(document: Mapping[str, Any]) -> Keys:
    if document["schema"] != SCHEMA:
        raise ValueError("another schema")
    return {row["id"]: _key(row) for row in document["keys"]}


def _row(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role.value,
        "tenant": key.tenant,
        "scopes": sorted(scope.value for scope in key.scopes),
        "sha256": key.digest,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "replaces": key.replaces,
    }


def _key(row: Mapping[str, Any]) -> ApiKey:
    texts = [row[name] for name in ("id", "name", "sha256", "created_at", "expires_at", "tenant")]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError
    key_id, name, digest, created_at, expires_at, tenant = texts
    role = Role(row["role"])
    if (role is Role.TENANT) != bool(tenant):
        raise ValueError("a tenant's key has a tenant, and no other has")
    return ApiKey(
        key_id,
        name,
        role,
        frozenset(map(Scope, row["scopes"])),
        digest,
        created_at,
        expires_at,
        tenant,
        str(row["revoked_at"]),
        str(row["replaces"]),
    )
