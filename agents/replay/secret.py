"""The secret by which the detector knows what the replay agent wrote, in a file beside the tenants' keys."""

import contextlib
import os
import secrets
from pathlib import Path

from assay.agents.settings import Settings
from assay.pipeline.core.errors import ConfigError, DependencyUnavailableError, Problem

SECRET_BYTES = 32
NAME = "replay.secret"
_OTHERS = 0o077


def replay_secret(settings: Settings) -> bytes:
    """The secret of this key directory; made when there is none. All workers that share keys share it.

    Raises :class:`ConfigError` when others than its owner may read it, and :class:`DependencyUnavailableError` when
    it cannot be read or written. To change it, stop everything, wait until no replay is under way, remove the file.
    """
    path = settings.keys_path / NAME
    try:
        if not path.exists():
            _make(path)
        mode = path.stat().st_mode
        secret = path.read_bytes()
    except OSError as error:
        raise DependencyUnavailableError(
            f"{path} cannot be used ({type(error).__name__}, errno {error.errno})"
        ) from error
    if mode & _OTHERS:
        why = f"its mode is {mode & 0o777:04o}: who reads it can have any record pass for a replay"
        raise ConfigError([Problem(str(path), why, f"Run: chmod go= {path}")])
    if len(secret) != SECRET_BYTES:
        raise DependencyUnavailableError(f"{path} is damaged: restore it from its backup")
    return secret


def existing_replay_secret(settings: Settings) -> bytes | None:
    """The secret, if there is one and it can be read: for those who look and make nothing."""
    try:
        secret = (settings.keys_path / NAME).read_bytes()
    except OSError:
        return None
    return secret if len(secret) == SECRET_BYTES else None


def _make(path: Path) -> None:
    """Whole before it has its name; of several processes exactly one wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{NAME}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
            file.flush()
            os.fsync(descriptor)
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
