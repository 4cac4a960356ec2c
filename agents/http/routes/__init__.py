"""One file for each resource, each with a ``router``; ``app.ROUTERS`` is the table of them (docs/api.md)."""

PREFIX = "/api/v1"
SOURCE = "/assay/api"
"""``ce_source`` of commands that came in here."""
