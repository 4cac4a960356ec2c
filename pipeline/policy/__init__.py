"""The policy bundle: what Assay judges by, as data. Immutable, content-addressed, replaceable as a whole."""
