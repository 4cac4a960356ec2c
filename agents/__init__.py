"""Everything that touches the world: Kafka, Redis, files, clocks, processes, people.

Entry point: :func:`assay.agents.app.create_app`, the composition root.
"""

if __name__ != "assay.agents":  # pragma: no cover - a second import would make two classes of one file
    raise ImportError(f"import 'assay.agents', not {__name__!r}; run: pip install -e .")
