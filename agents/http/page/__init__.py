"""The web page: plain files that a browser reads as they are. ``index.html`` is served at ``/``, the others below ``/assets/``."""
