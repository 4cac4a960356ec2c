"""The detectors: one file each, run in the order of the table in registry.py."""
