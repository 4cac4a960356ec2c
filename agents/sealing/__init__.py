"""Keys of the tenants, and sealing with them."""

from .envelope_sealer import EnvelopeSealer
from .file_keys import FileKeyProvider
from .provider import KeyProvider

__all__ = ["EnvelopeSealer", "FileKeyProvider", "KeyProvider"]
