"""Bytes to documents: what cannot be read becomes a finding, never an exception."""
