"""The policies that ship: topic bindings, limits."""
