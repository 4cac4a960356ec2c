"""The command ``assay``."""

from .main import main

__all__ = ["main"]
