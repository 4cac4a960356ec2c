"""Schemas of the subjects, and of the records that Assay itself writes (``schemas/assay``)."""
