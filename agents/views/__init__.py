"""The views and quarantine agents: projections that fold topics into Redis, and what reads and checks them."""
