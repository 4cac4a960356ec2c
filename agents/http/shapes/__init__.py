"""Documents of views as they go over the wire: pure functions, one file for each resource."""
