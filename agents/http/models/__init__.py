"""What goes over the wire, for OpenAPI and for checking what comes in: one file for each resource."""
