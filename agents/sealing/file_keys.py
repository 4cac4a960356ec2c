"""Key encryption keys in files: for development, and for machines whose disk is the vault."""

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assay.pipeline.core.errors import ConfigError, DependencyUnavailableError, Problem, SealError

KEY_BYTES = 32
NONCE_BYTES = 12
OTHERS = 0o077
"""Mode bits that let anyone but the owner in."""


class FileKeyProvider:
    """One 256-bit key per tenant, in a file of mode 0600 in a directory of mode 0700.

    Every call reads the file: nothing is cached, so a key that one process destroys is gone for all of them at once.
    Destroying unlinks the file; the medium below and its backups are the operator's to erase.
    """

    def __init__(self, directory: Path) -> None:
        """The directory is made when the first key is. Raises ``ConfigError`` when it exists and others may enter it."""
        self._directory = directory
        if directory.is_dir():
            _refuse_others(directory, directory.stat().st_mode)

    def active_kid(self, tenant: str) -> str | None:
        """See :class:`~assay.agents.sealing.provider.KeyProvider`."""
        key = self._read(tenant)
        return None if key is None else _kid(key)

    def wrap(self, tenant: str, data_key: bytes) -> tuple[str, bytes]:
        """See :class:`~assay.agents.sealing.provider.KeyProvider`."""
        key = self._read(tenant) or self._create(tenant)
        kid = _kid(key)
        nonce = os.urandom(NONCE_BYTES)
        return kid, nonce + AESGCM(key).encrypt(nonce, data_key, _bound_to(tenant, kid))

    def unwrap(self, tenant: str, kid: str, wrapped: bytes) -> bytes:
        """See :class:`~assay.agents.sealing.provider.KeyProvider`."""
        key = self._read(tenant)
        if key is None or _kid(key) != kid:
            raise SealError("the key that sealed this was destroyed, or is not in this key directory")
        nonce, ciphertext = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        try:
            return AESGCM(key).decrypt(nonce, ciphertext, _bound_to(tenant, kid))
        except (InvalidTag, ValueError):
            raise SealError("the wrapped data key was altered") from None

    def destroy(self, tenant: str) -> None:
        """See :class:`~assay.agents.sealing.provider.KeyProvider`."""
        path = self._path(tenant)
        with _as_unavailable(self._directory):
            if not self._directory.is_dir():
                return
            # A process that died between link and unlink left a second name of the same key.
            for name in (path, *self._directory.glob(f".{path.name}.*")):
                name.unlink(missing_ok=True)
            _sync(self._directory)

    def _path(self, tenant: str) -> Path:
        # A hash: a tenant's id may come from a trace's body, and must not choose a path.
        return self._directory / f"{hashlib.sha256(_utf8(tenant)).hexdigest()}.key"

    def _read(self, tenant: str) -> bytes | None:
        path = self._path(tenant)
        with _as_unavailable(self._directory):
            try:
                descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            except FileNotFoundError:
                return None
            with os.fdopen(descriptor, "rb") as file:
                _refuse_others(path, os.fstat(descriptor).st_mode)
                key = file.read(KEY_BYTES + 1)
        if len(key) != KEY_BYTES:
            raise DependencyUnavailableError(f"{path} is damaged: restore it from its backup")
        return key

    def _create(self, tenant: str) -> bytes:
        """Make the tenant's key, or take the one that another process made first.

        The key is on the disk whole before it has its name, so no reader can see half of one; a hard link never
        replaces a name that is there, so of several processes exactly one wins.
        """
        path = self._path(tenant)
        draft = self._directory / f".{path.name}.{secrets.token_hex(8)}"
        with _as_unavailable(self._directory):
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            _refuse_others(self._directory, self._directory.stat().st_mode)
            try:
                _write_synced(draft, secrets.token_bytes(KEY_BYTES))
                with contextlib.suppress(FileExistsError):
                    os.link(draft, path)
            finally:
                draft.unlink(missing_ok=True)
            _sync(self._directory)
        key = self._read(tenant)
        if key is None:
            raise DependencyUnavailableError(f"{path} was destroyed while it was made: try again")
        return key


def _kid(key: bytes) -> str:
    """Names a key without telling it; a key made after a destroyed one has another name."""
    return "file:" + hashlib.sha256(b"assay key id\0" + key).hexdigest()[:16]


def _bound_to(tenant: str, kid: str) -> bytes:
    return b"assay data key\0" + _utf8(tenant) + b"\0" + _utf8(kid)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _write_synced(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _sync(directory: Path) -> None:
    """Make the names in a directory survive a power failure."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refuse_others(path: Path, mode: int) -> None:
    if mode & OTHERS:
        raise ConfigError(
            [
                Problem(
                    where=f"ASSAY_KEYS_DIR, {path}",
                    why=f"its mode is {mode & 0o777:04o}: others than its owner may use the tenants' keys",
                    remedy=f"Run: chmod go= {path}",
                )
            ]
        )


@contextlib.contextmanager
def _as_unavailable(directory: Path) -> Iterator[None]:
    """A key store that does not answer may answer later; its keys are not gone."""
    try:
        yield
    except OSError as error:
        raise DependencyUnavailableError(
            f"the key directory {directory} cannot be used ({type(error).__name__}, errno {error.errno})"
        ) from error
