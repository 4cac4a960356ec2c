"""What ``assay bench`` measures."""
