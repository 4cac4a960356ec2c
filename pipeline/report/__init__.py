"""The offline validation report."""
