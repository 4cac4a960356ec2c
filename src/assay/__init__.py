"""Assay: a streaming trace-quality pipeline on Kafka.

``assay.pipeline`` holds the pure core, ``assay.agents`` everything that touches the world.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
