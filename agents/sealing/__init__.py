"""Keys of the tenants, and sealing with them."""
