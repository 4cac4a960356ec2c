"""The pure core: no event loop, socket, clock, environment or randomness.

Entry point: :mod:`assay.pipeline.flow`, the way of a trace on one screen.
"""

if __name__ != "assay.pipeline":  # pragma: no cover - a second import would make two classes of one file
    raise ImportError(f"import 'assay.pipeline', not {__name__!r}; run: pip install -e .")
