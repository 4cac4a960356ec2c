"""Seeded synthetic traces with known faults."""
