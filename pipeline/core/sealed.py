"""Sealed payloads: who may write what a failing trace said, and how it is opened again (DESIGN 4)."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Sealed:
    """AES-256-GCM ciphertext with all that is needed to open it but the tenant's key."""

    alg: str
    kid: str
    """Which key encryption key wrapped the data key."""
    wrapped_key: bytes
    nonce: bytes
    ciphertext: bytes


class Sealer(Protocol):
    """Seals payloads. Randomness and keys live in the shell (``agents/sealing``)."""

    def seal(self, tenant: str, plaintext: bytes, aad: bytes) -> Sealed:
        """Encrypt for a tenant, bound to ``aad``. Raises ``TransientError`` when no key is to be had."""
        ...


class Opener(Protocol):
    """Opens sealed payloads."""

    def open(self, tenant: str, sealed: Sealed, aad: bytes) -> bytes:
        """The plaintext. Raises ``SealError`` when the key is gone or anything was altered."""
        ...
