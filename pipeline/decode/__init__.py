"""Bytes to documents: what cannot be read becomes a finding, never an exception."""

from .avro_registry import AvroRegistry
from .decoded import Decoded
from .value import decode

__all__ = ["decode", "Decoded", "AvroRegistry"]
