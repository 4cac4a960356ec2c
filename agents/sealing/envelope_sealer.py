"""Envelope encryption: payloads under data keys, data keys under the tenant's key (RELIABILITY, data at rest)."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assay.pipeline.core.clock import Clock
from assay.pipeline.core.errors import SealError
from assay.pipeline.core.sealed import Sealed

from .data_keys import MAX_MESSAGES, DataKeys
from .provider import KeyProvider

ALG = "A256GCM"
NONCE_BYTES = 12


class EnvelopeSealer:
    """Seals and opens payloads: a ``Sealer`` and an ``Opener``.

    Each sealed payload carries its wrapped data key, so that any process with the tenant's key can open it and none
    need share anything else. Opening keeps nothing: it asks the provider every time, so that a destroyed key is
    destroyed for a process that opened with it a moment ago, too.
    """

    def __init__(self, provider: KeyProvider, clock: Clock, max_messages: int = MAX_MESSAGES) -> None:
        """``max_messages`` is after how many a data key is replaced."""
        self._provider = provider
        self._keys = DataKeys(provider, clock, max_messages)

    def seal(self, tenant: str, plaintext: bytes, aad: bytes) -> Sealed:
        """Encrypt under a fresh random nonce. Raises ``TransientError`` when the provider has no key to give."""
        key = self._keys.take(tenant)
        nonce = os.urandom(NONCE_BYTES)
        return Sealed(ALG, key.kid, key.wrapped, nonce, key.cipher.encrypt(nonce, plaintext, aad))

    def open(self, tenant: str, sealed: Sealed, aad: bytes) -> bytes:
        """The plaintext. Raises ``SealError``, without content, when the key is gone or anything was altered."""
        if sealed.alg != ALG:
            raise SealError(f"sealed with another algorithm than {ALG}")
        data_key = self._provider.unwrap(tenant, sealed.kid, sealed.wrapped_key)
        try:
            return AESGCM(data_key).decrypt(sealed.nonce, sealed.ciphertext, aad)
        except (InvalidTag, ValueError):
            raise SealError("the sealed payload or what it is bound to was altered") from None

    def destroy(self, tenant: str) -> None:
        """Erase all that was ever sealed for a tenant, by destroying its key (crypto-shredding); no other's."""
        self._keys.drop(tenant)
        self._provider.destroy(tenant)
