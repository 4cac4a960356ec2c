"""Drills on a running stack: synthetic traces in, and a look at what each agent makes of them (S0-198 … S0-206)."""
