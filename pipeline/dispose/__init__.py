"""What is written for a verdict: the passing record, the failed-trace envelope, the tally."""
