"""The lane engine: read a batch, call a pure function, write everything and the offset in one transaction."""
