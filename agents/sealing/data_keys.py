"""Data keys: what payloads are sealed with; one per tenant and UTC day in each process."""

import os
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assay.pipeline.core.clock import NANOS_PER_SECOND, Clock

from .provider import KeyProvider

KEY_BYTES = 32
DAY_NS = 86_400 * NANOS_PER_SECOND
RECHECK_NS = NANOS_PER_SECOND
MAX_TENANTS = 1024
MAX_MESSAGES = 2**24
"""With random nonces one AES-GCM key is good for 2^32 messages (NIST SP 800-38D 8.3); far below that."""


@dataclass(slots=True)
class DataKey:
    """A key for payloads, and its wrapped form that travels with each of them."""

    cipher: AESGCM
    kid: str
    wrapped: bytes
    day: int
    checked_ns: int
    used: int = 0


class DataKeys:
    """The data keys in use: at most ``MAX_TENANTS``, the least recently used goes first. Safe to share by threads."""

    def __init__(self, provider: KeyProvider, clock: Clock, max_messages: int = MAX_MESSAGES) -> None:
        self._provider = provider
        self._clock = clock
        self._max_messages = max_messages
        self._keys: OrderedDict[str, DataKey] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._keys)

    def take(self, tenant: str) -> DataKey:
        """The tenant's data key for one message more. Raises what the provider raises."""
        with self._lock:
            now_ns = self._clock.now_ns()
            key = self._keys.get(tenant)
            if key is None or not self._good(tenant, key, now_ns):
                key = self._new(tenant, now_ns)
                self._keys[tenant] = key
                if len(self._keys) > MAX_TENANTS:
                    self._keys.popitem(last=False)
            self._keys.move_to_end(tenant)
            key.used += 1
            return key

    def drop(self, tenant: str) -> None:
        """Forget the tenant's data key."""
        with self._lock:
            self._keys.pop(tenant, None)

    def _good(self, tenant: str, key: DataKey, now_ns: int) -> bool:
        if key.day != now_ns // DAY_NS or key.used >= self._max_messages:
            return False
        if not 0 <= now_ns - key.checked_ns < RECHECK_NS:
            # Another process may have destroyed the tenant's key: what this data key seals from then on would never
            # open. Up to a second of it counts as sealed before.
            if self._provider.active_kid(tenant) != key.kid:
                return False
            key.checked_ns = now_ns
        return True

    def _new(self, tenant: str, now_ns: int) -> DataKey:
        secret = os.urandom(KEY_BYTES)
        kid, wrapped = self._provider.wrap(tenant, secret)
        return DataKey(AESGCM(secret), kid, wrapped, now_ns // DAY_NS, now_ns)
