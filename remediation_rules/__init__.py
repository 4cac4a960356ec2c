"""Remediation rules, one YAML file each, with their cases beside them."""
