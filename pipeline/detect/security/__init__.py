"""Personal data, secrets and other tenants' ids in traces (S0-9, S0-10, S0-38).

One scan over the raw bytes says what could be there (``prefilter``); for almost every trace that is nothing.
Else the leaves of the document are looked at one by one (``leaves``), undisguised (``normalise``, ``nested``)
and confirmed type by type (``confirm`` and the modules it names).
"""

from .detector import SecurityDetector

__all__ = ["SecurityDetector"]
