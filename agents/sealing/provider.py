"""Where the tenants' key encryption keys are, seen from the sealer."""

from typing import Protocol


class KeyProvider(Protocol):
    """Wraps data keys with a key of the tenant's that never leaves the provider.

    ``file_keys.FileKeyProvider`` in development. Vault Transit and the clouds' KMS have the same three calls, so a
    provider for them needs no other shape. The wrapped form is the provider's own; only it reads it.
    """

    def active_kid(self, tenant: str) -> str | None:
        """Which key :meth:`wrap` would use now, or ``None`` when the tenant has none yet; makes no key.

        Asked about once a second for each tenant that fails. Raises ``TransientError`` when it cannot be told.
        """
        ...

    def wrap(self, tenant: str, data_key: bytes) -> tuple[str, bytes]:
        """Encrypt a data key; gives (id of the tenant's key, wrapped data key). Makes the key on first use.

        Raises ``TransientError`` when no key is to be had.
        """
        ...

    def unwrap(self, tenant: str, kid: str, wrapped: bytes) -> bytes:
        """The data key. Raises ``SealError`` when the key is gone or anything was altered.

        A store that cannot be read now is a ``TransientError`` instead: its keys are not known to be gone.
        """
        ...

    def destroy(self, tenant: str) -> None:
        """Forget the tenant's key for good: whatever it sealed never opens again. Nothing happens when there is none."""
        ...
